"""What other patients, of whom a joint or group record also speaks, have authorized (R-008)."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from ..models import Authorization
from ..policies import with_facts
from ..rules import AuthorizationStatus, ItemAsked, RecordClass, covers
from .standing import line_of


def agreements_of(
    patient_ids: Collection[UUID],
    *,
    record_class: RecordClass | str,
    recipient_name: str,
    recipient_class: str,
    purpose: str,
    item: ItemAsked,
    on: date,
    at: datetime | None = None,
) -> dict[UUID, UUID]:
    """Which of these patients have an active authorization that covers the same release of one item.

    Out: patient id to the id of their authorization. Asked for another patient's release: no doorway is passed, and
    nothing of the authorization is shown to anybody.
    """
    rows = Authorization.objects.filter(patient_id__in=patient_ids, record_classes__contains=[record_class])
    found: dict[UUID, UUID] = {}
    for row in with_facts(rows).order_by("recorded_at"):
        line = line_of(row, on, at)
        if line.status != AuthorizationStatus.ACTIVE:
            continue
        outside = covers(
            line.facts,
            record_class=record_class,
            recipient_name=recipient_name,
            recipient_class=recipient_class,
            purpose=purpose,
            items=[item],
            on=on,
        )
        if not outside:
            found.setdefault(row.patient_id, row.pk)
    return found
