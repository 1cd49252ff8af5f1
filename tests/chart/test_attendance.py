"""Who was there and under which code: said of each participant, and held once a note is signed."""

from datetime import timedelta

import psycopg
import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from practice.desk.worklist import home_groups
from practice.people.actions.care import begin_care
from practice.people.rules import CareRole
from records.chart.actions.endings import cancel_note
from records.chart.actions.group_notes import save_shared_part
from records.chart.actions.notes import sign_note
from records.chart.actions.sessions import Presence, say_presence, start_session
from records.chart.models import AttendanceChange, Encounter, Participation
from records.chart.rules.notes import CancelKind
from tests.refusals import refusal_of

from .conftest import recently, url
from .sessions import NO_SHOW, own_note, seat, signed_note
from .trainees import make_trainee, supervise

pytestmark = pytest.mark.django_db


def test_a_no_show_is_on_record_and_asks_for_no_note(hale, lindqvist):
    start_session(by=hale, patient=lindqvist, started_at=recently(), presence=NO_SHOW)
    start_session(by=hale, patient=lindqvist, started_at=recently() - timedelta(days=1))
    (waiting,) = home_groups(hale)
    assert (waiting.words, len(waiting.lines)) == ("Sessions without a note", 1)


def test_a_code_that_does_not_fit_is_refused_and_never_changed_silently(hale, lindqvist):
    began = recently()
    times = {"started_at": began, "stopped_at": began + timedelta(minutes=45)}

    def record(presence):
        return start_session(by=hale, patient=lindqvist, presence=presence, **times)

    assert refusal_of(lambda: record(Presence(cpt="90837"))) == "CODE_MISMATCH"
    assert refusal_of(lambda: record(Presence("no_show", cpt="90834"))) == "CODE_WITHOUT_SESSION"
    assert not Encounter.objects.exists()
    kept = record(Presence(cpt="90837", code_reason="Ten minutes by phone the same day."))
    assert seat(kept, lindqvist).cpt == "90837"
    assert seat(kept, lindqvist).code_reason == "Ten minutes by phone the same day."


def test_the_database_keeps_no_code_beside_a_missed_session(group, haddads):
    with pytest.raises(IntegrityError, match="code_when_attended"), transaction.atomic():
        Participation.objects.filter(encounter=group, patient=haddads[0]).update(cpt="90853", attendance="no_show")


def test_each_participant_has_an_own_attendance_and_code_and_corrections_keep_what_was_said(hale, group, haddads):
    leila, samir, _grace = (seat(group, patient) for patient in haddads)
    say_presence(
        by=hale, encounter=group, said={str(leila.pk): Presence(cpt="90853"), str(samir.pk): Presence("no_show")}
    )
    say_presence(by=hale, encounter=group, said={str(samir.pk): Presence("late_cancel")})
    assert [seat(group, one).attendance for one in haddads] == ["attended", "late_cancel", "attended"]
    assert [seat(group, one).cpt for one in haddads] == ["90853", "", ""]
    kept = AttendanceChange.objects.filter(participation=samir).values_list("was", "now", "changed_by")
    assert list(kept) == [("attended", "no_show", hale.pk), ("no_show", "late_cancel", hale.pk)]
    with pytest.raises(Exception, match="permission denied"), transaction.atomic():
        AttendanceChange.objects.all().delete()


def test_attendance_stands_once_the_own_note_is_signed_and_the_others_can_still_be_said(hale, group, haddads, dap):
    leila, samir, _grace = (seat(group, patient) for patient in haddads)
    signed_note(hale, group, haddads[0], dap)
    assert (
        refusal_of(lambda: say_presence(by=hale, encounter=group, said={str(leila.pk): NO_SHOW})) == "ATTENDANCE_SIGNED"
    )
    say_presence(by=hale, encounter=group, said={str(samir.pk): NO_SHOW})
    assert seat(group, haddads[1]).attendance == "no_show"


SAID_OF_A_SESSION = [
    {"started_at": recently() - timedelta(hours=3)},
    {"stopped_at": None},
    {"state": "planned"},
    {"state": "cancelled", "cancel_reason": "other"},
    {"kind": "other"},
    {"modality": "phone"},
    {"times_as_planned": True},
]
SAID_OF_A_PARTICIPANT = [
    {"taken_off": True},
    {"attendance": "no_show"},
    {"cpt": "90837"},
    {"add_ons": ["90785"]},
    {"patient_place": "Illinois"},
]


def changes(rows, said) -> bool:
    """Whether the database takes it; undone at once."""
    try:
        with transaction.atomic():
            assert rows.update(**said) == 1
            transaction.set_rollback(True)
    except IntegrityError as refused:
        assert "a signed note rests on this session" in str(refused)
        return False
    return True


def held(session, patient) -> tuple[set[bool], set[bool]]:
    """Of the session, and of what is said of a patient in it: whether the database takes changes."""
    sessions, parts = Encounter.objects.filter(pk=session.pk), session.participations.filter(patient=patient)
    return (
        {changes(sessions, said) for said in SAID_OF_A_SESSION},
        {changes(parts, said) for said in SAID_OF_A_PARTICIPANT},
    )


def test_the_database_holds_the_session_of_a_signed_note_and_lets_go_once_it_was_cancelled(
    hale, lindqvist, session, dap
):
    note = own_note(hale, session, lindqvist, dap)
    assert held(session, lindqvist) == ({True}, {True})
    note = sign_note(by=hale, note_id=note.pk, seen_version=note.version)
    assert held(session, lindqvist) == ({False}, {False})
    cancel_note(by=hale, note_id=note.pk, kind=CancelKind.IN_ERROR, reason="Another day.")
    assert held(session, lindqvist) == ({True}, {True})


def test_the_database_holds_the_session_of_a_note_that_waits_for_co_signature(hale, lindqvist, session, dap):
    supervise(lindqvist, hale)
    note = signed_note(make_trainee(lindqvist), session, lindqvist, dap)
    assert note.state == "awaiting"
    assert held(session, lindqvist) == ({False}, {False})


def test_with_one_note_of_a_group_signed_the_database_holds_its_list_but_not_what_is_said_of_the_others(
    hale, group, haddads, dap
):
    signed_note(hale, group, haddads[0], dap)
    others = group.participations.filter(patient=haddads[1])
    assert not changes(others, {"taken_off": True})
    assert changes(others, {"attendance": "no_show"})


A_SESSION = """
    INSERT INTO chart_encounter (
        id, clinician_id, outside_clinician, kind, modality, started_at, others_present, title, code, recorded_at,
        state, times_as_planned, cancel_reason, source_system, source_id, as_given
    ) VALUES (
        gen_random_uuid(), gen_random_uuid(), '', 'individual', 'video', now(), '', '', '', '2026-01-01', 'recorded',
        false, '', '', '', '{}'
    );
    INSERT INTO chart_participation
        (id, encounter_id, patient_id, attendance, cpt, add_ons, patient_place, taken_off)
        SELECT gen_random_uuid(), id, gen_random_uuid(), 'attended', '', '[]', '', false FROM chart_encounter
"""


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE chart_encounter SET clinician_id = NULL",
        "UPDATE chart_encounter SET recorded_at = now()",
        "DELETE FROM chart_encounter",
        "UPDATE chart_participation SET patient_id = gen_random_uuid()",
        "DELETE FROM chart_participation",
        "UPDATE chart_attendancechange SET was = 'attended'",
    ],
)
def test_not_even_the_database_superuser_gives_a_session_to_others_or_deletes_it(superuser, statement):
    connection = superuser("default")
    with pytest.raises(psycopg.errors.RestrictViolation), connection.transaction(force_rollback=True):
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(A_SESSION)
        connection.execute("SET LOCAL session_replication_role = origin")
        connection.execute(statement)


def test_another_clinician_of_a_participant_says_nothing_about_the_session(hale, osei, group, haddads):
    begin_care(by=hale, patient=haddads[0], staff=osei, role=CareRole.TREATING, from_on=timezone.localdate())
    said = {str(seat(group, haddads[0]).pk): NO_SHOW}
    assert refusal_of(lambda: say_presence(by=osei, encounter=group, said=said)) == "SESSION_NOT_YOURS"
    assert (
        refusal_of(lambda: save_shared_part(by=osei, encounter=group, text="x", base_version=0)) == "SESSION_NOT_YOURS"
    )


def test_a_correction_that_makes_a_code_wrong_comes_back_with_the_sentence(signed_in, hale, lindqvist):
    began = recently()
    session = start_session(
        by=hale,
        patient=lindqvist,
        started_at=began,
        stopped_at=began + timedelta(minutes=45),
        presence=Presence(cpt="90834"),
    )
    form = {
        "day": began.date().isoformat(),
        "start": "14:00",
        "stop": "14:55",
        "kind": "individual",
        "modality": "video",
        "patient_place": "Illinois",
        "attendance": "attended",
        "code": "90834",
    }
    browser = signed_in(hale)
    page = browser.post(url("session-correct", session.pk), form)
    assert "90834 stands for 38 to 52 minutes; this session lasted 55." in page.text
    assert "For 55 minutes the code is 90837." in page.text
    browser.post(url("session-correct", session.pk), form | {"code_reason": "Break of five minutes."})
    page = browser.get(url("session-open", session.pk)).text
    assert "90834" in page and "kept: Break of five minutes." in page and "patient in Illinois" in page
