"""What the worker does for people once a day. Nothing here opens or closes anything: dates do, at the moment of use."""

from importlib import import_module

from django.conf import settings

from practice.infrastructure.jobs import periodic

from .actions import drop_ended_permissions


@periodic("people.drop-ended-permissions", cron="15 8 * * *")
def drop_ended() -> None:
    """Remove chart permissions whose care is over; the policies refuse them already."""
    drop_ended_permissions()


@periodic("people.clear-ended-sign-ins", cron="30 8 * * *")
def clear_ended() -> None:
    """Remove the rows of sign-ins that have ended."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
