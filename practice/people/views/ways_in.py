"""New ways in that wait: a second person opens one, and its owner can stop it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from practice.infrastructure.refusals import Refused

from .. import actions
from ..actions.invitations import refusal_to_confirm
from ..policies import require_role
from ..queries import not_open_yet, unused_invitations
from ..rules import Role
from .pages import staff_of

CONFIRMING = (Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR)


@require_GET
def way_in_list(request: HttpRequest) -> HttpResponse:
    """The ones that wait for their day or for a second person."""
    by = staff_of(request)
    require_role(by, *CONFIRMING)
    waiting = [(invitation, refusal_to_confirm(by, invitation)) for invitation in not_open_yet()]
    return render(request, "people/ways_in.html", {"waiting": waiting})


@require_http_methods(["GET", "POST"])
def way_in_confirm(request: HttpRequest, invitation_id: UUID) -> HttpResponse:
    """Open one now, having spoken with its owner."""
    by = staff_of(request)
    require_role(by, *CONFIRMING)
    invitation = get_object_or_404(not_open_yet(), pk=invitation_id)
    if refusal := refusal_to_confirm(by, invitation):
        raise Refused(refusal)
    if request.method == "POST":
        actions.confirm_way_in(by=by, invitation=invitation)
        messages.success(request, "The link opens now.")
        return redirect("way-in-list")
    name = invitation.staff.display_name
    context = {
        "title": f"Has {name} asked for a new way in?",
        "words": "Speak with them yourself, face to face or on a number you know. Whoever holds the link becomes "
        f"{name} and reads everything they wrote.",
        "button": "Yes, they asked me too",
        "back": reverse("way-in-list"),
    }
    return render(request, "components/confirm.html", context)


@require_http_methods(["GET", "POST"])
def way_in_own(request: HttpRequest) -> HttpResponse:
    """Shown after each sign-in while somebody has asked for a new way into one's own."""
    staff = staff_of(request)
    if request.method == "POST":
        actions.stop_way_in(by=staff)
        messages.success(request, "The link is stopped. Tell the compliance officer that you did not ask for it.")
        return redirect("home")
    invitation = unused_invitations(staff).first()
    if invitation is None:
        raise Http404
    return render(request, "people/way_in_own.html", {"invitation": invitation})
