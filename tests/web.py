"""The product's own web server as processes that can be killed: gunicorn on this worker's databases."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from types import TracebackType
from typing import Self

from django.conf import settings
from django.urls import reverse

from tests.databases import database_environment


class WebServer:
    """`with WebServer() as web:`, or `start`, `kill` and `start` again: the address stays the same."""

    def __init__(self, processes: int = 2) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = int(listener.getsockname()[1])
        self.home = f"http://127.0.0.1:{self.port}"
        self.processes = processes
        self.running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        environment = {
            **os.environ,
            **database_environment(),
            "PRACTICE_BIND": f"127.0.0.1:{self.port}",
            "PRACTICE_WEB_PROCESSES": str(self.processes),
        }
        command = ["-m", "gunicorn", "-c", "python:practice.infrastructure.web", "practice.wsgi:application"]
        # a session of its own, so that the whole of it can be killed
        self.running = subprocess.Popen(
            [sys.executable, *command], cwd=settings.BASE_DIR, env=environment, start_new_session=True
        )
        for _ in range(300):
            assert self.running.poll() is None, "the web server did not start"
            if self._answers():
                return
            time.sleep(0.2)
        raise AssertionError("the web server does not answer")

    def _answers(self) -> bool:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", reverse("health"))
            return line.getresponse().status == 200
        except OSError:
            return False
        finally:
            line.close()

    def kill(self) -> None:
        """As a power cut: every process at once, with no time to finish anything."""
        if self.running and self.running.poll() is None:
            os.killpg(self.running.pid, signal.SIGKILL)
            self.running.wait()

    def stop(self) -> None:
        """As an administrator does."""
        if self.running and self.running.poll() is None:
            self.running.terminate()
            self.running.wait(timeout=60)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
