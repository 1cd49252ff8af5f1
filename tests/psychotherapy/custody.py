"""What the tests of custody share."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from django.test import Client

from practice.infrastructure.blackout import Span
from practice.people.models import Patient, Staff
from records.psychotherapy import custody_actions as actions
from records.psychotherapy import vault
from records.psychotherapy.custody_rules import CustodyReason, Transfer

SignedIn = Callable[[Staff], Client]
Connect = Callable[[str, str], psycopg.Connection]
Superuser = Callable[[str], psycopg.Connection]

APP, SEALED = "psychotherapy_app", "psychotherapy"


class NamesEverything:
    """An authorization that names every note, and nobody else's beside it."""

    def __call__(self, head: vault.NoteHead) -> None:
        return None

    def agreed(self, head: vault.NoteHead) -> tuple[UUID, ...]:
        return ()

    def as_it_is(self, head: vault.NoteHead) -> bool:
        return False


CANARY, LEFT_OUT = "zebraquartzhypothesis", "heliotropeaffair"
NOTES = ["note", "authorkey", "wrappedkey", "draft", "draftbranch"]


def leave_out(author: Staff, note: UUID, patient: Patient, start: int = 0, end: int = 4) -> None:
    spans = [Span(start, end)]
    assert vault.redact_note(
        author, note_id=note, patient_id=patient.pk, spans=spans, nothing_left=True, reason="hers alone"
    )


def transfer(castellanos: Staff, brook: Staff, author: Staff, custodian: Staff) -> Transfer:
    """The compliance officer proposes, the administrator is to confirm."""
    return actions.propose_custody(
        by=castellanos, author=author, custodian=custodian, second=brook, reason=CustodyReason.LEFT
    )


@contextmanager
def acting(connection: psycopg.Connection, actor: object) -> Iterator[psycopg.Connection]:
    """One transaction as the vault opens it, without the vault."""
    with connection.transaction(force_rollback=True):
        connection.execute("SELECT set_config('app.actor', %s, true)", [str(actor)])
        yield connection


def time_passes(superuser: Superuser, days: int) -> None:
    """The confirmation of every transfer lies so many days back. Nobody but a superuser without triggers can do it."""
    connection = superuser(SEALED)
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(
            "UPDATE psychotherapy_custody SET confirmed_at = confirmed_at - make_interval(days => %s)", [days]
        )


def count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(f"SELECT count(*) FROM psychotherapy_{table}").fetchone()  # type: ignore[arg-type]
    assert row
    return int(row[0])
