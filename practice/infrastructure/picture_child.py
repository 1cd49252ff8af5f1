"""Pages as pictures: what a person would see on the page, and nothing to run or read. Runs in the process of `copies`.

PDFium draws the pages of a PDF; it is built without an engine for scripts. A page that leaves with black areas is such
a picture, with the areas painted into its points: of the page itself nothing leaves, neither under them nor beside.
"""

import math
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from take_child import plain  # type: ignore
from upload_child import MAX_POINTS  # type: ignore
from word_child import Refused  # type: ignore

WIDEST = 2600  # in points of the picture: Letter at 300 to the inch
MOST_POINTS = 20_000_000  # of one picture that is made
SHEET = (1700, 2200)  # Letter at 200 points to the inch, as a fax of the finest kind
Fit = Callable[[float, float], tuple[int, int]]


def picture_of(kind: str, data: bytes, page: int, width: int) -> bytes:
    """One page (from 1) as a PNG of that width, less when it is very long; a picture is one page. Raises Refused."""
    out = BytesIO()
    seen(kind, data, page, lambda wide, high: as_wide_as(width, wide, high)).save(out, "PNG")
    return out.getvalue()


def burnt(kind: str, data: bytes, page: int, areas: Sequence[tuple[float, float, float, float]]) -> bytes:
    """One page as a JPEG that fits a sheet of paper, with black areas; each is (left, top, width, height) as fractions
    of the page as a person sees it. Raises Refused.
    """
    from PIL import ImageDraw

    picture = seen(kind, data, page, as_on_paper).convert("RGB")
    brush = ImageDraw.Draw(picture)
    for left, top, width, height in areas:  # outwards to whole points, so that no edge of a letter stays
        right, bottom = (left + width) * picture.width, (top + height) * picture.height
        corner = math.floor(left * picture.width), math.floor(top * picture.height)
        brush.rectangle((*corner, math.ceil(right) - 1, math.ceil(bottom) - 1), fill="black")
    out = BytesIO()
    picture.save(out, "JPEG", quality=85, subsampling=0)  # colors beside an area do not run into it
    return out.getvalue()


def seen(kind: str, data: bytes, page: int, fit: Fit) -> Any:
    if kind == "pdf":
        return drawn(data, page, fit)
    if page != 1:
        raise Refused("no_page")
    return smaller(kind, data, fit)


def drawn(data: bytes, page: int, fit: Fit) -> Any:
    """The page of a PDF as it is seen: cut and turned as it says, with what is filled in and remarked on it."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    if not 1 <= page <= len(document):
        raise Refused("no_page")
    document.init_forms()
    sheet = document[page - 1]
    wide, high = sheet.get_size()
    across, _ = fit(wide, high)
    return sheet.render(scale=across / wide * (1 - 1e-9)).to_pil().convert("RGB")  # PDFium rounds up


def words_beside(data: bytes) -> bool:
    """Whether a PDF has words that stand on none of its pages but beside one."""
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    texts = (document[place].get_textpage() for place in range(len(document)))
    return any(letters(text.get_text_range()) != letters(text.get_text_bounded()) for text in texts)


def letters(text: str) -> int:
    return len("".join(text.split()))


def smaller(kind: str, data: bytes, fit: Fit) -> Any:
    """A picture upright, as large as asked and never larger than it is."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # our own limit stands below and is smaller
    with Image.open(BytesIO(data), formats=[kind.upper()]) as picture:
        if picture.width * picture.height > MAX_POINTS:
            raise Refused("too_large_picture")
        most = max(*fit(picture.width, picture.height), *fit(picture.height, picture.width))
        picture.draft(picture.mode, (most, most))  # a photograph is unpacked no larger than it is shown
        shown = plain(picture)
    across, down = fit(shown.width, shown.height)
    if across >= shown.width:
        return shown
    return (shown.convert("L") if shown.mode == "1" else shown).resize((across, down), Image.Resampling.BOX)


def as_wide_as(width: int, wide: float, high: float) -> tuple[int, int]:
    """As wide as asked, or less when the picture would have too many points."""
    across = max(1, min(width, WIDEST, int((MOST_POINTS * wide / high) ** 0.5)))
    return across, max(1, round(across * high / wide))


def as_on_paper(wide: float, high: float) -> tuple[int, int]:
    """As large as fits a sheet that lies as the page does."""
    across, down = sorted(SHEET, reverse=wide > high)
    scale = min(across / wide, down / high)
    return max(1, int(wide * scale)), max(1, int(high * scale))
