"""What tests of the pages of authorizations type, ask for and read."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from authorizations.models import Authorization
from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from tests.authorizations.papers import complete

SignedIn = Callable[[Staff], Client]
Record = Callable[..., Authorization]
TOMORROW = (today() + timedelta(days=1)).isoformat()


def typed(hale: Staff, **changes: Any) -> dict[str, Any]:
    """What somebody types who copies a complete paper for psychotherapy notes."""
    given = complete(hale) | {"pn_originator": str(hale.pk), "received_on": today().isoformat()}
    return {name: value for name, value in (given | changes).items() if value not in (None, False)}


def new(patient: Patient) -> str:
    return reverse("authorization-new", args=[patient.pk])


def words(response: Any) -> str:
    return response.content.decode()
