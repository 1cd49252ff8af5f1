"""The definition guard: which sentences of a sealed note belong in the chart (R-002, R-009c).

A reading aid for the author, never a decision: nothing here is stored, logged or refused. A wrong mark costs trust, so
a sentence that could be conversation is left alone.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from .guard_plain import PLAIN_RULES
from .guard_rules import ABOUT_ONE_PERSON, NEVER, RULES, SOMEBODY_ELSE, TOLD, WORD
from .rules import Exclusion

CITE: Final = "45 CFR 164.501"
LONGEST_SENTENCE: Final = 600  # characters; a longer one is read in pieces
REASONS: Final = {
    Exclusion.MEDICATION: "medication",
    Exclusion.SESSION_TIMES: "session times",
    Exclusion.MODALITY_FREQUENCY: "kind and frequency of treatment",
    Exclusion.TEST_RESULTS: "test result",
    Exclusion.DIAGNOSIS: "diagnosis",
    Exclusion.FUNCTIONAL_STATUS: "functional status",
    Exclusion.TREATMENT_PLAN: "treatment plan",
    Exclusion.SYMPTOMS: "symptoms",
    Exclusion.PROGNOSIS: "prognosis",
    Exclusion.PROGRESS: "progress",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """One sentence that belongs in the chart: `text[start:end]`, the exclusion it falls under, and why in words."""

    start: int
    end: int
    category: Exclusion
    reason: str
    cite: str = CITE


_RULES: Final = (*RULES, *PLAIN_RULES)
# most sentences hold none of these words and are read no further
_TRIGGERS: Final = frozenset().union(*(rule.words for rule in _RULES))
_END: Final = re.compile(r"[.!?…]+[\"”’')\]]{0,3}(?=\s|$)|\n+")
_TITLES: Final = frozenset({"dr", "mr", "mrs", "ms", "st", "vs"})
_MONTHS: Final = frozenset({"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"})


def belongs_in_chart(text: str) -> list[Mark]:
    """The sentences of a text that are chart content, in order, each with one exclusion; offsets in code points.

    English. Time grows with the length of the text. Never raises, whatever the text holds.
    """
    marks = []
    for start, end in sentences(text):
        category = exclusion_of(text[start:end])
        if category is not None:
            marks.append(Mark(start, end, category, REASONS[category]))
    return marks


def exclusion_of(sentence: str) -> Exclusion | None:
    """The exclusion one sentence falls under, or None."""
    lowered = sentence.lower()
    words = _TRIGGERS.intersection(WORD.findall(lowered))
    if not words or NEVER.search(sentence):
        return None
    told: bool | None = None
    another: bool | None = None
    for rule in _RULES:
        if rule.words.isdisjoint(words) or not rule.pattern.search(sentence):
            continue
        if rule.category in ABOUT_ONE_PERSON:
            another = bool(SOMEBODY_ELSE.search(sentence)) if another is None else another
            if another:
                continue
        if not rule.firm:
            told = bool(TOLD.search(sentence)) if told is None else told
            if told:
                continue
        return rule.category
    return None


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences are: no white space at either end, none longer than `LONGEST_SENTENCE`, none over a line."""
    start = 0
    for stop in _END.finditer(text):
        if text[stop.start()] == "." and _goes_on(text, start, stop):
            continue
        yield from _pieces(text, start, stop.end())
        start = stop.end()
    yield from _pieces(text, start, len(text))


def _goes_on(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether a full stop only ends an abbreviation: "Dr. Osei", "20 mg p.o. daily", "Nov. 27"."""
    before = text[max(start, stop.start() - 12) : stop.start()].rsplit(None, 1)
    following = text[stop.end() : stop.end() + 2].strip(" ")
    if following[:1].islower():
        return True
    word = before[-1].lower().lstrip("(") if before else ""
    return word in _TITLES or (word in _MONTHS and following[:1].isdigit())


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST_SENTENCE:
        cut = text.rfind(" ", start + 1, start + LONGEST_SENTENCE)
        cut = cut if cut > start else start + LONGEST_SENTENCE
        yield start, cut
        start = cut
        while start < end and text[start].isspace():
            start += 1
    if start < end:
        yield start, end
