"""The database itself refuses what is no step of custody: each broken on purpose."""

from uuid import uuid4

import psycopg
import pytest

from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from records.psychotherapy import custody_actions as actions
from records.psychotherapy import vault
from records.psychotherapy.custody_rules import Step, Transfer
from tests.psychotherapy.conftest import write_note
from tests.psychotherapy.custody import (
    APP,
    NOTES,
    SEALED,
    Connect,
    NamesEverything,
    Superuser,
    acting,
    count,
    leave_out,
    time_passes,
    transfer,
)

INSERT = """INSERT INTO psychotherapy_custody (id, author, custodian, proposed_by, second, reason, contact, waits_days,
    proposed_at, confirmed_reason) VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, '', %s, now(), '')"""


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_each_step_that_is_not_that_persons_or_not_yet(
    hale: Staff, osei: Staff, castellanos: Staff, brook: Staff, connect_as: Connect, superuser: Superuser
) -> None:
    connection, refused = connect_as(APP, SEALED), psycopg.errors.IntegrityError
    author, custodian, first, second = hale.pk, osei.pk, castellanos.pk, brook.pk
    for people, reason, days in (
        ((author, custodian, first, first), "left", 7),  # the same person twice
        ((author, first, first, second), "left", 7),  # for oneself
        ((author, second, first, second), "left", 7),  # confirmed for oneself
        ((author, custodian, first, author), "left", 7),
        ((author, author, first, second), "left", 7),
        ((author, custodian, first, custodian), "in_advance", 7),  # alone, and not named by the author
        ((author, custodian, first, second), "left", 2),  # hardly a waiting time
    ):
        with acting(connection, first), pytest.raises(psycopg.errors.CheckViolation):
            connection.execute(INSERT, [*people, reason, days])
    with acting(connection, osei.pk), pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(INSERT, [author, custodian, first, second, "left", 7])  # in somebody else's name
    made = transfer(castellanos, brook, hale, osei)

    def tried(actor: object, change: str) -> None:
        with acting(connection, actor):
            changed = connection.execute(f"UPDATE psychotherapy_custody SET {change}").rowcount  # type: ignore[arg-type]
            assert changed == 1, (actor, change)

    for actor in (author, custodian, first):
        with pytest.raises(refused):
            tried(actor, "confirmed_at = now()")
    for actor in ("", uuid4()):
        with pytest.raises(AssertionError):
            tried(actor, "confirmed_at = now()")  # no such row for them
    for change in ("taken_at = now()", "stopped_by = gen_random_uuid()", "confirmed_reason = 'died'"):
        with pytest.raises(refused):
            tried(second, f"confirmed_at = now(), {change}")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        tried(first, "waits_days = 3")
    vault.take_step(brook, made.id, Step.CONFIRM)
    for actor in (author, first, second, custodian):
        with pytest.raises(refused):
            tried(actor, "taken_at = now()")  # too early, or not theirs
    with pytest.raises(refused):
        tried(second, "confirmed_at = now() - interval '8 days'")
    time_passes(superuser, 6)
    with pytest.raises(refused):
        tried(custodian, "taken_at = now()")
    time_passes(superuser, 1)
    for actor in (author, first, second):
        with pytest.raises(refused):
            tried(actor, "taken_at = now()")
    tried(custodian, "taken_at = now() - interval '9 days'")
    with pytest.raises(refused):
        superuser(SEALED).execute("DELETE FROM psychotherapy_custody")
    assert vault.take_step(hale, made.id, Step.STOP) is True
    for change in ("taken_at = now()", "stopped_at = NULL", "stopped_at = NULL, stopped_by = NULL"):
        with pytest.raises(refused):
            tried(custodian, change)  # after it was stopped
    with pytest.raises(Refused):
        actions.take_custody(by=osei, transfer=made)


REDACTION = "noteredaction"
OPEN = """INSERT INTO psychotherapy_custodyopening (id, custody, author, opened_by, kind, ground, patient, notes,
    package, opened_at, in_transaction) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, now(), 0)"""
NAME = "SELECT set_config('app.opening', %s, true)"


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_custody_shows_no_row_but_under_an_opening_that_the_same_transaction_wrote(
    hale: Staff,
    osei: Staff,
    dana: Staff,
    lindqvist: Patient,
    cordova: Patient,
    in_custody: Transfer,
    connect_as: Connect,
) -> None:
    note, other = write_note(hale, lindqvist), write_note(hale, cordova)
    joint = write_note(hale, lindqvist, cordova)
    connection, ground = connect_as(APP, SEALED), uuid4()
    given = [in_custody.id, hale.pk, osei.pk]

    def seen() -> list[int]:
        return [count(connection, table) for table in NOTES]

    with acting(connection, osei.pk):
        assert seen() == [0] * len(NOTES), "custody alone opens nothing"
    offered = vault.sessions_in_custody(
        osei, in_custody.id, patient_id=lindqvist.pk, ground=ground, covered=NamesEverything()
    )
    assert [one.text for one in offered] == [None, None] and [one.refusal is None for one in offered] == [True, False]
    with acting(connection, osei.pk):
        old = connection.execute("SELECT id FROM psychotherapy_custodyopening").fetchone()
        assert old
        connection.execute(NAME, [str(old[0])])
        assert seen() == [0] * len(NOTES), "an opening of another transaction opens nothing"
    with acting(connection, osei.pk):
        connection.execute(OPEN, [old := uuid4(), *given, "index", ground, lindqvist.pk, [], None])
        assert seen() == [0] * len(NOTES), "an opening that is not named opens nothing"
        connection.execute(NAME, [str(old)])
        assert seen() == [2, 0, 0, 0, 0], "the list of sessions opens no key"
    with acting(connection, osei.pk):
        connection.execute(OPEN, [old := uuid4(), *given, "package", ground, lindqvist.pk, [note, other], uuid4()])
        connection.execute(NAME, [str(old)])
        assert seen() == [1, 1, 1, 0, 0], "the note of this patient that was named, and no other"
        assert count(connection, REDACTION) == 0
    for one, patient in ((note, lindqvist), (other, cordova), (joint, lindqvist)):
        leave_out(hale, one, patient)
    for kind, named, redactions in (("index", [], 0), ("package", [other, joint], 0), ("package", [note, joint], 1)):
        with acting(connection, osei.pk):
            assert count(connection, REDACTION) == 0
            connection.execute(OPEN, [old := uuid4(), *given, kind, ground, lindqvist.pk, named, uuid4()])
            connection.execute(NAME, [str(old)])
            assert count(connection, REDACTION) == redactions, "what is left out of the note that is packed, no other"
            keys = "SELECT count(*) FROM psychotherapy_wrappedkey WHERE kind = 'redaction'"
            assert connection.execute(keys).fetchone() == (redactions,)
    wrong = [
        (osei.pk, [uuid4(), hale.pk, osei.pk]),  # no such custody
        (osei.pk, [in_custody.id, dana.pk, osei.pk]),  # of another author
        (osei.pk, [in_custody.id, hale.pk, hale.pk]),  # in somebody else's name
        (dana.pk, [in_custody.id, hale.pk, dana.pk]),  # not the custodian
    ]
    for actor, who in wrong:
        with acting(connection, actor), pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(OPEN, [uuid4(), *who, "index", ground, lindqvist.pk, [], None])
    vault.take_step(hale, in_custody.id, Step.STOP)
    with acting(connection, osei.pk), pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(OPEN, [uuid4(), *given, "index", ground, lindqvist.pk, [], None])
    assert vault.read(osei, note) is None
    assert vault.my_notes(osei) == vault.my_drafts(osei) == vault.notes_opened_to(osei) == []
