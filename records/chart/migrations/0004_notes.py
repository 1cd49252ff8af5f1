"""More formats, practice formats, co-signature, late entries, cancelled notes."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import practice.infrastructure.fields

STANDS = """
DROP TRIGGER signed_note_stands ON chart_chartnote;

CREATE FUNCTION chart_note_moves() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    moved text;
    same boolean;
BEGIN
    IF TG_OP = 'DELETE' THEN
        RAISE EXCEPTION 'what was signed in a chart does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    moved := OLD.state || ' ' || NEW.state;
    same := NEW.version = OLD.version AND NEW.signed_at = OLD.signed_at;
    IF to_jsonb(NEW) - ARRAY['state', 'version', 'signed_at'] = to_jsonb(OLD) - ARRAY['state', 'version', 'signed_at']
    THEN
        IF moved = 'awaiting signed' AND same AND EXISTS (
            SELECT 1 FROM chart_notesignature WHERE note_id = OLD.id AND version = OLD.version
            AND decision = 'cosigned' AND staff_id <> OLD.author_id
        ) THEN
            RETURN NEW;
        END IF;
        IF moved IN ('awaiting cancelled', 'signed cancelled') AND same AND EXISTS (
            SELECT 1 FROM chart_notecancellation WHERE note_id = OLD.id
        ) THEN
            RETURN NEW;
        END IF;
        IF moved = 'awaiting draft' AND NEW.version = OLD.version + 1 AND NEW.signed_at IS NULL AND EXISTS (
            SELECT 1 FROM chart_notesignature WHERE note_id = OLD.id AND version = OLD.version AND decision = 'returned'
        ) AND EXISTS (
            SELECT 1 FROM chart_noteversion WHERE note_id = OLD.id AND version = OLD.version
        ) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'what was signed in a chart does not change' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER signed_note_stands BEFORE UPDATE OR DELETE ON chart_chartnote
    FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION chart_note_moves();

CREATE FUNCTION chart_draft_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state IN ('signed', 'awaiting') AND EXISTS (
        SELECT 1 FROM chart_notesignature WHERE note_id = NEW.id AND version = NEW.version
        AND staff_id = NEW.author_id AND decision = 'signed'
    ) THEN
        RETURN NEW;
    END IF;
    IF NEW.state = 'cancelled' AND EXISTS (SELECT 1 FROM chart_notecancellation WHERE note_id = NEW.id) AND EXISTS (
        SELECT 1 FROM chart_noteversion WHERE note_id = NEW.id AND signed_at = NEW.signed_at
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a note is signed by its author, with a signature on record' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER draft_ends_by_signature BEFORE UPDATE ON chart_chartnote
    FOR EACH ROW WHEN (OLD.state = 'draft' AND NEW.state <> 'draft') EXECUTE FUNCTION chart_draft_ends();

-- For every table with a note_id whose rows belong to the writing of a note: none can come or change once it is signed.
CREATE FUNCTION chart_needs_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM chart_chartnote WHERE id = NEW.note_id AND state = 'draft') THEN
        RAISE EXCEPTION 'what was signed in a chart does not change' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER branch_needs_draft BEFORE INSERT OR UPDATE ON chart_chartdraftbranch
    FOR EACH ROW EXECUTE FUNCTION chart_needs_draft();

CREATE FUNCTION chart_signing_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    note chart_chartnote;
    fits boolean := false;
BEGIN
    SELECT * INTO note FROM chart_chartnote WHERE id = NEW.note_id;
    IF TG_TABLE_NAME = 'chart_notesignature' THEN
        fits := NEW.version = note.version AND (
            (note.state = 'draft' AND NEW.staff_id = note.author_id AND NEW.decision = 'signed'
                AND NEW.role <> 'supervisor')
            OR (note.state = 'awaiting' AND NEW.staff_id <> note.author_id AND NEW.decision <> 'signed'
                AND NEW.role = 'supervisor')
        );
    ELSIF TG_TABLE_NAME = 'chart_cosignaturerequest' THEN
        fits := NEW.version = note.version AND note.state IN ('draft', 'awaiting') AND NEW.supervisor_id <> note.author_id;
    ELSIF TG_TABLE_NAME = 'chart_noteversion' THEN
        fits := NEW.version = note.version AND note.state = 'awaiting' AND NEW.signed_at = note.signed_at;
    ELSE
        fits := note.state IN ('awaiting', 'signed') OR (
            note.state = 'draft' AND EXISTS (SELECT 1 FROM chart_noteversion WHERE note_id = note.id)
        );
    END IF;
    IF NOT fits THEN
        RAISE EXCEPTION 'this does not fit the state of the note' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
MOVES = """
DROP TRIGGER branch_needs_draft ON chart_chartdraftbranch;
DROP TRIGGER draft_ends_by_signature ON chart_chartnote;
DROP TRIGGER signed_note_stands ON chart_chartnote;
DROP FUNCTION chart_needs_draft();
DROP FUNCTION chart_draft_ends();
DROP FUNCTION chart_note_moves();
DROP FUNCTION chart_signing_fits();
CREATE TRIGGER signed_note_stands BEFORE UPDATE OR DELETE ON chart_chartnote
    FOR EACH ROW WHEN (OLD.state = 'signed') EXECUTE FUNCTION chart_stands();
"""
KEPT = ("notesignature", "cosignaturerequest", "noteversion", "notecancellation")
KEEP = "".join(
    f"""
CREATE TRIGGER fits_the_note BEFORE INSERT ON chart_{name} FOR EACH ROW EXECUTE FUNCTION chart_signing_fits();
CREATE TRIGGER stands BEFORE UPDATE OR DELETE ON chart_{name} FOR EACH ROW EXECUTE FUNCTION chart_stands();
CREATE TRIGGER not_emptied BEFORE TRUNCATE ON chart_{name} FOR EACH STATEMENT EXECUTE FUNCTION chart_stands();
"""
    for name in KEPT
)
LET_GO = "".join(
    f"""
DROP TRIGGER fits_the_note ON chart_{name};
DROP TRIGGER stands ON chart_{name};
DROP TRIGGER not_emptied ON chart_{name};
"""
    for name in KEPT
)

PLAN = ("plan", "Plan", "What comes next: interventions, tasks, next session.")
RISK = ("risk", "Risk", "Suicide, self-harm, harm to others, safety at home: what was asked and what was answered.")
FORMATS = {
    "girp": (
        "GIRP",
        [
            ("goals", "Goals", "Which goals of the treatment plan this session worked on."),
            ("intervention", "Intervention", "What you did."),
            ("response", "Response", "How the patient responded to it."),
            PLAN,
        ],
    ),
    "intake": (
        "Intake",
        [
            ("presenting", "Presenting problem", "Why now, in the patient's words; since when, how often, how bad."),
            ("history_present", "History of the problem", "How it began and went on; what helped, what did not."),
            ("history_treatment", "Earlier treatment", "Therapy, medication, hospital stays, and how they went."),
            ("history_medical", "Medical history", "Conditions, medication, allergies, sleep, pain."),
            ("substances", "Alcohol and other substances", "What, how much, how often; last use; earlier attempts to stop."),
            ("history_family", "Family history", "Mental health, substance use and suicide in the family."),
            ("history_social", "Life and development", "Growing up, school, work, relationships, home, faith, law, service."),
            ("trauma", "Trauma", "What the patient wants to say about it now; do not press for detail."),
            ("strengths", "Strengths and supports", "What carries the patient; who is there."),
            (
                "mental_status",
                "Mental status",
                "Appearance, behavior, speech, mood and affect, thought, perception, orientation, memory, insight, judgment.",
            ),
            RISK,
            ("impression", "Impression and diagnosis", "How you understand it; criteria that are met; what is to be ruled out."),
            PLAN,
        ],
    ),
    "contact": (
        "Contact",
        [
            {
                "key": "contact_kind",
                "label": "Kind of contact",
                "hint": "",
                "kind": "choice",
                "required": True,
                "choices": ["Phone call", "Letter or e-mail", "Collateral contact", "Other contact"],
            },
            {
                "key": "with_whom",
                "label": "With whom",
                "hint": "The patient, or who else and what they are to the patient.",
                "kind": "line",
                "required": True,
            },
            ("content", "What it was about", "What was said or written, by whom. Note a consent or release it rests on."),
            ("follow_up", "What follows", "What was agreed, and who does it."),
        ],
    ),
    "treatment_summary": (
        "Treatment summary",
        [
            ("period", "Period and kind of treatment", "From when, how often, in which form."),
            ("reason", "Reason for treatment", "What brought the patient."),
            ("diagnosis", "Diagnosis", "At the beginning and now."),
            ("course", "Course", "What was worked on, with which methods."),
            ("progress", "Progress", "Toward each goal; measures at the beginning and now."),
            ("functioning", "Functioning now", "At work or school, at home, with others."),
            RISK,
            ("recommendations", "Recommendations", "What should go on, and with whom."),
        ],
    ),
    "discharge": (
        "Discharge summary",
        [
            ("period", "Period and kind of treatment", "From when until when, how many sessions."),
            ("reason", "Reason for treatment", "What brought the patient."),
            ("course", "Course and progress", "What was worked on; what was reached of each goal; measures."),
            ("ending", "How it ended", "Goals reached, moved, referred, stopped coming; what was tried to reach the patient."),
            ("diagnosis", "Diagnosis at the end", ""),
            ("medication", "Medication at the end", "And who prescribes it from now on."),
            RISK,
            ("aftercare", "What follows", "Referrals, relapse prevention, how to come back, whom to call in a crisis."),
        ],
    ),
}  # fmt: skip
OCCASIONAL = ("intake", "contact", "treatment_summary", "discharge")


def add_formats(apps, schema_editor):
    NoteFormat = apps.get_model("chart", "NoteFormat")
    for position, (code, (name, sections)) in enumerate(FORMATS.items(), 4):
        NoteFormat.objects.create(
            code=code,
            name=name,
            position=position,
            occasional=code in OCCASIONAL,
            sections=[
                one if isinstance(one, dict) else dict(zip(("key", "label", "hint"), one, strict=True))
                for one in sections
            ],
        )
    NoteFormat.objects.filter(code="free").update(position=20)


def remove_formats(apps, schema_editor):
    NoteFormat = apps.get_model("chart", "NoteFormat")
    NoteFormat.objects.filter(code__in=FORMATS, version=1).delete()
    NoteFormat.objects.filter(code="free").update(position=3)


# The headings of every signed note stand in its format: a change is a new version, also for the owner of the tables.
FORMATS_STAND = """
CREATE TRIGGER format_stands BEFORE UPDATE OR DELETE OR TRUNCATE ON chart_noteformat
    FOR EACH STATEMENT EXECUTE FUNCTION chart_only_moves();
"""
FORMATS_FALL = "DROP TRIGGER format_stands ON chart_noteformat;"


class Migration(migrations.Migration):
    dependencies = [
        ("chart", "0003_sessions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CosignatureRequest",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField()),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["asked_at"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="NoteCancellation",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("wrong_chart", "It was entered in the wrong chart"),
                            ("in_error", "It was entered in error (twice, the wrong session, not what happened)"),
                        ],
                        max_length=12,
                    ),
                ),
                ("reason", practice.infrastructure.fields.EncryptedTextField()),
                ("cancelled_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="NoteSignature",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField()),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("author", "Author"),
                            ("trainee", "Author, under supervision"),
                            ("supervisor", "Supervisor"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "decision",
                    models.CharField(
                        choices=[("signed", "Signed"), ("cosigned", "Co-signed"), ("returned", "Returned")],
                        max_length=10,
                    ),
                ),
                ("comment", practice.infrastructure.fields.EncryptedTextField(blank=True, default="")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["at"],
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="NoteVersion",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("version", models.PositiveIntegerField()),
                ("sections", practice.infrastructure.fields.EncryptedJSONField(default=dict)),
                ("signed_at", models.DateTimeField()),
                ("kept_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "ordering": ["version"],
                "default_permissions": (),
            },
        ),
        migrations.RemoveConstraint(
            model_name="chartnote",
            name="chart_chartnote_signed_with_time",
        ),
        migrations.AddField(
            model_name="chartaddendum",
            name="by_trainee",
            field=models.BooleanField(default=False, help_text="Its author was under supervision for this patient."),
        ),
        migrations.AddField(
            model_name="chartnote",
            name="carried",
            field=models.JSONField(
                blank=True, default=dict, help_text="Sections brought over: {key: {note, on, edited}}, never text."
            ),
        ),
        migrations.AddField(
            model_name="chartnote",
            name="late_reason",
            field=practice.infrastructure.fields.EncryptedTextField(
                blank=True, null=True, help_text="Why a late entry is late, if its author said."
            ),
        ),
        migrations.AddField(
            model_name="chartnote",
            name="written_at",
            field=models.DateTimeField(blank=True, help_text="When its first word was saved.", null=True),
        ),
        migrations.AddField(
            model_name="noteformat",
            name="copied_from",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="chart.noteformat",
            ),
        ),
        migrations.AddField(
            model_name="noteformat",
            name="made_at",
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddField(
            model_name="noteformat",
            name="made_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="noteformat",
            name="occasional",
            field=models.BooleanField(default=False, help_text="Not proposed for the next session: intake, summaries."),
        ),
        migrations.AddField(
            model_name="noteformat",
            name="retired",
            field=models.BooleanField(default=False, help_text="No longer offered for new notes."),
        ),
        migrations.AlterField(
            model_name="chartnote",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("awaiting", "Awaiting co-signature"),
                    ("signed", "Signed"),
                    ("cancelled", "Cancelled"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="noteformat",
            name="sections",
            field=models.JSONField(help_text="List of {key, label, hint}, some with kind, choices and required."),
        ),
        migrations.AddConstraint(
            model_name="chartnote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("signed_at__isnull", True), ("state", "draft")),
                    models.Q(("signed_at__isnull", False), ("state__in", ["awaiting", "signed", "cancelled"])),
                    _connector="OR",
                ),
                name="chart_chartnote_signed_with_time",
            ),
        ),
        migrations.AddField(
            model_name="cosignaturerequest",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="cosignature_requests", to="chart.chartnote"
            ),
        ),
        migrations.AddField(
            model_name="cosignaturerequest",
            name="supervisor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="notecancellation",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="notecancellation",
            name="note",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="cancellation", to="chart.chartnote"
            ),
        ),
        migrations.AddField(
            model_name="notesignature",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="chart.chartnote"
            ),
        ),
        migrations.AddField(
            model_name="notesignature",
            name="staff",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="noteversion",
            name="format",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="chart.noteformat"
            ),
        ),
        migrations.AddField(
            model_name="noteversion",
            name="note",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="returned_versions", to="chart.chartnote"
            ),
        ),
        migrations.AddConstraint(
            model_name="cosignaturerequest",
            constraint=models.UniqueConstraint(
                fields=("note", "version", "supervisor"), name="chart_cosignaturerequest_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="notesignature",
            constraint=models.UniqueConstraint(fields=("note", "version", "staff"), name="chart_notesignature_once"),
        ),
        migrations.AddConstraint(
            model_name="noteversion",
            constraint=models.UniqueConstraint(fields=("note", "version"), name="chart_noteversion_once"),
        ),
        migrations.RunSQL(STANDS, MOVES),
        migrations.RunSQL(KEEP, LET_GO),
        migrations.RunPython(add_formats, remove_formats),
        migrations.RunSQL(FORMATS_STAND, FORMATS_FALL),
    ]
