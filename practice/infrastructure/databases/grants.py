"""Who may do what to which table, computed from the model classes after every `migrate`.

A model says it once, on its class:

- nothing: the application login may SELECT, INSERT, UPDATE, DELETE (practice database only);
- `never_deleted = True`: SELECT, INSERT and UPDATE;
- `append_only = True`: SELECT and INSERT only; `updatable_columns = ("closed_at",)` adds an UPDATE of those columns;
- in the sealed database `login_privileges = {login: ("SELECT", "UPDATE(wrapped)")}` is the whole truth for that table.

Everything not said is closed: a forgotten table cannot be used, rather than being open.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.apps import apps
from django.conf import settings
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

from practice.infrastructure.databases.logins import APPLICATIONS, LOGINS, OWNERS, PRACTICE_BACKUP, logins_of
from practice.infrastructure.databases.router import DEFAULT, PSYCHOTHERAPY, alias_of

EDITABLE = ("SELECT", "INSERT", "UPDATE", "DELETE")
NEVER_DELETED = ("SELECT", "INSERT", "UPDATE")
APPEND_ONLY = ("SELECT", "INSERT")
PRIVILEGE = re.compile(r"(SELECT|INSERT|UPDATE|DELETE)(?:\(([a-z0-9_, ]+)\))?")


@dataclass(frozen=True, slots=True, order=True)
class Grant:
    """One privilege of one login on one table, or on the named columns of it."""

    table: str
    login: str
    privilege: str
    columns: tuple[str, ...] = ()


def models_of(alias: str) -> list[type[Model]]:
    """Every model whose table stands in `alias`, library models and many-to-many tables too."""
    models = apps.get_models(include_auto_created=True)
    return [model for model in models if not model._meta.proxy and alias_of(model._meta.app_label) == alias]


def grants_of_model(model: type[Model]) -> Iterator[Grant]:
    """The grants a model's class asks for."""
    alias = alias_of(model._meta.app_label)
    if alias == PSYCHOTHERAPY:
        wanted: dict[str, tuple[str, ...]] = getattr(model, "login_privileges", {})
    elif getattr(model, "append_only", False):
        columns = ", ".join(getattr(model, "updatable_columns", ()))
        wanted = {APPLICATIONS[alias]: (*APPEND_ONLY, *([f"UPDATE({columns})"] if columns else []))}
    elif getattr(model, "never_deleted", False):
        wanted = {APPLICATIONS[alias]: NEVER_DELETED}
    else:
        wanted = {APPLICATIONS[alias]: EDITABLE}
    for login, privileges in wanted.items():
        for privilege in privileges:
            yield _parsed(model, login, privilege)


def grants_of(alias: str) -> set[Grant]:
    """The grid of `alias`: what models ask for, the cache table, the migration record. The backup reads besides."""
    grants = {grant for model in models_of(alias) for grant in grants_of_model(model)}
    grants |= {Grant("django_migrations", APPLICATIONS[alias], "SELECT")}
    if alias == DEFAULT:
        # Django's cache table has no model
        grants |= {Grant(table, APPLICATIONS[alias], privilege) for table in cache_tables() for privilege in EDITABLE}
    return grants


def cache_tables() -> list[str]:
    """The tables of Django's database caches."""
    backend = "django.core.cache.backends.db.DatabaseCache"
    return [cache["LOCATION"] for cache in settings.CACHES.values() if cache["BACKEND"] == backend]


def apply_grants(alias: str) -> None:
    """Set the privileges in `alias` to the grid, all at once. Call inside `as_owner(alias)`."""
    connection = connections[alias]
    logins = ", ".join(login for login in logins_of(alias) if login != OWNERS[alias])
    with transaction.atomic(using=alias), connection.cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {logins}")
        cursor.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {logins}")
        cursor.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {logins}")
        present = set(connection.introspection.table_names(cursor))
        for grant in sorted(grants_of(alias)):
            if grant.table in present:  # during a migration to an older state some are not there
                cursor.execute(_statement(connection, grant))
        # procrastinate's tables count with sequences of their own; Django's identity columns need none
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {APPLICATIONS[alias]}")
        # a dump reads whole databases: tables of libraries that nobody uses, too
        cursor.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {PRACTICE_BACKUP}")
        cursor.execute(f"GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO {PRACTICE_BACKUP}")


def _parsed(model: type[Model], login: str, privilege: str) -> Grant:
    match = PRIVILEGE.fullmatch(privilege)
    if login not in LOGINS or match is None:
        raise ValueError(f"{model._meta.label} asks for an unknown login or privilege: {login}, {privilege}")
    names = [name.strip() for name in (match[2] or "").split(",") if name.strip()]
    columns = {field.name: field.column for field in model._meta.concrete_fields}
    return Grant(model._meta.db_table, login, match[1], tuple(columns.get(name) or name for name in names))


def _statement(connection: BaseDatabaseWrapper, grant: Grant) -> str:
    quote = connection.ops.quote_name
    columns = f"({', '.join(map(quote, grant.columns))})" if grant.columns else ""
    return f"GRANT {grant.privilege}{columns} ON {quote(grant.table)} TO {quote(grant.login)}"
