"""Which of the practice's own forms may be used on a day: approved by counsel, looked at again within a year (P-22)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import TextChoices

from authorizations.rules.choices import RecordClass
from practice.infrastructure import days
from practice.infrastructure.refusals import Refusal

REVIEW_YEARS = 1
REVIEW_NOTICE_DAYS = 30
CITE = "45 CFR 164.508(c)(3); practice policy P-22"


class FormKind(TextChoices):
    """The two forms of the practice. Psychotherapy notes never share one with anything else (R-045)."""

    PN = "PN", "Psychotherapy notes"
    RECORDS = "RECORDS", "Chart and billing records"


class ReviewOutcome(TextChoices):
    """What counsel said about the words of a form."""

    APPROVED = "approved", "Approved"
    NOT_APPROVED = "not_approved", "Not to be used"


class FormStanding(TextChoices):
    """Where one version of a form stands on a day. Derived from what counsel said, never typed in."""

    NEVER_APPROVED = "never_approved", "Not approved yet"
    APPROVED = "approved", "Approved"
    OVERDUE = "overdue", "Review overdue"
    WITHDRAWN = "withdrawn", "Not to be used"


@dataclass(frozen=True, slots=True)
class Review:
    """One word of counsel: on which day, what it was, and on which day, and when, somebody recorded it here."""

    on: date
    outcome: ReviewOutcome
    recorded_on: date | None = None
    recorded_at: datetime | None = None


def kind_for(record_classes: Sequence[str] | frozenset[RecordClass]) -> FormKind:
    """The form that a kind of record needs."""
    return FormKind.PN if RecordClass.PN in record_classes else FormKind.RECORDS


def last_review(reviews: Sequence[Review], on: date) -> Review | None:
    """What counsel said last by a day; of several on one day, the one recorded last. `reviews` as recorded."""
    said = [(review.on, place, review) for place, review in enumerate(reviews) if review.on <= on]
    return max(said)[2] if said else None


def review_due(reviews: Sequence[Review], on: date) -> date | None:
    """The last day on which an approved version may be used without a new review; None where it is not approved."""
    last = last_review(reviews, on)
    if last is None or last.outcome != ReviewOutcome.APPROVED:
        return None
    return days.years_after(last.on, REVIEW_YEARS)


def standing(reviews: Sequence[Review], on: date) -> FormStanding:
    """Where a version stands on a practice-local day."""
    last = last_review(reviews, on)
    if last is None:
        return FormStanding.NEVER_APPROVED
    if last.outcome == ReviewOutcome.NOT_APPROVED:
        return FormStanding.WITHDRAWN
    due = days.years_after(last.on, REVIEW_YEARS)
    return FormStanding.OVERDUE if on > due else FormStanding.APPROVED


def before_the_signature(
    reviews: Sequence[Review], signed_on: date | None, signed_by: datetime | None
) -> tuple[Review, ...]:
    """What counsel had said when a form was signed: without a word against it of the same day that came after.

    `signed_by` is an instant at which it was signed already. Where the hour of either is not known, because the answer
    was recorded on a later day, the whole day of the answer counts as after it.
    """
    return tuple(one for one in reviews if not _came_after(one, signed_on, signed_by))


def _came_after(review: Review, signed_on: date | None, signed_by: datetime | None) -> bool:
    if review.outcome == ReviewOutcome.APPROVED or signed_by is None or review.recorded_at is None:
        return False
    return review.on == signed_on == review.recorded_on and signed_by <= review.recorded_at


def recorded_late(reviews: Sequence[Review], signed_on: date) -> Review | None:
    """The approval that would have made a form good on the day of a signature, had it been on record by then.

    An approval counts for a signature from the day it was recorded: nobody makes a form good afterwards by dating
    counsel's answer back. A word against the form counts from its own day, whenever it was recorded.
    """
    if standing(reviews, signed_on) != FormStanding.APPROVED:
        return None
    known = [
        one for one in reviews if one.outcome != ReviewOutcome.APPROVED or (one.recorded_on or one.on) <= signed_on
    ]
    return None if standing(known, signed_on) == FormStanding.APPROVED else last_review(reviews, signed_on)


def refusal_to_use(stands: FormStanding | None, link: str = "") -> Refusal | None:
    """Why a form may not be used for a new authorization, or None. `stands` is None where there is no form at all."""
    words = {
        None: ("FORM_MISSING", "There is no form for these records yet."),
        FormStanding.NEVER_APPROVED: ("FORM_NOT_APPROVED", "Counsel has not approved this form yet."),
        FormStanding.OVERDUE: ("FORM_OVERDUE", "Counsel’s yearly review of this form is overdue."),
        FormStanding.WITHDRAWN: ("FORM_WITHDRAWN", "Counsel said that this form is not to be used."),
    }
    if stands == FormStanding.APPROVED:
        return None
    code, said = words[stands]
    remedy = "The compliance officer has counsel review it and records the answer."
    return Refusal(code, said, remedy, CITE, link)
