"""Taking a document from outside apart, and making the copy that people see. Runs in the process of `copies`."""

import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from upload_child import ACTIVE_KEYS, MAX_PAGES, MAX_POINTS, SECOND_FILE, has_program, objects  # type: ignore
from word_child import ARCHIVE_END, Refused, check_word  # type: ignore

STREAM_BYTES = MAX_POINTS * 3  # one picture of the largest size, unpacked
ALL_BYTES = 2 * 1024**3
ALL_POINTS = 1_000_000_000
# Of a page only what is drawn; of a drawn part nothing that points outside the file or describes somebody.
PAGE_KEYS = frozenset(
    {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group"}
)
DROPPED_KEYS = ACTIVE_KEYS | {"/AA", "/OpenAction", "/Metadata", "/PieceInfo", "/OPI", "/Alternates", "/Ref", "/AS"}
OUTSIDE_KEYS = ("/F", "/FFilter", "/FDecodeParms")  # of a stream: its bytes stand in another file
PAPER = (612.0, 792.0)  # Letter, in points
MARGIN = 18.0


def take(kind: str, data: bytes) -> tuple[dict[str, Any], bytes]:
    """Parse one file whole; out: what the copy is, and the copy (none of a Word document). Raises Refused."""
    makers = {"pdf": copy_of_pdf, "jpeg": copy_of_picture, "png": copy_of_picture, "tiff": copy_of_tiff}
    if kind == "docx":
        check_word(data)
        return {"verdict": "ok", "kind": "", "pages": 0}, b""
    if kind != "pdf" and SECOND_FILE.search(data):
        raise Refused("two_files")
    copy_kind, pages, copy = makers[kind](kind, data)
    return {"verdict": "ok", "kind": copy_kind, "pages": pages}, copy


# --- PDF -------------------------------------------------------------------------------------------------------------


def copy_of_pdf(_kind: str, data: bytes) -> tuple[str, int, bytes]:
    """A new PDF of what the pages show. Forms and remarks are drawn into the page; what acts stays behind."""
    import pikepdf

    check_one_pdf(data)
    try:
        source = pikepdf.open(BytesIO(data), suppress_warnings=True, attempt_recovery=False)
    except pikepdf.PasswordError:
        raise Refused("encrypted") from None
    with source:
        if not 1 <= len(source.pages) <= MAX_PAGES:
            raise Refused("too_many_pages" if len(source.pages) else "no_pages")
        check_sizes(objects(source))
        draw_forms_and_remarks(source)
        copy = pikepdf.new()
        copy.pages.extend(source.pages)
        keep_layers(source, copy)
        scrub(copy)
        out = BytesIO()
        copy.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    made = out.getvalue()
    with pikepdf.open(BytesIO(made)) as document:  # what is kept is looked at once more, as it will be read
        if any(has_program(found) for found in objects(document)):
            raise Refused("damaged")
        return "pdf", len(document.pages), made


def draw_forms_and_remarks(source: Any) -> None:
    """What was filled in or remarked becomes part of its page; a field that nobody drew yet is drawn."""
    import pikepdf

    form = source.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary):
        found = [one for page in source.pages for one in page.obj.get("/Annots", ())]
        if any("/V" in one and "/AP" not in one for one in found):
            form.NeedAppearances = True
        source.generate_appearance_streams()
    source.flatten_annotations("all")
    if "/AcroForm" in source.Root:
        del source.Root.AcroForm


def check_one_pdf(data: bytes) -> None:
    """One PDF from the first byte to the last, which no other program takes for a page or an archive."""
    end = data.rfind(b"%%EOF")
    if end < 0:
        raise Refused("damaged")
    if data[end + 5 :].strip(b"\r\n\t \x00"):
        raise Refused("two_files")
    if SECOND_FILE.search(data[5:1024]):
        raise Refused("two_files")
    archive = data.rfind(ARCHIVE_END)
    if (
        archive >= 0
        and len(data) - archive >= 22
        and archive + 22 + int.from_bytes(data[archive + 20 :][:2], "little") == len(data)
    ):
        raise Refused("two_files")


def check_sizes(found: Iterator[object]) -> None:
    """Refuses pictures of too many points, and what unpacks to more than any page needs."""
    import pikepdf

    left = ALL_BYTES
    for one in found:
        if not isinstance(one, pikepdf.Stream):
            continue
        if str(one.get("/Subtype", "")) == "/Image" and _number(one, "/Width") * _number(one, "/Height") > MAX_POINTS:
            raise Refused("too_large_picture")
        left -= unpacked(one, min(left, STREAM_BYTES))


def _number(found: Any, key: str) -> int:
    return int(found.get(key, 0))


def unpacked(stream: Any, most: int) -> int:
    """How many bytes a stream unpacks to, counted without keeping them."""
    import pikepdf

    given = stream.get("/Filter", None)
    filters = [str(one) for one in given] if isinstance(given, pikepdf.Array) else [str(given)]
    if sum(name in ("/FlateDecode", "/Fl", "/LZWDecode", "/RunLengthDecode") for name in filters) > 1:
        raise Refused("bomb")  # packed twice: only to hide how much it is
    raw = stream.read_raw_bytes()
    if filters[0] not in ("/FlateDecode", "/Fl"):
        return len(raw)
    total, decoder = 0, zlib.decompressobj()
    try:
        while raw:
            total += len(decoder.decompress(raw, 1024**2))
            raw = decoder.unconsumed_tail
            if total > most:
                raise Refused("bomb")
    except zlib.error:
        pass  # a reader shows what came so far, and so does the copy
    return total


def keep_layers(source: Any, copy: Any) -> None:
    """Layers stay as they are shown on opening: without them a hidden one would show."""
    import pikepdf

    layers = source.Root.get("/OCProperties")
    if isinstance(layers, pikepdf.Dictionary):
        copy.Root.OCProperties = copy.copy_foreign(source.make_indirect(layers))


def scrub(copy: Any) -> None:
    """Take from the copy everything but what is drawn."""
    import pikepdf

    for page in copy.pages:
        for key in set(page.obj.keys()) - PAGE_KEYS:
            del page.obj[key]
    for found in objects(copy):
        for key in DROPPED_KEYS.intersection(found.keys()):
            del found[key]
        if isinstance(found, pikepdf.Stream):
            for key in OUTSIDE_KEYS:
                if key in found:
                    del found[key]
            if str(found.get("/Subtype", "")) == "/PS":
                found.write(b"")


# --- Pictures --------------------------------------------------------------------------------------------------------


def copy_of_picture(kind: str, data: bytes) -> tuple[str, int, bytes]:
    """The picture drawn anew, upright, without anything that is not a point of it."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None  # our own limit stands below and is smaller
    if kind == "png" and not data.endswith(b"IEND\xaeB`\x82"):
        raise Refused("two_files" if b"IEND\xaeB`\x82" in data else "damaged")
    with Image.open(BytesIO(data), formats=[kind.upper()]) as picture:
        check_points(picture)
        if getattr(picture, "n_frames", 1) > 1 and kind == "png":  # some telephones add a preview to a JPEG
            raise Refused("several_pictures")
        shown = plain(picture)
        out = BytesIO()
        if kind == "jpeg":
            shown.save(out, "JPEG", quality=90)
        else:
            shown.save(out, "PNG")
    return kind, 1, out.getvalue()


def copy_of_tiff(_kind: str, data: bytes) -> tuple[str, int, bytes]:
    """A scan or a fax: one page as a PNG, several as a PDF."""
    import pikepdf
    from PIL import Image, ImageSequence

    Image.MAX_IMAGE_PIXELS = None
    with Image.open(BytesIO(data), formats=["TIFF"]) as scan:
        pages, points = int(getattr(scan, "n_frames", 1)), 0
        if pages > MAX_PAGES:
            raise Refused("too_many_pages")
        document = pikepdf.new()
        for picture in ImageSequence.Iterator(scan):
            check_points(picture)
            points += picture.width * picture.height
            if points > ALL_POINTS:
                raise Refused("too_large_picture")
            shown, out = plain(picture), BytesIO()
            if pages == 1:
                shown.save(out, "PNG")
                return "png", 1, out.getvalue()
            if shown.mode != "1":
                shown.save(out, "JPEG", quality=90)
            add_picture(document, shown, out.getvalue())
        out = BytesIO()
        document.save(out)
    return "pdf", pages, out.getvalue()


def check_points(picture: Any) -> None:
    """Asked of the head of the file, before a point is unpacked."""
    if picture.width * picture.height > MAX_POINTS:
        raise Refused("too_large_picture")


def plain(picture: Any) -> Any:
    """The picture as it is seen: turned as its camera says, on white, in black and white, gray or color."""
    from PIL import Image, ImageOps

    shown = ImageOps.exif_transpose(picture)
    if shown.mode in ("I", "I;16", "I;16B", "I;16L", "F"):
        shown = shown.convert("I").point(lambda value: value / 256).convert("L")
    elif shown.mode in ("RGBA", "LA", "PA", "P") or "transparency" in shown.info:
        layer = shown.convert("RGBA")
        shown = Image.new("RGB", layer.size, "white")
        shown.paste(layer, mask=layer.getchannel("A"))
    elif shown.mode not in ("1", "L", "RGB"):
        shown = shown.convert("RGB")
    else:
        shown.load()
    shown.info.clear()
    return shown


def add_picture(document: Any, picture: Any, jpeg: bytes, margin: float = MARGIN) -> None:
    """A page of paper with one picture on it; `jpeg` is the picture packed already, or nothing."""
    import pikepdf

    width, height = sorted(PAPER, reverse=picture.width > picture.height)
    scale = min((width - 2 * margin) / picture.width, (height - 2 * margin) / picture.height)
    wide, high = picture.width * scale, picture.height * scale
    image = pikepdf.Stream(document, jpeg or zlib.compress(picture.tobytes(), 6))
    image.Type, image.Subtype = pikepdf.Name.XObject, pikepdf.Name.Image
    image.Width, image.Height = picture.width, picture.height
    image.ColorSpace = pikepdf.Name.DeviceRGB if picture.mode == "RGB" else pikepdf.Name.DeviceGray
    image.BitsPerComponent = 1 if picture.mode == "1" else 8
    image.Filter = pikepdf.Name.DCTDecode if jpeg else pikepdf.Name.FlateDecode
    page = document.add_blank_page(page_size=(width, height))
    name = page.add_resource(image, pikepdf.Name.XObject)
    at = f"{wide:.2f} 0 0 {high:.2f} {(width - wide) / 2:.2f} {(height - high) / 2:.2f}"
    page.obj.Contents = document.make_stream(f"q {at} cm {name} Do Q".encode())
