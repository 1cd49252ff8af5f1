"""Reading the worklist: for home pages, which stand above every room that adds to it."""

from typing import TYPE_CHECKING

from django.db.models import F, Model, Q, QuerySet

from .models import Task
from .rules import TaskKind, TaskState

if TYPE_CHECKING:
    from practice.people.models import Staff


def open_tasks(staff: "Staff") -> QuerySet[Task]:
    """What is open for this person or for a role they hold, soonest due first; without a due day last."""
    if not staff.is_active:
        return Task.objects.none()
    mine = Q(person=staff) | Q(person__isnull=True, role__in=staff.roles)
    return (
        Task.objects.filter(mine, state=TaskState.OPEN)
        .select_related("patient")
        .order_by(F("due_on").asc(nulls_last=True), "made_at")
    )


def tasks_about(kind: TaskKind, subject: Model) -> QuerySet[Task]:
    """Every task of a kind that was ever made about a record, open or not."""
    return Task.objects.filter(kind=kind, subject_type=subject._meta.label_lower, subject_id=subject.pk)
