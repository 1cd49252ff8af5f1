"""A screen in somebody else's hands: one purpose, no sign-in behind it, and only staff can take it back.

Handing over ends the sign-in on the spot: what follows is a session of nobody that holds the name of one page and the
ids which that page needs. So there is nothing to reach by a typed address, the back button or another tab, even if the
middleware had a hole; it is there so that each of them lands on the screen. Taking it back is an ordinary sign-in, with
password and code, by the same person or another. Nothing ends this session while the person is still answering: the
screen covers itself when it lies untouched, and what was typed waits on it.

What other tabs already show is beyond the server. A form that hands over is marked `data-hand-over`: before it is sent,
every other tab of the browser saves and covers itself (idle.js), and a tab coming out of the background without a line
covers itself too (cover.js). A tab with a bare PDF has no script: the page with the button asks to close it first.

An app that has such a screen calls `hand_over` from a signed-in view, and `screen_of` in the view of the screen, which
is marked `login_not_required`. The screen's address has no arguments: what it is about stands in the session alone.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, field

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse

KEY = "handed_over"
TAKEN_BACK = "handed_over_taken_back"
# Beside the screen itself: the way back, which is the sign-in.
WAY_BACK = frozenset({"hand-over-return", "account_login", "mfa_authenticate"})


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What the session holds meanwhile: the URL name of the screen, where whoever handed it over goes on, and ids."""

    screen: str
    back: str
    by: str
    about: dict[str, str] = field(default_factory=dict)
    done: bool = False


def hand_over(request: HttpRequest, *, screen: str, back: str, about: dict[str, str]) -> HttpResponse:
    """End this sign-in and show the one screen. `about` holds ids and codes only. The caller has recorded the act."""
    held = HandedOver(screen, back, str(request.user.pk), about)
    logout(request)
    rotate_token(request)
    request.session[KEY] = asdict(held)
    return redirect(screen)


def held_in(request: HttpRequest) -> HandedOver | None:
    """What this session is handed over for, or None."""
    kept = request.session.get(KEY)
    return HandedOver(**kept) if kept else None


def screen_of(request: HttpRequest, screen: str) -> HandedOver:
    """What the screen is about. Raises Http404 in every session that was not handed over for this screen."""
    held = held_in(request)
    if held is None or held.screen != screen:
        raise Http404
    return held


def finish(request: HttpRequest, *, back: str = "", **about: str) -> None:
    """Nothing more is asked; the screen waits to be given back. `back` is where its owner goes on, if elsewhere."""
    held = held_in(request)
    if held is not None:
        kept = asdict(held) | {"done": True, "about": held.about | about}
        request.session[KEY] = kept | ({"back": back} if back else {})


def taken_back(request: HttpRequest) -> None:
    """Somebody has signed in, with both factors: the hand-over is over."""
    if kept := request.session.pop(KEY, None):
        request.session[TAKEN_BACK] = {"by": kept["by"], "back": kept["back"]}


class OneScreen:
    """While a session is handed over, every address leads to its screen; requests of scripts are answered 401."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        held = held_in(request)
        if held is None or self._is_open(request.path_info, held):
            return self.get_response(request)
        if request.headers.get("Sec-Fetch-Mode", "navigate") != "navigate":
            return HttpResponse("This screen is handed over.", status=401, content_type="text/plain; charset=utf-8")
        return redirect(reverse(held.screen))

    @staticmethod
    def _is_open(path: str, held: HandedOver) -> bool:
        try:
            return resolve(path).view_name in {held.screen, *WAY_BACK}
        except Resolver404:
            return False
