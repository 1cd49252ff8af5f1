"""The entry of a release: what the accounting will say, and what stays beside it."""

import logging
from collections.abc import Iterable
from uuid import UUID

from disclosures.ledger.actions import LedgerBroken, Recipient, append_disclosure, sign_checkpoint
from disclosures.ledger.models import Entry
from disclosures.ledger.rules import Basis
from practice.people.models import Staff

from ..models import Release
from ..rules import Decision

logger = logging.getLogger("practice.releases")


def sign() -> bool:
    """Sign the ledger after a commit. Out: whether it is signed; if not, nothing leaves until it is.

    The entry stands either way, so a log that cannot be signed now must not look like a hand-over that failed.
    """
    try:
        sign_checkpoint()
    except (LedgerBroken, OSError) as broken:
        logger.error("the ledger could not be signed: %s", type(broken).__name__)
        return False
    return True


def append_entry(
    *, by: Staff, release: Release, decision: Decision, basis: Basis | None = None, pn_authors: Iterable[UUID] = ()
) -> Entry:
    """Append the ledger entry of a release; the last statement of the caller's transaction.

    `basis` replaces the one claimed where nothing carried it. Codes and links go into the internal part, no free text.
    """
    if release.disclosed_on is None:
        raise ValueError("a release without a day has no entry")
    return append_disclosure(
        by=by,
        patient=release.patient,
        disclosed_on=release.disclosed_on,
        recipient=Recipient(
            name=release.recipient_name,
            type=release.recipient_kind,
            address=release.recipient_address,
            address_known=bool(release.recipient_address.strip()),
        ),
        description=release.description,
        record_classes=(release.record_class,),
        includes_pn=release.is_notes,
        pn_authors=pn_authors,
        purpose=release.purpose,
        basis=basis or Basis(release.basis),
        method=release.method,
        artefact_sha256=release.sha256,
        release_id=release.pk,
        internal={
            "gate": decision.as_record(),
            "basis_claimed": release.basis,
            "process": release.process,
            "authorization": release.authorization_id,
            "recorded_as_past": not release.sha256,
        },
    )
