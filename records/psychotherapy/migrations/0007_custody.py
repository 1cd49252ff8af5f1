"""Custody when an author cannot act: two people and a waiting time, then packages, and never a reading.

`psychotherapy_custody_step` is the state machine: each step once, in order, by the right person, at the database's own
time. What a custodian opens is opened by a row of `custodyopening` that the same transaction wrote; outside it the
custodian finds no row of the author's. Policies of other tables are made anew with that one way more.
"""

# ruff: noqa: S608 - every word of the SQL below stands in this file
import uuid

import django.contrib.postgres.fields
import django.utils.timezone
from django.db import migrations, models

APP, REVIEW = "psychotherapy_app", "psychotherapy_review"
ACTOR = "(SELECT NULLIF(current_setting('app.actor', true), ''))::uuid"
OWN = f"author = {ACTOR}"
INVOLVED = f"{ACTOR} IN (author, custodian, proposed_by, second)"
LIVE = "statement_timestamp() >= g.starts_at AND statement_timestamp() < g.ends_at"
GRANT = f"""SELECT 1 FROM psychotherapy_traininggrant g WHERE g.grantee = {ACTOR} AND {LIVE} AND g.ends IS NULL
    AND NOT EXISTS (SELECT 1 FROM psychotherapy_traininggrant e WHERE e.ends = g.id AND e.author = g.author)"""
# Named by the setting, and written by this very transaction: an opening of another one opens nothing.
NAMED = "(SELECT NULLIF(current_setting('app.opening', true), ''))::uuid"
OPENING = f"""SELECT 1 FROM psychotherapy_custodyopening o WHERE o.id = {NAMED} AND o.opened_by = {ACTOR}
    AND o.in_transaction = (SELECT pg_current_xact_id_if_assigned()::text::bigint)"""
IN_EFFECT = f"""EXISTS (SELECT 1 FROM psychotherapy_custody c WHERE c.id = custody
    AND c.author = psychotherapy_custodyopening.author AND c.custodian = {ACTOR}
    AND c.taken_at IS NOT NULL AND c.stopped_at IS NULL)"""

NOTE = f"""{OWN} OR EXISTS ({GRANT} AND g.author = psychotherapy_note.author
    AND psychotherapy_note.patients <@ g.patients
    AND psychotherapy_note.session_on BETWEEN g.sessions_from AND g.sessions_to)"""
NOTE_IN_CUSTODY = f"""EXISTS ({OPENING} AND o.author = psychotherapy_note.author
    AND (o.kind = 'index' AND o.patient = ANY (psychotherapy_note.patients)
        OR psychotherapy_note.patients <@ ARRAY[o.patient] AND psychotherapy_note.id = ANY (o.notes)))"""
AUTHOR_KEY = f"{OWN} OR EXISTS ({GRANT} AND g.author = psychotherapy_authorkey.author)"
AUTHOR_KEY_IN_CUSTODY = f"EXISTS ({OPENING} AND o.kind = 'package' AND o.author = psychotherapy_authorkey.author)"
PACKAGE_KEY = "kind = 'package' AND EXISTS (SELECT 1 FROM psychotherapy_package p WHERE p.id = subject"
WRAPPED_KEY = f"""{OWN}
    OR (kind = 'note' AND EXISTS (SELECT 1 FROM psychotherapy_note n WHERE n.id = subject))
    OR ({PACKAGE_KEY}))"""
# The list of sessions opens no key; and who packs in custody never holds the key of the package.
WRAPPED_KEY_NOW = f"""{OWN}
    OR (kind = 'note' AND EXISTS (SELECT 1 FROM psychotherapy_note n WHERE n.id = subject)
        AND ({NAMED} IS NULL OR EXISTS ({OPENING} AND o.kind = 'package')))
    OR ({PACKAGE_KEY} AND {ACTOR} = ANY (p.named_staff)))"""
PACKAGE = f"""{OWN} OR (withdrawn_at IS NULL AND now() < hand_over_until AND {ACTOR} = ANY (named_staff))"""
PACKED_IN_CUSTODY = f"""approved_by = {ACTOR} AND NOT {ACTOR} = ANY (named_staff)
    AND EXISTS ({OPENING} AND o.kind = 'package' AND o.package = psychotherapy_package.id
        AND o.author = psychotherapy_package.author AND o.patient = psychotherapy_package.patient
        AND o.ground = psychotherapy_package.authorization_id AND psychotherapy_package.notes <@ o.notes)"""
PACKAGE_KEY_IN_CUSTODY = f"""kind = 'package' AND EXISTS ({OPENING} AND o.kind = 'package'
    AND o.package = psychotherapy_wrappedkey.subject AND o.author = psychotherapy_wrappedkey.author)"""

# table, command, what the policy said (using, check), what it says now (using, check)
CHANGED = [
    ("note", "SELECT", (NOTE, None), (f"{NOTE} OR {NOTE_IN_CUSTODY}", None)),
    ("authorkey", "SELECT", (AUTHOR_KEY, None), (f"{AUTHOR_KEY} OR {AUTHOR_KEY_IN_CUSTODY}", None)),
    ("wrappedkey", "SELECT", (WRAPPED_KEY, None), (WRAPPED_KEY_NOW, None)),
    ("wrappedkey", "INSERT", (None, OWN), (None, f"{OWN} OR ({PACKAGE_KEY_IN_CUSTODY})")),
    ("package", "SELECT", (PACKAGE, None), (f"{PACKAGE} OR approved_by = {ACTOR}", None)),
    ("package", "INSERT", (None, OWN), (None, f"({OWN} AND approved_by IS NULL) OR ({PACKED_IN_CUSTODY})")),
    ("package", "UPDATE", (OWN, OWN), (f"{OWN} OR approved_by = {ACTOR}", f"{OWN} OR approved_by = {ACTOR}")),
]
UNTOUCHED = "confirmed_at IS NULL AND taken_at IS NULL AND stopped_at IS NULL"
POLICIES = [
    ("custody", APP, "SELECT", INVOLVED, None),
    ("custody", APP, "INSERT", None, f"proposed_by = {ACTOR} AND {UNTOUCHED}"),
    ("custody", APP, "UPDATE", INVOLVED, INVOLVED),
    ("custody", REVIEW, "SELECT", "true", None),
    ("custodyopening", APP, "SELECT", f"opened_by = {ACTOR} OR {OWN}", None),
    ("custodyopening", APP, "INSERT", None, f"opened_by = {ACTOR} AND {IN_EFFECT}"),
    ("custodyopening", REVIEW, "SELECT", "true", None),
]
NEVER = {"custody": "DELETE OR TRUNCATE", "custodyopening": "UPDATE OR DELETE OR TRUNCATE"}

STEP = """
CREATE FUNCTION psychotherapy_custody_step() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    actor uuid := NULLIF(current_setting('app.actor', true), '')::uuid;
    steps text[] := ARRAY['confirmed_at', 'confirmed_reason', 'taken_at', 'stopped_at', 'stopped_by'];
    allowed boolean := false;
BEGIN
    IF OLD.stopped_at IS NOT NULL OR to_jsonb(NEW) - steps IS DISTINCT FROM to_jsonb(OLD) - steps THEN
        allowed := false;
    ELSIF NEW.stopped_at IS NOT NULL THEN
        allowed := actor IN (OLD.author, OLD.proposed_by, OLD.second, OLD.custodian)
            AND (NEW.confirmed_at, NEW.confirmed_reason, NEW.taken_at)
                IS NOT DISTINCT FROM (OLD.confirmed_at, OLD.confirmed_reason, OLD.taken_at);
        NEW.stopped_at := statement_timestamp();
        NEW.stopped_by := actor;
    ELSIF OLD.confirmed_at IS NULL THEN
        allowed := actor = OLD.second AND NEW.taken_at IS NULL AND NEW.stopped_by IS NULL
            AND CASE WHEN OLD.reason = 'in_advance' THEN NEW.confirmed_reason IN ('left', 'died', 'incapacitated')
                     ELSE NEW.confirmed_reason = '' END;
        NEW.confirmed_at := statement_timestamp();
    ELSIF OLD.taken_at IS NULL THEN
        allowed := actor = OLD.custodian AND NEW.stopped_by IS NULL
            AND (NEW.confirmed_at, NEW.confirmed_reason) IS NOT DISTINCT FROM (OLD.confirmed_at, OLD.confirmed_reason)
            AND OLD.confirmed_at + make_interval(days => OLD.waits_days::int) <= statement_timestamp();
        NEW.taken_at := statement_timestamp();
    END IF;
    IF allowed IS NOT TRUE THEN
        RAISE EXCEPTION 'this step of a transfer of custody is not for this person, or not now'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER custody_step BEFORE UPDATE ON psychotherapy_custody
    FOR EACH ROW EXECUTE FUNCTION psychotherapy_custody_step();

CREATE FUNCTION psychotherapy_open_now() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    NEW.in_transaction := pg_current_xact_id()::text::bigint;
    NEW.opened_at := statement_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER open_now BEFORE INSERT ON psychotherapy_custodyopening
    FOR EACH ROW EXECUTE FUNCTION psychotherapy_open_now();
"""


def seal_table(table: str) -> migrations.RunSQL:
    name = f"psychotherapy_{table}"
    return migrations.RunSQL(
        f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY; ALTER TABLE {name} FORCE ROW LEVEL SECURITY;",
        f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY; ALTER TABLE {name} DISABLE ROW LEVEL SECURITY;",
    )


def create(table: str, login: str, command: str, using: str | None, check: str | None) -> str:
    clauses = (f" USING ({using})" if using else "") + (f" WITH CHECK ({check})" if check else "")
    return f"CREATE POLICY {login}_{command.lower()} ON psychotherapy_{table} FOR {command} TO {login}{clauses};"


def drop(table: str, login: str, command: str) -> str:
    return f"DROP POLICY {login}_{command.lower()} ON psychotherapy_{table};"


def never(table: str, acts: str) -> migrations.RunSQL:
    name = f"psychotherapy_{table}"
    return migrations.RunSQL(
        f"CREATE TRIGGER never BEFORE {acts} ON {name} FOR EACH STATEMENT EXECUTE FUNCTION psychotherapy_refuse();",
        f"DROP TRIGGER never ON {name};",
    )


class Migration(migrations.Migration):
    dependencies = [("psychotherapy", "0006_moved")]

    operations = [
        migrations.CreateModel(
            name="CustodyOpening",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("custody", models.UUIDField(db_index=True)),
                ("author", models.UUIDField()),
                ("opened_by", models.UUIDField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("index", "Session days"), ("package", "Rendering of a package")], max_length=10
                    ),
                ),
                ("ground", models.UUIDField(help_text="The authorization that asks for the notes.")),
                ("patient", models.UUIDField()),
                (
                    "notes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(), blank=True, default=list, size=None
                    ),
                ),
                ("package", models.UUIDField(blank=True, null=True)),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("in_transaction", models.BigIntegerField(default=0, help_text="Set by the database.")),
            ],
            options={
                "verbose_name": "opening in custody",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="package",
            name="approved_by",
            field=models.UUIDField(blank=True, help_text="The custodian; empty when it was the author.", null=True),
        ),
        migrations.CreateModel(
            name="Custody",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("author", models.UUIDField(db_index=True)),
                ("custodian", models.UUIDField(db_index=True)),
                ("proposed_by", models.UUIDField()),
                ("second", models.UUIDField(help_text="Who confirms.")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("left", "They left the practice"),
                            ("died", "They died"),
                            ("incapacitated", "They cannot act, and it is not known for how long"),
                            ("in_advance", "Named in advance by the author"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "contact",
                    models.CharField(blank=True, help_text="How an outside custodian is reached.", max_length=300),
                ),
                ("waits_days", models.PositiveSmallIntegerField(help_text="From the confirmation.")),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "confirmed_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("left", "They left the practice"),
                            ("died", "They died"),
                            ("incapacitated", "They cannot act, and it is not known for how long"),
                            ("in_advance", "Named in advance by the author"),
                        ],
                        max_length=20,
                    ),
                ),
                ("taken_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_at", models.DateTimeField(blank=True, null=True)),
                ("stopped_by", models.UUIDField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "transfer of custody",
                "abstract": False,
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("custodian", models.F("author")), _negated=True),
                            models.Q(("second", models.F("author")), _negated=True),
                        ),
                        name="psychotherapy_custody_to_somebody_else",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("proposed_by", models.F("second")), _negated=True),
                            models.Q(("proposed_by", models.F("custodian")), _negated=True),
                        ),
                        name="psychotherapy_custody_two_people",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("proposed_by", models.F("author")),
                                ("reason", "in_advance"),
                                ("second", models.F("custodian")),
                            ),
                            models.Q(
                                models.Q(("reason", "in_advance"), _negated=True),
                                models.Q(("proposed_by", models.F("author")), _negated=True),
                                models.Q(("second", models.F("custodian")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="psychotherapy_custody_alone_only_in_advance",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("waits_days__range", (3, 365))), name="psychotherapy_custody_waits"
                    ),
                ],
            },
        ),
        *[seal_table(table) for table in ("custody", "custodyopening")],
        *[migrations.RunSQL(create(*row), drop(*row[:3])) for row in POLICIES],
        *[
            migrations.RunSQL(
                drop(table, APP, command) + create(table, APP, command, *now),
                drop(table, APP, command) + create(table, APP, command, *before),
            )
            for table, command, before, now in CHANGED
        ],
        *[never(table, acts) for table, acts in NEVER.items()],
        migrations.RunSQL(
            STEP,
            "DROP FUNCTION psychotherapy_custody_step() CASCADE; DROP FUNCTION psychotherapy_open_now() CASCADE;",
        ),
    ]
