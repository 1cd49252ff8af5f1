"""Sessions that somebody should write about, or say how they went."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from practice.infrastructure.days import today
from practice.infrastructure.templatetags.look import day, time_of_day
from practice.people.models import Staff
from practice.people.policies import charts_visible_to
from records.chart.models import ChartNote, Participation
from records.chart.queries.sessions import SessionLine, day_bounds, session_lines, sessions_between
from records.chart.rules.notes import NoteState, overdue_on
from records.chart.rules.sessions import Attendance, SessionState

from ..lines import LOOK_BACK, MOST, Group, Line, days_ago
from ..links import path_to


def sessions_today(staff: Staff) -> Group:
    """Today's planned sessions of this person, by their hour: one click begins the note."""
    sessions = sessions_between(staff, *day_bounds(today())).filter(state=SessionState.PLANNED)
    lines = session_lines(staff, list(sessions[:MOST]))
    return Group("Today’s sessions", [_planned_line(line) for line in lines], first=True)


def _planned_line(line: SessionLine) -> Line:
    session, seat = line.session, line.only
    words = ", ".join(filter(None, [time_of_day(session.started_at), session.get_modality_display().lower()]))
    if seat is None:
        return Line(line.who, words, path_to("session-open", session.pk), "Open")
    if seat.note_id:
        return Line(line.who, words, path_to("note-edit", seat.note_id), "Continue")
    begin = path_to("session-note", session.pk, seat.patient.pk)
    return Line(line.who, words, begin, "New note", posts=(("from", "home"),))


def sessions_to_mark(staff: Staff) -> Group:
    """Planned sessions of the last LOOK_BACK days of which nobody has said how they went."""
    begins, _ends = day_bounds(today())
    since = begins - timedelta(days=LOOK_BACK)
    sessions = sessions_between(staff, since, begins).filter(state=SessionState.PLANNED)
    lines = [
        Line(
            line.who,
            f"Planned for {day(line.session.started_at)}, {time_of_day(line.session.started_at)}",
            path_to("session-open", line.session.pk),
            "Say how it went",
        )
        for line in session_lines(staff, list(sessions[:MOST]))
    ]
    return Group("Planned sessions nobody has spoken of", lines)


def sessions_without_note(staff: Staff) -> Group:
    """Sessions of this person in the last LOOK_BACK days, up to today, that lack a note of theirs for somebody who
    was there, newest first. A missed session needs none.
    """
    begins, ends = day_bounds(today())
    rows = sessions_between(staff, begins - timedelta(days=LOOK_BACK), ends).filter(state=SessionState.RECORDED)
    attended = Participation.objects.filter(encounter=OuterRef("pk"), taken_off=False, attendance=Attendance.ATTENDED)
    noted = ChartNote.objects.filter(encounter=OuterRef("encounter"), patient=OuterRef("patient"))
    noted = noted.exclude(state=NoteState.CANCELLED)
    missing = attended.filter(~Exists(noted), patient__in=charts_visible_to(staff))
    sessions = rows.filter(Exists(missing)).order_by("-started_at")
    lines = session_lines(staff, list(sessions[:MOST]))
    return Group("Sessions without a note", [_to_write(line) for line in lines])


def _to_write(line: SessionLine) -> Line:
    """One click begins the note; where several patients took part, the session's page asks for whom."""
    session, seat = line.session, line.only
    on = timezone.localdate(session.started_at)
    words = f"{day(on)}, {time_of_day(session.started_at)}, {days_ago(on)}"
    late = overdue_on(on)
    if seat is None:
        return Line(line.who, words, path_to("session-open", session.pk), "Write the notes", due_on=late, since=on)
    begin = path_to("session-note", session.pk, seat.patient.pk)
    return Line(line.who, words, begin, "Write the note", due_on=late, since=on, posts=(("from", "home"),))
