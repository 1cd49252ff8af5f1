"""What of a draft may not be lost now: a law or a court asks for it, or the record is kept for litigation."""

from django.db.models import Exists, OuterRef, Q

from records.psychotherapy.compelled_rules import CompelledStep as Kind
from records.psychotherapy.models import Compelled, CompelledStep, Draft
from records.psychotherapy.policies import refusal_to_discard
from records.psychotherapy.rules import ASKED_FOR

from .values import StaleDraft

OVER = (Kind.STOPPED, Kind.PACKED, Kind.EMPTY)


def refuse_to_change(draft: Draft) -> None:
    """Raises StaleDraft while an order is being carried out that asks for this draft. A trigger holds the same.

    What it asks for is what there was when it was begun: what is begun later is written on freely.
    """
    over = CompelledStep.objects.filter(compelled=OuterRef("pk"), kind__in=OVER)
    scope = Q(session_days__contains=[draft.session_on])
    scope |= Q(sessions_from__lte=draft.session_on, sessions_to__gte=draft.session_on)
    rows = Compelled.objects.filter(scope, ~Exists(over), author=draft.author, started_at__gte=draft.created_at)
    if any(set(draft.patients) <= set(row.patients) for row in rows):
        raise StaleDraft(ASKED_FOR)


def refuse_to_lose(draft: Draft) -> None:
    """Raises StaleDraft when nothing of this draft may be thrown away."""
    refuse_to_change(draft)
    if refusal := refusal_to_discard(draft.patients):
        raise StaleDraft(refusal)
