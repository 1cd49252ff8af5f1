"""The embedded server: nobody's permissions but its own, never open, and nothing acknowledged is ever lost."""

import os
import shutil
import signal
import stat
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings

from practice.infrastructure.databases import binaries, folder
from practice.infrastructure.databases.account import ServerFailed, server_account
from practice.infrastructure.databases.logins import LOGINS, embedded_passwords, prepare
from practice.infrastructure.databases.server import LONGEST_SOCKET_PATH, PORT, Server

AS_ROOT = os.geteuid() == 0
PROGRAMS: Path | None = settings.EMBEDDED_SERVER.programs  # the version of PostgreSQL that this run is about


@pytest.fixture
def place(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder that any system user may walk to; the runner's own temporary folders are closed."""
    path = Path(settings.DATA_DIR) / f"servers-{os.getpid()}" / str(abs(hash(request.node.name)) % 10**6)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def server(place: Path) -> Iterator[Server]:
    """A durable server of this test alone, with logins and databases."""
    made = Server(place, programs=PROGRAMS)
    prepare(made)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def common() -> Iterator[Server]:
    """A durable server for the tests that only look."""
    made = Server(Path(settings.DATA_DIR) / f"servers-{os.getpid()}" / "common", programs=PROGRAMS)
    prepare(made)
    yield made
    made.stop()
    shutil.rmtree(made.root.parent, ignore_errors=True)


def ask(server: Server, query: str, database: str = "postgres") -> list[tuple[Any, ...]]:
    with server.superuser(database) as connection:
        return connection.execute(query).fetchall()


def postmaster(server: Server) -> int:
    return int((server.cluster / "postmaster.pid").read_text().split()[0])


def password_connection(server: Server, login: str, password: str | None, database: str = "practice") -> None:
    psycopg.connect(
        host=str(server.socket_folder), dbname=database, user=login, password=password, passfile="/dev/null"
    ).close()


def modes(*places: Path) -> dict[Path, tuple[int, int, int]]:
    """Mode, owner and group of folders, everything in them and everything above them."""
    found: dict[Path, tuple[int, int, int]] = {}
    for place in places:
        for path in [place, *place.parents, *place.rglob("*")]:
            status = path.lstat()
            found[path] = (stat.S_IMODE(status.st_mode), status.st_uid, status.st_gid)
    return found


def test_killing_the_server_loses_nothing_that_was_acknowledged(server: Server) -> None:
    with server.superuser("practice") as connection:
        connection.execute("CREATE TABLE kept (id int PRIMARY KEY)")
    acknowledged: list[int] = []

    def write() -> None:
        with server.superuser("practice") as connection:
            for number in range(1_000_000):
                connection.execute("INSERT INTO kept VALUES (%s)", [number])
                acknowledged.append(number)

    def write_until_killed() -> None:
        with pytest.raises(psycopg.OperationalError):
            write()

    with ThreadPoolExecutor() as pool:
        writer = pool.submit(write_until_killed)
        while len(acknowledged) < 500:
            threading.Event().wait(0.01)
        os.kill(postmaster(server), signal.SIGKILL)
        writer.result(timeout=30)
    assert server.start()
    stored = {number for (number,) in ask(server, "SELECT id FROM kept", "practice")}
    assert set(acknowledged) <= stored
    assert len(stored - set(acknowledged)) <= 1, "at most the one row whose answer was lost on the way"


def test_the_server_keeps_checksums_and_writes_through_to_the_disk(common: Server) -> None:
    for name in ("data_checksums", "fsync", "full_page_writes", "synchronous_commit"):
        assert ask(common, f"SHOW {name}") == [("on",)], name


def test_the_server_runs_without_rights_of_its_starter(common: Server) -> None:
    words = (Path("/proc") / str(postmaster(common)) / "status").read_text().splitlines()
    found = {line.split(":")[0]: line.split(":")[1].split() for line in words}
    account = server_account()
    assert set(found["Uid"]) == {str(account.uid)} != {"0"}
    assert set(found["Gid"]) == {str(account.gid)}
    if AS_ROOT:
        assert account.gid != 0
        assert found["Groups"] == []
    environment = (Path("/proc") / str(postmaster(common)) / "environ").read_bytes() if AS_ROOT else b""
    assert b"PRACTICE" not in environment and b"DATABASE" not in environment


def test_starting_the_server_changes_no_permission_outside_the_data_folder(place: Path) -> None:
    package = binaries._package_folder()
    assert package is not None
    place.parent.mkdir(parents=True, exist_ok=True)
    watched = (place.parent, package, package.parent / f"{package.name}.libs", folder.CHECKOUT / "practice")
    before = modes(*watched)
    server = Server(place, programs=PROGRAMS)
    prepare(server)
    server.stop()
    after = modes(*watched)
    assert {path: after.get(path) for path in before} == before


def test_programs_in_a_closed_folder_are_copied_rather_than_opened(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = binaries._package_folder()
    assert package is not None
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    for name in (package.name, f"{package.name}.libs"):
        shutil.copytree(package.parent / name, closed / name, symlinks=True)
    monkeypatch.setattr(binaries, "_package_folder", lambda: closed / package.name)
    before = modes(closed)
    server = Server(place)
    assert server.start()
    used = Path(f"/proc/{postmaster(server)}/exe").resolve()
    server.stop()
    assert used.is_relative_to(place if AS_ROOT else closed)
    assert modes(closed) == before


def test_no_way_in_is_open_without_a_password_or_the_right_system_user(common: Server) -> None:
    rules = ask(common, "SELECT type, auth_method, error FROM pg_hba_file_rules")
    assert {(kind, method) for kind, method, _ in rules} == {
        ("local", "peer"),
        ("local", "scram-sha-256"),
        ("local", "reject"),
    }
    assert not any(error for _, _, error in rules)
    assert ask(common, "SHOW listen_addresses") == [("",)]
    password_connection(common, "practice_app", embedded_passwords(common.root)["practice_app"])
    for password in (None, "", "guess"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            password_connection(common, "practice_app", password)


@pytest.mark.parametrize("login", LOGINS)
def test_each_login_enters_only_its_own_databases(common: Server, login: str) -> None:
    password = embedded_passwords(common.root)[login]
    for database, alias in (("practice", "default"), ("psychotherapy", "psychotherapy")):
        if alias in LOGINS[login].databases:
            password_connection(common, login, password, database)
        else:
            with pytest.raises(psycopg.OperationalError, match="pg_hba"):
                password_connection(common, login, password, database)


def test_another_system_user_is_not_the_superuser(common: Server) -> None:
    psql = binaries.find_binaries(PROGRAMS, common.root) / "psql"
    command = [str(psql), "-h", str(common.socket_folder), "-p", str(PORT), "-U", "postgres", "-c", "SELECT 1"]
    other = {"user": "nobody", "group": "nogroup", "extra_groups": []} if AS_ROOT else {}
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False, **other)  # type: ignore[call-overload]
    assert ("Peer authentication failed" in done.stderr) if AS_ROOT else (done.returncode == 0)


def test_passwords_stand_in_one_file_that_only_its_owner_reads(place: Path) -> None:
    folder.make_data_folder(place)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: embedded_passwords(place), range(8)))
    assert all(passwords == found[0] for passwords in found)
    assert len(set(found[0].values())) == len(LOGINS)
    assert stat.S_IMODE((place / "logins.json").stat().st_mode) == 0o400
    assert [path.name for path in place.iterdir()] == ["logins.json"]


def test_several_starters_at_once_make_one_server(place: Path) -> None:
    server = Server(place, programs=PROGRAMS)
    with ThreadPoolExecutor(4) as pool:
        started = list(pool.map(lambda _: server.start(), range(4)))
    try:
        assert sorted(started) == [False, False, False, True]
    finally:
        assert server.stop()
    assert not server.stop()


@pytest.mark.parametrize("left_behind", ["", "1\n", f"{os.getpid()}\n"], ids=["empty", "of process 1", "of another"])
def test_a_crash_that_left_its_lock_file_does_not_stop_the_next_start(server: Server, left_behind: str) -> None:
    server.stop()
    (server.cluster / "postmaster.pid").write_text(left_behind)
    assert server.start()


def test_data_of_another_version_is_left_alone_with_a_sentence(server: Server) -> None:
    server.stop()
    (server.cluster / "PG_VERSION").write_text("9\n")
    with pytest.raises(ServerFailed, match=r"made by PostgreSQL 9.*Nothing was changed"):
        server.start()


def test_a_path_too_long_for_a_socket_gets_a_short_one(place: Path) -> None:
    server = Server(place / ("long-name-" * 12), programs=PROGRAMS)
    assert not server.socket_folder.is_relative_to(place)
    assert len(str(server.socket_folder / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET_PATH
    try:
        assert server.start()
    finally:
        server.stop()
        shutil.rmtree(server.socket_folder, ignore_errors=True)


def test_a_closed_data_folder_is_refused_with_a_sentence(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = Server(closed / "data", programs=PROGRAMS)
    if AS_ROOT:
        with pytest.raises(ServerFailed, match="is closed to"):
            server.start()
    else:
        assert server.start() and server.stop()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_a_checkout_below_a_closed_home_keeps_its_data_elsewhere(tmp_path: Path) -> None:
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    chosen = folder.choose_data_folder(None, closed / "records")
    assert chosen.is_relative_to(folder.SYSTEM_ROOT if AS_ROOT else closed / "records")
    assert folder.choose_data_folder(tmp_path, closed) == tmp_path


def test_the_servers_log_carries_no_content(common: Server) -> None:
    with common.superuser("practice") as connection:
        connection.execute("CREATE TABLE words (text varchar(200) CHECK (length(text) < 5))")
        with pytest.raises(psycopg.errors.CheckViolation):
            connection.execute("INSERT INTO words VALUES (%s)", ["canary-in-a-row"])
        with pytest.raises(psycopg.DataError):
            connection.execute("INSERT INTO words VALUES (%s)", ["canary" * 99])
        with pytest.raises(psycopg.errors.UndefinedColumn):
            connection.execute("SELECT nothing FROM words WHERE text = 'canary'")
    log = (common.cluster / "server.log").read_text()
    assert "check constraint" in log
    assert "canary-in-a-row" not in log and "= 'canary'" not in log
