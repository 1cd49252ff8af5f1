"""The database logins, what each is for, and how they are made. The grid of tables is in `grants`."""

import json
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from practice.infrastructure.databases.router import DEFAULT, PSYCHOTHERAPY
from practice.infrastructure.databases.server import PORT, Server

PRACTICE_OWNER = "practice_owner"
PRACTICE_APP = "practice_app"
PSYCHOTHERAPY_OWNER = "psychotherapy_owner"
PSYCHOTHERAPY_APP = "psychotherapy_app"
PSYCHOTHERAPY_REVIEW = "psychotherapy_review"
PSYCHOTHERAPY_MAINTENANCE = "psychotherapy_maintenance"
PRACTICE_BACKUP = "practice_backup"

DATABASE_NAMES = {DEFAULT: "practice", PSYCHOTHERAPY: "psychotherapy"}
OWNERS = {DEFAULT: PRACTICE_OWNER, PSYCHOTHERAPY: PSYCHOTHERAPY_OWNER}
APPLICATIONS = {DEFAULT: PRACTICE_APP, PSYCHOTHERAPY: PSYCHOTHERAPY_APP}


@dataclass(frozen=True, slots=True)
class Login:
    """One login: the databases it may connect to, what it is for, and whether row-level security holds for it."""

    databases: tuple[str, ...]
    purpose: str
    bypasses_row_security: bool = False


LOGINS = {
    PRACTICE_OWNER: Login((DEFAULT,), "owns the practice tables; migrations only"),
    PRACTICE_APP: Login((DEFAULT,), "the product's everyday work"),
    PSYCHOTHERAPY_OWNER: Login((PSYCHOTHERAPY,), "owns the sealed tables; migrations only, sees no row"),
    PSYCHOTHERAPY_APP: Login((PSYCHOTHERAPY,), "the vault, for one acting person at a time"),
    PSYCHOTHERAPY_REVIEW: Login((PSYCHOTHERAPY,), "metadata of accesses and grants"),
    PSYCHOTHERAPY_MAINTENANCE: Login((PSYCHOTHERAPY,), "re-wraps keys"),
    # a dump of forced row-level security is refused to everybody else; this login reads and sees ciphertext only
    PRACTICE_BACKUP: Login((DEFAULT, PSYCHOTHERAPY), "reads everything for the backup", bypasses_row_security=True),
}


def logins_of(alias: str) -> list[str]:
    """The logins that may connect to the database of `alias`."""
    return [name for name, login in LOGINS.items() if alias in login.databases]


def embedded_passwords(root: Path) -> dict[str, str]:
    """The embedded server's passwords: one file, 0400, made by whoever reads it first."""
    path = root / "logins.json"
    if not path.exists():
        draft = root / f"logins.{secrets.token_hex(4)}.new"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w") as handle:
            json.dump({name: secrets.token_urlsafe(24) for name in LOGINS}, handle, indent=1)
        try:
            os.link(draft, path)  # whole or not at all, and never over another process's file
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    passwords: dict[str, str] = json.loads(path.read_text())
    return passwords


def prepare(server: Server) -> bool:
    """Start the embedded server and bring logins and both databases to what they must be; True if it was down.

    Safe to repeat, and from several processes at once.
    """
    started = server.start()
    passwords = embedded_passwords(server.root)
    with server.superuser() as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext('practice-logins'))")
        make_logins(connection, passwords)
        for alias, name in DATABASE_NAMES.items():
            if not _exists(connection, "pg_database", "datname", name):
                create_database(connection, name, alias)
        for name in ("postgres", "template1"):
            connection.execute(sql.SQL("REVOKE CONNECT ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    return started


def make_logins(connection: psycopg.Connection, passwords: dict[str, str]) -> None:
    """Create missing logins and set every login's attributes and password (sent as a SCRAM verifier, never in clear).

    No NOINHERIT: on PostgreSQL 15 the database's owner then has no right on its own schema.
    """
    for name, login in LOGINS.items():
        role = sql.Identifier(name)
        if not _exists(connection, "pg_roles", "rolname", name):
            connection.execute(sql.SQL("CREATE ROLE {}").format(role))
        bypass = sql.SQL("BYPASSRLS" if login.bypasses_row_security else "NOBYPASSRLS")
        verifier = connection.pgconn.encrypt_password(passwords[name].encode(), name.encode(), b"scram-sha-256")
        connection.execute(
            sql.SQL("ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION {} PASSWORD {}").format(
                role, bypass, sql.Literal(verifier.decode())
            )
        )


def create_database(
    connection: psycopg.Connection, name: str, alias: str, template: str = "template0", strategy: str = "WAL_LOG"
) -> None:
    """Make a database of `alias`, owned by its owner login and closed to everybody not named for it.

    A clone inherits neither owner nor database privileges, so both are set here whatever the template.
    """
    statement = "CREATE DATABASE {} OWNER {} TEMPLATE {} ENCODING 'UTF8' STRATEGY {}"
    owner = sql.Identifier(OWNERS[alias])
    words = (sql.Identifier(name), owner, sql.Identifier(template), sql.SQL(strategy))
    connection.execute(sql.SQL(statement).format(*words))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    allowed = sql.SQL(", ").join(map(sql.Identifier, logins_of(alias)))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(name), allowed))


def embedded_settings(server: Server, alias: str, passwords: dict[str, str]) -> dict[str, object]:
    """Django's connection settings for the embedded server, with the application login of `alias`."""
    login = APPLICATIONS[alias]
    return {
        "ENGINE": "practice.infrastructure.databases.embedded",
        "HOST": str(server.socket_folder),
        "PORT": str(PORT),
        "NAME": DATABASE_NAMES[alias],
        "USER": login,
        "PASSWORD": passwords[login],
    }


def _exists(connection: psycopg.Connection, catalog: str, column: str, value: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(sql.Identifier(catalog), sql.Identifier(column))
    return connection.execute(query, [value]).fetchone() is not None
