"""Restricted records that went out for emergency treatment: the recipient is asked not to use them further.

164.522(a)(1)(iii) and (iv). The release goes through; the asking is a task until somebody says how it was done.
"""

from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from authorizations.actions.restrictions import record_asked_not_further
from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff
from practice.people.rules import Role
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind

from ..models import Release
from ..rules import Decision, ReleaseState
from .prepare import locked_release


def ask_not_to_use_further(release: Release, decision: Decision) -> None:
    """Make the task, where the gate said that it is owed. Call inside the transaction of the release."""
    if decision.emergency_restriction:
        add_task(
            kind=TaskKind.RESTRICTION_EMERGENCY,
            due_on=today(),
            subject=release,
            patient=release.patient,
            role=Role.FRONT_DESK,
        )


@transaction.atomic
def still_emergency(*, by: Staff, release_id: UUID | str, why: str) -> Release:
    """Somebody says anew that it is an emergency, and why: what was said more than a day ago lifts nothing."""
    release = locked_release(by, release_id)
    if not release.emergency or release.state not in (ReleaseState.AWAITING_APPROVAL, ReleaseState.APPROVED):
        words = "This release does not wait as an emergency."
        raise Refused(Refusal("NO_EMERGENCY", words, "Open the release to see where it stands."))
    if not why.strip():
        raise Refused(Refusal("EMERGENCY_WHY", "It is not said what the emergency is.", "Write it down."))
    release.emergency_why, release.emergency_by, release.emergency_at = why.strip(), by, timezone.now()
    release.save(update_fields=["emergency_why", "emergency_by", "emergency_at"])
    record(by=by, event=AuditEvent.CHANGED, subject=release, patient_id=release.patient_id, detail="still_an_emergency")
    return release


@transaction.atomic
def record_asked(*, by: Staff, release_id: UUID | str, on: date, words: str) -> None:
    """Somebody asked the recipient: keep when and how with the restrictions, and close the task."""
    release = locked_release(by, release_id)
    record_asked_not_further(by=by, patient=release.patient, release_id=release.pk, on=on, words=words)
    close_task(kind=TaskKind.RESTRICTION_EMERGENCY, subject=release, by=by)
