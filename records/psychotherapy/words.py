"""What is sought in a text, and what stands around it. Values in, values out."""

import re
from typing import Final

_PART: Final = re.compile(r'"([^"]{1,200})"|(\S+)')
MOST_WORDS: Final = 12
AROUND: Final = 70  # characters shown before the first word found, and after the last shown
LONGEST: Final = 260  # characters of one excerpt


def words_of(sought: str) -> tuple[str, ...]:
    """The words sought, each once; words in quotation marks together."""
    sought = sought.replace("“", '"').replace("”", '"')
    found = (" ".join((phrase or word).split()).strip('"') for phrase, word in _PART.findall(sought))
    return tuple(dict.fromkeys(word for word in found if word))[:MOST_WORDS]


def holds(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text holds every word, in any order and any case; part of a word is enough."""
    folded = text.casefold()
    if all(word.casefold() in folded for word in words):
        return True
    # words sought together may stand over the end of a line
    joined = " ".join(folded.split()) if any(" " in word for word in words) else folded
    return all(word.casefold() in joined for word in words)


def around(text: str, words: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
    """The text around the first place that was found, in parts: (part, whether it is one of the words)."""
    pattern = re.compile("|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words), re.IGNORECASE)
    first = pattern.search(text)
    start = max((first.start() if first else 0) - AROUND, 0)
    start = text.rfind(" ", 0, start) + 1 if start else 0
    excerpt = text[start : start + LONGEST]
    parts: list[tuple[str, bool]] = [("… ", False)] if start else []
    at = 0
    for match in pattern.finditer(excerpt):
        parts += [(excerpt[at : match.start()], False), (match.group(), True)]
        at = match.end()
    parts.append((excerpt[at:] + (" …" if start + LONGEST < len(text) else ""), False))
    return tuple((part, hit) for part, hit in parts if part)
