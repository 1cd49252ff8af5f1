"""Copies in packages of ours: behind them, or on the pages they keep. Runs in the process of `copies`."""

import json
from io import BytesIO
from typing import IO, Any

from leave_out_child import keep_what_is_drawn  # type: ignore
from take_child import MARGIN, PAPER, add_picture  # type: ignore

FOOT = 30.0
EDGE, KEPT_FOOT = 28.0, 60.0  # on a page that a package of ours keeps: its foot has two lines


def append(given: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """A package with copies behind it: each page on paper of one size, with a line that says which document it is."""
    import pikepdf

    job = json.loads(given.readline())
    package = pikepdf.open(BytesIO(given.read(job["size"])))
    marks = []
    for piece in job["pieces"]:
        with pages_of(piece["kind"], given.read(piece["size"])) as copy:
            count = len(copy.pages)
            marks.append((piece["title"], len(package.pages)))
            for number, page in enumerate(copy.pages, 1):
                add_page(package, page, f"{piece['label']}, page {number} of {count}")
    with package.open_outline() as outline:
        outline.root.extend(pikepdf.OutlineItem(title, place) for title, place in marks)
    drop_claim(package)
    out = BytesIO()
    package.save(out)
    return {"verdict": "ok", "kind": "pdf", "pages": len(package.pages)}, out.getvalue()


def fill(given: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """A package with the pages of copies drawn on the pages it keeps for them. A page that is left out is not drawn."""
    import pikepdf

    job = json.loads(given.readline())
    package = pikepdf.open(BytesIO(given.read(job["size"])))
    kept = {name: package.pages[place] for name, place in named_pages(package).items()}
    for piece in job["pieces"]:
        with pages_of(piece["kind"], given.read(piece["size"])) as copy:
            for number, page in enumerate(copy.pages, 1):
                if number not in piece["left_out"]:
                    if piece["left_out"]:
                        keep_what_is_drawn(page)
                    draw_upright(kept[f"{piece['anchor']}{number}"], page)
    drop_claim(package)
    out = BytesIO()
    package.save(out)
    return {"verdict": "ok", "kind": "pdf", "pages": len(package.pages)}, out.getvalue()


def named_pages(package: Any) -> dict[str, int]:
    """Where the names of a paper of ours point: the place of the page."""
    import pikepdf

    places = {page.obj.objgen: place for place, page in enumerate(package.pages)}
    names = pikepdf.NameTree(package.Root.Names.Dests)
    return {str(name): places[found[0].objgen] for name, found in names.items() if found[0].objgen in places}


def draw_upright(sheet: Any, page: Any) -> None:
    """One page on one upright sheet, above the foot; what is wider than high is turned by a quarter."""
    import pikepdf

    box = [float(side) for side in page.cropbox]
    wide, high = box[2] - box[0], box[3] - box[1]
    if int(page.obj.get("/Rotate", 0)) % 180:
        wide, high = high, wide
    if wide > high:
        page.rotate(90, relative=True)
    width, height = PAPER
    sheet.add_overlay(page, pikepdf.Rectangle(EDGE, KEPT_FOOT, width - EDGE, height - MARGIN))


def pages_of(kind: str, data: bytes) -> Any:
    import pikepdf
    from PIL import Image

    if kind == "pdf":
        return pikepdf.open(BytesIO(data))
    document = pikepdf.new()
    with Image.open(BytesIO(data), formats=[kind.upper()]) as picture:
        if kind == "png":
            picture.load()
        add_picture(document, picture, data if kind == "jpeg" else b"")
    return document


def add_page(package: Any, page: Any, label: str) -> None:
    import pikepdf

    box = [float(side) for side in page.cropbox]
    wide, high = box[2] - box[0], box[3] - box[1]
    if int(page.obj.get("/Rotate", 0)) % 180:
        wide, high = high, wide
    width, height = sorted(PAPER, reverse=wide > high)
    sheet = package.add_blank_page(page_size=(width, height))
    sheet.add_overlay(page, pikepdf.Rectangle(MARGIN, FOOT, width - MARGIN, height - MARGIN))
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
