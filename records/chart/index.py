"""The index of a chart to choose from: day, kind and title of each item, under its year. Never its text."""

from collections import Counter
from collections.abc import Container, Iterable
from dataclasses import dataclass
from itertools import groupby

from practice.infrastructure.refusals import Refusal

from .paper import ReleaseItemInfo

# What can be chosen, in the order in which the choice is shown.
ITEM_KINDS = {
    "note": "Progress notes",
    "session": "Sessions",
    "measure": "Measures",
    "result": "Results",
    "diagnosis": "Diagnoses",
    "observation": "Symptoms, function, prognosis",
    "medication": "Medications",
    "plan": "Treatment plans",
    "plan_review": "Plan reviews",
    "risk": "Risk assessments",
    "safety": "Safety plans",
    "document": "Documents",
    "handover": "Handovers",
}


@dataclass(frozen=True, slots=True)
class IndexLine:
    """One item of the index: the key it is chosen by, and why it cannot be chosen, if it cannot."""

    key: str
    info: ReleaseItemInfo
    refusal: Refusal | None = None


def kinds_of(index: Iterable[IndexLine]) -> list[tuple[str, str, int]]:
    """The kinds of items in an index: code, words, how many."""
    found = Counter(line.info.kind for line in index)
    return [(kind, words, found[kind]) for kind, words in ITEM_KINDS.items() if found[kind]]


def by_year(index: Iterable[IndexLine], ticked: Container[str]) -> list[tuple[str, list[tuple[IndexLine, bool]]]]:
    """An index, newest first, under its years, each line with whether it is ticked; what has no day comes last."""
    years = groupby(index, key=lambda line: str(line.info.on.year) if line.info.on else "Not dated")
    return [(year, [(line, line.refusal is None and line.key in ticked) for line in rows]) for year, rows in years]
