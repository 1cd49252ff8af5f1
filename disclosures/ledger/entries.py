"""What is written in the log: kinds of entries, their canonical text, and what the typed columns must say.

An entry is two JSON texts. The *body* is what a patient may see; the leaf of the tree hashes exactly its bytes. The
*internal* text (who made it, policy, links, everything about suspensions) never leaves; the body carries its hash. Each
has 128 random bits of its own, so that nobody can guess a text from its hash.
"""

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import TextChoices

VERSION = 1
Json = dict[str, Any]


class EntryKind(TextChoices):
    """What an entry records. Nothing is ever changed: what comes later is an entry about the earlier one."""

    DISCLOSURE = "disclosure", "Disclosure"
    DELIVERY = "delivery", "How a release ended"
    SUCCESSION = "succession", "Correction"
    SUSPENSION = "suspension", "Suspension"
    SUSPENSION_END = "suspension_end", "End of a suspension"
    ACCOUNTING = "accounting", "Accounting issued"


def canonical(value: Mapping[str, Any]) -> str:
    """One text for one value: sorted names, no spaces, no fractions. Raises ValueError for what has no such text."""
    text = json.dumps(_plain(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    text.encode()  # half of a surrogate pair has no bytes
    return text


def _plain(value: Any) -> Any:
    match value:
        case None | bool() | int() | str():
            # str() of a choice is its value; a plain str is what is written
            return str(value) if isinstance(value, str) else value
        case datetime():
            return instant(value)
        case UUID():
            return str(value)
        case date():
            return value.isoformat()
        case Mapping():
            return {str(name): _plain(item) for name, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
        case set() | frozenset():
            return sorted(_plain(item) for item in value)
    raise ValueError(f"an entry cannot hold a {type(value).__name__}")


def instant(at: datetime) -> str:
    """A moment as written in an entry: UTC, to the microsecond."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def salt() -> str:
    """128 fresh random bits."""
    return secrets.token_hex(16)


def write(
    *,
    id: UUID,
    index: int,
    kind: EntryKind,
    recorded_at: datetime,
    public: Mapping[str, Any],
    internal: Mapping[str, Any],
) -> tuple[str, str]:
    """(body, internal text) of a new entry."""
    internal_text = canonical({**internal, "salt": salt()})
    body = {
        **public,
        "v": VERSION,
        "id": id,
        "index": index,
        "kind": kind,
        "recorded_at": recorded_at,
        "salt": salt(),
        "internal_sha256": sha256(internal_text.encode()).hexdigest(),
    }
    return canonical(body), internal_text


COLUMNS = (
    "id", "index", "kind", "recorded_at", "patient_id", "disclosed_on", "basis", "includes_pn", "rule_accountable",
    "artefact_sha256", "release_id", "about_id",
)  # fmt: skip


def columns_of(body: str, internal: str) -> Json:
    """What the typed columns say for these texts. Raises ValueError, KeyError or TypeError for a damaged text."""
    return _columns(json.loads(body), json.loads(internal))


def _columns(public: Json, private: Json) -> Json:
    return {
        "id": UUID(public["id"]),
        "index": int(public["index"]),
        "kind": str(public["kind"]),
        "recorded_at": datetime.fromisoformat(public["recorded_at"]),
        "patient_id": _uuid(public.get("patient") or private.get("patient")),
        "disclosed_on": date.fromisoformat(public["disclosed_on"]) if public.get("disclosed_on") else None,
        "basis": str(public.get("basis", "")),
        "includes_pn": bool(public.get("includes_pn")),
        "rule_accountable": bool(public.get("rule_accountable")),
        "artefact_sha256": str(public.get("artefact_sha256", "")),
        "release_id": _uuid(private.get("release")),
        "about_id": _uuid(public.get("about") or private.get("about")),
    }


def problem(row: Mapping[str, Any]) -> str:
    """What is wrong with a stored row by itself: columns or internal text that differ from its body. "" if nothing.

    In: the columns of COLUMNS, with body and internal.
    """
    try:
        public = json.loads(row["body"])
        expected, internal_hash = _columns(public, json.loads(row["internal"])), public["internal_sha256"]
    except (ValueError, KeyError, TypeError, AttributeError):
        return "its text cannot be read"
    if sha256(row["internal"].encode()).hexdigest() != internal_hash:
        return "its internal part is not the one that was recorded"
    wrong = [name for name in COLUMNS if row[name] != expected[name]]
    return f"its column {wrong[0]} says something else than its text" if wrong else ""


def _uuid(text: str | None) -> UUID | None:
    return UUID(text) if text else None
