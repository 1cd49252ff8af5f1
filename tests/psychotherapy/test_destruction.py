"""Signed notes are destroyed by their author alone, after their time and a wait, never under a litigation hold."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from practice.infrastructure.days import today, years_before
from practice.infrastructure.templatetags.look import day
from practice.people.models import Patient, Staff
from records.psychotherapy import custody_actions as actions
from records.psychotherapy import vault
from records.psychotherapy.custody_rules import CareFacts, kept_through, last_backup_ends_on, refusal_to_destroy
from records.psychotherapy.vault import NotDestroyed
from tests.psychotherapy.conftest import write_draft, write_note
from tests.psychotherapy.custody import acting
from tests.psychotherapy.test_packages import approve, authorize, text_of
from tests.psychotherapy.test_separation import grant

SignedIn = Callable[[Staff], Client]
Connect = Callable[[str, str], psycopg.Connection]
Superuser = Callable[[str], psycopg.Connection]

APP, SEALED, LIST = "psychotherapy_app", "psychotherapy", "psychotherapy-keeping-list"
LONG_AGO = years_before(today(), 9)


# --- Rules ------------------------------------------------------------------------------------------------------------

BORN, FIRST, LAST = date(1980, 5, 1), date(2015, 1, 5), date(2016, 2, 29)
ADULT = CareFacts(FIRST, LAST, BORN, False)
CHILD = CareFacts(FIRST, LAST, date(2008, 7, 4), False)
UNKNOWN = CareFacts(FIRST, LAST, None, False)
IN_CARE = CareFacts(FIRST, None, BORN, False)
HELD = CareFacts(FIRST, LAST, BORN, True)

TIMES = [
    # who the note speaks of, day of its session, kept through (7 years, age 21)
    ([ADULT], date(2015, 3, 1), date(2023, 3, 1), "seven years after the last day of care; Feb 29 lives a day longer"),
    ([ADULT], date(2017, 1, 1), date(2024, 1, 1), "a session after the day of closing counts"),
    ([CHILD], date(2015, 3, 1), date(2029, 7, 4), "a minor: until they are 21"),
    ([UNKNOWN], date(2015, 3, 1), date(2036, 1, 5), "birth date unknown: born on the first day of care"),
    ([ADULT, CHILD], date(2015, 3, 1), date(2029, 7, 4), "a joint note: the last of all"),
    ([ADULT, IN_CARE], date(2015, 3, 1), None, "somebody is still in care"),
    ([], date(2015, 3, 1), None, "nobody is known"),
]


@pytest.mark.parametrize(("facts", "session_on", "through", "why"), TIMES, ids=[row[3] for row in TIMES])
def test_how_long_a_note_is_kept(facts: list[CareFacts], session_on: date, through: date | None, why: str) -> None:
    assert kept_through(facts, session_on, years=7, minor_age=21) == through


REFUSALS = [
    ([ADULT], 1, date(2023, 3, 1), "PN_RETENTION"),  # the last day is still a day on which it is kept
    ([ADULT], 1, date(2023, 3, 2), None),
    ([HELD], 1, date(2099, 1, 1), "PN_LITIGATION_HOLD"),
    ([ADULT, HELD], 2, date(2099, 1, 1), "PN_LITIGATION_HOLD"),  # of any one of them
    ([ADULT, IN_CARE], 2, date(2099, 1, 1), "PN_STILL_IN_CARE"),
    ([ADULT], 2, date(2099, 1, 1), "PN_PATIENT_UNKNOWN"),
    ([], 0, date(2099, 1, 1), "PN_STILL_IN_CARE"),
]


@pytest.mark.parametrize(("facts", "named", "on", "code"), REFUSALS)
def test_when_a_note_may_be_destroyed(facts: list[CareFacts], named: int, on: date, code: str | None) -> None:
    refusal = refusal_to_destroy(facts, date(2015, 3, 1), named=named, years=7, minor_age=21, on=on)
    assert (refusal and refusal.code) == code


def test_the_last_backup_ends_so_many_days_later_or_is_not_known() -> None:
    assert last_backup_ends_on(date(2026, 12, 21), 35) == date(2027, 1, 25)
    assert last_backup_ends_on(date(2026, 12, 21), 0) is None


# --- Pages ------------------------------------------------------------------------------------------------------------


def end_care(patient: Patient, on: date = LONG_AGO, **changes: object) -> None:
    """Care ended long ago: the note's time is over."""
    Patient.objects.filter(pk=patient.pk).update(opened_on=on - timedelta(days=400), closed_on=on, **changes)


@pytest.fixture
def old_note(hale: Staff, lindqvist: Patient) -> UUID:
    """A note of Dr. Hale's with an addendum, past its retention."""
    note = write_note(hale, lindqvist, text="the old heron", session_on=LONG_AGO)
    write_note(hale, text="the addendum", addendum_to=note)
    end_care(lindqvist)
    return note


@pytest.mark.django_db
def test_the_author_orders_is_told_what_stays_and_cancels(
    hale: Staff, lindqvist: Patient, old_note: UUID, signed_in: SignedIn
) -> None:
    client, path = signed_in(hale), reverse(LIST)
    assert "Past their time" in client.get(path).content.decode()
    unsure = client.post(path, {"notes": [str(old_note)]})
    assert unsure.status_code == 422 and "nobody can bring them back" in unsure.content.decode()
    assert client.post(path, {"notes": [str(old_note)], "understood": "on"}).status_code == 302
    (line,) = actions.kept_notes(hale, today())
    assert line.kept.order is not None
    due = today() + timedelta(days=30)
    shown = client.get(path).content.decode()
    assert day(due) in shown and day(due + timedelta(days=django_settings.BACKUP_DAYS)) in shown
    assert "Destruction" not in client.get("/").content.decode(), "nothing to do before its day"
    carry_out = reverse("psychotherapy-destruction-carry-out", args=[line.kept.order.id])
    assert "Not yet" in client.get(carry_out).content.decode()
    refused = client.post(carry_out, follow=True).content.decode()
    assert "Nothing was destroyed" in refused and "waiting time" in refused
    client.post(reverse("psychotherapy-destruction-cancel", args=[line.kept.order.id]))
    assert actions.kept_notes(hale, today())[0].kept.order is None
    read = vault.read(hale, old_note)
    assert read is not None and read.text == "the old heron"
    told = [event.what for event in read.history if "destruction" in event.what]
    assert told == ["Cancelled a destruction", "Ordered a destruction"]


@pytest.mark.django_db
def test_what_must_be_kept_cannot_be_ordered(
    hale: Staff, lindqvist: Patient, cordova: Patient, old_note: UUID, signed_in: SignedIn
) -> None:
    client, path = signed_in(hale), reverse(LIST)
    joint = write_note(hale, lindqvist, cordova, session_on=LONG_AGO)  # Elena Cordova is in care
    end_care(lindqvist, litigation_hold=True)
    for note in (old_note, joint, uuid4()):
        answer = client.post(path, {"notes": [str(note)], "understood": "on"})
        assert answer.status_code == 422
        with pytest.raises(NotDestroyed):
            actions.order_destruction(by=hale, note_ids=[note], on=today())
    assert "litigation hold" in client.get(path).content.decode()
    end_care(lindqvist, litigation_hold=False)
    write_draft(hale, text="not signed yet", addendum_to=old_note)
    with pytest.raises(NotDestroyed, match="PN_ADDENDUM_BEGUN"):
        actions.order_destruction(by=hale, note_ids=[old_note], on=today())


@pytest.mark.django_db
def test_nobody_else_orders_cancels_or_carries_out(
    hale: Staff, osei: Staff, castellanos: Staff, old_note: UUID, signed_in: SignedIn
) -> None:
    for stranger in (osei, castellanos):
        with pytest.raises(NotDestroyed):
            actions.order_destruction(by=stranger, note_ids=[old_note], on=today())
    actions.order_destruction(by=hale, note_ids=[old_note], on=today())
    order = actions.kept_notes(hale, today())[0].kept.order
    assert order is not None
    for stranger in (osei, castellanos):
        client = signed_in(stranger)
        for name in ("cancel", "carry-out"):
            assert client.post(reverse(f"psychotherapy-destruction-{name}", args=[order.id])).status_code == 404
        assert vault.cancel_destruction(stranger, order.id) is False
        assert actions.destroy(by=stranger, order_id=order.id, on=today()) is False
    with pytest.raises(NotDestroyed):
        actions.order_destruction(by=hale, note_ids=[old_note], on=today())  # ordered already


@pytest.mark.django_db
def test_when_the_practice_has_not_said_how_long_backups_live_no_day_is_invented(
    hale: Staff, old_note: UUID, signed_in: SignedIn, settings: Settings
) -> None:
    settings.BACKUP_DAYS = 0
    shown = signed_in(hale).get(reverse(LIST)).content.decode()
    assert "not set down here" in shown and "last backup" not in shown


# --- The database itself ----------------------------------------------------------------------------------------------


def orders_are_due(superuser: Superuser) -> None:
    """Every order was given a month ago. Nobody but a superuser without triggers can do it."""
    connection = superuser(SEALED)
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute("UPDATE psychotherapy_destruction SET due_at = due_at - interval '31 days'")


ORDER = """INSERT INTO psychotherapy_destruction (id, author, note, ordered_at, due_at, destroyed_at)
    VALUES (gen_random_uuid(), %s, %s, now(), now() + make_interval(days => %s), %s)"""
KEYS = "DELETE FROM psychotherapy_wrappedkey WHERE kind = 'note' AND subject = %s"


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_no_key_is_deleted_without_a_due_order_of_its_author_for_that_note(
    hale: Staff, osei: Staff, lindqvist: Patient, old_note: UUID, connect_as: Connect, superuser: Superuser
) -> None:
    other = write_note(hale, lindqvist, session_on=LONG_AGO)
    connection = connect_as(APP, SEALED)

    def kept(*notes: UUID) -> None:
        for note in notes:
            with acting(connection, hale.pk), pytest.raises(psycopg.errors.RestrictViolation):
                connection.execute(KEYS, [note])
            with pytest.raises(psycopg.errors.RestrictViolation):
                superuser(SEALED).execute(KEYS, [note])

    kept(old_note, other)
    for actor, values in (
        (hale.pk, [hale.pk, old_note, 1, None]),  # hardly a delay
        (hale.pk, [hale.pk, old_note, 30, today()]),  # carried out already
        (hale.pk, [hale.pk, uuid4(), 30, None]),  # no such note
        (osei.pk, [osei.pk, old_note, 30, None]),  # somebody else's note
        (osei.pk, [hale.pk, old_note, 30, None]),  # in the author's name
    ):
        with acting(connection, actor), pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(ORDER, values)
    vault.order_destruction(hale, [old_note], allowed=lambda head: None)
    kept(old_note, other)
    early = "UPDATE psychotherapy_destruction SET destroyed_at = now()"
    with acting(connection, hale.pk), pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(early)
    with acting(connection, hale.pk), pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE psychotherapy_destruction SET due_at = now()")
    orders_are_due(superuser)
    kept(other)
    with acting(connection, osei.pk):
        assert connection.execute(KEYS, [old_note]).rowcount == 0
        assert connection.execute(early).rowcount == 0
    with acting(connection, hale.pk):
        assert connection.execute(KEYS, [old_note]).rowcount == 1
    (line, _) = vault.my_kept_notes(hale)
    assert line.order is not None and vault.cancel_destruction(hale, line.order.id)
    kept(old_note, other)
    with acting(connection, hale.pk), pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute("UPDATE psychotherapy_destruction SET cancelled_at = NULL, destroyed_at = now()")


@pytest.mark.committing
@pytest.mark.django_db(transaction=True)
def test_a_destroyed_note_opens_for_nobody_and_its_row_says_that_it_was(
    hale: Staff,
    osei: Staff,
    dana: Staff,
    lindqvist: Patient,
    signed_in: SignedIn,
    superuser: Superuser,
) -> None:
    note = write_note(hale, lindqvist, text="the old heron", session_on=LONG_AGO)
    addendum = write_note(hale, text="the addendum", addendum_to=note)
    other = write_note(hale, lindqvist, text="another", session_on=LONG_AGO)
    package = approve(hale, authorize(dana, hale, lindqvist), note, to=[dana])
    grant(hale, osei, lindqvist, days=(LONG_AGO - today() + timedelta(days=1)).days)
    assert vault.read(osei, note) is not None
    end_care(lindqvist)
    client = signed_in(hale)
    client.post(reverse(LIST), {"notes": [str(note)], "understood": "on"})
    order = next(line.kept.order for line in actions.kept_notes(hale, today()) if line.kept.order)
    orders_are_due(superuser)
    path = reverse("psychotherapy-destruction-carry-out", args=[order.id])
    assert "Destruction of psychotherapy notes" in client.get("/").content.decode()
    end_care(lindqvist, litigation_hold=True)  # the hold came after the order
    assert "litigation hold" in client.post(path, follow=True).content.decode()
    read = vault.read(hale, note)
    assert read is not None and read.text == "the old heron"
    end_care(lindqvist, litigation_hold=False)
    assert "1 release package keeps" in client.get(path).content.decode()
    assert "Destroyed" in client.post(path, follow=True).content.decode()
    shown = client.get(reverse("psychotherapy-note-open", args=[note])).content.decode()
    assert "heron" not in shown and "Destroyed" in shown and "cannot be opened now" not in shown
    assert vault.read(osei, note) is None and vault.notes_opened_to(osei) != [] and vault.read(osei, other) is not None
    assert [head.id for head in vault.my_notes(hale)] == [other]
    for name in ("psychotherapy-note-print", "psychotherapy-addendum-new"):
        assert client.get(reverse(name, args=[note])).status_code == 404
    keys = superuser(SEALED).execute("SELECT subject FROM psychotherapy_wrappedkey WHERE kind = 'note'").fetchall()
    assert keys == [(other,)], "the note's key and its addendum's are gone"
    rows = superuser(SEALED).execute("SELECT id FROM psychotherapy_note").fetchall()
    assert {row[0] for row in rows} == {note, addendum, other}
    events = superuser(SEALED).execute("SELECT note FROM psychotherapy_event WHERE kind = 'destroyed'").fetchall()
    assert {row[0] for row in events} == {note, addendum}
    locked = vault.package_bytes(dana, package.cover.id)
    assert locked is not None and "the old heron" in text_of(locked, package.passphrase), "a package keeps its copy"
    assert client.post(path).status_code == 404
    assert client.post(reverse("psychotherapy-destruction-cancel", args=[order.id])).status_code == 404
