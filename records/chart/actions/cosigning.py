"""A trainee's note on its way to stand: asked, co-signed, returned, settled. Each act is one transaction.

Access is checked here again, silently: the doorway in `policies` came first, and recorded who asked.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff
from practice.people.policies import charts_visible_to, no_supervisor, supervisors_of
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind, TaskState

from ..models import ChartNote, CosignatureRequest, NoteSignature, NoteVersion
from ..policies import sees_supervision
from ..queries.cosigning import round_of
from ..rules.cosigning import DAYS_TO_COSIGN, DAYS_TO_MEND, Decision, SignerRole, refusal_to_return
from ..rules.notes import NoteState
from .sessions import NO_CARE

NOT_WAITING = Refusal(
    "NOTE_NOT_AWAITING",
    "This version of the note no longer waits for your signature.",
    "Somebody returned, cancelled or settled it meanwhile, or you have signed it already.",
)


def ask_to_cosign(note: ChartNote, supervisors: Iterable[Staff]) -> None:
    """Ask each of these supervisors to co-sign the note as it stands now. Call in the transaction that signed it."""
    for supervisor in supervisors:
        asked = CosignatureRequest.objects.create(note=note, version=note.version, supervisor=supervisor)
        add_task(
            kind=TaskKind.COSIGNATURE,
            due_on=today() + timedelta(days=DAYS_TO_COSIGN),
            subject=asked,
            patient=note.patient,
            person=supervisor,
        )


@transaction.atomic
def cosign(*, by: Staff, request_id: UUID) -> ChartNote:
    """Co-sign the version one was asked about. The note is final when nobody else must. Raises Refused."""
    asked, note = _asked(by, request_id)
    NoteSignature.objects.create(
        note=note, version=note.version, staff=by, role=SignerRole.SUPERVISOR, decision=Decision.COSIGNED
    )
    record(by=by, event=AuditEvent.COSIGNED, subject=note, patient_id=note.patient_id)
    close_task(kind=TaskKind.COSIGNATURE, subject=asked, by=by)
    if round_of(note).is_complete:
        _finish(by, note)
    return note


@transaction.atomic
def return_note(*, by: Staff, request_id: UUID, comment: str) -> ChartNote:
    """Give the note back to its author as a draft, with a comment. The version that was signed is kept.

    Nobody else is asked about that version any more. Raises Refused without a comment.
    """
    if refusal := refusal_to_return(comment):
        raise Refused(refusal)
    _, note = _asked(by, request_id)
    NoteVersion.objects.create(
        note=note,
        version=note.version,
        format_id=note.format_id,
        sections=note.sections,
        signed_at=note.signed_at or timezone.now(),
    )
    NoteSignature.objects.create(
        note=note,
        version=note.version,
        staff=by,
        role=SignerRole.SUPERVISOR,
        decision=Decision.RETURNED,
        comment=comment.strip(),
    )
    stop_asking(by, note)
    note.state, note.signed_at, note.version = NoteState.DRAFT, None, note.version + 1
    note.save(update_fields=["state", "signed_at", "version"])
    record(by=by, event=AuditEvent.RETURNED, subject=note, patient_id=note.patient_id)
    add_task(
        kind=TaskKind.NOTE_RETURNED,
        due_on=today() + timedelta(days=DAYS_TO_MEND),
        subject=note,
        patient=note.patient,
        person=note.author,
    )
    return note


@transaction.atomic
def settle_note(*, by: Staff, note_id: UUID) -> ChartNote:
    """Go on when supervisors who were asked no longer supervise: the note stands by the others, or others are asked.

    By its author or a supervisor. Raises Refused while somebody who was asked can still decide, and when there is no
    supervisor at all.
    """
    note = _locked(note_id)
    if not (charts_visible_to(by).filter(pk=note.patient_id).exists() and sees_supervision(by, note)):
        raise Refused(NO_CARE)
    if note.state != NoteState.AWAITING:
        raise Refused(NOT_WAITING)
    current = round_of(note)
    if current.waiting_for:
        raise Refused(
            Refusal("NOTE_STILL_WAITING", "Somebody who was asked can still co-sign this note.", "Ask them to look.")
        )
    if current.is_complete:
        stop_asking(by, note)
        _finish(by, note)
        return note
    supervisors = list(supervisors_of(note.patient, trainee=note.author))
    if not supervisors:
        raise Refused(no_supervisor())
    stop_asking(by, note)
    ask_to_cosign(note, supervisors)
    return note


def stop_asking(by: Staff, note: ChartNote) -> None:
    """Close what is still open about this version: it was returned, cancelled, or goes on without somebody."""
    for asked in note.cosignature_requests.filter(version=note.version):
        reason = "No longer asked"
        close_task(kind=TaskKind.COSIGNATURE, subject=asked, by=by, state=TaskState.DROPPED, reason=reason)


def _finish(by: Staff, note: ChartNote) -> None:
    note.state = NoteState.SIGNED
    note.save(update_fields=["state"])
    record(by=by, event=AuditEvent.SIGNED, subject=note, patient_id=note.patient_id, detail="final")
    for asked in note.cosignature_requests.filter(version=note.version):
        close_task(kind=TaskKind.COSIGNATURE, subject=asked, by=by)


def _locked(note_id: UUID) -> ChartNote:
    notes = ChartNote.objects.select_for_update(of=("self",)).select_related("patient", "author", "format")
    return notes.get(pk=note_id)


def _asked(by: Staff, request_id: UUID) -> tuple[CosignatureRequest, ChartNote]:
    """The request of this supervisor and its note, locked. Raises Refused when there is nothing to decide any more."""
    asked = CosignatureRequest.objects.get(pk=request_id, supervisor=by)
    note = _locked(asked.note_id)
    if not supervisors_of(note.patient, trainee=note.author).filter(pk=by.pk).exists():
        raise Refused(NO_CARE)
    decided = note.signatures.filter(staff=by, version=asked.version).exists()
    if note.state != NoteState.AWAITING or note.version != asked.version or decided:
        raise Refused(NOT_WAITING)
    return asked, note
