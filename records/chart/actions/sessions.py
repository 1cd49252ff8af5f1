"""What can be done with a session. Each act is one transaction: checks, writes, records.

Access is checked here again, silently: the doorway in `policies` came first, and recorded who asked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to

from ..models import AttendanceChange, ChartNote, Encounter, Participation, SessionChange
from ..queries.sessions import as_said
from ..rules.codes import clean_code, mismatches, shape_refusal
from ..rules.notes import NOT_STANDING, NoteState
from ..rules.sessions import (
    Attendance,
    CancelReason,
    Modality,
    SessionKind,
    SessionState,
    attendance_refusal,
    minutes_between,
    session_refusals,
)

NO_CARE = Refusal("CHART_NO_CARE", "This chart is closed to you.", "Ask the treating clinician to add you.")


@dataclass(frozen=True, slots=True)
class Presence:
    """What is said of one participant. `code_reason` states why a code stands though the times differ."""

    attendance: str = Attendance.ATTENDED
    cpt: str = ""
    add_ons: tuple[str, ...] = ()
    code_reason: str = ""
    patient_place: str = ""


HERE = Presence()
EXPECTED = Presence(Attendance.EXPECTED)


@transaction.atomic
def start_session(
    *,
    by: Staff,
    patient: Patient,
    started_at: datetime,
    stopped_at: datetime | None = None,
    others: Sequence[Patient] = (),
    kind: str = SessionKind.INDIVIDUAL,
    modality: str = Modality.IN_PERSON,
    others_present: str = "",
    presence: Presence = HERE,
) -> Encounter:
    """Record a session of `by` with one or more patients, `presence` being said of each of them.

    With everybody still expected it is a planned one. Raises Refused when its times, patients or codes cannot be.
    """
    planned = presence.attendance == Attendance.EXPECTED
    patients = {person.pk: person for person in (patient, *others)}
    check_session(started_at, stopped_at, kind, len(patients), planned=planned)
    check_presence(presence, started_at, stopped_at, kind)
    if charts_visible_to(by).filter(pk__in=patients).count() != len(patients):
        raise Refused(NO_CARE)
    encounter = Encounter.objects.create(
        clinician=by,
        kind=kind,
        modality=modality,
        started_at=started_at,
        stopped_at=stopped_at,
        others_present=others_present,
        state=SessionState.PLANNED if planned else SessionState.RECORDED,
    )
    for pk in patients:
        part = Participation(encounter=encounter, patient_id=pk)
        write_presence(part, presence)
        part.save()
        detail = "session_planned" if planned else "session"
        record(by=by, event=AuditEvent.RECORDED, subject=encounter, patient_id=pk, detail=detail)
    return encounter


@transaction.atomic
def correct_session(
    *,
    by: Staff,
    encounter: Encounter,
    started_at: datetime,
    stopped_at: datetime | None,
    kind: str,
    modality: str,
    others_present: str,
    presence: Presence | None = None,
) -> Encounter:
    """Correct a session of one's own; `presence` too, where one patient was expected.

    What it said before is kept. Raises Refused when it is somebody else's, not on record, or a signed note stands on
    it.
    """
    encounter = own_session(by, encounter)
    if refusal := refusal_to_correct(by, encounter):
        raise Refused(refusal)
    parts = present(encounter)
    check_session(started_at, stopped_at, kind, len(parts))
    was = as_said(encounter)
    encounter.started_at, encounter.stopped_at = started_at, stopped_at
    encounter.kind, encounter.modality, encounter.others_present = kind, modality, others_present
    encounter.times_as_planned = False
    encounter.save(update_fields=["started_at", "stopped_at", "kind", "modality", "others_present", "times_as_planned"])
    for part in parts:
        if presence is not None and len(parts) == 1:
            check_presence(presence, started_at, stopped_at, kind)
            mark(part, presence, by)
        else:
            check_presence(presence_of(part), started_at, stopped_at, kind)
        record(by=by, event=AuditEvent.CHANGED, subject=encounter, patient_id=part.patient_id, detail="session")
    if was != as_said(encounter):
        SessionChange.objects.create(encounter=encounter, was=was, changed_by=by)
    return encounter


@transaction.atomic
def strike_session(*, by: Staff, encounter: Encounter, reason: str) -> Encounter:
    """Strike out a session that was put on record by mistake. It stays in the chart as cancelled, with the reason.

    Raises Refused when it is somebody else's, not on record, or a note on it is begun or stands.
    """
    encounter = own_session(by, encounter)
    if refusal := refusal_to_strike(by, encounter):
        raise Refused(refusal)
    if not reason.strip():
        raise Refused(Refusal("SESSION_NO_REASON", "Say what was wrong.", "The reason stays beside the session."))
    encounter.state, encounter.cancel_reason = SessionState.CANCELLED, CancelReason.IN_ERROR
    encounter.cancel_words = reason.strip()
    encounter.save(update_fields=["state", "cancel_reason", "cancel_words"])
    for part in present(encounter):
        record(by=by, event=AuditEvent.CANCELLED, subject=encounter, patient_id=part.patient_id, detail="in_error")
    return encounter


def refusal_to_strike(by: Staff, encounter: Encounter) -> Refusal | None:
    """Why `by` cannot strike out this session, or None. Drafts are asked about too: they would be left without one."""
    if refusal := refusal_to_correct(by, encounter):
        return refusal
    if encounter.notes.filter(state=NoteState.DRAFT).exists():
        return Refusal("SESSION_HAS_DRAFT", "A note on this session is begun.", "Discard the draft first.")
    return None


def standing_notes(encounter: Encounter) -> QuerySet[ChartNote]:
    """The notes on a session that were signed and not cancelled since."""
    return encounter.notes.exclude(state__in=NOT_STANDING)


def refusal_to_correct(by: Staff, encounter: Encounter) -> Refusal | None:
    """Why `by` cannot correct this session, or None."""
    if encounter.clinician_id != by.pk:
        return Refusal(
            "SESSION_NOT_YOURS",
            "A session is corrected by whoever held it.",
            "Ask them, or add an addendum to the note.",
        )
    if encounter.state != SessionState.RECORDED:
        return Refusal(
            "SESSION_NOT_ON_RECORD",
            "This session is not on record yet, or was cancelled.",
            "A planned session can be moved, cancelled, or put on record once it has begun.",
        )
    if standing_notes(encounter).exists():
        return Refusal(
            "SESSION_SIGNED",
            "A signed note stands on this session, so it no longer changes.",
            "Say what was wrong in an addendum to the note, or cancel the note first if it should not stand.",
        )
    return None


@transaction.atomic
def say_presence(*, by: Staff, encounter: Encounter, said: dict[str, Presence]) -> Encounter:
    """Say of participants (by participation id) whether they were there, and their code. What was said before is kept.

    Raises Refused for somebody whose note on the session is signed, and for codes that do not fit.
    """
    encounter = own_session(by, encounter)
    if encounter.state != SessionState.RECORDED:
        raise Refused(refusal_to_correct(by, encounter) or NO_CARE)
    fixed = set(standing_notes(encounter).values_list("patient_id", flat=True))
    for part in present(encounter):
        presence = said.get(str(part.pk))
        if presence is None or presence == presence_of(part):
            continue
        if part.patient_id in fixed:
            raise Refused(
                Refusal(
                    "ATTENDANCE_SIGNED",
                    "This patient’s note on the session is signed, so attendance and code no longer change.",
                    "Say what was wrong in an addendum to the note.",
                )
            )
        check_presence(presence, encounter.started_at, encounter.stopped_at, encounter.kind)
        mark(part, presence, by)
        record(by=by, event=AuditEvent.CHANGED, subject=encounter, patient_id=part.patient_id, detail="attendance")
    return encounter


def own_session(by: Staff, encounter: Encounter) -> Encounter:
    """The session, locked for this transaction. Raises Refused for those who may not change it."""
    encounter = Encounter.objects.select_for_update(no_key=True).get(pk=encounter.pk)
    if encounter.clinician_id != by.pk:
        raise Refused(refusal_to_correct(by, encounter) or NO_CARE)
    return encounter


def present(encounter: Encounter) -> list[Participation]:
    """Who stands on the list of a session."""
    return list(encounter.participations.filter(taken_off=False).order_by("pk"))


def presence_of(part: Participation) -> Presence:
    """What is said of a participant now."""
    return Presence(part.attendance, part.cpt, tuple(part.add_ons), part.code_reason or "", part.patient_place)


def mark(part: Participation, presence: Presence, by: Staff) -> None:
    """Write what is said of a participant; what was said of their attendance before is kept."""
    was = part.attendance
    write_presence(part, presence)
    part.save(update_fields=["attendance", "cpt", "add_ons", "code_reason", "patient_place"])
    if was not in (part.attendance, Attendance.EXPECTED):
        AttendanceChange.objects.create(participation=part, was=was, now=part.attendance, changed_by=by)


def write_presence(part: Participation, presence: Presence) -> None:
    """Put what is said into the row, unsaved."""
    part.attendance = presence.attendance
    part.cpt = clean_code(presence.cpt)
    part.add_ons = [clean_code(one) for one in presence.add_ons]
    part.code_reason = presence.code_reason or None
    part.patient_place = presence.patient_place


def check_presence(presence: Presence, started_at: datetime, stopped_at: datetime | None, kind: str) -> None:
    """Raise Refused when the codes cannot stand: no codes, nobody there, or times that differ with no reason given."""
    code, add_ons = clean_code(presence.cpt), [clean_code(one) for one in presence.add_ons]
    refusal = shape_refusal(code, add_ons) or attendance_refusal(attendance=presence.attendance, code=code)
    if refusal is None and not presence.code_reason.strip():
        refusal = next(iter(mismatches(code, add_ons, minutes_between(started_at, stopped_at), kind)), None)
    if refusal:
        raise Refused(refusal)


def check_session(
    started_at: datetime, stopped_at: datetime | None, kind: str, patients: int, *, planned: bool = False
) -> None:
    """Raise Refused when times and kind cannot be."""
    refusals = session_refusals(
        started_at=started_at,
        stopped_at=stopped_at,
        now=timezone.now(),
        kind=kind,
        patients=patients,
        planned=planned,
    )
    if refusals:
        raise Refused(next(iter(refusals.values())))
