"""How a patient asked to be reached (164.522(b)), as values. Pure. Why they ask has no place anywhere."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from django.db import models

from practice.infrastructure.refusals import Refusal


class Means(models.TextChoices):
    """The way by which a patient wants to be reached."""

    MAIL = "mail", "By mail, to another address"
    EMAIL = "email", "By e-mail only"
    PHONE = "phone", "By telephone only"
    FAX = "fax", "By fax only"


# For letters, the way that carries paper best comes first, when a patient asked for several.
LETTERS_GO: tuple[Means, ...] = (Means.MAIL, Means.EMAIL, Means.FAX, Means.PHONE)
# Not written on an envelope that stays in the country
HERE = frozenset({"", "us", "usa", "united states", "united states of america"})
ZIP = re.compile(r"\d{5}(-\d{4})?")
WARNINGS: dict[Means, str] = {
    Means.MAIL: "",
    Means.EMAIL: "Do not mail it: by e-mail only.",
    Means.PHONE: "Do not mail it: call first, by telephone only.",
    Means.FAX: "Do not mail it: by fax only.",
}


class Way(models.TextChoices):
    """A way on which something reaches a patient, as far as a wish can speak of it."""

    IN_PERSON = "in_person", "In person"
    MAIL = "mail", "By mail"
    FAX = "fax", "By fax"
    FILE = "file", "As a file, by e-mail or on a medium"
    LINK = "link", "By a link, in an e-mail or a text message"
    TOLD = "told", "Told by telephone or in person"
    PHONE = "phone", "By telephone"  # also what opens a file or a link: its passphrase, its code
    OTHER = "other", "Another way"


class Goes(Enum):
    """Whether something may take a way: yes, no, or only once the patient has been asked about this one time."""

    YES = "yes"
    ASK = "ask"
    NO = "no"


YES, ASK, NO = Goes.YES, Goes.ASK, Goes.NO
# The whole of R-224, way by wish. In person it meets nobody else. What a wish says nothing about is asked.
ANSWERS: dict[Way, dict[Means, Goes]] = {
    Way.IN_PERSON: {Means.MAIL: YES, Means.EMAIL: YES, Means.PHONE: YES, Means.FAX: YES},
    Way.MAIL: {Means.MAIL: YES, Means.EMAIL: NO, Means.PHONE: NO, Means.FAX: NO},
    Way.FAX: {Means.MAIL: NO, Means.EMAIL: NO, Means.PHONE: NO, Means.FAX: YES},
    Way.FILE: {Means.MAIL: ASK, Means.EMAIL: YES, Means.PHONE: ASK, Means.FAX: ASK},
    Way.LINK: {Means.MAIL: ASK, Means.EMAIL: YES, Means.PHONE: ASK, Means.FAX: NO},
    Way.TOLD: {Means.MAIL: ASK, Means.EMAIL: ASK, Means.PHONE: YES, Means.FAX: ASK},
    Way.PHONE: {Means.MAIL: ASK, Means.EMAIL: NO, Means.PHONE: YES, Means.FAX: NO},
    Way.OTHER: {Means.MAIL: ASK, Means.EMAIL: ASK, Means.PHONE: ASK, Means.FAX: ASK},
}


def goes(way: Way, wished: Collection[Means]) -> Goes:
    """Whether a way suits what the patient asked for; any way does where they asked for none.

    Of several wishes the one that wants this way decides, then the one that forbids it.
    """
    said = {ANSWERS[way][means] for means in wished}
    return next((answer for answer in (YES, NO, ASK) if answer in said), YES)


def is_here(country: str) -> bool:
    """Whether a country as it was typed is the practice's own; none named is."""
    return " ".join(country.replace(".", "").casefold().split()) in HERE


def missing_of_place(
    *, lines: str = "", city: str = "", state: str = "", postal_code: str = "", country: str = ""
) -> Iterator[tuple[str, Refusal]]:
    """What a confidential address lacks to be one that mail reaches, field by field: letters go nowhere else."""
    if not lines.strip():
        yield "lines", _incomplete("Give the street or the box, as on the envelope.")
    if is_here(country):
        if not city.strip():
            yield "city", _incomplete("Give the city.")
        if not state.strip():
            yield "state", _incomplete("Give the state.")
        if not ZIP.fullmatch(postal_code.strip()):
            yield "postal_code", _incomplete("Give the ZIP code, five digits or nine, such as 61602.")
    elif lines.strip() and len(lines.split("\n")) < 2 and not (city.strip() or postal_code.strip()):
        yield "lines", _incomplete("Give at least two lines, street and place, as on the envelope.")


def _incomplete(remedy: str) -> Refusal:
    return Refusal("WISH_ADDRESS_INCOMPLETE", "No letter would reach this address.", remedy)


@dataclass(frozen=True, slots=True)
class LetterAddress:
    """Where, and by what way, a letter to a patient goes. `confidential`: the patient asked for it."""

    name: str
    means: Means = Means.MAIL
    confidential: bool = False
    lines: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    value: str = ""
    address_id: UUID | None = None

    @property
    def text(self) -> str:
        """The address under the name, as on the envelope; for another way than mail, the number or e-mail address."""
        if self.means != Means.MAIL:
            return f"{self.means.label}: {self.value}"
        town = f"{self.city}," if self.city and self.state else self.city
        place = " ".join(part for part in (town, self.state, self.postal_code) if part)
        country = "" if is_here(self.country) else self.country
        return "\n".join(part for part in (self.lines.strip(), place, country) if part)

    @property
    def where(self) -> str:
        """The place alone: the postal address, the number or the e-mail address."""
        return self.text if self.means == Means.MAIL else self.value

    @property
    def one_line(self) -> str:
        """The same place within a sentence."""
        return ", ".join(self.where.splitlines())

    @property
    def envelope(self) -> list[str]:
        """Name and address line by line, as in the window of the envelope."""
        return [self.name, *self.text.splitlines()]

    @property
    def warning(self) -> str:
        """What whoever sends a letter must not miss; empty when it goes by mail."""
        return WARNINGS[self.means]


def goes_elsewhere(address: str, to: LetterAddress | None) -> bool:
    """Whether a letter that carries `address` would go where the patient does not want letters. One that carries none
    is handed over."""
    return bool(address) and address != (to.text if to else "")
