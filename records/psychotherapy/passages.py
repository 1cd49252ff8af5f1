"""Where a sentence stands in a text, and what the text is without it or with it. Values in, values out.

A moved sentence leaves no hole: the white space that only kept it apart goes with it. What is taken out can be put back
exactly where it stood.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """`whole[start:end]` becomes `text`; offsets in code points."""

    start: int
    end: int
    text: str

    def applied(self, whole: str) -> str:
        """The text after the edit."""
        return whole[: self.start] + self.text + whole[self.end :]

    def for_browser(self, whole: str) -> dict[str, int | str]:
        """The same edit as a page applies it: offsets in UTF-16 units."""
        start = units(whole[: self.start])
        return {"start": start, "end": start + units(whole[self.start : self.end]), "text": self.text}


def units(text: str) -> int:
    """How long browsers find a text: in UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def code_points(text: str, count: int) -> int:
    """The place in code points that browsers call `count`; the end for a place behind it."""
    head = text.encode("utf-16-le", "surrogatepass")[: 2 * max(count, 0)]
    return len(head.decode("utf-16-le", "ignore"))


def find(text: str, passage: str, near: int) -> int | None:
    """Where the passage begins, of several places the one closest to `near`; None when it is not there."""
    found, at = [], text.find(passage) if passage else -1
    while at >= 0:
        found.append(at)
        at = text.find(passage, at + 1)
    return min(found, key=lambda place: abs(place - near), default=None)


def holds(text: str, passage: str) -> bool:
    """Whether a text says these words anywhere, however they are spaced."""
    return " ".join(passage.split()) in " ".join(text.split())


def taken_out(text: str, passage: str, near: int) -> Edit | None:
    """The edit that takes a passage out, with the white space that would be left over; None when it is not there."""
    start = find(text, passage, near)
    if start is None:
        return None
    end = start + len(passage)
    begins_line = start == 0 or text[start - 1] == "\n"
    if text[end : end + 1] == " ":
        while text[end : end + 1] == " ":
            end += 1
    elif end == len(text) or text[end] == "\n":
        while start > 0 and text[start - 1] == " ":
            start -= 1
        if begins_line and end < len(text):
            end += 1  # a line of its own goes whole
        elif begins_line and start > 0:
            start -= 1
    return Edit(start, end, "")


def put_in(text: str, passage: str, at: int | None = None) -> Edit:
    """The edit that adds a passage: as it is at a place it was taken from, else on a line of its own at the end."""
    if at is not None:
        return Edit(min(at, len(text)), min(at, len(text)), passage)
    end = len(text.rstrip())
    return Edit(end, len(text), ("\n" if end else "") + passage.strip())
