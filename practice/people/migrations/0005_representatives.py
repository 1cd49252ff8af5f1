"""Papers of those who act for a patient, and the decisions about who acts."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields

FORWARDS = """
CREATE FUNCTION people_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are added, never changed or removed', TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER people_representativepaper_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON people_representativepaper
    FOR EACH STATEMENT EXECUTE FUNCTION people_refuse_change();
CREATE TRIGGER people_representativedecision_only_grows
    BEFORE UPDATE OR DELETE OR TRUNCATE ON people_representativedecision
    FOR EACH STATEMENT EXECUTE FUNCTION people_refuse_change();
CREATE TRIGGER people_minoralone_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON people_minoralone
    FOR EACH STATEMENT EXECUTE FUNCTION people_refuse_change();
"""
BACKWARDS = """
DROP TRIGGER people_minoralone_only_grows ON people_minoralone;
DROP TRIGGER people_representativedecision_only_grows ON people_representativedecision;
DROP TRIGGER people_representativepaper_only_grows ON people_representativepaper;
DROP FUNCTION people_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0004_shorthand")]

    operations = [
        migrations.CreateModel(
            name="RepresentativePaper",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("data", practice.infrastructure.fields.EncryptedBinaryField()),
                ("kind", models.CharField(choices=[("pdf", "PDF"), ("jpeg", "JPEG"), ("png", "PNG")], max_length=4)),
                ("size", models.PositiveIntegerField(help_text="Bytes.")),
                ("sha256", models.CharField(max_length=64)),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "representative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="papers",
                        to="people.personalrepresentative",
                    ),
                ),
            ],
            options={
                "ordering": ["added_at"],
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["pdf", "jpeg", "png"])), name="people_representativepaper_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="people_representativepaper_whole_hash",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("size__gt", 0)), name="people_representativepaper_not_empty"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RepresentativeDecision",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "declined",
                    models.BooleanField(help_text="No longer recognized from this day on; false takes that back."),
                ),
                ("reason", practice.infrastructure.fields.EncryptedTextField()),
                ("decided_on", models.DateField()),
                ("decided_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "representative",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="people.personalrepresentative",
                    ),
                ),
            ],
            options={"ordering": ["decided_at"], "default_permissions": ()},
        ),
        migrations.CreateModel(
            name="MinorAlone",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "ground",
                    models.CharField(
                        blank=True,
                        choices=[
                            (
                                "M1",
                                "The minor consented, no other consent is required by law, and did not ask for a "
                                "parent",
                            ),
                            (
                                "M2",
                                "The law lets the minor have this care without a parent, and the minor or a court "
                                "consented",
                            ),
                            ("M3", "A parent agreed that the minor and the practice keep it confidential"),
                            ("EMANCIPATED", "The minor is emancipated"),
                        ],
                        help_text="Empty: no longer alone from this day on.",
                        max_length=12,
                    ),
                ),
                ("reason", practice.infrastructure.fields.EncryptedTextField()),
                ("holds_from", models.DateField()),
                ("decided_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "decided_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="acting_alone", to="people.patient"
                    ),
                ),
            ],
            options={"ordering": ["decided_at"], "default_permissions": ()},
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
