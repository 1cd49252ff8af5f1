"""What an entry says of one disclosure (45 CFR 164.528(b)(2)), and what keeps it from being entered."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import TextChoices

from disclosures.ledger.bases import Basis
from disclosures.ledger.rules import ResearchActivity


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom something was given: entity or person, and the address if known (R-085, R-086).

    `address_known` says it is known, so that leaving it out is an error; an address that is given is known.
    """

    name: str
    type: str = ""
    address: str = ""
    address_known: bool = False


OF_ONE_PATIENT = frozenset({"patient", "representative"})  # recipients whose address is that patient's alone


def as_others_may_read(recipient: Recipient, *, address: str | None = None) -> Recipient:
    """A recipient as it stands in the entry of another patient of whom the release speaks: where a patient, or who acts
    for them, is reached is nobody else's to know, and what they are to that patient is nothing to this one.

    `address`: as this patient's own paper gives it, instead of the release's.
    """
    own = recipient.type in OF_ONE_PATIENT
    known = "" if own else recipient.address
    known = known if address is None else address
    return Recipient(recipient.name, "" if own else recipient.type, known, bool(known.strip()))


@dataclass(frozen=True, slots=True)
class Particulars:
    """What an entry says of one disclosure: the R-085 information and what decides its accountability.

    `description` never holds content of psychotherapy notes (R-087). `pn_authors` are the ids of the authors of the
    psychotherapy notes concerned: besides the compliance officer only they see the entry. `method` is how it left.
    """

    disclosed_on: date
    recipient: Recipient
    description: str
    purpose: str
    basis: Basis
    record_classes: tuple[str, ...] = ()
    includes_pn: bool = False
    pn_authors: tuple[UUID, ...] = ()
    also_512f: bool = False
    via_ehr: bool = False
    method: str = ""
    research: ResearchActivity | None = None


class EntryDefect(TextChoices):
    """Why an entry cannot be made: the accounting could not say what the rule asks for (R-085)."""

    NO_RECIPIENT = "NO_RECIPIENT", "Say who received it: the name of the person or organization."
    NO_DESCRIPTION = "NO_DESCRIPTION", "Say what was disclosed, in a few words without clinical content."
    NO_ADDRESS = "NO_ADDRESS", "The recipient's address is known and must be entered."
    NO_PURPOSE = "NO_PURPOSE", "Say why it was disclosed, so that the patient can understand the ground."
    IN_FUTURE = "IN_FUTURE", "The day of the disclosure is in the future."


def entry_defects(given: Particulars, *, today: date) -> list[EntryDefect]:
    """All that keeps a disclosure from being entered; empty when it can be."""
    checks = (
        (EntryDefect.NO_RECIPIENT, not given.recipient.name.strip()),
        (EntryDefect.NO_ADDRESS, given.recipient.address_known and not given.recipient.address.strip()),
        (EntryDefect.NO_DESCRIPTION, not given.description.strip()),
        (EntryDefect.NO_PURPOSE, not given.purpose.strip()),
        (EntryDefect.IN_FUTURE, given.disclosed_on > today),
    )
    return [defect for defect, applies in checks if applies]
