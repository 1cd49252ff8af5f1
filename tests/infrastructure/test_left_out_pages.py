"""What was left out of a filed scan, and what nobody saw on it, is in no package, whatever its file holds."""

from collections.abc import Callable
from io import BytesIO

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageChops

from practice.infrastructure import copies
from practice.infrastructure.refusals import Refused

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
    held.Font = Dictionary(T3=document.make_indirect(letter_font(document, held)))
    return held, ["/Fm1 Do BT /T3 12 Tf 72 600 Td (A) Tj ET", "/Fm2 Do BT /T3 12 Tf 72 600 Td (A) Tj ET"]


Sharing = Callable[[pikepdf.Pdf], tuple[Dictionary, list[str]]]


def holding(hidden: pikepdf.Stream) -> Dictionary:
    return Dictionary(XObject=Dictionary(S=hidden))


def letter_font(document: pikepdf.Pdf, resources: pikepdf.Object) -> Dictionary:
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type3,
        FontBBox=Array([0, 0, 600, 600]),
        FontMatrix=Array([0.001, 0, 0, 0.001, 0, 0]),
        FirstChar=65,
        LastChar=65,
        Widths=Array([600]),
        Encoding=Dictionary(Type=Name.Encoding, Differences=Array([65, Name.A])),
        CharProcs=Dictionary(A=document.make_stream(b"600 0 0 0 600 600 d1 0 0 600 600 re f")),
        Resources=resources,
    )


def one_point(document: pikepdf.Pdf, **more: pikepdf.Object) -> pikepdf.Stream:
    made = document.make_stream(b"\0")
    made.Type, made.Subtype, made.Width, made.Height = Name.XObject, Name.Image, 1, 1
    made.ColorSpace, made.BitsPerComponent = Name.DeviceGray, 8
    for key, value in more.items():
        made[f"/{key}"] = value
    return made


# What the first page draws, and has beside it the words of the second hang on.
HIDING: dict[str, Callable[[pikepdf.Pdf, pikepdf.Stream], tuple[Dictionary, str]]] = {
    "the second of two fonts": lambda document, hidden: (
        Dictionary(Font=Dictionary(A=letter_font(document, Dictionary()), B=letter_font(document, holding(hidden)))),
        "BT /A 12 Tf 50 50 Td (A) Tj /B 12 Tf (A) Tj ET",
    ),
    "a font of a state": lambda document, hidden: (
        Dictionary(
            ExtGState=Dictionary(
                G=Dictionary(Font=Array([document.make_indirect(letter_font(document, holding(hidden))), 9]))
            )
        ),
        "/G gs BT 50 50 Td (A) Tj ET",
    ),
    "a name for marked words": lambda document, hidden: (
        Dictionary(Properties=Dictionary(M=document.make_indirect(Dictionary(Any=hidden)))),
        "/Span /M BDC 0 0 9 9 re f EMC",
    ),
    "a key of a picture": lambda document, hidden: (
        Dictionary(XObject=Dictionary(I=one_point(document, Any=hidden))),
        "/I Do",
    ),
    "the symbols of a scanner": lambda document, hidden: (
        Dictionary(
            XObject=Dictionary(
                I=one_point(document, Filter=Name.JBIG2Decode, DecodeParms=Dictionary(JBIG2Globals=hidden))
            )
        ),
        "/I Do",
    ),
    "a color": lambda document, hidden: (
        Dictionary(ColorSpace=Dictionary(Z=Array([Name.ICCBased, hidden]))),
        "0 0 9 9 re f",
    ),
    "a key of a form": lambda document, hidden: (
        Dictionary(XObject=Dictionary(X=form(document, "page one words", Any=hidden))),
        "/X Do",
    ),
    "a group": lambda document, hidden: (
        Dictionary(
            XObject=Dictionary(X=form(document, "page one words", Group=Dictionary(S=Name.Transparency, Any=hidden)))
        ),
        "/X Do",
    ),
    "a shading": lambda document, hidden: (
        Dictionary(
            Pattern=Dictionary(
                P=Dictionary(
                    Type=Name.Pattern,
                    PatternType=2,
                    ExtGState=Dictionary(SMask=Dictionary(S=Name.Alpha, G=hidden)),
                    Shading=Dictionary(
                        ShadingType=2,
                        ColorSpace=Name.DeviceGray,
                        Coords=Array([0, 0, 1, 1]),
                        Function=Dictionary(FunctionType=2, Domain=Array([0, 1]), N=1),
                    ),
                )
            )
        ),
        "/Pattern cs /P scn 0 0 9 9 re f",
    ),
}


def hiding(name: str) -> Sharing:
    def both(document: pikepdf.Pdf) -> tuple[Dictionary, list[str]]:
        hidden = form(document, SECRET.decode())
        resources, drawn = HIDING[name](document, hidden)
        resources["/XObject"] = resources.get("/XObject", Dictionary())
        resources.XObject.Fm2 = hidden
        return resources, [drawn, "/Fm2 Do"]

    return both


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
        return sum(words in unpacked(one) for one in document.objects if isinstance(one, pikepdf.Stream))


def unpacked(stream: pikepdf.Stream) -> bytes:
    try:
        return stream.read_bytes()
    except pikepdf.PdfError:  # the points of a picture
        return stream.read_raw_bytes()


SHARINGS = {
    **{one.__name__: one for one in (shared, nested, without_its_own, pattern, letters)},
    **{name: hiding(name) for name in HIDING},
}


@pytest.mark.parametrize("sharing", SHARINGS.values(), ids=SHARINGS)
def test_nothing_of_a_page_left_out_travels_with_the_one_that_stays(sharing: Sharing) -> None:
    copy = copies.take_in(BytesIO(scan(sharing, inherited=True))).copy
    assert streams_with(copy, SECRET)
    made = copies.fill_pages(package(), [copies.Filling("scan-1-", "pdf", copy, (2,))])
    assert streams_with(made, SECRET) == streams_with(made, b"page one words") == 0
    assert said_of_pictures(made) == ["Page 1 of a scanned document"]


def layered(document: pikepdf.Pdf, page: pikepdf.Page) -> bytes:
    """A layer that is switched off when the file is opened."""
    layer = document.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String("remarks")))
    page.Resources.Properties = Dictionary(L=layer)
    document.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), ON=Array([])))
    return b"/OC /L BDC 1 0 0 rg 100 100 400 400 re f BT /F1 12 Tf 100 300 Td (%s) Tj ET EMC" % SECRET


def cropped(document: pikepdf.Pdf, page: pikepdf.Page) -> bytes:
    """Words above the part of the page that is shown."""
    page.CropBox = Array([0, 0, 612, 500])
    return b"BT /F1 12 Tf 100 700 Td (%s) Tj ET" % SECRET


def beside(document: pikepdf.Pdf, page: pikepdf.Page) -> bytes:
    """Words above the page itself."""
    return b"BT /F1 12 Tf 100 900 Td (%s) Tj ET" % SECRET


Hides = Callable[[pikepdf.Pdf, pikepdf.Page], bytes]


def hidden_on_a_page(hides: Hides | None) -> bytes:
    document = pikepdf.new()
    for number in (1, 2):
        page = document.add_blank_page(page_size=(612, 792))
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.Resources = Dictionary(Font=Dictionary(F1=font))
        more = hides(document, page) if hides and number == 2 else b""
        page.Contents = document.make_stream(b"BT /F1 12 Tf 100 400 Td (seen words) Tj ET " + more)
    out = BytesIO()
    document.save(out)
    return copies.take_in(BytesIO(out.getvalue())).copy


def said_of_pictures(pdf: bytes) -> list[str]:
    with pikepdf.open(BytesIO(pdf)) as document:
        return sorted(str(one.Alt) for one in document.objects if isinstance(one, Dictionary) and "/Alt" in one)


def points(kind: str, data: bytes, page: int) -> Image.Image:
    return Image.open(BytesIO(copies.page_picture(kind, data, page, 306))).convert("RGB")


@pytest.mark.parametrize("hides", [layered, cropped, beside])
def test_what_a_reader_did_not_see_on_a_page_is_in_no_package_no_data_and_no_print(hides: Hides) -> None:
    copy = hidden_on_a_page(hides)
    assert streams_with(copy, SECRET)
    filled = copies.fill_pages(package(), [copies.Filling("scan-1-", "pdf", copy)])
    behind = copies.append_pages(package(), [copies.Enclosure("Letter", "Document 1", "pdf", copy)])
    as_it_is, data = copies.as_pictures([hidden_on_a_page(None), copy])
    assert as_it_is is None and data is not None
    assert said_of_pictures(filled) == ["Page 1 of a scanned document", "Page 2 of a scanned document"]
    assert said_of_pictures(behind) == said_of_pictures(filled)
    for made, page in ((filled, 2), (behind, 4), (data, 2)):
        assert streams_with(made, SECRET) == streams_with(made, b"seen words") == 0
        shown = points("pdf", made, page)
        assert sum(shown.convert("L").histogram()[:100]), "what was seen is there"
        red, green, _ = shown.split()
        assert not ImageChops.subtract(red, green).point(lambda more: 255 * (more > 60)).getbbox()


def test_a_page_that_hides_nothing_leaves_as_it_is_with_its_words() -> None:
    copy = hidden_on_a_page(None)
    filled = copies.fill_pages(package(), [copies.Filling("scan-1-", "pdf", copy)])
    behind = copies.append_pages(package(), [copies.Enclosure("Letter", "Document 1", "pdf", copy)])
    assert streams_with(filled, b"seen words") == streams_with(behind, b"seen words") == 2
    assert said_of_pictures(filled) == said_of_pictures(behind) == []


def test_a_figure_stands_among_the_tags_of_its_page() -> None:
    """A screen reader finds it: the page names its tags, and the tag its place on the page."""
    made = copies.fill_pages(package(), [copies.Filling("scan-1-", "pdf", hidden_on_a_page(None), (1,))])
    with pikepdf.open(BytesIO(made)) as document:
        tags, page = document.Root.StructTreeRoot, document.pages[1]
        [figure] = pikepdf.NumberTree(tags.ParentTree)[int(page.obj.StructParents)]
        assert figure.Alt == "Page 2 of a scanned document" and figure.Pg.objgen == page.obj.objgen
        assert [one.objgen for one in tags.K] == [figure.objgen]
        marked = [operands for operands, operator in pikepdf.parse_content_stream(page) if str(operator) == "BDC"]
    assert [(str(name), int(given.MCID)) for name, given in marked] == [("/Figure", int(figure.K))]


def test_more_pages_than_can_be_made_as_pictures_make_no_package_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copies, "MOST_PICTURES", 1)
    with pytest.raises(Refused, match="PICTURES_TOO_MANY"):
        copies.append_pages(package(), [copies.Enclosure("Letter", "Document 1", "pdf", hidden_on_a_page(layered))])
