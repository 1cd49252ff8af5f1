"""Files as they come in from outside: sound ones, and such as would do something when they are opened."""

import struct
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO

import pikepdf
from PIL import Image

from practice.infrastructure import word_child

CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    f'<Override PartName="/word/document.xml" ContentType="{word_child.MAIN_PART}"/></Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = '<Relationships><Relationship Id="1" Type="{}" Target="http://x.e/t" TargetMode="External"/></Relationships>'
BODY = '<w:document xmlns:w="w"><w:body><w:p>Dear Dr. Hale</w:p></w:body></w:document>'


def pdf(change: Callable[[pikepdf.Pdf], object] | None = None, **save: object) -> bytes:
    document = pikepdf.new()
    document.add_blank_page()
    if change:
        change(document)
    out = BytesIO()
    document.save(out, **save)
    return out.getvalue()


def picture(kind: str, size: tuple[int, int] = (60, 40), **more: object) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "white").save(out, kind, **more)
    return out.getvalue()


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says it is huge."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(b"\0" * 1000)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def run_on_opening(document: pikepdf.Pdf) -> None:
    action = {"/S": pikepdf.Name.JavaScript, "/JS": pikepdf.String("app.alert(1)")}
    document.Root.OpenAction = pikepdf.Dictionary(action)


def launch_on_opening(document: pikepdf.Pdf) -> None:
    document.Root.OpenAction = pikepdf.Dictionary({"/S": pikepdf.Name.Launch, "/F": pikepdf.String("cmd.exe")})


def deep_inside(document: pikepdf.Pdf) -> None:
    """An action in an array in a dictionary of a page, as an annotation would carry it."""
    action = pikepdf.Dictionary({"/S": pikepdf.Name.JavaScript, "/JS": pikepdf.String("x")})
    annotation = pikepdf.Dictionary({"/Type": pikepdf.Name.Annot, "/AA": pikepdf.Dictionary({"/E": action})})
    document.pages[0].obj.Annots = pikepdf.Array([annotation])


def follow_a_link_on_opening(document: pikepdf.Pdf) -> None:
    link = {"/S": pikepdf.Name.URI, "/URI": pikepdf.String("https://elsewhere.example/opened")}
    document.Root.OpenAction = pikepdf.Dictionary(link)


def turn_to_a_page_then_follow_a_link(document: pikepdf.Pdf) -> None:
    link = pikepdf.Dictionary({"/S": pikepdf.Name.URI, "/URI": pikepdf.String("https://elsewhere.example/opened")})
    document.Root.OpenAction = pikepdf.Dictionary({"/S": pikepdf.Name.GoTo, "/Next": link})


def without_pages(document: pikepdf.Pdf) -> None:
    del document.pages[0]


def attach_a_file(document: pikepdf.Pdf) -> None:
    document.attachments["payload.exe"] = b"MZ"


def related(kind: str) -> str:
    return RELS.format(f"{OFFICE}/{kind}")


def word(**more: str | bytes) -> bytes:
    """A Word document of three parts, changed or added to by name; `__` stands for `/`."""
    parts: dict[str, str | bytes] = {"[Content_Types].xml": CONTENT_TYPES, "_rels/.rels": "<Relationships/>"}
    parts["word/document.xml"] = BODY
    for name, content in more.items():
        parts[name.replace("__", "/").replace("_DOT_", ".")] = content
    parts["[Content_Types].xml"] = more.get("types", CONTENT_TYPES)
    parts.pop("types", None)
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def tiff(pages: int = 1, mode: str = "1", size: tuple[int, int] = (170, 220), **more: object) -> bytes:
    out = BytesIO()
    frames = [Image.new(mode, size, "white") for _ in range(pages)]
    frames[0].save(out, "TIFF", save_all=True, append_images=frames[1:], **more)
    return out.getvalue()


LOCK = {"encryption": pikepdf.Encryption(user="secret", owner="secret")}
OWNER_LOCK = {"encryption": pikepdf.Encryption(user="", owner="secret")}
ANIMATED = {"save_all": True, "append_images": [Image.new("RGB", (60, 40), "black")]}
