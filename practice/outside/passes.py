"""The pass that a browser keeps after the right answers: a cookie of its own, known to the database as a hash."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from .models import Link
from .queries import finished_link_of_pass, is_left_pass, link_of_pass
from .rules import GRACE, PASS_FOR


def give_pass(response: HttpResponse, secret: str) -> HttpResponse:
    """Keep the pass in this browser, for this host alone and for no longer than it can be of use."""
    response.set_cookie(
        settings.OUTSIDE_PASS_COOKIE,
        secret,
        max_age=int((PASS_FOR + GRACE).total_seconds()),
        secure=settings.CSRF_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def passed_link(request: HttpRequest, purpose: str = "") -> Link | None:
    """The link this browser has opened, if it is for this purpose and may still be used."""
    return _for(purpose, link_of_pass(_secret(request), timezone.now()))


def finished_link(request: HttpRequest, purpose: str) -> Link | None:
    """The link this browser has used a few minutes ago."""
    return _for(purpose, finished_link_of_pass(_secret(request), timezone.now()))


def was_passed_on(request: HttpRequest) -> bool:
    """Whether the link this browser had opened was opened on another device since."""
    return is_left_pass(_secret(request))


def _secret(request: HttpRequest) -> str:
    return request.COOKIES.get(settings.OUTSIDE_PASS_COOKIE, "")


def _for(purpose: str, link: Link | None) -> Link | None:
    return link if link is not None and (not purpose or link.purpose == purpose) else None
