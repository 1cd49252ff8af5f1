"""Addresses of the product's pages, for what is said far from any view."""

from typing import Any

from django.conf import settings
from django.urls import reverse

OUTSIDE = "practice.outside_urls"


def page(name: str, *args: Any) -> str:
    """The path of a page of the clinic. "" in the process for people outside: it has none of those pages, and whoever
    opens a link there is sent to none. Raises NoReverseMatch for a name that is no page.
    """
    return "" if settings.ROOT_URLCONF == OUTSIDE else reverse(name, args=args)
