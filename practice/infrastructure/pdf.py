"""Every PDF of the product is made here: accessible (PDF/UA-1), fetching nothing, in a process of its own.

WeasyPrint runs in `pdf_child`, so that memory is given back, a runaway layout ends by limit, and the web process never
parses a document; `pdf_press` keeps it loaded. Text reaches a template as a value and is escaped there; what could
still deceive on paper (control characters, characters that turn the reading direction of what follows) is printed as
its code point.
"""

import base64
import json
import re
import secrets
import time
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import mark_safe

from practice.infrastructure.pdf_press import PressFailed, press

FONT_FOLDER = Path(__file__).resolve().parents[1] / "static" / "vendor"
FONT_NAME = re.compile(r"(?P<family>public-sans|source-serif-4)-(?P<subset>[a-z-]+)-(?P<weight>\d00)-(?P<style>\w+)$")
FAMILIES = {"public-sans": "Public Sans", "source-serif-4": "Source Serif 4"}

# A hundred table rows cost about a second of processor time, five thousand about fifty. What is limited is that time:
# on a busy machine the clock may show several times as much, and a document is not refused for its neighbours.
PROCESSOR_SECONDS = 180
CLOCK_SECONDS = 900
MEMORY_BYTES = 2 * 1024**3
# Read aloud over a telephone: no letter or figure that sounds or looks like another one of the set.
PASSPHRASE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # noqa: S105 (an alphabet)
PASSPHRASE_GROUPS, PASSPHRASE_GROUP_LENGTH = 5, 4

DECEIVING = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")


class PdfFailed(Exception):
    """A document could not be made. Carries the kind of the failure only, never text of the document."""


def render_pdf(
    template: str,
    context: dict[str, Any],
    *,
    attachments: Iterable[tuple[str, bytes, str]] = (),
) -> bytes:
    """The PDF of `template`, which extends documents/base.html.

    `context` holds at least `title` (a document without one is not accessible) and `practice` (the practice profile);
    `lang` ("en"), `document_number`, `document_hash` and `internal_copy` are read by the base document.
    `attachments` are (file name, bytes, media type). Raises PdfFailed on time, memory or page limit.
    """
    if not context.get("title"):
        raise ValueError("a document needs a title")
    resources = [(url, "font/woff2", data) for url, data in _fonts().items()]
    attached = []
    for number, (name, data, mime) in enumerate(attachments):
        url = f"attachment:{number}"
        resources.append((url, mime, base64.b64encode(data).decode()))
        attached.append((url, name))
    html = render_to_string(template, {"lang": "en", **context, "font_faces": _font_faces()})
    job = {
        "html": show_deceiving_characters(html),
        "resources": resources,
        "attachments": attached,
        "made_at": timezone.now().isoformat(),
        "memory_bytes": MEMORY_BYTES,
        "cpu_seconds": PROCESSOR_SECONDS,
        "clock_seconds": CLOCK_SECONDS,
    }
    return _in_child(json.dumps(job).encode())


def _in_child(job: bytes) -> bytes:
    """Has the child make `job`; it inherits no environment, so no secret of this process."""
    started = time.monotonic()
    try:
        made = press.print(job, seconds=CLOCK_SECONDS + 5)
    except TimeoutError:
        raise PdfFailed("time limit") from None
    except PressFailed:
        raise PdfFailed("no press") from None
    if not made.startswith(b"%PDF-"):
        # Only the kind of the error: a word of letters, or which limit ended the child.
        kind = re.sub(r"[^A-Za-z]", "", made[:60].decode("ascii", "ignore"))
        raise PdfFailed(kind or ("time limit" if time.monotonic() - started >= CLOCK_SECONDS else "limit"))
    return made


def show_deceiving_characters(text: str) -> str:
    """Control and direction-turning characters of `text` as [U+202E]; right-to-left letters themselves stay."""
    return DECEIVING.sub(lambda match: f"[U+{ord(match[0]):04X}]", text)


@cache
def _fonts() -> dict[str, str]:
    """Our fonts under the addresses the style sheet names them by: {"font:NAME": base64 of the woff2 file}."""
    files = sorted(FONT_FOLDER.rglob("*.woff2"))
    return {
        f"font:{file.stem}": base64.b64encode(file.read_bytes()).decode()
        for file in files
        if FONT_NAME.match(file.stem)
    }


@cache
def _font_faces() -> str:
    """The @font-face rules for `_fonts`; nothing in them comes from outside the product.

    Each subset beside the Latin one is a family of its own ("Public Sans latin-ext"): WeasyPrint takes two files of one
    family, weight and style for one font, and would draw the glyphs of the second by the numbers of the first.
    """
    rules = []
    for url in _fonts():
        if match := FONT_NAME.match(url.removeprefix("font:")):
            family = FAMILIES[match["family"]] + (f" {match['subset']}" if match["subset"] != "latin" else "")
            rules.append(
                f"@font-face{{font-family:'{family}';font-weight:{match['weight']};"
                f"font-style:{match['style']};src:url({url})}}"
            )
    return mark_safe("".join(rules))  # noqa: S308


def attach_file(pdf: bytes, name: str, data: bytes, mime: str) -> bytes:
    """`pdf` with a file inside it, which a reader shows among its attachments. Locking the PDF locks the file too."""
    out = BytesIO()
    with pikepdf.open(BytesIO(pdf)) as document:
        document.attachments[name] = pikepdf.AttachedFileSpec(document, data, filename=name, mime_type=mime)
        document.save(out)
    return out.getvalue()


def lock_pdf(pdf: bytes, passphrase: str) -> bytes:
    """`pdf` encrypted with AES-256 (PDF 2.0, revision 6) so that it opens only with `passphrase`."""
    if not passphrase:
        raise ValueError("a locked file needs a passphrase")
    out = BytesIO()
    encryption = pikepdf.Encryption(user=passphrase, owner=passphrase, R=6, aes=True, metadata=True)
    with pikepdf.open(BytesIO(pdf)) as document:
        document.save(out, encryption=encryption)
    return out.getvalue()


def new_passphrase() -> str:
    """A fresh passphrase of 99 bits, in groups that can be read over the telephone, e.g. k7qm-2xwd-9ftb-hn4c-vz3e."""
    groups = (
        "".join(secrets.choice(PASSPHRASE_LETTERS) for _ in range(PASSPHRASE_GROUP_LENGTH))
        for _ in range(PASSPHRASE_GROUPS)
    )
    return "-".join(groups)


def passphrase_of(digest: bytes) -> str:
    """A passphrase like `new_passphrase`, made of 64 random bytes that are kept elsewhere."""
    number, letters = int.from_bytes(digest, "big"), []
    for _ in range(PASSPHRASE_GROUPS * PASSPHRASE_GROUP_LENGTH):
        number, at = divmod(number, len(PASSPHRASE_LETTERS))
        letters.append(PASSPHRASE_LETTERS[at])
    size = PASSPHRASE_GROUP_LENGTH
    return "-".join("".join(letters[start : start + size]) for start in range(0, len(letters), size))
