"""Whether a whole chart was given out here, and nothing in it was changed since: a seal with a key of the keyring."""

import json
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Any

from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.keys import KeyUnavailable, keyring

PURPOSE, BINDING = "chart", b"whole chart"


def seal_of(content: Any) -> str:
    """The seal of a bundle's entries as read back from their JSON: key and sealed hash."""
    key_id, blob = keyring().wrap(PURPOSE, _digest(content), BINDING)
    return f"{key_id}.{b64encode(blob).decode()}"


def is_ours(content: Any, seal: Any) -> bool:
    """Whether this practice's keyring sealed exactly these entries."""
    key_id, _dot, blob = seal.partition(".") if isinstance(seal, str) else ("", "", "")
    try:
        return keyring().unwrap(PURPOSE, key_id, b64decode(blob, validate=True), BINDING) == _digest(content)
    except (KeyUnavailable, Unreadable, ValueError):
        return False


def _digest(content: Any) -> bytes:
    return sha256(json.dumps(content.get("entry"), sort_keys=True, ensure_ascii=False, default=str).encode()).digest()
