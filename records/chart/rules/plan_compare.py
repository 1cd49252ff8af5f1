"""Two versions of a treatment plan side by side: what was added, taken out, changed. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from difflib import SequenceMatcher
from enum import StrEnum

from .plan_tree import FACTS, Content, Item, items_of


class Change(StrEnum):
    """What happened to a line, in the word that is shown."""

    ADDED = "Added"
    REMOVED = "Removed"
    CHANGED = "Changed"
    SAME = "Unchanged"


@dataclass(frozen=True, slots=True)
class Part:
    """A run of words: in both texts, or marked as only in this one."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Side:
    """One version's half of a line: what it is called there and what it says, label by label."""

    name: str
    says: list[tuple[str, list[Part]]]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the comparison."""

    kind: str
    change: Change
    before: Side | None
    after: Side | None
    moved: bool = False
    fields: list[str] = field(default_factory=list)

    @property
    def words(self) -> str:
        """What happened, in words: "Changed: target date, moved"."""
        more = [*self.fields, *(["moved"] if self.moved else [])]
        return f"{self.change}: {', '.join(more)}" if self.change == Change.CHANGED and more else str(self.change)


FACT_WORDS = {
    "frequency": "How often",
    "modality": "Modality",
    "length": "Expected length",
    "discharge": "Discharge criteria",
}


def compare(before: Content, after: Content) -> list[Row]:
    """Every line of both versions once: in the order of the later one, what was taken out where it stood.

    Lines are the same when their ids are: a new wording is a change, not a removal and an addition. A line whose number
    alone is different, because another came or went before it, is unchanged.
    """
    old = {item.id: item for item in items_of(before)}
    new = {item.id: item for item in items_of(after)}
    rows = [_row(old.get(ident), new.get(ident)) for ident in _merged(list(old), list(new))]
    return [*rows, *_facts(before, after)]


def changes_only(rows: list[Row]) -> list[Row]:
    """The lines in which something happened."""
    return [row for row in rows if row.change != Change.SAME]


def summary(rows: list[Row]) -> str:
    """The comparison in a sentence: "2 added, 1 removed, 3 changed." """
    counts = [
        (sum(1 for row in rows if row.change == one), one) for one in (Change.ADDED, Change.REMOVED, Change.CHANGED)
    ]
    said = ", ".join(f"{count} {one.lower()}" for count, one in counts if count)
    return f"{said}." if said else "Nothing is different."


def _merged(old: list[str], new: list[str]) -> list[str]:
    """The new order, with what was taken out standing after the line it stood after."""
    merged = list(new)
    kept = set(new)
    for place, ident in enumerate(old):
        if ident not in kept:
            merged.insert(merged.index(old[place - 1]) + 1 if place else 0, ident)
    return merged


def _row(old: Item | None, new: Item | None) -> Row:
    item = new or old
    assert item is not None  # noqa: S101 - one of both is there
    if old is None or new is None:
        change = Change.ADDED if old is None else Change.REMOVED
        return Row(item.kind, change, _side(old, None), _side(new, None))
    texts_old, texts_new = dict(_texts(old)), dict(_texts(new))
    labels = list(dict.fromkeys([*texts_old, *texts_new]))
    differing = [label.lower() for label in labels if texts_old.get(label, "") != texts_new.get(label, "")]
    moved = old.parent != new.parent
    change = Change.CHANGED if differing or moved else Change.SAME
    return Row(item.kind, change, _side(old, new), _side(new, old), moved, differing)


def _texts(item: Item) -> list[tuple[str, str]]:
    texts = [
        ("Text", item.text.strip()),
        ("Diagnosis", item.diagnosis_words),
        ("Term", item.term_words),
        ("Measured by", item.measure.strip()),
        ("Target date", _day(item.target)),
    ]
    return [(label, text) for label, text in texts if text]


def _day(on: date | None) -> str:
    return f"{on:%b} {on.day}, {on.year}" if on else ""


def _side(item: Item | None, other: Item | None) -> Side | None:
    if item is None:
        return None
    theirs = dict(_texts(other)) if other else {}
    return Side(
        item.name,
        [
            (label, _marked(text, theirs.get(label, "")) if other else [Part(text, False)])
            for label, text in _texts(item)
        ],
    )


def _marked(text: str, other: str) -> list[Part]:
    """`text` in runs of words, those marked that are not in `other`."""
    mine, theirs = text.split(" "), other.split(" ")
    parts: list[Part] = []
    for kind, start, stop, _j1, _j2 in SequenceMatcher(None, mine, theirs, autojunk=False).get_opcodes():
        if words := " ".join(mine[start:stop]):
            parts.append(Part(words, kind != "equal"))
    return parts


def _facts(before: Content, after: Content) -> list[Row]:
    rows = []
    for key in (*FACTS, "review_every"):
        label, show = FACT_WORDS.get(key, "Reviewed"), _days if key == "review_every" else str
        old, new = _shown(before, key, show), _shown(after, key, show)
        if not (old or new):
            continue
        change = (
            Change.SAME if old == new else Change.ADDED if not old else Change.REMOVED if not new else Change.CHANGED
        )
        rows.append(Row("fact", change, _fact_side(label, old, new), _fact_side(label, new, old)))
    return rows


def _days(value: object) -> str:
    return f"every {value} days"


def _shown(content: Content, key: str, show: Callable[[object], str]) -> str:
    value = content.get(key)
    return show(value).strip() if value else ""


def _fact_side(label: str, text: str, other: str) -> Side | None:
    if not text:
        return None
    return Side(label, [("Text", _marked(text, other) if other else [Part(text, False)])])
