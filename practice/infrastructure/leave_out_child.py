"""What a page draws itself, and nothing of the pages beside it. Runs in the process of `copies`."""

from collections.abc import Iterable, Iterator
from typing import Any

# What a page can draw or name, by the operator that does; colors hold no words and stay.
DRAWN_BY = {
    "Do": "/XObject",
    "Tf": "/Font",
    "gs": "/ExtGState",
    "sh": "/Shading",
    "scn": "/Pattern",
    "SCN": "/Pattern",
    "BDC": "/Properties",
    "DP": "/Properties",
}
KEPT_WHOLE = ("/ColorSpace", "/ProcSet")


def keep_what_is_drawn(page: Any) -> None:
    """Take from a page what it does not draw itself.

    Scanners and word processors give all pages of a file one dictionary of everything on any of them; with the page
    that stays, the pictures of a page that was left out would travel along unseen.
    """
    import pikepdf

    page.obj.Resources = drawn_alone([page], page.resources or pikepdf.Dictionary(), set())


def drawn_alone(drawings: Iterable[Any], resources: Any, seen: set[Any]) -> Any:
    """Of `resources`, those that this page, form, pattern or these letters draw, and of theirs again only those."""
    import pikepdf

    used = {one for drawing in drawings for one in names_drawn(drawing, resources, set())}
    kept = pikepdf.Dictionary()
    for category, found in resources.items():
        if category in KEPT_WHOLE:
            kept[category] = found
        elif isinstance(found, pikepdf.Dictionary):
            kept[category] = pikepdf.Dictionary({k: v for k, v in found.items() if (category, k) in used})
    for part, drawn in parts_drawn(kept):
        if part.objgen not in seen:
            seen.add(part.objgen)
            if "/Resources" in part:
                part.Resources = drawn_alone(drawn, part.Resources, seen)
    return kept


def names_drawn(drawing: Any, resources: Any, seen: set[Any]) -> set[tuple[str, str]]:
    """(category, name) of everything drawn, also by forms that have no resources of their own and use these."""
    import pikepdf

    used = {
        (DRAWN_BY[str(operator)], str(one))
        for operands, operator in pikepdf.parse_content_stream(drawing)
        if str(operator) in DRAWN_BY
        for one in operands
        if isinstance(one, pikepdf.Name)
    }
    found = {category: resources.get(category, {}) for category in ("/XObject", "/Pattern")}
    for category, name in list(used):
        part = found.get(category, {}).get(name)
        borrows = isinstance(part, pikepdf.Stream) and is_drawing(part) and "/Resources" not in part
        if borrows and part.objgen not in seen:
            used |= names_drawn(part, resources, seen | {part.objgen})
    return used


def parts_drawn(resources: Any) -> Iterator[tuple[Any, list[Any]]]:
    """What among resources has resources of its own, with what it draws: forms, patterns, masks, drawn letters."""
    import pikepdf

    for category in ("/XObject", "/Pattern"):
        for one in resources.get(category, {}).values():
            if isinstance(one, pikepdf.Stream) and is_drawing(one):
                yield one, [one]
    for state in resources.get("/ExtGState", {}).values():
        mask = state.get("/SMask")
        if isinstance(mask, pikepdf.Dictionary) and isinstance(mask.get("/G"), pikepdf.Stream):
            yield mask.G, [mask.G]
    for font in resources.get("/Font", {}).values():
        if str(font.get("/Subtype", "")) == "/Type3":
            yield font, list(font.get("/CharProcs", {}).values())


def is_drawing(stream: Any) -> bool:
    """Whether a stream draws by operators, as a form or a tiling pattern does and a picture does not."""
    return str(stream.get("/Subtype", "")) == "/Form" or int(stream.get("/PatternType", 0)) == 1
