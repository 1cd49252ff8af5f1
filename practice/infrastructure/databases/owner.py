"""Work under another login than the application's, for this thread and this block only."""

import contextlib
from collections.abc import Iterator

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from practice.infrastructure.databases.logins import OWNERS


@contextlib.contextmanager
def as_login(alias: str, login: str) -> Iterator[BaseDatabaseWrapper]:
    """Let this thread's connection to `alias` be `login`'s until the block ends.

    The connection's settings are replaced by a changed copy: the original is shared by all threads. Refuses inside a
    transaction, whose work would be lost with the closed connection. Raises ImproperlyConfigured for a login whose
    address is not given.
    """
    connection = connections[alias]
    if connection.in_atomic_block:
        raise transaction.TransactionManagementError("The login cannot change inside a transaction.")
    given = settings.LOGIN_CREDENTIALS.get((alias, login))
    if given is None:
        raise ImproperlyConfigured(f"No address is configured for the login {login} on {alias} (docs/operations.md).")
    original = connection.settings_dict
    connection.close()
    # a pool would outlive the block with the other login's connections
    options = {key: value for key, value in original["OPTIONS"].items() if key != "pool"}
    connection.settings_dict = {**original, **given, "NAME": original["NAME"], "OPTIONS": options}
    try:
        yield connection
    finally:
        connection.close()
        connection.settings_dict = original


@contextlib.contextmanager
def as_owner(alias: str) -> Iterator[BaseDatabaseWrapper]:
    """As `as_login`, for the owner of the tables. It sees no row of the sealed tables: forced row-level security."""
    with as_login(alias, OWNERS[alias]) as connection:
        yield connection
