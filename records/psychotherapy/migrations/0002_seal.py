"""Row-level security, enabled and forced, and what may never change: the sealed database's own guards.

The acting person is a setting of one transaction, set by the vault alone. Without it every policy below compares with
NULL: no row is seen and none is written. After its transaction the setting reads as empty text, hence NULLIF.
One policy per table, login and command, so that no two are ever OR-ed together.
"""

# ruff: noqa: S608 - every word of the SQL below stands in this file
from django.db import migrations

APP, REVIEW, MAINTENANCE = "psychotherapy_app", "psychotherapy_review", "psychotherapy_maintenance"
TABLES = ("authorkey", "wrappedkey", "draft", "draftbranch", "note", "traininggrant", "event", "package")

ACTOR = "(SELECT NULLIF(current_setting('app.actor', true), ''))::uuid"
OWN = f"author = {ACTOR}"
LIVE = "now() >= g.starts_at AND now() < g.ends_at"
GRANT = f"SELECT 1 FROM psychotherapy_traininggrant g WHERE g.grantee = {ACTOR} AND {LIVE}"

NOTE_READ = f"""{OWN} OR EXISTS ({GRANT} AND g.author = psychotherapy_note.author
    AND psychotherapy_note.patients <@ g.patients
    AND psychotherapy_note.session_on BETWEEN g.sessions_from AND g.sessions_to)"""
AUTHOR_KEY_READ = f"{OWN} OR EXISTS ({GRANT} AND g.author = psychotherapy_authorkey.author)"
PACKAGE_READ = f"""{OWN} OR (withdrawn_at IS NULL AND now() < hand_over_until
    AND {ACTOR} = ANY (named_staff))"""
# As the note, and as the package: these subqueries see what the acting person may see of them.
WRAPPED_KEY_READ = f"""{OWN}
    OR (kind = 'note' AND EXISTS (SELECT 1 FROM psychotherapy_note n WHERE n.id = subject))
    OR (kind = 'package' AND EXISTS (SELECT 1 FROM psychotherapy_package p WHERE p.id = subject))"""
# A refused attempt names no author, because whoever was refused must not learn one: it is the note that tells.
EVENT_READ = f"""{OWN}
    OR note IN (SELECT n.id FROM psychotherapy_note n WHERE n.author = {ACTOR})
    OR note IN (SELECT d.id FROM psychotherapy_draft d WHERE d.author = {ACTOR})
    OR package IN (SELECT p.id FROM psychotherapy_package p)"""

POLICIES = [
    # table, login, command, which rows are seen, which rows may be written
    ("authorkey", APP, "SELECT", AUTHOR_KEY_READ, None),
    ("authorkey", APP, "INSERT", None, OWN),
    ("authorkey", MAINTENANCE, "SELECT", "true", None),
    ("authorkey", MAINTENANCE, "UPDATE", "true", "true"),
    ("wrappedkey", APP, "SELECT", WRAPPED_KEY_READ, None),
    ("wrappedkey", APP, "INSERT", None, OWN),
    ("wrappedkey", APP, "DELETE", OWN, None),
    ("wrappedkey", MAINTENANCE, "SELECT", "true", None),
    ("wrappedkey", MAINTENANCE, "UPDATE", "true", "true"),
    ("draft", APP, "ALL", OWN, OWN),
    ("draftbranch", APP, "ALL", OWN, OWN),
    ("note", APP, "SELECT", NOTE_READ, None),
    ("note", APP, "INSERT", None, OWN),
    ("traininggrant", APP, "SELECT", f"{OWN} OR grantee = {ACTOR}", None),
    ("traininggrant", APP, "INSERT", None, OWN),
    ("traininggrant", REVIEW, "SELECT", "true", None),
    ("event", APP, "SELECT", EVENT_READ, None),
    ("event", APP, "INSERT", None, f"actor = {ACTOR}"),
    ("event", REVIEW, "SELECT", "true", None),
    ("event", MAINTENANCE, "INSERT", None, "actor IS NULL"),
    ("package", APP, "SELECT", PACKAGE_READ, None),
    ("package", APP, "INSERT", None, OWN),
    ("package", APP, "UPDATE", OWN, OWN),
    ("package", REVIEW, "SELECT", "true", None),
]

REFUSE = """
CREATE FUNCTION psychotherapy_refuse() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: what was signed or written down here stays', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
"""

# Statement triggers, so that the attempt is refused even where row security shows no row to it.
NEVER = {
    "note": "UPDATE OR DELETE OR TRUNCATE",
    "event": "UPDATE OR DELETE OR TRUNCATE",
    "traininggrant": "UPDATE OR DELETE OR TRUNCATE",
    "authorkey": "DELETE OR TRUNCATE",
    "package": "DELETE OR TRUNCATE",
    "wrappedkey": "TRUNCATE",
    "draft": "TRUNCATE",
    "draftbranch": "TRUNCATE",
}

KEYS = """
CREATE FUNCTION psychotherapy_keep_keys() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.kind IN ('note', 'package') THEN
        RAISE EXCEPTION 'the key of a signed note or of a package is not deleted' USING ERRCODE = 'restrict_violation';
    ELSIF TG_OP = 'UPDATE' AND (NEW.id, NEW.author, NEW.kind, NEW.subject)
            IS DISTINCT FROM (OLD.id, OLD.author, OLD.kind, OLD.subject) THEN
        RAISE EXCEPTION 'a key is wrapped anew, never moved' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_keys BEFORE UPDATE OR DELETE ON psychotherapy_wrappedkey
    FOR EACH ROW EXECUTE FUNCTION psychotherapy_keep_keys();

CREATE FUNCTION psychotherapy_keep_author() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF (NEW.id, NEW.author, NEW.created_at) IS DISTINCT FROM (OLD.id, OLD.author, OLD.created_at) THEN
        RAISE EXCEPTION 'a key is wrapped anew, never moved' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER keep_author BEFORE UPDATE ON psychotherapy_authorkey
    FOR EACH ROW EXECUTE FUNCTION psychotherapy_keep_author();

CREATE FUNCTION psychotherapy_freeze_package() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL OR to_jsonb(NEW) - 'withdrawn_at' IS DISTINCT FROM to_jsonb(OLD) - 'withdrawn_at'
    THEN
        RAISE EXCEPTION 'a package is frozen; it can only be withdrawn, once' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER freeze_package BEFORE UPDATE ON psychotherapy_package
    FOR EACH ROW EXECUTE FUNCTION psychotherapy_freeze_package();
"""


def seal_table(table: str) -> migrations.RunSQL:
    name = f"psychotherapy_{table}"
    return migrations.RunSQL(
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY; ALTER TABLE {name} FORCE ROW LEVEL SECURITY;",
        f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY; ALTER TABLE {name} DISABLE ROW LEVEL SECURITY;",
    )


def policy(table: str, login: str, command: str, using: str | None, check: str | None) -> migrations.RunSQL:
    name, rule = f"psychotherapy_{table}", f"{login}_{command.lower()}"
    clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
    return migrations.RunSQL(
        f"CREATE POLICY {rule} ON {name} FOR {command} TO {login}{clauses};", f"DROP POLICY {rule} ON {name};"
    )


def never(table: str, acts: str) -> migrations.RunSQL:
    name = f"psychotherapy_{table}"
    return migrations.RunSQL(
        f"CREATE TRIGGER never BEFORE {acts} ON {name} FOR EACH STATEMENT EXECUTE FUNCTION psychotherapy_refuse();",
        f"DROP TRIGGER never ON {name};",
    )


class Migration(migrations.Migration):
    dependencies = [("psychotherapy", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE, "DROP FUNCTION psychotherapy_refuse();"),
        *[seal_table(table) for table in TABLES],
        *[policy(*row) for row in POLICIES],
        *[never(table, acts) for table, acts in NEVER.items()],
        migrations.RunSQL(
            KEYS,
            "DROP FUNCTION psychotherapy_keep_keys() CASCADE; DROP FUNCTION psychotherapy_keep_author() CASCADE;"
            "DROP FUNCTION psychotherapy_freeze_package() CASCADE;",
        ),
    ]
