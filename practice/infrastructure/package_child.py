"""Copies in packages of ours: behind them, or on the pages they keep. Runs in the process of `copies`.

The pages of a copy leave as they are, or all of them as pictures: what is on one page only can hang on any other by
ways that no list ends (letters, masks, the symbols of a scanner), so that with the pages of a PDF no page stays behind
for certain.
"""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any, NamedTuple

from picture_child import burnt, words_beside  # type: ignore
from take_child import MARGIN, PAPER, add_picture  # type: ignore
from upload_child import objects  # type: ignore
from word_child import Refused  # type: ignore

FOOT = 30.0
EDGE, KEPT_FOOT, KEPT_HEAD = 28.0, 60.0, 62.0  # on a page of ours: its foot has two lines, its head the patient


class Leaf(NamedTuple):
    """A page that leaves: the copy it is of, its number among so many, and what is said of it where it is a picture."""

    piece: dict[str, Any]
    number: int
    of: int
    page: Any
    said: str


def append(given: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """A package with copies behind it: each page on paper of one size, with a line that says which document it is."""
    import pikepdf

    job = json.loads(given.readline())
    package = pikepdf.open(BytesIO(given.read(job["size"])))
    marks = []
    for leaf in leaves(job, given):
        if leaf.number == 1:
            marks.append((leaf.piece["title"], len(package.pages)))
        add_page(package, leaf)
    with package.open_outline() as outline:
        outline.root.extend(pikepdf.OutlineItem(title, place) for title, place in marks)
    drop_claim(package)
    out = BytesIO()
    package.save(out)
    return {"verdict": "ok", "kind": "pdf", "pages": len(package.pages)}, out.getvalue()


def fill(given: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """A package with the pages of copies drawn on the pages it keeps for them, but for those that are left out."""
    import pikepdf

    job = json.loads(given.readline())
    package = pikepdf.open(BytesIO(given.read(job["size"])))
    kept = {name: package.pages[place] for name, place in named_pages(package).items()}
    for leaf in leaves(job, given):
        draw_upright(package, kept[f"{leaf.piece['anchor']}{leaf.number}"], leaf)
    drop_claim(package)
    out = BytesIO()
    package.save(out)
    return {"verdict": "ok", "kind": "pdf", "pages": len(package.pages)}, out.getvalue()


def pictures(given: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """One behind the other, a PDF for each copy that leaves as pictures: data holds what is on the paper."""
    import pikepdf

    job = json.loads(given.readline())
    made = [pikepdf.new() for _piece in job["pieces"]]
    for place, piece in enumerate(job["pieces"]):
        piece["place"] = place
    for leaf in leaves(job, given):
        if leaf.said:
            made[leaf.piece["place"]].pages.append(leaf.page)
    found = []
    for document in made:
        out = BytesIO()
        if document.pages:
            document.save(out, deterministic_id=True)  # the same copy gives the same bytes
        found.append(out.getvalue())
    return {"verdict": "ok", "sizes": [len(one) for one in found]}, b"".join(found)


def leaves(job: dict[str, Any], given: IO[bytes]) -> Iterator[Leaf]:
    """The pages that leave of every copy, in their order. Raises Refused when too many would be pictures."""
    left = job["most_pictures"]
    for piece in job["pieces"]:
        kind, data = piece["kind"], given.read(piece["size"])
        out, areas = piece.get("left_out", ()), {int(page): found for page, found in piece.get("areas", {}).items()}
        with pages_of(kind, data) as copy:
            count = len(copy.pages)
            if not out and not areas and not (kind == "pdf" and may_show_more(copy, data)):
                for number, page in enumerate(copy.pages, 1):
                    yield Leaf(piece, number, count, page, "")
                continue
        leaving = [number for number in range(1, count + 1) if number not in out]
        left -= len(leaving)
        if left < 0:
            raise Refused("too_many_pictures")
        for number in leaving:
            said = f"Page {number} of a scanned document{', passages left out' if number in areas else ''}"
            with pages_of("jpeg", burnt(kind, data, number, areas.get(number, ())), margin=0) as picture:
                yield Leaf(piece, number, count, picture.pages[0], said)


def may_show_more(copy: Any, data: bytes) -> bool:
    """Whether another program, or a click in one, may find on these pages what nobody saw who read the copy: layers,
    and what stands beside the part of a page that is shown.
    """
    layers = "/OCProperties" in copy.Root or any(map(is_layer, objects(copy)))
    return layers or any(map(is_cut, copy.pages)) or words_beside(data)


def is_layer(found: Any) -> bool:
    return "/OC" in found or "/OCGs" in found or str(found.get("/Type", "")) in ("/OCG", "/OCMD")


def is_cut(page: Any) -> bool:
    """Shown in part, or turned in a way that programs understand differently."""
    shown, whole = ([round(float(side), 2) for side in box] for box in (page.cropbox, page.mediabox))
    return shown != whole or float(page.obj.get("/Rotate", 0)) % 90 != 0


def named_pages(package: Any) -> dict[str, int]:
    """Where the names of a paper of ours point: the place of the page."""
    import pikepdf

    places = {page.obj.objgen: place for place, page in enumerate(package.pages)}
    names = pikepdf.NameTree(package.Root.Names.Dests)
    return {str(name): places[found[0].objgen] for name, found in names.items() if found[0].objgen in places}


def draw_upright(package: Any, sheet: Any, leaf: Leaf) -> None:
    """One page on one upright sheet, between head and foot; what is wider than high is turned by a quarter."""
    import pikepdf

    page = leaf.page
    box = [float(side) for side in page.cropbox]
    wide, high = box[2] - box[0], box[3] - box[1]
    if int(page.obj.get("/Rotate", 0)) % 180:
        wide, high = high, wide
    if wide > high:
        page.rotate(90, relative=True)
    width, height = PAPER
    draw(package, sheet, leaf, pikepdf.Rectangle(EDGE, KEPT_FOOT, width - EDGE, height - KEPT_HEAD))


def draw(package: Any, sheet: Any, leaf: Leaf, where: Any) -> None:
    """The page on the sheet; of a picture a screen reader says what it is."""
    if not leaf.said:
        sheet.add_overlay(leaf.page, where)
        return
    sheet.contents_add(b"q\n", prepend=True)
    sheet.contents_add(b"Q\n/Figure <</MCID %d>> BDC\n" % add_figure(package, sheet, leaf.said))
    sheet.add_overlay(leaf.page, where, push_stack=False)
    sheet.contents_add(b"EMC\n")


def add_figure(package: Any, sheet: Any, said: str) -> int:
    """A figure of that sheet among the tags of a package, where the sheet's own are; out: its mark on the sheet."""
    import pikepdf

    if "/StructTreeRoot" not in package.Root:
        tree = pikepdf.Dictionary(Type=pikepdf.Name.StructTreeRoot, K=[], ParentTree=pikepdf.Dictionary(Nums=[]))
        package.Root.StructTreeRoot = package.make_indirect(tree)
    tags = package.Root.StructTreeRoot
    marks = pikepdf.NumberTree(package.make_indirect(tags.ParentTree))
    key = int(sheet.obj.get("/StructParents", -1))
    if key not in marks:
        key = sheet.obj.StructParents = max(marks, default=-1) + 1
    there = list(marks[key]) if key in marks else []
    parent = there[-1] if there else next(iter(kids_of(tags)), tags)
    figure = pikepdf.Dictionary(
        Type=pikepdf.Name.StructElem, S=pikepdf.Name.Figure, P=parent, Pg=sheet.obj, Alt=said, K=len(there)
    )
    figure = package.make_indirect(figure)
    marks[key] = pikepdf.Array([*there, figure])
    parent.K = pikepdf.Array([*kids_of(parent), figure])
    return len(there)


def kids_of(tag: Any) -> list[Any]:
    import pikepdf

    kids = tag.get("/K", [])
    return list(kids) if isinstance(kids, pikepdf.Array | list) else [kids]


def pages_of(kind: str, data: bytes, margin: float = MARGIN) -> Any:
    import pikepdf
    from PIL import Image

    if kind == "pdf":
        return pikepdf.open(BytesIO(data))
    document = pikepdf.new()
    with Image.open(BytesIO(data), formats=[kind.upper()]) as picture:
        if kind == "png":
            picture.load()
        add_picture(document, picture, data if kind == "jpeg" else b"", margin)
    return document


def add_page(package: Any, leaf: Leaf) -> None:
    import pikepdf

    page, label = leaf.page, f"{leaf.piece['label']}, page {leaf.number} of {leaf.of}"
    box = [float(side) for side in page.cropbox]
    wide, high = box[2] - box[0], box[3] - box[1]
    if int(page.obj.get("/Rotate", 0)) % 180:
        wide, high = high, wide
    width, height = sorted(PAPER, reverse=wide > high)
    sheet = package.add_blank_page(page_size=(width, height))
    draw(package, sheet, leaf, pikepdf.Rectangle(MARGIN, FOOT, width - MARGIN, height - MARGIN))
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font,
        Subtype=pikepdf.Name.Type1,
        BaseFont=pikepdf.Name.Helvetica,
        Encoding=pikepdf.Name.WinAnsiEncoding,
    )
    name = sheet.add_resource(font, pikepdf.Name.Font)
    words = pikepdf.String(label.encode("ascii", "replace").decode()).unparse()
    line = b"/Artifact BMC q BT %s 8 Tf 0.2 g %d 14 Td %s Tj ET Q EMC" % (str(name).encode(), MARGIN, words)
    sheet.contents_add(package.make_stream(line))


def drop_claim(package: Any) -> None:
    """Pages from outside are not tagged: the whole no longer says that it is accessible (PDF/UA)."""
    import pikepdf

    namespace = "http://www.aiim.org/pdfua/ns/id/"
    pikepdf.models.PdfMetadata.register_xml_namespace(namespace, "pdfuaid")
    with package.open_metadata(set_pikepdf_as_editor=False) as about:
        for key in [key for key in about if key.startswith(f"{{{namespace}}}")]:
            del about[key]
