"""A printed package is opened by whoever entered its hand-over, or by who took that over and said why (R-182)."""

from uuid import UUID

from django.db import transaction

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff

from ..models import Release, TakenOver
from ..policies import refusal_to_open_package
from ..rules import ReleaseState
from .prepare import locked_release


@transaction.atomic
def take_over(*, by: Staff, release_id: UUID | str, reason: str) -> Release:
    """From here on `by` hands it over, and nobody else. Raises Refused where there is nothing to take over."""
    release = locked_release(by, release_id)
    if release.state != ReleaseState.COMMITTED or refusal_to_open_package(by, release) is None:
        words = "There is no package here that somebody else hands over."
        raise Refused(Refusal("NOTHING_TO_TAKE_OVER", words, "Open the release to see where it stands."))
    if not reason.strip():
        raise Refused(Refusal("NO_REASON", "Say why you hand it over."))
    TakenOver.objects.create(release=release, by=by, reason=reason.strip())
    record(by=by, event=AuditEvent.RELEASE_TAKEN_OVER, subject=release, patient_id=release.patient_id)
    return release
