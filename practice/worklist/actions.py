"""The one writer of tasks."""

from datetime import date
from typing import TYPE_CHECKING

from django.db import models, transaction
from django.utils import timezone

from .models import Task
from .rules import TaskKind, TaskState

if TYPE_CHECKING:
    from practice.people.models import Patient, Staff


def add_task(
    *,
    kind: TaskKind,
    due_on: date | None,
    subject: models.Model,
    patient: "Patient | None" = None,
    role: str = "",
    person: "Staff | None" = None,
) -> Task:
    """Ask a role or a person to do something by a local date. The same open task is not made twice.

    Raises IntegrityError when neither a role nor a person is named.
    """
    task, _made = Task.objects.get_or_create(
        kind=kind,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        state=TaskState.OPEN,
        defaults={"due_on": due_on, "role": role, "person": person, "patient": patient},
    )
    return task


@transaction.atomic
def close_task(
    *, kind: TaskKind, subject: models.Model, by: "Staff | None", state: TaskState = TaskState.DONE, reason: str = ""
) -> int:
    """Close the open task of this kind about `subject`, if there is one. Out: how many were closed (0 or 1)."""
    return Task.objects.filter(
        kind=kind, subject_type=subject._meta.label_lower, subject_id=subject.pk, state=TaskState.OPEN
    ).update(state=state, closed_at=timezone.now(), closed_by=by, drop_reason=reason)


def give_task(*, task: Task, to: "Staff") -> int:
    """Ask another person instead. Out: how many open tasks were moved (0 or 1)."""
    return Task.objects.filter(pk=task.pk, state=TaskState.OPEN).update(person=to)
