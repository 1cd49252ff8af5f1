"""Whether the tables the product reads are the ledger's own, with nothing between them and the reader.

Whoever rules the database can hide a row without touching it: by row security, a rule, a view or temporary table of the
same name, a table inherited into it. The hash tree cannot see that, for verification asks in other words than an
accounting does. So before either is believed, the catalogue is asked.
"""

from django.db import ProgrammingError, connection, transaction
from django.db.backends.utils import CursorWrapper

from disclosures.ledger.models import Accounting, Checkpoint, Entry, Node, Verification

NAMES = tuple(model._meta.db_table for model in (Entry, Node, Checkpoint, Verification, Accounting))
# pg_trigger.tgtype of BEFORE UPDATE OR DELETE OR TRUNCATE, FOR EACH STATEMENT
GUARD, GUARD_TYPE = "only_grows", 2 + 8 + 16 + 32
REFUSAL = """
BEGIN
    RAISE EXCEPTION 'the disclosure ledger only grows: % of % refused', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END """

# every name is written out with its schema: the search path is part of what is questioned
SETTINGS = """
SELECT pg_catalog.current_schemas(true)::pg_catalog.text[],
       pg_catalog.current_setting('session_replication_role'),
       (SELECT p.prosrc FROM pg_catalog.pg_proc p
        WHERE p.oid = pg_catalog.to_regprocedure('public.ledger_refuse_change()'))
"""
TABLES = """
SELECT wanted.name,
       NOT coalesce(c.relkind = 'r' AND c.relpersistence = 'p' AND NOT c.relispartition, false),
       NOT coalesce(pg_catalog.to_regclass(wanted.name)::pg_catalog.oid = c.oid, false),
       c.relrowsecurity OR c.relforcerowsecurity
           OR EXISTS (SELECT FROM pg_catalog.pg_policy p WHERE p.polrelid = c.oid),
       EXISTS (SELECT FROM pg_catalog.pg_rewrite r WHERE r.ev_class = c.oid),
       EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE c.oid IN (i.inhrelid, i.inhparent)),
       NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t
        WHERE t.tgrelid = c.oid AND NOT t.tgisinternal AND t.tgname = %(guard)s AND t.tgtype = %(guard_type)s
          AND t.tgqual IS NULL AND t.tgattr::pg_catalog.text = ''
          AND t.tgfoid = pg_catalog.to_regprocedure('public.ledger_refuse_change()'))
       OR EXISTS (SELECT FROM pg_catalog.pg_trigger t
        WHERE t.tgrelid = c.oid AND (t.tgenabled <> 'O' OR NOT t.tgisinternal AND t.tgname <> %(guard)s))
FROM pg_catalog.unnest(%(names)s::pg_catalog.text[]) AS wanted (name)
LEFT JOIN pg_catalog.pg_class c ON c.relname = wanted.name
     AND c.relnamespace = pg_catalog.to_regnamespace('public')::pg_catalog.oid
"""

# one for each column after the name
FINDINGS = (
    "The table {name} is not in its place, or not an ordinary table: what is read may not be what was entered",
    "Another table or view called {name} is read instead of the ledger's",
    "The table {name} has row security or a policy on it, which can hide entries from an accounting",
    "The table {name} has a rule on it, which can change what is read or written",
    "The table {name} is joined to another by inheritance, whose rows are read with its own",
    "The triggers of the table {name} are not the ones that were installed, or are switched off",
)


def wrong() -> str:
    """What stands between the reader and the ledger's tables, as a sentence naming the table; "" if nothing.

    In a transaction the answer holds until its end: it keeps a lock on the tables that every such change waits for.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            tables = ", ".join(f"public.{name}" for name in NAMES)
            cursor.execute(f"LOCK TABLE {tables} IN ACCESS SHARE MODE")
            return _wrong_settings(cursor) or _wrong_tables(cursor)
    except ProgrammingError:
        # not there, not a table, or not to be read
        with connection.cursor() as cursor:
            return _wrong_settings(cursor) or _wrong_tables(cursor) or "The tables of the ledger cannot be locked"


def _wrong_settings(cursor: CursorWrapper) -> str:
    cursor.execute(SETTINGS)
    schemas, role, refusal = cursor.fetchone()
    lasting = [name for name in schemas if not name.startswith("pg_temp")]
    if lasting[:1] != ["pg_catalog"]:
        return "The database looks names up in another place before its own catalogue (search_path)"
    if role != "origin":
        return "The database was told to skip the triggers of the ledger (session_replication_role)"
    if refusal != REFUSAL:
        return "The function ledger_refuse_change, which guards the ledger's tables, is not the one that was installed"
    return ""


def _wrong_tables(cursor: CursorWrapper) -> str:
    cursor.execute(TABLES, {"names": list(NAMES), "guard": GUARD, "guard_type": GUARD_TYPE})
    for name, *answers in cursor.fetchall():
        for words, answer in zip(FINDINGS, answers, strict=True):
            if answer:
                return words.format(name=name)
    return ""
