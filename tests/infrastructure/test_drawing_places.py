"""Files from outside are drawn a few at a time, and one that cannot be drawn is not tried again and again."""

import subprocess
import sys
import time
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings

from practice.infrastructure import copies
from practice.infrastructure.copies import page_picture, take_in
from practice.infrastructure.places import NoPlace, place_in
from practice.infrastructure.refusals import Refused
from practice.infrastructure.uploads import UploadRefused
from tests.infrastructure.test_uploads import pdf

HOLD = "import sys, fcntl; f = open(sys.argv[1], 'w'); fcntl.flock(f, fcntl.LOCK_EX); print(flush=True); input()"


def test_a_place_is_counted_over_all_processes_and_free_once_its_holder_is_gone(tmp_path: Path) -> None:
    with place_in(tmp_path, places=1, wait=0):
        pass
    command = [sys.executable, "-I", "-c", HOLD, str(tmp_path / "0")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline()
        with pytest.raises(NoPlace), place_in(tmp_path, places=1, wait=0.1):
            pass
        with place_in(tmp_path, places=2, wait=0):  # another one is free
            other.kill()
            other.wait()
            with place_in(tmp_path, places=2, wait=5):
                pass


def test_while_every_place_is_taken_a_page_and_a_file_are_refused_in_words_and_nothing_is_remembered_of_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(settings, "DATA_DIR", tmp_path)
    monkeypatch.setattr(copies, "WAIT", 0.1)
    with ExitStack() as held:
        for _place in range(copies.AT_ONCE):
            held.enter_context(place_in(tmp_path / "drawing", places=copies.AT_ONCE, wait=0))
        with pytest.raises(Refused) as page:
            page_picture("pdf", pdf(), 1, 300)
        with pytest.raises(UploadRefused, match="UPLOAD_BUSY"):
            take_in(BytesIO(pdf()))
    assert page.value.refusal == copies.BUSY
    assert page_picture("pdf", pdf(), 1, 300)


def test_a_page_that_cannot_be_drawn_is_tried_once_and_of_its_file_two_pages_until_a_while_has_passed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    script, tried = tmp_path / "child.py", tmp_path / "tried"
    script.write_text(f"import os; open({str(tried)!r}, 'a').write('x'); os.abort()")
    monkeypatch.setattr(copies, "CHILD", script)
    tries = []
    for file, page in ((b"first", 1), (b"first", 1), (b"first", 2), (b"first", 3), (b"other", 3), (b"other", 3)):
        with pytest.raises(Refused) as said:
            page_picture("pdf", file, page, 300)
        assert said.value.refusal == copies.NO_PICTURE
        tries.append(len(tried.read_text()))
    assert tries == [1, 1, 2, 2, 3, 3]
    later = time.monotonic() + copies.FORGET_AFTER
    monkeypatch.setattr(copies.time, "monotonic", lambda: later)
    with pytest.raises(Refused):
        page_picture("pdf", b"first", 1, 300)
    assert len(tried.read_text()) == 4
