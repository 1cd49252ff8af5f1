"""Six years of sessions and notes, diagnoses, medication and questionnaires.

Written as rows, not through the product's acts: a note signed in 2021 has its signing time in 2021.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import F
from django.utils import timezone

from practice.people.models import Patient, Staff
from practice.people.rules import Role
from records.chart.models import (
    ChartAddendum,
    ChartNote,
    Diagnosis,
    Encounter,
    Medication,
    NoteFormat,
    NoteSignature,
    Participation,
    Result,
)
from records.chart.rules.cosigning import Decision, SignerRole
from records.chart.rules.diagnoses import ICD_10_CM
from records.chart.rules.notes import NoteState
from records.chart.rules.sessions import Modality, SessionKind
from records.chart.rules.values import ResultCategory

from .people import DemoPatient
from .practice import Demo
from .texts import THEMES, progress_note

FORMAT_OF = {"therapist": "DAP", "therapist2": "SOAP", "trainee": "BIRP", "supervisor": "FREE", "solo": "DAP"}
MEDICATION = {
    "Lindqvist": ("sertraline", "75 mg daily"),
    "Park": ("bupropion XL", "150 mg every morning"),
    "Tallchief": ("prazosin", "2 mg at bedtime"),
    "Al-Zahrani": ("escitalopram", "10 mg daily"),
    "Reed": ("fluoxetine", "20 mg daily"),
    "Weiss": ("sertraline", "100 mg daily"),
}
MEASURES = {"PHQ-9": ("44261-6", 27), "GAD-7": ("70274-6", 21)}


@dataclass(frozen=True, slots=True)
class Held:
    """A session that took place, for the other parts of the demo."""

    patient: Patient
    therapist: Staff
    encounter: Encounter
    theme: str


def fill_chart(demo: Demo) -> list[Held]:
    """Out: every session, oldest first for each patient."""
    formats = {item.code.upper(): item for item in NoteFormat.objects.all()}
    held: list[Held] = []
    for position, (key, patient) in enumerate(demo.patients.items()):
        about = demo.about[key]
        sessions = _sessions(demo, patient, about, position)
        held.extend(sessions)
        _notes(demo, sessions, formats[FORMAT_OF[about.therapist]])
        _facts(demo, key, patient, about, sessions)
    return held


def _days(demo: Demo, about: DemoPatient, position: int) -> Iterator[date]:
    day = demo.day - timedelta(weeks=about.weeks)
    day += timedelta(days=(position % 5 - day.weekday()) % 7)
    while day <= demo.day - timedelta(weeks=about.ended_weeks_ago):
        if demo.rng.random() > 0.12:  # holidays and missed weeks
            yield day
        day += timedelta(weeks=about.every)


def _sessions(demo: Demo, patient: Patient, about: DemoPatient, position: int) -> list[Held]:
    therapist = demo.staff[about.therapist]
    encounters = []
    for day in _days(demo, about, position):
        start = _at(day, 9 + position % 8, 0)
        if start + timedelta(hours=1) > timezone.now():
            continue
        encounters.append(
            Encounter(
                clinician=therapist,
                kind=SessionKind.INDIVIDUAL,
                modality=demo.rng.choice((Modality.IN_PERSON, Modality.IN_PERSON, Modality.VIDEO)),
                started_at=start,
                stopped_at=start + timedelta(minutes=demo.rng.choice((45, 50, 53, 55))),
                recorded_at=start,
            )
        )
    Encounter.objects.bulk_create(encounters)
    Participation.objects.bulk_create(Participation(encounter=item, patient=patient) for item in encounters)
    return [Held(patient, therapist, item, about.theme) for item in encounters]


def _notes(demo: Demo, sessions: list[Held], form: NoteFormat) -> None:
    keys = [section["key"] for section in form.sections]
    notes: list[ChartNote] = []
    finished: list[ChartNote] = []
    addenda = []
    for number, session in enumerate(sessions):
        ended = session.encounter.stopped_at or session.encounter.started_at
        last = number == len(sessions) - 1
        recent = ended > timezone.now() - timedelta(days=10)
        if last and recent and demo.rng.random() < 0.4:
            continue  # still to be written
        draft = last and recent and demo.rng.random() < 0.5
        notes.append(
            ChartNote(
                patient=session.patient,
                encounter=session.encounter,
                author=session.therapist,
                format=form,
                on=timezone.localdate(session.encounter.started_at),
                version=2,  # saved once
                sections=progress_note(demo.rng, THEMES[session.theme], keys),
                created_at=ended,
                saved_at=ended + timedelta(minutes=7),
                written_at=ended + timedelta(minutes=2),
            )
        )
        if not draft:
            finished.append(notes[-1])
    ChartNote.objects.bulk_create(notes)
    sign_all(demo, finished)
    for note in finished:
        if demo.rng.random() < 0.02:
            text = "Added after a call with the patient the same evening: the appointment at the clinic was kept."
            at = note.saved_at + timedelta(hours=5)
            addenda.append(ChartAddendum(note=note, author=note.author, text=text, signed_at=at))
    ChartAddendum.objects.bulk_create(addenda)


def sign_all(demo: Demo, notes: list[ChartNote]) -> None:
    """Sign drafts of one author a minute after their last save; a trainee's are co-signed the next day."""
    if not notes:
        return
    trainee = Role.TRAINEE in notes[0].author.roles
    rows = ChartNote.objects.filter(pk__in=[note.pk for note in notes])
    NoteSignature.objects.bulk_create(
        NoteSignature(
            note=note,
            version=note.version,
            staff=note.author,
            role=SignerRole.TRAINEE if trainee else SignerRole.AUTHOR,
            decision=Decision.SIGNED,
            at=note.saved_at + timedelta(minutes=1),
        )
        for note in notes
    )
    signed = NoteState.AWAITING if trainee else NoteState.SIGNED
    rows.update(state=signed, signed_at=F("saved_at") + timedelta(minutes=1))
    if trainee:
        NoteSignature.objects.bulk_create(
            NoteSignature(
                note=note,
                version=note.version,
                staff=demo.staff["supervisor"],
                role=SignerRole.SUPERVISOR,
                decision=Decision.COSIGNED,
                at=min(note.saved_at + timedelta(hours=20), timezone.now()),
            )
            for note in notes
        )
        rows.update(state=NoteState.SIGNED)


def _facts(demo: Demo, key: str, patient: Patient, about: DemoPatient, sessions: list[Held]) -> None:
    theme = THEMES[about.theme]
    Diagnosis.objects.create(
        patient=patient,
        code_system=ICD_10_CM,
        code=theme.code,
        release_label="2026-04",
        title=theme.diagnosis,
        recorded_by=demo.staff[about.therapist],
        onset_on=patient.opened_on - timedelta(days=90),
        recorded_on=patient.opened_on,
    )
    if key in MEDICATION:
        name, dosage = MEDICATION[key]
        Medication.objects.create(
            patient=patient,
            title=name,
            status="active",
            intent="order",
            prescriber="Dr. Ines Falk, Prairie Family Medicine",
            dosage=dosage,
            started_on=patient.opened_on + timedelta(days=60),
        )
    results = []
    score = demo.rng.randint(11, 17)
    for session in sessions[::4]:
        measure = "PHQ-9" if about.theme in ("depression", "grief", "alcohol") else "GAD-7"
        code, most = MEASURES[measure]
        score = max(2, min(most, score + demo.rng.choice((-3, -2, -1, -1, 0, 1, 2))))
        results.append(
            Result(
                patient=patient,
                encounter=session.encounter,
                category=ResultCategory.SURVEY,
                code_system="LOINC",
                code=code,
                title=measure,
                taken_at=session.encounter.started_at,
                number=Decimal(score),
                unit="{score}",
            )
        )
    Result.objects.bulk_create(results)


def _at(day: date, hour: int, minute: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))
