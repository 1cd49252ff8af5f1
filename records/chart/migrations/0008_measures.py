"""Measures and their answers; none of it changes once it is written."""

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
TABLES = ("measure", "measureinerror", "measurealarm", "alarmanswer", "measurerepeat")


class Migration(migrations.Migration):
    dependencies = [
        ("chart", "0007_medication"),
        ("people", "0003_way_in_waits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Measure",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=20)),
                ("version", models.PositiveSmallIntegerField()),
                ("taken_at", models.DateTimeField()),
                (
                    "answers",
                    practice.infrastructure.fields.EncryptedJSONField(
                        help_text="The place of the chosen option by the key of the item."
                    ),
                ),
                (
                    "total",
                    models.PositiveSmallIntegerField(
                        blank=True, help_text="None while a scored item is missing.", null=True
                    ),
                ),
                ("alarm", models.BooleanField(default=False, help_text="A thought of death or self-harm was marked.")),
                (
                    "by_patient",
                    models.BooleanField(default=False, help_text="Answered by the patient on a handed-over screen."),
                ),
                ("entered_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "entered_by",
                    models.ForeignKey(
                        help_text="Or who handed the screen over.",
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="measures", to="people.patient"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="AlarmAnswer",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("did", practice.infrastructure.fields.EncryptedJSONField(help_text="List of AlarmAct.")),
                ("note", practice.infrastructure.fields.EncryptedTextField(blank=True, default="")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "measure",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="alarm_answer", to="chart.measure"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="MeasureAlarm",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "measure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="alarms", to="chart.measure"
                    ),
                ),
                (
                    "staff",
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
            name="MeasureInError",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("reason", practice.infrastructure.fields.EncryptedTextField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "measure",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="in_error", to="chart.measure"
                    ),
                ),
                (
                    "replaced_by",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaces",
                        to="chart.measure",
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="MeasureRepeat",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("code", models.CharField(max_length=20)),
                ("every_weeks", models.PositiveSmallIntegerField()),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="measure_repeats", to="people.patient"
                    ),
                ),
                (
                    "set_by",
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
            model_name="measure",
            index=models.Index(fields=["patient", "code", "-taken_at"], name="chart_measu_patient_bdf7a0_idx"),
        ),
        migrations.AddIndex(
            model_name="measure",
            index=models.Index(condition=models.Q(("alarm", True)), fields=["patient"], name="chart_measure_alarms"),
        ),
        migrations.AddConstraint(
            model_name="measurealarm",
            constraint=models.UniqueConstraint(fields=("measure", "staff"), name="chart_measurealarm_once"),
        ),
        migrations.AddConstraint(
            model_name="measureinerror",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaced_by__isnull", True),
                    models.Q(("replaced_by", models.F("measure")), _negated=True),
                    _connector="OR",
                ),
                name="chart_measureinerror_not_by_itself",
            ),
        ),
        migrations.AddConstraint(
            model_name="measurerepeat",
            constraint=models.CheckConstraint(
                condition=models.Q(("every_weeks__lte", 52)), name="chart_measurerepeat_within_a_year"
            ),
        ),
        *(migrations.RunSQL(STANDS.format(table=table), FALLS.format(table=table)) for table in TABLES),
    ]
