"""A frozen package that reads otherwise than the chart is read and approved anew, with the same choice."""

from uuid import UUID

from django.db import transaction

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal, Refused
from practice.outside.actions import stop_links_to
from practice.outside.rules import LinkPurpose
from practice.people.models import Staff
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind, TaskState

from ..models import Release
from ..policies import refusal_to_approve
from ..queries.frozen import changes_since_approval, items_in_chart
from ..rules import ReleaseState
from .gate import GateRefused, check_move, record_refusal
from .hand_over import end
from .ledger import sign
from .like import prepare_like
from .prepare import locked_release

NOTHING_CHANGED = Refusal(
    "NOTHING_CHANGED", "These documents read as they did when they were approved.", "Open the release again."
)
GIVEN_OUT = Refusal(
    "GIVEN_OUT_ALREADY",
    "This package was given out already, as it was approved.",
    "Say how it ended. If the recipient should have what was corrected, prepare a new release.",
)
REASON = "Stopped before anything left: a document was changed after it was approved"


def read_anew(*, by: Staff, release_id: UUID | str) -> Release:
    """Ask for a new approval of a package that reads otherwise than the chart; documents and passages stay chosen.

    Before the hand-over it is the same release that waits again. After it was entered, and before anything was given
    out, that one is closed as not delivered and another waits. Out: the one that waits. Raises Refused when nothing
    changed or it was given out, GateRefused when it could not be prepared today; then nothing is changed.
    """
    try:
        release = _read_anew(by=by, release_id=release_id)
    except GateRefused as refused:
        record_refusal(by=by, release=Release.objects.get(pk=release_id), decision=refused.decision)
        raise
    sign()
    return release


@transaction.atomic
def _read_anew(*, by: Staff, release_id: UUID | str) -> Release:
    release = locked_release(by, release_id)
    if not changes_since_approval(release):
        raise Refused(NOTHING_CHANGED)
    approver = _approver(release, by)
    if release.state == ReleaseState.COMMITTED:
        return _instead(by, release, approver)
    check_move(release, ReleaseState.AWAITING_APPROVAL)
    here = items_in_chart(release)
    for row in release.items.filter(removed=False).exclude(pk__in=[row.pk for row in here]):
        row.removed = True  # nobody can read it any more
        row.save(update_fields=["removed"])
    release.state, release.approver = ReleaseState.AWAITING_APPROVAL, approver
    release.approved_by, release.approved_at = None, None
    release.save()
    stop_links_to(by=by, purpose=LinkPurpose.DOWNLOAD, subject_id=release.pk)
    close_task(
        kind=TaskKind.RELEASE_HAND_OVER, subject=release, by=by, state=TaskState.DROPPED, reason="to be read anew"
    )
    add_task(kind=TaskKind.RELEASE_APPROVAL, due_on=None, subject=release, patient=release.patient, person=approver)
    record(
        by=by, event=AuditEvent.RELEASE_PREPARED, subject=release, patient_id=release.patient_id, detail="to_read_anew"
    )
    return release


def _approver(release: Release, by: Staff) -> Staff:
    """Whoever was asked before, while they may; else who asks now, if they may. Raises Refused."""
    asked = release.approver or by
    refusal = refusal_to_approve(asked, release.patient)
    if refusal is None:
        return asked
    if refusal_to_approve(by, release.patient) is None:
        return by
    raise Refused(refusal)


def _instead(by: Staff, release: Release, approver: Staff) -> Release:
    """End a hand-over of which nothing was given out, and prepare the same again."""
    if release.served_at is not None:
        raise Refused(GIVEN_OUT)
    end(by=by, release_id=release.pk, delivered=False, on=today(), reason=REASON)
    return prepare_like(by=by, release=release, approver=approver)
