"""Sessions: attendance of each, codes, plans that become sessions, and the part that a group's notes share."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from practice.audit.models import AuditEntry
from practice.desk.worklist import home_groups
from practice.infrastructure.refusals import Refused
from practice.people.actions.care import begin_care
from practice.people.rules import CareRole
from records.chart.actions.endings import cancel_note
from records.chart.actions.group_notes import add_participant, save_shared_part, take_off_list
from records.chart.actions.notes import save_draft, sign_note, start_note
from records.chart.actions.series import begin_planned, cancel_session, copy_forward, hold_session, move_session
from records.chart.actions.sessions import (
    EXPECTED,
    Presence,
    correct_session,
    say_presence,
    start_session,
    strike_session,
)
from records.chart.documents import release_items, render_context
from records.chart.models import (
    AttendanceChange,
    ChartNote,
    Encounter,
    NoteFormat,
    Participation,
    SessionChange,
    SharedPart,
)
from records.chart.queries.notes import usual_format
from records.chart.queries.sessions import sessions_of, sessions_to_write
from records.chart.rules.notes import CancelKind
from records.chart.searching import search_chart
from records.chart.timeline import Span, timeline
from tests.everybody import make_patient

from .conftest import recently
from .trainees import make_trainee, supervise

pytestmark = pytest.mark.django_db
NO_SHOW = Presence("no_show")


def code_of(act) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.refusal.code


def url(name, *ids):
    return reverse(name, args=ids)


@pytest.fixture
def haddads(hale):
    born = timezone.localdate().replace(year=1985, day=1)
    return [
        make_patient(30001, "Leila", "Haddad", born, treated_by=hale),
        make_patient(30002, "Samir", "Haddad-Quist", born, treated_by=hale),
        make_patient(30003, "Grace", "Tallchief", born, treated_by=hale),
    ]


@pytest.fixture
def group(hale, haddads):
    began = recently()
    return start_session(
        by=hale,
        patient=haddads[0],
        others=haddads[1:],
        kind="group",
        started_at=began,
        stopped_at=began + timedelta(minutes=90),
    )


@pytest.fixture
def planned(hale, lindqvist):
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    begins = max(midnight, timezone.now() - timedelta(minutes=20))  # today, also for tests that run just after midnight
    return start_session(
        by=hale, patient=lindqvist, started_at=begins, stopped_at=begins + timedelta(minutes=50), presence=EXPECTED
    )


def seat(session, patient) -> Participation:
    return session.participations.get(patient=patient)


def own_note(hale, session, patient, dap, text="Was quiet."):
    note = start_note(by=hale, patient=patient, format=dap, encounter=session)
    return save_draft(by=hale, note_id=note.pk, sections={"data": text}, base_version=1).note


def signed_note(hale, session, patient, dap, text="Was quiet."):
    note = own_note(hale, session, patient, dap, text)
    return sign_note(by=hale, note_id=note.pk, seen_version=note.version)


# --- attendance and codes


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

    assert code_of(lambda: record(Presence(cpt="90837"))) == "CODE_MISMATCH"
    assert code_of(lambda: record(Presence("no_show", cpt="90834"))) == "CODE_WITHOUT_SESSION"
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
    assert code_of(lambda: say_presence(by=hale, encounter=group, said={str(leila.pk): NO_SHOW})) == "ATTENDANCE_SIGNED"
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
    assert code_of(lambda: say_presence(by=osei, encounter=group, said=said)) == "SESSION_NOT_YOURS"
    assert code_of(lambda: save_shared_part(by=osei, encounter=group, text="x", base_version=0)) == "SESSION_NOT_YOURS"


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


# --- planned sessions


def test_copied_forward_at_the_same_time_of_the_clock_over_summer_time(hale, lindqvist, monkeypatch):
    began = timezone.make_aware(datetime.combine(date(2026, 10, 20), time(14)))
    monkeypatch.setattr("django.utils.timezone.now", lambda: began + timedelta(hours=4))
    held = start_session(by=hale, patient=lindqvist, started_at=began, stopped_at=began + timedelta(minutes=50))
    copied = copy_forward(by=hale, encounter=held, weeks=1, times=3)
    local = [timezone.localtime(one.started_at) for one in copied.planned]
    assert [(one.month, one.day, one.hour) for one in local] == [(10, 27, 14), (11, 3, 14), (11, 10, 14)]
    assert [one.stopped_at - one.started_at for one in copied.planned] == [timedelta(minutes=50)] * 3
    assert local[0].utcoffset() != local[1].utcoffset()


def test_two_clicks_plan_once_and_days_that_have_one_are_left(hale, group):
    copy_forward(by=hale, encounter=group, weeks=2, times=2)
    again = copy_forward(by=hale, encounter=group, weeks=1, times=4)
    assert (len(again.planned), len(again.taken)) == (2, 2)
    assert Encounter.objects.filter(state="planned").count() == 4
    assert Participation.objects.filter(attendance="expected").count() == 12


def test_who_is_no_longer_in_care_is_not_copied_forward(hale, group, haddads):
    haddads[2].care_relationships.update(until_on=timezone.localdate() - timedelta(days=1))
    from practice.people.models import PatientPermission

    PatientPermission.objects.filter(content_object=haddads[2]).delete()
    copied = copy_forward(by=hale, encounter=group, weeks=1, times=1)
    assert copied.left_out == 1
    assert set(copied.planned[0].participations.values_list("patient", flat=True)) == {one.pk for one in haddads[:2]}


def test_only_whoever_held_a_session_plans_it_again(hale, osei, lindqvist, session):
    begin_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=timezone.localdate())
    assert code_of(lambda: copy_forward(by=osei, encounter=session, weeks=1, times=1)) == "SESSION_NOT_YOURS"


def test_a_planned_session_is_moved_cancelled_with_a_reason_and_then_stands(hale, planned, lindqvist):
    to = timezone.now() + timedelta(days=2)
    moved = move_session(by=hale, encounter=planned, started_at=to, stopped_at=None)
    assert moved.started_at == to
    cancel_session(by=hale, encounter=planned, reason="patient", words="Has the flu.")
    planned.refresh_from_db()
    assert (planned.state, planned.cancel_reason, planned.cancel_words) == ("cancelled", "patient", "Has the flu.")
    for act in (
        lambda: move_session(by=hale, encounter=planned, started_at=to, stopped_at=None),
        lambda: hold_session(by=hale, encounter=planned, started_at=timezone.now()),
        lambda: cancel_session(by=hale, encounter=planned, reason="other"),
    ):
        assert code_of(act) == "SESSION_NOT_PLANNED"
    assert {(one.kind, one.title) for one in release_items(lindqvist)} == {
        ("session", "Session record: Individual session")
    }
    with pytest.raises(IntegrityError, match="cancelled_with_reason"), transaction.atomic():
        Encounter.objects.filter(pk=planned.pk).update(cancel_reason="")


def test_what_is_planned_is_not_part_of_the_chart_yet(hale, planned, lindqvist):
    assert not timeline(lindqvist, hale).exists()
    assert release_items(lindqvist) == []
    hold_session(by=hale, encounter=planned, started_at=planned.started_at)
    assert len(release_items(lindqvist)) == 1


def test_a_no_show_needs_its_hour_and_a_late_cancel_does_not(hale, lindqvist):
    ahead = timezone.now() + timedelta(hours=5)
    session = start_session(by=hale, patient=lindqvist, started_at=ahead, presence=EXPECTED)
    assert code_of(lambda: hold_session(by=hale, encounter=session, started_at=ahead, presence=NO_SHOW)) == (
        "SESSION_IN_FUTURE"
    )
    hold_session(by=hale, encounter=session, started_at=ahead, presence=Presence("late_cancel"))
    assert seat(session, lindqvist).attendance == "late_cancel"


def test_new_note_on_todays_planned_session_is_one_click_and_puts_it_on_record_as_planned(
    signed_in, hale, lindqvist, planned
):
    browser = signed_in(hale)
    page = browser.get("/").text
    assert page.index("Today’s sessions") < page.index("My patients")
    where = url("session-note", planned.pk, lindqvist.pk)
    assert where in page
    done = browser.post(where, follow=True)
    note = ChartNote.objects.get()
    assert done.redirect_chain[-1][0] == url("note-edit", note.pk)
    planned.refresh_from_db()
    assert (planned.state, planned.times_as_planned, planned.stopped_at) == ("recorded", True, None)
    assert seat(planned, lindqvist).attendance == "attended"
    assert "Confirm or correct" in browser.get(url("session-open", planned.pk)).text
    browser.post(where)
    assert ChartNote.objects.count() == 1


def test_a_note_prepared_long_before_the_hour_is_not_signed_while_the_session_is_planned(hale, lindqvist, dap):
    ahead = timezone.now() + timedelta(hours=3)
    session = start_session(by=hale, patient=lindqvist, started_at=ahead, presence=EXPECTED)
    assert begin_planned(by=hale, encounter=session).state == "planned"
    note = own_note(hale, session, lindqvist, dap)
    assert code_of(lambda: sign_note(by=hale, note_id=note.pk, seen_version=note.version)) == "SESSION_STILL_PLANNED"
    assert code_of(lambda: cancel_session(by=hale, encounter=session, reason="other")) == "SESSION_HAS_DRAFT"


def test_planned_sessions_that_nobody_spoke_of_stay_on_the_home_page(hale, lindqvist, planned):
    Encounter.objects.filter(pk=planned.pk).update(started_at=recently(), stopped_at=None)
    assert [group.words for group in home_groups(hale)] == ["Planned sessions nobody has spoken of"]


def test_the_pages_of_a_planned_session_work_and_give_back_what_was_typed(signed_in, hale, planned, lindqvist):
    browser = signed_in(hale)
    for name in ("session-move", "session-cancel", "session-hold", "session-copy"):
        assert browser.get(url(name, planned.pk)).status_code == 200
    assert "Say why it is cancelled." in browser.post(url("session-cancel", planned.pk), {"words": "typed"}).text
    assert "Say how often" in browser.post(url("session-copy", planned.pk), {"weeks": 1}).text
    day = timezone.localdate() + timedelta(days=8)
    done = browser.post(
        url("session-copy", planned.pk), {"weeks": 2, "times": 3, "until": day.isoformat()}, follow=True
    )
    assert "The last day is before the first session would be." in done.text
    done = browser.post(url("session-copy", planned.pk), {"weeks": 1, "times": 3}, follow=True)
    assert "3 sessions are planned" in done.text
    absent = browser.post(url("session-absent", planned.pk), {"attendance": "no_show", "back": "day"}, follow=True)
    assert "No show is on record. No note is needed." in absent.text and "no show" in absent.text
    assert browser.post(url("session-absent", planned.pk), {"attendance": "attended"}).status_code == 404


def test_a_new_session_that_lies_ahead_is_planned(signed_in, hale, lindqvist, dap):
    day = timezone.localdate() + timedelta(days=3)
    form = {"day": day.isoformat(), "start": "09:00", "kind": "individual", "modality": "video", "format": dap.pk}
    browser = signed_in(hale)
    assert "would start in the future" in browser.post(url("session-new", lindqvist.pk), form).text
    page = browser.post(url("session-new", lindqvist.pk), form | {"then": "plan"}, follow=True)
    assert "The session is planned." in page.text
    assert browser.get(f"{reverse('session-day')}?on={day}").text.count("Tobias Lindqvist") >= 1


@pytest.mark.parametrize("typed", ["", "yesterday", "2026-13-40", "0001-01-01"])
def test_a_day_that_is_none_shows_today(signed_in, hale, typed):
    assert "Today’s sessions" in signed_in(hale).get(reverse("session-day"), {"on": typed}).text


def test_home_and_day_list_ask_the_same_number_of_questions_however_many_sessions_there_are(
    signed_in, hale, lindqvist, haddads, dap
):
    browser = signed_in(hale)

    def questions(path):
        browser.get(path)
        with CaptureQueriesContext(connection) as asked:
            browser.get(path)
        return len(asked)

    def some(number):
        begins = timezone.localtime().replace(hour=0, minute=5)
        for one in range(number):
            start = begins + timedelta(minutes=number + one)
            start_session(by=hale, patient=lindqvist, started_at=start, presence=EXPECTED)
            late = start_session(by=hale, patient=lindqvist, others=haddads, kind="group", started_at=recently())
            own_note(hale, late, lindqvist, dap)
            earlier = start_session(by=hale, patient=lindqvist, started_at=recently(), presence=NO_SHOW)
            Encounter.objects.filter(pk=earlier.pk).update(state="planned")

    paths = ("/", reverse("session-day"), f"{reverse('session-day')}?on={recently():%Y-%m-%d}")
    some(2)
    few = [questions(path) for path in paths]
    some(4)
    assert [questions(path) for path in paths] == few


# --- a group's notes


def test_the_shared_part_stands_in_each_participants_note_paper_and_release_and_names_nobody_else(
    signed_in, hale, group, haddads, dap
):
    save_shared_part(by=hale, encounter=group, text="Topic: anger at work. Role play in pairs.", base_version=0)
    notes = [signed_note(hale, group, one, dap, f"Own words {number}.") for number, one in enumerate(haddads)]
    browser = signed_in(hale)
    assert [entry.id for entry in search_chart(haddads[1], hale, "anger pairs", Span())] == [notes[1].pk]
    for number, (patient, note) in enumerate(zip(haddads, notes, strict=True)):
        (block,) = render_context([note.pk], patient=patient)
        paper = f"{block}"
        page = browser.get(url("note-open", note.pk)).text
        chart = browser.get(url("patient-page", patient.pk)).text
        for text in (paper, page):
            assert "Topic: anger at work." in text and f"Own words {number}." in text
        for other in haddads:
            if other != patient:
                assert other.legal_name not in paper + page + chart
                assert other.legal_name.split()[0] not in paper


def test_a_session_of_several_stands_under_nobodys_name(signed_in, hale, group, haddads):
    page = signed_in(hale).get(url("session-open", group.pk)).text
    assert all(one.legal_name in page for one in haddads)
    assert "patient-header" not in page
    record = render_context([group.pk], patient=haddads[0])
    assert "Samir" not in f"{record}" and "Grace" not in f"{record}"


def test_words_about_a_cancelled_group_stay_out_of_each_release(hale, haddads):
    ahead = timezone.now() + timedelta(days=1)
    session = start_session(
        by=hale, patient=haddads[0], others=haddads[1:], kind="group", started_at=ahead, presence=EXPECTED
    )
    cancel_session(by=hale, encounter=session, reason="practice", words="Samir is in hospital.")
    (block,) = render_context([session.pk], patient=haddads[0])
    assert ("Cancelled", "We cancelled") in block.facts and "Samir" not in f"{block}"


def test_no_note_is_signed_while_the_shared_part_names_a_participant(hale, group, haddads, dap):
    note = own_note(hale, group, haddads[0], dap)
    part = save_shared_part(by=hale, encounter=group, text="Samir's turn came last.", base_version=0)
    with pytest.raises(Refused) as refused:
        sign_note(by=hale, note_id=note.pk, seen_version=note.version)
    assert refused.value.refusal.code == "SHARED_NAMES"
    assert "“Samir's”" in refused.value.refusal.words
    save_shared_part(by=hale, encounter=group, text="One turn came last.", base_version=part.version)
    assert sign_note(by=hale, note_id=note.pk, seen_version=note.version).state != "draft"


def test_the_shared_part_is_fixed_by_the_first_signed_note_in_the_database_too(hale, group, haddads, dap):
    part = save_shared_part(by=hale, encounter=group, text="Topic: anger.", base_version=0)
    own_note(hale, group, haddads[1], dap)
    signed_note(hale, group, haddads[0], dap)
    assert save_shared_part(by=hale, encounter=group, text="Topic: anger.", base_version=0).pk == part.pk
    assert code_of(lambda: save_shared_part(by=hale, encounter=group, text="Else.", base_version=1)) == "SHARED_STANDS"
    part.text = "Forged."
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        part.save()


def test_a_shared_part_is_not_put_under_a_note_that_is_signed_already(hale, group, haddads, dap):
    signed_note(hale, group, haddads[0], dap)
    assert code_of(lambda: save_shared_part(by=hale, encounter=group, text="Late.", base_version=0)) == "SHARED_STANDS"
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        SharedPart.objects.create(encounter=group, text="Late.")


def test_the_shared_part_is_encrypted_and_a_second_window_overwrites_nothing(hale, group):
    save_shared_part(by=hale, encounter=group, text="first", base_version=0)
    save_shared_part(by=hale, encounter=group, text="second", base_version=1)
    act = lambda: save_shared_part(by=hale, encounter=group, text="other window", base_version=1)  # noqa: E731
    assert code_of(act) == "SHARED_CHANGED_SINCE"
    assert SharedPart.objects.get().text == "second"
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM chart_sharedpart")
        assert b"second" not in bytes(cursor.fetchone()[0])


def test_the_page_says_while_one_types_that_the_shared_part_names_somebody(signed_in, hale, group):
    browser = signed_in(hale)
    where, headers = url("session-shared-save", group.pk), {"x-requested-with": "autosave"}
    told = browser.post(where, {"version": 0, "text": "Grace and Leila agreed."}, headers=headers).json()
    assert told["named"] == ["Grace", "Leila"]
    told = browser.post(where, {"version": told["version"], "text": "Both agreed."}, headers=headers).json()
    assert told["named"] == []
    late = browser.post(where, {"version": 1, "text": "An older window."}, headers=headers)
    assert late.status_code == 422 and "saved in another window" in late.json()["problem"]
    page = browser.post(where, {"version": 1, "text": "An older window."}).text
    assert "An older window." in page and "Both agreed." in page


def test_a_participant_comes_later_and_goes_until_a_note_is_signed(hale, lindqvist, group, haddads, dap):
    add_participant(by=hale, encounter=group, patient=lindqvist)
    take_off_list(by=hale, encounter=group, patient=lindqvist)
    assert release_items(lindqvist) == [] and not timeline(lindqvist, hale).exists()
    add_participant(by=hale, encounter=group, patient=lindqvist)
    own_note(hale, group, lindqvist, dap)
    assert code_of(lambda: take_off_list(by=hale, encounter=group, patient=lindqvist)) == "SESSION_HAS_DRAFT"
    signed_note(hale, group, haddads[0], dap)
    new = make_patient(30009, "New", "Comer", timezone.localdate().replace(year=1990, day=1), treated_by=hale)
    assert code_of(lambda: add_participant(by=hale, encounter=group, patient=new)) == "SESSION_SIGNED"


def test_a_stranger_to_the_clinician_is_not_put_on_the_list(hale, abernathy, group, signed_in):
    assert code_of(lambda: add_participant(by=hale, encounter=group, patient=abernathy)) == "CHART_NO_CARE"
    page = signed_in(hale).post(url("session-participant-add", group.pk), {"patient": abernathy.pk})
    assert "Choose a patient in your care" in page.text and "Abernathy" not in page.text


def test_the_page_of_a_group_takes_attendance_and_codes_and_gives_back_what_does_not_fit(
    signed_in, hale, group, haddads
):
    browser = signed_in(hale)
    parts = [seat(group, one).pk for one in haddads]
    typed = {
        f"{parts[0]}-attendance": "attended",
        f"{parts[0]}-code": "90834",
        f"{parts[1]}-attendance": "no_show",
        f"{parts[2]}-attendance": "attended",
        f"{parts[2]}-code": "90853",
    }
    page = browser.post(url("session-attendance", group.pk), typed).text
    assert "90834 stands for 38 to 52 minutes" in page and 'value="90853"' in page
    assert seat(group, haddads[1]).attendance == "attended"
    browser.post(url("session-attendance", group.pk), typed | {f"{parts[0]}-code": "90853"})
    assert [seat(group, one).attendance for one in haddads] == ["attended", "no_show", "attended"]


def test_a_sealed_note_beside_a_couples_session_is_taken_to_speak_of_both(signed_in, hale, haddads, dap):
    began = recently()
    couple = start_session(
        by=hale,
        patient=haddads[0],
        others=[haddads[1]],
        kind="couple",
        started_at=began,
        stopped_at=began + timedelta(minutes=50),
    )
    page = signed_in(hale).post(url("session-note", couple.pk, haddads[0].pk), follow=True).text
    for one in haddads[:2]:
        at = page.index(f'value="{one.pk}"')
        assert "checked" in page[at - 200 : at + 200]


def test_a_note_for_somebody_who_is_not_on_the_list_is_not_begun(signed_in, hale, lindqvist, group):
    browser = signed_in(hale)
    for patient in (lindqvist.pk, uuid4()):
        assert browser.post(url("session-note", group.pk, patient)).status_code == 404
    assert not ChartNote.objects.exists()


def test_nothing_of_a_session_stands_in_the_audit_trail_in_words(hale, group, haddads):
    save_shared_part(by=hale, encounter=group, text="Topic: anger.", base_version=0)
    for entry in AuditEntry.objects.all():
        assert "anger" not in f"{entry.changes}{entry.detail}{entry.object_repr}"


def test_correcting_confirms_times_that_were_only_planned(hale, planned):
    begin_planned(by=hale, encounter=planned)
    planned.refresh_from_db()
    fixed = correct_session(
        by=hale,
        encounter=planned,
        started_at=planned.started_at,
        stopped_at=None,
        kind="individual",
        modality="phone",
        others_present="",
    )
    assert not fixed.times_as_planned


def test_a_session_that_is_planned_or_on_record_is_not_entered_a_second_time(hale, lindqvist, session, signed_in):
    at = timezone.localtime(session.started_at)
    sent = {"day": at.date(), "start": at.time(), "kind": "individual", "modality": "video", "then": "session"}
    format = usual_format(hale)
    answer = signed_in(hale).post(
        reverse("session-new", args=[lindqvist.pk]), sent | {"format": format.pk, "attendance": "attended"}
    )
    assert "on record already. Write its note, or choose another time." in answer.content.decode()
    assert Encounter.objects.count() == 1


# --- recorded by mistake


def corrected(by, session, **other):
    given = {"kind": "individual", "modality": "video", "others_present": ""}
    return correct_session(
        by=by, encounter=session, started_at=session.started_at, stopped_at=session.stopped_at, **given | other
    )


def test_a_session_whose_signed_notes_are_all_cancelled_is_corrected_and_what_it_said_is_kept(
    signed_in, hale, lindqvist, session, dap
):
    note = signed_note(hale, session, lindqvist, dap)
    assert code_of(lambda: corrected(hale, session, modality="phone")) == "SESSION_SIGNED"
    cancel_note(by=hale, note_id=note.pk, kind=CancelKind.IN_ERROR, reason="Twice.")
    corrected(hale, session, modality="phone", presence=Presence(cpt="90834", code_reason="Counted."))
    corrected(hale, session, modality="phone", presence=Presence(cpt="90834", code_reason="Counted."))
    (kept,) = SessionChange.objects.all()
    assert "Video, Attended" in kept.was and kept.changed_by == hale
    shown = signed_in(hale).get(url("session-open", session.pk)).text
    assert kept.was in shown and url("session-correct", session.pk) in shown
    with pytest.raises(DatabaseError), transaction.atomic():
        SessionChange.objects.all().delete()


def test_a_session_entered_in_error_stays_visible_as_cancelled_and_asks_for_no_note(
    signed_in, hale, lindqvist, session, dap
):
    browser, page = signed_in(hale), url("session-open", session.pk)
    note = signed_note(hale, session, lindqvist, dap)
    assert url("session-strike", session.pk) not in browser.get(page).text
    assert code_of(lambda: strike_session(by=hale, encounter=session, reason="Twice.")) == "SESSION_SIGNED"
    cancel_note(by=hale, note_id=note.pk, kind=CancelKind.IN_ERROR, reason="Twice.")
    assert list(sessions_to_write(hale, lindqvist)) == [session]
    assert url("session-strike", session.pk) in browser.get(page).text
    assert "Say what was wrong." in browser.post(url("session-strike", session.pk), {"reason": " "}).text
    assert browser.post(url("session-strike", session.pk), {"reason": "Recorded twice."}).status_code == 302
    shown = browser.get(page).text
    assert "Entered in error" in shown and "Recorded twice." in shown and "Write the note" not in shown
    assert not sessions_to_write(hale, lindqvist).exists() and home_groups(hale) == []
    assert list(sessions_of(lindqvist)) == [session]
    (block,) = [one for one in render_context([session.pk], patient=lindqvist) if one.kind == "session"]
    assert ("Cancelled", "Entered in error") in block.facts and "Attendance" not in dict(block.facts)
    chart = browser.get(url("patient-page", lindqvist.pk)).text
    assert page in chart and "cancelled" in chart
    session.refresh_from_db()
    assert code_of(lambda: strike_session(by=hale, encounter=session, reason="Again.")) == "SESSION_NOT_ON_RECORD"
    assert code_of(lambda: own_note(hale, session, lindqvist, dap)) == "SESSION_CANCELLED"


def test_a_session_is_not_struck_out_under_a_draft_nor_by_somebody_else(hale, osei, lindqvist, session, dap):
    begin_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=timezone.localdate())
    assert code_of(lambda: strike_session(by=osei, encounter=session, reason="Twice.")) == "SESSION_NOT_YOURS"
    own_note(hale, session, lindqvist, dap)
    assert code_of(lambda: strike_session(by=hale, encounter=session, reason="Twice.")) == "SESSION_HAS_DRAFT"


# --- who else was there


@pytest.mark.parametrize("kind", ["couple", "family", "group"])
def test_a_session_of_several_with_one_patient_asks_who_else_was_there(signed_in, hale, lindqvist, haddads, kind):
    browser, at = signed_in(hale), timezone.localtime(recently())
    given = {"day": at.date(), "start": at.time(), "kind": kind, "modality": "video", "attendance": "attended"}
    given |= {"format": usual_format(hale).pk, "then": "session"}
    page = browser.post(url("session-new", lindqvist.pk), given)
    assert f"A {kind} session has at least two patients on its list." in page.text
    assert not Encounter.objects.exists()
    assert browser.post(url("session-new", lindqvist.pk), given | {"others_present": "Wife"}).status_code == 302
    given |= {"day": at.date() - timedelta(days=1), "others": [haddads[0].pk]}
    assert browser.post(url("session-new", lindqvist.pk), given).status_code == 302
    assert Encounter.objects.count() == 2


def test_a_note_of_a_day_without_a_session_is_headed_by_what_it_is(signed_in, hale, lindqvist, session, dap):
    browser = signed_in(hale)
    contact = start_note(by=hale, patient=lindqvist, format=NoteFormat.objects.get(code="contact"), on=date(2026, 1, 8))
    page = browser.get(url("note-edit", contact.pk)).text
    assert "Contact, Jan 8, 2026" in page and "on the session" not in page
    about = own_note(hale, session, lindqvist, dap)
    assert "Note on the session of" in browser.get(url("note-edit", about.pk)).text
