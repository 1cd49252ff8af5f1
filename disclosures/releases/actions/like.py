"""A release that did not leave, or not arrive, prepared once more with the same choice."""

from django.utils import timezone

from practice.people.models import Staff

from ..models import Redaction, Release
from ..queries.frozen import items_in_chart
from ..queries.redaction import redactions_of
from ..queries.release import EMERGENCY_LASTS
from .prepare import prepare_release

# What is asked for once more in the same words.
SAID = (
    "patient", "record_class", "basis", "exception", "process", "authorization", "facts", "emergency",
    "emergency_why", "emergency_by", "emergency_at",
    "treatment_permission", "override_code", "override_reason", "authority", "counsel_review", "recipient_name",
    "recipient_kind", "recipient_address", "identity_verified", "purpose", "method", "fax_number", "with_data",
    "justification", "smallest_set_confirmed",
)  # fmt: skip


def _is_fresh(release: Release) -> bool:
    """Whether it was called an emergency within the last day."""
    called = release.emergency_at
    return release.emergency and called is not None and timezone.now() - called <= EMERGENCY_LASTS


def prepare_like(*, by: Staff, release: Release, approver: Staff) -> Release:
    """Prepare what `release` was, under a new number: its documents, and the passages left out of them, stay chosen.

    What was called an emergency more than a day ago is none by itself any more. Out: the new release, waiting for
    `approver`. Raises what `prepare_release` raises. Inside the caller's transaction.
    """
    again = Release(**{name: getattr(release, name) for name in SAID})
    if not _is_fresh(release):
        again.emergency, again.emergency_why, again.emergency_by, again.emergency_at = False, "", None, None
    kept = [row for row in items_in_chart(release) if not row.removed]
    keys = [f"{row.kind}:{row.object_id}" for row in kept]
    prepare_release(by=by, release=again, keys=keys, approver=approver)
    if again.override_code:  # who went on without permission then, not who asks now
        again.override_by, again.override_at = release.override_by, release.override_at
        again.save(update_fields=["override_by", "override_at"])
    rows = {row.object_id: row for row in again.items.all()}
    for cut in redactions_of(release, kept):
        Redaction.objects.create(
            item=rows[cut.item.object_id], reason=cut.reason, words=cut.words, where=cut.where, made_by=cut.made_by
        )
    return again
