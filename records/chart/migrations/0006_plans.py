"""Treatment plans: drafts, signed versions, agreements, reviews, goals worked on."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields

FORBID = """
CREATE TRIGGER plan_version_stands BEFORE UPDATE OR DELETE ON chart_planversion
    FOR EACH ROW EXECUTE FUNCTION chart_stands();
CREATE TRIGGER plan_versions_are_not_emptied BEFORE TRUNCATE ON chart_planversion
    FOR EACH STATEMENT EXECUTE FUNCTION chart_stands();
CREATE TRIGGER plan_agreement_stands BEFORE UPDATE OR DELETE ON chart_planagreement
    FOR EACH ROW EXECUTE FUNCTION chart_stands();
CREATE TRIGGER plan_agreements_are_not_emptied BEFORE TRUNCATE ON chart_planagreement
    FOR EACH STATEMENT EXECUTE FUNCTION chart_stands();
CREATE TRIGGER plan_review_stands BEFORE UPDATE OR DELETE ON chart_planreview
    FOR EACH ROW EXECUTE FUNCTION chart_stands();
CREATE TRIGGER plan_reviews_are_not_emptied BEFORE TRUNCATE ON chart_planreview
    FOR EACH STATEMENT EXECUTE FUNCTION chart_stands();
CREATE TRIGGER plan_draft_keeps_its_patient BEFORE UPDATE ON chart_plandraft
    FOR EACH ROW WHEN ((OLD.id, OLD.patient_id) IS DISTINCT FROM (NEW.id, NEW.patient_id))
    EXECUTE FUNCTION chart_stands();

-- A tick is part of its note: it stands once the note is signed, and is about a plan of the same patient.
CREATE FUNCTION chart_goal_follows_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    ticked chart_goalworkedon;
    signed timestamptz;
    of_patient uuid;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        RAISE EXCEPTION 'what was signed in a chart does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN ticked := OLD; ELSE ticked := NEW; END IF;
    SELECT signed_at, patient_id INTO signed, of_patient FROM chart_chartnote WHERE id = ticked.note_id FOR SHARE;
    IF signed IS NOT NULL THEN
        RAISE EXCEPTION 'what was signed in a chart does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
    IF NOT EXISTS (SELECT 1 FROM chart_planversion WHERE id = NEW.version_id AND patient_id = of_patient) THEN
        RAISE EXCEPTION 'a goal belongs to the patient of the note' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER goal_follows_note BEFORE INSERT OR UPDATE OR DELETE ON chart_goalworkedon
    FOR EACH ROW EXECUTE FUNCTION chart_goal_follows_note();
CREATE TRIGGER goals_are_not_emptied BEFORE TRUNCATE ON chart_goalworkedon
    FOR EACH STATEMENT EXECUTE FUNCTION chart_stands();
"""
ALLOW = """
DROP TRIGGER plan_version_stands ON chart_planversion;
DROP TRIGGER plan_versions_are_not_emptied ON chart_planversion;
DROP TRIGGER plan_agreement_stands ON chart_planagreement;
DROP TRIGGER plan_agreements_are_not_emptied ON chart_planagreement;
DROP TRIGGER plan_review_stands ON chart_planreview;
DROP TRIGGER plan_reviews_are_not_emptied ON chart_planreview;
DROP TRIGGER plan_draft_keeps_its_patient ON chart_plandraft;
DROP TRIGGER goal_follows_note ON chart_goalworkedon;
DROP TRIGGER goals_are_not_emptied ON chart_goalworkedon;
DROP FUNCTION chart_goal_follows_note();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("chart", "0005_diagnoses"),
        ("people", "0003_way_in_waits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanDraft",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField(default=1, help_text="Counts saves.")),
                (
                    "window",
                    models.CharField(
                        blank=True, default="", help_text="The opened page that saved last.", max_length=36
                    ),
                ),
                ("content", practice.infrastructure.fields.EncryptedJSONField()),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "begun_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "patient",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="plan_draft", to="people.patient"
                    ),
                ),
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
        migrations.CreateModel(
            name="PlanDraftBranch",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("base_version", models.PositiveIntegerField()),
                (
                    "window",
                    models.CharField(
                        blank=True, default="", help_text="The opened page it was typed in.", max_length=36
                    ),
                ),
                ("content", practice.infrastructure.fields.EncryptedJSONField()),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "draft",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="branches", to="chart.plandraft"
                    ),
                ),
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
        migrations.CreateModel(
            name="PlanVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                (
                    "author_role",
                    models.CharField(
                        choices=[
                            ("treating", "Treating clinician"),
                            ("covering", "Covering clinician"),
                            ("trainee", "Trainee under supervision"),
                            ("supervisor", "Supervisor of the treatment"),
                        ],
                        help_text="Their part in the care then.",
                        max_length=20,
                    ),
                ),
                ("on", models.DateField(help_text="The day of signing (practice-local).")),
                ("signed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "review_every",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (30, "every 30 days"),
                            (60, "every 60 days"),
                            (90, "every 90 days"),
                            (180, "every 180 days"),
                        ],
                        help_text="Days.",
                    ),
                ),
                ("content", practice.infrastructure.fields.EncryptedJSONField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "patient",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="plan_versions", to="people.patient"
                    ),
                ),
            ],
            options={
                "ordering": ["-number"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="PlanReview",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("on", models.DateField()),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("unchanged", "The plan continues unchanged"),
                            ("revised", "The plan is to be revised"),
                        ],
                        max_length=10,
                    ),
                ),
                ("progress", practice.infrastructure.fields.EncryptedJSONField(default=dict)),
                ("text", practice.infrastructure.fields.EncryptedTextField(blank=True, default="")),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "reviewed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="chart.planversion"
                    ),
                ),
            ],
            options={
                "ordering": ["-on", "-recorded_at"],
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="plandraft",
            name="based_on",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="chart.planversion",
            ),
        ),
        migrations.CreateModel(
            name="PlanAgreement",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("on", models.DateField()),
                (
                    "how",
                    models.CharField(
                        choices=[
                            ("paper", "Signed on paper"),
                            ("said", "Said so in session"),
                            ("declined", "Declined"),
                            ("not_yet", "Not asked yet, or still thinking about it"),
                        ],
                        max_length=10,
                    ),
                ),
                ("text", practice.infrastructure.fields.EncryptedTextField(blank=True, default="")),
                ("recorded_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "recorded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "representative",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: the patient.",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.personalrepresentative",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="agreements", to="chart.planversion"
                    ),
                ),
            ],
            options={
                "ordering": ["-on", "-recorded_at"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="GoalWorkedOn",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("goal_id", models.UUIDField(help_text="The goal's lasting id in the plan.")),
                (
                    "note",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="goals_worked_on",
                        to="chart.chartnote",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="chart.planversion"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddConstraint(
            model_name="planversion",
            constraint=models.UniqueConstraint(fields=("patient", "number"), name="chart_planversion_numbered_once"),
        ),
        migrations.AddConstraint(
            model_name="goalworkedon",
            constraint=models.UniqueConstraint(fields=("note", "goal_id"), name="chart_goalworkedon_ticked_once"),
        ),
        migrations.RunSQL(FORBID, ALLOW),
    ]
