"""FHIR R4 data types as plain values. Pure; whatever is malformed raises `BadResource` with a sentence, never a crash.

Messages name the element, never its value: they are printed and kept, and values are a patient's.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any

Json = Mapping[str, Any]


class BadResource(Exception):
    """One resource that cannot be read. Its message is the sentence for the report."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A CodeableConcept: words, and the first code with its system."""

    words: str = ""
    system: str = ""
    code: str = ""


def string(item: Json, key: str, limit: int = 400) -> str:
    """The text at `key`, or "". Refuses what the database could not keep as it is."""
    value = item.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadResource(f"“{key}” is not text")
    if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise BadResource(f"“{key}” holds a character that cannot be stored")
    if len(value) > limit:
        raise BadResource(f"“{key}” is longer than {limit} characters")
    return value.strip()


def thing(item: Json, key: str) -> Json:
    """The object at `key`, or an empty one."""
    value = item.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadResource(f"“{key}” is not an object")
    return value


def things(item: Json, key: str) -> list[Json]:
    """The list of objects at `key`, or an empty one."""
    value = item.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
        raise BadResource(f"“{key}” is not a list of objects")
    return value


def strings(item: Json, key: str) -> list[str]:
    """The list of texts at `key`, empty ones left out."""
    value = item.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadResource(f"“{key}” is not a list")
    return [text for part in value if (text := string({key: part}, key))]


def coded(concept: Json) -> Coded:
    """A CodeableConcept. Its words are the text, else the first display, else the code."""
    codings = things(concept, "coding")
    first: Json = next((coding for coding in codings if string(coding, "code")), {})
    display = next((text for coding in codings if (text := string(coding, "display"))), "")
    code = string(first, "code", 60)
    return Coded(string(concept, "text") or display or code, string(first, "system", 120), code)


def codes(concept: Json) -> set[str]:
    """Every code of a CodeableConcept."""
    return {code for coding in things(concept, "coding") if (code := string(coding, "code"))}


def moment(item: Json, key: str, zone: tzinfo) -> datetime | None:
    """The time at `key`. A date without time is the start of that day at the practice; less than a date is refused."""
    text = string(item, key, 40)
    if not text:
        return None
    try:
        if len(text) <= 10:
            return datetime.combine(date.fromisoformat(text), time.min, zone)
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=zone)).astimezone(zone)
    except (ValueError, OverflowError):
        raise BadResource(f"“{key}” is not a full date") from None


def day(item: Json, key: str, zone: tzinfo) -> tuple[date | None, str]:
    """The local day at `key`, or what stands there if less than a day: (2011-05-03, "") or (None, "2011-05")."""
    text = string(item, key, 40)
    if len(text) in (4, 7) and text.replace("-", "").isdigit():
        return None, text
    read = moment(item, key, zone)
    return (read.date() if read else None), ""


def number(item: Json, key: str) -> Decimal | None:
    """The number at `key`, exactly as written in the file."""
    value = item.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BadResource(f"“{key}” is not a number")
    exact = Decimal(value)
    if not exact.is_finite() or abs(exact) >= Decimal(10) ** 18 or exact != exact.quantize(Decimal("1e-18")):
        raise BadResource(f"“{key}” is too large or too fine a number")
    return exact


def name_words(name: Json) -> str:
    """A HumanName as written: its text, else its parts in their order."""
    if text := string(name, "text", 300):
        return text
    parts = [*strings(name, "prefix"), *strings(name, "given"), string(name, "family"), *strings(name, "suffix")]
    words = " ".join(part for part in parts if part)
    if len(words) > 300:
        raise BadResource("“name” is longer than 300 characters")
    return words


def person_words(reference: Json, names: Mapping[str, str]) -> str:
    """Who a reference means: its display, else the name known for its address, else nothing."""
    return string(reference, "display", 200) or names.get(string(reference, "reference"), "")
