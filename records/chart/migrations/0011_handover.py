"""Handing a patient over."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields

GUARD = """
CREATE TRIGGER handover_stands BEFORE UPDATE OR DELETE ON chart_handover
    FOR EACH ROW EXECUTE FUNCTION chart_history_stands();
CREATE TRIGGER handovers_are_not_emptied BEFORE TRUNCATE ON chart_handover
    FOR EACH STATEMENT EXECUTE FUNCTION chart_history_stands();
CREATE TRIGGER handover_read_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON chart_handoverread
    FOR EACH STATEMENT EXECUTE FUNCTION chart_history_stands();
"""
UNGUARD = """
DROP TRIGGER handover_read_stands ON chart_handoverread;
DROP TRIGGER handovers_are_not_emptied ON chart_handover;
DROP TRIGGER handover_stands ON chart_handover;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("chart", "0010_documents"),
        ("people", "0004_shorthand"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("transfer", "Somebody else takes over"),
                            ("cover", "Somebody covers for a time"),
                            ("end", "The care by me ends"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "from_on",
                    models.DateField(
                        help_text="The first day of whoever comes; where nobody comes, the last of who goes."
                    ),
                ),
                ("until_on", models.DateField(blank=True, help_text="The last day of a cover.", null=True)),
                ("last_day", models.DateField(blank=True, help_text="The last day of who hands over.", null=True)),
                ("summary", practice.infrastructure.fields.EncryptedTextField(blank=True, default="")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "note",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="chart.chartnote",
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="handovers", to="people.patient"
                    ),
                ),
                (
                    "to",
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
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="HandoverRead",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "handover",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="read", to="chart.handover"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="handover",
            index=models.Index(fields=["patient", "-made_at"], name="chart_hando_patient_f7a7f4_idx"),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "end"), ("to__isnull", True)),
                    models.Q(models.Q(("kind", "end"), _negated=True), ("to__isnull", False)),
                    _connector="OR",
                ),
                name="chart_handover_to_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="handover",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "cover"), ("until_on__gte", models.F("from_on"))),
                    models.Q(models.Q(("kind", "cover"), _negated=True), ("last_day__isnull", False)),
                    _connector="OR",
                ),
                name="chart_handover_with_days",
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
