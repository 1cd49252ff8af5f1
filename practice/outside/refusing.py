"""What the outside host says when it opens nothing: always the same, and nothing about anybody."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def spent(request: HttpRequest) -> HttpResponse:
    """The link does not work, or not any more."""
    return render(request, "outside/spent.html", status=410)


def nothing_here(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """No such address."""
    return render(request, "outside/nothing.html", status=404)


def page_too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long, or the browser keeps no cookies."""
    return render(request, "outside/again.html", status=403)


def broken(request: HttpRequest) -> HttpResponse:
    """Our mistake."""
    return render(request, "outside/broken.html", status=500)
