"""What releases listen to."""

from typing import Any

from django.dispatch import receiver

from authorizations.models import AuthorizationEvent
from authorizations.signals import authorization_revoked
from practice.people.models import Staff

from .actions.taking_back import follow_revocation


@receiver(authorization_revoked)
def on_revocation(*, event: AuthorizationEvent, by: Staff, **_: Any) -> None:
    """In the transaction of the revocation: both are recorded, or neither is."""
    follow_revocation(event=event, by=by)
