#!/usr/bin/env python3
"""Checks an accounting of disclosures without the software that made it. Python 3.9 or newer, nothing else.

    python3 verify_accounting.py accounting.json [--key "FINGERPRINT PRINTED ON THE LAST PAGE"]

What it proves: the file is exactly the one the practice signed; each disclosure in it stands in the practice's log at
its place; the log is the one the practice signed a checkpoint for. Compare the printed lines with the paper, and the
fingerprint with the one on the paper or on an earlier accounting. It cannot prove that nothing was left out.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from typing import Any

# Ed25519 (RFC 8032) in plain integers. Slow and not hidden from timing, which is no matter: nothing here is secret.
P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
I = pow(2, (P - 1) // 4, P)  # noqa: E741
BASE = (15112221349535400772501151409588531511454012693041857206046113283949847762202,
        46316835694926478169428394003475163141307993866256225615783033603165251855960)  # fmt: skip


Point = tuple[int, int]
Json = dict[str, Any]


class Wrong(Exception):
    pass


def add(a: Point, b: Point) -> Point:
    t = D * a[0] * b[0] * a[1] * b[1]
    return ((a[0] * b[1] + b[0] * a[1]) * pow(1 + t, -1, P) % P,
            (a[1] * b[1] + a[0] * b[0]) * pow(1 - t, -1, P) % P)  # fmt: skip


def times(point: Point, n: int) -> Point:
    result = (0, 1)
    while n:
        if n & 1:
            result = add(result, point)
        point, n = add(point, point), n >> 1
    return result


def decode(data: bytes) -> Point:
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & (1 << 255) - 1
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * I % P
    if y >= P or (x * x - square) % P or (x == 0 and sign):
        raise Wrong("a signature or key is not a point of the curve")
    return (P - x if x & 1 != sign else x, y)


def signed(key: bytes, signature: bytes, message: bytes) -> bool:
    r, s = decode(signature[:32]), int.from_bytes(signature[32:], "little")
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), "little") % L
    return len(signature) == 64 and s < L and times(BASE, s) == add(r, times(decode(key), k))


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def root_of(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root of the log as it follows from one entry and its path (RFC 6962 section 2.1.1)."""
    at, last = index, size - 1
    for neighbour in path:
        if at & 1 or at == last:
            leaf = sha256(b"\x01" + neighbour + leaf)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            leaf = sha256(b"\x01" + leaf + neighbour)
        at, last = at >> 1, last >> 1
    return leaf if last == 0 and 0 <= index < size else None


def octets(text: str) -> bytes:
    data = bytes.fromhex(text)
    if data.hex() != text:
        raise Wrong("a number is not written as it was signed")
    return data


def text_of(value: Json) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1) + "\n"


def read_checkpoint(note: str, keys: list[bytes]) -> tuple[str, int, bytes]:
    text, _, signature = note.partition("\n\n")
    origin, size, root, _time = text.split("\n")
    name, encoded = signature.rstrip("\n").rsplit(" ", 1)
    blob = base64.b64decode(encoded)
    for key in keys:
        known = name == "— " + origin and blob[:4] == sha256(origin.encode() + b"\n\x01" + key)[:4]
        if known and signed(key, blob[4:], (text + "\n").encode()):
            return origin, int(size), base64.b64decode(root)
    raise Wrong("the checkpoint is not signed by the key in this file")


def check_entry(entry: Json, size: int, root: bytes, document: Json) -> Json:
    path = [octets(step) for step in entry["path"]]
    if root_of(sha256(b"\x00" + entry["body"].encode()), entry["index"], size, path) != root:
        raise Wrong("entry {} is not in the practice's log as it stands here".format(entry["index"]))
    body, period = json.loads(entry["body"]), document["period"]
    if body["index"] != entry["index"] or body["patient"] != document["patient"]["id"]:
        raise Wrong("entry {} is about something else".format(entry["index"]))
    if not period["from"] <= body["disclosed_on"] <= period["to"]:
        raise Wrong("entry {} is outside the period".format(entry["index"]))
    return body


def check(raw: bytes, expected_key: str = "") -> tuple[str, Json, list[Json]]:
    """Everything that can be checked; gives (the signer's fingerprint, document, bodies) or raises."""
    data = json.loads(raw.decode())
    if text_of(data).encode() != raw:
        raise Wrong("the file was changed (its text is not in the form in which it was signed)")
    document, keys = data["document"], [octets(key) for key in data["keys"]]
    if not signed(keys[0], octets(data["signature"]), b"accounting of disclosures\n" + text_of(document).encode()):
        raise Wrong("the file was changed (the practice's signature does not fit)")
    signer = hashlib.sha256(keys[0]).hexdigest()[:40]  # the list of keys is not signed: only this one counts
    if expected_key and expected_key.replace(" ", "").lower() != signer:
        raise Wrong("it is signed with another key than the one you named")
    _, size, root = read_checkpoint(document["checkpoint"], keys)
    if len({entry["index"] for entry in document["entries"]}) != len(document["entries"]):
        raise Wrong("an entry is given twice")
    return signer, document, [check_entry(entry, size, root, document) for entry in document["entries"]]


def on_one_line(text: str) -> str:
    """What somebody once typed, so that it cannot look like a line of ours: \\u000a for a line break."""
    return "".join(sign if sign.isprintable() else f"\\u{ord(sign):04x}" for sign in text)


def main(arguments: list[str]) -> int:
    out = sys.stdout.write
    if len(arguments) not in (1, 3) or (len(arguments) == 3 and arguments[1] != "--key"):
        out(__doc__)
        return 2
    try:
        with open(arguments[0], "rb") as file:
            signer, document, bodies = check(file.read(), *arguments[2:])
    except (Wrong, OSError) as problem:
        out(f"NOT VERIFIED: {problem}\n")
        return 1
    except Exception:
        out("NOT VERIFIED: this is not an accounting file, or it is damaged\n")
        return 1
    out("Verified: accounting {}, {} disclosure(s).\n".format(document["number"], len(bodies)))
    for body in bodies:
        shown = "{}; {}; {}".format(body["recipient"]["name"], body["what"], body["purpose"])
        out("  entry {}  {}  {}\n".format(body["index"], body["disclosed_on"], on_one_line(shown)))
    out("Key fingerprint: {}\n".format(" ".join(signer[at : at + 4] for at in range(0, 40, 4))))
    if len(arguments) == 1:
        out("Compare the fingerprint with the one on the last page of the paper.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
