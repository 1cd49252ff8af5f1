"""Treatment plans: what can be said of one, when it is to be reviewed, what it must be to be signed. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import models

from practice.infrastructure.days import add_days
from practice.infrastructure.refusals import Refusal

from .plan_tree import Content, items_of, text_length

PLAN_LIMIT = 100_000
MOST_ROWS = 300
REVIEW_EVERY = 90  # days; what a new plan begins with
BACKDATED = timedelta(days=366)  # how far back an agreement or a review may be entered


class ReviewCadence(models.IntegerChoices):
    """How often a plan is looked at again, in days."""

    MONTH = 30, "every 30 days"
    TWO_MONTHS = 60, "every 60 days"
    QUARTER = 90, "every 90 days"
    HALF_YEAR = 180, "every 180 days"


class AgreementHow(models.TextChoices):
    """How the patient, or who acts for the patient, took the plan."""

    PAPER = "paper", "Signed on paper"
    SAID = "said", "Said so in session"
    DECLINED = "declined", "Declined"
    NOT_YET = "not_yet", "Not asked yet, or still thinking about it"


AGREED = frozenset({AgreementHow.PAPER, AgreementHow.SAID})


class ReviewOutcome(models.TextChoices):
    UNCHANGED = "unchanged", "The plan continues unchanged"
    REVISED = "revised", "The plan is to be revised"


class GoalProgress(models.TextChoices):
    """Where a goal stands at a review."""

    ACHIEVED = "achieved", "Achieved"
    PROGRESSING = "progressing", "Progressing"
    NO_CHANGE = "no_change", "No change"
    WORSE = "worse", "Worse"
    DISCONTINUED = "discontinued", "Discontinued"


def next_review_on(signed_on: date, every: int, reviewed_on: Iterable[date] = ()) -> date:
    """The day the next review is due: `every` days after signing or after the latest review, whichever is later.

    A review entered for a day before the version was signed does not bring the day forward.
    """
    return add_days(max([signed_on, *reviewed_on]), every)


def plan_refusal(content: Content) -> Refusal | None:
    """Why this cannot be kept as a draft, or None."""
    length, rows = text_length(content), len(items_of(content))
    if length > PLAN_LIMIT:
        return Refusal(
            "PLAN_TOO_LONG",
            f"This plan has {length:,} characters; one plan holds up to {PLAN_LIMIT:,}.",
            "Nothing was lost: your text is still here, not yet saved. Shorten it.",
        )
    if rows > MOST_ROWS:
        return Refusal(
            "PLAN_TOO_MANY_ROWS",
            f"This plan has {rows} problems, goals, objectives and interventions; one plan holds up to {MOST_ROWS}.",
            "Your text is still here, not yet saved. Take some out.",
        )
    if any("\x00" in item.text or "\x00" in item.measure for item in items_of(content)):
        return Refusal(
            "PLAN_UNREADABLE_CHARACTER",
            "This plan holds a character that cannot be stored (NUL).",
            "Your text is still here, not yet saved. Type the passage anew where something was pasted in.",
        )
    return None


def refusal_to_sign_plan(
    content: Content, *, before: Content | None, other_texts: int, version: int, seen_version: int
) -> Refusal | None:
    """Why a draft, already without its empty rows, cannot be signed now, or None. `before` is the last version."""
    if other_texts:
        return Refusal(
            "PLAN_HAS_TWO_TEXTS",
            "This plan was saved from two windows, and both texts are kept.",
            "Choose one of them, then sign.",
        )
    if version != seen_version:
        return Refusal(
            "PLAN_CHANGED_SINCE",
            "This plan was saved again after you looked at it.",
            "Look at it once more, then sign.",
        )
    items = items_of(content)
    if not any(item.kind == "goal" for item in items):
        return Refusal("PLAN_NO_GOAL", "This plan has no goal yet.", "Write at least one problem and one goal for it.")
    for item in items:
        if not item.text.strip() and not item.diagnosis_words:
            return Refusal(
                "PLAN_UNNAMED",
                f"{item.name} has no words of its own, and something stands below it.",
                "Say in a few words what it is, or move what stands below it.",
            )
    if before is not None and before == content:
        return Refusal(
            "PLAN_UNCHANGED",
            "Nothing is different from the version that is signed already.",
            "Record a review that says the plan continues, or discard this draft.",
        )
    return None


def gaps_in(content: Content) -> list[str]:
    """What a complete plan would also say, in sentences. They are shown before signing and stop nobody."""
    found = [
        sentence
        for key, sentence in (
            ("frequency", "How often you meet is not said."),
            ("modality", "The modality (individual, couple, group; length) is not said."),
            ("length", "The expected length of treatment is not said."),
            ("discharge", "When treatment is finished (discharge criteria) is not said."),
        )
        if not content.get(key, "").strip()
    ]
    items = items_of(content)
    with_objective = {item.parent for item in items if item.kind == "objective"}
    for item in items:
        if item.kind == "goal" and item.id not in with_objective:
            found.append(f"{item.name} has no objective.")
        if item.kind == "objective" and not item.measure.strip():
            found.append(f"{item.name} does not say how it is measured.")
        if item.kind == "objective" and not item.target_on:
            found.append(f"{item.name} has no target date.")
    if not any(item.kind == "intervention" for item in items):
        found.append("No intervention is named.")
    return found


def dated_refusal(on: date, *, today: date, what: str) -> Refusal | None:
    """Why an agreement or a review ("what") cannot be of this day, or None."""
    if on > today:
        return Refusal("PLAN_DAY_IN_FUTURE", f"{what} cannot be of a day to come.", "Enter it when it has happened.")
    if on < today - BACKDATED:
        return Refusal("PLAN_DAY_TOO_OLD", f"{what} of more than a year ago is not entered here.", "Check the year.")
    return None
