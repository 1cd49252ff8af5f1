"""The therapist's day: a patient who comes every week, a couple, a group with a shared part, and somebody who did not
come. Written through the product's own acts.
"""

from datetime import datetime, time, timedelta

from django.utils import timezone

from practice.people.models import Patient, Staff
from records.chart.actions.group_notes import save_shared_part
from records.chart.actions.notes import save_draft, sign_note, start_note
from records.chart.actions.series import copy_forward
from records.chart.actions.sessions import EXPECTED, Presence, say_presence, start_session
from records.chart.models import Encounter, NoteFormat
from records.chart.rules.sessions import Attendance, Modality, SessionKind

from .practice import Demo

GROUP = ("Park", "Tanaka", "Weiss", "Al-Zahrani", "O’Shaughnessy")
SHARED = (
    "Fourth of twelve meetings. Topic: noticing the first signs of worry in the body. Opened with a round, then a guided "
    "breathing exercise of ten minutes, then pairs. The group agreed to keep a short log until next week."
)
OWN = (
    "Took part in the round and in the exercise; spoke of tension in the shoulders on work days. Mood steady, no risk.",
    "Quiet at first, engaged in the pairs. Reports two better nights since last week. No risk.",
)


def fill_sessions(demo: Demo) -> None:
    """Today's and coming sessions of the therapist, last week's group with its notes, this week's still to write."""
    hale = demo.staff["therapist"]
    _today(demo, hale)
    _missed(demo, hale)
    for weeks_ago, written in ((1, True), (0, False)):
        session = _group(demo, hale, weeks_ago)
        save_shared_part(by=hale, encounter=session, text=SHARED, base_version=0)
        if written:
            _own_notes(demo, hale, session)


def _today(demo: Demo, hale: Staff) -> None:
    planned = (
        ("Okonkwo-Fairbanks", (), time(11), 50, SessionKind.INDIVIDUAL, Modality.IN_PERSON, 2),
        ("Lindqvist", (), time(14), 53, SessionKind.INDIVIDUAL, Modality.VIDEO, 1),
        ("Haddad", tuple(_couple(demo)), time(16), 60, SessionKind.COUPLE, Modality.IN_PERSON, 2),
    )
    for family, others, at, minutes, kind, modality, weeks in planned:
        start = _moment(demo, 0, at)
        patient = demo.patients[family] if not others else others[0]
        session = start_session(
            by=hale,
            patient=patient,
            others=others[1:],
            started_at=start,
            stopped_at=start + timedelta(minutes=minutes),
            kind=kind,
            modality=modality,
            presence=EXPECTED,
        )
        copy_forward(by=hale, encounter=session, weeks=weeks, times=8 // weeks)


def _couple(demo: Demo) -> list[Patient]:
    return [patient for patient in demo.patients.values() if patient.sort_name.startswith("Haddad")]


def _missed(demo: Demo, hale: Staff) -> None:
    start_session(
        by=hale,
        patient=demo.patients["Featherstonehaugh-Cholmondeley"],
        started_at=_moment(demo, 1, time(15)),
        presence=Presence(Attendance.NO_SHOW),
    )


def _group(demo: Demo, hale: Staff, weeks_ago: int) -> Encounter:
    start = _moment(demo, 1 + 7 * weeks_ago, time(17, 30))
    members = [demo.patients[name] for name in GROUP]
    session = start_session(
        by=hale,
        patient=members[0],
        others=members[1:],
        started_at=start,
        stopped_at=start + timedelta(minutes=90),
        kind=SessionKind.GROUP,
        presence=Presence(cpt="90853"),
    )
    absent = session.participations.get(patient=members[-1])
    say_presence(by=hale, encounter=session, said={str(absent.pk): Presence(Attendance.NO_SHOW)})
    return session


def _own_notes(demo: Demo, hale: Staff, session: Encounter) -> None:
    form = NoteFormat.objects.filter(code="dap").latest("version")
    for name, text in zip(GROUP, OWN, strict=False):
        note = start_note(by=hale, patient=demo.patients[name], format=form, encounter=session)
        texts = {"data": text, "assessment": "As before.", "plan": "Next meeting in a week."}
        note = save_draft(by=hale, note_id=note.pk, sections=texts, base_version=note.version).note
        sign_note(by=hale, note_id=note.pk, seen_version=note.version)


def _moment(demo: Demo, days_ago: int, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(demo.day - timedelta(days=days_ago), at))
