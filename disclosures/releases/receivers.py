"""What releases listen to."""

from datetime import date
from typing import Any

from django.dispatch import receiver

from authorizations.models import Authorization, AuthorizationEvent
from authorizations.signals import authorization_corrected, authorization_ended, authorization_revoked
from practice.people.models import Staff

from .actions.taking_back import follow_correction, follow_end, follow_revocation


@receiver(authorization_revoked)
def on_revocation(*, event: AuthorizationEvent, by: Staff, **_: Any) -> None:
    """In the transaction of the revocation: both are recorded, or neither is."""
    follow_revocation(event=event, by=by)


@receiver(authorization_ended)
def on_end(*, authorization: Authorization, since: date, **_: Any) -> None:
    """In the transaction that records it: what left since that day is looked at."""
    follow_end(authorization=authorization, since=since)


@receiver(authorization_corrected)
def on_correction(*, authorization: Authorization, **_: Any) -> None:
    """In the transaction of the correction: what left under the wrong words is looked at."""
    follow_correction(authorization=authorization)
