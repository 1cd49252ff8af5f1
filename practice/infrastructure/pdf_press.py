"""The press: one process that has WeasyPrint loaded, and forks a child of its own for every document.

Loading WeasyPrint takes longer than most documents do. So it is loaded once for each web process, when the first PDF is
wanted, in a bare process as `pdf_child` describes; what renders is still a process of one document, with limits of its
own and closed doors, which is gone afterwards. The press itself reads no document: it takes the end of a socket for
each job and hands it to the fork. It ends when the process that started it does.
"""

import atexit
import contextlib
import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

CHILD = Path(__file__).with_name("pdf_child.py")


class PressFailed(Exception):
    """There is no press to be had, or it ended before it answered."""


class Press:
    """The press of this process, started when it is first wanted and again when it is gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._owner = 0
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def print(self, job: bytes, *, seconds: float) -> bytes:
        """What the child answers to `job`, see `pdf_child.answer`. Raises PressFailed; TimeoutError after `seconds`."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._hand_over(theirs)
            ours.settimeout(seconds)
            # a child that gives up early closes its end; what it said is still there to read
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                ours.sendall(job)
                ours.shutdown(socket.SHUT_WR)
            return _read_all(ours)

    def stop(self) -> None:
        """End the press, if this process has one."""
        with self._lock:
            self._forget()

    def _hand_over(self, end: socket.socket) -> None:
        """Give `end` to the press; a press that has died is started anew, once."""
        with self._lock:
            for _attempt in range(2):
                try:
                    socket.send_fds(self._started(), [b"job"], [end.fileno()])
                except OSError:
                    self._forget()
                else:
                    return
        raise PressFailed

    def _started(self) -> socket.socket:
        if self._line is not None and self._owner == os.getpid():
            return self._line
        if self._owner != os.getpid():  # forked from the process whose press this is: leave that one alone
            self._line, self._process = None, None
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # one message, one document
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and script, no argument from outside)
                [sys.executable, "-I", str(CHILD)],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            )
        self._line, self._owner = ours, os.getpid()
        return ours

    def _forget(self) -> None:
        if self._owner != os.getpid():
            return
        if self._line is not None:
            self._line.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._line, self._process = None, None


def _read_all(end: socket.socket) -> bytes:
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := end.recv(1 << 20):
            parts.append(part)
    return b"".join(parts)


press = Press()
atexit.register(press.stop)
