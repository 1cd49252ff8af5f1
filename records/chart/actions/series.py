"""Planned sessions: copied forward, moved, cancelled, and put on record when their hour has come."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff
from practice.people.policies import charts_visible_to

from ..models import ChartNote, Encounter, Participation
from ..rules.notes import NoteState
from ..rules.series import at_same_clock, days_of_series, series_refusal
from ..rules.sessions import Attendance, SessionState
from .sessions import (
    HERE,
    NO_CARE,
    Presence,
    check_presence,
    check_session,
    mark,
    own_session,
    present,
)

# So much before its hour a session may be begun.
EARLY = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Copied:
    """What became of copying forward: the sessions planned, days that had one already, patients no longer in care."""

    planned: list[Encounter]
    taken: list[date]
    left_out: int


@transaction.atomic
def copy_forward(
    *, by: Staff, encounter: Encounter, weeks: int, times: int | None = None, until: date | None = None
) -> Copied:
    """Plan the same session again every so many weeks, at the same time of the practice's clock.

    A day on which the same session is planned or held already is left out, so that two clicks plan once. Patients who
    are no longer in the care of `by` are left out too. Raises Refused when nobody is left, or for a series without end.
    """
    advisory_lock(f"sessions of {by.pk}")
    encounter = own_session(by, encounter)
    zone = timezone.get_current_timezone()
    source_day = timezone.localdate(encounter.started_at)
    first = source_day + timedelta(weeks=weeks)
    while first < timezone.localdate():
        first += timedelta(weeks=weeks)
    if refusal := series_refusal(times=times, until=until, first=first):
        raise Refused(refusal)
    parts = present(encounter)
    patients = set(
        charts_visible_to(by).filter(pk__in=[part.patient_id for part in parts]).values_list("pk", flat=True)
    )
    if not patients:
        raise Refused(NO_CARE)
    planned, taken = [], []
    for day in days_of_series(first, weeks=weeks, times=times, until=until):
        start = at_same_clock(day, encounter.started_at, zone)
        stop = _stop_of(encounter, day, start)
        check_session(start, stop, encounter.kind, len(patients), planned=True)
        if _has_one(by, start, patients):
            taken.append(day)
        else:
            planned.append(_plan(by, encounter, start, stop, sorted(patients)))
    return Copied(planned, taken, len(parts) - len(patients))


def _stop_of(encounter: Encounter, day: date, start: datetime) -> datetime | None:
    if encounter.stopped_at is None:
        return None
    stop = at_same_clock(day, encounter.stopped_at, timezone.get_current_timezone())
    # over midnight, or over the change of the clock: as long as the one it is copied from
    return stop if stop > start else start + (encounter.stopped_at - encounter.started_at)


def _has_one(by: Staff, start: datetime, patients: set[UUID]) -> bool:
    same = Encounter.objects.filter(clinician=by, started_at=start).exclude(state=SessionState.CANCELLED)
    return same.filter(participations__patient__in=patients, participations__taken_off=False).exists()


def _plan(by: Staff, source: Encounter, start: datetime, stop: datetime | None, patients: list[UUID]) -> Encounter:
    planned = Encounter.objects.create(
        clinician=by,
        kind=source.kind,
        modality=source.modality,
        started_at=start,
        stopped_at=stop,
        others_present=source.others_present,
        state=SessionState.PLANNED,
        copied_from=source,
    )
    for pk in patients:
        Participation.objects.create(encounter=planned, patient_id=pk, attendance=Attendance.EXPECTED)
        record(by=by, event=AuditEvent.RECORDED, subject=planned, patient_id=pk, detail="session_planned")
    return planned


@transaction.atomic
def move_session(*, by: Staff, encounter: Encounter, started_at: datetime, stopped_at: datetime | None) -> Encounter:
    """Give a planned session another day or time."""
    encounter = _own_planned(by, encounter)
    parts = present(encounter)
    check_session(started_at, stopped_at, encounter.kind, len(parts), planned=True)
    encounter.started_at, encounter.stopped_at = started_at, stopped_at
    encounter.save(update_fields=["started_at", "stopped_at"])
    for part in parts:
        record(by=by, event=AuditEvent.CHANGED, subject=encounter, patient_id=part.patient_id, detail="session_moved")
    return encounter


@transaction.atomic
def cancel_session(*, by: Staff, encounter: Encounter, reason: str, words: str = "") -> Encounter:
    """Call a planned session off, with a reason. It stays in the chart as cancelled; see also strike_session."""
    encounter = _own_planned(by, encounter)
    if ChartNote.objects.filter(encounter=encounter, author=by, state=NoteState.DRAFT).exists():
        raise Refused(Refusal("SESSION_HAS_DRAFT", "A note on this session is begun.", "Sign or discard it first."))
    encounter.state, encounter.cancel_reason, encounter.cancel_words = SessionState.CANCELLED, reason, words or None
    encounter.save(update_fields=["state", "cancel_reason", "cancel_words"])
    for part in present(encounter):
        record(by=by, event=AuditEvent.CANCELLED, subject=encounter, patient_id=part.patient_id, detail="session")
    return encounter


@transaction.atomic
def hold_session(
    *,
    by: Staff,
    encounter: Encounter,
    started_at: datetime,
    stopped_at: datetime | None = None,
    presence: Presence = HERE,
    as_planned: bool = False,
) -> Encounter:
    """Put a planned session on record: when it was, and `presence` of everybody who was expected.

    `as_planned` says that nobody has confirmed these times yet.
    """
    encounter = _own_planned(by, encounter)
    parts = present(encounter)
    ahead = presence.attendance == Attendance.LATE_CANCEL and started_at > timezone.now()
    check_session(started_at, stopped_at, encounter.kind, len(parts), planned=ahead)
    check_presence(presence, started_at, stopped_at, encounter.kind)
    encounter.state, encounter.times_as_planned = SessionState.RECORDED, as_planned
    encounter.started_at, encounter.stopped_at = started_at, stopped_at
    encounter.save(update_fields=["state", "times_as_planned", "started_at", "stopped_at"])
    for part in parts:
        mark(part, presence, by)
        record(by=by, event=AuditEvent.RECORDED, subject=encounter, patient_id=part.patient_id, detail="session")
    return encounter


@transaction.atomic
def begin_planned(*, by: Staff, encounter: Encounter) -> Encounter:
    """What "New note" does to a session: a planned one whose hour has come is on record, with its times as planned.

    Much before its hour it stays planned: a note can be prepared, and is signed once the session is on record. The end
    is taken from the plan only when it has passed.
    """
    encounter = Encounter.objects.select_for_update(no_key=True).get(pk=encounter.pk)
    now = timezone.now()
    if not encounter.is_planned or encounter.clinician_id != by.pk or encounter.started_at > now + EARLY:
        return encounter
    stopped = encounter.stopped_at if encounter.stopped_at and encounter.stopped_at <= now else None
    return hold_session(
        by=by,
        encounter=encounter,
        started_at=min(encounter.started_at, now.replace(second=0, microsecond=0)),
        stopped_at=stopped,
        as_planned=True,
    )


def _own_planned(by: Staff, encounter: Encounter) -> Encounter:
    encounter = own_session(by, encounter)
    if not encounter.is_planned:
        raise Refused(
            Refusal("SESSION_NOT_PLANNED", "This session is not planned any more.", "Look at how it stands now.")
        )
    return encounter
