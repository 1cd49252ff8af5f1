"""Notes on their way: one that waits for a supervisor, one returned, one cancelled, one late, a format of their own."""

from datetime import datetime, time, timedelta
from random import Random

from django.utils import timezone

from practice.people.models import Patient, Staff
from records.chart.actions.carrying import bring_over
from records.chart.actions.cosigning import return_note
from records.chart.actions.endings import cancel_note
from records.chart.actions.formats import change_format_sections, copy_format
from records.chart.actions.notes import save_draft, sign_note, start_note
from records.chart.actions.sessions import start_session
from records.chart.models import ChartNote, NoteFormat
from records.chart.queries.carrying import sources_of
from records.chart.rules.notes import CancelKind

from .practice import Demo
from .texts import THEMES, progress_note

COUPLES = [
    {"key": "", "label": "Who was there", "hint": "Both, or one of them and why."},
    {"key": "behavior", "label": "What each of them reports", "hint": "By initials, in their words."},
    {"key": "intervention", "label": "Intervention", "hint": "What you did, and with whom."},
    {"key": "response", "label": "Response of each", "hint": ""},
    {"key": "plan", "label": "Agreed until next time", "hint": "Who does what."},
]


def fill_notes(demo: Demo) -> None:
    """Through the acts themselves, so that tasks, signatures and the audit trail are there as in use."""
    rng = Random(17)
    formats = {item.code: item for item in NoteFormat.objects.filter(version=1)}
    therapist, trainee, supervisor = (demo.staff[name] for name in ("therapist", "trainee", "supervisor"))
    theirs = [key for key, about in demo.about.items() if about.therapist == "trainee" and not about.ended_weeks_ago]
    _waiting, returned = (
        _signed(demo, rng, trainee, demo.patients[key], formats["birp"], days)
        for key, days in ((theirs[0], 2), (theirs[-1], 3))
    )
    comment = "Please add what you asked about risk and what was answered, and name the next step in the plan."
    asked = returned.cosignature_requests.get(supervisor=supervisor)
    return_note(by=supervisor, request_id=asked.pk, comment=comment)
    _cancelled(therapist, demo.patients["Lindqvist"], formats["contact"])
    _late_call(demo, therapist, formats["contact"])
    _brought_over(demo, therapist, formats["dap"])
    own = copy_format(by=demo.staff["therapist2"], source_id=formats["birp"].pk)
    change_format_sections(
        by=demo.staff["therapist2"], base_id=own.pk, name="Couples session", sections=COUPLES, occasional=False
    )


def _signed(demo: Demo, rng: Random, by: Staff, patient: Patient, form: NoteFormat, days: int) -> ChartNote:
    """A session some days ago at eight in the evening, and its note, signed now."""
    day = timezone.localdate() - timedelta(days=days)
    began = timezone.make_aware(datetime.combine(day, time(20)))
    session = start_session(by=by, patient=patient, started_at=began, stopped_at=began + timedelta(minutes=50))
    note = start_note(by=by, patient=patient, format=form, encounter=session)
    theme = THEMES[next(about.theme for key, about in demo.about.items() if demo.patients[key] == patient)]
    texts = progress_note(rng, theme, form.keys)
    saved = save_draft(by=by, note_id=note.pk, sections=texts, base_version=note.version).note
    return sign_note(by=by, note_id=note.pk, seen_version=saved.version)


def _cancelled(by: Staff, patient: Patient, form: NoteFormat) -> None:
    """A letter that turned out to be about somebody else of the same family name."""
    note = start_note(by=by, patient=patient, format=form, on=timezone.localdate() - timedelta(days=1))
    texts = {"contact_kind": "Letter or e-mail", "with_whom": "The patient's employer", "content": "Asks for a note."}
    saved = save_draft(by=by, note_id=note.pk, sections=texts, base_version=note.version).note
    sign_note(by=by, note_id=note.pk, seen_version=saved.version)
    reason = "The letter was about another patient."
    cancel_note(by=by, note_id=note.pk, kind=CancelKind.WRONG_CHART, reason=reason)


def _late_call(demo: Demo, by: Staff, form: NoteFormat) -> None:
    """A telephone call of eighteen days ago, written down today."""
    on = timezone.localdate() - timedelta(days=18)
    note = start_note(by=by, patient=demo.patients["Lindqvist"], format=form, on=on)
    texts = {
        "contact_kind": "Phone call",
        "with_whom": "The patient",
        "content": "Asked to move the next session by an hour because of a shift at work. No change in mood, no risk.",
        "follow_up": "Moved to 3 pm for that week only.",
    }
    saved = save_draft(by=by, note_id=note.pk, sections=texts, base_version=note.version).note
    reason = "Found on a paper slip while clearing the desk."
    sign_note(by=by, note_id=note.pk, seen_version=saved.version, late_reason=reason)


def _brought_over(demo: Demo, by: Staff, form: NoteFormat) -> None:
    """A draft of today whose plan was brought over from the last note and is not edited yet."""
    draft = start_note(by=by, patient=demo.patients["Okonkwo-Fairbanks"], format=form)
    for source in sources_of(draft)[:1]:
        bring_over(by=by, note_id=draft.pk, source_id=source.pk, keys=["plan"])
