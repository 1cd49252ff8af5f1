"""Preparing an authorization for signature: what it names in words, what is wrong before anybody signs, and how one
form that joins too much becomes several (R-045 to R-048).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from django.db.models import TextChoices

from authorizations.rules.choices import ConditionedOn, PnScope, RecordClass
from authorizations.rules.defect import AUTH_DEFECT_CONDITIONED, AUTH_DEFECT_EXPIRED, Defect
from authorizations.rules.elements import NAMES_PSYCHOTHERAPY
from authorizations.rules.facts import AuthorizationFacts
from authorizations.rules.validity import defects


class InfoKind(TextChoices):
    """What a patient can mark on the form for chart records. The codes are those of release items where one fits."""

    WHOLE_CHART = "whole", "My whole chart"
    NOTES = "note", "Progress notes"
    SESSIONS = "session", "Dates and times of sessions"
    DIAGNOSES = "diagnosis", "Diagnosis"
    PROGRESS = "observation", "Symptoms and how I am doing"
    PLANS = "plan", "Treatment plans"
    MEDICATION = "medication", "Medicine"
    TESTS = "measure", "Tests and questionnaires"
    SAFETY = "safety", "Safety plans and risk"
    DOCUMENTS = "document", "Letters and reports from others"


# the kinds of release items that a mark covers beside its own
ALSO_COVERS: dict[InfoKind, frozenset[str]] = {
    InfoKind.PLANS: frozenset({"plan_review"}),
    InfoKind.TESTS: frozenset({"result"}),
    InfoKind.SAFETY: frozenset({"risk"}),
}


def item_kinds(info_kinds: Iterable[str]) -> frozenset[str] | None:
    """The kinds of release items that the marks cover; None where they set no limit (nothing marked, or everything)."""
    marks = {InfoKind(code) for code in info_kinds}
    if not marks or InfoKind.WHOLE_CHART in marks:
        return None
    return frozenset(marks).union(*(ALSO_COVERS.get(mark, frozenset()) for mark in marks))


def named_records(
    record_classes: Sequence[str],
    *,
    info_kinds: Sequence[str] = (),
    pn_scope: str = "",
    originator: str = "",
    session_dates: Sequence[str] = (),
) -> str:
    """What the marks on a form name, as the description of A1: "Progress notes, diagnosis; bills and payments"."""
    if RecordClass.PN in record_classes:
        return _named_notes(PnScope(pn_scope), originator, session_dates)
    marks = [InfoKind(code).label for code in InfoKind.values if code in info_kinds]
    parts = []
    if RecordClass.CHART in record_classes:
        parts.append(", ".join([*marks[:1], *(mark[0].lower() + mark[1:] for mark in marks[1:])]) or "Chart records")
    if RecordClass.BILLING in record_classes:
        parts.append("Bills and payments" if not parts else "bills and payments")
    return "; ".join(parts)


def _named_notes(scope: PnScope, originator: str, session_dates: Sequence[str]) -> str:
    by = f" by {originator}" if originator else ""
    if scope == PnScope.SESSION_DATES and session_dates:
        return f"Psychotherapy notes{by} of the sessions of {'; '.join(session_dates)}"
    if scope == PnScope.ALL_BY_ORIGINATOR:
        return f"All psychotherapy notes{by}"
    return f"Psychotherapy notes{by}"


def described(named: str, own_words: str) -> str:
    """The whole description: what the marks name, and what somebody added in their own words."""
    own = own_words.strip()
    return f"{named}: {own}" if own and named else own or named


def own_words(description: str, named: str) -> str:
    """What was added in own words, out of a whole description; a description from elsewhere is own words."""
    if description == named:
        return ""
    return description.removeprefix(f"{named}: ")


def own_words_of_part(own: str, part: Sequence[str]) -> str:
    """The own words that go along when a form is split: never words on psychotherapy notes into a form for others."""
    speaks_of_notes = bool(NAMES_PSYCHOTHERAPY.search(own))
    return own if speaks_of_notes == (RecordClass.PN in part) else ""


def parts_of(record_classes: Sequence[str] | frozenset[str], *, is_conditioned: bool = False) -> list[list[str]]:
    """The separate forms that these records need: psychotherapy notes alone, the others together unless something
    depends on signing (R-045, R-047).
    """
    others = [code for code in (RecordClass.CHART, RecordClass.BILLING) if code in record_classes]
    parts = [[str(RecordClass.PN)]] if RecordClass.PN in record_classes else []
    if is_conditioned:
        return parts + [[str(code)] for code in others]
    return parts + ([[str(code) for code in others]] if others else [])


def problems_before_signing(facts: AuthorizationFacts, on: date, *, pn_conditioning_forbidden: bool) -> list[Defect]:
    """Everything that would make the form useless once it is signed; the signature itself is still to come.

    The fix beside each is one for what is being typed, not for a paper that somebody signed already.
    """
    found = defects(facts, on=on, pn_conditioning_forbidden=pn_conditioning_forbidden)
    return [_to_be_signed(defect) for defect in found if defect.element not in {"A6", "A7"}]


def _to_be_signed(defect: Defect) -> Defect:
    if defect.code == AUTH_DEFECT_EXPIRED:
        return replace(defect, remedy="Choose a later day.")
    if defect.code == AUTH_DEFECT_CONDITIONED or defect.element == "RS2":
        return replace(defect, remedy=f"Choose “{ConditionedOn.NOTHING.label}”.")
    return replace(defect, remedy=defect.remedy.replace(" from the paper", ""))


def is_conditioned(conditioned_on: str) -> bool:
    """Whether anything depends on signing."""
    return conditioned_on != ConditionedOn.NOTHING
