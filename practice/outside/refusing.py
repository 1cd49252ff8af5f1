"""What the outside host says when it opens nothing: always the same, and nothing about anybody.

One thing is told to one browser alone: that the link it had opened itself was opened on another device since.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from practice.infrastructure.letterhead import last_read

from .passes import was_passed_on


def spent(request: HttpRequest) -> HttpResponse:
    """The link does not work, or not any more."""
    return render(request, "outside/spent.html", {"elsewhere": was_passed_on(request)}, status=410)


def nothing_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such address."""
    return render(request, "outside/nothing.html", status=404)


def page_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long, or the browser keeps no cookies."""
    return render(request, "outside/again.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Our mistake. It may be the database's, so nothing is asked of it here."""
    return HttpResponse(render_to_string("outside/broken.html", {"practice": last_read}), status=500)
