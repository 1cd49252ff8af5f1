"""What came back instead of arriving: somebody keeps or destroys it, and finds out why."""

from uuid import UUID

from django.db import transaction

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff
from practice.people.rules import Role
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind

from ..models import Release
from ..rules import CameBack
from .prepare import locked_release


def ask_about_return(release: Release) -> None:
    """Make the tasks of a release that came back; none for any other. In the transaction that closes it."""
    on, patient = today(), release.patient
    if release.came_back and release.is_notes:  # shown to nobody at the desk but who handed it over
        add_task(
            kind=TaskKind.RELEASE_RETURNED, due_on=on, subject=release, patient=patient, person=release.committed_by
        )
    elif release.came_back:
        add_task(kind=TaskKind.RELEASE_RETURNED, due_on=on, subject=release, patient=patient, role=Role.FRONT_DESK)
    if release.came_back == CameBack.OPENED:
        add_task(
            kind=TaskKind.INCIDENT_REVIEW, due_on=on, subject=release, patient=patient, role=Role.COMPLIANCE_OFFICER
        )


@transaction.atomic
def settle_return(*, by: Staff, release_id: UUID | str, done: str) -> Release:
    """Say what was done with what came back; front desk's task is done then. Raises Refused where nothing came back."""
    release = locked_release(by, release_id)
    if not release.came_back or release.after_return:
        raise Refused(Refusal("NOTHING_CAME_BACK", "Nothing waits here.", "Open the release to see where it stands."))
    if not done.strip():
        raise Refused(Refusal("NO_WORDS", "Say what was done with it."))
    release.after_return = done.strip()
    release.save(update_fields=["after_return"])
    close_task(kind=TaskKind.RELEASE_RETURNED, subject=release, by=by)
    record(by=by, event=AuditEvent.RECORDED, subject=release, patient_id=release.patient_id, detail="return_settled")
    return release
