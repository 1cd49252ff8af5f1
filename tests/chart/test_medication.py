"""Medication and its monitoring: changes are rows, due days are computed once, tasks follow them."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.actions.care import begin_care
from practice.people.models import Patient, Staff
from practice.people.rules import CareRole
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from records.chart.actions.medication import (
    Prescription,
    add_medication,
    change_medication,
    end_monitoring,
    plan_monitoring,
    record_monitoring,
    stop_medication,
    tend_all_monitoring_tasks,
)
from records.chart.models import Medication, MonitoringDone, MonitoringPlan
from records.chart.queries.medication import courses, current_medication
from records.chart.rules.medication import (
    MedicationChange,
    change_refusals,
    done_refusals,
    every_words,
    medication_refusals,
    monitoring_refusals,
    months_after,
    next_due,
)

DAY = date(2026, 11, 20)
SERTRALINE = Prescription("Sertraline", dosage="50 mg", frequency="each morning", started="2026-02")


# --- rules -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
        (date(2026, 1, 15), 24, date(2028, 1, 15)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
    ],
)
def test_months_end_where_the_month_ends(day: date, months: int, after: date) -> None:
    assert months_after(day, months) == after


@pytest.mark.parametrize(
    ("done", "every", "unit", "anchor", "due"),
    [
        (date(2026, 11, 20), 12, "weeks", None, date(2027, 2, 12)),
        (date(2026, 12, 28), 1, "weeks", None, date(2027, 1, 4)),
        (date(2026, 1, 31), 1, "months", date(2026, 1, 31), date(2026, 2, 28)),
        (date(2026, 2, 28), 1, "months", date(2026, 1, 31), date(2026, 3, 31)),  # back to the last day, not the 28th
        (date(2026, 2, 28), 1, "months", date(2026, 1, 30), date(2026, 3, 30)),
        (date(2026, 2, 28), 1, "months", date(2026, 1, 28), date(2026, 3, 28)),
        (date(2026, 2, 27), 1, "months", date(2026, 1, 31), date(2026, 3, 27)),  # done a day early: from there
        (date(2026, 4, 30), 6, "months", date(2025, 10, 31), date(2026, 10, 31)),
    ],
)
def test_monitoring_is_due_again(done: date, every: int, unit: str, anchor: date | None, due: date) -> None:
    assert next_due(done, every, unit, anchor) == due


def test_how_often_in_words() -> None:
    assert every_words(1, "weeks") == "every week"
    assert every_words(3, "months") == "every 3 months"


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({}, {}),
        ({"started_on": date(1990, 1, 1)}, {"started": "MEDICATION_BEFORE_BIRTH"}),
        ({"ended_on": DAY + timedelta(days=1)}, {"ended_on": "MEDICATION_ENDS_LATER"}),
        ({"started_on": DAY, "ended_on": DAY - timedelta(days=1)}, {"ended_on": "MEDICATION_ENDS_FIRST"}),
        ({"started_on": DAY, "ended_on": DAY}, {}),
        ({"started_on": DAY + timedelta(days=3)}, {}),  # prescribed today, taken from Monday
    ],
)
def test_why_medication_cannot_have_been_taken_then(given: dict[str, date], refused: dict[str, str]) -> None:
    whole = {"started_on": None, "ended_on": None, "today": DAY, "born": date(1991, 7, 14)} | given
    assert {field: one.code for field, one in medication_refusals(**whole).items()} == refused  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({}, {}),
        ({"superseded": True}, {"__all__": "MEDICATION_CHANGED_SINCE"}),
        ({"ended": True}, {"__all__": "MEDICATION_ENDED"}),
        ({"ended": True, "change": MedicationChange.CORRECTED}, {}),
        ({"on": DAY + timedelta(days=1)}, {"on": "MEDICATION_IN_FUTURE"}),
        ({"last_on": DAY + timedelta(days=1)}, {"on": "MEDICATION_BEFORE_LAST"}),
    ],
)
def test_why_medication_cannot_be_changed(given: dict[str, object], refused: dict[str, str]) -> None:
    whole = {
        "change": MedicationChange.CHANGED,
        "on": DAY,
        "today": DAY,
        "last_on": None,
        "ended": False,
        "superseded": False,
    } | given
    assert {field: one.code for field, one in change_refusals(**whole).items()} == refused  # type: ignore[arg-type]


def test_monitoring_has_a_rhythm_and_happened() -> None:
    assert set(monitoring_refusals(every=0, first_due_on=DAY, today=DAY)) == {"every"}
    assert set(monitoring_refusals(every=4, first_due_on=DAY - timedelta(days=400), today=DAY)) == {"first_due_on"}
    assert set(done_refusals(done_on=DAY + timedelta(days=1), today=DAY, last_done_on=None, ended=False)) == {"done_on"}
    assert set(done_refusals(done_on=DAY, today=DAY, last_done_on=DAY + timedelta(days=1), ended=False)) == {"done_on"}
    assert set(done_refusals(done_on=DAY, today=DAY, last_done_on=None, ended=True)) == {"__all__"}


# --- changes are rows ------------------------------------------------------------------------------------------------
def test_another_dose_is_a_row_and_the_old_dose_stays(hale: Staff, lindqvist: Patient) -> None:
    first = add_medication(by=hale, patient=lindqvist, prescription=SERTRALINE)
    more = Prescription("Sertraline", dosage="100 mg", frequency="each morning")
    change_medication(by=hale, medication=first, prescription=more, on=today(), comment="Too little.")
    (course,) = current_medication(lindqvist)
    assert [row.shown_dosage for row in course.rows] == ["50 mg, each morning", "100 mg, each morning"]
    assert (course.now.start_words, course.now.comment) == ("Feb 2026", "Too little.")


def test_a_row_is_changed_once_and_the_second_change_is_told(hale: Staff, lindqvist: Patient) -> None:
    first = add_medication(by=hale, patient=lindqvist, prescription=SERTRALINE)
    change_medication(by=hale, medication=first, prescription=SERTRALINE, on=today())
    with pytest.raises(Refused, match="MEDICATION_CHANGED_SINCE"):
        stop_medication(by=hale, medication=first, on=today())
    with pytest.raises(IntegrityError), transaction.atomic():
        Medication.objects.create(patient=lindqvist, title="Sertraline", change="changed", supersedes=first)


def test_a_stop_made_in_error_is_corrected(hale: Staff, lindqvist: Patient) -> None:
    first = add_medication(by=hale, patient=lindqvist, prescription=SERTRALINE)
    stopped = stop_medication(by=hale, medication=first, on=today(), reason="Nausea.")
    assert current_medication(lindqvist) == []
    with pytest.raises(Refused, match="MEDICATION_ENDED"):
        change_medication(by=hale, medication=stopped, prescription=SERTRALINE, on=today())
    change_medication(
        by=hale, medication=stopped, prescription=SERTRALINE, on=today(), correction=True, comment="Another patient."
    )
    (course,) = current_medication(lindqvist)
    assert [row.change for row in course.rows] == ["started", "stopped", "corrected"]


def test_who_does_not_treat_the_patient_writes_nothing(hale: Staff, osei: Staff, lindqvist: Patient) -> None:
    with pytest.raises(Refused, match="CHART_NO_CARE"):
        add_medication(by=osei, patient=lindqvist, prescription=SERTRALINE)
    row = add_medication(by=hale, patient=lindqvist, prescription=SERTRALINE)
    with pytest.raises(Refused, match="CHART_NO_CARE"):
        stop_medication(by=osei, medication=row, on=today())
    plan = _plan(hale, row)
    with pytest.raises(Refused, match="CHART_NO_CARE"):
        record_monitoring(by=osei, plan=plan, done_on=today(), result="Fine.")
    with pytest.raises(Refused, match="CHART_NO_CARE"):
        end_monitoring(by=osei, plan=plan)


def test_the_database_refuses_changes_in_place_and_across_patients(
    hale: Staff, lindqvist: Patient, abernathy: Patient
) -> None:
    row = add_medication(by=hale, patient=lindqvist, prescription=SERTRALINE)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        Medication.objects.filter(pk=row.pk).update(title="Other")
    with pytest.raises(DatabaseError, match="same patient"), transaction.atomic():
        Medication.objects.create(patient=abernathy, title="Sertraline", change="changed", supersedes=row)
    with pytest.raises(IntegrityError, match="change_of_something"), transaction.atomic():
        Medication.objects.create(patient=lindqvist, title="Sertraline", change="changed")
    with pytest.raises(IntegrityError, match="stopped_with_day"), transaction.atomic():
        Medication.objects.create(patient=lindqvist, title="Sertraline", change="stopped", supersedes=row)


def test_what_was_imported_can_be_changed_and_keeps_its_code(hale: Staff, lindqvist: Patient) -> None:
    imported = Medication.objects.create(
        patient=lindqvist,
        title="Sertraline 50 MG",
        status="active",
        code_system="http://www.nlm.nih.gov/research/umls/rxnorm",
        code="312941",
        started_on=date(2025, 3, 1),
    )
    over = Medication.objects.create(patient=lindqvist, title="Amoxicillin", status="completed")
    same = Prescription("Sertraline 50 MG", dosage="75 mg")
    change_medication(by=hale, medication=imported, prescription=same, on=today())
    taken, past = courses(lindqvist)
    assert (taken.now.code, taken.now.shown_dosage, taken.ended) == ("312941", "75 mg", False)
    assert (past.now, past.ended) == (over, True)


# --- monitoring ------------------------------------------------------------------------------------------------------
def test_monitoring_asks_the_treating_clinician_and_again_after_each_result(hale: Staff, lindqvist: Patient) -> None:
    plan = _plan(hale, add_medication(by=hale, patient=lindqvist, prescription=SERTRALINE))
    first = Task.objects.get(kind=TaskKind.MEDICATION_MONITORING)
    assert (first.person, first.due_on, first.subject_id) == (hale, today(), plan.pk)
    record_monitoring(by=hale, plan=plan, done_on=today(), result="Weight as before.")
    first.refresh_from_db()
    assert first.state == TaskState.DONE
    again = Task.objects.get(kind=TaskKind.MEDICATION_MONITORING, state=TaskState.OPEN)
    assert again.due_on == today() + timedelta(weeks=12) == MonitoringPlan.objects.get(pk=plan.pk).due_on
    with pytest.raises(Refused, match="MONITORING_TWICE"):
        record_monitoring(by=hale, plan=plan, done_on=today(), result="Again.")


def test_monitoring_that_is_due_moves_to_whoever_treats_the_patient_now(
    hale: Staff, osei: Staff, lindqvist: Patient
) -> None:
    plan = _plan(hale, add_medication(by=hale, patient=lindqvist, prescription=SERTRALINE))
    begin_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=today())
    tend_all_monitoring_tasks()  # two treat now: it stays with who was asked
    assert [task.person for task in Task.objects.filter(state=TaskState.OPEN)] == [hale]
    lindqvist.care_relationships.filter(staff=hale).update(until_on=today() - timedelta(days=1))
    tend_all_monitoring_tasks()
    tend_all_monitoring_tasks()
    task = Task.objects.get(state=TaskState.OPEN)
    assert (task.person, task.due_on, task.subject_id) == (osei, today(), plan.pk)
    assert Task.objects.count() == 2
    lindqvist.care_relationships.filter(staff=osei).update(until_on=today() - timedelta(days=1))
    tend_all_monitoring_tasks()  # nobody treats: it is not lost
    assert Task.objects.get(state=TaskState.OPEN) == task


def test_monitoring_ends_with_the_medication(hale: Staff, lindqvist: Patient) -> None:
    row = add_medication(by=hale, patient=lindqvist, prescription=SERTRALINE)
    plan = _plan(hale, row)
    stopped = stop_medication(by=hale, medication=row, on=today())
    task = Task.objects.get(kind=TaskKind.MEDICATION_MONITORING)
    assert (task.state, task.drop_reason) == (TaskState.DROPPED, "monitoring_ended")
    with pytest.raises(Refused, match="MONITORING_ENDED"):
        record_monitoring(by=hale, plan=plan, done_on=today(), result="Late.")
    with pytest.raises(Refused, match="MEDICATION_ENDED"):
        _plan(hale, stopped)


def test_monitoring_that_ended_does_not_begin_again(hale: Staff, lindqvist: Patient) -> None:
    plan = _plan(hale, add_medication(by=hale, patient=lindqvist, prescription=SERTRALINE))
    end_monitoring(by=hale, plan=plan)
    end_monitoring(by=hale, plan=plan)
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        MonitoringPlan.objects.filter(pk=plan.pk).update(ended_on=None)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        MonitoringPlan.objects.filter(pk=plan.pk).update(every=1)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        MonitoringDone.objects.all().delete()
    with pytest.raises(IntegrityError, match="every"), transaction.atomic():
        MonitoringPlan.objects.create(medication=plan.medication, what="x", every=0, first_due_on=today(), set_by=hale)


def test_a_task_about_monitoring_says_nothing_of_the_patient(hale: Staff, lindqvist: Patient) -> None:
    _plan(hale, add_medication(by=hale, patient=lindqvist, prescription=SERTRALINE))
    task = Task.objects.values().get()
    assert not [value for value in task.values() if "ithium" in str(value) or "ertraline" in str(value)]


def _plan(by: Staff, row: Medication) -> MonitoringPlan:
    return plan_monitoring(by=by, medication=row, what="Lithium level", every=12, unit="weeks", first_due_on=today())
