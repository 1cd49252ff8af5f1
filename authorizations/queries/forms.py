"""The practice's own forms as pages and acts read them: each version with where it stands, and the one in use."""

from dataclasses import dataclass
from datetime import date, datetime

from practice.compliance.queries import policy
from practice.infrastructure.refusals import Refusal

from ..models import Authorization, FormReview, FormVersion
from ..policies import with_facts
from ..rules import AuthorizationStatus
from ..rules.defect import AUTH_FORM_NOT_APPROVED
from ..rules.form_versions import (
    FormKind,
    FormStanding,
    Review,
    ReviewOutcome,
    before_the_signature,
    refusal_to_use,
    review_due,
    standing,
)
from ..rules.reading import TARGET_GRADE, Reading
from ..rules.wording import Wording, doubts_about, hardest_part, reading_of_form
from .standing import AuthorizationLine, lines_from


@dataclass(frozen=True, slots=True)
class FormLine:
    """One version of a form as it stands on a day."""

    version: FormVersion
    standing: FormStanding
    due_on: date | None
    reading: Reading
    hardest: tuple[Wording, float]
    in_use: bool

    @property
    def grade(self) -> float:
        return self.reading.grade

    @property
    def doubts(self) -> list[str]:
        return doubts_about(FormKind(self.version.kind), self.version.texts)

    @property
    def is_hard_to_read(self) -> bool:
        return self.grade > TARGET_GRADE


@dataclass(frozen=True, slots=True)
class FormShelf:
    """All versions of one kind of form, the newest first, and why none of them can be used, if none can."""

    kind: FormKind
    lines: list[FormLine]
    refusal: Refusal | None


def form_in_use(kind: FormKind, on: date) -> FormVersion | None:
    """The newest version of a form that counsel has approved, overdue for its review or not; None if there is none."""
    return _in_use(_versions(kind), on)


def usable_form(kind: FormKind, on: date, link: str = "") -> tuple[FormVersion | None, Refusal | None]:
    """The version to prepare an authorization from, and why it may not be used, if it may not (P-22).

    Where the practice has switched P-22 off, the newest version is used, approved or not.
    """
    versions = _versions(kind)
    if policy("P-22", on).value is not True:
        return (versions[0], None) if versions else (None, refusal_to_use(None, link))
    used = _in_use(versions, on)
    if used is not None:
        return used, refusal_to_use(standing(used.said(), on), link)
    newest = versions[0] if versions else None
    return newest, refusal_to_use(standing(newest.said(), on) if newest else None, link)


def form_shelf(kind: FormKind, on: date) -> FormShelf:
    """Every version of one kind of form."""
    versions = _versions(kind)
    used = _in_use(versions, on)
    _version, refusal = usable_form(kind, on)
    return FormShelf(kind, [_line(version, on, version == used) for version in versions], refusal)


def form_line(version: FormVersion, on: date) -> FormLine:
    """One version as it stands on a day."""
    return _line(version, on, version == form_in_use(FormKind(version.kind), on))


def reviews_of(version: FormVersion) -> list[FormReview]:
    """What counsel said about a version, the newest first."""
    return list(version.reviews.select_related("recorded_by").order_by("-reviewed_on", "-recorded_at"))


@dataclass(frozen=True, slots=True)
class OnForm:
    """Whose authorizations hang on one version: those in effect, those it alone makes unusable, those to be signed."""

    in_effect: list[AuthorizationLine]
    unusable: list[AuthorizationLine]
    unsigned: list[AuthorizationLine]


def standing_on(version: FormVersion, on: date, at: datetime) -> OnForm:
    """Where the authorizations written on one version stand at an instant; as many queries for one as for fifty."""
    lines = lines_from(with_facts(Authorization.objects.filter(template_version=version)), on, at)
    return OnForm(
        [line for line in lines if line.status == AuthorizationStatus.ACTIVE],
        [
            line
            for line in lines
            if line.facts.is_signed and {defect.code for defect in line.defects} == {AUTH_FORM_NOT_APPROVED}
        ],
        [line for line in lines if line.status == AuthorizationStatus.DRAFT],
    )


def stopped_by_answer(
    in_effect: list[AuthorizationLine], answered_on: date, on: date, at: datetime
) -> list[AuthorizationLine]:
    """Of these, those that counsel's "not to be used" of a day, recorded now, would make unusable."""
    answer = Review(answered_on, ReviewOutcome.NOT_APPROVED, on, at)
    return [line for line in in_effect if _is_stopped(line, answer)]


def _is_stopped(line: AuthorizationLine, answer: Review) -> bool:
    facts, signed_on = line.facts, line.facts.signed_on
    if facts.form_reviews is None or signed_on is None:
        return False
    said = before_the_signature((*facts.form_reviews, answer), signed_on, facts.signed_by)
    return standing(said, signed_on) != FormStanding.APPROVED


def _versions(kind: FormKind) -> list[FormVersion]:
    rows = FormVersion.objects.filter(kind=kind).select_related("made_by").prefetch_related("reviews")
    return list(rows.order_by("-number"))


def _in_use(newest_first: list[FormVersion], on: date) -> FormVersion | None:
    good = (FormStanding.APPROVED, FormStanding.OVERDUE)
    return next((version for version in newest_first if standing(version.said(), on) in good), None)


def _line(version: FormVersion, on: date, in_use: bool) -> FormLine:
    said = version.said()
    kind = FormKind(version.kind)
    reading, hardest = reading_of_form(kind, version.texts), hardest_part(kind, version.texts)
    return FormLine(version, standing(said, on), review_due(said, on), reading, hardest, in_use)
