"""Passages that an author leaves out of a note for a release: rows that only grow, their author's alone.

Whoever packs in custody opens those of exactly the notes it packs, for exactly this patient, so that they stay out.
"""

# ruff: noqa: S608 - every word of the SQL below stands in this file
import uuid
from importlib import import_module

import django.utils.timezone
from django.db import migrations, models

custody = import_module("records.psychotherapy.migrations.0007_custody")
compelled = import_module("records.psychotherapy.migrations.0009_compelled")
APP, ACTOR, create, drop = custody.APP, custody.ACTOR, custody.create, custody.drop
TABLE = "psychotherapy_noteredaction"
# The note itself must be open to the custodian too: never what is left out of a joint note that stays shut.
PACKED_IN_CUSTODY = f"""EXISTS ({custody.OPENING} AND o.kind = 'package' AND o.author = {TABLE}.author
        AND o.patient = {TABLE}.patient AND {TABLE}.note = ANY (o.notes))
    AND EXISTS (SELECT 1 FROM psychotherapy_note n WHERE n.id = {TABLE}.note AND n.author = {TABLE}.author)"""
KEYS = {(table, command): now for table, command, now in compelled.CHANGED}["wrappedkey", "SELECT"][0]
# Row-level security shows a redaction to its author and under such an opening alone; its key goes with it.
REDACTION_KEY = f"""kind = 'redaction' AND EXISTS (SELECT 1 FROM {TABLE} r
    WHERE r.id = subject AND r.author = psychotherapy_wrappedkey.author)"""
SEAL = f"""
ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY;
CREATE POLICY psychotherapy_app_select ON {TABLE} FOR SELECT TO psychotherapy_app
    USING (author = {ACTOR} OR ({PACKED_IN_CUSTODY}));
CREATE POLICY psychotherapy_app_insert ON {TABLE} FOR INSERT TO psychotherapy_app
    WITH CHECK (author = {ACTOR}
        AND EXISTS (SELECT 1 FROM psychotherapy_note n
                    WHERE n.id = note AND n.author = {ACTOR} AND {TABLE}.patient = ANY (n.patients)));
CREATE TRIGGER never BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE}
    FOR EACH STATEMENT EXECUTE FUNCTION psychotherapy_refuse();
"""
OPEN = f"""
DROP TRIGGER never ON {TABLE};
DROP POLICY psychotherapy_app_insert ON {TABLE};
DROP POLICY psychotherapy_app_select ON {TABLE};
"""


class Migration(migrations.Migration):
    dependencies = [("psychotherapy", "0009_compelled")]

    operations: list = [
        migrations.AddField(
            model_name="package",
            name="claim",
            field=models.BinaryField(
                blank=True,
                help_text="Without an authorization: what its author documented, sealed as the file is.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="package",
            name="passages_out",
            field=models.BooleanField(default=False, help_text="Whether its author left passages out; not which."),
        ),
        migrations.CreateModel(
            name="NoteRedaction",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("author", models.UUIDField(db_index=True)),
                ("note", models.UUIDField(db_index=True)),
                ("patient", models.UUIDField(help_text="For whose release.")),
                ("key", models.UUIDField()),
                (
                    "sealed",
                    models.BinaryField(help_text="Positions, the reason, and which text they hold for."),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={"verbose_name": "redaction of a note", "abstract": False, "default_permissions": ()},
        ),
        migrations.RunSQL(SEAL, OPEN),
        migrations.RunSQL(
            drop("wrappedkey", APP, "SELECT")
            + create("wrappedkey", APP, "SELECT", f"{KEYS} OR ({REDACTION_KEY})", None),
            drop("wrappedkey", APP, "SELECT") + create("wrappedkey", APP, "SELECT", KEYS, None),
        ),
    ]
