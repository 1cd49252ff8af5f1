"""Medication kept here and its monitoring."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields

GUARD = """
CREATE FUNCTION chart_medication_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.supersedes_id IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM chart_medication WHERE id = NEW.supersedes_id AND patient_id = NEW.patient_id
    ) THEN
        RAISE EXCEPTION 'a change of medication is of the same patient' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER medication_fits BEFORE INSERT ON chart_medication
    FOR EACH ROW EXECUTE FUNCTION chart_medication_fits();
CREATE TRIGGER medication_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON chart_medication
    FOR EACH STATEMENT EXECUTE FUNCTION chart_history_stands();
CREATE TRIGGER monitoring_plan_stands BEFORE UPDATE ON chart_monitoringplan
    FOR EACH ROW WHEN (
        OLD.ended_on IS NOT NULL
        OR (OLD.id, OLD.medication_id, OLD.what, OLD.every, OLD.unit, OLD.first_due_on, OLD.set_by_id, OLD.set_at)
        IS DISTINCT FROM
           (NEW.id, NEW.medication_id, NEW.what, NEW.every, NEW.unit, NEW.first_due_on, NEW.set_by_id, NEW.set_at)
    ) EXECUTE FUNCTION chart_history_stands();
CREATE TRIGGER monitoring_plan_is_kept BEFORE DELETE OR TRUNCATE ON chart_monitoringplan
    FOR EACH STATEMENT EXECUTE FUNCTION chart_history_stands();
CREATE TRIGGER monitoring_done_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON chart_monitoringdone
    FOR EACH STATEMENT EXECUTE FUNCTION chart_history_stands();
"""
UNGUARD = """
DROP TRIGGER monitoring_done_stands ON chart_monitoringdone;
DROP TRIGGER monitoring_plan_is_kept ON chart_monitoringplan;
DROP TRIGGER monitoring_plan_stands ON chart_monitoringplan;
DROP TRIGGER medication_stands ON chart_medication;
DROP TRIGGER medication_fits ON chart_medication;
DROP FUNCTION chart_medication_fits();
"""


class Migration(migrations.Migration):
    dependencies = [("chart", "0006_plans"), ("people", "0003_way_in_waits")]

    operations = [
        migrations.CreateModel(
            name="MonitoringDone",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("done_on", models.DateField()),
                ("result", practice.infrastructure.fields.EncryptedTextField(blank=True, default="")),
                ("next_due_on", models.DateField()),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["-done_on", "-recorded_at"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="MonitoringPlan",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("what", practice.infrastructure.fields.EncryptedTextField()),
                ("every", models.PositiveSmallIntegerField()),
                (
                    "unit",
                    models.CharField(
                        choices=[("weeks", "weeks"), ("months", "months")], default="weeks", max_length=10
                    ),
                ),
                ("first_due_on", models.DateField()),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_on", models.DateField(blank=True, null=True)),
            ],
            options={
                "ordering": ["set_at"],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="medication",
            name="change",
            field=models.CharField(
                choices=[
                    ("started", "Started"),
                    ("changed", "Changed"),
                    ("stopped", "Stopped"),
                    ("corrected", "Corrected"),
                ],
                default="started",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="medication",
            name="changed_on",
            field=models.DateField(blank=True, help_text="The day from which this row holds.", null=True),
        ),
        migrations.AddField(
            model_name="medication",
            name="comment",
            field=practice.infrastructure.fields.EncryptedTextField(
                blank=True, help_text="Why it was stopped, changed or corrected.", null=True
            ),
        ),
        migrations.AddField(
            model_name="medication",
            name="frequency",
            field=practice.infrastructure.fields.EncryptedTextField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="medication",
            name="prescribed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="medication",
            name="recorded_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="medication",
            name="recorded_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="medication",
            name="route",
            field=practice.infrastructure.fields.EncryptedTextField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="medication",
            name="supersedes",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="superseded_by",
                to="chart.medication",
            ),
        ),
        migrations.AddField(
            model_name="medication",
            name="where",
            field=models.CharField(
                blank=True, choices=[("here", "By us"), ("elsewhere", "By somebody else")], default="", max_length=10
            ),
        ),
        migrations.AlterField(
            model_name="medication",
            name="prescriber",
            field=models.CharField(blank=True, help_text="Somebody outside, by name.", max_length=200),
        ),
        migrations.AddConstraint(
            model_name="medication",
            constraint=models.CheckConstraint(
                condition=models.Q(("change", "started"), ("supersedes__isnull", False), _connector="OR"),
                name="chart_medication_change_of_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="medication",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("change", "stopped"), _negated=True), ("ended_on__isnull", False), _connector="OR"
                ),
                name="chart_medication_stopped_with_day",
            ),
        ),
        migrations.AddField(
            model_name="monitoringdone",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="monitoringplan",
            name="medication",
            field=models.ForeignKey(
                help_text="The first row of its history.",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="monitoring",
                to="chart.medication",
            ),
        ),
        migrations.AddField(
            model_name="monitoringplan",
            name="set_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="monitoringdone",
            name="plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="done", to="chart.monitoringplan"
            ),
        ),
        migrations.AddConstraint(
            model_name="monitoringplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("every__gte", 1), ("every__lte", 104)), name="chart_monitoringplan_every"
            ),
        ),
        migrations.AddConstraint(
            model_name="monitoringdone",
            constraint=models.UniqueConstraint(fields=("plan", "done_on"), name="chart_monitoringdone_once_a_day"),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
