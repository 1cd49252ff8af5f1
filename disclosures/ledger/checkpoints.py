"""Signed checkpoints of the log in the C2SP text form (tlog-checkpoint in a signed note).

    cedar-street.example/disclosures/1            the log: practice, log and incarnation
    18342                                         entries
    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=  root
    signed 2026-11-21T18:02:47Z

    — cedar-street.example/disclosures/1 Az3grl…  key id and Ed25519 signature over the lines above

A checkpoint says nothing about any person, so it can be printed, mailed and kept anywhere.
"""

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = b"\x01"
ORIGIN = re.compile(r"[^\s+]{3,120}")
SIZE = re.compile(r"0|[1-9][0-9]{0,17}")
TIME = "signed %Y-%m-%dT%H:%M:%SZ"


class NoteInvalid(Exception):
    """A text is not a checkpoint, or not one signed by the given keys. The message says which."""


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint states: at `signed_at` (UTC) the log `origin` had `size` entries under `root`."""

    origin: str
    size: int
    root: bytes
    signed_at: datetime

    def text(self) -> str:
        """The signed lines."""
        root = base64.b64encode(self.root).decode()
        return f"{self.origin}\n{self.size}\n{root}\n{self.signed_at.astimezone(UTC).strftime(TIME)}\n"


def sign(head: Head, key: Ed25519PrivateKey) -> str:
    """The checkpoint as exported: the lines, an empty one, the signature line."""
    if not ORIGIN.fullmatch(head.origin):
        raise NoteInvalid("the name of the log has spaces or a plus sign, or is too short")
    signature = key.sign(head.text().encode())
    blob = base64.b64encode(key_id(head.origin, public_bytes(key)) + signature).decode()
    return f"{head.text()}\n— {head.origin} {blob}\n"


def parse(note: str) -> tuple[Head, list[tuple[bytes, bytes]]]:
    """(what is stated, the (key id, signature) pairs under the log's name); not yet believed. Raises NoteInvalid."""
    text, separator, signatures = note.partition("\n\n")
    lines = text.split("\n")
    if not separator or len(lines) != 4 or not note.endswith("\n"):
        raise NoteInvalid("the checkpoint is incomplete")
    try:
        signed_at = datetime.strptime(lines[3], TIME).replace(tzinfo=UTC)
        root = base64.b64decode(lines[2], validate=True)
    except (ValueError, binascii.Error):
        raise NoteInvalid("the checkpoint is damaged") from None
    if not SIZE.fullmatch(lines[1]) or len(root) != 32:
        raise NoteInvalid("the checkpoint is damaged")
    head = Head(lines[0], int(lines[1]), root, signed_at)
    if head.text() != text + "\n":
        raise NoteInvalid("the checkpoint is damaged")
    return head, list(_signatures(signatures, head.origin))


def _signatures(lines: str, origin: str) -> Iterator[tuple[bytes, bytes]]:
    for line in lines.removesuffix("\n").split("\n"):
        try:
            dash, name, encoded = line.split(" ")
            blob = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            raise NoteInvalid("the signature is damaged") from None
        whole = len(blob) == 68 and base64.b64encode(blob).decode() == encoded  # base64 has unused bits at its end
        if dash == "—" and name == origin and whole:
            yield blob[:4], blob[4:]


def verify(note: str, keys: Iterable[bytes], *, origin: str | None = None) -> Head:
    """What the note states, signed by one of `keys` (raw Ed25519 public keys). Raises NoteInvalid.

    `origin` pins the log: a checkpoint of another log is refused even if a known key signed it.
    """
    return verify_by(note, keys, origin=origin)[0]


def verify_by(note: str, keys: Iterable[bytes], *, origin: str | None = None) -> tuple[Head, bytes]:
    """As `verify`, with the public key that signed."""
    head, signatures = parse(note)
    if origin is not None and head.origin != origin:
        raise NoteInvalid("the checkpoint is of another log")
    for key in keys:
        for its_id, signature in signatures:
            if its_id == key_id(head.origin, key) and _signed(key, signature, head.text()):
                return head, key
    raise NoteInvalid("the checkpoint is not signed by a key of this practice")


def _signed(key: bytes, signature: bytes, text: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True


def key_id(origin: str, public: bytes) -> bytes:
    """Four bytes that name a key under a log's name (C2SP signed-note)."""
    return sha256(origin.encode() + b"\n" + ED25519 + public).digest()[:4]


def verifier_key(origin: str, public: bytes) -> str:
    """The public key as C2SP tools read it: name+id+key."""
    return f"{origin}+{key_id(origin, public).hex()}+{base64.b64encode(ED25519 + public).decode()}"


def fingerprint(public: bytes) -> str:
    """What is printed on paper so that a swapped key is seen: the SHA-256 of the key in groups of four digits."""
    digits = sha256(public).hexdigest()[:40]
    return " ".join(digits[at : at + 4] for at in range(0, 40, 4))


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    """Raw 32-byte public key."""
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def split_notes(text: str) -> list[str]:
    """The checkpoints of a checkpoint file, in order, unread. A damaged one comes out as it stands.

    Each ends with an empty line; so every second empty line ends one.
    """
    parts = text.split("\n\n")
    if not parts[-1].strip():
        parts.pop()
    return [f"{head}\n\n{signatures}\n" for head, signatures in zip(parts[::2], [*parts[1::2], ""], strict=False)]
