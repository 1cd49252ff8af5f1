"""The texts of one item on paper, each by a name of its own, and the item with passages of them left out.

What is left out is replaced in the block before paper or data is made of it; the record itself is not touched.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from practice.infrastructure.blackout import Span, burn, plain
from practice.infrastructure.copies import Area
from practice.infrastructure.templatetags.look import day as day_words

from .paper import PAGES, Block


@dataclass(frozen=True, slots=True, repr=False)
class Part:
    """One text of an item: its name, the group it is shown in, its label, and the text as positions count in it."""

    key: str
    group: str
    label: str
    text: str


def parts_of(block: Block) -> list[Part]:
    """Every text of an item in which a passage can be left out, in the order of the paper."""
    found = [Part("title", "Heading", "Heading", plain(block.title))]
    found.append(Part("on", "Heading", "Date in the index", day_words(block.on)))
    for number, (label, words) in enumerate(block.facts):
        if label != PAGES:
            found.append(Part(f"fact.{number}", "Particulars", label, plain(words)))
    if block.cancelled:
        found.append(Part("cancelled", "Particulars", "Cancelled", plain(block.cancelled)))
    for number, part in enumerate(block.written):
        found.append(Part(f"written.{number}", "", str(part["label"]), plain(str(part["text"]))))
    found.append(Part("signed", "Signatures", "Signed", plain(block.signed)))
    for number, added in enumerate(block.addenda):
        found.append(Part(f"addendum.{number}", "", f"Addendum of {added['signed']}", plain(added["text"])))
        found.append(Part(f"signed.{number}", "Signatures", f"Under addendum {number + 1}", plain(added["signed"])))
    for line, cells in enumerate(block.rows):
        for column, cell in enumerate(cells):
            found.append(Part(f"row.{line}.{column}", "Table", f"{block.head[column]}, row {line + 1}", plain(cell)))
    return [part for part in found if part.text.strip()]


def left_out(
    block: Block,
    cuts: Mapping[str, Iterable[Span]],
    pages: Iterable[int] = (),
    areas: Mapping[int, Iterable[Area]] | None = None,
) -> Block:
    """The item without these passages (by the name of their text), these pages of its copy and these areas of pages.

    Raises LookupError for a text or a page that is not there, ValueError for a place outside it.
    """
    texts = {part.key: part.text for part in parts_of(block)}
    if missing := set(cuts) - set(texts):
        raise LookupError(f"{len(missing)} texts are not in this item")
    burnt = {key: burn(texts[key], spans) for key, spans in cuts.items()}
    gone = tuple(sorted(set(pages)))
    black = {page: tuple(found) for page, found in sorted((areas or {}).items()) if page not in gone}
    if not all(1 <= page <= block.pages for page in (*gone, *black)):
        raise LookupError("a page is not of this document")
    if not all(is_on_page(area) for found in black.values() for area in found):
        raise ValueError("an area lies outside its page")
    title = burnt.get("title", block.title)
    day = day_words(block.on)
    return replace(
        block,
        title=title,
        # the index names the day too: it goes with the day of the heading, asked for or not
        day_out=block.day_out or "on" in burnt or bool(day and day in texts.get("title", "") and day not in title),
        signed=burnt.get("signed", block.signed),
        cancelled=burnt.get("cancelled", block.cancelled),
        facts=[(label, burnt.get(f"fact.{number}", words)) for number, (label, words) in enumerate(block.facts)],
        written=[
            part | {"text": burnt.get(f"written.{number}", part["text"])} for number, part in enumerate(block.written)
        ],
        addenda=[
            {
                "text": burnt.get(f"addendum.{number}", part["text"]),
                "signed": burnt.get(f"signed.{number}", part["signed"]),
            }
            for number, part in enumerate(block.addenda)
        ],
        rows=[
            [burnt.get(f"row.{line}.{column}", cell) for column, cell in enumerate(cells)]
            for line, cells in enumerate(block.rows)
        ],
        pages_out=gone,
        areas=black,
        burnt=block.burnt or bool(burnt) or bool(gone) or bool(black),
    )


def is_on_page(area: Area) -> bool:
    """Whether an area has a size and lies on its page."""
    left, top, width, height = area
    return 0 <= left < left + width <= 1.00001 and 0 <= top < top + height <= 1.00001
