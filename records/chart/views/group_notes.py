"""The page of a session of several patients: who was there, the shared part, who is on the list."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from practice.infrastructure.refusals import Refused
from practice.infrastructure.templatetags.look import time_of_day
from practice.people.models import Staff

from .. import policies
from ..actions.group_notes import add_participant, save_shared_part, take_off_list
from ..actions.sessions import say_presence
from ..forms.group_notes import AddParticipantForm, SharedForm
from ..forms.sessions import PresenceForm
from ..queries.group_notes import names_in_shared
from .sessions import session_page


@require_POST
def session_attendance(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Say of everybody on the page whether they were there, and their code."""
    staff = cast(Staff, request.user)
    session, patients = policies.open_session(staff, session_id)
    policies.check_own_session(staff, session)
    parts = session.participations.filter(patient__in=patients, taken_off=False)
    given = {
        part.pk: PresenceForm(request.POST, session=session, part=part)
        for part in parts
        if f"{part.pk}-attendance" in request.POST
    }
    if not all([form.is_valid() for form in given.values()]):
        return session_page(request, session, patients, presence_forms=given)
    said = {str(pk): form.cleaned_data["presence"] for pk, form in given.items()}
    try:
        say_presence(by=staff, encounter=session, said=said)
    except Refused as refused:
        messages.error(request, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
        return session_page(request, session, patients, presence_forms=given)
    messages.success(request, "Attendance and codes are on record.")
    return redirect("session-open", session.pk)


@require_POST
def session_shared_save(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Save the shared part. A page that saves by itself is answered in JSON, with the names that must not stay."""
    staff = cast(Staff, request.user)
    session, patients = policies.session_to_save(staff, session_id)
    by_itself = request.headers.get("X-Requested-With") == "autosave"
    form = SharedForm(request.POST)
    problem = ""
    if form.is_valid():
        given = form.cleaned_data
        try:
            part = save_shared_part(by=staff, encounter=session, text=given["text"], base_version=given["version"])
        except Refused as refused:
            problem = f"{refused.refusal.words} {refused.refusal.remedy}".strip()
            form.add_error(None, problem)
    else:
        problem = " ".join(map(str, form.errors.get("text", []))) or "This page is too old to save from. Reload it."
    if problem:
        if by_itself:
            return JsonResponse({"problem": problem}, status=422)
        return session_page(request, session, patients, shared_form=form)
    if by_itself:
        named = names_in_shared(session, part.text)
        return JsonResponse({"saved_at": time_of_day(part.saved_at), "version": part.version, "named": named})
    messages.success(request, "The shared part is saved.")
    return redirect("session-open", session.pk)


@require_POST
def session_participant_add(request: HttpRequest, session_id: UUID) -> HttpResponse:
    """Put another patient on the list."""
    staff = cast(Staff, request.user)
    session, patients = policies.open_session(staff, session_id)
    policies.check_own_session(staff, session)
    form = AddParticipantForm(request.POST, by=staff, session=session)
    if not form.is_valid():
        return session_page(request, session, patients, add_form=form)
    try:
        add_participant(by=staff, encounter=session, patient=form.cleaned_data["patient"])
    except Refused as refused:
        messages.error(request, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
    else:
        messages.success(request, "The patient is on the list.")
    return redirect("session-open", session.pk)


@require_POST
def session_participant_remove(request: HttpRequest, session_id: UUID, patient_id: UUID) -> HttpResponse:
    """Take a patient off the list who does not belong there."""
    staff = cast(Staff, request.user)
    session, patients = policies.open_session(staff, session_id)
    policies.check_own_session(staff, session)
    patient = next((one for one in patients if one.pk == patient_id), None)
    if patient is None:
        raise Http404
    try:
        take_off_list(by=staff, encounter=session, patient=patient)
    except Refused as refused:
        messages.error(request, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
    else:
        messages.success(request, "The patient is off the list.")
    return redirect("session-open", session.pk)
