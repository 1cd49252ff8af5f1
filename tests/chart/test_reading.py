"""How an item on paper is known again as somebody read it, and what is said of one that reads otherwise."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from practice.infrastructure.blackout import Span
from records.chart.paper import PAGES, Block
from records.chart.passages import left_out, parts_of
from records.chart.reading import as_read, what_changed

ID = UUID("6a1d0b0e-8c1c-4a2f-9d0e-0c6f3d8f7a11")


def block(**changes: Any) -> Block:
    given: dict[str, Any] = {
        "id": ID,
        "kind": "note",
        "title": "Progress note, Nov 3, 2026",
        "on": date(2026, 11, 3),
        "facts": [("Day", "Nov 3, 2026"), ("Attendance", "Attended")],
        "written": [{"label": "Subjective", "text": "Slept badly."}],
        "signed": "Signed by Dr. Hale, Nov 3, 2026, 4:00 pm",
        "addenda": [{"text": "He called.", "signed": "Dr. Hale, Nov 4, 2026, 9:00 am"}],
    }
    return Block(**{**given, **changes})


ADDED = {"text": "It was his sister.", "signed": "Dr. Hale, Nov 9, 2026, 9:00 am"}
HERE = {"label": "Subjective", "text": "Slept well."}
# what is otherwise about the item by now, and the words for it
SAID: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"number": 4, "facts": [*block().facts, (PAGES, "3 pages, at the end")]}, []),  # its place on the paper alone
    ({"addenda": [*block().addenda, ADDED]}, ["an addendum was added"]),
    ({"addenda": [*block().addenda, ADDED, ADDED]}, ["2 addenda were added"]),
    ({"addenda": [ADDED]}, ["its addenda are others"]),
    ({"addenda": []}, ["its addenda are others"]),
    ({"cancelled": "Cancelled by Dr. Hale", "written": [], "title": "(cancelled)"}, ["cancelled"]),
    ({"facts": [*block().facts, ("Entered in error", "Another patient's")], "rows": [["x"]]}, ["entered in error"]),
    ({"facts": [("Day", "Nov 3, 2026"), ("Cancelled", "By mistake")]}, ["cancelled"]),
    ({"facts": [("Day", "Nov 3, 2026"), ("Attendance", "No show")]}, ["“Attendance” was changed"]),
    ({"facts": [*block().facts, ("Code", "90834")]}, ["“Code” was added"]),
    ({"facts": [("Day", "Nov 3, 2026")]}, ["“Attendance” was taken out"]),
    ({"on": date(2026, 11, 4)}, ["its heading or day was changed"]),
    ({"written": [HERE], "signed": ""}, ["its text was changed", "its signatures are others"]),
    ({"rows": [["1"]], "head": ["No."]}, ["its table was changed"]),
    ({"pages_out": (2,)}, ["its pages are others"]),
]


@pytest.mark.parametrize(("changes", "words"), SAID)
def test_an_item_that_reads_otherwise_is_named_with_what_changed(changes: dict[str, Any], words: list[str]) -> None:
    assert what_changed(as_read(block()), block(**changes)) == words


def test_a_document_whose_filing_was_corrected_was_filed_anew() -> None:
    was = as_read(block(kind="document", facts=[("From", "Bayview")]))
    assert what_changed(was, block(kind="document", facts=[("From", "Cedar")])) == ["it was filed anew"]


def test_what_is_gone_or_was_never_kept_counts_as_changed() -> None:
    assert what_changed(as_read(block()), None) == ["it is not in the chart any more"]
    assert what_changed({}, block()) == ["it is not kept how it read"]


def test_no_text_is_kept_of_what_was_read() -> None:
    kept = str(as_read(block()))
    assert not any(words in kept for words in ("Slept", "called", "Nov 3", "Hale", "Attended"))


# --- the days of an item that stand outside its text


def burnt(item: Block, key: str, words: str) -> Block:
    text = {part.key: part.text for part in parts_of(item)}[key]
    start = text.index(words)
    return left_out(item, {key: [Span(start, start + len(words))]})


def test_signatures_and_the_date_in_the_index_can_be_left_out() -> None:
    parts = {part.key: part.text for part in parts_of(block())}
    assert (parts["on"], parts["signed"]) == ("Nov 3, 2026", "Signed by Dr. Hale, Nov 3, 2026, 4:00 pm")
    assert parts["signed.0"] == "Dr. Hale, Nov 4, 2026, 9:00 am"
    assert "Nov 3" not in burnt(block(), "signed", "Nov 3, 2026, 4:00 pm").signed
    left = burnt(block(), "signed.0", "Nov 4, 2026")
    assert "Nov 4" not in left.addenda[0]["signed"] and left.addenda[0]["text"] == "He called."
    assert burnt(block(), "on", "Nov 3, 2026").day_out


@pytest.mark.parametrize(
    ("words", "out"), [("Nov 3, 2026", True), ("Nov 3", True), ("2026", True), ("Progress note", False)]
)
def test_the_date_in_the_index_goes_with_the_day_of_the_heading(words: str, out: bool) -> None:
    assert burnt(block(), "title", words).day_out is out
