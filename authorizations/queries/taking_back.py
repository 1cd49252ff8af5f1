"""What is known of revocations, holds and authorizations that no longer permit anything."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from ..models import Authorization, AuthorizationEvent
from ..policies import with_facts
from ..rules import AuthorizationFacts, AuthorizationStatus, EventKind
from .standing import AuthorizationLine, active_from, lines_from


def written_revocation(authorization: Authorization) -> AuthorizationEvent | None:
    """The written revocation of an authorization, if it was taken back."""
    found = [event for event in authorization.events.all() if event.kind == EventKind.WRITTEN_REVOCATION]
    return found[0] if found else None


def ended_among(authorization_ids: Iterable[UUID], on: date, at: datetime) -> dict[UUID, AuthorizationLine]:
    """Of these authorizations, those that permit no release at an instant, by id; three queries for any number."""
    lines = lines_from(with_facts(Authorization.objects.filter(pk__in=set(authorization_ids))), on, at)
    return {line.authorization.pk: line for line in lines if line.status != AuthorizationStatus.ACTIVE}


def facts_among(authorization_ids: Iterable[UUID], on: date) -> list[AuthorizationFacts]:
    """What these authorizations say, whether they still stand or not."""
    return [line.facts for line in lines_from(with_facts(Authorization.objects.filter(pk__in=authorization_ids)), on)]


def ending_by_date(on: date, last: date) -> list[AuthorizationLine]:
    """Authorizations of the whole practice in effect on a day that end by date up to another, the soonest first."""
    return active_from(
        with_facts(Authorization.objects.filter(expires_on__range=(on, last)).order_by("expires_on")), on
    )
