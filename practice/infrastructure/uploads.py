"""Files that come in from outside: really checked, kept as they came, and handed back as downloads only.

What a file is, is decided by its bytes; its name and the type the browser claims are not asked. A file is parsed in a
process of its own (`upload_child`) with little memory and no environment. It is never rendered by the server.
"""

import hashlib
import io
import subprocess
import sys
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpResponse

from practice.infrastructure.refusals import Refusal

CHILD = Path(__file__).with_name("upload_child.py")
SECONDS = 30
MAX_BYTES = 15 * 1024 * 1024
MEDIA_TYPES = {"pdf": "application/pdf", "jpeg": "image/jpeg", "png": "image/png"}
NAMES = {"pdf": "PDF", "jpeg": "JPEG", "png": "PNG"}
BEGINNINGS = {"pdf": b"%PDF-", "jpeg": b"\xff\xd8\xff", "png": b"\x89PNG\r\n\x1a\n"}
REMEDY = "Scan the paper again as PDF, JPEG or PNG and choose the new file."

# What the checking process may answer, and the sentence a person reads.
SENTENCES = {
    "damaged": "This file is damaged or incomplete and cannot be opened.",
    "encrypted": "This PDF is protected by a password, so nobody could read it later.",
    "program": "This PDF contains a program or an attached file. A scan contains neither.",
    "no_pages": "This PDF has no pages.",
    "too_many_pages": "This PDF has more than 300 pages.",
    "too_large_picture": "This picture has more than 52 million points.",
    "several_pictures": "This file holds more than one picture.",
    "two_files": "There is a second file hidden in this one.",
}


class UploadRefused(Exception):
    """A file that is not taken. `refusal.words` is the sentence for the field; the message is the code alone."""

    def __init__(self, code: str, words: str, remedy: str = REMEDY) -> None:
        super().__init__(code)
        self.refusal = Refusal(code, words, remedy)


@dataclass(frozen=True, slots=True, repr=False)
class CheckedUpload:
    """A file that parsed: its real kind (pdf, jpeg, png), its bytes as they came, their SHA-256 in hex, its pages."""

    kind: str
    data: bytes
    sha256: str
    pages: int = 1


def check_upload(
    file: IO[bytes] | Any, *, allow: Collection[str] = ("pdf", "jpeg", "png"), max_bytes: int = MAX_BYTES
) -> CheckedUpload:
    """Read and check an uploaded file of at most `max_bytes`.

    Raises UploadRefused with a plain sentence for a file that is empty, too large, of another kind, damaged, locked,
    carries a program, or is two files in one.
    """
    data = file.read(max_bytes + 1)
    if not data:
        raise UploadRefused("UPLOAD_EMPTY", "This file is empty.")
    if len(data) > max_bytes:
        raise UploadRefused("UPLOAD_TOO_LARGE", f"This file is larger than {max_bytes // 1024**2} MB.")
    kind = next((kind for kind in allow if data.startswith(BEGINNINGS[kind])), "")
    if not kind:
        raise UploadRefused("UPLOAD_KIND", f"This is not a {_listed(allow)} file, whatever its name says.")
    verdict, pages = _verdict(kind, data)
    if verdict != "ok":
        raise UploadRefused(f"UPLOAD_{verdict.upper()}", SENTENCES[verdict])
    return CheckedUpload(kind, data, hashlib.sha256(data).hexdigest(), pages)


class OversizedUploadHandler(FileUploadHandler):
    """Takes what the handler in memory does not: keeps none of it, and hands on a file that is surely too large.

    Without it Django drops such a file in silence, and a form would be saved without the scan somebody chose.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        return None

    def file_complete(self, file_size: int) -> InMemoryUploadedFile:
        return InMemoryUploadedFile(
            _Endless(), self.field_name, self.file_name, self.content_type, file_size, self.charset
        )


class _Endless(io.BytesIO):
    """As many bytes as anybody asks for."""

    def read(self, size: int | None = -1, /) -> bytes:
        return bytes(max(size or 0, 1))


def as_download(data: bytes, kind: str, name: str) -> HttpResponse:
    """An outside file as a response that no browser opens inside the product. `name` has no extension and no person."""
    return HttpResponse(
        data,
        content_type=MEDIA_TYPES[kind],
        headers={
            "Content-Disposition": f'attachment; filename="{name}.{kind}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store, private",
        },
    )


def _listed(allow: Collection[str]) -> str:
    *first, last = (NAMES[kind] for kind in allow)
    return f"{', '.join(first)} or {last}" if first else last


def _verdict(kind: str, data: bytes) -> tuple[str, int]:
    """The child's answer and how many pages there are.

    Whatever ends it early (memory, time, a crash of the parser) means the file is damaged.
    """
    try:
        result = subprocess.run(  # noqa: S603 (our own interpreter and script, the kind is one of three words)
            [sys.executable, "-I", str(CHILD), kind],
            input=data,
            capture_output=True,
            timeout=SECONDS,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return "damaged", 0
    answer, _, pages = result.stdout.decode("ascii", "ignore").strip().partition(" ")
    if result.returncode != 0 or answer not in {"ok", *SENTENCES}:
        return "damaged", 0
    return answer, int(pages) if pages.isdigit() else 1
