"""Sessions that are planned: carried forward, moved, cancelled, and put on record once they were held."""

from datetime import date, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from practice.desk.worklist import home_groups
from practice.people.actions.care import begin_care
from practice.people.rules import CareRole
from records.chart.actions.notes import sign_note
from records.chart.actions.series import begin_planned, cancel_session, copy_forward, hold_session, move_session
from records.chart.actions.sessions import EXPECTED, Presence, correct_session, start_session
from records.chart.documents import release_items
from records.chart.models import ChartNote, Encounter, Participation
from records.chart.timeline import timeline
from tests.refusals import refusal_of

from .conftest import recently, url
from .sessions import NO_SHOW, own_note, seat

pytestmark = pytest.mark.django_db


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
    assert refusal_of(lambda: copy_forward(by=osei, encounter=session, weeks=1, times=1)) == "SESSION_NOT_YOURS"


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
        assert refusal_of(act) == "SESSION_NOT_PLANNED"
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
    assert refusal_of(lambda: hold_session(by=hale, encounter=session, started_at=ahead, presence=NO_SHOW)) == (
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
    assert refusal_of(lambda: sign_note(by=hale, note_id=note.pk, seen_version=note.version)) == "SESSION_STILL_PLANNED"
    assert refusal_of(lambda: cancel_session(by=hale, encounter=session, reason="other")) == "SESSION_HAS_DRAFT"


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
