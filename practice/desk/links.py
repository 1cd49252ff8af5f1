"""Links to other rooms by URL name."""

from django.urls import NoReverseMatch, reverse


def path_to(url_name: str, *args: object) -> str:
    """The path of a page, or "" where this installation has no such page: then no link is shown."""
    try:
        return reverse(url_name, args=args)
    except NoReverseMatch:
        return ""
