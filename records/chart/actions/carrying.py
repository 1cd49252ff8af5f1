"""Bringing sections over from an earlier note into a draft: chosen one by one, and marked until they are edited."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff

from ..models import ChartNote
from ..queries.carrying import offered, sources_of
from ..rules.carrying import joined
from ..rules.notes import note_refusal
from .notes import own_draft, rewrite


@transaction.atomic
def bring_over(*, by: Staff, note_id: UUID, source_id: UUID, keys: Collection[str]) -> ChartNote:
    """Copy these sections of the source into the draft: into empty ones, else below what is written.

    A section that stands as it was brought over from the same note is not brought twice. Raises Refused for another's
    draft, a source that is not offered, and a note that would be too long; LookupError never.
    """
    note = own_draft(by, note_id)
    source = next((one for one in sources_of(note) if one.pk == source_id), None)
    if source is None:
        raise Refused(
            Refusal(
                "CARRY_NO_SOURCE", "That note is not among those that can be brought over.", "Open this page again."
            )
        )
    texts, marks = dict(note.sections), dict(note.carried)
    for part in offered(note, source):
        mark = note.carried.get(part.key)
        again = mark and mark["note"] == str(source.pk) and not mark["edited"]
        if part.key in keys and part.fits and not again:
            texts[part.key] = joined(texts.get(part.key, ""), part.text)
            marks[part.key] = {"note": str(source.pk), "on": source.on.isoformat(), "edited": False}
    if refusal := note_refusal(texts):
        raise Refused(refusal)
    if texts == note.sections:
        return note
    rewrite(note, texts, window="")
    note.carried = marks
    note.save(update_fields=["carried"])
    record(by=by, event=AuditEvent.CHANGED, subject=note, patient_id=note.patient_id, detail="carried_over")
    return note
