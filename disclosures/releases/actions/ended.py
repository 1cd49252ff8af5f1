"""What ends without reaching its recipient: taken back, or returned; and whoever is asked to see to it."""

from uuid import UUID

from django.db import transaction
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal, Refused
from practice.outside.actions import stop_links_to
from practice.outside.rules import LinkPurpose
from practice.people.models import Staff
from practice.people.rules import Role
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind, TaskState

from ..models import Release
from ..policies import refusal_to_approve
from ..rules import CameBack, ReleaseState
from .gate import GateRefused, check_move, record_refusal
from .like import prepare_like
from .prepare import locked_release

NOTHING_OPEN = Refusal("NOTHING_CAME_BACK", "Nothing waits here.", "Open the release to see where it stands.")
BY_ITS_AUTHOR = Refusal(
    "AGAIN_BY_AUTHOR", "Psychotherapy notes are packed again by their author alone.", "Tell the author what happened."
)


@transaction.atomic
def withdraw_release(*, by: Staff, release_id: UUID | str, reason: str) -> Release:
    """Take back a release that has not been handed over. Raises Refused once it has."""
    release = locked_release(by, release_id)
    check_move(release, ReleaseState.WITHDRAWN)
    release.state, release.end_reason = ReleaseState.WITHDRAWN, reason
    release.closed_by, release.closed_at = by, timezone.now()
    release.save()
    ask_about_end(release)
    stop_links_to(by=by, purpose=LinkPurpose.DOWNLOAD, subject_id=release.pk)
    for kind in (TaskKind.RELEASE_APPROVAL, TaskKind.RELEASE_HAND_OVER):
        close_task(kind=kind, subject=release, by=by, state=TaskState.DROPPED, reason="withdrawn")
    record(by=by, event=AuditEvent.RELEASE_CLOSED, subject=release, patient_id=release.patient_id, detail="withdrawn")
    return release


def ask_about_end(release: Release) -> None:
    """Make the tasks of a release that did not reach its recipient. In the transaction that ends it."""
    on, patient, kind, role = today(), release.patient, release.unsettled, Role.FRONT_DESK
    if kind is None:
        return
    asked = release.prepared_by if kind == TaskKind.RELEASE_TURNED_DOWN else None
    if release.is_notes:  # shown to nobody at the desk but who handed it over
        asked, role = release.committed_by, Role.COMPLIANCE_OFFICER
    if asked is not None and asked.is_active:
        add_task(kind=kind, due_on=on, subject=release, patient=patient, person=asked)
    else:
        add_task(kind=kind, due_on=on, subject=release, patient=patient, role=role)
    if release.came_back == CameBack.OPENED:
        add_task(
            kind=TaskKind.INCIDENT_REVIEW, due_on=on, subject=release, patient=patient, role=Role.COMPLIANCE_OFFICER
        )


@transaction.atomic
def settle_end(*, by: Staff, release_id: UUID | str, done: str) -> Release:
    """Say what was done about a release that did not reach its recipient; its task is done then.

    Raises Refused where nothing is open, or without words.
    """
    release = locked_release(by, release_id)
    if release.unsettled is None:
        raise Refused(NOTHING_OPEN)
    if not done.strip():
        raise Refused(Refusal("NO_WORDS", "Say what was done."))
    _settle(by, release, done.strip())
    return release


def prepare_again(*, by: Staff, release_id: UUID | str) -> Release:
    """Ask for the same once more, of a release that did not reach its recipient: documents and passages stay chosen.

    Out: the new release, waiting for its clinician. Raises Refused where nothing is open, for psychotherapy notes or
    where no clinician may approve; GateRefused when it could not be prepared today. Then nothing is changed.
    """
    try:
        return _prepare_again(by, release_id)
    except GateRefused as refused:
        record_refusal(by=by, release=Release.objects.get(pk=release_id), decision=refused.decision)
        raise


@transaction.atomic
def _prepare_again(by: Staff, release_id: UUID | str) -> Release:
    release = locked_release(by, release_id)
    if release.unsettled is None:
        raise Refused(NOTHING_OPEN)
    if release.is_notes or release.approver is None:
        raise Refused(BY_ITS_AUTHOR)
    if refusal := refusal_to_approve(release.approver, release.patient):
        raise Refused(refusal)
    again = prepare_like(by=by, release=release, approver=release.approver)
    _settle(by, release, f"Prepared again as {again.number}.")
    return again


def _settle(by: Staff, release: Release, done: str) -> None:
    kind = release.unsettled
    if kind is None:
        raise Refused(NOTHING_OPEN)
    release.after_return = done
    release.save(update_fields=["after_return"])
    close_task(kind=kind, subject=release, by=by)
    record(by=by, event=AuditEvent.RECORDED, subject=release, patient_id=release.patient_id, detail="end_settled")
