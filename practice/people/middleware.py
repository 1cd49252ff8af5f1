"""What stands between a sign-in and every page: a second factor, and an end to it."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from practice.audit.actions import record
from practice.audit.rules import AuditEvent, Outcome
from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.refusals import Refusal, Refused

GetResponse = Callable[[HttpRequest], HttpResponse]

STARTED = "sign_in_started_at"
LAST_ACT = "sign_in_last_act_at"
# Polls say so with this header; everything else counts as the person being there.
POLL_HEADER = "Practice-Poll"
# The last act is written at most this often, in seconds, so that reading pages does not write a session row each time.
GRAIN = 5

# Without a second factor a person reaches these, to enrol or to leave, and nothing else.
OPEN_WITHOUT_SECOND_FACTOR = frozenset({"mfa_activate_totp", "account_logout"})


class SignInLimits:
    """A sign-in ends after 15 idle minutes and after 12 hours, whatever happens (164.312(a)(2)(iii)).

    A request that is not a page load (autosave, polling) is answered 401 when nobody is signed in, so that a script can
    cover the page instead of following a redirect into the sign-in form.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated and not self._still_good(request):
            logout(request)
            request.sign_in_ended = True  # type: ignore[attr-defined]
        response = self.get_response(request)
        if getattr(request, "signed_out", False):
            response["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
            return HttpResponse("Your sign-in has ended.", status=401, content_type="text/plain; charset=utf-8")
        if request.method not in ("GET", "HEAD"):
            return redirect(f"{redirect_to_login(_page_sent_from(request)).url}&undone=1")
        return redirect_to_login(request.get_full_path()) if getattr(request, "sign_in_ended", False) else None

    def _still_good(self, request: HttpRequest) -> bool:
        now = time.time()
        started, last = request.session.get(STARTED), request.session.get(LAST_ACT)
        if not isinstance(started, float) or not isinstance(last, float):
            return False
        if now - started >= settings.SIGN_IN_ABSOLUTE_SECONDS or now - last >= settings.SIGN_IN_IDLE_SECONDS:
            return False
        if POLL_HEADER not in request.headers and now - last >= GRAIN:
            request.session[LAST_ACT] = now
        return True


def _page_sent_from(request: HttpRequest) -> str:
    """The page of ours on which a form was sent: most addresses that take a form are no pages to come back to."""
    parts = urlsplit(request.headers.get("Referer", ""))
    ours = parts.netloc == request.get_host() and parts.path != reverse("account_login")
    ours = ours and not parts.path.startswith("//")
    return parts._replace(scheme="", netloc="", fragment="").geturl() if ours else "/"


def begin_sign_in(request: HttpRequest) -> None:
    """Start both clocks of a sign-in. Without this the next request ends it."""
    request.session[STARTED] = request.session[LAST_ACT] = time.time()


UNREADABLE = Refusal(
    "UNREADABLE",
    "Something on this page is encrypted and cannot be opened.",
    "It is kept unchanged; nothing was lost by looking. Tell your administrator: its key is missing, or its bytes were "
    "changed in the database.",
)


class RefusalPages:
    """A `Refused` that a view lets through becomes a page which says why, and who can help; never an error.

    So does a value that cannot be opened: it is never shown as empty, and no editor opens over it.

    The attempt is in the audit trail then: by the doorway that refused, or from here, after the view's transaction.
    What the sealed rooms refuse is written down on their side alone: even a refusal could tell that a note exists.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code == 405 and request.method == "GET":  # an address that only takes a form
            allow, response = response["Allow"], render(request, "404.html", status=405)
            response["Allow"] = allow
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Unreadable):
            return render(request, "403.html", {"refusal": UNREADABLE}, status=500)
        if not isinstance(exception, Refused):
            return None
        if not exception.recorded and request.user.is_authenticated and not _sealed_room(request):
            record(
                by=request.user,
                event=AuditEvent.REFUSED,
                subject=request.user,
                patient_id=_patient_asked_for(request),
                outcome=Outcome.REFUSED,
                detail=exception.refusal.code.lower()[:60],
            )
        return render(request, "403.html", {"refusal": exception.refusal}, status=403)


def _sealed_room(request: HttpRequest) -> bool:
    match = request.resolver_match
    return match is None or match.view_name.startswith(("psychotherapy-", "notes-"))


def _patient_asked_for(request: HttpRequest) -> UUID | None:
    match = request.resolver_match
    return match.kwargs.get("patient_id") if match is not None else None


class SecondFactorRequired:
    """Everybody signed in needs a second factor before any page; no URL escapes (a test walks them all)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        if not request.user.is_authenticated or not getattr(view, "login_required", True):
            return None
        match = request.resolver_match
        if match is not None and match.view_name in OPEN_WITHOUT_SECOND_FACTOR:
            return None
        return None if is_mfa_enabled(request.user, [Authenticator.Type.TOTP]) else redirect("mfa_activate_totp")
