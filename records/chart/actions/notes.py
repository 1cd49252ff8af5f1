"""What can be done with a note. Each act is one transaction: checks, writes, records.

Access is checked here again, silently: the doorway in `policies` came first, and recorded who asked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to, no_supervisor, supervisors_of, works_under_supervision
from practice.worklist.actions import close_task
from practice.worklist.rules import TaskKind

from ..models import ChartAddendum, ChartDraftBranch, ChartNote, Encounter, NoteFormat, NoteSignature
from ..policies import note_is_signed
from ..queries.sessions import on_lists
from ..rules.carrying import marks_after
from ..rules.cosigning import Decision, SignerRole
from ..rules.formats import missing_labels
from ..rules.notes import (
    SITTING,
    NoteState,
    clean_sections,
    note_refusal,
    nothing_written,
    reason_refusal,
    refusal_to_add,
    refusal_to_sign,
)
from ..rules.sessions import SessionState
from .cosigning import ask_to_cosign
from .group_notes import check_session_before_signing
from .sessions import NO_CARE

NOT_YOURS = Refusal("NOTE_NOT_YOURS", "A draft is written by its author alone.", "Write a note of your own.")

DISCARDED = Refusal(
    "NOTE_DISCARDED", "This draft was discarded meanwhile, in another window.", "Begin a new note if one is wanted."
)

CHANGED_ELSEWHERE = Refusal(
    "NOTE_CHANGED_ELSEWHERE",
    "The progress note was changed in another window. Nothing was moved.",
    "Load the page again, then try once more.",
)


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of a save: the note as it stands, and the branch when another window had saved before."""

    note: ChartNote
    branch: ChartDraftBranch | None = None


@transaction.atomic
def start_note(
    *, by: Staff, patient: Patient, format: NoteFormat, encounter: Encounter | None = None, on: date | None = None
) -> ChartNote:
    """A draft for a session, or for a day without one. The author's draft for that session is given back if begun."""
    if on is not None and on > timezone.localdate():
        raise Refused(Refusal("NOTE_IN_FUTURE", "A note is not about a day to come.", "Choose today or a past day."))
    if not charts_visible_to(by).filter(pk=patient.pk).exists():
        raise Refused(NO_CARE)
    if encounter is not None:
        # One at a time for this session, so that two clicks are one draft.
        sessions = Encounter.objects.select_for_update(no_key=True, of=("self",))
        encounter = sessions.get(pk=encounter.pk, participations__in=on_lists(patient))
        begun = ChartNote.objects.filter(patient=patient, encounter=encounter, author=by, state=NoteState.DRAFT).first()
        if begun is not None:
            return begun
        if encounter.state == SessionState.CANCELLED:
            raise Refused(
                Refusal("SESSION_CANCELLED", "This session was cancelled.", "Write a note without a session.")
            )
        on = on or timezone.localdate(encounter.started_at)
    note = ChartNote.objects.create(
        patient=patient,
        encounter=encounter,
        author=by,
        format=format,
        on=on or timezone.localdate(),
        sections=clean_sections(format.keys, {}),
    )
    record(by=by, event=AuditEvent.RECORDED, subject=note, patient_id=patient.pk, detail="draft")
    return note


@transaction.atomic
def save_draft(
    *, by: Staff, note_id: UUID, sections: Mapping[str, object], base_version: int, window: str = ""
) -> Saved:
    """Save the texts of a draft that were typed on top of `base_version` in the opened page `window`.

    When another window saved in between, its text stays and this one is kept beside it as a branch. Sending the same
    text again changes nothing, and a window whose last answer was lost is not in conflict with itself. Raises Refused
    when the note is signed, another's, or too long.
    """
    note = own_draft(by, note_id)
    texts = clean_sections(note.format.keys, sections)
    if refusal := note_refusal(texts):
        raise Refused(refusal)
    if note.sections == texts:
        return Saved(note)
    if note.version != base_version and not (window and window == note.window):
        return Saved(note, _branch(note, by, base_version, window, texts))
    _write(note, by, texts, window)
    return Saved(note)


def _write(note: ChartNote, by: Staff, texts: dict[str, str], window: str) -> None:
    now = timezone.now()
    first_of_sitting = note.version == 1 or now - note.saved_at > SITTING
    rewrite(note, texts, window=window)
    if first_of_sitting:
        record(by=by, event=AuditEvent.CHANGED, subject=note, patient_id=note.patient_id, detail="draft")


@transaction.atomic
def change_section(
    *, by: Staff, note_id: UUID, key: str, change: Callable[[str], str], base_version: int | None = None
) -> ChartNote:
    """Save a draft with one section changed: `change` is given its text as stored and returns the new one.

    An opened page that does not know of it conflicts at its next save, so that neither text is lost. Raises Refused as
    `save_draft` does, and when a change is due to a draft that is no longer as a page saw it (`base_version`).
    """
    note = own_draft(by, note_id)
    if key not in note.format.keys:
        raise Refused(Refusal("NOTE_NO_SECTION", "This note has no such section.", "Load the page again."))
    texts = clean_sections(note.format.keys, note.sections | {key: change(note.sections.get(key, ""))})
    if texts == note.sections:
        return note
    if base_version is not None and note.version != base_version:
        raise Refused(CHANGED_ELSEWHERE)
    if refusal := note_refusal(texts):
        raise Refused(refusal)
    _write(note, by, texts, window="")
    return note


@transaction.atomic
def change_format(*, by: Staff, note_id: UUID, format: NoteFormat) -> ChartNote:
    """Give a draft in which nothing is written yet another format. Raises Refused once there is a word in it."""
    note = own_draft(by, note_id)
    if not nothing_written(note.sections) or note.branches.exists():
        raise Refused(
            Refusal(
                "NOTE_FORMAT_WRITTEN",
                "Something is written in this draft already, so its format stays.",
                "Discard the draft to begin again in another format.",
            )
        )
    note.format, note.sections, note.carried = format, clean_sections(format.keys, {}), {}
    note.save(update_fields=["format", "sections", "carried"])
    return note


def rewrite(note: ChartNote, texts: dict[str, str], *, window: str) -> None:
    """Write new texts into a draft that this transaction holds: version, times, and what is still as brought over."""
    now = timezone.now()
    note.carried = marks_after(note.carried, note.sections, texts)
    note.sections, note.version, note.saved_at, note.window = texts, note.version + 1, now, window
    if note.written_at is None and not nothing_written(texts):
        note.written_at = now
    note.save(update_fields=["sections", "version", "saved_at", "window", "written_at", "carried"])


def _branch(note: ChartNote, by: Staff, base_version: int, window: str, texts: dict[str, str]) -> ChartDraftBranch:
    """The branch that holds these texts: that of the same window, rewritten, or a new one."""
    for branch in note.branches.all():
        if branch.sections == texts:
            return branch
        if window and branch.window == window:
            branch.sections, branch.saved_at = texts, timezone.now()
            branch.save(update_fields=["sections", "saved_at"])
            return branch
    record(by=by, event=AuditEvent.CHANGED, subject=note, patient_id=note.patient_id, detail="second_text")
    return ChartDraftBranch.objects.create(
        note=note, author=by, base_version=base_version, window=window, sections=texts
    )


@transaction.atomic
def use_other_text(*, by: Staff, note_id: UUID, branch_id: UUID) -> ChartNote:
    """Make the branch the draft's text; what was the draft's text is kept as the branch."""
    note = own_draft(by, note_id)
    branch = note.branches.get(pk=branch_id)
    taken = branch.sections
    branch.sections, branch.window, branch.base_version = note.sections, "", note.version
    branch.save(update_fields=["sections", "base_version", "window"])
    rewrite(note, taken, window="")
    record(by=by, event=AuditEvent.CHANGED, subject=note, patient_id=note.patient_id, detail="texts_exchanged")
    return note


@transaction.atomic
def discard_other_text(*, by: Staff, note_id: UUID, branch_id: UUID) -> ChartNote:
    """Let go of a branch, by its author's decision."""
    note = own_draft(by, note_id)
    note.branches.filter(pk=branch_id).delete()
    record(by=by, event=AuditEvent.CHANGED, subject=note, patient_id=note.patient_id, detail="text_discarded")
    return note


@transaction.atomic
def discard_draft(*, by: Staff, note_id: UUID) -> None:
    """Let go of a draft and its branches, by its author's decision. That it was there stays in the audit trail."""
    note = own_draft(by, note_id)
    if note.returned_versions.exists():
        raise Refused(
            Refusal(
                "NOTE_WAS_SIGNED",
                "You signed this note once and a supervisor returned it, so it is not thrown away.",
                "Mend and sign it, or cancel it with a reason: then it stays readable as you signed it.",
            )
        )
    record(by=by, event=AuditEvent.CHANGED, subject=note, patient_id=note.patient_id, detail="draft_discarded")
    note.branches.all().delete()
    note.delete()


@transaction.atomic
def sign_note(*, by: Staff, note_id: UUID, seen_version: int, late_reason: str = "") -> ChartNote:
    """Sign the draft as the author saw it (`seen_version`). From here on the database refuses every change.

    A trainee's note goes to each of their supervisors for this patient and is final when they have co-signed it.
    `late_reason` is kept with a late entry alone. Raises Refused for what cannot be signed, and without a supervisor.
    """
    note = own_draft(by, note_id)
    refusal = refusal_to_sign(
        state=note.state,
        sections=note.sections,
        other_texts=note.branches.count(),
        version=note.version,
        seen_version=seen_version,
        missing=missing_labels(note.format.sections, note.sections),
    ) or reason_refusal(late_reason, needed=False)
    if refusal:
        raise Refused(refusal)
    check_session_before_signing(note)
    under = works_under_supervision(by, note.patient)
    supervisors = list(supervisors_of(note.patient, trainee=by)) if under else []
    if under and not supervisors:
        raise Refused(no_supervisor())
    role = SignerRole.TRAINEE if under else SignerRole.AUTHOR
    NoteSignature.objects.create(note=note, version=note.version, staff=by, role=role, decision=Decision.SIGNED)
    note.state, note.signed_at = NoteState.AWAITING if under else NoteState.SIGNED, timezone.now()
    note.late_reason = late_reason.strip() if note.is_late else ""
    note.save(update_fields=["state", "signed_at", "late_reason"])
    record(by=by, event=AuditEvent.SIGNED, subject=note, patient_id=note.patient_id, detail="awaiting" if under else "")
    close_task(kind=TaskKind.NOTE_RETURNED, subject=note, by=by)
    ask_to_cosign(note, supervisors)
    return note


@transaction.atomic
def add_addendum(*, by: Staff, note_id: UUID, text: str) -> ChartAddendum:
    """A signed addition to a signed note, by anybody who may open the chart. Raises Refused for drafts and no text.

    A trainee's is marked as one: it needs no co-signature, and whoever reads it knows.
    """
    note = ChartNote.objects.select_for_update(no_key=True, of=("self",)).select_related("patient").get(pk=note_id)
    if not charts_visible_to(by).filter(pk=note.patient_id).exists():
        raise Refused(NO_CARE)
    if refusal := refusal_to_add(note.state):
        raise Refused(refusal)
    texts = clean_sections(["text"], {"text": text})
    if refusal := note_refusal(texts):
        raise Refused(refusal)
    if not texts["text"].strip():
        raise Refused(Refusal("ADDENDUM_EMPTY", "This addendum is empty.", "Write what is to be added."))
    addendum = ChartAddendum.objects.create(
        note=note, author=by, text=texts["text"], by_trainee=works_under_supervision(by, note.patient)
    )
    record(by=by, event=AuditEvent.ADDENDED, subject=note, patient_id=note.patient_id)
    return addendum


def own_draft(by: Staff, note_id: UUID) -> ChartNote:
    """The draft, locked for this transaction.

    Raises Refused when it is another's, closed to its author, signed, or was discarded since its page was opened.
    """
    drafts = ChartNote.objects.select_for_update(of=("self",)).select_related("format", "patient", "encounter")
    note = drafts.filter(pk=note_id).first()
    if note is None:
        raise Refused(DISCARDED)
    if note.author_id != by.pk:
        raise Refused(NOT_YOURS)
    if not charts_visible_to(by).filter(pk=note.patient_id).exists():
        raise Refused(NO_CARE)
    if not note.is_draft:
        raise Refused(note_is_signed(note.state))
    return note
