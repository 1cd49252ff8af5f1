"""Attendance, place, code and series of sessions; what the notes of a group share."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields

# The shared part stands once a note that carries it is signed: a note of whoever held the session.
FORBID = """
CREATE FUNCTION chart_shared_part_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP IN ('DELETE', 'TRUNCATE') OR (TG_OP = 'UPDATE' AND NEW.encounter_id <> OLD.encounter_id) OR EXISTS (
        SELECT 1 FROM chart_chartnote JOIN chart_encounter ON chart_encounter.id = chart_chartnote.encounter_id
        WHERE chart_encounter.id = NEW.encounter_id
        AND chart_chartnote.author_id = chart_encounter.clinician_id AND chart_chartnote.state <> 'draft'
    ) THEN
        RAISE EXCEPTION 'what was signed in a chart does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER shared_part_stands BEFORE INSERT OR UPDATE OR DELETE ON chart_sharedpart
    FOR EACH ROW EXECUTE FUNCTION chart_shared_part_stands();
CREATE TRIGGER shared_parts_are_not_emptied BEFORE TRUNCATE ON chart_sharedpart
    FOR EACH STATEMENT EXECUTE FUNCTION chart_shared_part_stands();
"""
ALLOW = """
DROP TRIGGER shared_part_stands ON chart_sharedpart;
DROP TRIGGER shared_parts_are_not_emptied ON chart_sharedpart;
DROP FUNCTION chart_shared_part_stands();
"""

# A session is never deleted, nor moved to somebody else. What else is said of it stands as long as a signed note rests
# on it; a cancelled note holds nothing. Signing holds the session's row (check_session_before_signing), and so does a
# change of who took part, so that of a signature and a change at the same moment one sees the other.
SESSION_STANDS = """
CREATE FUNCTION chart_only_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF to_jsonb(NEW) - TG_ARGV = to_jsonb(OLD) - TG_ARGV THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'what is on record in a chart does not change' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION chart_session_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM chart_chartnote WHERE encounter_id = OLD.id AND state IN ('signed', 'awaiting')) THEN
        RAISE EXCEPTION 'a signed note rests on this session' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION chart_participation_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM chart_encounter WHERE id = OLD.encounter_id FOR SHARE;
    IF EXISTS (
        SELECT 1 FROM chart_chartnote WHERE encounter_id = OLD.encounter_id AND state IN ('signed', 'awaiting')
        AND (patient_id = OLD.patient_id OR OLD.taken_off <> NEW.taken_off)
    ) THEN
        RAISE EXCEPTION 'a signed note rests on this session' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER session_keeps_its_place BEFORE UPDATE OR DELETE ON chart_encounter FOR EACH ROW
    EXECUTE FUNCTION chart_only_moves(
        'kind', 'modality', 'started_at', 'stopped_at', 'others_present', 'state', 'times_as_planned', 'cancel_reason',
        'cancel_words'
    );
CREATE TRIGGER session_stands BEFORE UPDATE ON chart_encounter
    FOR EACH ROW EXECUTE FUNCTION chart_session_stands();
CREATE TRIGGER sessions_are_not_emptied BEFORE TRUNCATE ON chart_encounter
    FOR EACH STATEMENT EXECUTE FUNCTION chart_only_moves();
CREATE TRIGGER participation_keeps_its_place BEFORE UPDATE OR DELETE ON chart_participation FOR EACH ROW
    EXECUTE FUNCTION chart_only_moves(
        'attendance', 'cpt', 'add_ons', 'code_reason', 'patient_place', 'taken_off'
    );
CREATE TRIGGER participation_stands BEFORE UPDATE ON chart_participation
    FOR EACH ROW EXECUTE FUNCTION chart_participation_stands();
CREATE TRIGGER participations_are_not_emptied BEFORE TRUNCATE ON chart_participation
    FOR EACH STATEMENT EXECUTE FUNCTION chart_only_moves();
CREATE TRIGGER session_changes_stand BEFORE UPDATE OR DELETE OR TRUNCATE ON chart_sessionchange
    FOR EACH STATEMENT EXECUTE FUNCTION chart_only_moves();
CREATE TRIGGER attendance_changes_stand BEFORE UPDATE OR DELETE OR TRUNCATE ON chart_attendancechange
    FOR EACH STATEMENT EXECUTE FUNCTION chart_only_moves();
"""
SESSION_FALLS = """
DROP TRIGGER session_changes_stand ON chart_sessionchange;
DROP TRIGGER attendance_changes_stand ON chart_attendancechange;
DROP TRIGGER participations_are_not_emptied ON chart_participation;
DROP TRIGGER participation_stands ON chart_participation;
DROP TRIGGER participation_keeps_its_place ON chart_participation;
DROP TRIGGER sessions_are_not_emptied ON chart_encounter;
DROP TRIGGER session_stands ON chart_encounter;
DROP TRIGGER session_keeps_its_place ON chart_encounter;
DROP FUNCTION chart_participation_stands();
DROP FUNCTION chart_session_stands();
DROP FUNCTION chart_only_moves();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("chart", "0002_guards_and_formats"),
        ("people", "0003_way_in_waits"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AttendanceChange",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "was",
                    models.CharField(
                        choices=[
                            ("expected", "Expected"),
                            ("attended", "Attended"),
                            ("late_cancel", "Late cancel"),
                            ("no_show", "No show"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "now",
                    models.CharField(
                        choices=[
                            ("expected", "Expected"),
                            ("attended", "Attended"),
                            ("late_cancel", "Late cancel"),
                            ("no_show", "No show"),
                        ],
                        max_length=12,
                    ),
                ),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["changed_at"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SessionChange",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("was", practice.infrastructure.fields.EncryptedTextField()),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "changed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "encounter",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="chart.encounter"
                    ),
                ),
            ],
            options={
                "ordering": ["changed_at"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="SharedPart",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("text", practice.infrastructure.fields.EncryptedTextField(blank=True, default="")),
                ("version", models.PositiveIntegerField(default=1)),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.AddField(
            model_name="encounter",
            name="cancel_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("patient", "The patient cancelled in time"),
                    ("practice", "We cancelled"),
                    ("ended", "Treatment ended or was transferred"),
                    ("other", "Another reason"),
                    ("in_error", "Entered in error"),
                ],
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="encounter",
            name="cancel_words",
            field=practice.infrastructure.fields.EncryptedTextField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="encounter",
            name="copied_from",
            field=models.ForeignKey(
                blank=True,
                help_text="Copied forward from.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="copies",
                to="chart.encounter",
            ),
        ),
        migrations.AddField(
            model_name="encounter",
            name="state",
            field=models.CharField(
                choices=[("planned", "Planned"), ("recorded", "On record"), ("cancelled", "Cancelled")],
                default="recorded",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="encounter",
            name="times_as_planned",
            field=models.BooleanField(
                default=False, help_text="The times on record were planned, and nobody has confirmed them yet."
            ),
        ),
        migrations.AddField(
            model_name="participation",
            name="add_ons",
            field=models.JSONField(blank=True, default=list, help_text="Codes that stand beside it."),
        ),
        migrations.AddField(
            model_name="participation",
            name="attendance",
            field=models.CharField(
                choices=[
                    ("expected", "Expected"),
                    ("attended", "Attended"),
                    ("late_cancel", "Late cancel"),
                    ("no_show", "No show"),
                ],
                default="attended",
                max_length=12,
            ),
        ),
        migrations.AddField(
            model_name="participation",
            name="code_reason",
            field=practice.infrastructure.fields.EncryptedTextField(
                blank=True, help_text="Why the code stands though times differ.", null=True
            ),
        ),
        migrations.AddField(
            model_name="participation",
            name="cpt",
            field=models.CharField(
                blank=True, default="", help_text="The session code, as a number only.", max_length=5
            ),
        ),
        migrations.AddField(
            model_name="participation",
            name="patient_place",
            field=models.CharField(
                blank=True, default="", help_text="State or place of the patient during telehealth.", max_length=120
            ),
        ),
        migrations.AddField(
            model_name="participation",
            name="taken_off",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="encounter",
            name="modality",
            field=models.CharField(
                choices=[
                    ("in_person", "In person"),
                    ("elsewhere", "In person, elsewhere"),
                    ("video", "Video"),
                    ("phone", "Phone"),
                    ("other", "Not known"),
                ],
                default="in_person",
                max_length=20,
            ),
        ),
        migrations.AddConstraint(
            model_name="encounter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "cancelled"), models.Q(("cancel_reason", ""), _negated=True)),
                    models.Q(models.Q(("state", "cancelled"), _negated=True), ("cancel_reason", "")),
                    _connector="OR",
                ),
                name="chart_encounter_cancelled_with_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="participation",
            constraint=models.CheckConstraint(
                condition=models.Q(("cpt", ""), ("attendance", "attended"), _connector="OR"),
                name="chart_participation_code_when_attended",
            ),
        ),
        migrations.AddField(
            model_name="attendancechange",
            name="changed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="attendancechange",
            name="participation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="chart.participation"
            ),
        ),
        migrations.AddField(
            model_name="sharedpart",
            name="encounter",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="shared_part", to="chart.encounter"
            ),
        ),
        migrations.RunSQL(FORBID, ALLOW),
        migrations.RunSQL(SESSION_STANDS, SESSION_FALLS),
    ]
