"""ICD-10-CM and the history of diagnoses."""

import uuid

import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields

# Two queries a page: mental-health terms first, the rest of the book only where they are not enough.
GUARD = """
CREATE INDEX chart_icdterm_mental ON chart_icdterm USING gin ((to_tsvector('simple'::regconfig, words) || to_tsvector('english'::regconfig, words))) WITH (fastupdate = off) WHERE mental;
CREATE INDEX chart_icdterm_other ON chart_icdterm USING gin ((to_tsvector('simple'::regconfig, words) || to_tsvector('english'::regconfig, words))) WITH (fastupdate = off) WHERE NOT mental;

CREATE FUNCTION chart_history_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history of a chart only grows' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION chart_diagnosis_status_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM chart_diagnosis WHERE id = NEW.diagnosis_id AND patient_id = NEW.patient_id) THEN
        RAISE EXCEPTION 'a diagnosis and its history are of one patient' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION chart_one_primary_diagnosis() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM chart_diagnosisstatus WHERE patient_id = NEW.patient_id AND current
        AND status IN ('active', 'partial_remission', 'full_remission')
    ) AND NOT EXISTS (
        SELECT 1 FROM chart_diagnosisstatus WHERE patient_id = NEW.patient_id AND current AND "primary"
    ) THEN
        RAISE EXCEPTION 'diagnoses in force need a primary one' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER diagnosis_status_fits BEFORE INSERT ON chart_diagnosisstatus
    FOR EACH ROW EXECUTE FUNCTION chart_diagnosis_status_fits();
CREATE TRIGGER diagnosis_history_stands BEFORE UPDATE ON chart_diagnosisstatus
    FOR EACH ROW WHEN (
        NOT OLD.current OR NEW.current
        OR (OLD.id, OLD.diagnosis_id, OLD.patient_id, OLD.status, OLD.verification, OLD."primary", OLD."on",
            OLD.comment, OLD.recorded_by_id, OLD.recorded_at)
        IS DISTINCT FROM
           (NEW.id, NEW.diagnosis_id, NEW.patient_id, NEW.status, NEW.verification, NEW."primary", NEW."on",
            NEW.comment, NEW.recorded_by_id, NEW.recorded_at)
    ) EXECUTE FUNCTION chart_history_stands();
CREATE TRIGGER diagnosis_history_is_kept BEFORE DELETE ON chart_diagnosisstatus
    FOR EACH ROW EXECUTE FUNCTION chart_history_stands();
CREATE TRIGGER diagnosis_history_is_not_emptied BEFORE TRUNCATE ON chart_diagnosisstatus
    FOR EACH STATEMENT EXECUTE FUNCTION chart_history_stands();
-- judged when the transaction ends: on the way from one primary diagnosis to the next there is none
CREATE CONSTRAINT TRIGGER one_primary_diagnosis AFTER INSERT OR UPDATE ON chart_diagnosisstatus
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION chart_one_primary_diagnosis();
CREATE TRIGGER observation_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON chart_observation
    FOR EACH STATEMENT EXECUTE FUNCTION chart_history_stands();
CREATE TRIGGER diagnosis_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON chart_diagnosis
    FOR EACH STATEMENT EXECUTE FUNCTION chart_history_stands();
CREATE TRIGGER care_plan_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON chart_careplan
    FOR EACH STATEMENT EXECUTE FUNCTION chart_history_stands();
CREATE TRIGGER result_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON chart_result
    FOR EACH STATEMENT EXECUTE FUNCTION chart_history_stands();
"""
UNGUARD = """
DROP TRIGGER result_stands ON chart_result;
DROP TRIGGER care_plan_stands ON chart_careplan;
DROP TRIGGER diagnosis_stands ON chart_diagnosis;
DROP TRIGGER observation_stands ON chart_observation;
DROP TRIGGER one_primary_diagnosis ON chart_diagnosisstatus;
DROP TRIGGER diagnosis_history_is_not_emptied ON chart_diagnosisstatus;
DROP TRIGGER diagnosis_history_is_kept ON chart_diagnosisstatus;
DROP TRIGGER diagnosis_history_stands ON chart_diagnosisstatus;
DROP TRIGGER diagnosis_status_fits ON chart_diagnosisstatus;
DROP FUNCTION chart_one_primary_diagnosis();
DROP FUNCTION chart_diagnosis_status_fits();
DROP FUNCTION chart_history_stands();
DROP INDEX chart_icdterm_other;
DROP INDEX chart_icdterm_mental;
"""


class Migration(migrations.Migration):
    dependencies = [("chart", "0004_notes"), ("people", "0003_way_in_waits")]

    operations = [
        migrations.CreateModel(
            name="DiagnosisStatus",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("active", "Active"),
                            ("partial_remission", "In partial remission"),
                            ("full_remission", "In full remission"),
                            ("resolved", "Resolved"),
                            ("ruled_out", "Ruled out"),
                            ("in_error", "Entered in error"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "verification",
                    models.CharField(
                        choices=[("provisional", "Provisional"), ("confirmed", "Confirmed")], max_length=20
                    ),
                ),
                ("primary", models.BooleanField(default=False)),
                ("on", models.DateField(help_text="The day from which this holds.")),
                ("comment", practice.infrastructure.fields.EncryptedTextField(blank=True, default="")),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("current", models.BooleanField(default=True)),
            ],
            options={
                "ordering": ["recorded_at"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="IcdCode",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("code", models.CharField(help_text="With its dot: F33.1.", max_length=8)),
                ("compact", models.CharField(help_text="Without it: F331.", max_length=7)),
                ("title", models.CharField(max_length=400)),
                ("billable", models.BooleanField(help_text="A leaf: no more exact code stands below it.")),
                ("parent", models.CharField(blank=True, max_length=8)),
                ("chapter", models.PositiveSmallIntegerField()),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="IcdRelease",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "label",
                    models.CharField(help_text="Fiscal year (2027) or month (2026-04).", max_length=10, unique=True),
                ),
                ("in_force_from", models.DateField()),
                ("source", models.CharField(max_length=200)),
                (
                    "sha256",
                    models.CharField(
                        help_text="Of codes, titles and terms: the same content is not loaded twice.", max_length=64
                    ),
                ),
                ("codes_count", models.PositiveIntegerField()),
                ("loaded_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="IcdTerm",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("text", models.CharField(max_length=400)),
                (
                    "words",
                    models.CharField(
                        help_text="The code and the text as plain lower-case words, for the search.", max_length=420
                    ),
                ),
                ("own", models.BooleanField(default=True, help_text="Not one of the heading above it.")),
                ("mental", models.BooleanField(help_text="Of chapter 5, which is searched first.")),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="Observation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("symptoms", "Symptoms"),
                            ("function", "Functional status"),
                            ("prognosis", "Prognosis"),
                        ],
                        max_length=20,
                    ),
                ),
                ("on", models.DateField()),
                ("text", practice.infrastructure.fields.EncryptedTextField()),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="diagnosis",
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
            model_name="diagnosis",
            name="release_label",
            field=models.CharField(blank=True, default="", help_text="Of ICD-10-CM, where chosen here.", max_length=10),
        ),
        migrations.AddField(
            model_name="diagnosis",
            name="stands_for",
            field=models.OneToOneField(
                blank=True,
                help_text="An imported row.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="coded_as",
                to="chart.diagnosis",
            ),
        ),
        migrations.AlterField(
            model_name="diagnosis",
            name="clinical_status",
            field=models.CharField(blank=True, help_text="As imported; the history decides.", max_length=40),
        ),
        migrations.AlterField(
            model_name="diagnosis",
            name="verification_status",
            field=models.CharField(blank=True, help_text="As imported.", max_length=40),
        ),
        migrations.AddField(
            model_name="diagnosisstatus",
            name="diagnosis",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="history", to="chart.diagnosis"
            ),
        ),
        migrations.AddField(
            model_name="diagnosisstatus",
            name="patient",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.patient"),
        ),
        migrations.AddField(
            model_name="diagnosisstatus",
            name="recorded_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="icdcode",
            name="release",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="codes", to="chart.icdrelease"
            ),
        ),
        migrations.AddField(
            model_name="icdterm",
            name="code",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="terms", to="chart.icdcode"
            ),
        ),
        migrations.AddField(
            model_name="icdterm",
            name="release",
            field=models.ForeignKey(
                db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="chart.icdrelease"
            ),
        ),
        migrations.AddField(
            model_name="observation",
            name="author",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="observation",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="observations", to="people.patient"
            ),
        ),
        migrations.AddField(
            model_name="observation",
            name="supersedes",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="superseded_by",
                to="chart.observation",
            ),
        ),
        migrations.AddIndex(
            model_name="diagnosisstatus",
            index=models.Index(fields=["patient", "-on"], name="chart_diagn_patient_585cd8_idx"),
        ),
        migrations.AddConstraint(
            model_name="diagnosisstatus",
            constraint=models.UniqueConstraint(
                condition=models.Q(("current", True)), fields=("diagnosis",), name="chart_diagnosisstatus_one_current"
            ),
        ),
        migrations.AddConstraint(
            model_name="diagnosisstatus",
            constraint=models.UniqueConstraint(
                condition=models.Q(("current", True), ("primary", True)),
                fields=("patient",),
                name="chart_diagnosisstatus_one_primary",
            ),
        ),
        migrations.AddConstraint(
            model_name="diagnosisstatus",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("primary", False),
                    ("status__in", ["active", "partial_remission", "full_remission"]),
                    _connector="OR",
                ),
                name="chart_diagnosisstatus_primary_in_force",
            ),
        ),
        migrations.AddIndex(
            model_name="icdcode",
            index=models.Index(
                models.F("release"),
                django.contrib.postgres.indexes.OpClass("compact", "text_pattern_ops"),
                name="chart_icdcode_by_code",
            ),
        ),
        migrations.AddConstraint(
            model_name="icdcode",
            constraint=models.UniqueConstraint(fields=("release", "code"), name="chart_icdcode_once"),
        ),
        migrations.AddIndex(
            model_name="observation",
            index=models.Index(fields=["patient", "kind", "-on"], name="chart_obser_patient_4673b0_idx"),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
