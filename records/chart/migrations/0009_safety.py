"""Risk assessments and safety plans; what was signed stands."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields

STANDS = """
CREATE TRIGGER {table}_stands BEFORE UPDATE OR DELETE ON chart_{table} FOR EACH ROW EXECUTE FUNCTION chart_stands();
CREATE TRIGGER {table}_is_not_emptied BEFORE TRUNCATE ON chart_{table}
    FOR EACH STATEMENT EXECUTE FUNCTION chart_stands();
"""
FALLS = "DROP TRIGGER {table}_stands ON chart_{table}; DROP TRIGGER {table}_is_not_emptied ON chart_{table};"
TABLES = ("riskassessment", "safetyplan")


class Migration(migrations.Migration):
    dependencies = [("chart", "0008_measures")]

    operations = [
        migrations.CreateModel(
            name="RiskAssessment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("on", models.DateField(help_text="The day of the assessment (practice-local).")),
                (
                    "findings",
                    practice.infrastructure.fields.EncryptedJSONField(
                        help_text="Texts by the keys of RISK_PARTS, and the level."
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="risk_assessments",
                        to="people.patient",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SafetyPlan",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                (
                    "parts",
                    practice.infrastructure.fields.EncryptedJSONField(
                        help_text="Texts by the keys of PLAN_PARTS; none where it ended."
                    ),
                ),
                ("review_on", models.DateField(blank=True, null=True)),
                ("ended", models.BooleanField(default=False)),
                (
                    "reason",
                    practice.infrastructure.fields.EncryptedTextField(
                        blank=True, default="", help_text="Why there is none from here on."
                    ),
                ),
                ("signed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="safety_plans", to="people.patient"
                    ),
                ),
                (
                    "signed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SafetyPlanDraft",
            fields=[
                (
                    "patient",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="safety_plan_draft",
                        serialize=False,
                        to="people.patient",
                    ),
                ),
                ("parts", practice.infrastructure.fields.EncryptedJSONField(default=dict)),
                ("review_on", models.DateField(blank=True, null=True)),
                ("version", models.PositiveIntegerField(default=1, help_text="Counts saves.")),
                (
                    "window",
                    models.CharField(
                        blank=True, default="", help_text="The opened page that saved last.", max_length=36
                    ),
                ),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "saved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddIndex(
            model_name="riskassessment",
            index=models.Index(fields=["patient", "-on"], name="chart_riska_patient_0b159e_idx"),
        ),
        migrations.AddConstraint(
            model_name="safetyplan",
            constraint=models.UniqueConstraint(fields=("patient", "number"), name="chart_safetyplan_number"),
        ),
        migrations.AddConstraint(
            model_name="safetyplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended", True), ("review_on__isnull", True)),
                    models.Q(("ended", False), ("review_on__isnull", False)),
                    _connector="OR",
                ),
                name="chart_safetyplan_has_review",
            ),
        ),
        *(migrations.RunSQL(STANDS.format(table=table), FALLS.format(table=table)) for table in TABLES),
    ]
