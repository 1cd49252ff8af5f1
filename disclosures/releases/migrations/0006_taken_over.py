"""Who hands a printed package over in place of who entered it, in rows that only grow; who called what an emergency."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields

STANDS = """
CREATE FUNCTION releases_takenover_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'who took a hand-over over stays written down: % refused', TG_OP
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER takenover_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON releases_takenover
    FOR EACH STATEMENT EXECUTE FUNCTION releases_takenover_stands();
"""
FALLS = "DROP FUNCTION releases_takenover_stands() CASCADE;"


class Migration(migrations.Migration):
    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL), ("releases", "0005_others")]

    operations = [
        migrations.CreateModel(
            name="TakenOver",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reason", practice.infrastructure.fields.EncryptedTextField(default="")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "release",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_over",
                        to="releases.release",
                    ),
                ),
            ],
            options={"ordering": ["at", "id"], "default_permissions": ()},
        ),
        migrations.RunSQL(STANDS, FALLS),
        migrations.AddField("release", "emergency_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField(
            "release",
            "emergency_by",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
