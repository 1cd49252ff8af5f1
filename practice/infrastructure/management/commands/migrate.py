"""`migrate` for both databases: as their owners, with the grants set right afterwards."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.core.management.commands import migrate
from django.db import connections

from practice.infrastructure.databases.grants import apply_grants
from practice.infrastructure.databases.logins import prepare
from practice.infrastructure.databases.owner import as_owner
from practice.infrastructure.databases.router import ALIASES, DEFAULT, PSYCHOTHERAPY, alias_of

# the sealed database holds one app: walking the others' migrations there changes nothing and takes as long again
ONLY = {PSYCHOTHERAPY: PSYCHOTHERAPY}


class Command(migrate.Command):
    """Without `--database`: both. Starts and prepares the embedded server where that is used."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=None)

    def get_check_kwargs(self, options: dict[str, Any]) -> Any:
        return {"databases": _aliases(options)}

    def handle(self, *args: Any, **options: Any) -> None:
        looking_only = options["check_unapplied"] or options["plan"]
        if settings.EMBEDDED_SERVER and not looking_only:
            prepare(settings.EMBEDDED_SERVER)
        for alias in _aliases(options):
            chosen = {**options, "database": alias, "app_label": options["app_label"] or ONLY.get(alias)}
            if looking_only:
                super().handle(*args, **chosen)
                continue
            with as_owner(alias):
                # two runs at once: the second waits, and finds nothing to do; the lock ends with the connection
                connections[alias].cursor().execute("SELECT pg_advisory_lock(hashtext('practice-migrate'))")
                super().handle(*args, **chosen)
                if alias == DEFAULT:
                    call_command("createcachetable", database=alias, verbosity=0)
                apply_grants(alias)


def _aliases(options: dict[str, Any]) -> list[str]:
    if options["database"]:
        return [options["database"]]
    return [alias_of(options["app_label"])] if options["app_label"] else list(ALIASES)
