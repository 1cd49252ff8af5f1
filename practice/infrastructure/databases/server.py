"""The embedded database server: our own PostgreSQL cluster below the data folder, reached by a Unix socket only.

Started with `initdb` and `pg_ctl`, with peer authentication for the superuser and passwords for every other login;
there is never a moment of `trust`, and no network port.
"""

import contextlib
import fcntl
import os
import pwd
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg

from practice.infrastructure.databases.account import (
    Account,
    ServerFailed,
    make_folder,
    reachable_by_all,
    server_account,
)
from practice.infrastructure.databases.binaries import find_binaries
from practice.infrastructure.databases.folder import make_data_folder, short_hash

SUPERUSER = "postgres"
PORT = 5432
LONGEST_SOCKET_PATH = 107  # bytes; the kernel's limit for a Unix socket's address
START_SECONDS = 20.0  # a killed postmaster may stand in the process table for a while and block the next start

# What reaches the server's log must not carry content: no statement text, no parameters, no "failing row contains".
# The last three lines are the ground of "nothing acknowledged is lost".
CONFIGURATION = """\
listen_addresses = ''
port = {port}
unix_socket_directories = '{sockets}'
max_connections = 120
shared_buffers = 64MB
password_encryption = 'scram-sha-256'
timezone = 'UTC'
log_min_error_statement = panic
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_min_duration_statement = -1
fsync = {durable}
full_page_writes = {durable}
synchronous_commit = {durable}
"""
# For tests, whose clones write much that nobody will ever replay.
SMALL_LOG = """\
wal_level = minimal
max_wal_senders = 0
max_wal_size = 192MB
"""

# First match decides. The everyday login is refused the sealed database here, before its missing CONNECT refuses it.
ACCESS = """\
local all            postgres                                                                        peer map=bootstrap
local psychotherapy  practice_owner,practice_app                                                     reject
local practice       psychotherapy_owner,psychotherapy_app,psychotherapy_review,psychotherapy_maintenance  reject
local all            practice_owner,practice_app,practice_backup                                     scram-sha-256
local all            psychotherapy_owner,psychotherapy_app,psychotherapy_review,psychotherapy_maintenance  scram-sha-256
local all            all                                                                             reject
"""


@dataclass(frozen=True, slots=True)
class Server:
    """The cluster below one data folder. `durable=False` is for tests only: a kill then loses committed rows."""

    root: Path
    durable: bool = True
    programs: Path | None = None

    @property
    def cluster(self) -> Path:
        return self.root / "pg"

    @property
    def socket_folder(self) -> Path:
        """Beside the data, or, where that path is too long for a socket, a short one named after it."""
        beside = self.root / "sock"
        if len(os.fsencode(beside / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH:
            return beside
        if os.geteuid() == 0:
            return Path("/run/practice-records") / short_hash(self.root)
        return Path(tempfile.gettempdir()) / f"practice-records-{os.geteuid()}-{short_hash(self.root)}"

    def initialised(self) -> bool:
        return (self.cluster / "PG_VERSION").exists()

    def superuser(self, database: str = "postgres") -> psycopg.Connection:
        """A connection as database superuser: by peer, so only from root or the server's own account. Autocommit."""
        return psycopg.connect(
            host=str(self.socket_folder), port=PORT, dbname=database, user=SUPERUSER, connect_timeout=5, autocommit=True
        )

    def running(self) -> bool:
        """Whether the server answers now."""
        try:
            self.superuser().close()
        except psycopg.OperationalError:
            return False
        return True

    def start(self) -> bool:
        """Make the cluster if there is none, and start it; True if it was not running before.

        Safe to call from several processes at once. After a kill the dead postmaster blocks the next start until it
        has left the process table, so a refused start is tried again for some seconds.
        """
        if self.initialised() and self.running():
            return False
        make_data_folder(self.root)
        with self._lock():
            if self.initialised() and self.running():
                return False
            account = server_account()
            binaries = find_binaries(self.programs, self.root)
            if not self.initialised():
                self._initialise(account, binaries)
            self._check_version(binaries)
            self._configure(account)
            self._start(account, binaries)
        return True

    def stop(self) -> bool:
        """Stop the server, ending open connections; True if it was running."""
        if not self.initialised() or not self.running():
            return False
        done = self._pg_ctl(server_account(), find_binaries(self.programs, self.root), "-w", "-m", "fast", "stop")
        if done.returncode:
            raise ServerFailed(f"The database server did not stop: {done.stdout.strip()}")
        return True

    def _initialise(self, account: Account, binaries: Path) -> None:
        if os.geteuid() == 0 and not reachable_by_all(self.root):
            raise ServerFailed(
                f"The data folder {self.root} is closed to {account.name}, the system user of the database server. "
                "Choose one that every user may walk to (PRACTICE_DATA_DIR), such as /var/lib/practice-records."
            )
        make_folder(self.cluster, 0o700, account)
        words = ("--auth=peer", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-instructions")
        command = [str(binaries / "initdb"), "-U", SUPERUSER, *words, "-D", str(self.cluster)]
        done = subprocess.run(command, check=False, capture_output=True, text=True, **account.run_as())  # noqa: S603
        if done.returncode:
            raise ServerFailed(f"The database folder {self.cluster} could not be made: {done.stderr.strip()}")
        with (self.cluster / "postgresql.conf").open("a") as configuration:
            configuration.write("\ninclude 'practice.conf'\n")

    def _check_version(self, binaries: Path) -> None:
        made_by = (self.cluster / "PG_VERSION").read_text().strip()
        shown = subprocess.run([str(binaries / "postgres"), "--version"], check=True, capture_output=True, text=True)  # noqa: S603
        found = shown.stdout.split()[2].split(".")[0]
        if found != made_by:
            raise ServerFailed(
                f"The data in {self.cluster} was made by PostgreSQL {made_by}; the programs in {binaries} are version "
                f"{found}. Nothing was changed. Set PRACTICE_PG_BIN to the programs of version {made_by}, or move the "
                "data over with `backup` and `restore`."
            )

    def _configure(self, account: Account) -> None:
        folder = self.socket_folder
        make_folder(folder, 0o711, account)
        if folder.is_symlink() or folder.stat().st_uid != account.uid:
            raise ServerFailed(f"The socket folder {folder} belongs to somebody else.")
        sockets = str(folder).replace("'", "''")
        durable = "on" if self.durable else "off"
        text = CONFIGURATION.format(port=PORT, sockets=sockets, durable=durable)
        _write(self.cluster / "practice.conf", text + ("" if self.durable else SMALL_LOG), account)
        _write(self.cluster / "pg_hba.conf", ACCESS, account)
        people = dict.fromkeys([pwd.getpwuid(os.geteuid()).pw_name, account.name])
        _write(self.cluster / "pg_ident.conf", "".join(f'bootstrap "{name}" {SUPERUSER}\n' for name in people), account)

    def _start(self, account: Account, binaries: Path) -> None:
        pid_file = self.cluster / "postmaster.pid"
        if pid_file.exists() and not pid_file.read_text().strip():
            pid_file.unlink()  # left by a crash in the middle of writing it; pg_ctl refuses an empty one
        if self._without_socket(pid_file):
            self._pg_ctl(account, binaries, "-w", "-m", "fast", "stop")
        deadline = time.monotonic() + START_SECONDS
        while True:
            log = str(self.cluster / "server.log")
            done = self._pg_ctl(account, binaries, "-w", "-t", "60", "-l", log, "start")
            if self.running():
                return
            if time.monotonic() > deadline:
                raise ServerFailed(
                    f"The database server did not start: {done.stdout.strip()}\nIts own words stand in {log}; "
                    f"if the last lines speak of a lock file and no server runs, remove {pid_file}."
                )
            time.sleep(0.1)

    def _without_socket(self, pid_file: Path) -> bool:
        """Whether our server runs but nobody can reach it.

        When a data folder is removed under a running server and made again, the old server notices a minute later and
        removes the new one's socket on its way out.
        """
        if not pid_file.exists() or (self.socket_folder / f".s.PGSQL.{PORT}").exists():
            return False
        words = Path("/proc", pid_file.read_text().split()[0], "cmdline")
        return words.exists() and str(self.cluster).encode() in words.read_bytes().split(b"\0")

    def _pg_ctl(self, account: Account, binaries: Path, *words: str) -> "subprocess.CompletedProcess[str]":
        command = [str(binaries / "pg_ctl"), "-D", str(self.cluster), *words]
        return subprocess.run(  # noqa: S603
            command, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **account.run_as()
        )

    @contextlib.contextmanager
    def _lock(self) -> Iterator[None]:
        with (self.root / "server.lock").open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield


def _write(path: Path, text: str, account: Account) -> None:
    path.write_text(text)
    path.chmod(0o600)
    if os.geteuid() == 0:
        os.chown(path, account.uid, account.gid)
