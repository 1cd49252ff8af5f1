"""An author leaves passages out of a note for the release to one of its patients' recipients."""

from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from authorizations.policies import open_authorization
from practice.infrastructure.blackout import Span, burn, sentences
from practice.people.models import Patient, Staff
from practice.people.policies import open_chart, require_role
from practice.people.rules import CLINICAL_ROLES
from records.psychotherapy import vault
from records.psychotherapy.forms import LeaveOutForm
from records.psychotherapy.kept import KEPT, LEAVE_OUT, SentOn, to_keep
from records.psychotherapy.sheets import names_of


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One sentence to tick, or words chosen by themselves."""

    value: str
    words: str
    ticked: bool


@require_http_methods(["GET", "POST"])
@never_cache
def note_leave_out(request: HttpRequest, authorization_id: UUID, note_id: UUID) -> HttpResponse:
    """The author's own note in full; what is ticked is left out whenever it is released for this patient."""
    staff = cast(Staff, request.user)
    require_role(staff, *sorted(CLINICAL_ROLES))
    authorization = open_authorization(staff, authorization_id)
    back = reverse("psychotherapy-package-new", args=[authorization.pk])
    return _leave_out(request, staff, authorization.patient, note_id, back)


@require_http_methods(["GET", "POST"])
@never_cache
def note_leave_out_without(request: HttpRequest, patient_id: UUID, note_id: UUID) -> HttpResponse:
    """The same where the author releases without an authorization; `basis` is what they had chosen there."""
    staff = cast(Staff, request.user)
    require_role(staff, *sorted(CLINICAL_ROLES))
    patient = open_chart(staff, patient_id)
    chosen = f"?{urlencode({'basis': request.GET['basis']})}" if "basis" in request.GET else ""
    back = f"{reverse('notes-release-new', args=[patient.pk])}{chosen}"
    return _leave_out(request, staff, patient, note_id, back)


def _leave_out(request: HttpRequest, staff: Staff, patient: Patient, note_id: UUID, back: str) -> HttpResponse:
    found = vault.note_to_redact(staff, note_id=note_id, patient_id=patient.pk)
    if found is None:
        raise Http404
    so_far = found.left_out
    initial = {"reason": so_far.reason, "nothing_left": so_far.nothing_left} if so_far else {}
    saving = request.method == "POST" and LEAVE_OUT not in request.POST
    form = LeaveOutForm(request.POST if saving else None, length=len(found.text), initial=initial)
    if form.is_valid():
        saved = vault.redact_note(
            staff,
            note_id=note_id,
            patient_id=patient.pk,
            spans=form.spans,
            nothing_left=form.cleaned_data["nothing_left"],
            reason=form.cleaned_data["reason"],
        )
        if not saved:
            raise Http404
        messages.success(request, "Saved. The note itself stays as it is.")
        return SentOn(back) if KEPT in request.POST else redirect(back)
    marked = form.spans if form.is_bound else list(so_far.spans if so_far else ())
    spans = sentences(found.text)
    others = names_of(one for one in found.head.patients if one != patient.pk)
    context = {
        "back": back,
        "only_others": request.GET.get("only") == "others",  # released where the law is given the rest as it is
        "kept": to_keep(request.POST),
        "patient": patient,
        "note": found,
        "others": sorted(others.values()),
        "lines": [_line(found.text, span, span in marked) for span in spans],
        "chosen": [_line(found.text, span, True) for span in marked if span not in spans],
        "leaving": burn(found.text, marked),
        "form": form,
    }
    return render(request, "psychotherapy/leave_out.html", context, status=400 if form.errors else 200)


def _line(text: str, span: Span, ticked: bool) -> Line:
    return Line(f"note:{span.start}:{span.end}", text[span.start : span.end], ticked)
