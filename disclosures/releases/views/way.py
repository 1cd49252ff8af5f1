"""Settling how and where a release to the patient goes, once they asked to be reached otherwise."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from practice.infrastructure.refusals import Refused
from practice.people.confidential import Means
from practice.people.models import Staff

from ..actions import GateRefused
from ..actions.way import settle_way
from ..forms.hand_over import WayForm
from ..policies import open_release
from ..queries import asked_of
from ..queries.remedies import explained
from ..rules import ReleaseState
from ..rules.ways import in_words


@require_http_methods(["GET", "POST"])
def release_way(request: HttpRequest, release_id: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    asked = asked_of(release)
    if not asked or release.state not in (ReleaseState.AWAITING_APPROVAL, ReleaseState.APPROVED):
        return redirect("release-open", release.pk)
    place = next((one.text for one in asked if one.means == Means.MAIL), release.recipient_address)
    known = {"method": release.method, "recipient_address": place, "fax_number": release.fax_number}
    form, decision = WayForm(request.POST or None, asked=asked, initial=known), None
    if request.method == "POST" and form.is_valid():
        try:
            settle_way(by=staff, release_id=release.pk, **form.settled())
            messages.success(request, "Saved. What was approved stays as it is.")
            return redirect("release-open", release.pk)
        except GateRefused as refused:
            decision = explained(refused.decision, patient_id=release.patient_id, form=form)
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
    context = {"release": release, "patient": release.patient, "form": form, "decision": decision}
    return render(request, "releases/way.html", context | {"asked": in_words(asked)})
