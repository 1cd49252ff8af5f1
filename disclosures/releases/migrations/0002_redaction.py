"""Passages left out of a package: rows that stay; one is taken back once, and only before its package is frozen."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields

STANDS = """
CREATE FUNCTION releases_redaction_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE')
        OR OLD.taken_back_at IS NOT NULL
        OR to_jsonb(NEW) - ARRAY['taken_back_by_id', 'taken_back_at']
            IS DISTINCT FROM to_jsonb(OLD) - ARRAY['taken_back_by_id', 'taken_back_at'] THEN
        RAISE EXCEPTION 'what was left out of a release stays written down: % refused', TG_OP
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION releases_redaction_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM releases_releaseitem i JOIN releases_release r ON r.id = i.release_id
               WHERE i.id = NEW.item_id AND r.state <> 'awaiting_approval') THEN
        RAISE EXCEPTION 'the package of this release is frozen' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER redaction_stands BEFORE UPDATE OR DELETE ON releases_redaction
    FOR EACH ROW EXECUTE FUNCTION releases_redaction_stands();
CREATE TRIGGER redactions_are_kept BEFORE TRUNCATE ON releases_redaction
    FOR EACH STATEMENT EXECUTE FUNCTION releases_redaction_stands();
CREATE TRIGGER redaction_in_time BEFORE INSERT OR UPDATE ON releases_redaction
    FOR EACH ROW EXECUTE FUNCTION releases_redaction_in_time();
"""
FALLS = """
DROP FUNCTION releases_redaction_in_time() CASCADE;
DROP FUNCTION releases_redaction_stands() CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [("releases", "0001_initial"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Redaction",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("another_person", "It is about somebody else"),
                            ("beyond", "It goes beyond what was asked for"),
                            ("other", "Another reason"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "words",
                    practice.infrastructure.fields.EncryptedTextField(
                        default="", help_text="The reason in the clinician's words."
                    ),
                ),
                ("where", practice.infrastructure.fields.EncryptedJSONField(default=dict)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("taken_back_at", models.DateTimeField(blank=True, null=True)),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redactions",
                        to="releases.releaseitem",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "taken_back_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["made_at"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason__in", ["another_person", "beyond", "other"])),
                        name="releases_redaction_reason",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("taken_back_at__isnull", True), ("taken_back_by__isnull", True)),
                            models.Q(("taken_back_at__isnull", False), ("taken_back_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="releases_redaction_taken_back_by_somebody",
                    ),
                ],
            },
        ),
        migrations.RunSQL(STANDS, FALLS),
    ]
