"""Pages for handing a patient over."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from practice.infrastructure.refusals import Refused
from practice.people.models import Staff
from practice.people.policies import care_in_force, may_open_chart, open_chart
from practice.people.rules import CareRole

from ..actions.handover import hand_over, read_handover
from ..forms.handover import HandoverForm
from ..policies import open_handover
from ..rules.handover import SEALED_CITE, SEALED_STAY


@require_http_methods(["GET", "POST"])
def handover_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Transfer the care, arrange cover, or end it; with a summary."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    treats = care_in_force(staff).filter(patient=patient, role=CareRole.TREATING).exists()
    form = HandoverForm(request.POST or None, by=staff, patient=patient, treats=treats)
    if request.method == "POST" and form.is_valid():
        try:
            handover = hand_over(by=staff, patient=patient, **form.given())
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
        else:
            messages.success(request, "It is arranged. The summary stands in the chart.")
            still_open = may_open_chart(staff, patient)
            return redirect("handover-open", handover.pk) if still_open else redirect("home")
    sealed = {"sealed_stay": SEALED_STAY, "sealed_cite": SEALED_CITE}
    return render(request, "chart/handover_new.html", {"patient": patient, "form": form, "treats": treats, **sealed})


@require_GET
def handover_open(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """The summary, for everybody who may open the chart."""
    staff = cast(Staff, request.user)
    handover = open_handover(staff, handover_id)
    read = getattr(handover, "read", None)
    context = {
        "handover": handover,
        "patient": handover.patient,
        "read": read,
        "mine": handover.to_id == staff.pk and read is None,
    }
    return render(request, "chart/handover.html", context)


@require_POST
def handover_read(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Whoever took over has read it."""
    staff = cast(Staff, request.user)
    handover = open_handover(staff, handover_id)
    read_handover(by=staff, handover=handover)
    messages.success(request, "Noted that you have read it.")
    return redirect("patient-page", handover.patient_id)
