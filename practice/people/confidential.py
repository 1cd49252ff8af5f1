"""How a patient asked to be reached (164.522(b)), as values. Pure. Why they ask has no place anywhere."""

from dataclasses import dataclass
from uuid import UUID

from django.db import models


class Means(models.TextChoices):
    """The way by which a patient wants to be reached."""

    MAIL = "mail", "By mail, to another address"
    EMAIL = "email", "By e-mail only"
    PHONE = "phone", "By telephone only"
    FAX = "fax", "By fax only"


# For letters, the way that carries paper best comes first, when a patient asked for several.
LETTERS_GO: tuple[Means, ...] = (Means.MAIL, Means.EMAIL, Means.FAX, Means.PHONE)
HERE = ("US", "USA", "United States")  # not written on an envelope that stays in the country
WARNINGS: dict[Means, str] = {
    Means.MAIL: "",
    Means.EMAIL: "Do not mail it: by e-mail only.",
    Means.PHONE: "Do not mail it: call first, by telephone only.",
    Means.FAX: "Do not mail it: by fax only.",
}


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
        country = "" if self.country in HERE else self.country
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
