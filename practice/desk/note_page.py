"""The note page: the progress note and, beside it, the sheet that only its author can read."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from practice.infrastructure.templatetags.look import day, time_of_day
from practice.people.models import Staff
from records.chart.forms.notes import note_sheet
from records.chart.models import ChartNote
from records.chart.policies import open_draft
from records.chart.rules.sessions import Modality
from records.psychotherapy.sheets import sheet_context

from .session_people import patients_in


@require_GET
def note_edit(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """A draft progress note and the psychotherapy note of the same session, for their author.

    Each sheet saves and signs by itself, in its own database. Whether a psychotherapy note exists already shows to its
    author alone; everybody else never gets here, as a draft is its author's.
    """
    staff = cast(Staff, request.user)
    note = open_draft(staff, note_id)
    beside = sheet_context(
        request,
        patient=note.patient,
        session_id=note.encounter_id,
        session_on=note.on,
        also=others_there(note, staff),
        next=request.path,
    )
    context = {"patient": note.patient, "session_line": session_line(note), **note_sheet(note), **beside}
    return render(request, "desk/note.html", context)


def others_there(note: ChartNote, staff: Staff) -> list[UUID]:
    """The other patients who attended the session of a note and are in the care of its author."""
    there = patients_in(note.encounter, staff) if note.encounter else []
    return [patient for patient in there if patient != note.patient_id]


def session_line(note: ChartNote) -> str:
    """The session in the header: "Session Nov 20, 2026, 2:00–2:53 pm, individual, video"; else the note's day."""
    session = note.encounter
    if session is None:
        return f"Note of {day(note.on)}"
    begins, ends = time_of_day(session.started_at), time_of_day(session.stopped_at)
    if ends and begins[-2:] == ends[-2:]:
        begins = begins[:-3]
    parts = [day(session.started_at), f"{begins}–{ends}" if ends else begins, session.get_kind_display().lower()]
    if session.modality != Modality.OTHER:
        parts.append(session.get_modality_display().lower())
    return f"{'Planned session' if session.is_planned else 'Session'} {', '.join(parts)}"
