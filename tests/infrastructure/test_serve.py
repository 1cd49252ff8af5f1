"""`serve` brings a practice up, keeps it up when the database is killed, and leaves nothing running behind it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from practice.infrastructure.databases.logins import prepare
from practice.infrastructure.databases.router import DEFAULT
from practice.infrastructure.databases.server import Server
from tests import databases


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@pytest.fixture
def practice(django_db_setup: None) -> Iterator[tuple["subprocess.Popen[str]", str, Server]]:
    """A practice of its own: process, address, database server.

    Its sealed database is empty, for `serve` to migrate; the tables of the other one, which take twenty seconds, are
    those that the same command has made for all tests.
    """
    data = Path(settings.DATA_DIR) / f"served-{os.getpid()}"
    server = Server(data / "test", durable=False)
    prepare(server)
    databases.copy_template(DEFAULT, server)
    server.stop()
    address = f"127.0.0.1:{free_port()}"
    environment = {**os.environ, "PRACTICE_MODE": "test", "PRACTICE_DATA_DIR": str(data), "PRACTICE_BIND": address}
    process = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=settings.BASE_DIR,
        env=environment | {"PRACTICE_WEB_PROCESSES": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    yield process, address, server
    if process.poll() is None:
        process.terminate()
        process.communicate(timeout=60)
    shutil.rmtree(data, ignore_errors=True)


def status(address: str, seconds: float = 180) -> int:
    """The answer of the sign-in page, waited for; 0 if there is none."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"http://{address}/account/login/", timeout=30) as response:
                return int(response.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            time.sleep(0.2)
    return 0


def children(process: int) -> list[str]:
    found = subprocess.run(["pgrep", "-P", str(process)], capture_output=True, text=True, check=False)
    return found.stdout.split()


def test_a_practice_starts_survives_its_database_and_stops_cleanly(
    practice: tuple["subprocess.Popen[str]", str, Server],
) -> None:
    process, address, server = practice
    assert status(address) == 200
    started = children(process.pid)
    assert len(started) == 3, "the clinic, the outside and the worker"
    with server.superuser("psychotherapy") as sealed:
        assert sealed.execute("SELECT to_regclass('psychotherapy_note')").fetchone() != (None,), "it has been migrated"

    os.kill(int((server.cluster / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    time.sleep(0.5)
    assert status(address) == 200, "the first request after a kill starts the server again"

    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert f"runs at http://{address}" in output and output.endswith("Stopped.\n")
    assert not any(Path("/proc", child).exists() for child in started)
    assert not server.running()


def test_a_second_start_says_that_the_first_one_runs() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        bind = f"127.0.0.1:{listener.getsockname()[1]}"
        environment = {**os.environ, "PRACTICE_MODE": "test", "PRACTICE_BIND": bind}
        command = [sys.executable, "manage.py", "serve"]
        done = subprocess.run(
            command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    assert "answers on" in done.stderr and "Traceback" not in done.stderr
