"""Signing a prepared form: what a signature adds to the facts, and what a scan of the paper may turn out to lack."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from authorizations.rules.choices import SIGNS_FOR_SELF, ConditioningStatement, SignatureMethod, SignerRole
from authorizations.rules.facts import AuthorizationFacts
from authorizations.rules.names import same_name
from practice.infrastructure.refusals import Refusal

# Each element and statement of section 3.1 with what the facts say when it is not on the paper.
ABSENT: dict[str, dict[str, Any]] = {
    "A1": {"info_description": ""},
    "A2": {"discloser": ""},
    "A3": {"recipient_name": "", "recipient_class": ""},
    "A4": {"purpose": ""},
    "A5": {"expires_on": None, "expires_event": ""},
    "A6": {"signature_method": SignatureMethod.NONE, "signed_on": None},
    "A7": {"authority_description": ""},
    "RS1": {"stmt_revocation": False},
    "RS2": {"stmt_conditioning": ConditioningStatement.MISSING},
    "RS3": {"stmt_redisclosure": False},
    "RS4": {"stmt_remuneration": False},
}
ELEMENTS = tuple(ABSENT)

# what the elements say themselves of somebody who signs in the role that is on record for them
SAID_BY_AGE = frozenset({"PR_ADULT", "PR_BIRTH_DATE_UNKNOWN", "PR_MINOR_ACTS_ALONE"})
NO_DOCUMENT = Refusal(
    "PR_NO_DOCUMENT",
    "The document that shows this authority is not on file.",
    "Add a scan of it to the representative first.",
    "45 CFR 164.514(h)(1)",
)
DECLINED = Refusal(
    "PR_DECLINED",
    "The practice decided not to treat the person who signed for the patient as their representative.",
    "Have the patient sign, or somebody else who acts for them. A clinician can review the decision.",
    "45 CFR 164.502(g)(5)",
)


@dataclass(frozen=True, slots=True)
class OnRecord:
    """Somebody on record as acting for the patient, as of the day of a signature (R-145)."""

    name: str
    role: SignerRole
    refusal: Refusal | None  # why they cannot act for the patient on that day
    declined: bool  # by the practice, whichever day it decided so
    has_document: bool


def refusal_to_act(
    role: SignerRole, name: str, chosen: OnRecord | None, on_record: Iterable[OnRecord]
) -> Refusal | None:
    """Why a signature given for the patient does not count; None where the patient signed, or who may act for them.

    `name` is what the paper says, `chosen` the person on record it is taken for. Nobody signs for a patient by a name
    alone (164.514(h)(1)), and nobody whom the practice declined to recognize, under whichever entry (164.502(g)(5)).
    """
    if chosen is None and role in SIGNS_FOR_SELF:
        return None
    names = [name, chosen.name if chosen else ""]
    if any(one.declined and any(same_name(one.name, known) for known in names) for one in on_record):
        return DECLINED
    if chosen is None:
        who = f"“{name.strip()}” signed for the patient, but" if name.strip() else "Whoever signed for the patient"
        return Refusal(
            "PR_NOT_ON_RECORD",
            f"{who} is not chosen from those who act for the patient on record.",
            "Record the representative with the document that shows the authority; then correct this record and choose "
            "them there.",
            "45 CFR 164.502(g)(1), 164.514(h)(1)",
        )
    if chosen.refusal and not (chosen.refusal.code in SAID_BY_AGE and chosen.role == role):
        return chosen.refusal
    # a parent of a minor is known as such; every other authority rests on a paper
    return None if chosen.has_document or chosen.role == SignerRole.PARENT else NO_DOCUMENT


def signed(
    facts: AuthorizationFacts,
    *,
    method: SignatureMethod,
    on: date | None,
    role: SignerRole,
    authority: str = "",
    representation_refused: Refusal | None = None,
    not_on_paper: Collection[str] = (),
) -> AuthorizationFacts:
    """The facts of a prepared form once it is signed. `not_on_paper` are elements that the paper lacks (W-20)."""
    given = replace(
        facts,
        signature_method=method,
        signed_on=on,
        signer_role=role,
        authority_description=authority,
        representation_refused=representation_refused,
    )
    for element in not_on_paper:
        given = replace(given, **ABSENT[element])
    return given
