"""On whose agreement besides the patient's a release rested: rows that only grow."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

STANDS = """
CREATE FUNCTION releases_reliance_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'on whose authorization something left stays written down: % refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER reliance_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON releases_reliance
    FOR EACH STATEMENT EXECUTE FUNCTION releases_reliance_stands();
"""
FALLS = "DROP FUNCTION releases_reliance_stands() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [("authorizations", "0006_restrictions"), ("releases", "0004_leaving")]

    operations = [
        migrations.CreateModel(
            name="Reliance",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("given_out", models.BooleanField(default=False)),
                ("days", django.contrib.postgres.fields.ArrayField(base_field=models.DateField(), size=None)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "authorization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="authorizations.authorization",
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reliances",
                        to="releases.release",
                    ),
                ),
            ],
            options={
                "ordering": ["at", "id"],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("release", "authorization", "given_out"), name="releases_reliance_once"
                    ),
                ],
            },
        ),
        migrations.RunSQL(STANDS, FALLS),
    ]
