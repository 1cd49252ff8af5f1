"""The way in of somebody new: an invitation, a password, then the second factor."""

from allauth.account.utils import perform_login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from practice.infrastructure.refusals import Refused

from ..actions import accept_invitation, invitation_of
from ..actions.invitations import hash_of
from ..forms.sign_in import FirstPasswordForm

# The token leaves the address at once, so that it stands in no history, log or Referer of the page that follows.
KEPT = "invitation"


@login_not_required
@require_GET
def invitation_open(request: HttpRequest, token: str) -> HttpResponse:
    """Take the token out of the address."""
    request.session[KEPT] = hash_of(token)
    return redirect("invitation-accept")


@login_not_required
@require_http_methods(["GET", "POST"])
def invitation_accept(request: HttpRequest) -> HttpResponse:
    """Choose a password. Whatever is wrong with a link, the page says the same."""
    token_hash = request.session.get(KEPT, "")
    try:
        invitation = invitation_of(token_hash)
        form = FirstPasswordForm(request.POST or None, staff=invitation.staff)
        if request.method == "POST" and form.is_valid():
            staff = accept_invitation(token_hash=token_hash, password=form.cleaned_data["password"])
            request.session.flush()
            return perform_login(request, staff)
    except Refused as refused:
        return render(request, "people/invitation_spent.html", {"refusal": refused.refusal}, status=410)
    return render(request, "people/invitation.html", {"form": form, "staff": invitation.staff})
