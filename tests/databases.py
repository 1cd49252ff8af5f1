"""Test databases on the real thing: same bootstrap, same two databases, same logins; only durability is off.

A template pair is built once per state of the models and migrations, cloned for every worker, and cloned again after
every test that commits. Cloning keeps what migrations wrote and needs no power to switch guards off.
"""

import contextlib
import hashlib
import itertools
import os
import subprocess
from collections.abc import Iterator

import django
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from practice.infrastructure.databases.binaries import find_binaries
from practice.infrastructure.databases.logins import (
    DATABASE_NAMES,
    OWNERS,
    create_database,
    embedded_passwords,
    prepare,
)
from practice.infrastructure.databases.router import ALIASES
from practice.infrastructure.databases.server import SUPERUSER, Server

PACKAGES = ("practice", "authorizations", "records", "disclosures")
SHAPING = ("**/migrations/*.py", "**/models.py", "**/models/*.py", "infrastructure/databases/*.py", "settings.py")
clones = itertools.count()


def server() -> Server:
    """The tests' own embedded server."""
    found = settings.EMBEDDED_SERVER
    assert isinstance(found, Server) and not found.durable, "tests run on a cluster of their own"
    return found


def connect(login: str, alias: str, database: str = "") -> psycopg.Connection:
    """A plain connection as `login` to this worker's clone of `alias`, or to another database; autocommit."""
    return psycopg.connect(
        host=str(server().socket_folder),
        dbname=database or settings.DATABASES[alias]["NAME"],
        user=login,
        password=embedded_passwords(server().root)[login],
        autocommit=True,
    )


def connect_superuser(alias: str) -> psycopg.Connection:
    """A connection as database superuser to this worker's clone of `alias`; autocommit."""
    return server().superuser(str(settings.DATABASES[alias]["NAME"]))


def fingerprint() -> str:
    """Changes when the tables, their grants or the server's version may have changed."""
    digest = hashlib.sha256((server().cluster / "PG_VERSION").read_bytes())
    for package, pattern in itertools.product(PACKAGES, SHAPING):
        for path in sorted((settings.BASE_DIR / package).glob(pattern)):
            digest.update(str(path.relative_to(settings.BASE_DIR)).encode() + path.read_bytes())
    return digest.hexdigest()[:10]


def build_templates() -> dict[str, str]:
    """The template database of each alias, made now if this state of the models has none. One process at a time."""
    prepare(server())
    mark = fingerprint()
    names = {alias: f"template_{mark}_{alias}" for alias in ALIASES}
    with _locked() as admin:
        present = _databases(admin)
        _drop_leftovers(admin, present, mark)
        if not set(names.values()) <= present:
            _build(admin, names)
    return names


def _build(admin: psycopg.Connection, names: dict[str, str]) -> None:
    for alias, name in names.items():
        _drop(admin, name)
        _drop(admin, f"{name}_new")
        create_database(admin, f"{name}_new", alias)
        _point(alias, f"{name}_new")
    call_command("migrate", verbosity=0, interactive=False)
    connections.close_all()
    for name in names.values():
        admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*map(sql.Identifier, (f"{name}_new", name))))


def copy_template(alias: str, other: Server) -> None:
    """Fill the empty database of another cluster as a template is: its migrations need not run there."""
    programs, ours = find_binaries(server().programs, server().root), server()
    dump, restore = [str(programs / "pg_dump"), "-Fc", "-d", build_templates()[alias]], [str(programs / "pg_restore")]
    made = subprocess.run([*dump, "-h", ours.socket_folder, "-U", SUPERUSER], check=True, stdout=subprocess.PIPE)
    where = ["-h", other.socket_folder, "-U", SUPERUSER, "-d", DATABASE_NAMES[alias]]
    subprocess.run([*restore, "--exit-on-error", *where], check=True, input=made.stdout)


def clone(templates: dict[str, str], worker: str) -> None:
    """Point both aliases at fresh clones; what they pointed at before is dropped."""
    connections.close_all()
    number = next(clones)
    with server().superuser() as admin:
        old = [str(settings.DATABASES[alias]["NAME"]) for alias in ALIASES]
        for alias in ALIASES:
            name = f"clone_{os.getpid()}_{worker}_{number}_{alias}"
            _drop(admin, name)
            # where nothing waits for a disk, files are copied in half the time that their pages are logged in
            create_database(admin, name, alias, template=templates[alias], strategy="FILE_COPY")
            _point(alias, name)
        for name in old:
            if name.startswith("clone_"):
                _drop(admin, name)


def drop_clones() -> None:
    """At the end of a worker: leave nothing of it behind."""
    connections.close_all()
    with server().superuser() as admin:
        for alias in ALIASES:
            name = str(settings.DATABASES[alias]["NAME"])
            if name.startswith("clone_"):
                _drop(admin, name)


def database_environment() -> dict[str, str]:
    """Environment for a process of its own (a worker, a command) that shall use this worker's clones."""
    passwords = embedded_passwords(server().root)
    host = str(server().socket_folder).replace("/", "%2F")
    urls = {}
    for alias, name in (("default", "DATABASE"), ("psychotherapy", "PSYCHOTHERAPY")):
        database = settings.DATABASES[alias]
        application = "DATABASE_URL" if alias == "default" else "PSYCHOTHERAPY_DATABASE_URL"
        for variable, login in ((application, database["USER"]), (f"{name}_OWNER_URL", OWNERS[alias])):
            urls[variable] = f"postgresql://{login}:{passwords[login]}@{host}:{database['PORT']}/{database['NAME']}"
    return {**os.environ, "PRACTICE_MODE": "test", **urls}


def _point(alias: str, name: str) -> None:
    # every thread's connection reads this same dict
    connections[alias].close()
    settings.DATABASES[alias]["NAME"] = connections[alias].settings_dict["NAME"] = name


@contextlib.contextmanager
def _locked() -> Iterator[psycopg.Connection]:
    with server().superuser() as admin:
        admin.execute("SELECT pg_advisory_lock(hashtext('practice-test-templates'))")
        yield admin


def _databases(admin: psycopg.Connection) -> set[str]:
    return {name for (name,) in admin.execute("SELECT datname FROM pg_database").fetchall()}


def _drop(admin: psycopg.Connection, name: str) -> None:
    admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _drop_leftovers(admin: psycopg.Connection, present: set[str], mark: str) -> None:
    """Clones of processes that are gone, and templates of other states that nobody works on."""
    for name in present:
        words = name.split("_")
        if words[0] == "clone" and not os.path.exists(f"/proc/{words[1]}"):
            _drop(admin, name)
        if words[0] == "template" and len(words) > 2 and words[1] != mark:
            _drop(admin, name)


if __name__ == "__main__":  # for `make test`, before the workers would wait for one of them to do it
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    build_templates()
