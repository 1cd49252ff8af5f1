"""Reading the audit trail, for the pages of the floors above."""

from datetime import date, datetime, time
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from .models import AuditEntry


def accesses(
    *,
    actor_id: UUID | None = None,
    patient_id: UUID | None = None,
    event: str = "",
    outcome: str = "",
    from_on: date | None = None,
    until_on: date | None = None,
) -> QuerySet[AuditEntry]:
    """Entries, newest first; an empty argument asks for all. Days are practice-local and inclusive."""
    found = AuditEntry.objects.select_related("actor", "content_type").order_by("-timestamp", "-pk")
    if actor_id is not None:
        found = found.filter(actor_id=actor_id)
    if patient_id is not None:
        found = found.filter(patient_id=patient_id)
    if event:
        found = found.filter(event=event)
    if outcome:
        found = found.filter(outcome=outcome)
    if from_on is not None:
        found = found.filter(timestamp__gte=_instant(from_on, time.min))
    if until_on is not None:
        found = found.filter(timestamp__lte=_instant(until_on, time.max))
    return found


def _instant(day: date, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))
