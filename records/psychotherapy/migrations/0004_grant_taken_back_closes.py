"""A training grant that was taken back opens nothing: the two policies that ask for a live grant, made anew."""

# ruff: noqa: S608 - every word of the SQL below stands in this file
from django.db import migrations

ACTOR = "(SELECT NULLIF(current_setting('app.actor', true), ''))::uuid"
LIVE = "statement_timestamp() >= g.starts_at AND statement_timestamp() < g.ends_at"
GRANT = f"SELECT 1 FROM psychotherapy_traininggrant g WHERE g.grantee = {ACTOR} AND {LIVE}"
NOT_TAKEN_BACK = """ AND g.ends IS NULL AND NOT EXISTS (
    SELECT 1 FROM psychotherapy_traininggrant e WHERE e.ends = g.id AND e.author = g.author)"""


def note(grant: str) -> str:
    return f"""DROP POLICY psychotherapy_app_select ON psychotherapy_note;
CREATE POLICY psychotherapy_app_select ON psychotherapy_note FOR SELECT TO psychotherapy_app
USING (author = {ACTOR} OR EXISTS ({grant} AND g.author = psychotherapy_note.author
    AND psychotherapy_note.patients <@ g.patients
    AND psychotherapy_note.session_on BETWEEN g.sessions_from AND g.sessions_to));"""


def author_key(grant: str) -> str:
    return f"""DROP POLICY psychotherapy_app_select ON psychotherapy_authorkey;
CREATE POLICY psychotherapy_app_select ON psychotherapy_authorkey FOR SELECT TO psychotherapy_app
USING (author = {ACTOR} OR EXISTS ({grant} AND g.author = psychotherapy_authorkey.author));"""


class Migration(migrations.Migration):
    dependencies = [("psychotherapy", "0003_grant_taken_back")]

    operations = [
        migrations.RunSQL(note(GRANT + NOT_TAKEN_BACK), note(GRANT)),
        migrations.RunSQL(author_key(GRANT + NOT_TAKEN_BACK), author_key(GRANT)),
    ]
