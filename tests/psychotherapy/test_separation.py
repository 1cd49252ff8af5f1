"""What the database itself refuses, with real logins and real commits: no policy of the product is asked here."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest
from django.apps import apps
from django.db import connection as practice_connection
from django.db import connections
from django.utils import timezone
from psycopg import sql

from practice.people.models import Patient, Staff
from records.psychotherapy import vault
from records.psychotherapy.models import Draft, Event, Note
from tests.psychotherapy.conftest import DAY, TEXT, write_draft, write_note

Connect = Callable[[str, str], psycopg.Connection]
Superuser = Callable[[str], psycopg.Connection]

pytestmark = [pytest.mark.committing, pytest.mark.django_db(transaction=True)]

SEALED = "psychotherapy"
APP = "psychotherapy_app"
TABLES = [model._meta.db_table for model in apps.get_app_config("psychotherapy").get_models()]
WITH_ROWS = [f"psychotherapy_{name}" for name in ("authorkey", "wrappedkey", "draft", "draftbranch", "note")]


@contextmanager
def acting(connection: psycopg.Connection, actor: object) -> Iterator[psycopg.Connection]:
    """One transaction as the vault opens it, without the vault."""
    with connection.transaction(force_rollback=True):
        connection.execute("SELECT set_config('app.actor', %s, true)", [str(actor)])
        yield connection


def count(connection: psycopg.Connection, table: str) -> int:
    row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))).fetchone()
    assert row is not None
    return int(row[0])


@pytest.fixture
def kept(hale: Staff, lindqvist: Patient) -> UUID:
    """A signed note, and a draft with a second text."""
    note = write_note(hale, lindqvist)
    draft = write_draft(hale, lindqvist)
    write_draft(hale, lindqvist, draft_id=draft.id, base_version=1, text="one")
    write_draft(hale, lindqvist, draft_id=draft.id, base_version=1, text="two")
    return note


def test_without_an_acting_person_there_are_no_rows(kept: UUID, connect_as: Connect) -> None:
    connection = connect_as(APP, SEALED)
    assert [count(connection, table) for table in TABLES] == [0] * len(TABLES)
    with acting(connection, uuid4()):
        assert [count(connection, table) for table in TABLES] == [0] * len(TABLES)
    # on a used connection the setting reads as empty text, which must not match either
    assert [count(connection, table) for table in TABLES] == [0] * len(TABLES)


def test_the_vault_leaves_nobody_acting_behind(hale: Staff, kept: UUID) -> None:
    assert len(vault.my_notes(hale)) == 1
    assert not Note.objects.exists()
    with pytest.raises(ZeroDivisionError), vault.open_as(hale):
        assert Note.objects.exists()
        raise ZeroDivisionError
    assert not Note.objects.exists()
    with connections[SEALED].cursor() as cursor:
        cursor.execute("SELECT current_setting('app.actor', true)")
        assert cursor.fetchone() in [(None,), ("",)]


def test_another_person_sees_no_row_of_anybody_else(osei: Staff, kept: UUID, connect_as: Connect) -> None:
    with acting(connect_as(APP, SEALED), osei.pk) as connection:
        assert [count(connection, table) for table in TABLES] == [0] * len(TABLES)


def test_another_person_changes_and_deletes_nothing(osei: Staff, kept: UUID, connect_as: Connect) -> None:
    with acting(connect_as(APP, SEALED), osei.pk) as connection:
        assert connection.execute("UPDATE psychotherapy_draft SET version = 99").rowcount == 0
        assert connection.execute("DELETE FROM psychotherapy_draft").rowcount == 0
        assert connection.execute("DELETE FROM psychotherapy_draftbranch").rowcount == 0
        assert connection.execute("DELETE FROM psychotherapy_wrappedkey").rowcount == 0


def test_nobody_writes_a_row_as_somebody_else(
    hale: Staff, osei: Staff, kept: UUID, connect_as: Connect, superuser: Superuser
) -> None:
    """Every column of a real row of Dr. Hale's, under a new id, inserted by Dr. Osei."""
    for table in WITH_ROWS:
        name = sql.Identifier(table)
        found = superuser(SEALED).execute(sql.SQL("SELECT * FROM {} LIMIT 1").format(name))
        row = dict(zip([c.name for c in found.description or ()], found.fetchone() or (), strict=True))
        columns, values = sql.SQL(", ").join(map(sql.Identifier, row)), list((row | {"id": uuid4()}).values())
        insert = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
            name, columns, sql.SQL(", ").join(sql.Placeholder() * len(row))
        )
        refused = pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security")
        with acting(connect_as(APP, SEALED), osei.pk) as connection, refused:
            connection.execute(insert, values)
        with acting(connect_as(APP, SEALED), hale.pk) as connection:
            connection.execute(insert, values)


def test_nobody_gives_their_note_away_or_takes_one(hale: Staff, osei: Staff, kept: UUID, connect_as: Connect) -> None:
    with acting(connect_as(APP, SEALED), hale.pk) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("UPDATE psychotherapy_draft SET author = %s", [osei.pk])


def test_an_event_is_written_by_the_person_acting_only(hale: Staff, osei: Staff, connect_as: Connect) -> None:
    insert = "INSERT INTO psychotherapy_event (id, at, actor, kind, detail) VALUES (%s, now(), %s, 'opened', '')"
    for actor in (hale.pk, None):
        refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
        with acting(connect_as(APP, SEALED), osei.pk) as connection, refused:
            connection.execute(insert, [uuid4(), actor])


def test_review_and_maintenance_logins_reach_no_note(hale: Staff, kept: UUID, connect_as: Connect) -> None:
    for login in ("psychotherapy_review", "psychotherapy_maintenance"):
        for table in ("psychotherapy_note", "psychotherapy_draft", "psychotherapy_draftbranch"):
            refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
            with acting(connect_as(login, SEALED), hale.pk) as connection, refused:
                count(connection, table)


def test_the_review_login_sees_accesses_as_metadata(hale: Staff, kept: UUID, connect_as: Connect) -> None:
    rows = connect_as("psychotherapy_review", SEALED).execute("SELECT kind FROM psychotherapy_event").fetchall()
    assert ("signed",) in rows and ("saved",) in rows
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect_as("psychotherapy_review", SEALED).execute("SELECT sealed FROM psychotherapy_package")


def test_the_owner_of_the_tables_sees_no_row(kept: UUID, connect_as: Connect) -> None:
    connection = connect_as("psychotherapy_owner", SEALED)
    assert [count(connection, table) for table in TABLES] == [0] * len(TABLES)


def test_what_was_signed_stays_even_against_owner_and_superuser(
    kept: UUID, connect_as: Connect, superuser: Superuser
) -> None:
    for connection in (connect_as("psychotherapy_owner", SEALED), superuser(SEALED)):
        for table in ("psychotherapy_note", "psychotherapy_event", "psychotherapy_traininggrant"):
            for statement in ("UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"):
                with pytest.raises(psycopg.errors.RestrictViolation, match="stays"):
                    connection.execute(sql.SQL(statement).format(sql.Identifier(table)))


def test_the_key_of_a_signed_note_is_not_deleted_and_no_key_is_moved(
    hale: Staff, kept: UUID, connect_as: Connect, superuser: Superuser
) -> None:
    delete = "DELETE FROM psychotherapy_wrappedkey WHERE kind = 'note'"
    with acting(connect_as(APP, SEALED), hale.pk) as connection, pytest.raises(psycopg.errors.RestrictViolation):
        connection.execute(delete)
    for statement in (
        delete,
        "UPDATE psychotherapy_wrappedkey SET kind = 'draft' WHERE kind = 'note'",
        "UPDATE psychotherapy_wrappedkey SET subject = gen_random_uuid()",
        "UPDATE psychotherapy_authorkey SET author = gen_random_uuid()",
        "DELETE FROM psychotherapy_authorkey",
    ):
        with pytest.raises(psycopg.errors.RestrictViolation):
            superuser(SEALED).execute(statement)


@pytest.mark.parametrize("alias", ["default", SEALED])
def test_everyday_code_that_forgets_the_vault_meets_an_empty_table_or_no_table(kept: UUID, alias: str) -> None:
    if alias == SEALED:
        assert list(Note.objects.all()) == []
        return
    with pytest.raises(Exception, match="does not exist"), practice_connection.cursor() as cursor:
        cursor.execute("SELECT * FROM psychotherapy_note")


# --- Training grants --------------------------------------------------------------------------------------------------


def grant(by: Staff, to: Staff, *patients: Patient, hours: tuple[int, int] = (-1, 1), days: int = 0) -> None:
    now = timezone.now()
    vault.give_training_grant(
        by,
        to=to,
        patients=[patient.pk for patient in patients],
        sessions_from=DAY + timedelta(days=days),
        sessions_to=DAY + timedelta(days=days),
        program="Internship",
        supervisor=by,
        trainees=[to],
        skill_area="individual",
        identity_considered=True,
        starts_at=now + timedelta(hours=hours[0]),
        ends_at=now + timedelta(hours=hours[1]),
    )


GRANTS = [
    # from and until in hours from now; days from the session; whether every patient of the note is named
    ((-2, -1), 0, True, "it is over"),
    ((1, 2), 0, True, "it has not begun"),
    ((-1, 1), 1, True, "it names another day's session"),
    ((-1, 1), 0, False, "the note also speaks of somebody it does not name"),
    ((-1, 1), 0, True, ""),
]


def test_a_training_grant_opens_what_it_names_and_nothing_else(
    hale: Staff, osei: Staff, lindqvist: Patient, cordova: Patient, connect_as: Connect
) -> None:
    joint = write_note(hale, lindqvist, cordova)
    write_draft(hale, lindqvist)
    for hours, days, all_named, why_not in GRANTS:
        grant(hale, osei, *([lindqvist, cordova] if all_named else [lindqvist]), hours=hours, days=days)
        shown = vault.read(osei, joint)
        assert (shown is None) == bool(why_not), why_not
        assert [head.id for head in vault.notes_opened_to(osei)] == ([] if why_not else [joint])
        with acting(connect_as(APP, SEALED), osei.pk) as connection:
            assert count(connection, "psychotherapy_note") == (0 if why_not else 1), why_not
            assert count(connection, "psychotherapy_draft") == 0
            assert connection.execute("DELETE FROM psychotherapy_wrappedkey").rowcount == 0
    assert shown is not None and shown.text == TEXT and not shown.mine


def test_a_grant_opens_only_the_notes_of_the_one_who_gave_it(
    hale: Staff, osei: Staff, dana: Staff, lindqvist: Patient, connect_as: Connect
) -> None:
    note = write_note(hale, lindqvist)
    grant(osei, dana, lindqvist)
    assert vault.read(dana, note) is None
    insert = (
        "INSERT INTO psychotherapy_traininggrant (id, author, grantee, patients, sessions_from, sessions_to, program,"
        " supervisor, trainees, skill_area, identity_considered, starts_at, ends_at, granted_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, '', %s, %s, '', true, now(), now() + interval '1 day', now())"
    )
    refused = pytest.raises(psycopg.errors.InsufficientPrivilege)
    with acting(connect_as(APP, SEALED), osei.pk) as connection, refused:
        connection.execute(insert, [uuid4(), hale.pk, osei.pk, [lindqvist.pk], DAY, DAY, hale.pk, [osei.pk]])


def test_every_reading_under_a_grant_is_shown_to_the_author(hale: Staff, osei: Staff, lindqvist: Patient) -> None:
    note = write_note(hale, lindqvist)
    grant(hale, osei, lindqvist)
    for _ in range(3):
        vault.read(osei, note)
    with vault.open_as(hale):
        assert Event.objects.filter(actor=osei.pk, note=note, kind="opened").count() == 3


def test_a_refused_attempt_is_shown_to_the_author_and_names_nobody_to_the_one_refused(
    hale: Staff, osei: Staff, kept: UUID
) -> None:
    assert vault.read(osei, kept) is None
    with vault.open_as(osei):
        assert not Event.objects.exists()
    with vault.open_as(hale):
        event = Event.objects.get(kind="refused")
        assert (event.actor, event.author, event.note) == (osei.pk, None, kept)


def test_the_vault_refuses_even_when_row_security_is_broken(
    hale: Staff, osei: Staff, kept: UUID, superuser: Superuser
) -> None:
    for table in TABLES:
        superuser(SEALED).execute(
            sql.SQL("CREATE POLICY broken ON {} FOR SELECT USING (true)").format(sql.Identifier(table))
        )
    assert vault.read(osei, kept) is None
    assert vault.my_notes(osei) == vault.my_drafts(osei) == vault.notes_opened_to(osei) == []
    with vault.open_as(hale):
        draft = Draft.objects.get()
    assert vault.open_draft(osei, draft.id) is None
    assert vault.sign(osei, draft_id=draft.id, version=draft.version) is None


# --- Bytes ------------------------------------------------------------------------------------------------------------


def test_the_superuser_sees_ciphertext_only(kept: UUID, superuser: Superuser) -> None:
    for table in TABLES:
        rows = superuser(SEALED).execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table))).fetchall()
        for (row,) in rows:
            for word in ("watched my face", b"watched my face".hex(), b"meeting".hex()):
                assert word not in row


SWAPS = [
    # what a superuser moves from the one note's row to the other's, keeping everything else
    ["sealed"],
    ["key"],
    ["sealed", "key"],
    ["sealed", "key", "version"],
    ["sealed", "key", "patients"],
    ["sealed", "key", "patients", "session_on", "session", "version", "created_at", "signed_at"],
]


def test_ciphertext_moved_to_another_note_never_opens(
    hale: Staff, lindqvist: Patient, cordova: Patient, superuser: Superuser
) -> None:
    two = write_note(hale, cordova, text="two", session_on=DAY - timedelta(days=7))
    for columns in SWAPS:
        one = write_note(hale, lindqvist, text="one")
        moved = sql.SQL(", ").join(sql.SQL("{0} = s.{0}").format(sql.Identifier(column)) for column in columns)
        swap = sql.SQL("UPDATE psychotherapy_note n SET {} FROM psychotherapy_note s WHERE n.id = %s AND s.id = %s")
        with_triggers_off(superuser, swap.format(moved), [one, two])
        shown = vault.read(hale, one)
        assert shown is not None and shown.text is None, columns


EDITS = [
    "version = version + 1",
    "session_on = session_on - 1",
    "session = gen_random_uuid()",
    "patients = patients || gen_random_uuid()",
    "patients = '{}'",
    "addendum_to = gen_random_uuid()",
    "sealed = set_byte(sealed, 100, get_byte(sealed, 100) # 1)",
    "sealed = substring(sealed from 1 for length(sealed) - 1)",
    "sealed = ''",
    "key = gen_random_uuid()",
]


def test_a_row_edited_by_the_superuser_does_not_open(hale: Staff, lindqvist: Patient, superuser: Superuser) -> None:
    for edit in EDITS:
        note = write_note(hale, lindqvist)
        with_triggers_off(superuser, sql.SQL(f"UPDATE psychotherapy_note SET {edit} WHERE id = %s"), [note])  # type: ignore[arg-type]
        shown = vault.read(hale, note)
        assert shown is not None and shown.text is None, edit


def test_a_note_handed_to_another_author_by_the_superuser_does_not_open(
    hale: Staff, osei: Staff, abernathy: Patient, kept: UUID, superuser: Superuser
) -> None:
    write_note(osei, abernathy)
    for table in ("note", "wrappedkey"):
        with_triggers_off(superuser, sql.SQL(f"UPDATE psychotherapy_{table} SET author = %s"), [osei.pk])  # type: ignore[arg-type]
    shown = vault.read(osei, kept)
    assert shown is not None and shown.text is None


def test_a_drafts_older_text_put_back_does_not_open(hale: Staff, lindqvist: Patient, superuser: Superuser) -> None:
    draft = write_draft(hale, lindqvist, text="old")
    old = superuser(SEALED).execute("SELECT sealed, key FROM psychotherapy_draft").fetchone()
    write_draft(hale, lindqvist, text="new", draft_id=draft.id, base_version=1)
    assert old is not None
    superuser(SEALED).execute("UPDATE psychotherapy_draft SET sealed = %s, key = %s", list(old))
    shown = vault.open_draft(hale, draft.id)
    assert shown is not None and shown.text is None


def with_triggers_off(superuser: Superuser, statement: sql.Composable, values: list[object]) -> None:
    """What somebody with the whole database in their hands can do: every guard but the encryption is off."""
    connection = superuser(SEALED)
    with connection.transaction():
        connection.execute("SET LOCAL session_replication_role = replica")
        connection.execute(statement, values)
