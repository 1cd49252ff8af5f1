"""Taking over the hand-over of a printed package."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from practice.people.models import Staff

from ..actions.taking_over import take_over
from ..forms.hand_over import TakeOverForm
from ..policies import open_release, refusal_to_open_package
from ..rules import ReleaseState


@require_http_methods(["GET", "POST"])
def release_take_over(request: HttpRequest, release_id: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    if release.state != ReleaseState.COMMITTED or refusal_to_open_package(staff, release) is None:
        return redirect("release-open", release.pk)
    form = TakeOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        take_over(by=staff, release_id=release.pk, reason=form.cleaned_data["reason"])
        messages.success(request, "You hand it over now. Get the package below.")
        return redirect("release-open", release.pk)
    context = {"release": release, "patient": release.patient, "form": form, "from": release.handed_over_by}
    return render(request, "releases/take_over.html", context)
