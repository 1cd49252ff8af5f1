"""Telling front desk which authorizations end soon. Nothing is decided here: validity is derived at each look."""

from datetime import date

from practice.infrastructure import days
from practice.people.rules import Role
from practice.worklist.actions import add_task, close_task
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState

from ..models import Authorization
from ..queries.taking_back import ending_by_date

DAYS_BEFORE = 30


def ask_about_endings(*, on: date) -> int:
    """Put authorizations in effect that end by date within 30 days on front desk's list, and take off what ended.

    Out: how many end soon. Safe to run twice, and safe never to run.
    """
    soon = {line.authorization.pk: line.authorization for line in ending_by_date(on, days.add_days(on, DAYS_BEFORE))}
    for row in soon.values():
        add_task(
            kind=TaskKind.AUTHORIZATION_ENDING,
            due_on=row.expires_on,
            subject=row,
            patient=row.patient,
            role=Role.FRONT_DESK,
        )
    asked = Task.objects.filter(kind=TaskKind.AUTHORIZATION_ENDING, state=TaskState.OPEN)
    over = asked.exclude(subject_id__in=soon).values_list("subject_id", flat=True)
    for row in Authorization.objects.filter(pk__in=over):
        close_task(
            kind=TaskKind.AUTHORIZATION_ENDING,
            subject=row,
            by=None,
            state=TaskState.DROPPED,
            reason="no longer in effect",
        )
    return len(soon)
