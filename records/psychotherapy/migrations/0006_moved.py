"""Where a moved sentence came from and went: rows that only grow, seen and written by their author alone."""

import uuid

import django.utils.timezone
from django.db import migrations, models

ACTOR = "(SELECT NULLIF(current_setting('app.actor', true), ''))::uuid"
SEAL = f"""
ALTER TABLE psychotherapy_moved ENABLE ROW LEVEL SECURITY;
ALTER TABLE psychotherapy_moved FORCE ROW LEVEL SECURITY;
CREATE POLICY psychotherapy_app_select ON psychotherapy_moved FOR SELECT TO psychotherapy_app USING (author = {ACTOR});
CREATE POLICY psychotherapy_app_insert ON psychotherapy_moved FOR INSERT TO psychotherapy_app
    WITH CHECK (author = {ACTOR});
CREATE TRIGGER never BEFORE UPDATE OR DELETE OR TRUNCATE ON psychotherapy_moved
    FOR EACH STATEMENT EXECUTE FUNCTION psychotherapy_refuse();
"""
OPEN = """
DROP TRIGGER never ON psychotherapy_moved;
DROP POLICY psychotherapy_app_insert ON psychotherapy_moved;
DROP POLICY psychotherapy_app_select ON psychotherapy_moved;
"""


class Migration(migrations.Migration):
    dependencies = [("psychotherapy", "0005_attachments")]

    operations: list = [
        migrations.CreateModel(
            name="Moved",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("author", models.UUIDField(db_index=True)),
                ("draft", models.UUIDField(db_index=True, help_text="The draft, and the note that it becomes.")),
                ("chart_note", models.UUIDField(help_text="The progress note at the other end.")),
                (
                    "direction",
                    models.CharField(
                        choices=[("out", "To the progress note"), ("in", "From the progress note")], max_length=3
                    ),
                ),
                (
                    "exclusion",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("EX_MEDICATION", "medication prescription and monitoring"),
                            ("EX_SESSION_TIMES", "session start and stop times"),
                            ("EX_MODALITY_FREQUENCY", "modalities and frequencies of treatment"),
                            ("EX_TEST_RESULTS", "results of clinical tests"),
                            ("EX_SUM_DIAGNOSIS", "any summary of diagnosis"),
                            ("EX_SUM_FUNCTIONAL_STATUS", "any summary of functional status"),
                            ("EX_SUM_TREATMENT_PLAN", "any summary of the treatment plan"),
                            ("EX_SUM_SYMPTOMS", "any summary of symptoms"),
                            ("EX_SUM_PROGNOSIS", "any summary of prognosis"),
                            ("EX_SUM_PROGRESS", "any summary of progress to date"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "fingerprint",
                    models.CharField(help_text="Of direction, section, progress note and sentence.", max_length=64),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={"verbose_name": "moved sentence", "abstract": False, "default_permissions": ()},
        ),
        migrations.RunSQL(SEAL, OPEN),
    ]
