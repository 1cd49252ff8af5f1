"""Files from outside: what is refused, in which words, and how the rest is handed back."""

from io import BytesIO

import pikepdf
import pytest

from practice.infrastructure import uploads
from practice.infrastructure.uploads import UploadRefused, as_download, check_upload
from tests.files import (
    ANIMATED,
    LOCK,
    OWNER_LOCK,
    attach_a_file,
    deep_inside,
    follow_a_link_on_opening,
    launch_on_opening,
    pdf,
    picture,
    png_claiming,
    run_on_opening,
    turn_to_a_page_then_follow_a_link,
    without_pages,
)

REFUSED = [
    ("0 bytes", b"", "UPLOAD_EMPTY", "empty"),
    ("text named .pdf", b"Dear front desk, here is my form.", "UPLOAD_KIND", "not a PDF, JPEG or PNG"),
    ("a web page", b"<html><script>alert(1)</script></html>", "UPLOAD_KIND", "not a PDF"),
    ("a spreadsheet", b"PK\x03\x04" + b"\0" * 200, "UPLOAD_KIND", "not a PDF"),
    ("a picture for an icon", b"GIF89a" + b"\0" * 20, "UPLOAD_KIND", "not a PDF"),
    ("junk before the PDF", b"#!/bin/sh\n" + pdf(), "UPLOAD_KIND", "not a PDF"),
    ("only the beginning of a PDF", b"%PDF-1.7\n", "UPLOAD_DAMAGED", "damaged"),
    ("a PDF cut off", pdf()[:-40], "UPLOAD_DAMAGED", "damaged"),
    ("a PDF of words", b"%PDF-1.4 not really %%EOF", "UPLOAD_DAMAGED", "damaged"),
    ("a locked PDF", pdf(**LOCK), "UPLOAD_ENCRYPTED", "password"),
    ("a PDF locked against change", pdf(**OWNER_LOCK), "UPLOAD_ENCRYPTED", "password"),
    ("a PDF and an archive", pdf() + b"PK\x03\x04 more PK\x05\x06" + b"\0" * 18, "UPLOAD_TWO_FILES", "second file"),
    ("a PDF that runs a program", pdf(run_on_opening), "UPLOAD_PROGRAM", "program"),
    ("a PDF that starts a program", pdf(launch_on_opening), "UPLOAD_PROGRAM", "program"),
    ("follows a link when opened", pdf(follow_a_link_on_opening), "UPLOAD_PROGRAM", "program"),
    ("turns a page, then follows a link", pdf(turn_to_a_page_then_follow_a_link), "UPLOAD_PROGRAM", "program"),
    ("a program deep inside", pdf(deep_inside), "UPLOAD_PROGRAM", "program"),
    ("a PDF with a file in it", pdf(attach_a_file), "UPLOAD_PROGRAM", "program"),
    ("a PDF without pages", pdf(without_pages), "UPLOAD_NO_PAGES", "no pages"),
    ("a picture cut off", picture("JPEG", (900, 700))[:-2000], "UPLOAD_DAMAGED", "damaged"),
    ("a PNG cut off", picture("PNG")[:-20], "UPLOAD_DAMAGED", "damaged"),
    ("a picture and an archive", picture("JPEG") + b"PK\x05\x06" + b"\0" * 18, "UPLOAD_TWO_FILES", "second file"),
    ("a picture and a PDF", picture("PNG") + pdf(), "UPLOAD_TWO_FILES", "second file"),
    ("a picture and a web page", picture("JPEG") + b"<ScRiPt>alert(1)", "UPLOAD_TWO_FILES", "second file"),
    ("a huge picture in few bytes", png_claiming(60_000, 60_000), "UPLOAD_TOO_LARGE_PICTURE", "million points"),
    ("two pictures", picture("PNG", **ANIMATED), "UPLOAD_SEVERAL_PICTURES", "more than one picture"),
]


@pytest.mark.parametrize(("what", "data", "code", "words"), REFUSED, ids=[row[0] for row in REFUSED])
def test_a_file_that_is_not_a_sound_scan_is_refused_in_words(what: str, data: bytes, code: str, words: str) -> None:
    with pytest.raises(UploadRefused) as refused:
        check_upload(BytesIO(data))
    assert refused.value.refusal.code == code
    assert words in refused.value.refusal.words
    assert refused.value.refusal.remedy
    assert str(refused.value) == code, "an exception carries the code, nothing of the file"


def test_a_file_over_the_limit_is_refused_without_reading_all_of_it() -> None:
    file = BytesIO(pdf() + b"\n" * 3_000_000)
    with pytest.raises(UploadRefused) as refused:
        check_upload(file, max_bytes=1024**2)
    assert refused.value.refusal.words == "This file is larger than 1 MB."
    assert file.tell() == 1024**2 + 1


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("pdf", pdf()),
        ("pdf", pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate)),
        ("pdf", pdf() + b"\r\n\0"),
        ("jpeg", picture("JPEG", (2550, 3300))),
        ("jpeg", picture("JPEG") + b"SEFT" + b"\0" * 60),  # what some telephones add
        ("png", picture("PNG", (1700, 2200))),
    ],
)
def test_a_sound_scan_is_kept_byte_for_byte(kind: str, data: bytes) -> None:
    checked = check_upload(BytesIO(data))
    assert (checked.kind, checked.data, len(checked.sha256)) == (kind, data, 64)


def test_only_the_kinds_asked_for_are_taken() -> None:
    with pytest.raises(UploadRefused) as refused:
        check_upload(BytesIO(picture("PNG")), allow=("pdf",))
    assert refused.value.refusal.words == "This is not a PDF file, whatever its name says."


def test_a_parser_that_hangs_or_dies_means_damaged(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    script = tmp_path / "child.py"  # type: ignore[operator]
    script.write_text("import os; os.abort()")
    monkeypatch.setattr(uploads, "CHILD", script)
    with pytest.raises(UploadRefused, match="UPLOAD_DAMAGED"):
        check_upload(BytesIO(pdf()))
    script.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(uploads, "SECONDS", 0.5)
    with pytest.raises(UploadRefused, match="UPLOAD_DAMAGED"):
        check_upload(BytesIO(pdf()))


def test_a_scan_comes_back_as_a_download_that_no_browser_runs() -> None:
    response = as_download(b"%PDF-", "pdf", "signed-authorization")
    assert response["Content-Disposition"] == 'attachment; filename="signed-authorization.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox")
    assert "no-store" in response["Cache-Control"]
