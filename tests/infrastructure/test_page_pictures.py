"""A page of a filed document as a picture: what a person would see on it, made within limits."""

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageChops

from practice.infrastructure import copies
from practice.infrastructure.copies import page_picture
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.refusals import Refused
from tests.files import pdf

RED, WHITE = (255, 0, 0), (255, 255, 255)


def page(change: Callable[[pikepdf.Pdf, pikepdf.Page], None] = lambda document, page: None) -> bytes:
    """A Letter page with a red square of one inch in the lower left corner."""
    document = pikepdf.new()
    sheet = document.add_blank_page(page_size=(612, 792))
    sheet.Contents = document.make_stream(b"1 0 0 rg 0 0 72 72 re f")
    change(document, sheet)
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def shown(data: bytes, kind: str = "pdf", number: int = 1, width: int = 306) -> Image.Image:
    return Image.open(BytesIO(page_picture(kind, data, number, width)))


def turn(document: pikepdf.Pdf, sheet: pikepdf.Page) -> None:
    sheet.Rotate = 90


def cut(document: pikepdf.Pdf, sheet: pikepdf.Page) -> None:
    sheet.CropBox = Array([36, 36, 342, 432])


def remark(document: pikepdf.Pdf, sheet: pikepdf.Page) -> None:
    look = document.make_stream(b"1 0 0 rg 0 0 72 72 re f")
    look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 72, 72])
    sheet.Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.Stamp, F=4, Rect=Array([540, 720, 612, 792]), AP=Dictionary(N=look))]
    )


@pytest.mark.parametrize(
    ("change", "size", "red"),
    [
        (lambda document, sheet: None, (306, 396), [(10, 386)]),
        (turn, (306, 236), [(10, 10)]),
        (cut, (306, 396), [(10, 386), (30, 366)]),
        (remark, (306, 396), [(10, 386), (296, 10)]),
    ],
    ids=["as it stands", "turned", "cut", "with a stamp on it"],
)
def test_a_page_is_drawn_as_a_person_sees_it(
    change: Callable[..., None], size: tuple[int, int], red: list[tuple[int, int]]
) -> None:
    picture = shown(page(change))
    assert abs(picture.height - size[1]) <= 1
    assert picture.width == size[0]
    assert all(picture.getpixel(place) == RED for place in red)
    assert picture.getpixel((150, 150)) == WHITE


def test_a_photograph_is_shown_upright_and_never_larger_than_it_is() -> None:
    out, turned = BytesIO(), Image.Exif()
    turned[0x0112] = 6  # held on its side
    Image.new("RGB", (400, 200), RED).save(out, "JPEG", exif=turned)
    assert shown(out.getvalue(), "jpeg", width=100).size == (100, 200)
    assert shown(out.getvalue(), "jpeg", width=1000).size == (200, 400)


def test_a_page_of_any_shape_becomes_a_picture_of_bounded_size() -> None:
    def stretch(document: pikepdf.Pdf, sheet: pikepdf.Page) -> None:
        sheet.MediaBox = Array([0, 0, 20, 14400])

    picture = shown(page(stretch), width=10_000)
    assert picture.width * picture.height <= 20_100_000


@pytest.mark.parametrize(
    ("kind", "data", "number"),
    [("pdf", page(), 2), ("pdf", page(), 0), ("pdf", b"%PDF-1.7 torn", 1), ("png", b"\x89PNG", 1), ("jpeg", pdf(), 1)],
    ids=["behind the last page", "before the first", "torn", "no picture", "another kind"],
)
def test_what_cannot_be_drawn_is_refused_in_words(kind: str, data: bytes, number: int) -> None:
    with pytest.raises(Refused) as said:
        page_picture(kind, data, number, 300)
    assert said.value.refusal.words == "This page cannot be shown as a picture."


def burnt(data: bytes, *areas: copies.Area, kind: str = "pdf") -> Image.Image:
    return Image.open(BytesIO(copies.burnt_page(kind, data, 1, areas)))


def is_black(picture: Image.Image, edge: int = 8) -> bool:
    """Black all over, but for what a JPEG makes of the edge."""
    inner = picture.crop((edge, edge, picture.width - edge, picture.height - edge))
    return max(top for _, top in inner.getextrema()) < 8


@pytest.mark.parametrize(
    ("change", "area"),
    [
        (lambda document, sheet: None, (0.0, 1 - 72 / 792, 72 / 612, 72 / 792)),
        (turn, (0.0, 0.0, 72 / 792, 72 / 612)),
        (cut, (0.0, 1 - 36 / 396, 36 / 306, 36 / 396)),
    ],
    ids=["as it stands", "turned", "cut"],
)
def test_an_area_is_black_where_a_person_saw_it_and_nothing_under_it_is_left(
    change: Callable[..., None], area: copies.Area
) -> None:
    before, picture = burnt(page(change)), burnt(page(change), area)
    assert picture.size == before.size
    left, top, width, height = (round(part * side) for part, side in zip(area, picture.size * 2, strict=True))
    inside = picture.crop((left, top, left + width, top + height))
    assert is_black(inside) and not is_black(before.crop((left, top, left + width, top + height)))
    assert before.getpixel((left + 9, top + 9))[0] > 240
    red, green, _ = picture.split()
    assert not ImageChops.subtract(red, green).point(lambda more: 255 * (more > 60)).getbbox(), "red beside the area"


def test_what_leaves_is_a_plain_picture_that_fits_a_sheet_and_carries_nothing_else() -> None:
    out, told = BytesIO(), Image.Exif()
    told[0x010E] = "HER-NAME"
    Image.new("RGB", (5000, 3000), RED).save(out, "JPEG", exif=told, comment=b"HER-NAME", quality=40)
    assert b"HER-NAME" in out.getvalue()
    made = copies.burnt_page("jpeg", out.getvalue(), 1, [(0.25, 0.25, 0.5, 0.5)])
    assert b"HER-NAME" not in made and b"Exif" not in made
    picture = Image.open(BytesIO(made))
    assert picture.size == (2200, 1320)
    assert is_black(picture.crop((550, 330, 1650, 990)))


def test_a_page_that_cannot_be_burnt_makes_no_package() -> None:
    with pytest.raises(PdfFailed):
        copies.burnt_page("pdf", page(), 2, [(0.1, 0.1, 0.1, 0.1)])
