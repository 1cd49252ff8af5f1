"""What was handed over and never confirmed becomes somebody's work."""

from datetime import datetime, timedelta

from practice.infrastructure.days import local_date
from practice.people.rules import Role
from practice.worklist.actions import add_task
from practice.worklist.rules import TaskKind

from ..models import Release
from ..rules import UNCONFIRMED_AFTER_HOURS, ReleaseState


def reconcile(*, now: datetime) -> int:
    """Put every hand-over open for 24 hours on the compliance officer's list. Out: how many are open that long.

    It counts as disclosed meanwhile. Safe to run twice: an open task is not made again.
    """
    before = now - timedelta(hours=UNCONFIRMED_AFTER_HOURS)
    unconfirmed = Release.objects.filter(state=ReleaseState.COMMITTED, committed_at__lte=before)
    for release in unconfirmed.select_related("patient"):
        add_task(
            kind=TaskKind.RELEASE_UNCONFIRMED,
            due_on=local_date(now),
            subject=release,
            patient=release.patient,
            role=Role.COMPLIANCE_OFFICER,
        )
    return len(unconfirmed)
