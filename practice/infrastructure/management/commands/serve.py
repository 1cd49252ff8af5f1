"""Run the practice: databases brought up to date, then the web server and the worker for background jobs."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from practice.infrastructure.databases.logins import OWNERS, prepare
from practice.infrastructure.databases.router import ALIASES
from practice.infrastructure.databases.server import Server
from practice.infrastructure.keys import KeyUnavailable, keyring
from practice.infrastructure.web import bind

WEB = ("-m", "gunicorn", "-c", "python:practice.infrastructure.web", "practice.wsgi:application")
# the same program with other settings: what is reached by a link, and nothing of the clinic
OUTSIDE = {"PRACTICE_SIDE": "outside", "PRACTICE_WEB_PROCESSES": "1"}
WORKER = ("manage.py", "procrastinate", "worker")
PAUSE = 2.0  # seconds before a worker that ended is started again


class Command(BaseCommand):
    """Ctrl-C or SIGTERM stops everything this command started, and only that."""

    help = __doc__

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            keyring()
        except KeyUnavailable as error:
            raise CommandError(f"{error} A new practice makes one with `manage.py create_keyring`.") from error
        if settings.SIDE == "outside":
            raise CommandError("`serve` starts both sides by itself: leave PRACTICE_SIDE out. See docs/operations.md.")
        for address in (bind, *([settings.OUTSIDE_BIND] if settings.OUTSIDE_HOST else [])):
            if _answers(address):
                raise CommandError(f"Something answers on {address} already. Does the practice run in another window?")
        signal.signal(signal.SIGTERM, _stop)
        signal.signal(signal.SIGINT, _stop)
        server: Server | None = settings.EMBEDDED_SERVER
        started = False
        try:
            if server:
                started = prepare(server)
                if not server.root.is_relative_to(settings.BASE_DIR):
                    self.stdout.write(f"The data stands in {server.root}.")
            self._bring_up_to_date()
            if settings.MODE != "test":
                call_command("load_icd10", if_none=True)
            if settings.MODE == "demo":
                call_command("seed_demo")
            _collect_static_files()
            self._run()
        except _Stopped:
            self.stdout.write("Stopped.")
        finally:
            if server and started:
                server.stop()

    def _bring_up_to_date(self) -> None:
        """Migrate, where the owners' logins are there; otherwise, as on a running practice, only look."""
        as_owners = all((alias, OWNERS[alias]) in settings.LOGIN_CREDENTIALS for alias in ALIASES)
        try:
            call_command("migrate", verbosity=0, interactive=False, check_unapplied=not as_owners)
        except SystemExit as error:
            raise CommandError("The databases are not up to date. Run `manage.py migrate` first.") from error
        except OperationalError as error:
            raise CommandError("The databases do not answer, or refuse the login.") from error

    def _run(self) -> None:
        web = _start(WEB)
        outside = _start(WEB, OUTSIDE | {"PRACTICE_BIND": settings.OUTSIDE_BIND}) if settings.OUTSIDE_HOST else None
        worker = _start(WORKER)
        try:
            announced = False
            while web.poll() is None and (outside is None or outside.poll() is None):
                if not announced and _answers(bind):
                    if outside:
                        self.stdout.write(f"Links for patients and recipients open at {settings.OUTSIDE_ADDRESS}.")
                    self.stdout.write(f"The practice runs at http://{bind} (Ctrl-C stops it).")
                    announced = True
                if worker.poll() is not None:
                    self.stderr.write("The worker ended and is started again.")
                    time.sleep(PAUSE)
                    worker = _start(WORKER)
                time.sleep(0.2)
            raise CommandError("The web server ended.")
        finally:
            running = [process for process in (web, outside, worker) if process]
            for process in running:
                process.terminate()
            for process in running:
                process.wait(timeout=30)


def _collect_static_files() -> None:
    """Collect and compress style sheets, scripts and fonts, unless they are those of the last start."""
    ours = sorted(path for folder in settings.STATICFILES_DIRS for path in Path(folder).rglob("*") if path.is_file())
    seen = [settings.BASE_DIR / "requirements.lock", *ours]  # libraries bring some, too
    words = "".join(f"{path} {path.stat().st_size} {path.stat().st_mtime_ns}\n" for path in seen)
    state = hashlib.sha256(words.encode()).hexdigest()
    mark = Path(settings.DATA_DIR) / "static.collected"  # beside the folder that is served, not in it
    if not Path(settings.STATIC_ROOT).exists() or not mark.exists() or mark.read_text() != state:
        call_command("collectstatic", interactive=False, verbosity=0)
        mark.write_text(state)


class _Stopped(BaseException):
    """Somebody asked us to stop; not an Exception, so that nothing on the way takes it for an error."""


def _stop(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise _Stopped


def _start(words: tuple[str, ...], more: dict[str, str] | None = None) -> "subprocess.Popen[bytes]":
    # a session of its own: Ctrl-C reaches this process alone, and the children are told once, by us
    return subprocess.Popen(  # noqa: S603 - our own programs
        [sys.executable, *words],
        cwd=settings.BASE_DIR,
        env={**os.environ, **(more or {})},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
    )


def _answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), timeout=1).close()
    except OSError:
        return False
    return True
