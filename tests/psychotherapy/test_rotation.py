"""A new root key: everything opens afterwards, whatever happened in between."""

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.core.management import CommandError, call_command

from practice.infrastructure.keys import FileProvider, create_keyring, keyring
from practice.people.models import Patient, Staff
from records.psychotherapy import vault
from records.psychotherapy.vault import rotation
from tests.psychotherapy.conftest import TEXT, write_note

Superuser = Callable[[str], psycopg.Connection]
pytestmark = [pytest.mark.committing, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _own_keyring(tmp_path: Path, settings: Any) -> None:
    settings.KEYRING_FILE = create_keyring(tmp_path / "keyring.json")


@pytest.fixture
def notes(hale: Staff, osei: Staff, lindqvist: Patient, abernathy: Patient) -> Iterator[dict[UUID, Staff]]:
    """A note of each author; after the test each opens and is what it was."""
    written = {write_note(hale, lindqvist): hale, write_note(osei, abernathy): osei}
    yield written
    for note, author in written.items():
        shown = vault.read(author, note)
        assert shown is not None and shown.text == TEXT


def root_keys(superuser: Superuser) -> list[str]:
    rows = superuser("psychotherapy").execute("SELECT root_key_id FROM psychotherapy_authorkey").fetchall()
    return [row[0] for row in rows]


def rotate(*args: str) -> str:
    out = io.StringIO()
    call_command("rotate_keys", *args, stdout=out)
    return out.getvalue()


def test_every_key_is_wrapped_anew_and_no_text_is_touched(notes: dict[UUID, Staff], superuser: Superuser) -> None:
    texts = "SELECT id, sealed FROM psychotherapy_note ORDER BY id"
    before, old = superuser("psychotherapy").execute(texts).fetchall(), keyring().current("sealed")
    said = rotate()
    assert "2 of 2 keys wrapped anew" in said and "offline again" in said
    assert set(root_keys(superuser)) == {keyring().current("sealed")} != {old}
    assert superuser("psychotherapy").execute(texts).fetchall() == before
    events = superuser("psychotherapy").execute("SELECT count(*) FROM psychotherapy_event WHERE kind = 'key_rewrapped'")
    assert events.fetchone() == (2,)


def test_a_run_that_was_killed_is_resumed(
    notes: dict[UUID, Staff], superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = rotation._rewrap, iter(range(10))

    def killed(*args: Any) -> bool:
        if next(calls):
            raise KeyboardInterrupt
        return real(*args)

    monkeypatch.setattr(rotation, "_rewrap", killed)
    with pytest.raises(KeyboardInterrupt):
        rotate()
    monkeypatch.undo()
    assert len(set(root_keys(superuser))) == 2
    for note, author in notes.items():
        shown = vault.read(author, note)
        assert shown is not None and shown.text == TEXT
    assert "1 of 2 keys" in rotate("--resume")
    assert set(root_keys(superuser)) == {keyring().current("sealed")}


def test_a_key_that_does_not_open_is_left_alone_and_said(
    notes: dict[UUID, Staff], superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = FileProvider.unwrap, iter(range(10))

    def damaged(self: FileProvider, key_id: str, blob: bytes, aad: bytes) -> bytes:
        return real(self, key_id, blob if next(calls) else b"", aad)

    monkeypatch.setattr(FileProvider, "unwrap", damaged)
    with pytest.raises(CommandError, match="1 keys could not be opened, 1 still name an older"):
        rotate()
    monkeypatch.undo()


def test_without_the_keyring_nothing_is_changed(notes: dict[UUID, Staff], superuser: Superuser, settings: Any) -> None:
    before, path = root_keys(superuser), Path(settings.KEYRING_FILE)
    settings.KEYRING_AUTOCREATE = False
    aside = path.rename(path.with_suffix(".aside"))
    with pytest.raises(CommandError, match="cannot be read"):
        rotate()
    aside.rename(path)
    assert root_keys(superuser) == before
