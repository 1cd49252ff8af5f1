"""Pages of sessions. Each: doorway, form, action, redirect."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from practice.infrastructure.refusals import Refused
from practice.people.models import Staff
from practice.people.policies import open_chart

from .. import policies
from ..actions.notes import start_note
from ..actions.sessions import correct_session, refusal_to_correct, start_session
from ..forms.notes import NewNoteForm
from ..forms.sessions import NewSessionForm, SessionForm
from ..models import ChartNote
from ..queries.sessions import session_title, session_words, sessions_to_write
from ..rules.notes import NoteState


@require_http_methods(["GET", "POST"])
def session_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Record a session and begin its note; or begin the note of a session that is on record."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    form = NewSessionForm(request.POST or None, by=staff, patient=patient)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        session = start_session(
            by=staff,
            patient=patient,
            others=list(given.get("others") or []),
            started_at=given["started_at"],
            stopped_at=given["stopped_at"],
            kind=given["kind"],
            modality=given["modality"],
            others_present=given["others_present"],
        )
        if request.POST.get("then") == "session":
            messages.success(request, "The session is on record.")
            return redirect("session-open", session.pk)
        note = start_note(by=staff, patient=patient, format=given["format"], encounter=session)
        return redirect("note-edit", note.pk)
    waiting = [
        {"id": session.pk, "started_at": session.started_at, "words": session_words(session)}
        for session in sessions_to_write(staff, patient)
    ]
    context = {
        "patient": patient,
        "form": form,
        "waiting": waiting,
        "note_form": NewNoteForm(by=staff, patient=patient),
    }
    return render(request, "chart/session_new.html", context)


@require_GET
def session_open(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """One session: when, how long, who, and its notes."""
    staff = cast(Staff, request.user)
    session, patients = policies.open_session(staff, session_id)
    notes = ChartNote.objects.filter(policies.readable_by(staff), encounter=session, patient__in=patients)
    written = {(note.patient_id, note.author_id) for note in notes if note.state != NoteState.CANCELLED}
    context = {
        "session": session,
        "title": session_title(session),
        "words": session_words(session),
        "patient": patients[0],
        "patients": patients,
        "hidden_patients": session.participations.count() - len(patients),
        "notes": notes.select_related("author", "format").order_by("created_at"),
        "to_write": [p for p in patients if (p.pk, staff.pk) not in written],
        "note_form": NewNoteForm(by=staff, patient=patients[0]),
        "may_correct": refusal_to_correct(staff, session) is None,
    }
    return render(request, "chart/session.html", context)


@require_http_methods(["GET", "POST"])
def session_correct(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Correct the times and the kind of one's own session."""
    staff = cast(Staff, request.user)
    session, patients = policies.open_session(staff, session_id)
    if refusal := refusal_to_correct(staff, session):
        raise Refused(refusal)
    initial = SessionForm.initial_of(session)
    form = SessionForm(request.POST or None, initial=initial, by=staff, patient=patients[0], session=session)
    if request.method == "POST" and form.is_valid():
        names = ("started_at", "stopped_at", "kind", "modality", "others_present")
        correct_session(by=staff, encounter=session, **{name: form.cleaned_data[name] for name in names})
        messages.success(request, "The session is corrected.")
        return redirect("session-open", session.pk)
    context = {"session": session, "patient": patients[0], "form": form}
    return render(request, "chart/session_correct.html", context)
