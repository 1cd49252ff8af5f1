"""Passages left out of a text that leaves: the words are replaced before anything is made of the text.

A bar stands for what was left out, always of one width: how long a name was is nobody's business either. It is one
private character inside a value; templates draw it with `|bars`, data says `[left out]`. Positions count characters of
the text as `plain` gives it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

BAR = "\uf8ef"
WORDS = "left out"

# up to the end of a line, or to a full stop with what closes after it and a space
SENTENCE = re.compile(r"\S[^\n]*?(?:[.!?…]+[\"'”’»)\]]*(?=\s|$)|(?=\s*(?:\n|$)))")

# What a cover says of it, where the practice wants it said (P-34).
LEFT_OUT = "Some passages were left out. Black marks the place of each."
NOTES_LEFT_OUT = "Notes that also concern other people were left out."


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Characters of a text, from `start` to before `end`."""

    start: int
    end: int

    def meets(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end


def plain(text: str) -> str:
    """A text as positions count in it: one kind of line end, and no character that could pass for a bar."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace(BAR, "\ufffd")


def fingerprint(text: str) -> str:
    """By which a text is known again: positions hold for exactly this one."""
    return sha256(plain(text).encode()).hexdigest()


def sentences(text: str) -> list[Span]:
    """The sentences of a plain text, each a span, as a reader would count them; lines end sentences too."""
    return [Span(*found.span()) for found in SENTENCE.finditer(text)]


def burn(text: str, spans: Iterable[Span]) -> str:
    """A plain text with a bar for each span; spans that meet, or have only blanks between, are one bar.

    Raises ValueError for a span that is not of this text.
    """
    out, at = [], 0
    for span in _merged(text, sorted(spans)):
        out += [text[at : span.start], BAR]
        at = span.end
    return "".join([*out, text[at:]])


def _merged(text: str, spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in spans:
        if not 0 <= span.start < span.end <= len(text):
            raise ValueError("a span lies outside its text")
        if merged and not text[merged[-1].end : span.start].strip():
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def in_words(text: str) -> str:
    """A burnt text for where no bar can be drawn."""
    return text.replace(BAR, f"[{WORDS}]")
