"""Days that are known as a year or a month only: read from what was typed, and shown as people write them. Pure."""

import re
from datetime import date, datetime

FULL = ("%Y-%m-%d", "%m/%d/%Y", "%b %d %Y", "%B %d %Y", "%d %b %Y", "%d %B %Y")
MONTHS = ("%Y-%m", "%m/%Y", "%b %Y", "%B %Y")
EARLIEST = 1880


class NotADay(ValueError):
    """What was typed is no day, month or year; the message is a sentence for the person who typed it."""


def read_partial(text: str) -> str:
    """ "Feb 2023", "2/2023", "2/3/2023" or "2023" as "2023-02", "2023-02-03", "2023"; "" for nothing.

    Raises NotADay for anything else.
    """
    words = " ".join(text.replace(",", " ").split())
    if not words:
        return ""
    found = ""
    if re.fullmatch(r"[0-9]{4}", words):
        found = words
    for form, shape in [*((form, "%Y-%m-%d") for form in FULL), *((form, "%Y-%m") for form in MONTHS)]:
        if found:
            break
        try:
            found = datetime.strptime(words, form).strftime(shape)  # noqa: DTZ007 (a day has no zone)
        except ValueError:
            continue
    if not found or int(found[:4]) < EARLIEST:
        raise NotADay("Write a day, a month or a year: Feb 3, 2023, or Feb 2023, or 2023.")
    return found


def first_day(partial: str) -> date | None:
    """The first day a partial day can mean, for order and comparison; None where it is words or nothing."""
    match = re.fullmatch(r"([0-9]{4})(?:-([0-9]{2}))?(?:-([0-9]{2}))?", partial)
    if not match:
        return None
    return date(int(match[1]), int(match[2] or 1), int(match[3] or 1))


def partial_words(partial: str) -> str:
    """A partial day as people read it: "2023", "Feb 2023", "Feb 3, 2023"; other words stay as they are."""
    found = first_day(partial)
    if found is None or len(partial) == 4:
        return partial
    return f"{found:%b %Y}" if len(partial) == 7 else f"{found:%b} {found.day}, {found.year}"


def whole_day(partial: str) -> date | None:
    """The day, where all of it is known."""
    return first_day(partial) if len(partial) == 10 else None
