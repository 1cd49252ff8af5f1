"""Start, stop or look at the embedded database server; print what a managed server must be told."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from practice.infrastructure.databases.configuration import LOGIN_URLS, URLS
from practice.infrastructure.databases.logins import APPLICATIONS, DATABASE_NAMES, LOGINS, OWNERS, logins_of, prepare


class Command(BaseCommand):
    """`start`, `stop` and `status` are for the embedded server; `sql` is for one that somebody else runs."""

    help = __doc__
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("act", choices=["start", "stop", "status", "sql"])

    def handle(self, *args: Any, **options: Any) -> None:
        if options["act"] == "sql":
            self.stdout.write(managed_server_sql())
            return
        server = settings.EMBEDDED_SERVER
        if server is None:
            raise CommandError("The databases are given by URL; start and stop them where they run.")
        if options["act"] == "start":
            prepare(server)
            self.stdout.write(f"The database server runs; its data stands in {server.cluster}.")
        elif options["act"] == "stop":
            server.stop()
        else:
            state = "runs" if server.initialised() and server.running() else "does not run"
            self.stdout.write(f"The database server in {server.cluster} {state}.")


def managed_server_sql() -> str:
    """The statements an administrator of a managed PostgreSQL runs once, with fresh passwords, and the addresses.

    Run it on one server, or on two: the second server then needs only the sealed database's part.
    """
    passwords = {name: secrets.token_urlsafe(24) for name in LOGINS}
    lines = ["-- Run once as the server's administrator, then keep the addresses below and delete this text."]
    for name, login in LOGINS.items():
        bypass = "BYPASSRLS" if login.bypasses_row_security else "NOBYPASSRLS"
        lines.append(f"-- {name}: {login.purpose}")
        lines.append(f"CREATE ROLE {name} LOGIN NOCREATEDB NOCREATEROLE {bypass} PASSWORD '{passwords[name]}';")
    for alias, database in DATABASE_NAMES.items():
        owner = OWNERS[alias]
        lines += [
            f"GRANT {owner} TO CURRENT_USER;  -- an administrator who is no superuser may then make the database",
            f"CREATE DATABASE {database} OWNER {owner} TEMPLATE template0 ENCODING 'UTF8';",
            f"REVOKE {owner} FROM CURRENT_USER;",
            f"REVOKE ALL ON DATABASE {database} FROM PUBLIC;",
            f"GRANT CONNECT ON DATABASE {database} TO {', '.join(logins_of(alias))};",
        ]
    lines += ["REVOKE CONNECT ON DATABASE postgres FROM PUBLIC;", "", "-- The product's environment (replace HOST):"]
    addresses = {URLS[alias]: (alias, application) for alias, application in APPLICATIONS.items()}
    addresses |= {variable: key for key, variable in LOGIN_URLS.items()}
    for variable, (alias, name) in addresses.items():
        address = f"postgresql://{name}:{passwords[name]}@HOST:5432/{DATABASE_NAMES[alias]}?sslmode=verify-full"
        lines.append(f"-- {variable}={address}")
    return "\n".join(lines)
