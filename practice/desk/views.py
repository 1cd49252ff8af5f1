"""The pages that show several rooms at once."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST


def home(request: HttpRequest) -> HttpResponse:
    """What is next for this person."""
    return render(request, "desk/home.html")


@require_POST
def session_extend(request: HttpRequest) -> HttpResponse:
    """Somebody is working on a page without loading another: the sign-in stays open. Empty answer, 204."""
    request.session.modified = True
    return HttpResponse(status=204)
