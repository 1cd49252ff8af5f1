"""The recipient of restricted records in an emergency was asked not to use them further."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from authorizations.forms.restrictions import ToldForm
from practice.people.models import Staff

from ..actions.emergency import record_asked, still_emergency
from ..forms.hand_over import EmergencyForm
from ..policies import open_release
from ..queries import asking_is_due
from ..rules import ReleaseState


@require_http_methods(["GET", "POST"])
def release_emergency(request: HttpRequest, release_id: str) -> HttpResponse:
    """Said anew: it is an emergency, and why."""
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    if not release.emergency or release.state not in (ReleaseState.AWAITING_APPROVAL, ReleaseState.APPROVED):
        return redirect("release-open", release.pk)
    form = EmergencyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        still_emergency(by=staff, release_id=release.pk, why=form.cleaned_data["why"])
        messages.success(request, "Noted with your name and the time.")
        return redirect("release-open", release.pk)
    context = {"release": release, "patient": release.patient, "form": form}
    return render(request, "releases/emergency.html", context)


@require_http_methods(["GET", "POST"])
def release_asked(request: HttpRequest, release_id: str) -> HttpResponse:
    """When and how the recipient was asked; the task is done then."""
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    if not asking_is_due(release):
        return redirect("release-open", release.pk)
    form = ToldForm(request.POST or None, when="Asked on", ask="Who was asked, and how")
    if request.method == "POST" and form.is_valid():
        record_asked(by=staff, release_id=release.pk, on=form.cleaned_data["on"], words=form.cleaned_data["words"])
        messages.success(request, "Noted with the restriction.")
        return redirect("release-open", release.pk)
    return render(request, "releases/asked.html", {"release": release, "patient": release.patient, "form": form})
