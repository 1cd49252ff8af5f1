"""Packages made without showing their text: where a law or a court compels and the author cannot or will not act.

Two rows by two people stand before anything opens: `compelled`, by the first, and its `confirmed` step, by the second.
In a solo practice the first row alone, for the author's own notes, after a waiting time. What opens then is opened by
a row of `compelledopening` that the same transaction wrote: `index` shows rows within the scope and no key, `package`
the keys of what speaks of nobody but the patients the paper names. Policies of other tables are made anew with that one way more.
"""

# ruff: noqa: S608 - every word of the SQL below stands in this file
import uuid
from importlib import import_module

import django.contrib.postgres.fields
import django.utils.timezone
from django.db import migrations, models

custody = import_module("records.psychotherapy.migrations.0007_custody")
attachments = import_module("records.psychotherapy.migrations.0005_attachments")
APP, REVIEW, ACTOR, OWN, NAMED = custody.APP, custody.REVIEW, custody.ACTOR, custody.OWN, custody.NAMED
seal_table, create, drop, never = custody.seal_table, custody.create, custody.drop, custody.never

OPENING = f"""SELECT 1 FROM psychotherapy_compelledopening o JOIN psychotherapy_compelled c ON c.id = o.compelled
    WHERE o.id = {NAMED} AND o.opened_by = {ACTOR}
    AND o.in_transaction = (SELECT pg_current_xact_id_if_assigned()::text::bigint)"""
IN_SCOPE = "({0}.session_on = ANY (c.session_days) OR {0}.session_on BETWEEN c.sessions_from AND c.sessions_to)"
# Also what was begun and never signed: an order is for what there is.
COMPELLED = f"""EXISTS ({OPENING} AND c.author = {{0}}.author AND {IN_SCOPE}
    AND (o.kind = 'index' AND {{0}}.patients && c.patients
        OR o.kind = 'package' AND {{0}}.patients <> '{{{{}}}}' AND {{0}}.patients <@ c.patients))"""
PACKING = f"EXISTS ({OPENING} AND o.kind = 'package' AND c.author = {{0}}.author)"
KEY = f"""({PACKING.format("psychotherapy_wrappedkey")} AND (
    kind = 'note' AND EXISTS (SELECT 1 FROM psychotherapy_note n
        WHERE n.id = subject AND n.author = psychotherapy_wrappedkey.author)
    OR kind = 'draft' AND EXISTS (SELECT 1 FROM psychotherapy_draft d
        WHERE d.id = subject AND d.author = psychotherapy_wrappedkey.author)))"""
PACKAGE_KEY = f"""kind = 'package' AND EXISTS ({OPENING} AND o.kind = 'package'
    AND o.package = psychotherapy_wrappedkey.subject AND c.author = psychotherapy_wrappedkey.author)"""
PACKED = f"""approved_by = {ACTOR} AND EXISTS ({OPENING} AND o.kind = 'package' AND o.package = psychotherapy_package.id
    AND c.id = psychotherapy_package.compelled AND c.author = psychotherapy_package.author
    AND psychotherapy_package.patient = ANY (c.patients) AND psychotherapy_package.named_too <@ c.patients
    AND c.ground = psychotherapy_package.authorization_id
    AND psychotherapy_package.named_staff <@ c.named_staff)"""
ONE_OF_TWO = f"""EXISTS (SELECT 1 FROM psychotherapy_compelled c
    WHERE c.id = psychotherapy_package.compelled AND {ACTOR} IN (c.started_by, c.second))"""
ATTACHED = f"""{attachments.SEEN} OR (
    EXISTS (SELECT 1 FROM psychotherapy_draft d WHERE d.id = note AND d.author = psychotherapy_attachment.author)
    AND EXISTS (SELECT 1 FROM psychotherapy_authorkey k WHERE k.id = author_key))"""

BEFORE = {(table, command): now for table, command, _, now in custody.CHANGED}
NOTE, AUTHOR_KEY = BEFORE["note", "SELECT"][0], BEFORE["authorkey", "SELECT"][0]
PACKAGE, PACKAGE_MADE = BEFORE["package", "SELECT"][0], BEFORE["package", "INSERT"][1]
# table, command, what the policy says now (using, check). Who wrote the notes cannot withdraw what is compelled.
CHANGED = [
    ("note", "SELECT", (f"{NOTE} OR {COMPELLED.format('psychotherapy_note')}", None)),
    ("authorkey", "SELECT", (f"{AUTHOR_KEY} OR {PACKING.format('psychotherapy_authorkey')}", None)),
    ("wrappedkey", "SELECT", (f"{BEFORE['wrappedkey', 'SELECT'][0]} OR {KEY}", None)),
    ("wrappedkey", "INSERT", (None, f"{BEFORE['wrappedkey', 'INSERT'][1]} OR ({PACKAGE_KEY})")),
    ("package", "SELECT", (f"{PACKAGE} OR {ONE_OF_TWO}", None)),
    ("package", "INSERT", (None, f"(({PACKAGE_MADE}) AND compelled IS NULL AND named_too = '{{}}') OR ({PACKED})")),
    ("package", "UPDATE", (f"({OWN} AND compelled IS NULL) OR approved_by = {ACTOR} OR {ONE_OF_TWO}",) * 2),
]

CUSTODIAN = f"""EXISTS (SELECT 1 FROM psychotherapy_custody k WHERE k.author = psychotherapy_compelled.author
    AND k.custodian = {ACTOR} AND k.taken_at IS NOT NULL AND k.stopped_at IS NULL)"""
BOTH = """EXISTS (SELECT 1 FROM psychotherapy_compelledstep s WHERE s.compelled = c.id AND s.kind = 'confirmed'
    AND s.by = c.second AND c.second <> c.started_by)"""
ALONE_AND_LATER = """c.second IS NULL AND c.started_by = c.author
    AND c.started_at + make_interval(days => c.waits_days::int) <= statement_timestamp()"""
READY = f"""EXISTS (SELECT 1 FROM psychotherapy_compelled c WHERE c.id = compelled
    AND {ACTOR} IN (c.started_by, c.second) AND ({BOTH} OR {ALONE_AND_LATER})
    AND NOT EXISTS (SELECT 1 FROM psychotherapy_compelledstep s
        WHERE s.compelled = c.id AND s.kind IN ('stopped', 'packed', 'empty')))"""
STEP_TAKEN = f"""by = {ACTOR} AND (kind IN ('packed', 'empty') AND EXISTS ({OPENING} AND c.id = compelled)
    OR EXISTS (SELECT 1 FROM psychotherapy_compelled c WHERE c.id = compelled
        AND (kind = 'confirmed' AND c.second = {ACTOR} OR kind = 'stopped' AND {ACTOR} IN (c.started_by, c.second))))"""
# That nothing was found is for the two alone.
STEP_SEEN = f"""EXISTS (SELECT 1 FROM psychotherapy_compelled c WHERE c.id = compelled
    AND (kind <> 'empty' OR {ACTOR} IN (c.started_by, c.second)))"""

POLICIES = [
    ("compelled", APP, "SELECT", f"{ACTOR} IN (started_by, second, author) OR {CUSTODIAN}", None),
    ("compelled", APP, "INSERT", None, f"started_by = {ACTOR}"),
    ("compelled", REVIEW, "SELECT", "true", None),
    ("compelledstep", APP, "SELECT", STEP_SEEN, None),
    ("compelledstep", APP, "INSERT", None, STEP_TAKEN),
    ("compelledstep", REVIEW, "SELECT", "true", None),
    ("compelledopening", APP, "SELECT", f"opened_by = {ACTOR}", None),
    ("compelledopening", APP, "INSERT", None, f"opened_by = {ACTOR} AND {READY}"),
    ("compelledopening", REVIEW, "SELECT", "true", None),
]

STEPS = """
CREATE FUNCTION psychotherapy_compelled_begin() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
BEGIN
    NEW.started_at := statement_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER compelled_begin BEFORE INSERT ON psychotherapy_compelled
    FOR EACH ROW EXECUTE FUNCTION psychotherapy_compelled_begin();

CREATE FUNCTION psychotherapy_compelled_step() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM psychotherapy_compelledstep s
            WHERE s.compelled = NEW.compelled AND s.kind IN ('stopped', 'packed', 'empty')) THEN
        RAISE EXCEPTION 'this compelled release is over' USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.at := statement_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER compelled_step BEFORE INSERT ON psychotherapy_compelledstep
    FOR EACH ROW EXECUTE FUNCTION psychotherapy_compelled_step();

CREATE TRIGGER open_now BEFORE INSERT ON psychotherapy_compelledopening
    FOR EACH ROW EXECUTE FUNCTION psychotherapy_open_now();

-- The author is told: what was there when it was begun stays until it is carried out or stopped. Signing keeps it too.
CREATE FUNCTION psychotherapy_draft_asked_for() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
BEGIN
    IF (TG_OP = 'UPDATE' OR NOT EXISTS (SELECT 1 FROM psychotherapy_note n WHERE n.id = OLD.id))
        AND EXISTS (SELECT 1 FROM psychotherapy_compelled c
            WHERE c.author = OLD.author AND OLD.patients <@ c.patients AND OLD.created_at <= c.started_at
                AND (OLD.session_on = ANY (c.session_days) OR OLD.session_on BETWEEN c.sessions_from AND c.sessions_to)
                AND NOT EXISTS (SELECT 1 FROM psychotherapy_compelledstep s
                    WHERE s.compelled = c.id AND s.kind IN ('stopped', 'packed', 'empty'))) THEN
        RAISE EXCEPTION 'this draft is asked for by an order' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN
        RETURN OLD;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER asked_for BEFORE UPDATE OR DELETE ON psychotherapy_draft
    FOR EACH ROW EXECUTE FUNCTION psychotherapy_draft_asked_for();
"""
UNDO_STEPS = """
DROP FUNCTION psychotherapy_compelled_begin() CASCADE; DROP FUNCTION psychotherapy_compelled_step() CASCADE;
DROP TRIGGER open_now ON psychotherapy_compelledopening;
DROP FUNCTION psychotherapy_draft_asked_for() CASCADE;
"""
# The one policy of drafts as four, so that one of them can say more.
DRAFT = "draft"
DRAFT_NOW = "".join(
    create(DRAFT, APP, command, using, check)
    for command, using, check in (
        ("SELECT", f"{OWN} OR {COMPELLED.format('psychotherapy_draft')}", None),
        ("INSERT", None, OWN),
        ("UPDATE", OWN, OWN),
        ("DELETE", OWN, None),
    )
)
DRAFT_BEFORE = "".join(drop(DRAFT, APP, command) for command in ("SELECT", "INSERT", "UPDATE", "DELETE"))

TABLES = ("compelled", "compelledstep", "compelledopening")


class Migration(migrations.Migration):
    dependencies = [("psychotherapy", "0008_destruction")]

    operations = [
        migrations.AddField(
            model_name="package",
            name="compelled",
            field=models.UUIDField(blank=True, help_text="The compelled release it was made for.", null=True),
        ),
        migrations.AddField(
            model_name="package",
            name="named_too",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.UUIDField(),
                blank=True,
                default=list,
                help_text="Other patients a legal paper names, whom these notes speak of.",
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="package",
            name="others_left_out",
            field=models.BooleanField(
                default=False,
                help_text="Whether notes that a law or a court compels stayed out: they speak of others too.",
            ),
        ),
        migrations.CreateModel(
            name="Compelled",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("author", models.UUIDField(db_index=True)),
                (
                    "patients",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.UUIDField(),
                        help_text="Everybody the paper names; first whose paper it is.",
                        size=None,
                    ),
                ),
                ("ground", models.UUIDField(help_text="The legal paper.")),
                ("paper_kind", models.CharField(help_text="A code.", max_length=40)),
                (
                    "session_days",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.DateField(), blank=True, default=list, size=None
                    ),
                ),
                ("sessions_from", models.DateField(blank=True, null=True)),
                ("sessions_to", models.DateField(blank=True, null=True)),
                ("started_by", models.UUIDField()),
                (
                    "second",
                    models.UUIDField(blank=True, help_text="Who confirms; empty in a solo practice.", null=True),
                ),
                (
                    "waits_days",
                    models.PositiveSmallIntegerField(default=0, help_text="In a solo practice, from the start."),
                ),
                ("recipient_name", models.CharField(max_length=300)),
                (
                    "named_staff",
                    django.contrib.postgres.fields.ArrayField(base_field=models.UUIDField(), size=None),
                ),
                ("seed_root_key", models.CharField(max_length=40)),
                ("seed", models.BinaryField()),
                (
                    "started_at",
                    models.DateTimeField(default=django.utils.timezone.now, help_text="Set by the database."),
                ),
            ],
            options={
                "verbose_name": "compelled release",
                "abstract": False,
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("second__isnull", False),
                                ("waits_days", 0),
                                models.Q(("second", models.F("started_by")), _negated=True),
                            ),
                            models.Q(
                                ("second__isnull", True),
                                ("started_by", models.F("author")),
                                ("waits_days__range", (1, 30)),
                            ),
                            _connector="OR",
                        ),
                        name="psychotherapy_compelled_two_or_own_and_later",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("session_days", []), _negated=True),
                            models.Q(
                                ("sessions_from__isnull", False),
                                ("sessions_to__gte", models.F("sessions_from")),
                                ("sessions_to__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="psychotherapy_compelled_names_sessions",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("patients", []), _negated=True),
                        name="psychotherapy_compelled_names_patients",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CompelledStep",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("compelled", models.UUIDField(db_index=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("confirmed", "Confirmed by the second person"),
                            ("stopped", "Stopped"),
                            ("packed", "The locked file was made"),
                            ("empty", "Nothing within the scope"),
                        ],
                        max_length=10,
                    ),
                ),
                ("by", models.UUIDField()),
                ("package", models.UUIDField(blank=True, null=True)),
                (
                    "others_left_out",
                    models.BooleanField(default=False, help_text="Notes that also speak of others stayed out."),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, help_text="Set by the database.")),
            ],
            options={
                "verbose_name": "step of a compelled release",
                "abstract": False,
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("compelled", "kind"), name="psychotherapy_compelledstep_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CompelledOpening",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("compelled", models.UUIDField(db_index=True)),
                ("opened_by", models.UUIDField()),
                (
                    "kind",
                    models.CharField(
                        choices=[("index", "Session days"), ("package", "Rendering of a package")], max_length=10
                    ),
                ),
                ("package", models.UUIDField(blank=True, null=True)),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("in_transaction", models.BigIntegerField(default=0, help_text="Set by the database.")),
            ],
            options={
                "verbose_name": "opening for a compelled release",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        *[seal_table(table) for table in TABLES],
        *[migrations.RunSQL(create(*row), drop(*row[:3])) for row in POLICIES],
        *[
            migrations.RunSQL(
                drop(table, APP, command) + create(table, APP, command, *now),
                drop(table, APP, command) + create(table, APP, command, *BEFORE[table, command]),
            )
            for table, command, now in CHANGED
        ],
        migrations.RunSQL(drop(DRAFT, APP, "ALL") + DRAFT_NOW, DRAFT_BEFORE + create(DRAFT, APP, "ALL", OWN, OWN)),
        migrations.RunSQL(
            drop("attachment", APP, "SELECT") + create("attachment", APP, "SELECT", ATTACHED, None),
            drop("attachment", APP, "SELECT") + create("attachment", APP, "SELECT", attachments.SEEN, None),
        ),
        *[never(table, "UPDATE OR DELETE OR TRUNCATE") for table in TABLES],
        migrations.RunSQL(STEPS, UNDO_STEPS),
    ]
