"""The form of a practice's own note format: rows that can be added, moved and removed without saving."""

from collections.abc import Mapping
from typing import Any

from django import forms

from practice.infrastructure.refusals import Refusal

from ..models import NoteFormat
from ..queries.formats import name_taken
from ..rules.formats import HINT_LIMIT, LABEL_LIMIT, MOST_SECTIONS, NAME_LIMIT, format_refusals, made_sections

Row = dict[str, str]


class OwnFormatForm(forms.Form):
    """Name, whether it is for occasions, and the sections as rows (`key-0`, `label-0`, `hint-0`, …)."""

    name = forms.CharField(label="Name", max_length=NAME_LIMIT, error_messages={"required": "Say what it is called."})
    occasional = forms.BooleanField(
        label="For occasions, such as an intake: not proposed for the next session", required=False
    )

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, base: NoteFormat, typed: Mapping[str, Any] | None = None
    ) -> None:
        """`typed` is what stands on the page when a button for rows was pressed: shown again, not checked yet."""
        self.base = base
        initial = {"name": base.name, "occasional": base.occasional}
        if typed is not None:
            initial = {"name": str(typed.get("name", "")), "occasional": bool(typed.get("occasional"))}
        super().__init__(data, initial=initial)
        self.rows: list[Row] = rows_of(self.data) if self.is_bound else [_row(one) for one in base.sections]
        if typed is not None:
            self.rows = moved(rows_of(typed), str(typed.get("row", "")))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["sections"] = self.rows
        name = cleaned.get("name", "")
        made = made_sections(self.rows, self.base.sections)
        for refusal in format_refusals(name or "-", made, taken=name_taken(name, self.base.code)):
            self.add_error("name" if refusal.code == "FORMAT_NAME_TAKEN" else None, _words(refusal))
        return cleaned


def rows_of(data: Mapping[str, Any]) -> list[Row]:
    """The rows as typed, in their order."""
    found = []
    for number in range(MOST_SECTIONS + 1):
        if f"label-{number}" in data:
            found.append({part: str(data.get(f"{part}-{number}", "")) for part in ("key", "label", "hint")})
    return found


def moved(rows: list[Row], step: str) -> list[Row]:
    """The rows after a button: "add", "up-2", "down-2" or "drop-2"; anything else changes nothing."""
    what, _, number = step.partition("-")
    rows, at = list(rows), int(number) if number.isdigit() and number.isascii() else -1
    if what == "add" and len(rows) < MOST_SECTIONS:
        return [*rows, {"key": "", "label": "", "hint": ""}]
    if not 0 <= at < len(rows):
        return rows
    if what == "drop":
        return rows[:at] + rows[at + 1 :]
    to = at - 1 if what == "up" else at + 1
    if what in ("up", "down") and 0 <= to < len(rows):
        rows[at], rows[to] = rows[to], rows[at]
    return rows


def _row(section: Mapping[str, Any]) -> Row:
    return {"key": section["key"], "label": section["label"], "hint": section["hint"]}


def _words(refusal: Refusal) -> str:
    return f"{refusal.words} {refusal.remedy}"


LIMITS = {"label": LABEL_LIMIT, "hint": HINT_LIMIT}
