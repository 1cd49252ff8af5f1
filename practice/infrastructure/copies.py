"""Documents from outside: the original as it came, and beside it a copy that nothing can hide in.

What people see and what goes into a package is the copy. It is made in a process of its own (`copies_child`) that
parses the whole file: pages drawn anew without anything that acts, pictures coded anew without what a camera wrote into
them. Of a Word document there is no copy: it is kept, and given back as it came. What a file is, is decided by its
bytes; its name and the type the browser claims are not asked, and not kept.
"""

import hashlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.http import HttpResponse

from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.places import NoPlace, place_in
from practice.infrastructure.refusals import Refusal, Refused
from practice.infrastructure.uploads import SENTENCES, UploadRefused

CHILD = Path(__file__).with_name("copies_child.py")
SECONDS = 55  # the web server waits 60 for an answer
AT_ONCE = max(2, min(4, os.cpu_count() or 2))  # of these processes on one machine: each may take 1.5 GB
WAIT = 15.0  # seconds for a place among them
FORGET_AFTER = 300.0  # seconds; then a page that could not be drawn is tried again
MOST_UNDRAWN = 2  # pages of a file, after which its others are not tried either
MAX_BYTES = 25 * 1024 * 1024
MOST_PICTURES = 100  # pages of one package that leave as pictures: each takes a moment, within SECONDS
MOST_COPY_BYTES = 200 * 1024 * 1024
KINDS = {"pdf": "PDF", "jpeg": "JPEG", "png": "PNG", "tiff": "TIFF", "docx": "Word"}
PICTURES_AND_PDF = ("pdf", "jpeg", "png", "tiff")
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "tiff": "image/tiff",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
BEGINNINGS = {
    "pdf": (b"%PDF-",),
    "jpeg": (b"\xff\xd8\xff",),
    "png": (b"\x89PNG\r\n\x1a\n",),
    "tiff": (b"II*\x00", b"MM\x00*"),
    "docx": (b"PK\x03\x04",),
}
REMEDY = "Scan the paper again, or ask the sender for a plain PDF, and choose the new file."

# What only this check can find; the other sentences are those of every upload.
MORE_SENTENCES = {
    "encrypted": "This PDF is locked with a password. Ask the sender for an open copy.",
    "encrypted_word": "This Word document is locked with a password. Ask the sender for an open copy.",
    "bomb": "This file unpacks to far more than a document holds, so it was not opened.",
    "macros": "This Word document contains macros, which are programs.",
    "archive_inside": "This Word document contains another packed file.",
    "program_inside": "This Word document contains an embedded program or file.",
    "link_word": "This Word document would fetch something from elsewhere when it is opened.",
    "kind_word": "This is a packed file, but not a Word document.",
}
NO_PICTURE = Refusal(
    "PAGE_NOT_DRAWN", "This page cannot be shown as a picture.", "Open the document itself to read the page."
)
BUSY = Refusal(
    "DOCUMENTS_BUSY",
    "Too many documents are being worked on at this moment.",
    "Nothing was changed. Try again in a minute.",
)


class Busy(Refused):
    """A machine at its limit for a moment, as PdfFailed is: the page keeps what was typed."""


TOO_MANY_PICTURES = Refusal(
    "PICTURES_TOO_MANY",
    f"At most {MOST_PICTURES} pages can leave as pictures at once. All pages of a document do when a page or area is "
    "left out of it, or when it has layers or cut pages.",
    "Choose fewer such documents, or file the pages that may leave as a document of their own and choose that.",
)
ALL_SENTENCES = {**SENTENCES, **MORE_SENTENCES}


@dataclass(frozen=True, slots=True, repr=False)
class TakenIn:
    """A file that parsed: its real kind, its bytes and their SHA-256 in hex; the copy, its kind and its pages.

    `copy` is empty and `copy_kind` "" where there is nothing to look at here (Word).
    """

    kind: str
    data: bytes
    sha256: str
    copy: bytes
    copy_kind: str
    pages: int


Answer = tuple[dict[str, Any], bytes]  # of the child: what it says of its work, and the work
# A black area of a page: left, top, width, height, as fractions of the page as a person sees it.
Area = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True, repr=False)
class Enclosure:
    """A copy that goes behind a package: its title for the bookmark, the line under its pages (ASCII), its bytes."""

    title: str
    label: str
    kind: str
    data: bytes


@dataclass(frozen=True, slots=True, repr=False)
class Filling:
    """A copy whose pages are drawn on the pages a paper keeps for them: how these are named (before the number), the
    bytes, the pages that are left out, and the black areas of others.
    """

    anchor: str
    kind: str
    data: bytes
    left_out: tuple[int, ...] = ()
    areas: Mapping[int, Sequence[Area]] = field(default_factory=dict)


def take_in(file: IO[bytes] | Any, *, allow: Collection[str] = tuple(KINDS), max_bytes: int = MAX_BYTES) -> TakenIn:
    """Read and check a file of at most `max_bytes`, and make the copy. Raises UploadRefused with a sentence of its own
    for each thing that is wrong with it, and while too many others are looked at.
    """
    data = file.read(max_bytes + 1)
    if not data:
        raise refusal("empty", "This file is empty.")
    if len(data) > max_bytes:
        raise refusal("too_large", f"This file is larger than {max_bytes // 1024**2} MB.")
    kind = next((kind for kind in allow if data.startswith(BEGINNINGS[kind])), "")
    if not kind:
        raise refusal("kind", f"This is not a {listed(allow)} file, whatever its name says.")
    try:
        header, copy = _in_child(["take", kind], data)
    except Refused as busy:
        raise UploadRefused("UPLOAD_BUSY", busy.refusal.words, "Choose the file again in a minute.") from None
    verdict = str(header.get("verdict"))
    if verdict != "ok":
        verdict = verdict if verdict in ALL_SENTENCES else "damaged"
        raise refusal(verdict, ALL_SENTENCES[verdict])
    return TakenIn(kind, data, hashlib.sha256(data).hexdigest(), copy, str(header["kind"]), int(header["pages"]))


def refusal(code: str, words: str) -> UploadRefused:
    return UploadRefused(f"UPLOAD_{code.upper()}", words, REMEDY)


def listed(allow: Collection[str]) -> str:
    """The kinds in words: "PDF, JPEG or PNG"."""
    *first, last = (KINDS[kind] for kind in allow)
    return f"{', '.join(first)} or {last}" if first else last


def append_pages(package: bytes, enclosures: Sequence[Enclosure]) -> bytes:
    """`package` with the pages of every enclosure behind it, each page with its line.

    Where a copy may show more than people saw of it (layers, cut pages), all its pages leave as pictures of what they
    saw. The result does not claim to be PDF/UA: pages from outside are pictures to a screen reader. Without enclosures
    the package is given back as it is. Raises PdfFailed, or Refused when too many pages would be pictures.
    """
    if not enclosures:
        return package
    pieces = [{"title": e.title, "label": e.label, "kind": e.kind, "size": len(e.data)} for e in enclosures]
    return _package("append", package, pieces, [enclosure.data for enclosure in enclosures])


def fill_pages(package: bytes, fillings: Sequence[Filling]) -> bytes:
    """`package` with the pages of every copy drawn on the pages kept for them.

    Of a copy with a page left out or a black area, all other pages leave as pictures (see `burnt_page`): nothing of
    its file is in the result. For the rest see `append_pages`. Raises PdfFailed or Refused as that does.
    """
    if not fillings:
        return package
    pieces = [
        {"anchor": one.anchor, "kind": one.kind, "size": len(one.data), "left_out": one.left_out, "areas": one.areas}
        for one in fillings
    ]
    return _package("fill", package, pieces, [one.data for one in fillings])


def as_pictures(copies: Sequence[bytes]) -> list[bytes | None]:
    """What leaves of these copies (PDF) as data, beside a paper on which they are: of one that leaves there as pictures
    a PDF of the same pictures, None of every other. Raises PdfFailed or Refused as `append_pages`.
    """
    if not copies:
        return []
    pieces = [{"kind": "pdf", "size": len(copy)} for copy in copies]
    job = json.dumps({"pieces": pieces, "most_pictures": MOST_PICTURES}).encode() + b"\n"
    header, made = _in_child(["pictures"], b"".join([job, *copies]))
    if header.get("verdict") == "too_many_pictures":
        raise Refused(TOO_MANY_PICTURES)
    if header.get("verdict") != "ok" or sum(header["sizes"]) != len(made):
        raise PdfFailed("pictures")
    ends = list(accumulate(header["sizes"]))
    return [made[end - size : end] or None for end, size in zip(ends, header["sizes"], strict=True)]


def _package(act: str, package: bytes, pieces: list[dict[str, Any]], copies: Sequence[bytes]) -> bytes:
    job = json.dumps({"size": len(package), "pieces": pieces, "most_pictures": MOST_PICTURES}).encode() + b"\n"
    header, made = _in_child([act], b"".join([job, package, *copies]))
    if header.get("verdict") == "too_many_pictures":
        raise Refused(TOO_MANY_PICTURES)
    if header.get("verdict") != "ok" or not made.startswith(b"%PDF-"):
        raise PdfFailed("enclosures")
    return made


def page_picture(kind: str, shown: bytes, page: int, width: int) -> bytes:
    """One page of a copy, or of a scan as it came, as a PNG of that width in points (at most 2600).

    Pages count from 1; a picture is one page, never made wider than it is. Raises Refused when it cannot be drawn.
    """
    header, made = _drawn("picture", kind, shown, page, str(width))
    if header.get("verdict") != "ok" or not made.startswith(BEGINNINGS["png"]):
        raise Refused(NO_PICTURE)
    return made


def burnt_page(kind: str, shown: bytes, page: int, areas: Sequence[Area]) -> bytes:
    """One page of a copy as the picture (JPEG) that leaves in its place, with the areas painted black into its points.

    Nothing of the page itself is in it. It is as large as fits a sheet of paper, lying as the page lies. Raises
    PdfFailed, or Refused while too much else is drawn.
    """
    header, made = _drawn("burn", kind, shown, page, json.dumps(areas))
    if header.get("verdict") != "ok" or not made.startswith(BEGINNINGS["jpeg"]):
        raise PdfFailed("picture")
    return made


def as_page(data: bytes, kind: str, name: str) -> HttpResponse:
    """A copy as a response that a browser shows and does not run or keep. `name` has no extension and no person."""
    return _response(data, kind, f'inline; filename="{name}.{kind}"')


def as_original(data: bytes, kind: str, name: str) -> HttpResponse:
    """A file as it came, as a download that no browser opens inside the product."""
    return _response(data, kind, f'attachment; filename="{name}.{kind}"')


def _response(data: bytes, kind: str, disposition: str) -> HttpResponse:
    return HttpResponse(
        data,
        content_type=MEDIA_TYPES[kind],
        headers={
            "Content-Disposition": disposition,
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store, private",
        },
    )


def _in_child(arguments: list[str], given: bytes) -> Answer:
    """The child's answer, once there is a place for it. Raises Refused while there is none."""
    with _place() as seconds:
        return _answer(arguments, given, seconds)


# Pages that could not be drawn, by the hash of their file, and until when they are not tried again: a page on screen
# asks for many pictures at once, and each try may take all the time there is.
_undrawn: dict[bytes, tuple[float, set[int]]] = {}


def _drawn(act: str, kind: str, shown: bytes, page: int, how: str) -> Answer:
    """The same for one page of a file; nothing where it could not be drawn a moment ago."""
    file = hashlib.sha256(shown).digest()
    with _place() as seconds:
        until, pages = _undrawn.get(file, (0.0, set()))
        if time.monotonic() < until and (page in pages or len(pages) >= MOST_UNDRAWN):
            return {}, b""
        header, made = _answer([act, kind, str(page), how], shown, seconds)
        if header.get("verdict", "damaged") == "damaged":
            now = time.monotonic()
            for old in [key for key, (until, _) in list(_undrawn.items()) if until <= now]:
                _undrawn.pop(old, None)
            _undrawn[file] = (now + FORGET_AFTER, {page} | _undrawn.get(file, (0.0, set()))[1])
        return header, made


@contextmanager
def _place() -> Iterator[float]:
    """A place for a child among those of this machine, and the seconds it has. Raises Refused."""
    until = time.monotonic() + SECONDS
    try:
        with place_in(settings.DATA_DIR / "drawing", places=AT_ONCE, wait=WAIT):
            yield until - time.monotonic()
    except NoPlace:
        raise Busy(BUSY) from None


def _answer(arguments: list[str], given: bytes, seconds: float) -> Answer:
    """What the child says; whatever ends it early (memory, time, a crash of a parser) means the file is damaged."""
    try:
        result = subprocess.run(  # noqa: S603 (our own interpreter and script, the arguments are words of ours)
            [sys.executable, "-I", str(CHILD), *arguments],
            input=given,
            capture_output=True,
            timeout=seconds,
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            check=False,
        )
        head, _, body = result.stdout.partition(b"\n")
        header = json.loads(head)
    except (subprocess.TimeoutExpired, ValueError):
        return {}, b""
    if result.returncode != 0 or not isinstance(header, dict) or len(body) > MOST_COPY_BYTES:
        return {}, b""
    return header, body
