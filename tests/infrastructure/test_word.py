"""A Word document that would run or fetch something when it is opened is refused, however it hides that."""

import pytest

from practice.infrastructure import copies_child
from tests.files import BODY, CONTENT_TYPES, RELS, picture, related, word

MAIN, LINKS = "word/document.xml", "word/_rels/s.rels"
INSIDE = '<Relationships><Relationship Id="1" Type="x/{}" Target="{}"/></Relationships>'
FOOTER = '<Override PartName="/word/Footer.dat" ContentType="x/footer+xml"/></Types>'
DRAWN = '<v:imagedata xmlns:v="urn:schemas-microsoft-com:vml" src="http://x.e/a"/>'
SIMPLE = '<w:ftr xmlns:w="w"><w:fldSimple w:instr=" includetext x"/></w:ftr>'
CHAR = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'
TEMPLATE = related("attachedTemplate")


def field(*codes: str) -> str:
    """A body with one field whose code is spread over as many runs as there are `codes`."""
    runs = "".join(f"<w:r><w:instrText>{code}</w:instrText></w:r>" for code in codes)
    return f'<w:document xmlns:w="w"><w:p>{CHAR.format("begin")}{runs}{CHAR.format("end")}</w:p></w:document>'


def spelled() -> str:
    """A field whose code is the result of another: 68 68 69 are the letters of DDE."""
    return field("c:/cmd").replace("<w:r><w:instrText>", CHAR.format("begin") + "<w:r><w:instrText>QUOTE 68 68 69", 1)


REFUSED: list[tuple[str, dict[str, str | bytes], str]] = [
    ("a template, named in capitals", {"WORD/_rels/s.RELS": TEMPLATE}, "link_word"),
    ("a template behind a percent sign", {"word/_rels/s.re%6Cs": TEMPLATE}, "link_word"),
    ("a template and a slash more", {LINKS: related("attachedTemplate/")}, "link_word"),
    ("a picture elsewhere", {LINKS: related("image")}, "link_word"),
    ("something like a hyperlink", {LINKS: RELS.format("http://x.e/hyperlink")}, "link_word"),
    ("an address that does not say it is outside", {LINKS: INSIDE.format("image", "http://x.e/a")}, "link_word"),
    ("a part in pieces", {"word/_rels/s.rels/[0].piece": TEMPLATE}, "damaged"),
    ("one part twice", {"WORD/document.xml": BODY}, "damaged"),
    ("a page elsewhere", {LINKS: related("aFChunk")}, "link_word"),
    ("a page inside", {LINKS: INSIDE.format("aFChunk", "a.txt")}, "program_inside"),
    ("a place for a page", {MAIN: '<w:document xmlns:w="w"><w:altChunk/></w:document>'}, "program_inside"),
    ("a web page for a part", {"word/a.dat": "  <HTML><body>"}, "program_inside"),
    ("an RTF file for an object", {"word/o.bin": r"{\rtf1 x"}, "program_inside"),
    ("anything embedded", {"word/Embeddings/a.bin": b"some bytes"}, "program_inside"),
    ("a DDE field", {MAIN: field(" DDEAUTO c:/cmd.exe")}, "link_word"),
    ("a DDE field in two runs", {MAIN: field(" DD", "EAUTO c:/cmd.exe")}, "link_word"),
    ("a DDE field of plain words", {MAIN: field("DDE x").replace("instrText", "t")}, "link_word"),
    ("a DDE field that another one spells", {MAIN: spelled()}, "link_word"),
    ("a DDE field in a part of another name", {"types": CONTENT_TYPES.replace("</Types>", FOOTER), "word/footer.dat": field("DDE x")}, "link_word"),  # noqa: E501
    ("a picture field", {MAIN: field('INCLUDEPICTURE "http://x.e/a.png"')}, "link_word"),
    ("a simple text field", {"word/footer1.xml": SIMPLE}, "link_word"),
    ("a drawn picture elsewhere", {"word/d.xml": DRAWN}, "link_word"),
]  # fmt: skip


@pytest.mark.parametrize(("what", "parts", "verdict"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_word_document_that_would_act_when_opened_is_refused(
    what: str, parts: dict[str, str | bytes], verdict: str
) -> None:
    with pytest.raises(copies_child.Refused, match=verdict):
        copies_child.take_child.take("docx", word(**parts))


def test_an_ordinary_letter_is_taken() -> None:
    letter: dict[str, str | bytes] = {
        LINKS: related("hyperlink"),
        MAIN: field("IF ", '1 = 1 "yes"').replace("</w:p>", "<w:r><w:t>We include a link to DDE.</w:t></w:r></w:p>"),
        "word/footer1.xml": field(" PAGE ", r"\* MERGEFORMAT"),
        "word/header1.xml": field('HYPERLINK "http://x.e/include"'),
        "word/_rels/document.xml.rels": INSIDE.format("image", "media/image1.png"),
        "word/media/image1.png": picture("PNG"),
        "docProps/core.xml": "<core/>",
    }
    assert copies_child.take_child.take("docx", word(**letter)) == ({"verdict": "ok", "kind": "", "pages": 0}, b"")
