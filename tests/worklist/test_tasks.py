"""Tasks: asked for once, closed once, dropped with a reason, and never about a psychotherapy note."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from practice.people.models import Patient, Staff
from practice.people.rules import Role
from practice.worklist.actions import add_task, close_task
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState

DUE = date(2026, 12, 1)


def ask(patient: Patient, **changes: object) -> Task:
    given: dict[str, object] = {"kind": TaskKind.INCIDENT_REVIEW, "due_on": DUE, "subject": patient, "patient": patient}
    return add_task(**{**given, "role": Role.COMPLIANCE_OFFICER, **changes})  # type: ignore[arg-type]


def test_the_same_open_task_is_not_made_twice_and_keeps_its_first_day(lindqvist: Patient) -> None:
    first = ask(lindqvist)
    assert ask(lindqvist, due_on=date(2027, 1, 1)) == first
    assert Task.objects.get().due_on == DUE


def test_a_closed_task_makes_room_for_the_next(lindqvist: Patient, castellanos: Staff) -> None:
    ask(lindqvist)
    assert close_task(kind=TaskKind.INCIDENT_REVIEW, subject=lindqvist, by=castellanos) == 1
    assert close_task(kind=TaskKind.INCIDENT_REVIEW, subject=lindqvist, by=castellanos) == 0
    ask(lindqvist)
    assert sorted(Task.objects.values_list("state", flat=True)) == ["done", "open"]


def test_two_open_tasks_of_one_kind_about_one_record_are_refused_by_the_database(lindqvist: Patient) -> None:
    task = ask(lindqvist)
    task.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        Task.objects.create(
            kind=task.kind, subject_type=task.subject_type, subject_id=task.subject_id, role=Role.FRONT_DESK
        )


def test_a_task_is_somebodys(lindqvist: Patient) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ask(lindqvist, role="")


def test_what_is_dropped_says_why(lindqvist: Patient, castellanos: Staff) -> None:
    ask(lindqvist)

    def drop(reason: str) -> int:
        return close_task(
            kind=TaskKind.INCIDENT_REVIEW, subject=lindqvist, by=castellanos, state=TaskState.DROPPED, reason=reason
        )

    with pytest.raises(IntegrityError), transaction.atomic():
        drop("")
    assert drop("recorded twice") == 1


def test_no_kind_of_task_speaks_of_psychotherapy_notes() -> None:
    assert not [kind for kind in TaskKind if "psychotherapy" in f"{kind.value} {kind.label}".lower()]
