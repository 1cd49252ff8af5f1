"""One sealed value: what its bytes are, how they are made, and the only way they open.

    magic "prse" | format (1 byte) | salt (32) | commitment (32) | AES-256-GCM ciphertext and tag

From the caller's key and the fresh salt, HKDF-SHA-256 derives a message key, its nonce and a commitment. So no
message key is ever used twice, however often the caller's key is, and a value opens under one key only: the
commitment is compared before anything is decrypted. The associated data is the header and the binding, every part
with its kind and length, so that two different bindings never read as the same bytes. Text is padded to steps of 256
bytes: a row's length does not tell how much was written. Whatever is wrong, opening says `Unreadable` and nothing
else, and never returns stored bytes.
"""

import hmac
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Binding = tuple[str | bytes | int, ...]

_KINDS: Final[dict[type, bytes]] = {str: b"s", bytes: b"b", int: b"i"}
MAGIC: Final = b"prse"
TEXT: Final = 1  # padded content
KEY: Final = 2  # another key, of known length, not padded
KEY_BYTES: Final = 32
STEP: Final = 256
_SALT, _COMMITMENT, _NONCE, _TAG = 32, 32, 12, 16
_HEADER = len(MAGIC) + 1 + _SALT + _COMMITMENT


class Unreadable(Exception):
    """A sealed value does not open: wrong key, wrong place, changed bytes or unknown format. Deliberately without
    detail.
    """

    def __init__(self) -> None:
        super().__init__("sealed value cannot be opened")


def seal(plaintext: bytes, *, key: bytes, binding: Binding) -> bytes:
    """Seals `plaintext` (any length) under `key` (32 bytes), openable only with the same `binding`."""
    return _seal(_pad(plaintext), TEXT, key, binding, secrets.token_bytes(_SALT))


def open_sealed(blob: bytes, *, key: bytes, binding: Binding) -> bytes:
    """The plaintext of what `seal` made. Raises `Unreadable` in every other case."""
    return _unpad(_open(blob, TEXT, key, binding))


def seal_key(inner: bytes, *, key: bytes, binding: Binding) -> bytes:
    """Wraps one key under another. A wrapped key never opens as text, nor text as a key."""
    return _seal(inner, KEY, key, binding, secrets.token_bytes(_SALT))


def open_key(blob: bytes, *, key: bytes, binding: Binding) -> bytes:
    """The key that `seal_key` wrapped. Raises `Unreadable` in every other case."""
    return _open(blob, KEY, key, binding)


def encode_binding(binding: Binding) -> bytes:
    """The binding as bytes: the number of parts, then kind, length and bytes of each. Injective (tested as such)."""
    parts = [len(binding).to_bytes(8, "big")]
    for part in binding:
        tag = _KINDS[type(part)]  # exact type: True is no 1 here
        raw = part if isinstance(part, bytes) else str(part).encode()
        parts += [tag, len(raw).to_bytes(8, "big"), raw]
    return b"".join(parts)


def _derive(key: bytes, salt: bytes) -> tuple[bytes, bytes, bytes]:
    if len(key) != KEY_BYTES:
        raise Unreadable
    length = KEY_BYTES + _NONCE + _COMMITMENT
    out = HKDF(algorithm=SHA256(), length=length, salt=salt, info=b"practice envelope 1").derive(key)
    return out[:KEY_BYTES], out[KEY_BYTES : KEY_BYTES + _NONCE], out[KEY_BYTES + _NONCE :]


def _seal(content: bytes, form: int, key: bytes, binding: Binding, salt: bytes) -> bytes:
    message_key, nonce, commitment = _derive(key, salt)
    header = MAGIC + bytes([form]) + salt + commitment
    return header + AESGCM(message_key).encrypt(nonce, content, header + encode_binding(binding))


def _open(blob: bytes, form: int, key: bytes, binding: Binding) -> bytes:
    blob = bytes(blob)
    header, body = blob[:_HEADER], blob[_HEADER:]
    start = MAGIC + bytes([form])
    if len(body) < _TAG or not header.startswith(start):
        raise Unreadable
    salt, commitment = header[len(start) : len(start) + _SALT], header[len(start) + _SALT :]
    message_key, nonce, expected = _derive(key, salt)
    if not hmac.compare_digest(commitment, expected):
        raise Unreadable
    try:
        return AESGCM(message_key).decrypt(nonce, body, header + encode_binding(binding))
    except InvalidTag:
        raise Unreadable from None


def _pad(plaintext: bytes) -> bytes:
    framed = len(plaintext).to_bytes(8, "big") + plaintext
    return framed + b"\0" * (-len(framed) % STEP)


def _unpad(framed: bytes) -> bytes:
    length = int.from_bytes(framed[:8], "big")
    if len(framed) % STEP or length > len(framed) - 8:
        raise Unreadable
    return framed[8 : 8 + length]
