"""Who cares for a patient."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from practice.infrastructure.days import today

from .. import actions
from ..forms.patients import CareForm, LastDayForm
from ..models import CareRelationship
from ..policies import open_patient, require_care_giving
from ..queries import clinicians
from ..rules import CareRole
from .pages import Page, form_page, staff_of
from .patients import details_of

GET_POST = require_http_methods(["GET", "POST"])


@GET_POST
def care_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Say who cares for the patient; it opens the chart to them."""
    staff = staff_of(request)
    patient = open_patient(staff, patient_id)
    require_care_giving(staff, patient)
    form = CareForm(request.POST or None, clinicians=clinicians())
    page = Page(
        "Who cares for this patient",
        "Give access to the chart",
        details_of(patient),
        words="This opens the chart from the first day through the last. It never opens a psychotherapy note.",
        done="The chart is open to them.",
        patient=patient,
    )
    return form_page(
        request,
        page,
        form,
        lambda data: actions.start_care(by=staff, patient=patient, **(data | {"role": CareRole(data["role"])})),
    )


@GET_POST
def care_end(request: HttpRequest, patient_id: UUID, care_id: UUID) -> HttpResponse:
    """Set the last day; today closes the chart at once."""
    staff = staff_of(request)
    patient = open_patient(staff, patient_id)
    care = get_object_or_404(CareRelationship.objects.select_related("staff"), pk=care_id, patient=patient)
    if care.staff != staff:
        require_care_giving(staff, patient)
    if care.from_on > today():
        return _call_off(request, care)
    form = LastDayForm(request.POST or None)
    page = Page(
        f"End the care by {care.staff.display_name}",
        "Save",
        details_of(patient),
        words="With today as the last day the chart closes to them at once.",
        done="The last day is set.",
        patient=patient,
    )
    # whoever ends their own care may no longer open the page they came from
    response = form_page(request, page, form, lambda data: actions.end_care(by=staff, care=care, **data))
    return redirect("home") if response.status_code == 302 and care.staff == staff else response


def _call_off(request: HttpRequest, care: CareRelationship) -> HttpResponse:
    if request.method == "POST":
        actions.end_care(by=staff_of(request), care=care, until_on=care.from_on - timedelta(days=1))
        messages.success(request, "It is called off.")
        return redirect("patient-details", care.patient_id)
    context = {
        "title": "Call this off?",
        "words": f"{care.staff.display_name} would have begun later. The chart stays closed to them.",
        "button": "Call off",
        "back": details_of(care.patient),
    }
    return render(request, "components/confirm.html", context)
