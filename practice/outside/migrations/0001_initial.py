"""Links for patients and recipients."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

FORWARDS = """
CREATE FUNCTION outside_freeze_link() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.id, NEW.purpose, NEW.subject_id, NEW.patient_id, NEW.representative_id, NEW.token_hash, NEW.code_hash,
        NEW.code_given, NEW.made_by_id, NEW.made_at, NEW.expires_at)
        IS DISTINCT FROM (OLD.id, OLD.purpose, OLD.subject_id, OLD.patient_id, OLD.representative_id, OLD.token_hash,
        OLD.code_hash, OLD.code_given, OLD.made_by_id, OLD.made_at, OLD.expires_at)
        OR NEW.failed < OLD.failed OR (OLD.used_at IS NOT NULL AND NEW.used_at IS DISTINCT FROM OLD.used_at)
        OR (OLD.closed_at IS NOT NULL AND NEW.closed_at IS DISTINCT FROM OLD.closed_at) THEN
        RAISE EXCEPTION 'a link opens one thing, once, for as long as was said'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION outside_refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'links are ended, never removed' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER outside_link_stands BEFORE UPDATE ON outside_link
    FOR EACH ROW EXECUTE FUNCTION outside_freeze_link();
CREATE TRIGGER outside_link_kept BEFORE DELETE OR TRUNCATE ON outside_link
    FOR EACH STATEMENT EXECUTE FUNCTION outside_refuse_removal();
"""
BACKWARDS = """
DROP TRIGGER outside_link_stands ON outside_link;
DROP TRIGGER outside_link_kept ON outside_link;
DROP FUNCTION outside_freeze_link();
DROP FUNCTION outside_refuse_removal();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL), ("people", "0005_representatives")]

    operations = [
        migrations.CreateModel(
            name="Link",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "purpose",
                    models.CharField(
                        choices=[("sign", "Sign an authorization"), ("download", "Download released records")],
                        max_length=10,
                    ),
                ),
                ("subject_id", models.UUIDField(help_text="The authorization to sign, or the release to download.")),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("code_hash", models.CharField(max_length=64)),
                (
                    "code_given",
                    models.CharField(
                        choices=[("by_phone", "By telephone, on a number we have on file"), ("in_person", "In person")],
                        max_length=10,
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("failed", models.PositiveSmallIntegerField(default=0)),
                ("passed_at", models.DateTimeField(blank=True, null=True)),
                ("pass_hash", models.CharField(blank=True, max_length=64)),
                (
                    "left_passes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        help_text="Hashes of the passes that another device took over: those devices may be told so.",
                        size=None,
                    ),
                ),
                ("pass_until", models.DateTimeField(blank=True, null=True)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("served", models.PositiveSmallIntegerField(default=0)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "closed_why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("wrong_answers", "Closed after too many wrong answers"),
                            ("stopped", "Stopped by the practice"),
                            ("replaced", "Replaced by a newer link"),
                            ("expired", "Expired without being used"),
                            ("revoked", "Stopped: the authorization was revoked"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.patient"
                    ),
                ),
                (
                    "representative",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.personalrepresentative",
                    ),
                ),
            ],
            options={
                "ordering": ["-made_at"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["subject_id"], name="outside_lin_subject_c96147_idx")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("expires_at__gt", models.F("made_at"))), name="outside_link_ends"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", True), ("closed_why", "")),
                            models.Q(("closed_at__isnull", False), models.Q(("closed_why", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="outside_link_closed_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("code_hash__regex", "^[0-9a-f]{64}$"), ("token_hash__regex", "^[0-9a-f]{64}$")
                        ),
                        name="outside_link_hashes",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
