"""A session of several patients: who is on its list, and the part that their notes share."""

from django.db import transaction
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to

from ..models import ChartNote, Encounter, Participation, SharedPart
from ..queries.group_notes import carries_shared_part, names_in_shared, shared_is_fixed, shared_text
from ..rules.notes import SITTING, clean_sections, note_refusal
from ..rules.sessions import Attendance, SessionKind, SessionState
from .sessions import NO_CARE, own_session, present, standing_notes


@transaction.atomic
def save_shared_part(*, by: Staff, encounter: Encounter, text: str, base_version: int) -> SharedPart:
    """Keep the shared part, typed on top of `base_version` (0 when there was none). The same text changes nothing.

    A name in it is kept too, so that no word is lost; signing refuses it. Raises Refused once a note that carries it is
    signed, and when another window has saved a different text meanwhile.
    """
    encounter = own_session(by, encounter)
    text = clean_sections(["text"], {"text": text})["text"]
    if refusal := note_refusal({"text": text}):
        raise Refused(refusal)
    held = SharedPart.objects.filter(encounter=encounter).first()
    if held is not None and held.text == text:
        return held
    if shared_is_fixed(encounter):
        raise Refused(SHARED_STANDS)
    if held is None:
        held = SharedPart.objects.create(encounter=encounter, text=text)
        _record(by, encounter, "shared_part")
        return held
    if held.version != base_version:
        raise Refused(
            Refusal(
                "SHARED_CHANGED_SINCE",
                "The shared part was saved in another window meanwhile.",
                "Your text is still here, not saved. Copy it, load the page again and put both together.",
            )
        )
    if timezone.now() - held.saved_at > SITTING:
        _record(by, encounter, "shared_part")
    held.text, held.version, held.saved_at = text, held.version + 1, timezone.now()
    held.save(update_fields=["text", "version", "saved_at"])
    return held


SHARED_STANDS = Refusal(
    "SHARED_STANDS",
    "A note that carries the shared part is signed, so it no longer changes.",
    "Say what is missing in an addendum to each note it concerns.",
)


@transaction.atomic
def add_participant(*, by: Staff, encounter: Encounter, patient: Patient) -> Participation:
    """Put another patient on the list of one's own session, until a note on it is signed."""
    encounter = own_session(by, encounter)
    _check_list_open(encounter)
    if not charts_visible_to(by).filter(pk=patient.pk).exists():
        raise Refused(NO_CARE)
    if encounter.kind in (SessionKind.INDIVIDUAL, SessionKind.OTHER):
        raise Refused(Refusal("SESSION_NOT_INDIVIDUAL", "An individual session has one patient."))
    attendance = Attendance.EXPECTED if encounter.is_planned else Attendance.ATTENDED
    part, made = Participation.objects.get_or_create(
        encounter=encounter, patient=patient, defaults={"attendance": attendance}
    )
    if not made and not part.taken_off:
        return part
    part.taken_off, part.attendance = False, attendance
    part.save(update_fields=["taken_off", "attendance"])
    record(by=by, event=AuditEvent.CHANGED, subject=encounter, patient_id=patient.pk, detail="participant_added")
    return part


@transaction.atomic
def take_off_list(*, by: Staff, encounter: Encounter, patient: Patient) -> Participation:
    """Take a patient off the list who should not stand there. Raises Refused for the last one, and for whom a note of
    `by` is begun.
    """
    encounter = own_session(by, encounter)
    _check_list_open(encounter)
    part = encounter.participations.get(patient=patient)
    if len(present(encounter)) < 2:
        raise Refused(Refusal("SESSION_LAST_PATIENT", "A session has at least one patient."))
    if encounter.notes.filter(patient=patient, author=by).exists():
        raise Refused(
            Refusal("SESSION_HAS_DRAFT", "There is a note for this patient.", "Discard it, if it is a draft.")
        )
    part.taken_off, part.cpt, part.add_ons, part.code_reason = True, "", [], None
    part.save(update_fields=["taken_off", "cpt", "add_ons", "code_reason"])
    record(by=by, event=AuditEvent.CHANGED, subject=encounter, patient_id=patient.pk, detail="participant_taken_off")
    return part


def _check_list_open(encounter: Encounter) -> None:
    if encounter.state == SessionState.CANCELLED:
        raise Refused(Refusal("SESSION_CANCELLED", "This session was cancelled."))
    if standing_notes(encounter).exists():
        raise Refused(
            Refusal(
                "SESSION_SIGNED",
                "A note on this session is signed, so its list no longer changes.",
                "Record another session for somebody who is missing.",
            )
        )


def check_session_before_signing(note: ChartNote) -> None:
    """Called by the act of signing, in its transaction, before the note is signed.

    Raises Refused while the session is only planned, and while the shared part names a participant. Holds the session
    until the note is signed, so that nobody changes the shared part or the list in between.
    """
    if note.encounter_id is None:
        return
    encounter = Encounter.objects.select_for_update(no_key=True).get(pk=note.encounter_id)
    if encounter.is_planned:
        raise Refused(
            Refusal(
                "SESSION_STILL_PLANNED",
                "The session of this note is still planned.",
                "Put it on record first: when it began and ended, or that nobody came.",
            )
        )
    if encounter.state == SessionState.CANCELLED:
        raise Refused(Refusal("SESSION_CANCELLED", "The session of this note was cancelled.", "Discard the draft."))
    if not carries_shared_part(note) or not shared_text(encounter).strip():
        return
    if found := names_in_shared(encounter, shared_text(encounter)):
        words = ", ".join(f"“{word}”" for word in found)
        raise Refused(
            Refusal(
                "SHARED_NAMES",
                f"The shared part of this session names somebody: {words}. It stands in every participant’s chart.",
                "Take the names out on the page of the session, then sign.",
            )
        )


def _record(by: Staff, encounter: Encounter, detail: str) -> None:
    for part in present(encounter):
        record(by=by, event=AuditEvent.CHANGED, subject=encounter, patient_id=part.patient_id, detail=detail)
