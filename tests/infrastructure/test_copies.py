"""Documents from outside: what is refused, in which words, and what a copy no longer holds."""

import io
import random
import struct
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from practice.infrastructure import copies, copies_child
from practice.infrastructure.copies import ALL_SENTENCES, Enclosure, append_pages, as_original, as_page, take_in
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.uploads import UploadRefused
from tests.files import (
    ANIMATED,
    CONTENT_TYPES,
    LOCK,
    attach_a_file,
    deep_inside,
    follow_a_link_on_opening,
    launch_on_opening,
    pdf,
    picture,
    png_claiming,
    related,
    run_on_opening,
    tiff,
    turn_to_a_page_then_follow_a_link,
    without_pages,
    word,
)

take_child = copies_child.take_child  # as that process imports it, not a second time by its full name
SECRET = b"GPSLatitude 47.6062 N"


def locked_word() -> bytes:
    data = bytearray(word())
    for at in range(len(data) - 4):
        if data[at : at + 4] == b"PK\x01\x02":
            data[at + 8] |= 1
    return bytes(data)


def overlapping() -> bytes:
    """Ten thousand names for the same packed bytes would be one bomb; here it is ten."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"0" * 500_000)
        first = archive.infolist()[0]
        for number in range(10):
            twin = zipfile.ZipInfo(f"b{number}")
            twin.compress_type, twin.CRC = first.compress_type, first.CRC
            twin.compress_size, twin.file_size, twin.header_offset = first.compress_size, first.file_size, 0
            archive.filelist.append(twin)
            archive.NameToInfo[twin.filename] = twin
    return out.getvalue()


def huge_stream(document: pikepdf.Pdf) -> None:
    packed = zlib.compress(b"\0" * (take_child.STREAM_BYTES + 1_000_000), 9)
    document.pages[0].obj.Contents = pikepdf.Stream(document, packed, Filter=pikepdf.Name.FlateDecode)


def packed_twice(document: pikepdf.Pdf) -> None:
    filters = pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode])
    document.pages[0].obj.Contents = pikepdf.Stream(document, zlib.compress(zlib.compress(b"q Q")), Filter=filters)


def huge_picture(document: pikepdf.Pdf) -> None:
    image = pikepdf.Stream(document, b"\0", Subtype=pikepdf.Name.Image, Width=60_000, Height=60_000)
    document.pages[0].add_resource(image, pikepdf.Name.XObject)


def raw_pdf(change: Callable[[pikepdf.Pdf], object]) -> bytes:
    return pdf(change, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def huge_tiff() -> bytes:
    """A TIFF of a few bytes that says it is huge."""
    tags = [
        (256, 4, 60_000),
        (257, 4, 60_000),
        (258, 3, 1),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8),
        (278, 4, 60_000),
        (279, 4, 1),
    ]
    body = struct.pack("<H", len(tags)) + b"".join(
        struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags
    )
    return b"II*\0" + struct.pack("<I", 8) + body + b"\0" * 8


def archive_with_comment_over(data: bytes) -> bytes:
    """A PDF inside an archive: read from the end it is an archive, read from the beginning a PDF."""
    tail = b"\n%%EOF\n"
    return data + b"PK\x05\x06" + b"\0" * 16 + struct.pack("<H", len(tail)) + tail


MACROS = CONTENT_TYPES.replace("document.main", "document.macroEnabled.main")
SHEET = CONTENT_TYPES.replace("wordprocessingml", "spreadsheetml")
ENTITY = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>'
REFUSED = [
    ("pdf", "cut off", pdf()[:-40], "damaged"),
    ("pdf", "of words", b"%PDF-1.4 not really %%EOF", "damaged"),
    ("pdf", "locked", pdf(**LOCK), "encrypted"),
    ("pdf", "without pages", pdf(without_pages), "no_pages"),
    ("pdf", "and an archive behind it", pdf() + b"PK\x03\x04 more PK\x05\x06" + b"\0" * 18, "two_files"),
    ("pdf", "that is an archive read from its end", archive_with_comment_over(pdf()), "two_files"),
    ("pdf", "that is a web page too", pdf().replace(b"\n", b"\n%<html><script>alert(1)</script>\n", 1), "two_files"),
    ("pdf", "with a bomb for a page", raw_pdf(huge_stream), "bomb"),
    ("pdf", "packed twice", raw_pdf(packed_twice), "bomb"),
    ("pdf", "with a pixel flood", raw_pdf(huge_picture), "too_large_picture"),
    ("jpeg", "cut off", picture("JPEG", (900, 700))[:-2000], "damaged"),
    ("jpeg", "and an archive (GIFAR)", picture("JPEG") + b"PK\x05\x06" + b"\0" * 18, "two_files"),
    ("jpeg", "and a web page", picture("JPEG") + b"<ScRiPt>alert(1)", "two_files"),
    ("jpeg", "and a PDF", picture("JPEG") + pdf(), "two_files"),
    ("png", "cut off", picture("PNG")[:-20], "damaged"),
    ("png", "flood", png_claiming(60_000, 60_000), "too_large_picture"),
    ("png", "of two", picture("PNG", **ANIMATED), "several_pictures"),
    ("tiff", "flood", huge_tiff(), "too_large_picture"),
    ("tiff", "of too many pages", tiff(301, size=(1, 1)), "too_many_pages"),
    ("tiff", "cut off", tiff(2, mode="RGB")[:-500], "damaged"),
    ("tiff", "and an archive", tiff() + b"PK\x05\x06" + b"\0" * 18, "two_files"),
    ("docx", "cut off", word()[:-30], "damaged"),
    ("docx", "and something behind it", word() + b"MZ more", "two_files"),
    ("docx", "with something in front", b"PK\x03\x04 and more" + word(), "two_files"),
    ("docx", "with a bomb", word(word__media__a_DOT_bin=b"\0" * 30_000_000), "bomb"),
    ("docx", "of parts over each other", overlapping(), "bomb"),
    ("docx", "of too many parts", word(**{f"word__{n}": "" for n in range(2001)}), "bomb"),
    ("docx", "with macros", word(word__vbaProject_DOT_bin=b"x"), "macros"),
    ("docx", "that says it has macros", word(types=MACROS), "macros"),
    ("docx", "with ActiveX", word(word__activeX__activeX1_DOT_xml="<a/>"), "macros"),
    ("docx", "with a document inside", word(word__embeddings__a_DOT_docx=word()), "archive_inside"),
    ("docx", "with an OLE object", word(word__embeddings__a_DOT_bin=b"\xd0\xcf\x11\xe0rest"), "program_inside"),
    ("docx", "with a template elsewhere", word(word___rels__s_DOT_rels=related("attachedTemplate")), "link_word"),
    ("docx", "of entities", word(word__a_DOT_xml=ENTITY), "damaged"),
    ("docx", "with a path out", word(**{"__evil": "x"}), "damaged"),
    ("docx", "that is a spreadsheet", word(types=SHEET), "kind_word"),
    ("docx", "locked", locked_word(), "encrypted_word"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "what", "data", "verdict"), REFUSED, ids=[f"{row[0]} {row[1]}" for row in REFUSED])
def test_a_hostile_or_broken_file_is_refused_for_its_own_reason(
    kind: str, what: str, data: bytes, verdict: str
) -> None:
    try:
        said = take_child.take(kind, data)[0]["verdict"]
    except copies_child.Refused as refused:
        said = str(refused)
    except Exception:
        said = "damaged"  # as the process does it
    assert said == verdict
    assert ALL_SENTENCES[verdict].endswith(".")


def test_every_reason_has_a_sentence_of_its_own() -> None:
    assert len(set(ALL_SENTENCES.values())) == len(ALL_SENTENCES)


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (b"", "UPLOAD_EMPTY", "empty"),
        (b"GIF89a" + b"\0" * 20, "UPLOAD_KIND", "not a PDF, JPEG, PNG, TIFF or Word file"),
        (b"MZ" + pdf(), "UPLOAD_KIND", "whatever its name says"),
        (b"%PDF-" + b"0" * 1024**2, "UPLOAD_TOO_LARGE", "larger than 1 MB"),
        (pdf(**LOCK), "UPLOAD_ENCRYPTED", "Ask the sender for an open copy"),
    ],
)
def test_a_refusal_is_a_sentence_and_carries_nothing_of_the_file(data: bytes, code: str, words: str) -> None:
    with pytest.raises(UploadRefused) as refused:
        take_in(BytesIO(data), max_bytes=1024**2)
    assert refused.value.refusal.code == code
    assert words in refused.value.refusal.words
    assert str(refused.value) == code


def many_ways_to_act(document: pikepdf.Pdf) -> None:
    """Everything at once: scripts, launches, links, files, forms, remarks, and what a writer left behind."""
    for change in (deep_inside, attach_a_file, run_on_opening):
        change(document)
    page = document.pages[0]
    page.obj.AA = pikepdf.Dictionary({"/O": pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("cmd.exe"))})
    page.obj.Metadata = document.make_stream(SECRET)
    outside = pikepdf.Stream(document, b"", F=pikepdf.String("//elsewhere.example/x"), Subtype=pikepdf.Name.PS)
    page.add_resource(outside, pikepdf.Name.XObject)
    link = pikepdf.Dictionary(S=pikepdf.Name.URI, URI=pikepdf.String("https://elsewhere.example/"))
    page.obj.Annots.append(
        pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=link)
    )
    document.Root.AcroForm = pikepdf.Dictionary(XFA=pikepdf.String("<xdp/>"), Fields=[])
    document.docinfo["/Author"] = SECRET.decode()
    document.Root.Names.JavaScript = pikepdf.Dictionary(Names=[])


HOSTILE_PDFS = [
    many_ways_to_act,
    launch_on_opening,
    follow_a_link_on_opening,
    turn_to_a_page_then_follow_a_link,
]


@pytest.mark.parametrize("change", HOSTILE_PDFS, ids=lambda change: change.__name__)
def test_the_copy_of_a_pdf_does_nothing_and_tells_nothing(change: Callable[[pikepdf.Pdf], object]) -> None:
    header, copy = take_child.take("pdf", pdf(change))
    assert (header["kind"], header["pages"]) == ("pdf", 1)
    with pikepdf.open(BytesIO(copy)) as document:
        document.save(plain := BytesIO(), object_stream_mode=pikepdf.ObjectStreamMode.disable, compress_streams=False)
        assert set(document.Root.keys()) == {"/Type", "/Pages"}
        assert not set(document.pages[0].obj.keys()) - take_child.PAGE_KEYS
    words = (b"JavaScript", b"Launch", b"Annots", b"EmbeddedFile", b"URI", b"elsewhere", b"XFA", b"AcroForm", SECRET)
    assert not [word for word in words if word in plain.getvalue()]


def test_what_somebody_filled_into_a_form_is_still_to_be_read_in_the_copy() -> None:
    def fill_in(document: pikepdf.Pdf) -> None:
        font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        field = document.make_indirect(
            pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.Widget,
                FT=pikepdf.Name.Tx,
                T=pikepdf.String("name"),
                V=pikepdf.String("Lindqvist"),
                DA=pikepdf.String("/Helv 12 Tf 0 g"),
                Rect=[50, 50, 250, 80],
            )
        )
        document.pages[0].obj.Annots = pikepdf.Array([field])
        fonts = pikepdf.Dictionary(Font=pikepdf.Dictionary(Helv=font))
        document.Root.AcroForm = pikepdf.Dictionary(Fields=[field], DR=fonts, DA=pikepdf.String("/Helv 12 Tf 0 g"))

    _, copy = take_child.take("pdf", pdf(fill_in))
    with pikepdf.open(BytesIO(copy)) as document:
        drawn = b"".join(
            one.read_bytes() for one in document.objects if isinstance(one, pikepdf.Stream) and "/Width" not in one
        )
    assert b"Lindqvist" in drawn


@pytest.mark.parametrize("kind", ["jpeg", "png", "tiff"])
def test_the_copy_of_a_picture_is_upright_and_says_nothing_of_the_camera(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = SECRET.decode()
    exif.get_ifd(0x8825)[1] = "N"
    more = {"comment": SECRET} if kind == "jpeg" else {}
    data = (
        tiff(mode="RGB", size=(60, 40), exif=exif)
        if kind == "tiff"
        else picture(kind.upper(), (60, 40), exif=exif, **more)
    )
    assert SECRET in data
    header, copy = take_child.take(kind, data)
    with Image.open(BytesIO(copy)) as shown:
        assert shown.size == (40, 60)
        assert not shown.getexif()
    assert SECRET not in copy
    assert header == {"verdict": "ok", "kind": "jpeg" if kind == "jpeg" else "png", "pages": 1}


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
def test_pictures_of_every_depth_are_taken(mode: str) -> None:
    out = BytesIO()
    Image.new(mode, (30, 20)).save(out, "TIFF" if mode == "CMYK" else "PNG")
    header, copy = take_child.take("tiff" if mode == "CMYK" else "png", out.getvalue())
    assert Image.open(BytesIO(copy)).mode in ("1", "L", "RGB")
    assert header["verdict"] == "ok"


def test_a_fax_of_several_pages_becomes_one_pdf() -> None:
    taken = take_in(BytesIO(tiff(3)))
    assert (taken.kind, taken.copy_kind, taken.pages) == ("tiff", "pdf", 3)
    with pikepdf.open(BytesIO(taken.copy)) as document:
        assert [float(side) for side in document.pages[0].mediabox] == [0, 0, 612, 792]


def test_a_word_document_is_kept_as_it_came_and_has_no_copy() -> None:
    linked = word(word___rels__s_DOT_rels=related("hyperlink"))  # a link one has to click
    taken = take_in(BytesIO(linked))
    assert (taken.kind, taken.data, taken.copy, taken.copy_kind, taken.pages) == ("docx", linked, b"", "", 0)


def test_only_the_kinds_asked_for_are_taken_in() -> None:
    with pytest.raises(UploadRefused, match="UPLOAD_KIND"):
        take_in(BytesIO(word()), allow=copies.PICTURES_AND_PDF)


def test_the_process_has_little_memory_and_writes_no_file(tmp_path: Path) -> None:
    script = (
        "import sys; sys.argv=['x','take','docx']; sys.path.insert(0, %r); import copies_child as c\n"
        "def probe(kind, data):\n"
        "    try: bytearray(3 * 1024**3)\n"
        "    except MemoryError: sys.stdout.write('no memory ')\n"
        "    import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "    try:\n"
        "        with open(%r, 'wb') as f: f.write(b'x')\n"
        "    except OSError: sys.stdout.write('no file ')\n"
        "    return {}, b''\n"
        "c.take_child.take = probe; c.main()"
    )
    folder = str(copies.CHILD.parent)
    result = subprocess.run(
        [sys.executable, "-I", "-c", script % (folder, str(tmp_path / "stays-empty"))],
        input=b"", capture_output=True, check=False,
    )  # fmt: skip
    assert b"no memory" in result.stdout
    assert b"no file" in result.stdout


def test_a_process_that_dies_means_damaged_and_for_a_package_a_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script = tmp_path / "child.py"
    script.write_text("import os; os.abort()")
    monkeypatch.setattr(copies, "CHILD", script)
    with pytest.raises(UploadRefused, match="UPLOAD_DAMAGED"):
        take_in(BytesIO(pdf()))
    with pytest.raises(PdfFailed):
        append_pages(pdf(), [Enclosure("Letter", "Document 1", "pdf", pdf())])


def test_copies_stand_behind_a_package_each_page_with_its_line() -> None:
    photo, letter = picture("JPEG", (400, 300)), pdf(lambda document: document.add_blank_page())
    scan = io.BytesIO()
    Image.new("1", (300, 400)).save(scan, "PNG")
    package = append_pages(
        pdf(),
        [
            Enclosure("Letter, Bayview", "Document 1 of 3", "pdf", letter),
            Enclosure("Photo", "Document 2 of 3", "jpeg", photo),
            Enclosure("Scan", "Document 3 of 3", "png", scan.getvalue()),
        ],
    )
    with pikepdf.open(BytesIO(package)) as document:
        assert len(document.pages) == 5
        lines = [document.pages[n].obj.Contents for n in range(1, 5)]
        text = [
            b"".join(part.read_bytes() for part in (line if isinstance(line, pikepdf.Array) else [line]))
            for line in lines
        ]
        with document.open_outline() as outline:
            assert [item.title for item in outline.root] == ["Letter, Bayview", "Photo", "Scan"]
    assert [
        words in body
        for words, body in zip(
            (b"1 of 3, page 1 of 2", b"1 of 3, page 2 of 2", b"2 of 3, page 1 of 1", b"3 of 3"), text, strict=True
        )
    ] == [True] * 4
    assert append_pages(b"as it is", []) == b"as it is"


def test_a_package_with_pages_from_outside_does_not_claim_to_be_accessible() -> None:
    def claim(document: pikepdf.Pdf) -> None:
        pikepdf.models.PdfMetadata.register_xml_namespace("http://www.aiim.org/pdfua/ns/id/", "pdfuaid")
        with document.open_metadata() as about:
            about["pdfuaid:part"] = "1"

    claiming = pdf(claim)
    with pikepdf.open(BytesIO(claiming)) as document, document.open_metadata() as about:
        assert about.get("pdfuaid:part") == "1"
    made = append_pages(claiming, [Enclosure("Letter", "Document 1", "pdf", pdf())])
    with pikepdf.open(BytesIO(made)) as document, document.open_metadata() as about:
        assert about.get("pdfuaid:part") is None


def test_a_copy_is_shown_and_an_original_downloaded_and_neither_runs_or_stays() -> None:
    shown, kept = as_page(b"%PDF-", "pdf", "document"), as_original(b"PK", "docx", "document")
    assert shown["Content-Disposition"] == 'inline; filename="document.pdf"'
    assert kept["Content-Disposition"] == 'attachment; filename="document.docx"'
    for response in (shown, kept):
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"].startswith("sandbox")
        assert "no-store" in response["Cache-Control"]


BASES = {"pdf": pdf(), "jpeg": picture("JPEG"), "png": picture("PNG"), "tiff": tiff(), "docx": word()}
PASSENGERS = {
    "archive": word(),
    "PDF": pdf(),
    "web page": b"<!doctype html><html><body onload=alert(1)>",
    "script": b"<script src=//elsewhere.example/x></script>",
    "drawing": b"<svg onload=alert(1)>",
    "PHP": b"<?php system($_GET[0]); ?>",
    "program": b"MZ" + b"\0" * 200 + b"<script>",
}


@pytest.mark.parametrize("passenger", PASSENGERS)
@pytest.mark.parametrize("kind", BASES)
def test_no_file_is_taken_with_a_second_one_behind_it_or_in_front(kind: str, passenger: str) -> None:
    base, other = BASES[kind], PASSENGERS[passenger]
    for data in (base + other, other + base, base + b"\n" * 40 + other):
        with pytest.raises((UploadRefused, copies_child.Refused)):
            if not data.startswith(copies.BEGINNINGS[kind]):
                take_in(BytesIO(data), allow=[kind])
            take_child.take(kind, data)


@pytest.mark.parametrize("seed", range(60))
def test_a_hostile_pdf_with_bytes_changed_by_chance_is_refused_or_its_copy_does_nothing(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(pdf(chance.choice(HOSTILE_PDFS), compress_streams=bool(seed % 2)))
    for _ in range(chance.randint(1, 8)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    try:
        header, copy = take_child.take("pdf", bytes(data))
    except Exception:
        return  # refused: whatever a parser says, the process answers "damaged"
    with pikepdf.open(BytesIO(copy)) as document:
        assert header["pages"] == len(document.pages)
        assert not any(take_child.has_program(found) for found in take_child.objects(document))
