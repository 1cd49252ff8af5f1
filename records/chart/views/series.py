"""Planned sessions and the day's list. Each page: doorway, form, action, redirect."""

from datetime import date, datetime, timedelta
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from practice.infrastructure.refusals import Refused
from practice.infrastructure.templatetags.look import day as day_words
from practice.infrastructure.templatetags.look import time_of_day
from practice.people.models import Patient, Staff
from practice.people.policies import require_role
from practice.people.rules import Role

from .. import policies
from ..actions.notes import start_note
from ..actions.series import begin_planned, cancel_session, copy_forward, hold_session, move_session
from ..actions.sessions import HERE, Presence, refusal_to_strike, strike_session
from ..forms.notes import NewNoteForm
from ..forms.series import CancelForm, CopyForm, MoveForm, StrikeForm
from ..forms.sessions import HoldForm
from ..models import Encounter
from ..queries.sessions import day_bounds, session_lines, session_title, sessions_between
from ..rules.sessions import ABSENT, Attendance


@require_GET
def session_day(request: HttpRequest) -> HttpResponse:
    """A clinician's own sessions of one day, today's without asking."""
    staff = cast(Staff, request.user)
    require_role(staff, Role.CLINICIAN, Role.TRAINEE, Role.SUPERVISOR)
    today = timezone.localdate()
    on = _day_asked(request.GET.get("on", "")) or today
    rows = session_lines(staff, list(sessions_between(staff, *day_bounds(on))))
    context = {
        "on": on,
        "is_today": on == today,
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1),
        "lines": rows,
    }
    return render(request, "chart/session_day.html", context)


def _day_asked(typed: str) -> date | None:
    try:
        asked = parse_date(typed)
    except ValueError:
        return None
    return asked if asked and 1900 < asked.year < 2200 else None


@require_POST
def session_note(request: HttpRequest, session_id: UUID, patient_id: UUID) -> HttpResponse:
    """One click: the note of one participant. A planned session whose hour has come is on record from here."""
    staff = cast(Staff, request.user)
    session, patients = policies.open_session(staff, session_id)
    patient = next((one for one in patients if one.pk == patient_id), None)
    if patient is None:
        raise Http404
    form = NewNoteForm({"format": request.POST.get("format") or ""}, by=staff, patient=patient)
    chosen = (form.cleaned_data["format"] if form.is_valid() else None) or form.usual
    if chosen is None:
        raise Http404  # no format is offered at all
    session = begin_planned(by=staff, encounter=session)
    note = start_note(by=staff, patient=patient, format=chosen, encounter=session)
    return redirect("note-edit", note.pk)


@require_http_methods(["GET", "POST"])
def session_copy(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Plan one's own session again, at the same time of day."""
    staff = cast(Staff, request.user)
    session, patients = _own(staff, session_id)
    form = CopyForm(request.POST or None, session=session)
    if request.method == "POST" and form.is_valid():
        try:
            copied = copy_forward(by=staff, encounter=session, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, _sentence(refused))
        else:
            _say_copied(request, [one.started_at for one in copied.planned], copied.taken, copied.left_out)
            return redirect("session-open", session.pk)
    return _small_page(
        request,
        session,
        patients,
        form,
        title="Plan it again",
        lead=f"Each at {time_of_day(session.started_at)} by the clock, with the same patients and place.",
        button="Plan",
    )


def _say_copied(request: HttpRequest, planned: list[datetime], taken: list[date], left_out: int) -> None:
    if len(planned) == 1:
        messages.success(request, f"Planned for {day_words(planned[0])}.")
    elif planned:
        first, last = day_words(planned[0]), day_words(planned[-1])
        messages.success(request, f"{len(planned)} sessions are planned, {first} to {last}.")
    if taken:
        days = ", ".join(day_words(one) for one in taken[:6]) + (" and others" if len(taken) > 6 else "")
        messages.info(request, f"Left as it is, since a session stands there already: {days}.")
    if left_out:
        who = "One patient is" if left_out == 1 else f"{left_out} patients are"
        messages.warning(request, f"{who} no longer in your care and not on the new list.")


@require_http_methods(["GET", "POST"])
def session_move(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Another day or time for a planned session."""
    staff = cast(Staff, request.user)
    session, patients = _own(staff, session_id)
    form = MoveForm(request.POST or None, session=session)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            move_session(by=staff, encounter=session, started_at=given["started_at"], stopped_at=given["stopped_at"])
        except Refused as refused:
            form.add_error(None, _sentence(refused))
        else:
            messages.success(request, f"Moved to {day_words(given['started_at'])}, {time_of_day(given['started_at'])}.")
            return redirect("session-open", session.pk)
    return _small_page(request, session, patients, form, title="Move the session", lead="", button="Move")


@require_http_methods(["GET", "POST"])
def session_cancel(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Call a planned session off."""
    staff = cast(Staff, request.user)
    session, patients = _own(staff, session_id)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            cancel_session(by=staff, encounter=session, reason=given["reason"], words=given["words"].strip())
        except Refused as refused:
            form.add_error(None, _sentence(refused))
        else:
            messages.success(request, "The session is cancelled.")
            return redirect("session-open", session.pk)
    title = "Cancel the session"
    lead = "For a cancellation that came too late, go back and choose “Late cancel”."
    return _small_page(request, session, patients, form, title=title, lead=lead, button=title)


@require_http_methods(["GET", "POST"])
def session_strike(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Strike out a session that was put on record by mistake."""
    staff = cast(Staff, request.user)
    session, patients = _own(staff, session_id)
    if refusal := refusal_to_strike(staff, session):
        raise Refused(refusal)
    form = StrikeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        strike_session(by=staff, encounter=session, reason=form.cleaned_data["reason"])
        messages.success(request, "The session is struck out. It stays in the chart as cancelled.")
        return redirect("session-open", session.pk)
    lead = "The session stays in the chart as cancelled. One that nobody came to is corrected instead: “No show”."
    return _small_page(request, session, patients, form, title="Recorded by mistake", lead=lead, button="Strike it out")


@require_http_methods(["GET", "POST"])
def session_hold(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Put a planned session on record: when it was, who came, and the code."""
    staff = cast(Staff, request.user)
    session, patients = _own(staff, session_id)
    initial = HoldForm.initial_of(session)
    form = HoldForm(request.POST or None, initial=initial, by=staff, patient=patients[0], session=session)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            hold_session(
                by=staff,
                encounter=session,
                started_at=given["started_at"],
                stopped_at=given["stopped_at"],
                presence=given.get("presence") or HERE,
            )
        except Refused as refused:
            form.add_error(None, _sentence(refused))
        else:
            messages.success(request, "The session is on record.")
            return redirect("session-open", session.pk)
    context = {
        "session": session,
        "patient": patients[0] if form.on_list == 1 else None,
        "form": form,
        "title": "How it went",
        "lead": "From here on the session is on record.",
        "button": "Put on record",
    }
    return render(request, "chart/session_form.html", context)


@require_POST
def session_absent(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """One click on a planned session whose hour has come: nobody came, or it was cancelled too late."""
    staff = cast(Staff, request.user)
    session, _patients = _own(staff, session_id)
    said = request.POST.get("attendance", "")
    if said not in ABSENT:
        raise Http404
    try:
        hold_session(by=staff, encounter=session, started_at=session.started_at, presence=Presence(said))
    except Refused as refused:
        messages.error(request, _sentence(refused))
    else:
        messages.success(request, f"{Attendance(said).label} is on record. No note is needed.")
    back = request.POST.get("back", "")
    if back == "day":
        return redirect(f"{reverse('session-day')}?on={timezone.localdate(session.started_at)}")
    return redirect("session-open", session.pk)


def _own(staff: Staff, session_id: UUID) -> tuple[Encounter, list[Patient]]:
    """The doorway for acts on one's own session."""
    session, patients = policies.open_session(staff, session_id)
    policies.check_own_session(staff, session)
    return session, patients


def _sentence(refused: Refused) -> str:
    return f"{refused.refusal.words} {refused.refusal.remedy}".strip()


def _small_page(
    request: HttpRequest, session: Encounter, patients: list[Patient], form: object, **words: str
) -> HttpResponse:
    one = session.participations.filter(taken_off=False).count() == 1
    context = {"session": session, "form": form, "patient": patients[0] if one else None, **words}
    return render(request, "chart/session_act.html", context | {"what": session_title(session)})
