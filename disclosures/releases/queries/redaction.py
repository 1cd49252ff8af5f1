"""What is left out of a release now, and the items as they leave without it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from practice.infrastructure.blackout import Span, fingerprint
from practice.infrastructure.copies import Area
from records.chart.filed_documents import copy_fingerprint
from records.chart.paper import Block
from records.chart.passages import left_out, parts_of

from ..models import Redaction, Release, ReleaseItem


class TextChanged(Exception):
    """An item does not read as it did when a passage was left out of it: the positions hold no more."""


def redactions_of(release: Release, items: Iterable[ReleaseItem] | None = None) -> list[Redaction]:
    """What is left out now of these items (else of all that leave), the earliest first; not what was taken back."""
    rows = Redaction.objects.filter(item__release=release, taken_back_at=None).select_related("item", "made_by")
    return list(rows.filter(item__removed=False) if items is None else rows.filter(item__in=list(items)))


def span_of(row: Redaction) -> Span:
    """The characters that a passage covers."""
    return Span(int(row.where["start"]), int(row.where["end"]))


def area_of(row: Redaction) -> Area | None:
    """The black area of a page, when it is one."""
    if "area" not in row.where:
        return None
    left, top, width, height = row.where["area"]
    return (left, top, width, height)


def left_out_words(rows: Iterable[Redaction]) -> str:
    """How much is left out, for people: "2 passages left out", "1 page left out", or nothing."""
    counts = Counter("area" if area_of(row) else "page" if "page" in row.where else "passage" for row in rows)
    kinds = [(counts[name], name) for name in ("passage", "page", "area") if counts[name]]
    *first, last = [f"{count} {name}{'' if count == 1 else 's'}" for count, name in kinds] or [""]
    words = f"{', '.join(first)} and {last}" if first else last
    return f"{words} left out" if words else ""


def as_it_leaves(blocks: Iterable[Block], rows: Iterable[Redaction]) -> list[Block]:
    """The items without what is left out of them. Raises TextChanged: better nothing leaves than the wrong words."""
    of: Mapping[UUID, list[Redaction]] = defaultdict(list)
    for row in rows:
        of[row.item.object_id].append(row)
    return [_without(block, of[block.id]) if of[block.id] else block for block in blocks]


def _without(block: Block, rows: list[Redaction]) -> Block:
    texts = {part.key: part.text for part in parts_of(block)}
    cuts: dict[str, list[Span]] = defaultdict(list)
    pages, areas = set(), defaultdict(list)
    for row in rows:
        if area := area_of(row):
            areas[int(row.where["page"])].append(area)
            continue
        if "page" in row.where:
            pages.add(int(row.where["page"]))
            continue
        key = row.where["part"]
        if key not in texts or fingerprint(texts[key]) != row.where["of"]:
            raise TextChanged
        cuts[key].append(span_of(row))
    if areas and {copy_fingerprint(block.id)} != {row.where["of"] for row in rows if area_of(row)}:
        raise TextChanged
    try:
        return left_out(block, cuts, pages, areas)
    except (LookupError, ValueError):
        raise TextChanged from None
