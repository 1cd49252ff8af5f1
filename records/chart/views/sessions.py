"""Pages of sessions. Each: doorway, form, action, redirect."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from practice.people.policies import open_chart

from .. import policies
from ..actions.notes import start_note
from ..actions.sessions import EXPECTED, correct_session, refusal_to_correct, refusal_to_strike, start_session
from ..forms.group_notes import AddParticipantForm, SharedForm
from ..forms.notes import NewNoteForm
from ..forms.sessions import NewSessionForm, PresenceFields, PresenceForm, SessionForm
from ..models import AttendanceChange, ChartNote, Encounter, Participation
from ..queries.group_notes import names_in_shared, shared_is_fixed, shared_text
from ..queries.sessions import (
    codes_words,
    planned_sessions,
    presence_words,
    session_title,
    session_words,
    sessions_to_write,
)
from ..rules.notes import NOT_STANDING, NoteState
from ..rules.sessions import ABSENT, TELEHEALTH, Attendance, CancelReason, SessionKind, SessionState


@require_http_methods(["GET", "POST"])
def session_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Record a session and begin its note, or only record or plan it; or begin the note of one that is on record."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    then = request.POST.get("then", "")
    form = NewSessionForm(request.POST or None, by=staff, patient=patient, planned=then == "plan")
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
            presence=EXPECTED if then == "plan" else given["presence"],
        )
        if then in ("plan", "session"):
            messages.success(request, "The session is planned." if then == "plan" else "The session is on record.")
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
        "planned": [one for one in planned_sessions(patient) if one.clinician_id == staff.pk and _is_today(one)],
        "waiting": waiting,
        "note_form": NewNoteForm(by=staff, patient=patient),
    }
    return render(request, "chart/session_new.html", context)


def _is_today(session: Encounter) -> bool:
    return timezone.localdate(session.started_at) == timezone.localdate()


@require_GET
def session_open(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """One session: when, how long, who, and its notes; of several patients, each with their own line."""
    staff = cast(Staff, request.user)
    session, patients = policies.open_session(staff, session_id)
    return session_page(request, session, patients)


def session_page(
    request: HttpRequest,
    session: Encounter,
    patients: list[Patient],
    *,
    status: int = 200,
    **forms: Any,
) -> HttpResponse:
    """The page of a session, with forms that came back where they could not be done.

    A session of one patient stands under that patient's header. A session of several stands under nobody's, so that no
    patient's page shows another.
    """
    staff = cast(Staff, request.user)
    parts = {
        part.patient_id: part
        for part in session.participations.filter(patient__in=patients).select_related("patient")
        if not part.taken_off
    }
    on_list = session.participations.filter(taken_off=False).count()
    notes = ChartNote.objects.filter(policies.readable_by(staff), encounter=session, patient__in=patients)
    rows = list(notes.select_related("author", "format").order_by("created_at"))
    mine = session.clinician_id == staff.pk
    signed = any(note.state not in NOT_STANDING for note in rows)
    context = {
        "session": session,
        "title": session_title(session),
        "words": session_words(session),
        "patient": patients[0] if on_list == 1 else None,
        "seats": [_seat(session, parts[one.pk], rows, staff, forms) for one in patients],
        "several": session.kind not in (SessionKind.INDIVIDUAL, SessionKind.OTHER) or on_list > 1,
        "hidden_patients": on_list - len(patients),
        "note_form": NewNoteForm(by=staff, patient=patients[0]),
        "may_correct": refusal_to_correct(staff, session) is None,
        "may_strike": refusal_to_strike(staff, session) is None,
        "in_error": session.cancel_reason == CancelReason.IN_ERROR,
        "corrections": session.corrections.select_related("changed_by") if mine or on_list == 1 else [],
        "mine": mine,
        "planned": session.is_planned,
        "cancelled": session.state == SessionState.CANCELLED,
        "absences": [(one.value, one.label) for one in ABSENT if _may_be_said(one, session)],
        "any_form": PresenceFields(),
        "telehealth": session.modality in TELEHEALTH,
        "changes": AttendanceChange.objects.filter(participation__in=parts.values()).select_related(
            "changed_by", "participation__patient"
        ),
        **(_shared(session, forms) if on_list > 1 and (mine or signed) else {}),
    }
    if mine and context["several"] and not signed and not context["cancelled"]:
        context["add_form"] = forms.get("add_form") or AddParticipantForm(by=staff, session=session)
    return render(request, "chart/session.html", context, status=status)


def _may_be_said(attendance: Attendance, session: Encounter) -> bool:
    """A late cancel can be said before the hour, a no show once it has come."""
    return attendance == Attendance.LATE_CANCEL or session.started_at <= timezone.now()


def _seat(
    session: Encounter, part: Participation, notes: list[ChartNote], staff: Staff, forms: dict[str, Any]
) -> dict[str, Any]:
    """One participant on the page: what is said of them, the form to say otherwise, and their notes."""
    own = [note for note in notes if note.patient_id == part.patient_id]
    fixed = any(note.state not in NOT_STANDING for note in own)
    may_say = session.clinician_id == staff.pk and session.state == SessionState.RECORDED and not fixed
    given = forms.get("presence_forms", {}).get(part.pk)
    return {
        "part": part,
        "patient": part.patient,
        "presence": presence_words(part),
        "codes": codes_words(part),
        "code_reason": part.code_reason,
        "form": (given or PresenceForm(session=session, part=part)) if may_say else None,
        "notes": own,
        "may_write": session.state != SessionState.CANCELLED
        and not any(note.author_id == staff.pk and note.state != NoteState.CANCELLED for note in own),
        "absent": part.attendance in ABSENT,
        "may_take_off": session.clinician_id == staff.pk and not own and all(n.state in NOT_STANDING for n in notes),
    }


def _shared(session: Encounter, forms: dict[str, Any]) -> dict[str, Any]:
    """The shared part: its form while it can change, and the names it must not hold."""
    text = shared_text(session)
    part = getattr(session, "shared_part", None)
    form = forms.get("shared_form") or SharedForm(initial={"text": text, "version": part.version if part else 0})
    shown = form["text"].value() or ""
    return {
        "shared": text,
        "shared_saved_at": part.saved_at if part else None,
        "shared_fixed": shared_is_fixed(session),
        "shared_form": form,
        "shared_names": names_in_shared(session, shown),
    }


@require_http_methods(["GET", "POST"])
def session_correct(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Correct the times and the kind of one's own session, and for one patient attendance and code."""
    staff = cast(Staff, request.user)
    session, patients = policies.open_session(staff, session_id)
    if refusal := refusal_to_correct(staff, session):
        raise Refused(refusal)
    initial = SessionForm.initial_of(session)
    form = SessionForm(request.POST or None, initial=initial, by=staff, patient=patients[0], session=session)
    if request.method == "POST" and form.is_valid():
        names = ("started_at", "stopped_at", "kind", "modality", "others_present")
        given = {name: form.cleaned_data[name] for name in names}
        try:
            correct_session(by=staff, encounter=session, presence=form.cleaned_data.get("presence"), **given)
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
        else:
            messages.success(request, "The session is corrected.")
            return redirect("session-open", session.pk)
    context = {
        "session": session,
        "patient": patients[0] if form.on_list == 1 else None,
        "form": form,
        "title": "Correct the session",
        "lead": "What it said before is kept. Once a note about it is signed, it stays as it is.",
        "button": "Save",
    }
    return render(request, "chart/session_form.html", context)
