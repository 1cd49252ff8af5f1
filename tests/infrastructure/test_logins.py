"""Work under another login ends with its block, stays in its thread, and cannot slip into a transaction."""

import subprocess
import threading
from collections.abc import Callable
from io import StringIO

import psycopg
import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import ProgrammingError, connections, transaction

from practice.infrastructure.databases import grants
from practice.infrastructure.databases.binaries import find_binaries
from practice.infrastructure.databases.logins import LOGINS, embedded_passwords
from practice.infrastructure.databases.owner import as_login, as_owner
from practice.infrastructure.databases.router import ALIASES
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.management.commands.database import managed_server_sql
from records.psychotherapy.models import Note
from tests import databases
from tests.infrastructure.catalog import grants_found

Connect = Callable[[str, str], psycopg.Connection]


def whoami(alias: str) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


@pytest.mark.committing
@pytest.mark.parametrize(
    "alias, owner, application",
    [
        ("default", "practice_owner", "practice_app"),
        ("psychotherapy", "psychotherapy_owner", "psychotherapy_app"),
    ],
)
def test_the_owner_is_there_for_its_block_and_its_thread_alone(alias: str, owner: str, application: str) -> None:
    elsewhere: list[str] = []

    def look() -> None:
        elsewhere.append(whoami(alias))
        connections[alias].close()

    with as_owner(alias):
        thread = threading.Thread(target=look)
        thread.start()
        thread.join()
        assert whoami(alias) == owner
    assert (whoami(alias), elsewhere) == (application, [application])


@pytest.mark.committing
def test_an_error_ends_the_owners_block_too() -> None:
    with pytest.raises(ZeroDivisionError), as_owner("default"):
        assert 1 / 0
    assert whoami("default") == "practice_app"


def test_the_login_cannot_change_inside_a_transaction(db: None) -> None:
    with pytest.raises(transaction.TransactionManagementError), as_owner("default"):
        pytest.fail("entered")


@pytest.mark.committing
def test_a_login_that_has_no_business_there_has_no_address() -> None:
    with (
        pytest.raises(ImproperlyConfigured, match="practice_app on psychotherapy"),
        as_login("psychotherapy", "practice_app"),
    ):
        pytest.fail("entered")


@pytest.mark.committing
def test_migrating_again_finds_nothing_and_changes_no_grant(superuser: Callable[[str], psycopg.Connection]) -> None:
    before = {alias: grants_found(superuser(alias)) for alias in ALIASES}
    told = StringIO()
    call_command("migrate", check_unapplied=True, stdout=told)
    call_command("migrate", stdout=told)
    assert told.getvalue().count("No migrations to apply") == 2
    assert {alias: grants_found(superuser(alias)) for alias in ALIASES} == before


@pytest.mark.committing
def test_two_migrations_at_once_both_succeed() -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            call_command("migrate", verbosity=0)
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


@pytest.mark.committing
def test_a_table_that_nobody_decided_about_is_closed(connect_as: Connect) -> None:
    with as_owner("default") as connection:
        connection.cursor().execute("CREATE TABLE forgotten (id int)")
        grants.apply_grants("default")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect_as("practice_app", "default").execute("SELECT * FROM forgotten")


def test_a_grant_to_an_unknown_login_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Note, "login_privileges", {"front_desk": ("SELECT",)})
    with pytest.raises(ValueError, match="unknown login or privilege"):
        list(grants.grants_of_model(Note))


def test_the_application_may_not_lock_append_only_rows_and_has_a_lock_of_its_own(db: None) -> None:
    advisory_lock("ledger")
    with pytest.raises(ProgrammingError), transaction.atomic(), connections["default"].cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_entry FOR UPDATE")


@pytest.mark.committing
def test_a_lock_outside_a_transaction_is_refused() -> None:
    with pytest.raises(transaction.TransactionManagementError):
        advisory_lock("ledger")


@pytest.mark.committing
def test_the_lock_makes_the_second_wait_for_the_first() -> None:
    order: list[str] = []
    held, asked = threading.Event(), threading.Event()

    def second() -> None:
        with transaction.atomic():
            held.wait(10)
            asked.set()
            advisory_lock("ledger")
            order.append("second")
        connections["default"].close()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction.atomic():
        advisory_lock("ledger")
        held.set()
        asked.wait(10)
        thread.join(0.3)
        order.append("first")
    thread.join(10)
    assert order == ["first", "second"]


def test_the_owner_of_the_sealed_tables_sees_no_row_and_the_backup_login_sees_ciphertext_only(
    connect_as: Connect,
) -> None:
    owner = connect_as("psychotherapy_owner", "psychotherapy")
    backup = connect_as("practice_backup", "psychotherapy")
    assert owner.execute("SELECT count(*) FROM psychotherapy_note").fetchone() == (0,)
    assert backup.execute("SHOW row_security").fetchone() == ("on",)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        backup.execute("DELETE FROM psychotherapy_note")


def dump(login: str, alias: str) -> "subprocess.CompletedProcess[str]":
    server = databases.server()
    environment = {"PGPASSWORD": embedded_passwords(server.root)[login], "LC_ALL": "C.UTF-8"}
    where = ["-h", str(server.socket_folder), "-U", login, "-d", str(settings.DATABASES[alias]["NAME"])]
    command = [str(find_binaries(server.programs, server.root) / "pg_dump"), *where]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("alias, table", [("default", "people_patient"), ("psychotherapy", "psychotherapy_note")])
def test_the_backup_login_dumps_both_databases_whole(django_db_setup: None, alias: str, table: str) -> None:
    done = dump("practice_backup", alias)
    assert done.returncode == 0, done.stderr
    assert f"COPY public.{table} " in done.stdout


@pytest.mark.parametrize("login", ["psychotherapy_owner", "psychotherapy_app"])
def test_nobody_else_dumps_the_sealed_tables(django_db_setup: None, login: str) -> None:
    done = dump(login, "psychotherapy")
    assert done.returncode != 0
    assert "COPY public.psychotherapy_note " not in done.stdout


def test_what_an_administrator_runs_on_a_managed_server_makes_the_same_logins(django_db_setup: None) -> None:
    text = managed_server_sql()
    with databases.server().superuser() as connection:
        for line in text.splitlines():
            if line.startswith("CREATE ROLE"):
                name = line.split()[2]
                with connection.transaction(force_rollback=True):
                    connection.execute(line.replace(f" {name} ", f" trial_{name} "))  # type: ignore[arg-type]
    assert all(f"CREATE ROLE {name} " in text for name in LOGINS)
    assert "BYPASSRLS PASSWORD" in text and " SUPERUSER" not in text
