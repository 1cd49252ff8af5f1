"""Taking on and changing patients."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused

from .. import actions
from ..forms.patients import CloseForm, DetailsForm, NewPatientForm
from ..models import Patient, Staff
from ..policies import (
    open_patient,
    refusal_to_assign_any_care,
    refusal_to_edit,
    require_act,
)
from ..queries import letter_address, patient_details, treating_clinicians
from ..rules import Act, Role, may
from .pages import Page, form_page, staff_of

GET_POST = require_http_methods(["GET", "POST"])


@GET_POST
def patient_new(request: HttpRequest) -> HttpResponse:
    """Take on a patient."""
    staff = staff_of(request)
    require_act(staff, Act.PATIENT_OPEN)
    choices = treating_clinicians() if staff.has_role(Role.FRONT_DESK) else None
    form = NewPatientForm(
        request.POST or None,
        clinicians=choices,
        initial={"treating": staff if staff.has_role(Role.CLINICIAN) else None},
    )
    if request.method == "POST" and form.is_valid():
        try:
            patient = actions.open_new_patient(
                by=staff, details=form.details(), treating=form.cleaned_data.get("treating")
            )
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}")
        else:
            messages.success(request, f"Patient number {patient.number} is on record. Next: address and telephone.")
            return redirect("patient-details", patient.pk)
    page = Page("New patient", "Take on this patient", reverse("home"))
    return render(request, "people/form.html", {"page": page, "form": form})


@require_GET
def patient_details_page(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Everything about a patient that is not clinical."""
    staff = staff_of(request)
    patient = open_patient(staff, patient_id)
    context = {
        "patient": patient,
        "details": patient_details(patient),
        "letters_to": letter_address(patient, today()),
        "may_edit": refusal_to_edit(staff, patient) is None,
        "may_open_and_close": may(staff.roles, Act.PATIENT_OPEN) and refusal_to_edit(staff, patient) is None,
        "may_hold": may(staff.roles, Act.POLICY_CHANGE),
        "may_file": may(staff.roles, Act.DOCUMENT_FILE),
        "may_decline": staff.is_clinical and refusal_to_edit(staff, patient) is None,
        "care_refusal": refusal_to_assign_any_care(staff, patient),
        "today": today(),
    }
    return render(request, "people/patient_details.html", context)


def open_to_edit(staff: Staff, patient_id: UUID) -> Patient:
    """The doorway for changes: whoever may see but not change gets the explained refusal."""
    patient = open_patient(staff, patient_id)
    require_act(staff, Act.PATIENT_EDIT)
    return patient


@GET_POST
def patient_edit(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Change names and dates."""
    staff = staff_of(request)
    patient = open_to_edit(staff, patient_id)
    form = DetailsForm(request.POST or None, initial=DetailsForm.initial_of(patient))
    page = Page("Names and dates", "Save", details_of(patient), done="Saved.", patient=patient)
    return form_page(
        request, page, form, lambda _: actions.change_patient(by=staff, patient=patient, details=form.details())
    )


@GET_POST
def patient_close(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """End the care of a patient; the record stays."""
    staff = staff_of(request)
    patient = open_to_edit(staff, patient_id)
    require_act(staff, Act.PATIENT_OPEN)
    form = CloseForm(request.POST or None, patient=patient, initial={"closed_on": today()})
    page = Page(
        "Close this patient",
        "Close",
        details_of(patient),
        words="Nothing is removed: the record stays readable, requests are still answered, and you can reopen it.",
        done="This patient is closed. The record stays.",
        patient=patient,
    )
    return form_page(request, page, form, lambda data: actions.close_patient(by=staff, patient=patient, **data))


@GET_POST
def patient_reopen(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Take a closed patient back."""
    staff = staff_of(request)
    patient = open_to_edit(staff, patient_id)
    require_act(staff, Act.PATIENT_OPEN)
    if request.method == "POST":
        actions.reopen_patient(by=staff, patient=patient)
        messages.success(request, "This patient is open again.")
        return redirect("patient-details", patient.pk)
    context = {
        "title": "Reopen this patient?",
        "words": "The number stays the same. Who cares for the patient is as it was.",
        "button": "Reopen",
        "back": details_of(patient),
    }
    return render(request, "components/confirm.html", context)


@GET_POST
def patient_hold(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Set or lift the litigation hold."""
    staff = staff_of(request)
    patient = open_patient(staff, patient_id)
    require_act(staff, Act.POLICY_CHANGE)
    if request.method == "POST":
        actions.set_litigation_hold(by=staff, patient=patient, held=not patient.litigation_hold)
        return redirect("patient-details", patient.pk)
    held = patient.litigation_hold
    context = {
        "title": "Lift the litigation hold?" if held else "Set a litigation hold?",
        "words": "Everybody who opens the record sees the mark. It does not close anything.",
        "button": "Lift the hold" if held else "Set the hold",
        "back": details_of(patient),
    }
    return render(request, "components/confirm.html", context)


def details_of(patient: Patient) -> str:
    """The path of the details page."""
    return reverse("patient-details", args=[patient.pk])
