"""Repeated measures and safety plans to be looked at again: their tasks stay with somebody who treats the patient."""

from django.db import transaction

from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from practice.worklist.actions import give_task
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState

from ..queries.treatment import treating

KINDS = (TaskKind.MEASURE_DUE, TaskKind.SAFETY_PLAN_REVIEW)


def responsible(patient: Patient, usual: Staff) -> Staff:
    """Who is asked: `usual` while they treat the patient, else the first who does, else `usual` all the same."""
    people = [care.staff for care in treating(patient, today())]
    return usual if usual in people or not people else people[0]


@transaction.atomic
def tend_standing_tasks() -> int:
    """Give each open task whose person no longer treats the patient to somebody who does. Out: how many moved.

    Safe to run twice. Where nobody treats the patient any more the task stays where it is.
    """
    moved = 0
    for task in Task.objects.filter(kind__in=KINDS, state=TaskState.OPEN).select_related("patient", "person"):
        if task.patient is None or task.person is None:
            continue
        person = responsible(task.patient, task.person)
        if person != task.person:
            moved += give_task(task=task, to=person)
    return moved
