"""A package that reads otherwise than the chart by now: asking for it to be read and approved anew."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from practice.people.models import Staff

from ..actions.anew import read_anew
from ..actions.gate import GateRefused
from ..policies import open_release, refusal_to_approve
from ..queries.remedies import explained


@require_POST
def release_read_anew(request: HttpRequest, release_id: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    try:
        waits = read_anew(by=staff, release_id=release.pk)
    except GateRefused as refused:
        decision = explained(refused.decision, patient_id=release.patient_id, authorization_id=release.authorization_id)
        context = {"release": release, "patient": release.patient, "decision": decision}
        return render(request, "releases/stopped.html", context, status=409)
    asked = waits.approver
    if asked == staff and refusal_to_approve(staff, waits.patient) is None:
        return redirect("release-approve", waits.pk)
    if asked is not None:
        messages.success(request, f"{waits.number} is with {asked.display_name} to read and approve anew.")
    return redirect("release-open", waits.pk)
