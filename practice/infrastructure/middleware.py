"""What holds for every response."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.cache import patch_cache_control

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


def only_utf8(get_response: GetResponse) -> GetResponse:
    """Refuses a body that says it is in another character set: no browser of ours sends one, and it cannot be read."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if (request.content_params or {}).get("charset", "utf-8").lower().replace("-", "") != "utf8":
            return HttpResponseBadRequest(
                "This page takes text in UTF-8 only.", content_type="text/plain; charset=utf-8"
            )
        return get_response(request)

    return middleware
