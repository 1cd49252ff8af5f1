"""Progress notes that wait for their author, and what the compliance officer answered about where things belong."""

from datetime import date

from practice.compliance.queries import answers_to_read
from practice.infrastructure.templatetags.look import day, time_of_day
from practice.people.models import Staff
from practice.people.policies import charts_visible_to
from records.chart.models import ChartNote
from records.chart.rules.notes import NoteState, overdue_on

from ..lines import MOST, Group, Line, days_ago
from ..links import path_to
from .sessions import sessions_today, sessions_without_note


def note_drafts(staff: Staff) -> Group:
    """Notes that this person began and has not signed, the oldest first, with the day from which each is overdue.

    Those that a supervisor returned are tasks, and stand there.
    """
    drafts = ChartNote.objects.filter(author=staff, state=NoteState.DRAFT, patient__in=charts_visible_to(staff))
    drafts = drafts.filter(returned_versions__isnull=True)
    drafts = drafts.select_related("patient", "encounter", "format")
    drafts = drafts.defer("sections", "encounter__others_present", "encounter__cancel_words")
    lines = [
        Line(
            note.patient.legal_name,
            f"{_what_it_is_of(note)}, {days_ago(note.on)}",
            path_to("note-edit", note.pk),
            "Continue",
            due_on=overdue_on(note.on),
            since=note.on,
        )
        for note in drafts.order_by("on", "created_at")[:MOST]
    ]
    return Group("Progress notes to sign", lines)


def _what_it_is_of(note: ChartNote) -> str:
    """What tells two drafts of one day apart: the session's time, or the format of a note without one."""
    if note.encounter is None:
        return f"{note.format.name}, {day(note.on)}, without a session"
    return f"Session of {day(note.on)}, {time_of_day(note.encounter.started_at)}"


def next_to_write(staff: Staff) -> Line | None:
    """The progress note that this person would write next: the soonest due, begun or not, then today's sessions."""
    waiting = [*note_drafts(staff).lines, *sessions_without_note(staff).lines]
    if waiting:
        return min(waiting, key=lambda line: line.due_on or date.max)
    return next(iter(sessions_today(staff).lines), None)


def notes_awaiting(staff: Staff) -> Group:
    """A trainee's notes that their supervisors have not all co-signed, the oldest first: to look at, nothing is due."""
    waiting = ChartNote.objects.filter(author=staff, state=NoteState.AWAITING, patient__in=charts_visible_to(staff))
    lines = [
        Line(note.patient.legal_name, f"Session of {day(note.on)}, signed {day(note.signed_at)}", _note_path(note))
        for note in waiting.select_related("patient").defer("sections").order_by("signed_at")[:MOST]
    ]
    return Group("Awaiting co-signature", lines)


def _note_path(note: ChartNote) -> str:
    return path_to("note-open", note.pk)


def placement_answers(staff: Staff) -> Group:
    """Answers of the compliance officer that the asker has not read yet."""
    lines = [
        Line(question.get_topic_display(), f"Answered {day(question.answered_at)}", path_to("placement-list"), "Read")
        for question in answers_to_read(staff)[:MOST]
    ]
    return Group("Answers about what belongs where", lines)
