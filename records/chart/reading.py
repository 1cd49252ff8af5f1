"""How an item on paper is known again as somebody read it, and in words what is otherwise about it since."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from .paper import PAGES, Block

Reading = Mapping[str, Any]
TAKEN_OUT = "it is not in the chart any more"
NOT_KEPT = "it is not kept how it read"
# A fact that appears and says all there is to say.
ENDS = {"Entered in error": "entered in error", "Cancelled": "cancelled"}


def reading_of(blocks: Iterable[Block]) -> str:
    """By which blocks are known again together: the SHA-256, in hex, of everything they say."""
    return _hash([asdict(block) for block in blocks])


def as_read(block: Block) -> dict[str, Any]:
    """By which one item is known again part by part: hashes alone, and the labels of its particulars.

    Its place on the paper is not part of it. A hash of few possible answers can be guessed: keep this encrypted.
    """
    facts: dict[str, list[str]] = {}
    for label, words in block.facts:
        if label != PAGES:
            facts.setdefault(label, []).append(words)
    return {
        "heading": _hash([block.kind, block.title, block.on, block.day_out]),
        "facts": {label: _hash(words) for label, words in facts.items()},
        "text": _hash(block.written),
        "signatures": _hash(block.signed),
        "cancelled": _hash(block.cancelled),
        "addenda": [_hash(one) for one in block.addenda],
        "table": _hash([block.head, block.rows]),
        "pages": _hash([block.pages, block.pages_out, sorted(block.areas.items())]),
    }


def what_changed(was: Reading, block: Block | None) -> list[str]:
    """What is otherwise about an item than when it was read, the weightiest alone where one says all; [] for nothing.

    `block`: the item as it would leave now; None when it is not in the chart any more.
    """
    if block is None:
        return [TAKEN_OUT]
    now = as_read(block)
    if now == was:
        return []
    if not was:
        return [NOT_KEPT]
    if now["cancelled"] != was["cancelled"]:
        return ["cancelled"]
    if ended := [words for label, words in ENDS.items() if label in now["facts"] and label not in was["facts"]]:
        return ended
    found = list(_particulars(was, now))
    if found and block.kind == "document":
        found = ["it was filed anew"]
    found += [words for part, words in PARTS.items() if now[part] != was[part]]
    return found + _addenda(was["addenda"], now["addenda"])


PARTS = {
    "text": "its text was changed",
    "signatures": "its signatures are others",
    "table": "its table was changed",
    "pages": "its pages are others",
}


def _particulars(was: Reading, now: Reading) -> Iterable[str]:
    if now["heading"] != was["heading"]:
        yield "its heading or day was changed"
    for label in [*now["facts"], *(label for label in was["facts"] if label not in now["facts"])]:
        if label not in was["facts"]:
            yield f"“{label}” was added"
        elif label not in now["facts"]:
            yield f"“{label}” was taken out"
        elif now["facts"][label] != was["facts"][label]:
            yield f"“{label}” was changed"


def _addenda(was: Sequence[str], now: Sequence[str]) -> list[str]:
    if was == now:
        return []
    added = len(now) - len(was)
    if added < 1 or list(now[: len(was)]) != list(was):
        return ["its addenda are others"]
    return ["an addendum was added" if added == 1 else f"{added} addenda were added"]


def _hash(said: object) -> str:
    return sha256(json.dumps(said, default=str, sort_keys=True).encode()).hexdigest()
