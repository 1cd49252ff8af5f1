"""Root keys: where they are kept, and the few things that may be done with them.

A root key never encrypts a note. It wraps keys (one per author of sealed notes, one per encrypted chart value), seals
the secrets of the second factor, or signs the ledger's checkpoints; there is one line of keys per purpose, so that
one can be replaced without touching the others. The newest key of a purpose is used for new work; older ones stay, to
open what they wrapped.

The keyring is one JSON file, mode 0400, outside the databases and their backups. Its recovery is an offline copy:
whoever loses it has lost the sealed notes. `Provider` is the seam where a key management service takes the file's
place.
"""

import base64
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Protocol
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

from practice.infrastructure.envelope import KEY_BYTES, open_key, seal_key

PURPOSES: Final = ("sealed", "chart", "sign-in", "ledger")
SIGNING: Final = frozenset({"ledger"})
_FORMAT: Final = 1


class KeyUnavailable(Exception):
    """A root key that is needed is not here. The message names files and key ids, never key material."""


@dataclass(frozen=True, slots=True)
class RootKey:
    """One root key of the keyring file. `repr` shows no secret, because exceptions and logs do call it."""

    id: str
    purpose: str
    created: str
    secret: bytes

    def __repr__(self) -> str:
        return f"<RootKey {self.id}>"

    @property
    def fingerprint(self) -> str:
        """Sixteen hex digits that identify the key and tell nothing about it (the secret is 256 random bits)."""
        return hashlib.sha256(b"practice root key\0" + self.secret).hexdigest()[:16]


class Provider(Protocol):
    """What a place that keeps root keys must do. Key ids are opaque; a purpose's last id is its current one."""

    def practice_id(self) -> str:
        """Names this practice for good; bound into everything sealed, so that nothing opens in another practice."""

    def ids(self, purpose: str) -> list[str]:
        """Ids of the purpose's keys, oldest first."""

    def wrap(self, key_id: str, key: bytes, aad: bytes) -> bytes:
        """Wraps `key` under the root key `key_id`, bound to `aad`."""

    def unwrap(self, key_id: str, blob: bytes, aad: bytes) -> bytes:
        """Opens what `wrap` made; raises `Unreadable`, or `KeyUnavailable` when the root key is not here."""

    def fingerprint(self, key_id: str) -> str:
        """Stable short name of the key material itself."""

    def signing_key(self, key_id: str) -> Ed25519PrivateKey:
        """The Ed25519 key of a signing purpose."""


class FileProvider:
    """Root keys in a JSON file readable by its owner alone."""

    def __init__(self, path: Path) -> None:
        self._practice, keys = _read(path)
        self._keys = {key.id: key for key in keys}

    def practice_id(self) -> str:
        return self._practice

    def ids(self, purpose: str) -> list[str]:
        return [key.id for key in self._keys.values() if key.purpose == purpose]

    def wrap(self, key_id: str, key: bytes, aad: bytes) -> bytes:
        return seal_key(key, key=self._wrapping(key_id), binding=("root wrap", key_id, aad))

    def unwrap(self, key_id: str, blob: bytes, aad: bytes) -> bytes:
        return open_key(blob, key=self._wrapping(key_id), binding=("root wrap", key_id, aad))

    def fingerprint(self, key_id: str) -> str:
        return self._get(key_id).fingerprint

    def signing_key(self, key_id: str) -> Ed25519PrivateKey:
        key = self._get(key_id)
        if key.purpose not in SIGNING:
            raise KeyUnavailable(f"key {key.id} does not sign")
        return Ed25519PrivateKey.from_private_bytes(key.secret)

    def _wrapping(self, key_id: str) -> bytes:
        key = self._get(key_id)
        if key.purpose in SIGNING:
            raise KeyUnavailable(f"key {key.id} signs and does not wrap")
        return key.secret

    def _get(self, key_id: str) -> RootKey:
        try:
            return self._keys[key_id]
        except KeyError:
            raise KeyUnavailable(f"root key {key_id} is not in this keyring") from None


class Keyring:
    """Root keys by purpose, whoever keeps them."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    @property
    def practice_id(self) -> str:
        """Names this practice for good, whatever it is called and whichever keys are current."""
        return self._provider.practice_id()

    def wrap(self, purpose: str, key: bytes, aad: bytes) -> tuple[str, bytes]:
        """Wraps a key (or another short secret) under the purpose's current root key: (root key id, blob)."""
        key_id = self.current(purpose)
        return key_id, self._provider.wrap(key_id, key, purpose.encode() + b"\0" + aad)

    def unwrap(self, purpose: str, key_id: str, blob: bytes, aad: bytes) -> bytes:
        """Opens what `wrap` made with the same purpose and `aad`. Raises `Unreadable` or `KeyUnavailable`."""
        if key_id not in self._provider.ids(purpose):
            raise KeyUnavailable(f"root key {key_id} for {purpose} is not in this keyring")
        return self._provider.unwrap(key_id, blob, purpose.encode() + b"\0" + aad)

    def current(self, purpose: str) -> str:
        """Id of the key that new work of this purpose uses."""
        ids = self._provider.ids(purpose)
        if not ids:
            raise KeyUnavailable(f"the keyring has no key for {purpose}")
        return ids[-1]

    def fingerprints(self) -> dict[str, str]:
        """Fingerprint of every key by id: for backup manifests, the offline copy's label and `doctor`."""
        return {
            key_id: self._provider.fingerprint(key_id) for purpose in PURPOSES for key_id in self._provider.ids(purpose)
        }

    def signing_key(self, purpose: str = "ledger") -> tuple[str, Ed25519PrivateKey]:
        """The current signing key and its id."""
        key_id = self.current(purpose)
        return key_id, self._provider.signing_key(key_id)

    def public_keys(self, purpose: str = "ledger") -> dict[str, bytes]:
        """Raw 32-byte Ed25519 public key of every key of the purpose, by id: what verifiers are given."""
        ids = self._provider.ids(purpose)
        return {key_id: _public(self._provider.signing_key(key_id)) for key_id in ids}


def keyring() -> Keyring:
    """This process's keyring, read once. A missing file stops the start; outside production it is made."""
    path = Path(settings.KEYRING_FILE)
    if not path.exists() and getattr(settings, "KEYRING_AUTOCREATE", False):
        create_keyring(path)
    try:
        found = path.stat()
    except OSError as error:
        raise _cannot_be_read(path, error) from None
    return _load(path, found.st_ino, found.st_mtime_ns)


@lru_cache(maxsize=1)
def _load(path: Path, inode: int, changed_ns: int) -> Keyring:
    """Read anew when the file has changed, so that a running process knows a root key added meanwhile."""
    return Keyring(FileProvider(path))


def create_keyring(path: Path | str) -> Path:
    """Makes a keyring with one key per purpose. An existing one is never touched: two starters end up with the same
    file.
    """
    path = Path(path)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(path, str(uuid4()), [_new(purpose) for purpose in PURPOSES], replace=False)
    return path


def add_root_key(path: Path | str, purpose: str) -> str:
    """Adds a key that becomes the purpose's current one; the older ones stay. Returns its id. Copy the file offline
    again.
    """
    path = Path(path)
    key = _new(purpose)
    practice, keys = _read(path)
    _write(path, practice, [*keys, key], replace=True)
    return key.id


def _new(purpose: str) -> RootKey:
    if purpose not in PURPOSES:
        raise KeyUnavailable(f"no such purpose: {purpose}")
    created = datetime.now(UTC).isoformat(timespec="seconds")
    return RootKey(f"{purpose}-{secrets.token_hex(4)}", purpose, created, secrets.token_bytes(KEY_BYTES))


def _read(path: Path) -> tuple[str, list[RootKey]]:
    try:
        mode = path.stat().st_mode & 0o777
        content: Any = json.loads(path.read_text())
        practice, keys = str(UUID(content["practice"])), list(_parse(content))
    except OSError as error:
        raise _cannot_be_read(path, error) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeyUnavailable(f"the keyring {path} is damaged. Put its offline copy there.") from None
    if mode & 0o077:
        raise KeyUnavailable(f"the keyring {path} can be read by others (mode {mode:04o}): set it to 0400")
    return practice, keys


def _cannot_be_read(path: Path, error: OSError) -> KeyUnavailable:
    return KeyUnavailable(f"the keyring {path} cannot be read: {error.strerror}. Put its offline copy there.")


def _parse(content: Any) -> Iterator[RootKey]:
    if content["format"] != _FORMAT:
        raise ValueError
    for row in content["keys"]:
        key = RootKey(row["id"], row["purpose"], row["created"], base64.b64decode(row["secret"], validate=True))
        if len(key.secret) != KEY_BYTES or key.fingerprint != row["fingerprint"]:
            raise ValueError  # a mistyped or cut copy is found here, not at the first note
        yield key


def _write(path: Path, practice: str, keys: list[RootKey], *, replace: bool) -> None:
    rows = [
        {
            "id": key.id,
            "purpose": key.purpose,
            "created": key.created,
            "fingerprint": key.fingerprint,
            "secret": base64.b64encode(key.secret).decode(),
        }
        for key in keys
    ]
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    try:
        with os.fdopen(handle, "w") as file:
            json.dump({"format": _FORMAT, "practice": practice, "keys": rows}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        _place(temporary, path, replace=replace)
    finally:
        temporary.unlink(missing_ok=True)


def _place(temporary: Path, path: Path, *, replace: bool) -> None:
    if replace:
        os.replace(temporary, path)
    else:
        try:
            os.link(temporary, path)  # fails if another process was first, so that keys in use are never overwritten
        except FileExistsError:
            return
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _public(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
