"""A bounded number of places for heavy work, counted over every process of this machine.

What draws a document from outside may take much memory and time, and pages ask for several at once. The places are
locks on files in the data folder: the system frees them when whoever held one is gone, however it ended.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL = 0.05  # seconds between two looks


class NoPlace(Exception):
    """Every place stayed taken for as long as somebody may wait."""


@contextmanager
def place_in(folder: Path, *, places: int, wait: float) -> Iterator[None]:
    """Hold one of so many places, waiting for one at most `wait` seconds. Raises NoPlace."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    until = time.monotonic() + wait
    while (taken := _take(folder, places)) is None:
        if time.monotonic() >= until:
            raise NoPlace
        time.sleep(POLL)
    try:
        yield
    finally:
        os.close(taken)  # frees it


def _take(folder: Path, places: int) -> int | None:
    for number in range(places):
        handle = os.open(folder / str(number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
        else:
            return handle
    return None
