"""What was brought over from an earlier note, and from when it counts as the author's own words again. Pure."""

from collections.abc import Mapping
from typing import TypedDict


class Carried(TypedDict):
    """Where a section's text came from: the note, its day (ISO), and whether it was edited since."""

    note: str
    on: str
    edited: bool


Marks = dict[str, Carried]


def marks_after(marks: Mapping[str, Carried], before: Mapping[str, str], now: Mapping[str, str]) -> Marks:
    """The marks after a save: a section whose text changed is edited, and stays so."""
    return {
        key: {**mark, "edited": mark["edited"] or before.get(key, "").strip() != now.get(key, "").strip()}
        for key, mark in marks.items()
    }


def unchecked(marks: Mapping[str, Carried]) -> dict[str, str]:
    """The sections that stand as they were brought over: key, and the day (ISO) of the note they came from."""
    return {key: mark["on"] for key, mark in marks.items() if not mark["edited"]}


def joined(written: str, brought: str) -> str:
    """A section after text was brought over: alone where it was empty, else below what is written."""
    return f"{written.rstrip()}\n\n{brought}" if written.strip() else brought
