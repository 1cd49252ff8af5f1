"""Cancelling a note that should not have been signed. Its text stays; the note says so wherever it is shown."""

from uuid import UUID

from django.db import transaction

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff
from practice.people.policies import charts_visible_to
from practice.worklist.actions import close_task
from practice.worklist.rules import TaskKind, TaskState

from ..models import ChartNote, NoteCancellation
from ..policies import refusal_to_cancel
from ..rules.notes import CancelKind, NoteState, reason_refusal
from .cosigning import stop_asking
from .sessions import NO_CARE


@transaction.atomic
def cancel_note(*, by: Staff, note_id: UUID, kind: CancelKind, reason: str) -> ChartNote:
    """Cancel a note that was signed, with the reason. By its author; a trainee's also by a supervisor.

    A note that a supervisor returned is cancelled as it was signed last, not as the draft stands. Raises Refused.
    """
    notes = ChartNote.objects.select_for_update(of=("self",)).select_related("patient")
    note = notes.get(pk=note_id)
    if not charts_visible_to(by).filter(pk=note.patient_id).exists():
        raise Refused(NO_CARE)
    if refusal := refusal_to_cancel(by, note) or _state_refusal(note) or reason_refusal(reason, needed=True):
        raise Refused(refusal)
    NoteCancellation.objects.create(note=note, by=by, kind=kind, reason=reason.strip())
    if note.is_draft:
        _restore(note)
    stop_asking(by, note)
    note.state = NoteState.CANCELLED
    note.save(update_fields=["state", "signed_at", "sections", "format"])
    close_task(kind=TaskKind.NOTE_RETURNED, subject=note, by=by, state=TaskState.DROPPED, reason="Cancelled")
    record(by=by, event=AuditEvent.CANCELLED, subject=note, patient_id=note.patient_id, detail=kind)
    return note


def _state_refusal(note: ChartNote) -> Refusal | None:
    if note.state == NoteState.CANCELLED:
        return Refusal("NOTE_CANCELLED", "This note is cancelled already.")
    if note.is_draft and not note.returned_versions.exists():
        return Refusal("NOTE_NOT_SIGNED", "This note was never signed.", "Discard the draft instead.")
    return None


def _restore(note: ChartNote) -> None:
    """The draft as it was signed last, before a supervisor returned it."""
    last = note.returned_versions.select_related("format").latest("version")
    note.branches.all().delete()
    note.sections, note.format, note.signed_at = last.sections, last.format, last.signed_at
