"""Measures kept, alarms answered, errors superseded, repeats planned; entered by staff or by the patient."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from practice.audit.models import AuditEntry
from practice.desk.measures import chosen_series, series_of
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.actions.care import begin_care
from practice.people.models import Patient, Staff
from practice.people.rules import CareRole
from practice.worklist.models import Task
from records.chart.actions.measures import (
    answer_alarm,
    keep_patient_answers,
    record_measure,
    repeat_measure,
    replace_measure,
)
from records.chart.actions.standing_tasks import tend_standing_tasks
from records.chart.documents import release_items, render_context
from records.chart.models import AlarmAnswer, Measure, MeasureInError, Result
from records.chart.queries.measures import latest_in_words, measures_of, open_alarms, repeats_of
from records.chart.rules.measures import AlarmAct, current_of
from records.chart.timeline import Span, entries, timeline
from tests.everybody import noon

PHQ_9, GAD_7 = current_of("phq-9"), current_of("gad-7")
SignedIn = Callable[[Staff], Client]
CALM = {str(item): 1 for item in range(1, 9)} | {"9": 0}
MARKED = CALM | {"9": 1}


def taken(by: Staff, patient: Patient, answers: dict[str, int] = CALM, ago: int = 0, definition=PHQ_9) -> Measure:
    at = timezone.now() - timedelta(days=ago)
    return record_measure(by=by, patient=patient, definition=definition, answers=answers, taken_at=at)


def sent(answers: dict[str, int], **more: str) -> dict[str, str]:
    return {f"i_{key}": str(place) for key, place in answers.items()} | more


def alarms_open() -> list[Task]:
    return list(Task.objects.filter(kind="measure_alarm", state="open").order_by("made_at"))


class TestKept:
    def test_the_score_can_be_asked_for_and_the_answers_cannot_be_read(self, hale: Staff, lindqvist: Patient) -> None:
        measure = taken(hale, lindqvist)
        assert Measure.objects.get(total=8, code="phq-9").band == "mild"
        with connection.cursor() as cursor:
            cursor.execute("SELECT answers FROM chart_measure WHERE id = %s", [measure.pk])
            stored = bytes(cursor.fetchone()[0])
        assert b'"9"' not in stored
        assert Measure.objects.get(pk=measure.pk).answers == CALM

    @pytest.mark.parametrize("statement", ["UPDATE chart_measure SET total = 0", "DELETE FROM chart_measure"])
    def test_nothing_that_was_entered_changes(self, hale: Staff, lindqvist: Patient, statement: str) -> None:
        taken(hale, lindqvist)
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    def test_without_care_nothing_is_entered(self, osei: Staff, lindqvist: Patient) -> None:
        with pytest.raises(Refused):
            taken(osei, lindqvist)
        assert not Measure.objects.exists()

    def test_a_measure_of_tomorrow_is_refused(self, hale: Staff, lindqvist: Patient) -> None:
        with pytest.raises(Refused):
            taken(hale, lindqvist, ago=-1)


class TestEnteredByStaff:
    def test_it_is_kept_with_its_score(self, hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
        page = signed_in(hale).post(
            reverse("measure-new", args=[lindqvist.pk, "phq-9"]), sent(CALM, taken_on=str(today())), follow=True
        )
        assert "PHQ-9 is kept: 8 (mild)." in page.content.decode()

    def test_what_is_left_out_is_named_and_nothing_is_lost(
        self, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        client, url = signed_in(hale), reverse("measure-new", args=[lindqvist.pk, "phq-9"])
        some = {"1": 2, "9": 0}
        page = client.post(url, sent(some, taken_on=str(today()))).content.decode()
        assert "7 questions are not answered" in page
        assert page.count(" checked") == 2
        assert not Measure.objects.exists()
        client.post(url, sent(some, taken_on=str(today()), then="unfinished"))
        assert Measure.objects.get().total is None

    def test_a_day_to_come_is_refused_with_the_answers_still_there(
        self, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        url = reverse("measure-new", args=[lindqvist.pk, "phq-9"])
        page = signed_in(hale).post(url, sent(CALM, taken_on=str(today() + timedelta(days=1)))).content.decode()
        assert "This day lies in the future" in page
        assert page.count(" checked") == 9

    def test_a_made_up_answer_and_a_made_up_measure_are_refused(
        self, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        client = signed_in(hale)
        page = client.post(
            reverse("measure-new", args=[lindqvist.pk, "phq-9"]), sent(CALM | {"1": 4}, taken_on=str(today()))
        )
        assert "Choose one of the answers." in page.content.decode()
        assert client.get(reverse("measure-new", args=[lindqvist.pk, "made-up"])).status_code == 404
        assert not Measure.objects.exists()


class TestAlarm:
    def test_the_next_page_is_the_interruption(self, hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
        client = signed_in(hale)
        url = reverse("measure-new", args=[lindqvist.pk, "phq-9"])
        page = client.post(url, sent(MARKED, taken_on=str(today())), follow=True)
        assert page.redirect_chain[-1][0] == reverse("measure-alarm", args=[Measure.objects.get().pk])
        words = page.content.decode()
        assert "Act on this now" in words
        assert "better off dead" in words
        assert "Several days" in words

    def test_everybody_who_treats_the_patient_is_called_today_and_nobody_else(
        self, hale: Staff, osei: Staff, solo: Staff, dana: Staff, lindqvist: Patient
    ) -> None:
        day = today()
        begin_care(by=dana, patient=lindqvist, staff=solo, role=CareRole.COVERING, from_on=day, until_on=day)
        taken(hale, lindqvist, MARKED)
        assert {task.person for task in alarms_open()} == {hale, solo}
        assert {task.due_on for task in alarms_open()} == {today()}

    def test_it_stands_on_home_and_over_every_page_of_the_chart_until_it_is_answered(
        self, hale: Staff, osei: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        measure, client = taken(hale, lindqvist, MARKED), signed_in(hale)
        alarm = reverse("measure-alarm", args=[measure.pk])
        pages = ["/", reverse("patient-page", args=[lindqvist.pk]), reverse("patient-details", args=[lindqvist.pk])]
        for page in pages:
            assert alarm in client.get(page).content.decode(), page
        assert alarm not in signed_in(osei).get("/").content.decode()
        client.post(alarm, {"did": ["assessed"], "note": "Passive thoughts, no plan."})
        for page in pages:
            assert alarm not in client.get(page).content.decode(), page
        assert not alarms_open()

    def test_front_desk_sees_nothing_of_it(
        self, hale: Staff, dana: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        taken(hale, lindqvist, MARKED)
        client = signed_in(dana)
        for page in ("/", reverse("patient-details", args=[lindqvist.pk])):
            words = client.get(page).content.decode()
            assert "self-harm" not in words
            assert "alarm" not in words

    def test_looking_at_it_is_no_answer_and_neither_is_nothing(
        self, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        measure, client = taken(hale, lindqvist, MARKED), signed_in(hale)
        page = client.post(reverse("measure-alarm", args=[measure.pk]), {"note": "I saw it."})
        assert "Tick at least one" in page.content.decode()
        assert "I saw it." in page.content.decode()
        assert list(open_alarms(hale)) == [measure]

    def test_it_is_answered_once_and_the_answer_stands_with_the_measure(
        self, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        measure = taken(hale, lindqvist, MARKED)
        answer_alarm(by=hale, measure=measure, did=[AlarmAct.EMERGENCY], note="Called 988 together.")
        with pytest.raises(Refused):
            answer_alarm(by=hale, measure=measure, did=[AlarmAct.KNOWN])
        assert AlarmAnswer.objects.count() == 1
        page = signed_in(hale).get(reverse("measure-open", args=[measure.pk])).content.decode()
        assert "Called 988 together." in page

    def test_an_unfinished_measure_alarms_too(self, hale: Staff, lindqvist: Patient) -> None:
        assert taken(hale, lindqvist, {"9": 3}).alarm
        assert alarms_open()

    def test_not_at_all_calls_nobody(self, hale: Staff, lindqvist: Patient) -> None:
        taken(hale, lindqvist, CALM)
        assert not alarms_open()
        assert not open_alarms(hale).exists()


class TestInError:
    def test_the_wrong_answers_stay_and_the_right_ones_count(self, hale: Staff, lindqvist: Patient) -> None:
        wrong = taken(hale, lindqvist, CALM | {"1": 3}, ago=2)
        right = replace_measure(by=hale, measure=wrong, answers=CALM, taken_at=None, reason="Column misread.")
        assert list(measures_of(lindqvist)) == [right]
        assert right.taken_at == wrong.taken_at
        assert wrong.in_error.reason == "Column misread."
        titles = [item.title for item in release_items(lindqvist)]
        assert titles.count("Measure: PHQ-9 (entered in error)") == 1

    def test_it_asks_for_a_reason_and_happens_once(self, hale: Staff, lindqvist: Patient) -> None:
        wrong = taken(hale, lindqvist)
        with pytest.raises(Refused):
            replace_measure(by=hale, measure=wrong, answers=None, taken_at=None, reason="  ")
        replace_measure(by=hale, measure=wrong, answers=None, taken_at=None, reason="Another patient's paper.")
        with pytest.raises(Refused):
            replace_measure(by=hale, measure=wrong, answers=None, taken_at=None, reason="Again.")
        assert MeasureInError.objects.count() == 1

    def test_an_open_alarm_is_not_struck_away(self, hale: Staff, lindqvist: Patient) -> None:
        measure = taken(hale, lindqvist, MARKED)
        with pytest.raises(Refused) as refused:
            replace_measure(by=hale, measure=measure, answers=CALM, taken_at=None, reason="Slip.")
        assert refused.value.refusal.code == "MEASURE_ALARM_OPEN"
        answer_alarm(by=hale, measure=measure, did=[AlarmAct.MISTAKE])
        replace_measure(by=hale, measure=measure, answers=CALM, taken_at=None, reason="Slip.")
        assert not open_alarms(hale).exists()

    def test_the_page_brings_back_what_was_ticked(self, hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
        measure, client = taken(hale, lindqvist, ago=3), signed_in(hale)
        url = reverse("measure-correct", args=[measure.pk])
        assert client.get(url).content.decode().count(" checked") == 9
        day = str(timezone.localdate(measure.taken_at))
        assert "Say what was wrong" in client.post(url, sent(CALM, taken_on=day)).content.decode()
        client.post(url, sent(CALM | {"1": 0}, taken_on=day, reason="Misread."))
        assert measures_of(lindqvist).get().total == 7
        assert measures_of(lindqvist).get().taken_at == measure.taken_at


class TestOnTheTablet:
    @pytest.fixture
    def tablet(self, hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> Client:
        client = signed_in(hale)
        client.post(reverse("measure-hand-over", args=[lindqvist.pk, "phq-9"]))
        return client

    def test_what_the_patient_answers_is_kept_and_thanked_for(self, tablet: Client, hale: Staff) -> None:
        page = tablet.post(reverse("measure-tablet"), sent(CALM), follow=True).content.decode()
        assert "Please give the tablet back" in page
        assert "988" not in page
        assert "8 (" not in page  # no score on the screen
        measure = Measure.objects.get()
        assert (measure.total, measure.by_patient, measure.entered_by) == (8, True, hale)
        assert AuditEntry.objects.filter(event="measured", detail="answered_by_patient").count() == 1

    def test_a_marked_thought_is_met_with_help_and_called_out_at_once(
        self, tablet: Client, hale: Staff, signed_in: SignedIn
    ) -> None:
        page = tablet.post(reverse("measure-tablet"), sent(MARKED), follow=True).content.decode()
        assert "988" in page
        assert "tell your clinician now" in page
        assert [task.person for task in alarms_open()] == [hale]
        assert "Look at it now" in signed_in(hale).get("/").content.decode()  # on another device, already
        assert tablet.session["handed_over"]["back"] == reverse("measure-alarm", args=[Measure.objects.get().pk])

    def test_giving_it_back_early_keeps_what_was_answered_and_alarms(self, tablet: Client) -> None:
        tablet.post(reverse("measure-tablet"), sent({"1": 0, "9": 2}, then="stop"))
        assert Measure.objects.get().total is None
        assert alarms_open()

    def test_nothing_answered_keeps_nothing(self, tablet: Client) -> None:
        page = tablet.post(reverse("measure-tablet"), {"then": "stop"}, follow=True)
        assert "Please give the tablet back" in page.content.decode()
        assert not Measure.objects.exists()

    def test_left_out_questions_are_shown_and_may_stay_so(self, tablet: Client) -> None:
        page = tablet.post(reverse("measure-tablet"), sent({"1": 0})).content.decode()
        assert "8 questions are not answered" in page
        assert "Finish without them" in page
        tablet.post(reverse("measure-tablet"), sent({"1": 0}, then="unfinished"))
        assert Measure.objects.get().total is None

    def test_sent_twice_it_is_kept_once(self, tablet: Client, hale: Staff, lindqvist: Patient) -> None:
        tablet.post(reverse("measure-tablet"), sent(CALM))
        tablet.post(reverse("measure-tablet"), sent(MARKED))
        kept = Measure.objects.get()
        again = keep_patient_answers(by=hale, patient=lindqvist, definition=PHQ_9, answers=MARKED, measure_id=kept.pk)
        assert (again, again.total) == (kept, 8)

    def test_care_that_ended_meanwhile_loses_no_answer_and_the_alarm_finds_somebody(
        self, tablet: Client, hale: Staff, lindqvist: Patient
    ) -> None:
        lindqvist.care_relationships.update(until_on=today() - timedelta(days=1))
        tablet.post(reverse("measure-tablet"), sent(MARKED))
        assert Measure.objects.get().alarm
        assert [task.person for task in alarms_open()] == [hale]


class TestOverTime:
    def test_imported_totals_and_own_ones_are_one_series(
        self, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        Result.objects.create(
            patient=lindqvist,
            category="survey",
            code_system="http://loinc.org",
            code="44261-6",
            title="Patient Health Questionnaire 9 item (PHQ-9) total score [Reported]",
            unit="{score}",
            number=Decimal(17),
            taken_at=timezone.now() - timedelta(days=40),
        )
        taken(hale, lindqvist, ago=20)
        struck = taken(hale, lindqvist, CALM | {"1": 3}, ago=10)
        replace_measure(by=hale, measure=struck, answers=None, taken_at=None, reason="Wrong paper.")
        (series,) = series_of(lindqvist)
        assert (series.title, series.times, series.last_number) == ("PHQ-9", 2, 8)
        chosen = chosen_series(lindqvist, [series], "phq-9")
        assert [point.shown for point in chosen.results] == ["8 (mild)", "17 (moderately severe)"]
        assert [label for *_place, label in chosen.drawing.bands] == [band.label for band in PHQ_9.bands]
        page = signed_in(hale).get(reverse("patient-results", args=[lindqvist.pk])).content.decode()
        assert "imported" in page
        assert "<polyline" in page

    def test_a_measure_without_a_total_stands_in_the_table_and_not_in_the_line(
        self, hale: Staff, lindqvist: Patient
    ) -> None:
        taken(hale, lindqvist, ago=2)
        taken(hale, lindqvist, {"1": 1}, ago=1)
        (series,) = series_of(lindqvist)
        assert (series.times, series.last_number) == (2, 8)
        chosen = chosen_series(lindqvist, [series], "")
        assert [point.shown for point in chosen.results] == ["no total", "8 (mild)"]
        assert chosen.drawing is None

    def test_the_latest_scores_are_said_as_a_note_says_them(
        self, request: pytest.FixtureRequest, signed_in: SignedIn
    ) -> None:
        with time_machine.travel(noon(date(2026, 11, 20))):
            lindqvist, hale = request.getfixturevalue("lindqvist"), request.getfixturevalue("hale")  # in care that day
            taken(hale, lindqvist, CALM | {"1": 3, "2": 3, "3": 3}, ago=20)
            taken(hale, lindqvist, CALM | {"1": 3, "2": 3}, ago=6)
            assert latest_in_words(lindqvist) == "PHQ-9 12 (moderate), Nov 14, 2026; was 14 on Oct 31"
            answer = signed_in(hale).get(reverse("measures-insert", args=[lindqvist.pk]))
        assert answer.json() == {"text": latest_in_words(lindqvist)}

    def test_it_stands_in_the_line_of_time_and_goes_on_paper(self, hale: Staff, lindqvist: Patient) -> None:
        measure = taken(hale, lindqvist, MARKED, ago=1)
        assert [entry.kind for entry in entries(timeline(lindqvist, hale, Span("measure")))] == ["measure"]
        (block,) = render_context([measure.pk], patient=lindqvist)
        assert dict(block.facts)["Score"] == "9 (mild)"
        assert block.rows[8] == ["9. Thoughts that you would be better off dead or of hurting yourself in some way",
                                 "Several days", "1"]  # fmt: skip


class TestRepeats:
    def due(self) -> list[date]:
        return [task.due_on for task in Task.objects.filter(kind="measure_due", state="open")]

    def test_taking_it_moves_the_task_to_its_next_turn(self, hale: Staff, lindqvist: Patient) -> None:
        repeat_measure(by=hale, patient=lindqvist, definition=PHQ_9, every_weeks=2)
        assert self.due() == [today()]
        taken(hale, lindqvist)
        assert self.due() == [today() + timedelta(weeks=2)]
        taken(hale, lindqvist, definition=GAD_7, answers={"1": 0})  # another measure moves nothing
        assert self.due() == [today() + timedelta(weeks=2)]

    def test_a_new_interval_takes_the_place_of_the_old_one_and_zero_ends_it(
        self, hale: Staff, lindqvist: Patient
    ) -> None:
        taken(hale, lindqvist)
        for weeks, due in ((2, 2), (6, 6)):
            repeat_measure(by=hale, patient=lindqvist, definition=PHQ_9, every_weeks=weeks)
            assert self.due() == [today() + timedelta(weeks=due)]
        repeat_measure(by=hale, patient=lindqvist, definition=PHQ_9, every_weeks=0)
        assert self.due() == []
        assert repeats_of(lindqvist) == []

    def test_the_task_goes_with_the_care(self, hale: Staff, osei: Staff, lindqvist: Patient) -> None:
        repeat_measure(by=hale, patient=lindqvist, definition=PHQ_9, every_weeks=2)
        begin_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=today())
        assert tend_standing_tasks() == 0  # both treat the patient
        lindqvist.care_relationships.filter(staff=hale).update(until_on=today() - timedelta(days=1))
        assert (tend_standing_tasks(), tend_standing_tasks()) == (1, 0)
        assert Task.objects.get(kind="measure_due", state="open").person == osei
        taken(osei, lindqvist)
        assert Task.objects.get(kind="measure_due", state="open").person == osei

    def test_it_is_set_on_its_page_and_stands_on_home(
        self, hale: Staff, lindqvist: Patient, signed_in: SignedIn
    ) -> None:
        client, url = signed_in(hale), reverse("measure-repeat", args=[lindqvist.pk])
        for weeks in ("", "-1", "53", "x"):
            assert client.post(url, {"code": "phq-9", "every_weeks": weeks}).status_code == 200
        assert not self.due()
        client.post(url, {"code": "phq-9", "every_weeks": "1"})
        assert "Repeat a measure" in client.get("/").content.decode()


def test_no_measure_replaces_itself(hale: Staff, lindqvist: Patient) -> None:
    measure = taken(hale, lindqvist)
    with pytest.raises(IntegrityError), transaction.atomic():
        MeasureInError.objects.create(measure=measure, replaced_by=measure, reason="x", by=hale)
