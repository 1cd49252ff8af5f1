"""What the process of `copies` asks of a Word document: text and pictures, nothing that acts or fetches when opened.

Of a Word document there is no copy, so whoever opens it opens what came. Therefore: names are compared as Word compares
them (without case, percent signs read), every part that Word would read as XML is read, and the only thing that may
point outside is a link that somebody has to click.
"""

import re
import zipfile
import zlib
from collections.abc import Callable
from io import BytesIO
from typing import NamedTuple
from urllib.parse import unquote
from xml.parsers import expat

ARCHIVE_END = b"PK\x05\x06"
MAX_PARTS = 2000
PARTS_BYTES = 200 * 1024**2
PART_RATIO, RATIO_FROM = 200, 1024**2
ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"MSCF")
PROGRAMS = (b"\xd0\xcf\x11\xe0", b"MZ", b"\x7fELF")
# Documents of other kinds, which Word would read in when it opens the one around them.
OTHER_TEXTS = (b"{\\rt", b"<html", b"<!doctype html", b"mime-version:", b"%pdf-")
MAIN_PART = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
CLICKED = re.compile(
    r"http://(schemas\.openxmlformats\.org/officeDocument/2006|purl\.oclc\.org/ooxml/officeDocument)/relationships/hyperlink"
)
# What a part may be to another that is never only text or a picture, wherever it lies.
MACRO_PARTS = frozenset({"vbaproject", "wordvbadata", "control", "activexcontrolbinary"})
INSIDE_PARTS = frozenset({"afchunk", "oleobject", "package"})
DRAWN_PARTS = frozenset({"attachedtemplate", "frame", "subdocument"})
INSIDE_ELEMENTS = frozenset({"altChunk", "OLEObject", "objectEmbed", "objectLink"})
# Fields that read a file, an address or another program.
FETCHING = frozenset(
    {"DDE", "DDEAUTO", "DATABASE", "EMBED", "IMPORT", "INCLUDE", "INCLUDEPICTURE", "INCLUDETEXT", "LINK", "RD"}
)
CODES = frozenset({"instrText", "delInstrText"})
DRAWING = ("urn:schemas-microsoft-com:vml", "http://www.w3.org/2000/svg")
DRAWN_ELEMENTS = frozenset({"imagedata", "image", "feImage", "use", "fill", "stroke"})
SOMEWHERE = re.compile(r"\s*([a-z][a-z0-9+.-]*:|//|\\\\)", re.IGNORECASE)


class Refused(Exception):
    """One word why a file is not taken; the sentence stands in `copies`."""


class Element(NamedTuple):
    """An element's namespace, its name, and its attributes by name without namespace."""

    space: str
    name: str
    attributes: dict[str, str]


def check_word(data: bytes) -> None:
    """A Word document and nothing else: no program, no file inside, nothing fetched from elsewhere, no bomb."""
    end = data.rfind(ARCHIVE_END)
    if end < 0:
        raise Refused("damaged")
    size, begins = int.from_bytes(data[end + 12 :][:4], "little"), int.from_bytes(data[end + 16 :][:4], "little")
    if len(data) != end + 22 or begins + size != end:
        raise Refused("two_files")
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except zipfile.BadZipFile:
        raise Refused("damaged") from None
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        raise Refused("bomb")
    check_whole(parts, begins)
    left, contents = PARTS_BYTES, {}
    for part in parts:
        content = read_part(archive, part, left)
        left -= len(content)
        check_part(part_name(part), content)
        contents[part_name(part)] = content
    check_texts(contents)


def part_name(part: zipfile.ZipInfo) -> str:
    """The name as Word compares it."""
    return unquote(part.filename).lower()


def check_whole(parts: list[zipfile.ZipInfo], begins: int) -> None:
    """Parts that follow each other without a gap in front, none twice, none locked, none in pieces or with a path."""
    names = [part_name(part) for part in parts]
    if len(set(names)) != len(names) or not parts:
        raise Refused("damaged")
    if any(name.startswith("/") or "\\" in name or ".." in name.split("/") or "/[" in name for name in names):
        raise Refused("damaged")
    if any(part.flag_bits & 1 for part in parts):
        raise Refused("encrypted_word")
    if min(part.header_offset for part in parts) != 0:
        raise Refused("two_files")
    if sum(part.compress_size for part in parts) > begins:
        raise Refused("bomb")  # parts that lie over each other


def read_part(archive: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> bytes:
    """The content of a part; its size is counted, whatever the archive says about it."""
    content, most = bytearray(), min(left, max(part.compress_size * PART_RATIO, RATIO_FROM))
    try:
        with archive.open(part) as file:
            while chunk := file.read(1024**2):
                content += chunk
                if len(content) > most:
                    raise Refused("bomb")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError):
        raise Refused("damaged") from None
    return bytes(content)


def check_part(name: str, content: bytes) -> None:
    if "vbaproject" in name or "vbadata" in name or "/activex/" in name:
        raise Refused("macros")
    if content.startswith(ARCHIVES):
        raise Refused("archive_inside")
    start = content[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if content.startswith(PROGRAMS) or start.startswith(OTHER_TEXTS) or "/embeddings/" in name:
        raise Refused("program_inside")


def check_texts(contents: dict[str, bytes]) -> None:
    """What kind of document it is, and what it would run or fetch by itself when somebody opens it."""
    types: list[dict[str, str]] = []
    read(contents.get("[content_types].xml", b""), lambda one: types.append(one.attributes))
    kinds = {one.get("ContentType", "") for one in types}
    if any("macroenabled" in kind.lower() for kind in kinds):
        raise Refused("macros")
    if MAIN_PART not in kinds or "word/document.xml" not in contents:
        raise Refused("kind_word")
    as_xml = [one for one in types if "xml" in one.get("ContentType", "").lower()]
    parts = {unquote(one.get("PartName", "")).lower().removeprefix("/") for one in as_xml}
    endings = {"xml", "rels", "vml"} | {one["Extension"].lower() for one in as_xml if "Extension" in one}
    for name, content in contents.items():
        if name in parts or name.rpartition(".")[2] in endings:
            read(content, check_element)


def check_element(one: Element) -> None:
    if one.name == "Relationship":
        check_link(one.attributes)
    if one.name in INSIDE_ELEMENTS:
        raise Refused("program_inside")
    if one.space not in DRAWING:
        return
    if one.name == "script":
        raise Refused("macros")
    where = [one.attributes.get("src", ""), one.attributes.get("href", "") if one.name in DRAWN_ELEMENTS else ""]
    if any(draws_from(one) for one in where):
        raise Refused("link_word")


def draws_from(where: str) -> bool:
    return bool(SOMEWHERE.match(where)) and not where.strip().lower().startswith("data:")


def check_link(link: dict[str, str]) -> None:
    """What a part draws on: nothing from outside, unless it is a link that somebody clicks."""
    kind = link.get("Type", "").strip()
    last = kind.rstrip("/").rpartition("/")[2].lower()
    if last in MACRO_PARTS:
        raise Refused("macros")
    outside = link.get("TargetMode", "").strip().lower() == "external" or SOMEWHERE.match(link.get("Target", ""))
    if last in DRAWN_PARTS or (outside and not CLICKED.fullmatch(kind)):
        raise Refused("link_word")
    if last in INSIDE_PARTS:
        raise Refused("program_inside")


class Fields:
    """The codes of fields, put together as Word does: out of any number of runs, one field inside another."""

    def __init__(self) -> None:
        self.open: list[str] = [""]  # the codes of the fields around; the first is for what stands in none
        self.shown: list[bool] = [True]  # whether the field's code is over, and what follows is its result

    def begin(self) -> None:
        if len(self.open) > 1 and not self.open[-1].strip():
            raise Refused("link_word")  # a code that another field would spell
        self.open.append("")
        self.shown.append(False)

    def separate(self) -> None:
        self.shown[-1] = True

    def text(self, words: str, *, code: bool) -> None:
        if code or not self.shown[-1]:
            self.open[-1] += words

    def end(self) -> None:
        if len(self.open) > 1:
            check_field(self.open.pop())
            self.shown.pop()

    def finish(self) -> None:
        for code in self.open:
            check_field(code)


def check_field(code: str) -> None:
    first = re.match(r"[^A-Za-z]*([A-Za-z]+)", code)
    if first and first[1].upper() in FETCHING:
        raise Refused("link_word")


def read(text: bytes, look: Callable[[Element], None]) -> None:
    """`look` at every element. A text that declares things of its own, or a field that fetches, is refused."""
    fields, inside = Fields(), [""]
    acts = {"begin": fields.begin, "separate": fields.separate, "end": fields.end}
    parser = expat.ParserCreate(namespace_separator=" ")

    def refuse(*_: object) -> None:
        raise Refused("damaged")

    def begin(full: str, given: dict[str, str]) -> None:
        space, _, name = full.rpartition(" ")
        inside.append(name)
        one = Element(space, name, {key.rpartition(" ")[2]: value for key, value in given.items()})
        if name == "fldChar" and one.attributes.get("fldCharType") in acts:
            acts[one.attributes["fldCharType"]]()
        elif name == "fldSimple":
            fields.begin()
            fields.text(one.attributes.get("instr", ""), code=True)
            fields.end()
        look(one)

    def words(given: str) -> None:
        if inside[-1] in CODES or inside[-1] == "t":
            fields.text(given, code=inside[-1] in CODES)

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = begin
    parser.EndElementHandler = lambda _name: inside.pop()
    parser.CharacterDataHandler = words
    try:
        parser.Parse(text, True)
    except expat.ExpatError:
        raise Refused("damaged") from None
    fields.finish()
