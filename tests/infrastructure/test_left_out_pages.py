"""A page that was left out of a filed scan is in the package in no form, whatever its file shares between pages."""

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from practice.infrastructure import copies

SECRET = b"SECRETOFPAGETWO"


def form(document: pikepdf.Pdf, words: str, **more: pikepdf.Object) -> pikepdf.Stream:
    made = document.make_stream(f"BT /F1 12 Tf 72 700 Td ({words}) Tj ET".encode())
    made.Type, made.Subtype, made.BBox = Name.XObject, Name.Form, Array([0, 0, 612, 792])
    for key, value in more.items():
        made[f"/{key}"] = value
    return made


def shared(document: pikepdf.Pdf) -> tuple[Dictionary, list[str]]:
    """One dictionary for both pages, as scanners write it."""
    drawn = Dictionary(Fm1=form(document, "page one words"), Fm2=form(document, SECRET.decode()))
    return Dictionary(XObject=drawn), ["/Fm1 Do", "/Fm2 Do"]


def nested(document: pikepdf.Pdf) -> tuple[Dictionary, list[str]]:
    """The first page draws a form whose own dictionary holds the second page's too."""
    hidden = form(document, SECRET.decode())
    outer = document.make_stream(b"/Fm1 Do")
    outer.Type, outer.Subtype, outer.BBox = Name.XObject, Name.Form, Array([0, 0, 612, 792])
    outer.Resources = Dictionary(XObject=Dictionary(Fm1=form(document, "page one words"), Fm2=hidden))
    return Dictionary(XObject=Dictionary(Fm1=outer, Fm2=hidden)), ["/Fm1 Do", "/Fm2 Do"]


def without_its_own(document: pikepdf.Pdf) -> tuple[Dictionary, list[str]]:
    """The first page draws a form without a dictionary, which draws from the page's."""
    outer = document.make_stream(b"/Fm3 Do")
    outer.Type, outer.Subtype, outer.BBox = Name.XObject, Name.Form, Array([0, 0, 612, 792])
    drawn = Dictionary(Fm1=outer, Fm2=form(document, SECRET.decode()), Fm3=form(document, "page one words"))
    return Dictionary(XObject=drawn), ["/Fm1 Do", "/Fm2 Do"]


def pattern(document: pikepdf.Pdf) -> tuple[Dictionary, list[str]]:
    """The second page's words stand in a pattern and in a mask that the first page does not use."""
    tile = form(document, SECRET.decode(), PatternType=1)
    mask = Dictionary(SMask=Dictionary(S=Name.Luminosity, G=form(document, SECRET.decode())))
    drawn = Dictionary(Fm1=form(document, "page one words"))
    resources = Dictionary(XObject=drawn, Pattern=Dictionary(P1=tile), ExtGState=Dictionary(G1=mask))
    return resources, ["/Fm1 Do", "/G1 gs /Pattern cs /P1 scn 0 0 612 792 re f"]


def letters(document: pikepdf.Pdf) -> tuple[Dictionary, list[str]]:
    """Both pages write in letters that are drawings, whose dictionary is the one of all pages."""
    drawn = Dictionary(Fm1=form(document, "page one words"), Fm2=form(document, SECRET.decode()))
    held = document.make_indirect(Dictionary(XObject=drawn))
    letter = document.make_stream(b"600 0 0 0 600 600 d1 0 0 600 600 re f")
    font = Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, 0, 600, 600]),
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
        FirstChar=65,
        LastChar=65,
        Widths=Array([600]),
        Encoding=Dictionary(Type=Name.Encoding, Differences=Array([65, Name.A])),
        CharProcs=Dictionary(A=letter),
        Resources=held,
    )
    held.Font = Dictionary(T3=document.make_indirect(font))
    return held, ["/Fm1 Do BT /T3 12 Tf 72 600 Td (A) Tj ET", "/Fm2 Do BT /T3 12 Tf 72 600 Td (A) Tj ET"]


Sharing = Callable[[pikepdf.Pdf], tuple[Dictionary, list[str]]]


def scan(sharing: Sharing, *, inherited: bool) -> bytes:
    document = pikepdf.new()
    resources, drawn = sharing(document)
    held = document.make_indirect(resources)
    for words in drawn:
        page = document.add_blank_page(page_size=(612, 792))
        page.obj.Contents = document.make_stream(words.encode())
        page.obj.Resources = held
    if inherited:
        for page in document.pages:
            del page.obj.Resources
        document.Root.Pages.Resources = held
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def package() -> bytes:
    document, names = pikepdf.new(), Array()
    for number in (1, 2):
        page = document.add_blank_page(page_size=(612, 792))
        names.extend([pikepdf.String(f"scan-1-{number}"), Array([page.obj, Name.Fit])])
    document.Root.Names = Dictionary(Dests=document.make_indirect(Dictionary(Names=names)))
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def streams_with(pdf: bytes, words: bytes) -> int:
    with pikepdf.open(BytesIO(pdf)) as document:
        return sum(words in one.read_bytes() for one in document.objects if isinstance(one, pikepdf.Stream))


@pytest.mark.parametrize("inherited", [False, True], ids=["on each page", "inherited"])
@pytest.mark.parametrize("sharing", [shared, nested, without_its_own, pattern, letters])
def test_nothing_of_a_page_left_out_travels_with_the_one_that_stays(sharing: Sharing, inherited: bool) -> None:
    taken = copies.take_in(BytesIO(scan(sharing, inherited=inherited)))
    whole = copies.fill_pages(package(), [copies.Filling("scan-1-", "pdf", taken.copy, ())])
    assert streams_with(whole, SECRET), "the words are there while the page is"
    made = copies.fill_pages(package(), [copies.Filling("scan-1-", "pdf", taken.copy, (2,))])
    assert streams_with(made, SECRET) == 0
    assert streams_with(made, b"page one words") == 1
