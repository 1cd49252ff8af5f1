"""The process that looks into one uploaded file and says one word about it.

Started by `uploads.check_upload` as a bare script: no Django, no settings, no secrets in its environment. Reads the
file from standard input, writes one word to standard output. Nothing of the file is ever written anywhere.
"""

import re
import resource
import sys
from collections.abc import Iterator
from io import BytesIO

MEMORY_BYTES = 1024**3
CPU_SECONDS = 20
MAX_PAGES = 300
MAX_OBJECTS = 200_000
MAX_POINTS = 52_000_000
# Another file inside: a PDF, the end of a ZIP archive, or a page a browser would run.
# Long enough that the points of a photograph do not read as one by chance.
SECOND_FILE = re.compile(rb"%PDF-|PK\x05\x06\x00{4}|<script|<html[\s>]|<svg[\s>/]|<\?php|<!doctype", re.IGNORECASE)
ACTIVE_KEYS = frozenset(
    {"/JS", "/JavaScript", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/EF", "/RichMedia", "/XFA"}
)
ACTIVE_NAMES = frozenset(
    {"/JavaScript", "/Launch", "/EmbeddedFile", "/RichMedia", "/ImportData", "/SubmitForm", "/GoToE"}
)


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kind, data = sys.argv[1], sys.stdin.buffer.read()
    sys.stdout.write(verdict_of_pdf(data) if kind == "pdf" else verdict_of_picture(kind, data))


def verdict_of_pdf(data: bytes) -> str:
    """One word about a PDF. What a reader would repair is damage: what was checked must be what is read later."""
    import pikepdf

    end = data.rfind(b"%%EOF")
    if end < 0:
        return "damaged"
    if data[end + 5 :].strip(b"\r\n\t \x00"):
        return "two_files"
    try:
        with pikepdf.open(BytesIO(data), suppress_warnings=True, attempt_recovery=False) as document:
            if document.is_encrypted:
                return "encrypted"
            pages = len(document.pages)
            if not 1 <= pages <= MAX_PAGES:
                return "no_pages" if pages < 1 else "too_many_pages"
            return "program" if any(has_program(found) for found in objects(document)) else f"ok {pages}"
    except pikepdf.PasswordError:
        return "encrypted"


def objects(document: object) -> Iterator[object]:
    """Every dictionary of the file, also the ones inside others. More objects than a scan has means damaged."""
    import pikepdf

    waiting = [*document.objects, document.Root]  # type: ignore[attr-defined]
    if len(waiting) > MAX_OBJECTS:
        raise ValueError("too many objects")
    while waiting:
        found = waiting.pop()
        if isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
            yield found
        for inner in inside(found):
            if not inner.is_indirect:  # indirect ones are in the list already
                waiting.append(inner)


def inside(found: object) -> list:
    import pikepdf

    if isinstance(found, pikepdf.Dictionary | pikepdf.Stream):
        values = [value for _, value in found.items()]
    elif isinstance(found, pikepdf.Array):
        values = list(found)
    else:
        return []
    return [value for value in values if isinstance(value, pikepdf.Object)]


def has_program(found: object) -> bool:
    """Whether a dictionary asks a reader to run, send, open or unpack something."""
    keys = set(found.keys())  # type: ignore[attr-defined]
    if keys & ACTIVE_KEYS or starts_by_itself(found):
        return True
    return any(str(found.get(key, "")) in ACTIVE_NAMES for key in ("/S", "/Type", "/Subtype"))  # type: ignore[attr-defined]


def starts_by_itself(found: object) -> bool:
    """Whether opening the file, or a page of it, does more than turn to a page: a link that follows itself tells
    somebody that it was opened.
    """
    import pikepdf

    action = found.get("/OpenAction")  # type: ignore[attr-defined]
    plain = not isinstance(action, pikepdf.Dictionary) or (
        str(action.get("/S", "")) == "/GoTo" and "/Next" not in action
    )
    return "/AA" in found.keys() or not plain  # type: ignore[attr-defined] # noqa: SIM118 - a PDF dictionary


def verdict_of_picture(kind: str, data: bytes) -> str:
    """One word about a JPEG or PNG, decoded to its last point."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # our own limit stands two lines down and is smaller
    if SECOND_FILE.search(data):
        return "two_files"
    if kind == "png" and not data.endswith(b"IEND\xaeB`\x82"):
        return "two_files" if b"IEND\xaeB`\x82" in data else "damaged"
    with Image.open(BytesIO(data), formats=[kind.upper()]) as picture:
        if picture.width * picture.height > MAX_POINTS:
            return "too_large_picture"
        if getattr(picture, "n_frames", 1) > 1 and kind == "png":  # some telephones add a preview to a JPEG
            return "several_pictures"
        picture.draft(
            "L", (picture.width // 8, picture.height // 8)
        )  # decodes a JPEG whole, at an eighth of the memory
        picture.load()
    return "ok"


if __name__ == "__main__":
    try:
        main()
    except Exception:
        sys.stdout.write("damaged")
