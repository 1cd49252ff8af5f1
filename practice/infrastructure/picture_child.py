"""Pages as pictures, made in the process of `copies`: what a person would see on the page, and nothing to run or read.

PDFium draws the pages of a PDF. It is built without an engine for scripts, and here it works inside the limits that
`copies_child` sets.
"""

from io import BytesIO
from typing import Any

from upload_child import MAX_POINTS  # type: ignore
from word_child import Refused  # type: ignore

WIDEST = 2600  # in points of the picture: Letter at 300 to the inch
MOST_POINTS = 20_000_000  # of one picture that is made


def picture_of(kind: str, data: bytes, page: int, width: int) -> bytes:
    """One page (from 1) as a PNG of that width, less when it is very long; a picture is one page. Raises Refused."""
    if kind == "pdf":
        shown = drawn(data, page, width)
    elif page == 1:
        shown = smaller(kind, data, width)
    else:
        raise Refused("no_page")
    out = BytesIO()
    shown.save(out, "PNG")
    return out.getvalue()


def drawn(data: bytes, page: int, width: int) -> Any:
    """The page of a PDF as it is seen: cut and turned as it says, with what is filled in and remarked on it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    if not 1 <= page <= len(document):
        raise Refused("no_page")
    document.init_forms()
    sheet = document[page - 1]
    wide, high = sheet.get_size()
    across, _ = fitting(wide, high, width)
    return sheet.render(scale=across / wide * (1 - 1e-9)).to_pil().convert("RGB")  # PDFium rounds up


def smaller(kind: str, data: bytes, width: int) -> Any:
    """A picture upright and at most this wide."""
    from copies_child import plain  # type: ignore
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # our own limit stands below and is smaller
    with Image.open(BytesIO(data), formats=[kind.upper()]) as picture:
        if picture.width * picture.height > MAX_POINTS:
            raise Refused("too_large_picture")
        picture.draft(picture.mode, (width, width))  # a photograph is unpacked no larger than it is shown
        shown = plain(picture)
    across, down = fitting(shown.width, shown.height, min(width, shown.width))
    if (across, down) == shown.size:
        return shown
    return (shown.convert("L") if shown.mode == "1" else shown).resize((across, down), Image.Resampling.BOX)


def fitting(wide: float, high: float, width: int) -> tuple[int, int]:
    """How large a picture of a page is made: as wide as asked, or less when it would have too many points."""
    across = max(1, min(width, WIDEST))
    across = min(across, max(1, int((MOST_POINTS * wide / high) ** 0.5)))
    return across, max(1, min(round(across * high / wide), MOST_POINTS))
