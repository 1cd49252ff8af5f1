"""Fields that several forms share."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from practice.infrastructure.days import today

# The states and territories that license, by postal code
STATES = (
    "AL",
    "AK",
    "AZ",
    "AR",
    "CA",
    "CO",
    "CT",
    "DE",
    "DC",
    "FL",
    "GA",
    "HI",
    "ID",
    "IL",
    "IN",
    "IA",
    "KS",
    "KY",
    "LA",
    "ME",
    "MD",
    "MA",
    "MI",
    "MN",
    "MS",
    "MO",
    "MT",
    "NE",
    "NV",
    "NH",
    "NJ",
    "NM",
    "NY",
    "NC",
    "ND",
    "OH",
    "OK",
    "OR",
    "PA",
    "RI",
    "SC",
    "SD",
    "TN",
    "TX",
    "UT",
    "VT",
    "VA",
    "WA",
    "WV",
    "WI",
    "WY",
    "AS",
    "GU",
    "MP",
    "PR",
    "VI",
)
EARLIEST = date(1880, 1, 1)
DAY_WORDS = {"required": "Give the day.", "invalid": "Give the day as month, day and year, such as 11/21/2026."}


def empty(words: str) -> dict[str, str]:
    """What stands at a field that was left empty and must not be."""
    return {"required": words}


class DayField(forms.DateField):
    """A day, chosen from the browser's calendar or typed."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def __init__(self, **kwargs: Any) -> None:
        given = kwargs.pop("error_messages", {})
        super().__init__(error_messages=DAY_WORDS | given, **kwargs)

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day is not None and not EARLIEST <= day <= date(2200, 1, 1):
            raise ValidationError("This day is too long ago or too far away. Check the year.", code="year")
        return day


class PastDayField(DayField):
    """A day that cannot be to come."""

    def clean(self, value: Any) -> date | None:
        day = super().clean(value)
        if day is not None and day > today():
            raise ValidationError("This day has not come yet. Check the year.", code="future")
        return day


class LineField(forms.CharField):
    """One line of text: spaces are tidied, control characters refused. Any script and any emoji is welcome."""

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        if any(ord(char) < 32 for char in text):
            raise ValidationError("This line has characters that cannot be printed. Type it again.", code="control")
        return " ".join(text.split())


def ends_before_start(cleaned: dict[str, Any], start: str = "from_on", end: str = "until_on") -> bool:
    """Whether both days were given and stand the wrong way round."""
    return bool(cleaned.get(start) and cleaned.get(end) and cleaned[end] < cleaned[start])
