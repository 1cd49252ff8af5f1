"""What holds for every answer on the outside host."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware

GetResponse = Callable[[HttpRequest], HttpResponse]


def quiet(get_response: GetResponse) -> GetResponse:
    """No search engine lists these pages, and no proxy translates or keeps them."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    return middleware


class OutsideCsrf(CsrfViewMiddleware):
    """Django's guard, which knows that a page without a referrer sends its forms with the origin "null".

    The token in form and cookie decides as always; a browser that says where a form was sent from must say: here.
    """

    def _origin_verified(self, request: HttpRequest) -> bool:
        if request.META["HTTP_ORIGIN"] == "null":
            return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
        return bool(super()._origin_verified(request))  # type: ignore[misc]
