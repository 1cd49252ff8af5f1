"""What holds for every response."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.refusals import Refusal, Refused

GetResponse = Callable[[HttpRequest], HttpResponse]


def never_store(get_response: GetResponse) -> GetResponse:
    """No browser or proxy keeps a page of ours; only static files, which are the same for everybody, are kept."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.pop("Expires", None)
            response.headers.pop("Cache-Control", None)
            patch_cache_control(response, no_store=True, private=True)
        return response

    return middleware


UNREADABLE = Refusal(
    "UNREADABLE",
    "Something on this page is encrypted and cannot be opened.",
    "It is kept unchanged; nothing was lost by looking. Tell your administrator: its key is missing, or its bytes were "
    "changed in the database.",
)


class RefusalPages:
    """A `Refused` that a view lets through becomes a page which says why, and who can help; never an error.

    So does a value that cannot be opened: it is never shown as empty, and no editor opens over it.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Unreadable):
            return render(request, "403.html", {"refusal": UNREADABLE}, status=500)
        if not isinstance(exception, Refused):
            return None
        return render(request, "403.html", {"refusal": exception.refusal}, status=403)
