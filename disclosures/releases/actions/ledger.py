"""The entry of a release: what the accounting will say, and what stays beside it."""

import logging
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from disclosures.ledger.actions import (
    LedgerBroken,
    Recipient,
    append_disclosure,
    ask_for_suspension,
    sign_checkpoint,
)
from disclosures.ledger.models import Entry
from disclosures.ledger.particulars import Particulars
from disclosures.ledger.rules import Basis
from practice.people.models import Patient, Staff
from records.psychotherapy import vault
from records.psychotherapy.rules import describe_release

from ..models import Release
from ..rules import Decision
from ..rules.documentation import ASKED_TO_SUSPEND, SUSPENSION

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


def append_entries(*, by: Staff, release: Release, decision: Decision, cover: vault.PackageCover) -> None:
    """The entries of a package of psychotherapy notes: one for each patient it is about, with their own sessions and
    no word of the others; the release's patient first. In the caller's transaction, its last statements.
    """
    patients = Patient.objects.in_bulk(cover.about)
    for about in cover.about:
        words = describe_release(cover.days_about(about))
        append_entry(
            by=by,
            release=release,
            decision=decision,
            pn_authors=(cover.author,),
            patient=patients[about],
            description=words if cover.named_too else release.description,
        )


def append_entry(
    *,
    by: Staff,
    release: Release,
    decision: Decision,
    basis: Basis | None = None,
    pn_authors: Iterable[UUID] = (),
    minimum: bool = False,
    patient: Patient | None = None,
    description: str = "",
) -> Entry:
    """Append the ledger entry of a release; the last statement of the caller's transaction.

    `basis` replaces the one claimed where nothing carried it; `minimum` says that the rest is still to be written.
    `patient`, `description`: of one of several patients whom it concerns. Codes and links go into the internal part, no
    free text.
    """
    said = particulars_of(release, basis=basis, pn_authors=pn_authors)
    entry = append_disclosure(
        by=by,
        patient=patient or release.patient,
        disclosed_on=said.disclosed_on,
        recipient=said.recipient,
        description=description or said.description,
        record_classes=said.record_classes,
        includes_pn=said.includes_pn,
        pn_authors=said.pn_authors,
        purpose=said.purpose,
        basis=said.basis,
        method=said.method,
        artefact_sha256=release.sha256,
        release_id=release.pk,
        internal=internal_of(release, decision) | ({"minimum": True} if minimum else {}),
    )
    if release.facts.get(SUSPENSION) in ASKED_TO_SUSPEND:
        ask_for_suspension(entry)
    return entry


def particulars_of(release: Release, *, basis: Basis | None = None, pn_authors: Iterable[UUID] = ()) -> Particulars:
    """What the entry of a release says. Raises ValueError for a release without a day."""
    if release.disclosed_on is None:
        raise ValueError("a release without a day has no entry")
    return Particulars(
        disclosed_on=release.disclosed_on,
        recipient=Recipient(
            name=release.recipient_name,
            type=release.recipient_kind,
            address=release.recipient_address,
            address_known=bool(release.recipient_address.strip()),
        ),
        description=release.description,
        purpose=release.purpose,
        basis=basis or Basis(release.basis),
        record_classes=(release.record_class,),
        includes_pn=release.is_notes,
        pn_authors=tuple(pn_authors),
        method=release.method,
    )


def internal_of(release: Release, decision: Decision) -> dict[str, Any]:
    """What is kept beside the entry and never leaves: codes and links."""
    others = sorted(str(pk) for pk in set(release.reliances.values_list("authorization_id", flat=True)))
    return ({"authorizations_of_others": others} if others else {}) | {
        "gate": decision.as_record(),
        "basis_claimed": release.basis,
        "process": release.process,
        "authorization": release.authorization_id,
        "recorded_as_past": not release.sha256,
    }
