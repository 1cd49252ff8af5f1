"""Locks for tables that may only grow: `SELECT ... FOR UPDATE` needs a right to update which nobody has there."""

from django.db import connections, transaction

from practice.infrastructure.databases.router import DEFAULT


def advisory_lock(name: str, *, using: str = DEFAULT) -> None:
    """Wait for the lock `name` and hold it until the current transaction ends.

    Raises TransactionManagementError outside a transaction, where the lock would end before it protects anything.
    """
    connection = connections[using]
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An advisory lock holds for a transaction; there is none.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
