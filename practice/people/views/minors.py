"""A minor who acts alone: begun and ended by a clinician, each with the reason."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from practice.infrastructure.templatetags.look import day

from .. import actions
from ..forms.patients import MinorAloneEndForm, MinorAloneForm
from ..models import Patient
from ..policies import check_decision
from .pages import Page, form_page, staff_of
from .patients import details_of, open_to_edit

GET_POST = require_http_methods(["GET", "POST"])


@GET_POST
def minor_alone_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Record that a minor acts alone, on which ground and since when."""
    patient, form = _to_decide(request, patient_id), MinorAloneForm(request.POST or None)
    page = Page(
        "This minor acts alone",
        "Save the decision",
        details_of(patient),
        words="For this care the minor then signs, asks and receives as an adult would, and nobody does so for them: "
        f"45 CFR 164.502(g)(3)(i). Which care that is, the law of the state says. {_decided(patient)}".strip(),
        done="The decision is on record. The minor acts alone.",
        patient=patient,
    )
    return form_page(
        request,
        page,
        form,
        lambda data: actions.let_minor_act_alone(by=staff_of(request), patient=patient, **data),
    )


@GET_POST
def minor_alone_end(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Record that they do not act alone any more."""
    patient, form = _to_decide(request, patient_id), MinorAloneEndForm(request.POST or None)
    page = Page(
        "This minor acts alone no longer",
        "Save the decision",
        details_of(patient),
        words="From today on a parent or guardian acts for them. What they signed until now stays in effect. "
        f"{_decided(patient)}".strip(),
        done="The decision is on record. It holds from today on.",
        patient=patient,
    )
    return form_page(
        request,
        page,
        form,
        lambda data: actions.end_minor_acting_alone(by=staff_of(request), patient=patient, **data),
    )


def _decided(patient: Patient) -> str:
    """Every decision so far with its reason, for the clinician who decides anew."""
    return " ".join(
        f"{one.get_ground_display() or 'No longer alone'}, from {day(one.holds_from)}, decided by "
        f"{one.decided_by.display_name}: {one.reason.rstrip('.')}."
        for one in patient.acting_alone.select_related("decided_by")
    )


def _to_decide(request: HttpRequest, patient_id: UUID) -> Patient:
    staff = staff_of(request)
    patient = open_to_edit(staff, patient_id)
    check_decision(staff, patient)
    return patient
