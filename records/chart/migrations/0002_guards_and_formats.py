"""Signed notes and addenda stand as they are, against the owner of the tables too; and the formats we begin with."""

from django.db import migrations

FORBID = """
CREATE FUNCTION chart_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what was signed in a chart does not change' USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION chart_addendum_needs_signed_note() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM chart_chartnote WHERE id = NEW.note_id AND state = 'signed') THEN
        RAISE EXCEPTION 'an addendum belongs to a signed note' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER signed_note_stands BEFORE UPDATE OR DELETE ON chart_chartnote
    FOR EACH ROW WHEN (OLD.state = 'signed') EXECUTE FUNCTION chart_stands();
CREATE TRIGGER draft_keeps_its_place BEFORE UPDATE ON chart_chartnote
    FOR EACH ROW WHEN (
        (OLD.id, OLD.patient_id, OLD.author_id, OLD.created_at)
        IS DISTINCT FROM (NEW.id, NEW.patient_id, NEW.author_id, NEW.created_at)
    ) EXECUTE FUNCTION chart_stands();
CREATE TRIGGER notes_are_not_emptied BEFORE TRUNCATE ON chart_chartnote
    FOR EACH STATEMENT EXECUTE FUNCTION chart_stands();
CREATE TRIGGER addendum_stands BEFORE UPDATE OR DELETE ON chart_chartaddendum
    FOR EACH ROW EXECUTE FUNCTION chart_stands();
CREATE TRIGGER addenda_are_not_emptied BEFORE TRUNCATE ON chart_chartaddendum
    FOR EACH STATEMENT EXECUTE FUNCTION chart_stands();
CREATE TRIGGER addendum_needs_signed_note BEFORE INSERT ON chart_chartaddendum
    FOR EACH ROW EXECUTE FUNCTION chart_addendum_needs_signed_note();
"""
ALLOW = """
DROP TRIGGER signed_note_stands ON chart_chartnote;
DROP TRIGGER draft_keeps_its_place ON chart_chartnote;
DROP TRIGGER notes_are_not_emptied ON chart_chartnote;
DROP TRIGGER addendum_stands ON chart_chartaddendum;
DROP TRIGGER addenda_are_not_emptied ON chart_chartaddendum;
DROP TRIGGER addendum_needs_signed_note ON chart_chartaddendum;
DROP FUNCTION chart_stands();
DROP FUNCTION chart_addendum_needs_signed_note();
"""

FORMATS = {
    "soap": (
        "SOAP",
        [
            ("subjective", "Subjective", "What the patient reports, in their words where it matters."),
            ("objective", "Objective", "What you observe: appearance, mood, behavior, measures."),
            ("assessment", "Assessment", "How you understand it: progress, symptoms, risk."),
            ("plan", "Plan", "What comes next: interventions, tasks, next session."),
        ],
    ),
    "dap": (
        "DAP",
        [
            ("data", "Data", "What was said and seen in the session."),
            ("assessment", "Assessment", "How you understand it: progress, symptoms, risk."),
            ("plan", "Plan", "What comes next: interventions, tasks, next session."),
        ],
    ),
    "birp": (
        "BIRP",
        [
            ("behavior", "Behavior", "What the patient presents and reports."),
            ("intervention", "Intervention", "What you did."),
            ("response", "Response", "How the patient responded to it."),
            ("plan", "Plan", "What comes next: interventions, tasks, next session."),
        ],
    ),
    "free": ("Free form", [("note", "Note", "")]),
}


def add_formats(apps, schema_editor):
    NoteFormat = apps.get_model("chart", "NoteFormat")
    for position, (code, (name, sections)) in enumerate(FORMATS.items()):
        NoteFormat.objects.create(
            code=code,
            name=name,
            position=position,
            sections=[{"key": key, "label": label, "hint": hint} for key, label, hint in sections],
        )


def remove_formats(apps, schema_editor):
    apps.get_model("chart", "NoteFormat").objects.filter(code__in=FORMATS, version=1).delete()


class Migration(migrations.Migration):
    dependencies = [("chart", "0001_initial")]

    operations = [
        migrations.RunSQL(FORBID, ALLOW),
        migrations.RunPython(add_formats, remove_formats),
    ]
