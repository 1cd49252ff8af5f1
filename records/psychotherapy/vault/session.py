"""Opening the sealed database as one person, for one transaction, and writing down what that person did."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import connections, transaction
from django.utils import timezone

from practice.infrastructure.locks import advisory_lock
from practice.people.models import Staff
from records.psychotherapy.models import Event
from records.psychotherapy.rules import EventKind, same_sitting

ALIAS = "psychotherapy"


@contextmanager
def open_as(staff: Staff) -> Iterator[UUID]:
    """One transaction in the sealed database as `staff`; yields their id.

    Durable: what happens inside is written down for good when the block ends, whatever the caller's other transactions
    do. The acting person is reset on the way out; after an error the rollback itself takes it back.
    """
    if not staff.is_active or staff.pk is None:
        raise PermissionError("only active staff open the vault")
    with transaction.atomic(using=ALIAS, durable=True), connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT set_config('app.actor', %s, true)", [str(staff.pk)])
        yield staff.pk
        cursor.execute("SELECT set_config('app.actor', '', true)")


def lock(subject: UUID) -> None:
    """One at a time on this draft or package, until the transaction ends. Works on rows that do not exist yet."""
    advisory_lock(f"psychotherapy {subject}", using=ALIAS)


def write_event(
    actor: UUID,
    kind: EventKind,
    *,
    author: UUID | None = None,
    note: UUID | None = None,
    package: UUID | None = None,
    detail: str = "",
) -> None:
    """One event, inside an open vault. `detail` is a code or a hash, never text."""
    Event.objects.create(actor=actor, kind=kind, author=author, note=note, package=package, detail=detail)


def write_event_once_a_sitting(actor: UUID, kind: EventKind, note: UUID, now: datetime | None = None) -> None:
    """The author's own opening and saving: one event per sitting, not one per keystroke."""
    now = now or timezone.now()
    last = Event.objects.filter(actor=actor, kind=kind, note=note, author=actor).order_by("-at").first()
    if not same_sitting(last.at if last else None, now):
        write_event(actor, kind, author=actor, note=note)


def record_event(
    staff: Staff,
    kind: EventKind,
    *,
    author: UUID | None = None,
    note: UUID | None = None,
    package: UUID | None = None,
    detail: str = "",
) -> None:
    """One event in a transaction of its own, for attempts that are refused beside what the vault is asked."""
    with open_as(staff) as actor:
        write_event(actor, kind, author=author, note=note, package=package, detail=detail)
