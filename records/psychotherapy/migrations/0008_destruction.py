"""Destruction of signed notes after their retention: a key can be deleted under a due order of its author, only then."""

# ruff: noqa: S608 - every word of the SQL below stands in this file
import uuid

import django.utils.timezone
from django.db import migrations, models

APP, REVIEW = "psychotherapy_app", "psychotherapy_review"
TABLE = "psychotherapy_destruction"
ACTOR = "(SELECT NULLIF(current_setting('app.actor', true), ''))::uuid"
OWN = f"author = {ACTOR}"
# As the note: whoever may read it under a training grant must be told that there is nothing left to read.
SEEN = f"{OWN} OR EXISTS (SELECT 1 FROM psychotherapy_note n WHERE n.id = note)"
ORDERED = f"""{OWN} AND cancelled_at IS NULL AND destroyed_at IS NULL
    AND due_at >= statement_timestamp() + interval '29 days'
    AND EXISTS (SELECT 1 FROM psychotherapy_note n WHERE n.id = note AND n.author = {ACTOR} AND n.addendum_to IS NULL)"""

POLICIES = f"""
ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY;
CREATE POLICY {APP}_select ON {TABLE} FOR SELECT TO {APP} USING ({SEEN});
CREATE POLICY {APP}_insert ON {TABLE} FOR INSERT TO {APP} WITH CHECK ({ORDERED});
CREATE POLICY {APP}_update ON {TABLE} FOR UPDATE TO {APP} USING ({OWN}) WITH CHECK ({OWN});
CREATE POLICY {REVIEW}_select ON {TABLE} FOR SELECT TO {REVIEW} USING (true);
CREATE TRIGGER never BEFORE DELETE OR TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION psychotherapy_refuse();
"""

STEP = """
CREATE FUNCTION psychotherapy_destruction_step() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
DECLARE
    steps text[] := ARRAY['cancelled_at', 'destroyed_at'];
BEGIN
    IF OLD.cancelled_at IS NOT NULL OR OLD.destroyed_at IS NOT NULL
        OR to_jsonb(NEW) - steps IS DISTINCT FROM to_jsonb(OLD) - steps
        OR (NEW.destroyed_at IS NOT NULL AND OLD.due_at > statement_timestamp()) THEN
        RAISE EXCEPTION 'an order of destruction waits for its day, then is cancelled or carried out, once'
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.destroyed_at IS NOT NULL THEN NEW.destroyed_at := statement_timestamp(); END IF;
    IF NEW.cancelled_at IS NOT NULL THEN NEW.cancelled_at := statement_timestamp(); END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER destruction_step BEFORE UPDATE ON psychotherapy_destruction
    FOR EACH ROW EXECUTE FUNCTION psychotherapy_destruction_step();
"""

KEEP_KEYS = """
CREATE OR REPLACE FUNCTION psychotherapy_keep_keys() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.kind IN ('note', 'package') {unless} THEN
        RAISE EXCEPTION 'the key of a signed note or of a package is not deleted' USING ERRCODE = 'restrict_violation';
    ELSIF TG_OP = 'UPDATE' AND (NEW.id, NEW.author, NEW.kind, NEW.subject)
            IS DISTINCT FROM (OLD.id, OLD.author, OLD.kind, OLD.subject) THEN
        RAISE EXCEPTION 'a key is wrapped anew, never moved' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    RETURN NEW;
END $$;
"""
UNDER_A_DUE_ORDER = """AND NOT (OLD.kind = 'note' AND EXISTS (
        SELECT 1 FROM psychotherapy_note n JOIN psychotherapy_destruction d ON d.note = COALESCE(n.addendum_to, n.id)
        WHERE n.id = OLD.subject AND n.author = OLD.author AND d.author = OLD.author
            AND d.cancelled_at IS NULL AND d.due_at <= statement_timestamp()))"""


class Migration(migrations.Migration):
    dependencies = [("psychotherapy", "0007_custody")]

    operations = [
        migrations.CreateModel(
            name="Destruction",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("author", models.UUIDField(db_index=True)),
                ("note", models.UUIDField(db_index=True)),
                ("ordered_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_at", models.DateTimeField(help_text="Before this no key can be deleted.")),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("destroyed_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "order of destruction",
                "abstract": False,
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("cancelled_at__isnull", True)),
                        fields=("note",),
                        name="psychotherapy_destruction_one_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cancelled_at__isnull", True), ("destroyed_at__isnull", True), _connector="OR"
                        ),
                        name="psychotherapy_destruction_cancelled_or_done",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            POLICIES,
            f"DROP TRIGGER never ON {TABLE}; DROP POLICY {REVIEW}_select ON {TABLE};"
            f"DROP POLICY {APP}_update ON {TABLE}; DROP POLICY {APP}_insert ON {TABLE};"
            f"DROP POLICY {APP}_select ON {TABLE};",
        ),
        migrations.RunSQL(STEP, "DROP FUNCTION psychotherapy_destruction_step() CASCADE;"),
        migrations.RunSQL(KEEP_KEYS.format(unless=UNDER_A_DUE_ORDER), KEEP_KEYS.format(unless="")),
    ]
