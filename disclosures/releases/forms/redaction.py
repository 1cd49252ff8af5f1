"""What a clinician marks to be left out, and why."""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from django import forms

from practice.infrastructure.blackout import Span
from practice.infrastructure.copies import Area
from records.chart.passages import Part, is_on_page

from ..rules.redaction import RedactionReason

MARK = re.compile(
    r"(title|on|cancelled|signed|(?:fact|written|addendum|signed)\.\d{1,4}|row\.\d{1,4}\.\d{1,4}):(\d{1,7}):(\d{1,7})"
)


Marked = TypeVar("Marked")
PAGE = re.compile(r"\d{1,4}")
# a page, and from its left, from its top, width and height in ten-thousandths of it
AREA = re.compile(r"(\d{1,4}):(\d{1,5}):(\d{1,5}):(\d{1,5}):(\d{1,5})")


NOT_UNDERSTOOD = (
    "Part of what was marked is not in this document, or lies outside its page. Nothing was left out. What was "
    "understood is still marked below: look at it, mark what is missing, and send it again."
)


class RedactionForm(forms.Form):
    """Sentences and words (both as TEXT:START:END), pages, areas of pages, the reason.

    One mark that cannot be understood refuses them all: who sent it would take it for left out.
    """

    reason = forms.ChoiceField(
        label="Why it is left out",
        choices=RedactionReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose why it is left out."},
    )
    words = forms.CharField(
        label="In your own words",
        required=False,
        max_length=500,
        help_text="Kept here, and never part of what leaves.",
        error_messages={"max_length": "At most 500 characters."},
    )

    def __init__(self, data: Any = None, *, parts: list[Part], pages: int) -> None:
        super().__init__(data)
        self.parts, self.pages = {part.key: part for part in parts}, pages
        self.marks: list[tuple[str, Span]] = []
        self.chosen_pages: set[int] = set()
        self.areas: list[tuple[int, Area]] = []
        self.understood = True
        if data is not None:
            self.marks = self._all(self._mark, data.getlist("mark"))
            self.areas = self._all(self._area, data.getlist("area"))
            self.chosen_pages = set(self._all(self._page, data.getlist("page")))

    def _all(self, read: Callable[[str], Marked | None], given: list[str]) -> list[Marked]:
        found = [one for one in map(read, given) if one is not None]
        self.understood = self.understood and len(found) == len(given)
        return found

    def _mark(self, given: str) -> tuple[str, Span] | None:
        found = MARK.fullmatch(given)
        if found is None or found[1] not in self.parts:
            return None
        span = Span(int(found[2]), int(found[3]))
        return (found[1], span) if span.start < span.end <= len(self.parts[found[1]].text) else None

    def _area(self, given: str) -> tuple[int, Area] | None:
        found = AREA.fullmatch(given)
        if found is None or not 1 <= int(found[1]) <= self.pages:
            return None
        left, top, width, height = (int(part) / 10_000 for part in found.groups()[1:])
        area = (left, top, width, height)
        return (int(found[1]), area) if is_on_page(area) else None

    def _page(self, given: str) -> int | None:
        return int(given) if PAGE.fullmatch(given) and 1 <= int(given) <= self.pages else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.understood:
            raise forms.ValidationError(NOT_UNDERSTOOD)
        if not self.marks and not self.chosen_pages and not self.areas:
            raise forms.ValidationError("Nothing is marked. Tick a sentence or a page, choose words, or add an area.")
        if data.get("reason") == RedactionReason.OTHER and not data.get("words", "").strip():
            self.add_error("words", "Say why it is left out.")
        return data


def as_sent(page: int, area: Area) -> str:
    """An area as the form sends it."""
    return ":".join([str(page), *(str(round(part * 10_000)) for part in area)])
