"""The parts of a risk assessment and of a safety plan, and what each must hold to stand. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models

from practice.infrastructure.refusals import Refusal

LONGEST = 20_000
# A safety plan is looked at again after at most this long.
LONGEST_REVIEW = timedelta(days=366)
USUAL_REVIEW = timedelta(weeks=4)


class RiskLevel(models.TextChoices):
    """The clinician's own judgment; nothing computes it."""

    NONE = "none", "No current risk seen"
    LOW = "low", "Low"
    MODERATE = "moderate", "Moderate"
    HIGH = "high", "High"
    IMMINENT = "imminent", "Imminent"


@dataclass(frozen=True, slots=True)
class Part:
    """One heading with the question it answers."""

    key: str
    label: str
    hint: str


RISK_PARTS = (
    Part("ideation", "Thoughts of death, suicide or harm", "How often, how strong, how long; in the patient's words."),
    Part("plan", "Plan", "How, when, where; how far it is thought through."),
    Part("intent", "Intent", "How likely the patient finds it; what holds them back; earlier attempts."),
    Part("means", "Means", "What is within reach: medication, weapons, places."),
    Part("protective", "What protects", "People, children, belief, reasons for living, treatment that helps."),
    Part("action", "What was done", "What you agreed, whom you called, when you meet next."),
)

# The steps of the Safety Planning Intervention (Stanley B, Brown GK. Cognitive and Behavioral Practice
# 2012;19:256-264), with the reason for living that its authors ask for at the end.
PLAN_PARTS = (
    Part("signs", "Warning signs", "Thoughts, images, moods, situations that tell me a crisis may be coming."),
    Part("coping", "What I can do by myself", "Things that take my mind off it without another person."),
    Part("places", "People and places that distract me", "Names, telephone numbers, places to go."),
    Part("people", "People I can ask for help", "Names and telephone numbers of those I can tell."),
    Part(
        "professionals",
        "Professionals and agencies I can call",
        "Clinician, after-hours number, nearest emergency department. The 988 line stands on every plan.",
    ),
    Part("environment", "Making my surroundings safe", "What will be put out of reach, by whom, by when."),
    Part("living", "What is worth living for", "The one or more things most important to me."),
)
CRISIS_LINE = (
    "988 Suicide & Crisis Lifeline: call or text 988, at any hour, or chat at 988lifeline.org. In immediate danger "
    "call 911 or go to the nearest emergency department."
)


def clean_parts(parts: tuple[Part, ...], given: Mapping[str, object]) -> dict[str, str]:
    """The texts by the keys of their parts, line ends as one character, anything else left out."""
    return {part.key: str(given.get(part.key) or "").replace("\r\n", "\n").replace("\r", "\n") for part in parts}


def text_refusal(texts: Mapping[str, str]) -> Refusal | None:
    """Why these texts cannot be kept, or None."""
    if any("\x00" in text for text in texts.values()):
        return Refusal(
            "SAFETY_UNREADABLE_CHARACTER",
            "There is a character in it that cannot be stored (NUL).",
            "Your text is still here, not yet saved. Type the passage anew where something was pasted in.",
        )
    if sum(map(len, texts.values())) > LONGEST:
        return Refusal(
            "SAFETY_TOO_LONG",
            f"This is longer than {LONGEST:,} characters.",
            "Your text is still here, not yet saved. Shorten it; in a crisis a short page is read.",
        )
    return None


def refusal_to_sign_plan(texts: Mapping[str, str], *, review_on: date | None, on: date) -> Refusal | None:
    """Why a safety plan cannot be signed, or None: it says something, and a day is set to look at it again."""
    if refusal := text_refusal(texts):
        return refusal
    if not any(text.strip() for text in texts.values()):
        return Refusal("SAFETY_PLAN_EMPTY", "Nothing is written in this plan yet.", "Write it with the patient first.")
    if review_on is None or not on < review_on <= on + LONGEST_REVIEW:
        return Refusal(
            "SAFETY_PLAN_REVIEW",
            "A safety plan is looked at again on a day within a year.",
            "Set the day, after today.",
        )
    return None
