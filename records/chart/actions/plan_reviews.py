"""The reviews of treatment plans as tasks: one for each clinician who treats the patient, due on the day."""

from django.db import transaction

from practice.infrastructure.days import today
from practice.infrastructure.locks import advisory_lock
from practice.people.models import CareRelationship, Patient, Staff
from practice.worklist.actions import add_task, close_task
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState

from ..queries.treatment import current_version, patients_with_plan, review_due_on, treating

KIND = TaskKind.PLAN_REVIEW
CARE_OVER = "The person does not treat the patient any more."


@transaction.atomic
def tend_review_tasks(patient: Patient, *, by: Staff | None = None) -> None:
    """Make the open tasks say what the plan says: for each who treats the patient now, one, due on the review's day.

    Safe to run twice. Called when a version is signed or reviewed (`by`), and daily for what dates change.
    """
    advisory_lock(f"treatment plan {patient.pk}")
    version = current_version(patient)
    due_on = review_due_on(version) if version else None
    caring = {care.pk: care for care in treating(patient, today())} if due_on and not patient.closed_on else {}
    for task in Task.objects.filter(kind=KIND, patient=patient, state=TaskState.OPEN):
        if task.subject_id in caring and task.due_on == due_on:
            del caring[task.subject_id]
            continue
        care = CareRelationship.objects.get(pk=task.subject_id)
        done = task.subject_id in caring
        state, reason = (TaskState.DONE, "") if done else (TaskState.DROPPED, CARE_OVER)
        close_task(kind=KIND, subject=care, by=by, state=state, reason=reason)
    for care in caring.values():
        add_task(kind=KIND, due_on=due_on, subject=care, patient=patient, person=care.staff)


def tend_all_review_tasks() -> None:
    """As above for every patient with a plan: care that began or ended moves the task to whoever treats now."""
    for patient in patients_with_plan().iterator():
        tend_review_tasks(patient)
