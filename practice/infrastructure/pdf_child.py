"""The processes that turn HTML into PDF, and can do nothing else: one that waits, and a fork of it for each document.

Started by `pdf_press` as a bare script: no Django, no settings, no secrets in its environment. Standard input is a
socket over which the ends of other sockets come, one for each document; only a fork reads from them. It reads one JSON
object, writes the PDF back, and says of an error only its kind, because the text it was given is a patient's. Nothing
outside its own table of fonts and attachments can be fetched, read or connected to.
"""

import base64
import ctypes
import json
import mimetypes
import os
import resource
import signal
import socket
import sys
import sysconfig
import tempfile
import unicodedata
from datetime import UTC, datetime

MAX_PAGES = 2000
FORBIDDEN_EVENTS = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "ctypes.dlopen",
    "urllib.",
)


class TooManyPages(Exception):
    """More pages than any document of ours may have."""


def limit(memory_bytes: int, cpu_seconds: int, clock_seconds: float) -> None:
    """Caps address space, processor time and time on the clock of this process; the last two end it by a signal."""
    signal.setitimer(signal.ITIMER_REAL, clock_seconds)
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def close_doors() -> None:
    """From here on no socket, no other process, and no file but Python's own and this process's temporary ones."""
    mimetypes.init(files=[])
    roots = {tempfile.gettempdir(), sys.prefix, sys.base_prefix, *sysconfig.get_paths().values()}
    allowed = tuple(os.path.realpath(root) + os.sep for root in roots)

    def hook(event: str, arguments: tuple) -> None:
        if event.startswith(FORBIDDEN_EVENTS):
            raise PermissionError(event)
        if event == "open" and isinstance(arguments[0], str | bytes):
            path = os.path.realpath(os.fsdecode(arguments[0]))
            if not path.startswith(allowed):
                raise PermissionError("open")

    sys.addaudithook(hook)


def name_what_no_font_draws(html: str) -> str:
    """`html` with each character that no installed font has written out: [slightly smiling face], [U+65E5].

    An empty box on paper would say nothing; and PDF/UA-1 forbids it. Latin is in our own fonts.
    """
    asked = {c for c in html if ord(c) >= 0x250 and unicodedata.category(c) not in ("Cf", "Mn", "Zs", "Zl", "Zp")}
    missing = asked - _drawn_by_some_font(asked)
    return html.translate({ord(character): f"[{_name(character)}]" for character in missing})


def _name(character: str) -> str:
    code = f"U+{ord(character):04X}"
    return unicodedata.name(character, code).lower() if unicodedata.category(character) == "So" else code


def _drawn_by_some_font(characters: set[str]) -> set[str]:
    """Which of these some font of the system has, as fontconfig knows it."""
    fontconfig = ctypes.CDLL("libfontconfig.so.1")
    fontconfig.FcConfigGetFonts.restype = ctypes.POINTER(_FontSet)
    found: set[str] = set()
    fonts = fontconfig.FcConfigGetFonts(None, 0).contents if fontconfig.FcInit() else _FontSet()
    for index in range(fonts.nfont):
        charset = ctypes.c_void_p()
        pattern = ctypes.c_void_p(fonts.fonts[index])
        if fontconfig.FcPatternGetCharSet(pattern, b"charset", 0, ctypes.byref(charset)) == 0:
            found |= {c for c in characters - found if fontconfig.FcCharSetHasChar(charset, ctypes.c_uint32(ord(c)))}
    return found


class _FontSet(ctypes.Structure):
    """fontconfig's FcFontSet."""

    _fields_ = (("nfont", ctypes.c_int), ("sfont", ctypes.c_int), ("fonts", ctypes.POINTER(ctypes.c_void_p)))


def render(job: dict) -> bytes:
    """The PDF of `job`: html, fonts and attachments (name, media type, base64), limits already set."""
    from weasyprint import HTML, Attachment
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    table = {url: (base64.b64decode(data), mime) for url, mime, data in job["resources"]}

    class ClosedFetcher(URLFetcher):
        """Serves the table it was given. Everything else is refused, data: addresses too."""

        def fetch(self, url, headers=None):  # type: ignore[no-untyped-def]
            if url not in table:
                raise ValueError("refused")
            content, mime = table[url]
            return URLFetcherResponse(url, content, {"Content-Type": mime})

    fetcher = ClosedFetcher(allowed_protocols=(), allow_redirects=False)
    made_at = datetime.fromisoformat(job["made_at"]).astimezone(UTC)
    attachments = [
        Attachment(url=url, url_fetcher=fetcher, name=name, created=made_at, modified=made_at, relationship="Data")
        for url, name in job["attachments"]
    ]
    text = name_what_no_font_draws(job["html"])
    close_doors()
    fonts = FontConfiguration()
    html = HTML(string=text, base_url=None, url_fetcher=fetcher, media_type="print")
    document = html.render(font_config=fonts, pdf_variant="pdf/ua-1", attachments=attachments)
    if len(document.pages) > MAX_PAGES:
        raise TooManyPages
    return document.write_pdf(pdf_variant="pdf/ua-1", attachments=attachments)


def answer(end: int) -> None:
    """Read the job from the socket `end` and write the PDF to it, or "!" and the kind of the error."""
    with socket.socket(fileno=end) as line, line.makefile("rwb") as stream:
        try:
            job = json.load(stream)
            limit(job["memory_bytes"], job["cpu_seconds"], job["clock_seconds"])
            made = render(job)
        except BaseException as error:  # whatever it is, its message may hold the patient's text
            made = f"!{type(error).__name__}".encode()
        stream.write(made)


def main() -> None:
    """Wait for documents until the process that started this one is gone."""
    import weasyprint  # noqa: F401 (what all the forks have in common)

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a fork: what it says comes by its socket
    with socket.socket(fileno=sys.stdin.fileno()) as line:
        while True:
            _word, ends, _flags, _address = socket.recv_fds(line, 16, 1)
            if not ends:
                return
            if os.fork() == 0:
                line.close()
                answer(ends[0])
                os._exit(0)
            os.close(ends[0])


if __name__ == "__main__":
    main()
