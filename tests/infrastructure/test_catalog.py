"""The grid of logins and tables, as the databases themselves tell it; each rule is broken once on purpose."""

from collections.abc import Callable

import psycopg
import pytest
from django.apps import apps

from practice.infrastructure.databases.grants import cache_tables
from practice.infrastructure.databases.logins import LOGINS
from tests import databases
from tests.infrastructure.catalog import Triple, faults
from tests.infrastructure.classification import APPEND_ONLY, LIBRARY_MODELS, MODELS, NEVER_DELETED

Superuser = Callable[[str], psycopg.Connection]
Connect = Callable[[str, str], psycopg.Connection]

REFUSED = r"CONNECT privilege|pg_hba"
READ, WRITE = ("SELECT",), ("SELECT", "INSERT", "UPDATE", "DELETE")
APP, REVIEW, MAINTENANCE, BACKUP = (
    "psychotherapy_app",
    "psychotherapy_review",
    "psychotherapy_maintenance",
    "practice_backup",
)
# The sealed database, whole: table -> login -> what it may do there (row-level security narrows it further).
SEALED: dict[str, dict[str, tuple[str, ...]]] = {
    "psychotherapy_authorkey": {APP: ("SELECT", "INSERT"), MAINTENANCE: ("SELECT", "UPDATE(root_key_id,wrapped)")},
    "psychotherapy_wrappedkey": {
        APP: ("SELECT", "INSERT", "DELETE"),
        MAINTENANCE: ("SELECT", "UPDATE(author_key,root_key_id,wrapped)"),
    },
    "psychotherapy_draft": {APP: WRITE},
    "psychotherapy_draftbranch": {APP: ("SELECT", "INSERT", "DELETE")},
    "psychotherapy_attachment": {APP: ("SELECT", "INSERT", "UPDATE(wrapped)", "DELETE")},
    "psychotherapy_note": {APP: ("SELECT", "INSERT")},
    "psychotherapy_traininggrant": {APP: ("SELECT", "INSERT"), REVIEW: READ},
    "psychotherapy_moved": {APP: ("SELECT", "INSERT")},
    "psychotherapy_noteredaction": {APP: ("SELECT", "INSERT")},
    "psychotherapy_event": {APP: ("SELECT", "INSERT"), REVIEW: READ, MAINTENANCE: ("INSERT",)},
    "psychotherapy_package": {
        APP: ("SELECT", "INSERT", "UPDATE(withdrawn_at)"),
        REVIEW: (
            "SELECT(approved_at,approved_by,author,authorization_id,compelled,hand_over_until,id,made_at,named_staff,named_too,notes,patient,"
            "session_days,sha256,size,withdrawn_at)",
        ),
    },
    "psychotherapy_custody": {
        APP: ("SELECT", "INSERT", "UPDATE(confirmed_at,confirmed_reason,stopped_at,stopped_by,taken_at)"),
        REVIEW: READ,
    },
    "psychotherapy_custodyopening": {APP: ("SELECT", "INSERT"), REVIEW: READ},
    "psychotherapy_compelled": {
        APP: ("SELECT", "INSERT"),
        REVIEW: (
            "SELECT(author,ground,id,named_staff,paper_kind,patients,recipient_name,second,session_days,sessions_from,"
            "sessions_to,started_at,started_by,waits_days)",
        ),
    },
    "psychotherapy_compelledstep": {APP: ("SELECT", "INSERT"), REVIEW: READ},
    "psychotherapy_compelledopening": {APP: ("SELECT", "INSERT"), REVIEW: READ},
    "psychotherapy_destruction": {APP: ("SELECT", "INSERT", "UPDATE(cancelled_at,destroyed_at)"), REVIEW: READ},
    "django_migrations": {APP: READ},
}


def sealed_grid() -> set[Triple]:
    """The table above, with the backup login's reading of everything."""
    return {
        (table, login, privilege)
        for table, logins in SEALED.items()
        for login, privileges in {**logins, BACKUP: READ}.items()
        for privilege in privileges
    }


def practice_grid() -> set[Triple]:
    """From the classification of models: append-only tables grow, the others change, nothing else is given."""
    grid = {("django_migrations", "practice_app", "SELECT"), ("django_migrations", BACKUP, "SELECT")}
    grid |= {("auditlog_logentry", BACKUP, "SELECT")}  # the library makes it although our own table is used
    wanted = {table: WRITE for table in cache_tables()}
    for label in (*MODELS, *LIBRARY_MODELS):
        model, row = apps.get_model(label), MODELS.get(label)
        if model._meta.app_label == "psychotherapy":
            continue
        wanted[model._meta.db_table] = WRITE
        if row and row.table == NEVER_DELETED:
            wanted[model._meta.db_table] = ("SELECT", "INSERT", "UPDATE")
        if row and row.table == APPEND_ONLY:
            columns = ",".join(sorted(str(model._meta.get_field(name).column) for name in row.updates.split()))  # type: ignore[union-attr]
            wanted[model._meta.db_table] = ("SELECT", "INSERT", *([f"UPDATE({columns})"] if columns else []))
    for table, privileges in wanted.items():
        grid |= {(table, "practice_app", privilege) for privilege in privileges} | {(table, BACKUP, "SELECT")}
    return grid


GRIDS: dict[str, Callable[[], set[Triple]]] = {"default": practice_grid, "psychotherapy": sealed_grid}


@pytest.mark.parametrize("alias", GRIDS)
def test_logins_tables_and_policies_are_exactly_as_decided(superuser: Superuser, alias: str) -> None:
    assert faults(superuser(alias), alias, GRIDS[alias]()) == []


@pytest.mark.parametrize("alias", GRIDS)
def test_nobody_may_change_or_empty_what_only_grows(superuser: Superuser, alias: str) -> None:
    tables = [apps.get_model(label) for label, row in MODELS.items() if row.table == APPEND_ONLY]
    names = [m._meta.db_table for m in tables if (m._meta.app_label == "psychotherapy") == (alias == "psychotherapy")]
    assert names
    query = "SELECT has_table_privilege(%s, %s, 'UPDATE, DELETE, TRUNCATE')"
    connection = superuser(alias)
    for table in names:
        for login in LOGINS:
            if not login.endswith("_owner"):
                assert connection.execute(query, [login, table]).fetchone() == (False,), (login, table)


# Whoever owns the tables keeps every privilege on them, so what only grows is held by triggers.
GUARDED_EVENTS = """
    SELECT c.relname, e.event
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
         CROSS JOIN (VALUES ('DELETE', 8), ('UPDATE', 16), ('TRUNCATE', 32)) e(event, bit)
    WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND t.tgtype & 2 = 2 AND t.tgtype & e.bit = e.bit
"""
PUBLISHED = "published by NCHS, loaded whole from a file that is checked; nothing a practice wrote"
WITHOUT_GUARDS = {"chart.IcdRelease": PUBLISHED, "chart.IcdCode": PUBLISHED, "chart.IcdTerm": PUBLISHED}


def guards_missing(connection: psycopg.Connection) -> list[str]:
    found = {(str(table), str(event)) for table, event in connection.execute(GUARDED_EVENTS)}
    grows = [m for app in ("chart", "compliance") for m in apps.get_app_config(app).get_models()]
    tables = [
        m._meta.db_table for m in grows if getattr(m, "append_only", False) and m._meta.label not in WITHOUT_GUARDS
    ]
    assert len(tables) > 30
    return [
        f"{event} {one}" for one in tables for event in ("UPDATE", "DELETE", "TRUNCATE") if (one, event) not in found
    ]


def test_what_only_grows_in_the_chart_is_guarded_against_the_owner_of_the_tables(superuser: Superuser) -> None:
    assert guards_missing(superuser("default")) == []


def test_a_guard_that_was_dropped_or_switched_off_is_missed(superuser: Superuser) -> None:
    connection = superuser("default")
    with connection.transaction(force_rollback=True):
        connection.execute("DROP TRIGGER diagnosis_stands ON chart_diagnosis")
        connection.execute("ALTER TABLE chart_participation DISABLE TRIGGER participations_are_not_emptied")
        assert sorted(guards_missing(connection)) == [
            "DELETE chart_diagnosis",
            "TRUNCATE chart_diagnosis",
            "TRUNCATE chart_participation",
            "UPDATE chart_diagnosis",
        ]


# each statement breaks one rule; it is rolled back, so that no other test meets it
BROKEN = [
    ("default", "ALTER ROLE practice_app SUPERUSER", "practice_app is superuser"),
    ("default", "ALTER ROLE practice_app CREATEROLE", "practice_app is createrole"),
    ("psychotherapy", "ALTER ROLE psychotherapy_app BYPASSRLS", "psychotherapy_app is bypassrls"),
    ("psychotherapy", "GRANT psychotherapy_app TO practice_app", "practice_app is a member of psychotherapy_app"),
    ("psychotherapy", "GRANT CONNECT ON DATABASE {database} TO PUBLIC", "practice_app can connect to psychotherapy"),
    ("default", "GRANT CREATE ON SCHEMA public TO practice_app", "practice_app can make tables in practice"),
    ("default", "GRANT DELETE ON ledger_entry TO practice_app", "practice_app may DELETE ledger_entry"),
    ("default", "GRANT TRUNCATE ON audit_auditentry TO practice_app", "practice_app may TRUNCATE audit_auditentry"),
    ("default", "GRANT UPDATE (body) ON ledger_entry TO practice_app", "practice_app may UPDATE(body) ledger_entry"),
    ("default", "GRANT SELECT ON people_patient TO PUBLIC", "PUBLIC may SELECT people_patient"),
    ("default", "REVOKE INSERT ON ledger_entry FROM practice_app", "practice_app may not INSERT ledger_entry"),
    ("default", "CREATE TABLE forgotten (id int)", "forgotten is owned by postgres"),
    (
        "psychotherapy",
        "GRANT SELECT ON psychotherapy_note TO psychotherapy_review",
        "psychotherapy_review may SELECT psychotherapy_note",
    ),
    ("psychotherapy", "ALTER TABLE psychotherapy_note DISABLE ROW LEVEL SECURITY", "psychotherapy_note has no forced"),
    ("psychotherapy", "ALTER TABLE psychotherapy_event NO FORCE ROW LEVEL SECURITY", "psychotherapy_event has no"),
    ("psychotherapy", "CREATE TABLE forgotten (id int)", "forgotten has no forced row-level security"),
    ("psychotherapy", "CREATE VIEW shortcut AS SELECT * FROM psychotherapy_note", "shortcut is a view"),
    (
        "psychotherapy",
        "CREATE POLICY open ON psychotherapy_note FOR SELECT TO psychotherapy_app USING (true)",
        "two policies of psychotherapy_note",
    ),
    ("psychotherapy", "CREATE POLICY open ON psychotherapy_note USING (true)", "is for everybody"),
    (
        "psychotherapy",
        "CREATE FUNCTION aside() RETURNS bigint LANGUAGE sql SECURITY DEFINER"
        " AS 'SELECT count(*) FROM psychotherapy_note'",
        "the function aside runs with its owner's rights",
    ),
]


@pytest.mark.parametrize("alias, statement, words", BROKEN, ids=[words for _, _, words in BROKEN])
def test_a_broken_rule_is_found(superuser: Superuser, alias: str, statement: str, words: str) -> None:
    connection = superuser(alias)
    with connection.transaction(force_rollback=True):
        connection.execute(statement.format(database=connection.info.dbname))
        assert any(fault.startswith(words) or words in fault for fault in faults(connection, alias, GRIDS[alias]()))


@pytest.mark.parametrize(
    "login", [login for login in LOGINS if login.startswith("practice_") and "backup" not in login]
)
def test_the_everyday_logins_cannot_connect_to_the_sealed_database(connect_as: Connect, login: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=REFUSED):
        connect_as(login, "psychotherapy")


@pytest.mark.parametrize("login", [login for login in LOGINS if login.startswith("psychotherapy_")])
def test_the_sealed_logins_cannot_connect_to_the_practice(connect_as: Connect, login: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=REFUSED):
        connect_as(login, "default")


ESCAPES = [
    "SET ROLE psychotherapy_owner",
    "SET SESSION AUTHORIZATION psychotherapy_app",
    "SELECT set_config('role', 'practice_owner', false)",
    "SET session_replication_role = replica",
    "CREATE TABLE mine (id int)",
    "CREATE TEMPORARY TABLE mine (id int)",
    "ALTER TABLE ledger_entry DISABLE TRIGGER ALL",
    "TRUNCATE ledger_entry",
    "LOCK TABLE ledger_entry IN EXCLUSIVE MODE",
    "SELECT * FROM ledger_entry FOR UPDATE",
    "COPY people_patient TO PROGRAM 'cat'",
    "SELECT pg_read_file('pg_hba.conf')",
    "SELECT lo_import('/etc/passwd')",
    "ALTER ROLE practice_app SUPERUSER",
]


@pytest.mark.parametrize("statement", ESCAPES)
def test_the_everyday_login_finds_no_way_around(connect_as: Connect, statement: str) -> None:
    connection = connect_as("practice_app", "default")
    with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
        connection.execute(statement)


@pytest.mark.parametrize("name", ["postgres", "template1"])
def test_no_login_enters_the_servers_own_databases(django_db_setup: None, name: str) -> None:
    with pytest.raises(psycopg.OperationalError, match=REFUSED):
        databases.connect("practice_app", "default", database=name)
