"""Background work, on the same PostgreSQL: a job is a name and ids, queued in the transaction that asks for it.

The only place that knows procrastinate. Every job may run twice: a worker can be killed after the work and before
the note of it.
"""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from procrastinate.contrib.django import app


def task(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorate a function in an app's `tasks.py` as the job `name`, for example "chart.print-ready".

    The function stays callable as it is, for tests and for code that already runs in the background.
    """

    def register(function: Callable[..., None]) -> Callable[..., None]:
        app.task(name=name, retry=3)(function)
        return function

    return register


def periodic(name: str, *, cron: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    """As `task`, run by the worker at the times of `cron` (UTC); never twice in the queue at once."""

    def register(function: Callable[[], None]) -> Callable[[], None]:
        def run(timestamp: int) -> None:
            function()

        app.periodic(cron=cron)(app.task(name=name, queueing_lock=name)(run))
        return function

    return register


def enqueue(name: str, **ids: UUID | int) -> None:
    """Queue the job `name`; it starts after the current transaction commits, or never if that is rolled back.

    Only ids: arguments are readable rows, so names and text have no place in them. Raises TypeError otherwise.
    """
    for key, value in ids.items():
        if not isinstance(value, UUID | int):
            raise TypeError(f"A job's argument is an id; {key} is not.")
    arguments: dict[str, Any] = {key: str(value) if isinstance(value, UUID) else value for key, value in ids.items()}
    app.configure_task(name, allow_unknown=False).defer(**arguments)
