"""The shapes of what goes on paper: one item of an index, one block of a document."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from practice.infrastructure.copies import Area

PAGES = "Pages"  # what the paper itself says of a filed document, counted anew each time


@dataclass(frozen=True, slots=True)
class ReleaseItemInfo:
    """One thing of a chart that can be released: never its text."""

    kind: str
    id: UUID
    on: date | None
    title: str


@dataclass(slots=True)
class Block:
    """One item on paper: a heading, facts, what was written, and a table."""

    id: UUID
    kind: str
    title: str
    on: date | None = None
    facts: list[tuple[str, str]] = field(default_factory=list)
    written: list[dict[str, Any]] = field(default_factory=list)
    signed: str = ""
    cancelled: str = ""
    addenda: list[dict[str, str]] = field(default_factory=list)
    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    pages: int = 0  # of a filed document, whose copy goes behind the paper
    number: int = 0  # its place among those
    pages_out: tuple[int, ...] = ()  # of its copy, which do not leave
    areas: dict[int, tuple[Area, ...]] = field(default_factory=dict)  # of pages of its copy, which leave as pictures
    burnt: bool = False  # something of it was left out
    day_out: bool = False  # so was its day; `on` only keeps its place
