"""The way back of a screen that was handed over."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from ..handed_over import TAKEN_BACK
from ..models import Staff
from .pages import staff_of


@login_not_required
@require_GET
def hand_over_return(request: HttpRequest) -> HttpResponse:
    """Staff takes the screen back: by signing in."""
    return redirect("account_login")


@require_GET
def hand_over_back(request: HttpRequest) -> HttpResponse:
    """Signed in again: whoever handed the screen over goes on where it was; anybody else is told whom to tell.

    The sentence is the same whatever was answered, so that it tells front desk nothing.
    """
    kept = request.session.pop(TAKEN_BACK, None)
    if kept is None:
        return redirect("home")
    staff = staff_of(request)
    if str(staff.pk) == kept["by"]:
        return redirect(kept["back"])
    owner = Staff.objects.filter(pk=kept["by"]).first()
    name = owner.display_name if owner else "the clinician"
    messages.warning(request, f"The tablet is back. Tell {name} now, before the patient leaves.")
    return redirect("home")
