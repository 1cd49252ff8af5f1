"""Signing a prepared form: what a signature adds to the facts, and what a scan of the paper may turn out to lack."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from authorizations.rules.choices import SIGNS_FOR_SELF, ConditioningStatement, SignatureMethod, SignerRole
from authorizations.rules.facts import AuthorizationFacts
from authorizations.rules.names import same_name
from practice.infrastructure.refusals import Refusal
from practice.people.rules import Periods, is_declined

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
    refusal: Refusal | None  # why they cannot act for the patient on that day, the practice's own decision aside
    declined: Periods  # when the practice did not recognize them
    has_document: bool


@dataclass(frozen=True, slots=True)
class Acting:
    """What is against somebody who signed for the patient: always, and while the practice does not recognize them."""

    refusal: Refusal | None = None
    declined: Periods = ()

    def refusal_on(self, on: date) -> Refusal | None:
        """Why the signature does not count on a day. What it carried on an earlier day stays as it was."""
        return DECLINED if is_declined(self.declined, on) else self.refusal


NOTHING_AGAINST = Acting()


def acting(role: SignerRole, name: str, chosen: OnRecord | None, on_record: Iterable[OnRecord]) -> Acting:
    """How whoever signed stands; `name` is what the paper says, `chosen` the person on record it is taken for.

    Nobody whom the practice declined to recognize signs for a patient, under whichever entry (164.502(g)(5)).
    """
    if chosen is None and role in SIGNS_FOR_SELF:
        return NOTHING_AGAINST
    names = [name, chosen.name if chosen else ""]
    namesakes = [one for one in on_record if any(same_name(one.name, known) for known in names)]
    declined = tuple(period for one in namesakes for period in one.declined)
    return Acting(refusal_to_act(role, name, chosen), declined)


def refusal_to_act(role: SignerRole, name: str, chosen: OnRecord | None) -> Refusal | None:
    """Why a signature given for the patient never counted; None for the patient's own, or of who may act for them.

    Nobody signs for a patient by a name alone (164.514(h)(1)).
    """
    if chosen is None and role in SIGNS_FOR_SELF:
        return None
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
    by: Acting = NOTHING_AGAINST,
    not_on_paper: Collection[str] = (),
) -> AuthorizationFacts:
    """The facts of a prepared form once it is signed. `not_on_paper` are elements that the paper lacks (W-20)."""
    given = replace(
        facts,
        signature_method=method,
        signed_on=on,
        signer_role=role,
        authority_description=authority,
        representation_refused=by.refusal,
        representation_declined=by.declined,
    )
    for element in not_on_paper:
        given = replace(given, **ABSENT[element])
    return given
