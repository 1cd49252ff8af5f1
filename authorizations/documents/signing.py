"""The text that somebody signs: what is shown on every screen, hashed, and printed under the signature."""

import hashlib
import unicodedata
from dataclasses import dataclass, field
from datetime import date

from practice.compliance.queries import practice_profile
from practice.infrastructure.templatetags.look import day

from ..models import Authorization
from ..rules import ConditioningStatement, PnScope, RecordClass
from .form import FormDocument, FormPart, document_of

REVOCATION = (
    "You can take this authorization back at any time, in writing. Send or give your letter to the practice. What was "
    "released before the practice received it stays released."
)
CONDITIONING = {
    ConditioningStatement.NOT_CONDITIONED: "Your care, and what you pay for it, do not depend on signing this.",
    ConditioningStatement.CONSEQUENCES: "What happens if you do not sign is explained to you before you sign.",
}
REDISCLOSURE = (
    "Whoever receives these records may pass them on. Federal privacy law may then no longer protect what they hold."
)
# Said with the tick that signs, where the form has no words of its own for it.
ATTESTATION = "I have read this form, or it was read to me. I agree to what it says."
REMUNERATION = "The practice is paid by somebody else for this release."


@dataclass(frozen=True, slots=True)
class Part:
    """One heading of the form with what stands under it; paragraphs are separated by an empty line."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class TextToSign:
    """A form as it is shown to whoever signs it. `plain` is the whole of it, and `sha256` the hash of its UTF-8.

    `attestation` stands beside the tick instead, in the words of the form; it is kept with the signature.
    """

    title: str
    parts: tuple[Part, ...]
    attestation: str = ATTESTATION
    plain: str = field(init=False)
    sha256: str = field(init=False)

    def __post_init__(self) -> None:
        blocks = [self.title, *(f"{part.heading}\n{part.text}" for part in self.parts)]
        plain = unicodedata.normalize("NFC", "\n\n".join(blocks).replace("\r\n", "\n")) + "\n"
        object.__setattr__(self, "plain", plain)
        object.__setattr__(self, "sha256", hashlib.sha256(plain.encode()).hexdigest())

    @property
    def intent(self) -> str:
        """What a signer says by the tick."""
        return f"{self.attestation} I sign it."


def text_to_sign(authorization: Authorization) -> TextToSign:
    """The whole form in words. The same row gives the same text, until the patient's or the practice's name changes."""
    row = authorization
    if row.template_version is not None:
        return _of_form(document_of(row))
    is_pn = RecordClass.PN in row.record_classes
    title = f"Authorization to release {'psychotherapy notes' if is_pn else 'records'}"
    born = f", born {day(row.patient.birth_date)}" if row.patient.birth_date else ""
    given = [
        ("Patient", f"{row.patient.legal_name}{born}"),
        ("Which records", _records(row)),
        ("Who may release them", row.discloser),
        ("Who may receive them", _lines(row.recipient_name, row.recipient_class, row.recipient_address)),
        ("What for", row.purpose),
        ("Until when", " or ".join(part for part in (day(row.expires_on), row.expires_event) if part)),
        ("Your right to take it back", REVOCATION if row.stmt_revocation else ""),
        ("If you do not sign", CONDITIONING.get(ConditioningStatement(row.stmt_conditioning), "")),
        ("What the recipient may do", REDISCLOSURE if row.stmt_redisclosure else ""),
        ("Payment", REMUNERATION if row.stmt_remuneration else ""),
        ("Your copy", f"You receive a copy of the signed form from {practice_profile().name}."),
    ]
    return TextToSign(title, tuple(Part(heading, text) for heading, text in given if text))


def _of_form(document: FormDocument) -> TextToSign:
    """The practice's own form as it was filled in, word for word."""
    parts = [Part(part.heading, "\n\n".join(filter(None, [*part.words, *_filled(part)]))) for part in document.parts]
    return TextToSign(document.title, tuple(parts), " ".join(document.signing.words) or ATTESTATION)


def _filled(part: FormPart) -> list[str]:
    """What was chosen and written in: one paragraph each for the choices and the answers."""
    choices = "\n".join(choice.words for choice in part.choices if choice.ticked)
    return [choices, "\n".join(f"{answer.label}: {answer.value}" for answer in part.answers)]


def _records(row: Authorization) -> str:
    kinds = " and ".join(RecordClass(code).label.lower() for code in row.record_classes)
    period = _period(row.covers_from, row.covers_to)
    return "\n".join(line for line in (row.info_description, f"{kinds.capitalize()}{_scope(row)}{period}") if line)


def _scope(row: Authorization) -> str:
    by = f" written by {row.pn_originator.display_name}" if row.pn_originator else ""
    if row.pn_scope == PnScope.SESSION_DATES:
        return f"{by} about the sessions of {', '.join(day(on) for on in sorted(row.pn_session_dates))}"
    return by


def _period(start: date | None, end: date | None) -> str:
    if start and end:
        return f", from {day(start)} to {day(end)}"
    if start:
        return f", from {day(start)} on"
    return f", up to {day(end)}" if end else ""


def _lines(*lines: str) -> str:
    return "\n".join(line for line in lines if line)
