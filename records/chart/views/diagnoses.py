"""Pages of diagnoses and of what is observed beside them. Each: doorway, form, action, redirect."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from practice.people.policies import open_chart, require_role
from practice.people.rules import CLINICAL_ROLES

from .. import policies
from ..actions.diagnoses import add_diagnosis, add_observation, change_diagnosis
from ..forms.days import put_refusals
from ..forms.diagnoses import DiagnosisForm, DiagnosisStatusForm, ObservationForm
from ..models import Diagnosis
from ..queries.diagnoses import active_diagnoses, earlier_versions, history_of, observations, standings, standings_of
from ..queries.icd import search_codes
from ..queries.medication import courses
from ..rules.diagnoses import ClinicalStatus, ObservationKind, plain_title

SHOWN = 20  # observations before the fold


@require_GET
def patient_diagnoses(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Diagnoses, what is observed beside them, and medication; what is in force first."""
    patient = open_chart(cast(Staff, request.user), patient_id)
    found, taken, seen = standings(patient), courses(patient), list(observations(patient))
    context = {
        "patient": patient,
        "in_force": [one for one in found if one.in_force],
        "past": [one for one in found if not one.in_force],
        "observations": seen[:SHOWN],
        "older": seen[SHOWN:],
        "taken": [course for course in taken if not course.ended],
        "stopped": [course for course in taken if course.ended],
    }
    return render(request, "chart/diagnoses.html", context)


@require_POST
def icd_search(request: HttpRequest) -> HttpResponse:
    """Codes that fit what was typed, as options of a list. By POST: the words may say something about a patient."""
    require_role(cast(Staff, request.user), *CLINICAL_ROLES)
    hits = search_codes(request.POST.get("sought", "")[:120], today())
    return render(request, "chart/_icd_codes.html", {"hits": hits})


@require_http_methods(["GET", "POST"])
def diagnosis_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Add a diagnosis by its code; with ?for= it stands for an imported one. A button finds codes without script."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    imported = _imported(patient, request.GET.get("for", ""))
    in_force = bool(active_diagnoses(patient))
    if "find" in request.POST:
        form = DiagnosisForm(initial=request.POST.dict(), patient=patient, any_in_force=in_force)
        form.find(request.POST.get("sought", "")[:120])
        return _diagnosis_page(request, form, imported, looked=True)
    start = {"sought": plain_title(imported.title)[:120], "onset": imported.onset_words} if imported else {}
    form = DiagnosisForm(request.POST or None, initial=start, patient=patient, any_in_force=in_force)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            add_diagnosis(
                by=staff,
                patient=patient,
                code=given["code"],
                onset=given["onset"],
                verification=given["verification"],
                status=given["status"],
                primary=given.get("primary", False),
                comment=given["comment"],
                stands_for=imported,
            )
        except Refused as refused:
            put_refusals(form, {"sought": refused.refusal})
        else:
            messages.success(request, f"{given['code'].code} is on record.")
            return redirect("patient-diagnoses", patient.pk)
    return _diagnosis_page(request, form, imported)


def _diagnosis_page(
    request: HttpRequest, form: DiagnosisForm, imported: Diagnosis | None, looked: bool = False
) -> HttpResponse:
    context = {"patient": form.patient, "form": form, "imported": imported, "looked": looked}
    return render(request, "chart/diagnosis_new.html", context)


def _imported(patient: Patient, pk: str) -> Diagnosis | None:
    """The imported diagnosis that is to be given a code."""
    if not pk:
        return None
    try:
        wanted = UUID(pk)
    except ValueError as error:
        raise Http404 from error
    found = Diagnosis.objects.filter(patient=patient, pk=wanted, recorded_by__isnull=True).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "POST"])
def diagnosis_open(request: HttpRequest, diagnosis_id: UUID) -> HttpResponse:
    """One diagnosis with its history, and the next line of it."""
    staff = cast(Staff, request.user)
    diagnosis = policies.open_diagnosis(staff, diagnosis_id)
    standing = standings_of([diagnosis])[0]
    others = [one for one in active_diagnoses(diagnosis.patient) if one.diagnosis.pk != diagnosis.pk]
    coded_as = Diagnosis.objects.filter(stands_for=diagnosis).first()
    open_to_change = standing.status != ClinicalStatus.IN_ERROR and coded_as is None
    form = DiagnosisStatusForm(request.POST or None, standing=standing, others=others)
    if request.method == "POST" and open_to_change and form.is_valid():
        given = form.cleaned_data
        try:
            change_diagnosis(
                by=staff,
                diagnosis=diagnosis,
                status=given["status"],
                verification=given["verification"],
                on=given["on"],
                primary=given.get("primary", False),
                comment=given["comment"],
                successor=given["successor"],
            )
        except Refused as refused:
            put_refusals(form, {"": refused.refusal})
        else:
            messages.success(request, "The history has a new line.")
            return redirect("patient-diagnoses", diagnosis.patient_id)
    context = {
        "patient": diagnosis.patient,
        "standing": standing,
        "diagnosis": diagnosis,
        "history": history_of(diagnosis),
        "coded_as": coded_as,
        "form": form if open_to_change else None,
    }
    return render(request, "chart/diagnosis.html", context)


@require_http_methods(["GET", "POST"])
def observation_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Write down symptoms, functional status or prognosis as of a day."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    form = ObservationForm(request.POST or None, initial={"kind": request.GET.get("kind", ObservationKind.SYMPTOMS)})
    if request.method == "POST" and form.is_valid():
        try:
            add_observation(by=staff, patient=patient, **form.cleaned_data)
        except Refused as refused:
            put_refusals(form, {"": refused.refusal})
        else:
            messages.success(request, "The entry is on record.")
            return redirect("patient-diagnoses", patient.pk)
    return form_page(request, patient, form, title="New entry", button="Save")


@require_http_methods(["GET", "POST"])
def observation_correct(request: HttpRequest, observation_id: UUID) -> HttpResponse:
    """Put an entry in the place of another; what it said stays on record."""
    staff = cast(Staff, request.user)
    old = policies.open_observation(staff, observation_id)
    form = ObservationForm(request.POST or None, corrects=old)
    if request.method == "POST" and form.is_valid():
        try:
            add_observation(by=staff, patient=old.patient, kind=old.kind, supersedes=old, **form.cleaned_data)
        except Refused as refused:
            put_refusals(form, {"": refused.refusal})
        else:
            messages.success(request, "The entry is corrected. What it said before stays on record.")
            return redirect("patient-diagnoses", old.patient_id)
    title = f"Correct an entry: {old.get_kind_display().lower()}"
    return form_page(request, old.patient, form, title=title, button="Correct", earlier=[old, *earlier_versions(old)])


def form_page(
    request: HttpRequest,
    patient: Patient,
    form: Form,
    *,
    title: str,
    button: str,
    back: str = "",
    template: str = "chart/diagnoses_form.html",
    **more: object,
) -> HttpResponse:
    """A page that is one form, under the tab of diagnoses and medication."""
    context = {
        "patient": patient,
        "form": form,
        "title": title,
        "button": button,
        "back": back or reverse("patient-diagnoses", args=[patient.pk]),
    }
    return render(request, template, context | more)
