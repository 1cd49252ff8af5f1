"""The entry of a release: what the accounting will say, and what stays beside it."""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from authorizations.models import Authorization
from disclosures.ledger.actions import (
    ABOUT_OTHER,
    LedgerBroken,
    Recipient,
    append_disclosure,
    ask_for_suspension,
    sign_checkpoint,
)
from disclosures.ledger.models import Entry
from disclosures.ledger.particulars import Particulars, as_others_may_read
from disclosures.ledger.rules import Basis, exemption_of
from practice.people.models import Patient, Staff
from records.psychotherapy import vault
from records.psychotherapy.rules import describe_release

from ..models import Release
from ..queries.taking_back import joint_records
from ..rules import Decision
from ..rules.documentation import ASKED_TO_SUSPEND, SUSPENSION

Agreed = Mapping[UUID, Authorization]  # by other patient: the authorization of theirs that it rests on

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


def append_entries(
    *, by: Staff, release: Release, decision: Decision, cover: vault.PackageCover, agreed: Agreed
) -> None:
    """The entries of a package of psychotherapy notes: one for each patient whom it speaks of, with their own sessions
    and no word of the others; the release's patient first (P-02). In the caller's transaction, its last statements.
    """
    patients = Patient.objects.in_bulk(cover.speaks_about)
    for one in cover.speaks_about:
        said = particulars_of(release, pn_authors=(cover.author,))
        said = replace(said, description=describe_release(cover.days_about(one)))
        if one == release.patient_id:
            _append(by, release, release.patient, said, internal_of(release, decision))
        elif one in cover.named_too:  # the purpose stands as the paper gives it that names them both
            _append(by, release, patients[one], said, internal_of(release, decision) | ABOUT_OTHER)
        else:
            _append_other(by, release, decision, patients[one], said, agreed.get(one))


def append_others_of_chart(
    *, by: Staff, release: Release, decision: Decision, days: Mapping[UUID, Collection[date]], agreed: Agreed
) -> None:
    """The entries of other patients of whom the records of a chart speak that leave, where the rule asks for them: by
    the days of those joint and group sessions. After the release's own, in the same transaction.
    """
    if exemption_of(release.basis) is not None:
        return
    for one, patient in sorted(Patient.objects.in_bulk(list(days)).items()):
        if one not in agreed:  # what they authorized themselves is exempt
            said = replace(particulars_of(release), description=joint_records(False, days[one]))
            _append_other(by, release, decision, patient, said, None)


def _append_other(
    by: Staff,
    release: Release,
    decision: Decision,
    other: Patient,
    said: Particulars,
    paper: Authorization | None,
) -> None:
    """The purpose of somebody else's release may name them, and its address be where they are reached: here stand
    those of the other's own authorization, or the ground alone.
    """
    basis = Basis.B_AUTHORIZATION if paper else said.basis
    recipient = as_others_may_read(said.recipient, address=paper.recipient_address if paper else None)
    said = replace(said, recipient=recipient, basis=basis, purpose=paper.purpose if paper else str(basis.label))
    internal = internal_of(release, decision) | {"authorization": paper.pk if paper else None} | ABOUT_OTHER
    internal.pop("authorizations_of_others", None)
    _append(by, release, other, said, internal)


def append_entry(
    *,
    by: Staff,
    release: Release,
    decision: Decision,
    basis: Basis | None = None,
    pn_authors: Iterable[UUID] = (),
    minimum: bool = False,
) -> Entry:
    """Append the ledger entry of a release; the last statement of the caller's transaction.

    `basis` replaces the one claimed where nothing carried it; `minimum` says that the rest is still to be written.
    Codes and links go into the internal part, no free text.
    """
    said = particulars_of(release, basis=basis, pn_authors=pn_authors)
    internal = internal_of(release, decision) | ({"minimum": True} if minimum else {})
    return _append(by, release, release.patient, said, internal)


def _append(by: Staff, release: Release, patient: Patient, said: Particulars, internal: Mapping[str, Any]) -> Entry:
    entry = append_disclosure(
        by=by,
        patient=patient,
        disclosed_on=said.disclosed_on,
        recipient=said.recipient,
        description=said.description,
        record_classes=said.record_classes,
        includes_pn=said.includes_pn,
        pn_authors=said.pn_authors,
        purpose=said.purpose,
        basis=said.basis,
        method=said.method,
        artefact_sha256=release.sha256,
        release_id=release.pk,
        internal=internal,
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
