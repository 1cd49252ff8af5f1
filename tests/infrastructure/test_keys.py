"""Root keys: one file, one owner, several keys at once, and plain words when one is missing."""

import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from practice.infrastructure import keys
from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.keys import FileProvider, Keyring, KeyUnavailable, add_root_key, create_keyring

SECRET, PLACE = b"k" * 32, b"place"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return create_keyring(tmp_path / "keys" / "keyring.json")


def load(path: Path) -> Keyring:
    return Keyring(FileProvider(path))


def rewrite(path: Path, content: Any) -> None:
    path.chmod(0o600)
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    path.chmod(0o400)


def test_the_file_can_be_read_by_its_owner_alone(path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_that_others_can_read_is_refused(path: Path) -> None:
    path.chmod(0o440)
    with pytest.raises(KeyUnavailable, match="can be read by others"):
        load(path)


def test_many_starters_at_once_end_up_with_one_keyring(tmp_path: Path) -> None:
    target = tmp_path / "keyring.json"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(create_keyring, [target] * 32))
    assert [file.name for file in tmp_path.iterdir()] == ["keyring.json"]
    assert len(load(target).fingerprints()) == len(keys.PURPOSES)


def test_an_existing_keyring_is_never_replaced(path: Path) -> None:
    before = path.read_bytes()
    create_keyring(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("purpose", ["sealed", "chart", "sign-in"])
def test_a_wrapped_key_opens_in_its_own_place_and_purpose_only(path: Path, purpose: str) -> None:
    ring = load(path)
    key_id, blob = ring.wrap(purpose, SECRET, PLACE)
    assert ring.unwrap(purpose, key_id, blob, PLACE) == SECRET
    with pytest.raises(Unreadable):
        ring.unwrap(purpose, key_id, blob, b"other place")
    for other in {"sealed", "chart", "sign-in"} - {purpose}:
        with pytest.raises(KeyUnavailable):
            ring.unwrap(other, key_id, blob, PLACE)


def test_a_new_root_key_wraps_and_the_old_one_still_opens(path: Path) -> None:
    old_id, blob = load(path).wrap("sealed", SECRET, PLACE)
    new_id = add_root_key(path, "sealed")
    ring = load(path)
    assert ring.current("sealed") == new_id != old_id
    assert ring.unwrap("sealed", old_id, blob, PLACE) == SECRET
    assert ring.wrap("sealed", SECRET, PLACE)[0] == new_id
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    with pytest.raises(Unreadable):
        ring.unwrap("sealed", new_id, blob, PLACE)


def test_the_practice_keeps_its_name_when_keys_change(path: Path, tmp_path: Path) -> None:
    before = load(path).practice_id
    add_root_key(path, "sealed")
    assert load(path).practice_id == before != load(create_keyring(tmp_path / "theirs.json")).practice_id


def test_another_practices_keyring_opens_nothing_of_ours(path: Path, tmp_path: Path) -> None:
    key_id, blob = load(path).wrap("sealed", SECRET, PLACE)
    with pytest.raises(KeyUnavailable, match=key_id):
        load(create_keyring(tmp_path / "theirs.json")).unwrap("sealed", key_id, blob, PLACE)


def test_the_signing_key_signs_and_wraps_nothing(path: Path) -> None:
    ring = load(path)
    key_id, private = ring.signing_key("ledger")
    private.public_key().verify(private.sign(b"checkpoint"), b"checkpoint")
    assert len(ring.public_keys("ledger")[key_id]) == 32
    with pytest.raises(KeyUnavailable):
        ring.wrap("ledger", SECRET, PLACE)
    with pytest.raises(KeyUnavailable):
        ring.signing_key("sealed")


def test_a_missing_keyring_says_which_file_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailable, match=r"none\.json cannot be read: .*offline copy"):
        load(tmp_path / "none.json")


def test_a_damaged_keyring_is_refused_whole(path: Path) -> None:
    content = json.loads(path.read_text())
    changed = json.loads(json.dumps(content))
    changed["keys"][0]["secret"] = changed["keys"][1]["secret"]
    for damage in (path.read_text()[:-20], "", "[]", changed, {**content, "format": 2}, {**content, "practice": ""}):
        rewrite(path, damage)
        with pytest.raises(KeyUnavailable, match="damaged"):
            load(path)


def test_nothing_that_is_shown_contains_a_secret(path: Path) -> None:
    content = json.loads(path.read_text())
    shown = repr(list(FileProvider(path)._keys.values())) + repr(load(path).fingerprints())
    assert not any(row["secret"] in shown for row in content["keys"])
    with pytest.raises(KeyUnavailable) as caught:
        load(path).unwrap("sealed", "sealed-none", b"", b"")
    assert not any(row["secret"] in str(caught.value) for row in content["keys"])


def test_the_process_makes_a_keyring_only_where_that_is_allowed(tmp_path: Path, settings: Any) -> None:
    settings.KEYRING_FILE, settings.KEYRING_AUTOCREATE = tmp_path / "keyring.json", False
    with pytest.raises(KeyUnavailable):
        keys.keyring()
    settings.KEYRING_AUTOCREATE = True
    assert keys.keyring() is keys.keyring()
    assert os.path.exists(settings.KEYRING_FILE)


def test_a_running_process_learns_of_a_key_that_was_added(path: Path, settings: Any) -> None:
    settings.KEYRING_FILE = path
    before = keys.keyring().current("sealed")
    assert add_root_key(path, "sealed") == keys.keyring().current("sealed") != before
