"""How and where a release to the patient goes, settled anew: they asked for it otherwise after it was prepared (R-224).

What leaves stays as it was chosen, read and approved; only its first page, which says where it goes, is made again.
"""

from uuid import UUID

from django.db import transaction

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.refusals import Refusal, Refused
from practice.outside.actions import stop_links_to
from practice.outside.rules import LinkPurpose
from practice.people.models import Staff

from ..documents import chart_package
from ..documents.package import blocks_of
from ..models import Release
from ..policies import releases_visible_to
from ..queries import verdict_now
from ..queries.redaction import redactions_of
from ..rules import Method, ReleaseState
from ..rules.ways import AGREED
from .gate import GateRefused
from .hand_over import check_unchanged
from .prepare import WAY, add_package, check_data, locked_release

MOVED_ON = Refusal("WAY_SETTLED", "This release has moved on.", "Open it to see where it stands.")


def settle_way(
    *, by: Staff, release_id: UUID | str, method: Method | str, address: str, fax_number: str, agreed: str
) -> Release:
    """Take another way or place, or note that the patient agreed to this one (`agreed`: the wishes they were asked of).

    Raises GateRefused where the patient's wishes still say no, Refused once it is handed over, or when a document
    changed since it was approved. Call outside a transaction.
    """
    release = releases_visible_to(by).select_related("patient", "authorization").get(pk=release_id)
    if release.state not in (ReleaseState.AWAITING_APPROVAL, ReleaseState.APPROVED):
        raise Refused(MOVED_ON)
    release.method, release.recipient_address, release.fax_number = method, address, fax_number
    release.facts = _agreeing(release, agreed)
    check_data(release)
    decision = verdict_now(release)
    if any(code.startswith("CONFIDENTIAL_") for code in decision.codes()):
        raise GateRefused(decision)
    made = _made_again(release) if release.state == ReleaseState.APPROVED else None
    return _keep(by, release, agreed, made)


def _agreeing(release: Release, agreed: str) -> dict[str, str]:
    kept = {key: value for key, value in release.facts.items() if key != AGREED}
    return kept | ({AGREED: agreed} if agreed else {})


def _made_again(release: Release) -> tuple[bytes, int]:
    if release.approved_by is None:
        raise Refused(MOVED_ON)
    check_unchanged(release)
    rows = [row for row in release.items.all() if not row.removed]
    read, left_out = blocks_of(release, rows), redactions_of(release, rows)
    return chart_package(release, rows, approved_by=release.approved_by, redactions=left_out, read=read)


@transaction.atomic
def _keep(by: Staff, settled: Release, agreed: str, made: tuple[bytes, int] | None) -> Release:
    """What was locked before, and a link to it, leads nowhere any more: its first page names the old place."""
    release = locked_release(by, settled.pk)
    if (release.state, release.approved_at) != (settled.state, settled.approved_at):
        raise Refused(MOVED_ON)
    for name in WAY:
        setattr(release, name, getattr(settled, name))
    release.facts = _agreeing(release, agreed)
    release.save()
    stop_links_to(by=by, purpose=LinkPurpose.DOWNLOAD, subject_id=release.pk)
    if made:
        add_package(by=by, release=release, content=made[0], pages=made[1], locked=False)
    record(by=by, event=AuditEvent.CHANGED, subject=release, patient_id=release.patient_id, detail="way")
    return release
