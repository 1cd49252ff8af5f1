"""The process that works on documents from outside: takes them apart, puts them into packages, draws their pages.

Started by `copies` as a bare script: no Django, no settings, no secrets in its environment, little memory and time, and
no file may be written. It answers with one line of JSON and the bytes it made. Nothing of a file is ever written
anywhere else.

    take KIND             the copy of a file that people see (`take_child`)
    pictures              of each copy a PDF of the pictures that a package has of it, if it has (`package_child`)
    append, fill          a package of ours with copies behind it, or on the pages it keeps for them (`package_child`)
    picture KIND PAGE WIDTH
    burn KIND PAGE AREAS  a page as a picture; as the picture that leaves in its place (`picture_child`)
"""

import json
import resource
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parent))  # `-I` leaves it out; last, so that nothing of Python's own is hidden
import package_child  # type: ignore
import picture_child  # type: ignore
import take_child  # type: ignore
from word_child import Refused  # type: ignore

MEMORY_BYTES = 1536 * 1024**2
CPU_SECONDS = 40


def main() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        resource.setrlimit(what, (most, most))
    try:
        header, body = answer(*sys.argv[1:])
    except Refused as refused:
        header, body = {"verdict": str(refused)}, b""
    sys.stdout.buffer.write(json.dumps(header).encode() + b"\n")
    sys.stdout.buffer.write(body)


def answer(act: str, *asked: str) -> tuple[dict[str, object], bytes]:
    given = sys.stdin.buffer
    if act == "take":
        return take_child.take(asked[0], given.read())
    if act == "picture":
        return {"verdict": "ok"}, picture_child.picture_of(asked[0], given.read(), int(asked[1]), int(asked[2]))
    if act == "burn":
        return {"verdict": "ok"}, picture_child.burnt(asked[0], given.read(), int(asked[1]), json.loads(asked[2]))
    if act == "pictures":
        return package_child.pictures(given)
    return (package_child.fill if act == "fill" else package_child.append)(given)


if __name__ == "__main__":
    try:
        main()
    except Exception:
        sys.stdout.buffer.write(b'{"verdict": "damaged"}\n')
