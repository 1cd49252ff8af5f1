"""Chart vocabulary, and what a session or a note must be to stand. Pure: values in, refusal or value out."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import models

from practice.infrastructure.refusals import Refusal

NOTE_LIMIT = 200_000
LONGEST_SESSION = timedelta(hours=12)
# Saves closer together than this are one sitting: one line in the audit trail, not one for each pause in typing.
SITTING = timedelta(minutes=30)
# A clock a little ahead of the server's is not the future.
CLOCK_SLACK = timedelta(minutes=2)


class SessionKind(models.TextChoices):
    INDIVIDUAL = "individual", "Individual"
    COUPLE = "couple", "Couple"
    FAMILY = "family", "Family"
    GROUP = "group", "Group"
    JOINT = "joint", "Joint"
    OTHER = "other", "Other encounter"


class Modality(models.TextChoices):
    IN_PERSON = "in_person", "In person"
    VIDEO = "video", "Video"
    PHONE = "phone", "Phone"
    OTHER = "other", "Elsewhere or not known"


class NoteState(models.TextChoices):
    DRAFT = "draft", "Draft"
    SIGNED = "signed", "Signed"


class ResultCategory(models.TextChoices):
    SURVEY = "survey", "Questionnaire"
    VITAL_SIGNS = "vital-signs", "Vital signs"
    LABORATORY = "laboratory", "Laboratory"
    SOCIAL_HISTORY = "social-history", "Social history"


def session_refusals(
    *, started_at: datetime, stopped_at: datetime | None, now: datetime, kind: str, patients: int
) -> dict[str, Refusal]:
    """Why a session cannot be as given, by the field it is about; empty when it can. Times are aware."""
    found: dict[str, Refusal] = {}
    if started_at > now + CLOCK_SLACK:
        found["start"] = Refusal(
            "SESSION_IN_FUTURE", "This session would start in the future.", "Record a session once it has begun."
        )
    elif stopped_at is not None and stopped_at > now + CLOCK_SLACK:
        found["stop"] = Refusal(
            "SESSION_STOPS_IN_FUTURE",
            "This session would end in the future.",
            "Leave the end empty while the session lasts.",
        )
    elif stopped_at is not None and stopped_at <= started_at:
        found["stop"] = Refusal("SESSION_ENDS_BEFORE_START", "The end is not after the start.", "Check both times.")
    elif stopped_at is not None and stopped_at - started_at > LONGEST_SESSION:
        found["stop"] = Refusal(
            "SESSION_TOO_LONG", "This session would last more than 12 hours.", "Check the day and both times."
        )
    if kind == SessionKind.INDIVIDUAL and patients > 1:
        found["kind"] = Refusal(
            "SESSION_NOT_INDIVIDUAL",
            "An individual session has one patient.",
            "Choose couple, family, group or joint, or take the other patients out.",
        )
    return found


def clean_sections(keys: Sequence[str], given: Mapping[str, object]) -> dict[str, str]:
    """The texts of a note by the keys of its format, line ends as one character, unknown keys left out."""
    return {key: str(given.get(key) or "").replace("\r\n", "\n").replace("\r", "\n") for key in keys}


def note_refusal(sections: Mapping[str, str]) -> Refusal | None:
    """Why these texts cannot be kept as one note, or None. The limit is on all sections together."""
    length = sum(map(len, sections.values()))
    if length > NOTE_LIMIT:
        return Refusal(
            "NOTE_TOO_LONG",
            f"This note has {length:,} characters; one note holds up to {NOTE_LIMIT:,}.",
            "Nothing was lost: your text is still here, not yet saved. Shorten it, or continue it in a second note.",
        )
    if any("\x00" in text for text in sections.values()):
        return Refusal(
            "NOTE_UNREADABLE_CHARACTER",
            "This note holds a character that cannot be stored (NUL).",
            "Your text is still here, not yet saved. Type the passage anew where something was pasted in.",
        )
    return None


def nothing_written(sections: Mapping[str, str]) -> bool:
    """Whether no section of a note says anything."""
    return not any(text.strip() for text in sections.values())


def refusal_to_sign(
    *, state: str, sections: Mapping[str, str], other_texts: int, version: int, seen_version: int
) -> Refusal | None:
    """Why a note cannot be signed now, or None. What is signed is what the author saw last."""
    if state == NoteState.SIGNED:
        return Refusal("NOTE_SIGNED", "This note is signed already.", "Add an addendum to say more.")
    if nothing_written(sections):
        return Refusal("NOTE_EMPTY", "This note is empty.", "Write it, or discard the draft.")
    if other_texts:
        return Refusal(
            "NOTE_HAS_TWO_TEXTS",
            "This draft was saved from two windows, and both texts are kept.",
            "Choose one of them, then sign.",
        )
    if version != seen_version:
        return Refusal(
            "NOTE_CHANGED_SINCE",
            "This note was saved again after you looked at it.",
            "Look at it once more, then sign.",
        )
    return None


# Code systems by the names that people know; another one is shown as it was given.
CODE_SYSTEMS = {
    "http://snomed.info/sct": "SNOMED CT",
    "http://loinc.org": "LOINC",
    "http://hl7.org/fhir/sid/icd-10-cm": "ICD-10-CM",
    "http://hl7.org/fhir/sid/icd-10": "ICD-10",
    "http://www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
}


def minutes_between(started_at: datetime, stopped_at: datetime | None) -> int | None:
    """Whole minutes of a session, or None while its end is not known."""
    return None if stopped_at is None else int((stopped_at - started_at).total_seconds() // 60)


def shown_value(number: Decimal | None, unit: str, text: str, components: Sequence[Mapping[str, str]]) -> str:
    """A result as people read it: "182.93 cm", "< 5 mg/dL", "Never smoker"; components in their order."""
    if components:
        return ", ".join(
            " ".join(
                filter(None, [part["title"], part["text"], shown_number(part["number"]), shown_unit(part["unit"])])
            )
            for part in components
        )
    amount = "" if number is None else shown_number(f"{number.normalize():f}")
    return " ".join(filter(None, [text, amount, shown_unit(unit) if amount else ""]))


def shown_number(words: str) -> str:
    """A number with at most two decimals, small ones with two figures; what is not a number stays as it is."""
    whole, point, decimals = words.partition(".")
    if not point or not whole.removeprefix("-").isdigit() or not decimals.isdigit():
        return words
    value = Decimal(words)
    fine = -value.adjusted() + 1 if value and abs(value) < 1 else 2
    return f"{round(value, max(fine, 2)).normalize():f}"


def shown_unit(unit: str) -> str:
    """A UCUM unit as people write it: "{score}" and "1" count things and are left out, "mm[Hg]" is "mmHg"."""
    plain = unit.strip("{}").replace("[", "").replace("]", "")
    return "" if plain.lower() in {"score", "1", "nominal"} else plain
