"""What a document of ours promises: readable by everybody, fetching nothing, opening only with its passphrase."""

import copy
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import page
import pikepdf
import pypdf
import pytest

from practice.infrastructure import pdf as pdf_module
from practice.infrastructure.pdf import PdfFailed, lock_pdf, new_passphrase, render_pdf, show_deceiving_characters
from practice.infrastructure.pdf_press import press

PRACTICE = SimpleNamespace(
    name="Cedar Street Counseling", address="418 Cedar Street, Suite 2, Springfield, IL 62704", phone="(217) 555-0148"
)
ROW = ("Mar 9, 2021", "Illinois Department of Public Health, Springfield", "Required by law")
MARKER = "canary-of-a-local-file"


@pytest.fixture(autouse=True)
def test_templates(settings) -> None:
    engines = copy.deepcopy(settings.TEMPLATES)
    engines[0]["DIRS"] = [*engines[0]["DIRS"], Path(__file__).parent / "templates"]
    settings.TEMPLATES = engines


@pytest.fixture
def listener() -> Iterator[SimpleNamespace]:
    """A server on the loopback address that counts who calls."""
    server = socket.create_server(("127.0.0.1", 0))
    seen = SimpleNamespace(port=server.getsockname()[1], connections=0)

    def count() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            seen.connections += 1
            connection.close()

    threading.Thread(target=count, daemon=True).start()
    yield seen
    server.shutdown(socket.SHUT_RDWR)
    server.close()


def make(rows: list[tuple[str, ...]] = [ROW], attachments=(), **context) -> bytes:  # noqa: B006
    base = {
        "title": "Who received your records",
        "practice": PRACTICE,
        "document_number": "AD-2026-0031",
        "document_hash": "7f2a 91c0",
        "rows": rows,
    }
    return render_pdf("tests/table.html", base | context, attachments=attachments)


def words(pdf: bytes) -> str:
    return "".join("".join(p.extract_text() for p in pypdf.PdfReader(BytesIO(pdf)).pages).split())


def accessibility_failures(pdf: bytes, folder: Path) -> list[str]:
    path = folder / "document.pdf"
    path.write_bytes(pdf)
    result = page.validate_pdf(str(path), profile=page.ValidationProfile.PDF_UA_1)
    return [str(failure) for failure in result.failures]


def payloads(target: str) -> list[str]:
    return [
        f'<img src="{target}">',
        f"<img src='{target}#x' srcset='{target} 2x'>",
        f'<link rel="stylesheet" href="{target}">',
        f'<link rel="attachment" href="{target}">',
        f'<a rel="attachment" href="{target}">file</a>',
        f'<style>@import url("{target}");</style>',
        f"<style>@font-face{{font-family:x;src:url({target})}} p{{font-family:x}}</style>",
        f"<style>body{{background:url({target})}} p::before{{content:url({target})}}</style>",
        f'<p style="background-image:url({target});list-style-image:url({target})">x</p>',
        f'<svg><image href="{target}" width="9" height="9"/></svg>',
        f'<svg><use href="{target}#x"/></svg>',
        f'<svg><foreignObject><img src="{target}"/></foreignObject></svg>',
        f"<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='{target}'/></svg>\">",
        f"<style>@import url(\"data:text/css,@import url('{target}');\");</style>",
        f'<object data="{target}">x</object>',
        f'<embed src="{target}">',
        f'<iframe src="{target}"></iframe>',
        f'<base href="{target}"><img src="x.png">',
        f'<video poster="{target}"></video><input type="image" src="{target}">',
        f"+ADw-img src=+ACI-{target}+ACI-+AD4-",
        f"</td><td>{target}</td></tr></table><img src={target}>",
    ]


def targets(port: int, file: Path) -> list[str]:
    web = f"127.0.0.1:{port}/x"
    return [f"http://{web}", f"//{web}", f"HTTP://user@{web}", f"file://{file}", f"{file}", f"file://localhost{file}"]


@pytest.fixture
def local_file(tmp_path: Path) -> Path:
    file = tmp_path / "marker.txt"
    file.write_text(MARKER)
    return file


def test_text_that_looks_like_markup_is_printed_as_typed_in_every_printed_field(listener, local_file) -> None:
    corpus = [payload for target in targets(listener.port, local_file) for payload in payloads(target)]
    rows = [(payload, payload, payload) for payload in corpus]
    everything = " ".join(payloads(f"http://127.0.0.1:{listener.port}/x"))
    practice = SimpleNamespace(name=everything, address=everything, phone=everything)
    pdf = make(rows, title=everything, subtitle=everything, text=everything, practice=practice)

    printed = words(pdf)
    assert listener.connections == 0
    assert MARKER not in printed
    for payload in corpus:
        assert printed.count("".join(payload.split())) >= 3, payload


def test_even_a_template_that_forgot_to_escape_fetches_and_reads_nothing(listener, local_file) -> None:
    corpus = [payload for target in targets(listener.port, local_file) for payload in payloads(target)]
    pdf = make(raw_markup=" ".join(corpus))

    assert listener.connections == 0
    with pikepdf.open(BytesIO(pdf)) as document:
        assert not document.attachments
        content = b"".join(
            item.read_bytes()
            for item in document.objects
            if isinstance(item, pikepdf.Stream) and item.get("/Type") not in ("/XObject",) and "/Length1" not in item
        )
    assert MARKER.encode() not in content
    assert MARKER not in words(pdf)


def test_a_forged_cell_does_not_change_the_table() -> None:
    forged = make([("Mar 9, 2021", "Court</td><td>Somebody else", "Order")])
    with pikepdf.open(BytesIO(forged)) as document:
        kinds = [str(item.get("/S")) for item in document.objects if isinstance(item, pikepdf.Dictionary)]
    assert kinds.count("/TD") == 3
    assert "Court</td><td>Somebodyelse" in words(forged)


def test_characters_that_deceive_on_paper_are_shown_and_right_to_left_names_stay() -> None:
    assert show_deceiving_characters("a\u202eb\x00\u2066") == "a[U+202E]b[U+0000][U+2066]"
    assert show_deceiving_characters("שלום مريم 😀 Łódź\n\t") == "שלום مريم 😀 Łódź\n\t"


def test_a_character_that_no_font_has_is_written_out_instead_of_an_empty_box(tmp_path: Path) -> None:
    pdf = make(text="Signed \U0010f8ff by 🙂 and 日本 👩\u200d👧")
    text = words(pdf)
    assert "Signed[U+10F8FF]by" in text
    assert "🙂" in text or "[slightlysmilingface]" in text
    assert "日本" in text or "[U+65E5][U+672C]" in text
    assert accessibility_failures(pdf, tmp_path) == []


def test_a_document_has_no_scripts_no_launch_actions_and_only_our_attachments() -> None:
    pdf = make(attachments=[("accounting.json", b'{"entries": []}', "application/json")])
    with pikepdf.open(BytesIO(pdf)) as document:
        assert list(document.attachments) == ["accounting.json"]
        attached = document.attachments["accounting.json"].get_file()
        assert attached.read_bytes() == b'{"entries": []}'
        assert attached.mime_type == "application/json"
        names = {key for item in document.objects if isinstance(item, pikepdf.Dictionary) for key in item.keys()}  # noqa: SIM118
    assert not names & {"/JavaScript", "/JS", "/OpenAction", "/Launch", "/AA"}


@pytest.mark.parametrize("rows", [0, 1, 40])
def test_a_document_is_accessible_by_pdf_ua_1_with_names_in_any_script(rows: int, tmp_path: Path) -> None:
    pdf = make(
        [ROW] * rows,
        text="Łódź שלום مريم Иван Ελένη",
        internal_copy=True,
        attachments=[("a.json", b"{}", "application/json")],
    )
    assert accessibility_failures(pdf, tmp_path) == []
    with pikepdf.open(BytesIO(pdf)) as document:
        assert str(document.Root.Lang) == "en"
        assert str(document.docinfo["/Title"]) == "Who received your records"
        assert document.Root.ViewerPreferences.DisplayDocTitle


def test_a_table_of_500_rows_repeats_its_head_and_the_foot_on_every_page(tmp_path: Path) -> None:
    rows = [(f"Row {number} begins", *ROW[1:]) for number in range(500)]
    pdf = make(rows, internal_copy=True)
    pages = [" ".join(p.extract_text().split()) for p in pypdf.PdfReader(BytesIO(pdf)).pages]

    assert len(pages) > 10
    for number, text in enumerate(pages, start=1):
        assert "Given to" in text
        assert f"Page {number} of {len(pages)}" in text
        assert "Document AD-2026-0031" in text
        assert "Internal copy, not for release" in text
    whole = " ".join(pages)
    assert all(f"Row {number} begins" in whole for number in range(500))
    assert accessibility_failures(pdf, tmp_path) == []


def test_our_own_fonts_are_embedded() -> None:
    with pikepdf.open(BytesIO(make())) as document:
        names = {str(i.BaseFont) for i in document.objects if isinstance(i, pikepdf.Dictionary) and "/BaseFont" in i}
    assert any("Public-Sans" in name for name in names)
    assert any("Source-Serif-4" in name for name in names)


def test_a_locked_file_opens_only_with_its_passphrase() -> None:
    passphrase = new_passphrase()
    locked = lock_pdf(make(text="Something only the recipient reads"), passphrase)

    for wrong in ("", passphrase.upper(), passphrase[:-1]):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(BytesIO(locked), password=wrong)
    with pikepdf.open(BytesIO(locked), password=passphrase) as document:
        assert document.encryption.R == 6
        assert document.encryption.bits == 256
        assert document.allow.accessibility
    reader = pypdf.PdfReader(BytesIO(locked), password=passphrase)
    assert "Something only the recipient reads" in reader.pages[0].extract_text()
    assert b"recipient reads" not in locked


def test_a_file_is_never_locked_with_nothing() -> None:
    with pytest.raises(ValueError, match="passphrase"):
        lock_pdf(make(), "")


def test_passphrases_differ_and_hold_nothing_that_is_misheard() -> None:
    made = {new_passphrase() for _ in range(200)}
    assert len(made) == 200
    assert all(len(p) == 24 and not set(p) & set("01ilo") for p in made)


def test_a_document_without_title_is_refused() -> None:
    with pytest.raises(ValueError, match="title"):
        make(title="")


def test_a_document_that_takes_too_long_or_too_much_fails_without_its_text(monkeypatch) -> None:
    with monkeypatch.context() as limits, pytest.raises(PdfFailed, match="time limit"):
        limits.setattr(pdf_module, "CLOCK_SECONDS", 0.2)
        make([ROW] * 2000)
    with monkeypatch.context() as limits, pytest.raises(PdfFailed, match=r"^limit$"):
        limits.setattr(pdf_module, "PROCESSOR_SECONDS", 2)
        make([ROW] * 2000)
    monkeypatch.setattr(pdf_module, "MEMORY_BYTES", 150 * 1024**2)
    with pytest.raises(PdfFailed) as failure:
        make([("a word of a patient", *ROW[1:])] * 2000)
    assert "patient" not in str(failure.value)


def test_a_press_that_was_killed_is_started_anew() -> None:
    make()
    killed = press._process
    assert killed is not None
    killed.kill()
    killed.wait()
    assert make().startswith(b"%PDF-")
    assert press._process is not None and press._process.pid != killed.pid


def test_the_press_ends_with_the_process_that_started_it() -> None:
    code = (
        "import os, signal\n"
        "from practice.infrastructure.pdf_press import press\n"
        "press.print(b'not a job', seconds=20)\n"
        "print(press._process.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    pid = done.stdout.strip()
    assert pid.isdigit(), done.stderr
    deadline = time.monotonic() + 20
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(pid)


def _runs(pid: str) -> bool:
    """Whether a process is there and not only a name that nobody has cleared away."""
    status = Path("/proc", pid, "status")
    return status.exists() and "State:\tZ" not in status.read_text()
