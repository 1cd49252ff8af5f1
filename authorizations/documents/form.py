"""The form as a patient reads it, on paper and on a screen: blank, or filled in for one authorization.

A blank form shows every choice and lines to write on; a filled one shows only what was chosen, so that it reads aloud
as it reads in print. The same parts make the PDF, the page and the text that somebody signs.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from practice.compliance.models import PracticeProfile
from practice.compliance.queries import practice_profile
from practice.infrastructure.pdf import render_pdf
from practice.infrastructure.templatetags.look import day

from ..models import Authorization, FormVersion
from ..rules import ConditioningStatement, PnScope, RecordClass
from ..rules.form_versions import FormKind
from ..rules.preparing import InfoKind, named_records, own_words
from ..rules.wording import ADDRESS, BY_KEY, PRACTICE

BILLS = "Bills and payments"


@dataclass(frozen=True, slots=True)
class Choice:
    """A box, ticked or to be ticked."""

    words: str
    ticked: bool = False
    lines: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Something filled in, or so many lines to write it on."""

    label: str
    value: str = ""
    lines: int = 1


@dataclass(frozen=True, slots=True)
class FormPart:
    """One section of the form: its heading, what it says, what is chosen and filled in."""

    key: str
    heading: str
    words: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True)
class FormDocument:
    """A whole form without its signature; what a signature binds is `documents.signing.text_to_sign` of it."""

    title: str
    code: str
    is_blank: bool
    parts: tuple[FormPart, ...]
    signing: FormPart
    authority: FormPart


def blank_document(version: FormVersion) -> FormDocument:
    """A version of a form with nothing filled in."""
    says = _Says(version, practice_profile())
    is_pn = version.kind == FormKind.PN
    parts = [
        FormPart("patient", "Patient", answers=(Answer("Name"), Answer("Date of birth"))),
        *says.about(),
        says.part("information", choices=_blank_notes() if is_pn else _blank_records()),
        says.part("discloser", answers=(Answer("Name", says.practice.name),)),
        says.part("recipient", answers=(Answer("Name of the person or office"), Answer("Address", lines=2))),
        says.part("purpose", answers=(Answer("Purpose", lines=2),)),
        says.part("expiration", answers=(Answer("Date"), Answer("Or when this happens"))),
        *says.rights(Statements(ConditioningStatement.NOT_CONDITIONED, "ask")),
    ]
    return _document(version, says, parts, is_blank=True)


def document_of(authorization: Authorization) -> FormDocument:
    """The form filled in for one authorization that was prepared here. Raises ValueError for a paper from elsewhere."""
    row, version = authorization, authorization.template_version
    if version is None:
        raise ValueError("this authorization was not prepared from a form of the practice")
    says = _Says(version, practice_profile())
    patient = (Answer("Name", row.patient.legal_name), Answer("Date of birth", day(row.patient.birth_date)))
    parts = [
        FormPart("patient", "Patient", answers=patient),
        *says.about(),
        says.part("information", **_information(row)),
        says.part("discloser", answers=_answers(("Name", row.discloser))),
        says.part("recipient", answers=_recipient(row)),
        says.part("purpose", answers=_answers(("Purpose", row.purpose))),
        says.part(
            "expiration", answers=_answers(("Date", day(row.expires_on)), ("When this happens", row.expires_event))
        ),
        *says.rights(
            Statements(ConditioningStatement(row.stmt_conditioning), "yes" if row.remuneration_applies else "")
        ),
    ]
    return _document(version, says, parts, is_blank=False)


def form_pdf(authorization: Authorization, **more: Any) -> bytes:
    """The filled form as a tagged PDF with lines to sign on. `more` is context for a template that extends it."""
    return _pdf(document_of(authorization), **more)


def blank_pdf(version: FormVersion, *, is_approved: bool) -> bytes:
    """The blank form as a tagged PDF; one that may not be used says so on every page."""
    return _pdf(blank_document(version), draft_form=not is_approved)


def _pdf(document: FormDocument, **more: Any) -> bytes:
    template = more.pop("template", "documents/authorization_form.html")
    context = {"title": document.title, "practice": practice_profile(), "document": document, **more}
    return render_pdf(template, context)


def _document(version: FormVersion, says: "_Says", parts: list[FormPart], *, is_blank: bool) -> FormDocument:
    numbered = _numbered([part for part in parts if part.key])
    return FormDocument(
        version.title, version.code, is_blank, tuple(numbered), says.part("signature"), says.part("authority")
    )


NUMBERED = ("information", "discloser", "recipient", "purpose", "expiration")


def _numbered(parts: list[FormPart]) -> list[FormPart]:
    return [
        replace(part, heading=f"{NUMBERED.index(part.key) + 1}. {part.heading}") if part.key in NUMBERED else part
        for part in parts
    ]


@dataclass(frozen=True, slots=True)
class Statements:
    """Which of the statements apply: on conditions (RS2), and whether somebody pays ("yes", "ask" or "")."""

    conditioning: ConditioningStatement
    payment: str


@dataclass(frozen=True, slots=True)
class _Says:
    """The words of one version, with the practice's name and address filled in."""

    version: FormVersion
    practice: PracticeProfile

    def part(self, key: str, **filled: Any) -> FormPart:
        return FormPart(key, BY_KEY[key].heading, self._words(key), **filled)

    def about(self) -> list[FormPart]:
        return [self.part(key) for key in ("intro", "explainer") if self._words(key)]

    def rights(self, statements: Statements) -> list[FormPart]:
        conditioned = statements.conditioning == ConditioningStatement.CONSEQUENCES
        keys = ["revocation", "consequences" if conditioned else "conditioning", "redisclosure"]
        found = [self.part(key) for key in keys]
        if statements.payment == "yes":
            found.append(self.part("remuneration"))
        elif statements.payment == "ask":
            words = " ".join(self._words("remuneration"))
            found.append(FormPart("remuneration", BY_KEY["remuneration"].heading, choices=(Choice(words),)))
        return [*found, self.part("copy")]

    def _words(self, key: str) -> tuple[str, ...]:
        text = str(self.texts.get(key, "")).replace(PRACTICE, self.practice.name)
        address = ", ".join(line.strip() for line in self.practice.address.splitlines() if line.strip())
        text = text.replace(ADDRESS, address) if address else text.replace(f", {ADDRESS}", "").replace(ADDRESS, "")
        return tuple(line.strip() for line in text.splitlines() if line.strip())

    @property
    def texts(self) -> Mapping[str, str]:
        return self.version.texts


def _blank_notes() -> tuple[Choice, ...]:
    return (
        Choice("All psychotherapy notes by this therapist:", lines=1),
        Choice("Notes of sessions from one day to another, by this therapist:", lines=1),
        Choice("Notes of sessions on these days, by this therapist:", lines=1),
    )


def _blank_records() -> tuple[Choice, ...]:
    marks = [Choice(words) for words in InfoKind.labels]
    return (*marks, Choice(BILLS), Choice("Only of this time, or something else:", lines=1))


def _information(row: Authorization) -> dict[str, Any]:
    """The choices made, and what goes with them."""
    period = ""
    if row.covers_from or row.covers_to:
        period = f"{day(row.covers_from) or 'the first'} to {day(row.covers_to) or 'the last'}"
    own = own_words(row.info_description, named_of(row))
    if RecordClass.PN in row.record_classes:
        choices = [Choice(named_of(row), ticked=True)]
        extra = [("Sessions from", period)]
    else:
        choices = [Choice(InfoKind(code).label, ticked=True) for code in InfoKind.values if code in row.info_kinds]
        if RecordClass.BILLING in row.record_classes:
            choices.append(Choice(BILLS, ticked=True))
        if not row.info_kinds and RecordClass.CHART in row.record_classes:
            choices.insert(0, Choice(RecordClass.CHART.label, ticked=True))
        extra = [("From", period)]
    return {"choices": tuple(choices), "answers": _answers(*extra, ("In these words", own))}


def named_of(row: Authorization) -> str:
    """What the marks on one authorization name, in words."""
    return named_records(
        row.record_classes,
        info_kinds=row.info_kinds,
        pn_scope=row.pn_scope,
        originator=row.pn_originator.display_name if row.pn_originator else "",
        session_dates=session_words(row.pn_session_dates) if row.pn_scope == PnScope.SESSION_DATES else (),
    )


def session_words(dates: list[date]) -> list[str]:
    """Session days as people read them, the earliest first."""
    return [day(one) for one in sorted(dates)]


def _recipient(row: Authorization) -> tuple[Answer, ...]:
    address = ", ".join(part.strip() for part in row.recipient_address.splitlines() if part.strip())
    return _answers(("Name", row.recipient_name), ("Or anyone who is", row.recipient_class), ("Address", address))


def _answers(*given: tuple[str, str]) -> tuple[Answer, ...]:
    return tuple(Answer(label, value) for label, value in given if value)
