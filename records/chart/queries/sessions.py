"""Sessions, for pages and paper. Every function takes a chart that a doorway has opened."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from practice.infrastructure.templatetags.look import day, time_of_day
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to

from ..models import ChartNote, Encounter, Participation
from ..rules.notes import NoteState
from ..rules.sessions import ABSENT, Attendance, SessionKind, SessionState, minutes_between


def session_words(encounter: Encounter) -> str:
    """A session in a few words: "53 min, video"; "times as planned" while nobody has confirmed them."""
    minutes = minutes_between(encounter.started_at, encounter.stopped_at)
    length = f"{minutes} min" if minutes is not None else ""
    place = encounter.get_modality_display().lower() if encounter.modality != "other" else ""
    doubt = "times as planned" if encounter.times_as_planned else ""
    return ", ".join(filter(None, [length, place, doubt]))


def as_said(encounter: Encounter) -> str:
    """All that is said of a session, in words: when, kind, place, who else, and where one patient came, their code."""
    start, stop = encounter.started_at, encounter.stopped_at
    words = [f"{day(start)}, {time_of_day(start)}" + (f" to {time_of_day(stop)}" if stop else "")]
    words += [encounter.get_kind_display(), encounter.get_modality_display()]
    parts = encounter.participations.filter(taken_off=False)[:2]
    if len(parts) == 1:
        words += [parts[0].get_attendance_display(), codes_words(parts[0]), parts[0].patient_place]
    if encounter.others_present:
        words.append(f"with {encounter.others_present}")
    return ", ".join(filter(None, words))


def session_title(encounter: Encounter) -> str:
    """What a session is called: by its imported title, else by its kind."""
    kind = SessionKind(encounter.kind)
    return encounter.title or (kind.label if kind == SessionKind.OTHER else f"{kind.label} session")


def codes_words(part: Participation) -> str:
    """The codes of a participant: "90834, 90785"."""
    return ", ".join([part.cpt, *part.add_ons]) if part.cpt else ""


def presence_words(part: Participation) -> str:
    """What a list says about a participant besides having attended: "no show"; "" for everybody who was there."""
    return part.get_attendance_display().lower() if part.attendance in ABSENT else ""


def on_lists(patient: Patient | OuterRef) -> QuerySet[Participation]:
    """The sessions on whose list a patient stands."""
    return Participation.objects.filter(patient=patient, taken_off=False)


def sessions_of(patient: Patient) -> QuerySet[Encounter]:
    """The sessions in a patient's chart: held, missed or cancelled. What is only planned is not part of it yet."""
    rows = Encounter.objects.filter(pk__in=on_lists(patient).values("encounter_id"))
    return rows.exclude(state=SessionState.PLANNED)


def session_days(patient: Patient) -> set[date]:
    """The practice-local days of a patient's sessions, whatever came of them, planned ones included."""
    rows = Encounter.objects.filter(pk__in=on_lists(patient).values("encounter_id"))
    return {timezone.localdate(start) for start in rows.values_list("started_at", flat=True)}


def planned_sessions(patient: Patient, *, limit: int = 3) -> QuerySet[Encounter]:
    """The next planned sessions of a patient, soonest first."""
    rows = Encounter.objects.filter(pk__in=on_lists(patient).values("encounter_id"), state=SessionState.PLANNED)
    return rows.order_by("started_at")[:limit]


def sessions_at(
    patient: Patient, clinician: Staff, started_at: datetime, stopped_at: datetime | None
) -> QuerySet[Encounter]:
    """The clinician's sessions with a patient, planned or held, that this time would overlap."""
    rows = Encounter.objects.filter(pk__in=on_lists(patient).values("encounter_id"), clinician=clinician)
    rows = rows.exclude(state=SessionState.CANCELLED)
    still_on = Q(stopped_at__gt=started_at) | Q(stopped_at__isnull=True, started_at__gte=started_at)
    return rows.filter(still_on, started_at__lt=stopped_at or started_at + timedelta(minutes=1)).order_by("started_at")


def participation_of(encounter: Encounter, patient: Patient) -> Participation | None:
    """A patient's own line of a session."""
    found = encounter.participations.all()  # which paper has fetched for all its sessions at once
    return next((part for part in found if part.patient_id == patient.pk and not part.taken_off), None)


def sessions_to_write(author: Staff, patient: Patient, *, limit: int = 10) -> QuerySet[Encounter]:
    """The author's latest sessions with a patient that have no note of theirs yet. A missed one needs none."""
    noted = ChartNote.objects.filter(author=author, patient=patient, encounter=OuterRef("pk"))
    noted = noted.exclude(state=NoteState.CANCELLED)
    there = on_lists(patient).filter(attendance=Attendance.ATTENDED)
    rows = Encounter.objects.filter(~Exists(noted), clinician=author, pk__in=there.values("encounter_id"))
    return rows.filter(state=SessionState.RECORDED).order_by("-started_at")[:limit]


@dataclass(frozen=True, slots=True)
class Seat:
    """One participant of a session on a clinician's own list: the patient, what is said of them, and the own note."""

    part: Participation
    patient: Patient
    note_id: object = None
    note_state: str = ""

    @property
    def presence(self) -> str:
        return presence_words(self.part)

    @property
    def codes(self) -> str:
        return codes_words(self.part)

    @property
    def is_to_write(self) -> bool:
        """Whether a note of this patient is still missing: begun none, and not missed."""
        return self.note_id is None and self.part.attendance not in ABSENT


@dataclass(slots=True)
class SessionLine:
    """One session as a list shows it to whoever holds it."""

    session: Encounter
    title: str
    words: str
    seats: list[Seat] = field(default_factory=list)

    @property
    def who(self) -> str:
        """Up to two patients by name; a larger circle by how many they are."""
        if len(self.seats) > 2:
            return f"{self.title}, {len(self.seats)} patients"
        return ", ".join(seat.patient.legal_name for seat in self.seats)

    @property
    def only(self) -> Seat | None:
        """The one participant of a session for one."""
        return self.seats[0] if len(self.seats) == 1 else None


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """The first moment of a day at the practice, and of the next."""
    begins = timezone.make_aware(datetime.combine(day, time.min))
    return begins, timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def sessions_between(staff: Staff, begins: datetime, ends: datetime) -> QuerySet[Encounter]:
    """A clinician's own sessions in a span of time with patients whose charts are open to them, by time."""
    visible = Participation.objects.filter(patient__in=charts_visible_to(staff), taken_off=False)
    rows = Encounter.objects.filter(clinician=staff, started_at__gte=begins, started_at__lt=ends)
    rows = rows.filter(pk__in=visible.values("encounter_id"))
    seats = visible.select_related("patient").order_by("patient__sort_name")
    return rows.prefetch_related(Prefetch("participations", queryset=seats)).order_by("started_at", "pk")


def session_lines(staff: Staff, sessions: Sequence[Encounter]) -> list[SessionLine]:
    """These sessions with their seats and the clinician's own notes: one query, however many there are."""
    notes: dict[tuple[object, object], tuple[object, str]] = {}
    mine = ChartNote.objects.filter(encounter__in=[one.pk for one in sessions], author=staff)
    rows = mine.exclude(state=NoteState.CANCELLED).order_by("created_at")
    for pk, encounter, patient, state in rows.values_list("pk", "encounter_id", "patient_id", "state"):
        notes[encounter, patient] = (pk, state)
    lines = []
    for one in sessions:
        seats = [
            Seat(part, part.patient, *notes.get((one.pk, part.patient_id), (None, "")))
            for part in one.participations.all()
        ]
        lines.append(SessionLine(one, session_title(one), session_words(one), seats))
    return lines
