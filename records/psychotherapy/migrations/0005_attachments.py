"""Attachments, sealed like the text: their author's while the note is a draft, and unchanged from its signing on."""

# ruff: noqa: S608 - every word of the SQL below stands in this file
import uuid

import django.utils.timezone
from django.db import migrations, models

APP = "psychotherapy_app"
TABLE = "psychotherapy_attachment"
ACTOR = "(SELECT NULLIF(current_setting('app.actor', true), ''))::uuid"
OWN = f"author = {ACTOR}"
# As the note and its author's key: whoever sees both may open it, and whoever is shown no key may not.
SEEN = f"""{OWN} OR (
    EXISTS (SELECT 1 FROM psychotherapy_note n WHERE n.id = note AND n.author = {TABLE}.author)
    AND EXISTS (SELECT 1 FROM psychotherapy_authorkey k WHERE k.id = author_key))"""
TO_A_DRAFT = f"""{OWN}
    AND EXISTS (SELECT 1 FROM psychotherapy_draft d WHERE d.id = note AND d.author = {ACTOR})"""

SEAL = f"""
ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {TABLE} FORCE ROW LEVEL SECURITY;
CREATE POLICY {APP}_select ON {TABLE} FOR SELECT TO {APP} USING ({SEEN});
CREATE POLICY {APP}_insert ON {TABLE} FOR INSERT TO {APP} WITH CHECK ({TO_A_DRAFT});
CREATE POLICY {APP}_update ON {TABLE} FOR UPDATE TO {APP} USING ({OWN}) WITH CHECK ({OWN});
CREATE POLICY {APP}_delete ON {TABLE} FOR DELETE TO {APP} USING ({OWN});
CREATE TRIGGER never BEFORE TRUNCATE ON {TABLE} FOR EACH STATEMENT EXECUTE FUNCTION psychotherapy_refuse();
"""
OPEN = f"""
DROP TRIGGER never ON {TABLE};
DROP POLICY {APP}_delete ON {TABLE};
DROP POLICY {APP}_update ON {TABLE};
DROP POLICY {APP}_insert ON {TABLE};
DROP POLICY {APP}_select ON {TABLE};
"""
# Removed from a draft; from a signed note never. Its key alone is emptied, under a due order of destruction.
STAYS = """
CREATE FUNCTION psychotherapy_attachment_stays() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'DELETE' AND NOT EXISTS (SELECT 1 FROM psychotherapy_note n WHERE n.id = OLD.note) THEN
        RETURN OLD;
    ELSIF TG_OP = 'UPDATE' AND length(NEW.wrapped) = 0
        AND (NEW.id, NEW.author, NEW.note, NEW.author_key, NEW.about, NEW.shown, NEW.original, NEW.added_at)
            IS NOT DISTINCT FROM
            (OLD.id, OLD.author, OLD.note, OLD.author_key, OLD.about, OLD.shown, OLD.original, OLD.added_at)
        AND EXISTS (
            SELECT 1 FROM psychotherapy_note n
            JOIN psychotherapy_destruction d ON d.note = COALESCE(n.addendum_to, n.id)
            WHERE n.id = OLD.note AND n.author = OLD.author AND d.author = OLD.author
                AND d.cancelled_at IS NULL AND d.due_at <= statement_timestamp()) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% of an attachment is refused: what was signed stays', TG_OP USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER attachment_stays BEFORE UPDATE OR DELETE ON psychotherapy_attachment
    FOR EACH ROW EXECUTE FUNCTION psychotherapy_attachment_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("psychotherapy", "0004_grant_taken_back_closes")]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("author", models.UUIDField(db_index=True)),
                (
                    "note",
                    models.UUIDField(db_index=True, help_text="The draft, and the note that it becomes."),
                ),
                ("author_key", models.UUIDField()),
                (
                    "wrapped",
                    models.BinaryField(help_text="The key of the three parts; emptied when the note is destroyed."),
                ),
                ("about", models.BinaryField()),
                ("shown", models.BinaryField()),
                ("original", models.BinaryField()),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={"verbose_name": "attachment", "abstract": False, "default_permissions": ()},
        ),
        migrations.RunSQL(SEAL, OPEN),
        migrations.RunSQL(STAYS, "DROP FUNCTION psychotherapy_attachment_stays() CASCADE;"),
    ]
