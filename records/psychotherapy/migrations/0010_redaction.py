"""Passages that an author leaves out of a note for a release: rows that only grow, their author's alone."""

# ruff: noqa: S608 - every word of the SQL below stands in this file
import uuid

import django.utils.timezone
from django.db import migrations, models

ACTOR = "(SELECT NULLIF(current_setting('app.actor', true), ''))::uuid"
TABLE = "psychotherapy_noteredaction"
SEAL = f"""
ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY;
CREATE POLICY psychotherapy_app_select ON {TABLE} FOR SELECT TO psychotherapy_app USING (author = {ACTOR});
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
    ]
