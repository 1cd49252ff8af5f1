"""A release that ends without reaching its recipient: taken back, not approved, came back, did not arrive."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from practice.people.models import Staff

from .. import actions
from ..forms import ReasonForm, ReturnForm
from ..policies import open_release
from ..queries.remedies import explained


@require_http_methods(["GET", "POST"])
def release_withdraw(request: HttpRequest, release_id: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.withdraw_release(by=staff, release_id=release.pk, reason=form.cleaned_data["reason"])
        asked = release.prepared_by.display_name
        told = "" if release.prepared_by == staff else f" {asked} is asked to tell whoever waits for it."
        messages.success(request, f"{release.number} is withdrawn. Nothing was given out.{told}")
        return redirect("release-open", release.pk)
    return render(request, "releases/withdraw.html", {"release": release, "patient": release.patient, "form": form})


@require_http_methods(["GET", "POST"])
def release_returned(request: HttpRequest, release_id: str) -> HttpResponse:
    """What was done about a release that did not reach its recipient: it came back, failed, or was not approved."""
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    if release.unsettled is None:
        return redirect("release-open", release.pk)
    form = ReturnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.settle_end(by=staff, release_id=release.pk, done=form.cleaned_data["done"])
        messages.success(request, "Saved.")
        return redirect("release-open", release.pk)
    return render(request, "releases/returned.html", {"release": release, "patient": release.patient, "form": form})


@require_POST
def release_again(request: HttpRequest, release_id: str) -> HttpResponse:
    """The same prepared once more, of a release that did not reach its recipient."""
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    try:
        again = actions.prepare_again(by=staff, release_id=release.pk)
    except actions.GateRefused as refused:
        decision = explained(refused.decision, patient_id=release.patient_id, authorization_id=release.authorization_id)
        context = {"release": release, "patient": release.patient, "decision": decision}
        return render(request, "releases/stopped.html", context, status=409)
    messages.success(request, f"Prepared again as {again.number}.")
    return redirect("release-open", again.pk)
