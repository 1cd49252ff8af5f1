"""Django's database settings: the embedded server, or servers by URL, each with the application's login."""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environs import Env

from practice.infrastructure.databases.folder import make_data_folder
from practice.infrastructure.databases.logins import LOGINS, embedded_passwords, embedded_settings
from practice.infrastructure.databases.router import ALIASES, DEFAULT, PSYCHOTHERAPY
from practice.infrastructure.databases.server import Server

URLS = {DEFAULT: "DATABASE_URL", PSYCHOTHERAPY: "PSYCHOTHERAPY_DATABASE_URL"}
# logins other than the application's; given only where they are needed (migrations, key rotation, backup)
LOGIN_URLS = {
    (DEFAULT, "practice_owner"): "DATABASE_OWNER_URL",
    (DEFAULT, "practice_backup"): "DATABASE_BACKUP_URL",
    (PSYCHOTHERAPY, "psychotherapy_owner"): "PSYCHOTHERAPY_OWNER_URL",
    (PSYCHOTHERAPY, "psychotherapy_review"): "PSYCHOTHERAPY_REVIEW_URL",
    (PSYCHOTHERAPY, "psychotherapy_maintenance"): "PSYCHOTHERAPY_MAINTENANCE_URL",
    (PSYCHOTHERAPY, "practice_backup"): "PSYCHOTHERAPY_BACKUP_URL",
}
Credentials = dict[tuple[str, str], dict[str, str]]


def configure_databases(
    env: Env, data_folder: Path, *, durable: bool
) -> tuple[dict[str, Any], Credentials, Server | None]:
    """(DATABASES, credentials of the other logins, the embedded server or None).

    Both URLs or neither: one alone would put half of the records where nobody looks for them.
    """
    given = [name for name in URLS.values() if env.str(name, "")]
    if len(given) == 1:
        missing = next(name for name in URLS.values() if name not in given)
        raise ImproperlyConfigured(
            f"{given[0]} is set and {missing} is not. Set both, or neither for the embedded server."
        )
    if given:
        databases = {alias: _finished(env.dj_db_url(name)) for alias, name in URLS.items()}
        credentials = {
            key: {field: found[field] for field in ("HOST", "PORT", "USER", "PASSWORD")}
            for key, name in LOGIN_URLS.items()
            if env.str(name, "") and (found := env.dj_db_url(name))
        }
        return databases, credentials, None
    server = Server(make_data_folder(data_folder), durable=durable, programs=env.path("PRACTICE_PG_BIN", None))
    passwords = embedded_passwords(data_folder)
    databases = {alias: _finished(embedded_settings(server, alias, passwords)) for alias in ALIASES}
    credentials = {
        (alias, name): {"USER": name, "PASSWORD": passwords[name]}
        for name, login in LOGINS.items()
        for alias in login.databases
    }
    return databases, credentials, server


def _finished(found: dict[str, Any]) -> dict[str, Any]:
    # a transaction belongs to an action, not to a request; a connection to a request, not to a process; who waits half
    # a minute for a lock, or holds a transaction open and idle, is let go, so that nobody can stop everybody's releases
    options = {**found.get("OPTIONS", {})}
    options["options"] = f"{options.get('options', '')} -c lock_timeout=30s -c idle_in_transaction_session_timeout=5min"
    return {**found, "ATOMIC_REQUESTS": False, "CONN_MAX_AGE": 0, "OPTIONS": options}
