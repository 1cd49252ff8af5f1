"""What every test of authorizations may ask for."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from authorizations.actions import record_authorization
from authorizations.actions.forms import prepare_authorization
from authorizations.models import Authorization, FormVersion
from practice.people.models import Patient, Staff
from tests.authorizations.papers import SCAN, approve_forms, complete, to_prepare

Record = Callable[..., Authorization]


@pytest.fixture
def desk(dana: Staff, signed_in: Callable[[Staff], Client]) -> Client:
    """Front desk, signed in."""
    return signed_in(dana)


@pytest.fixture
def authorized(dana: Staff, hale: Staff, lindqvist: Patient) -> Record:
    """`authorized(purpose="")`: a complete authorization recorded by front desk, with some elements changed."""

    def make(**changes: Any) -> Authorization:
        given = {"by": dana, "patient": lindqvist, **complete(hale), **changes}
        scan = SCAN if given["signature_method"] else None
        return record_authorization(**{"paper": scan, **given})

    return make


@pytest.fixture
def approved_forms(castellanos: Staff) -> list[FormVersion]:
    """Both forms that come with the product, approved by counsel two months ago."""
    return approve_forms(castellanos)


@pytest.fixture
def prepared(approved_forms: list[FormVersion], dana: Staff, hale: Staff, lindqvist: Patient) -> Record:
    """`prepared(purpose="")`: a form prepared by front desk, ready to be signed, with some elements changed."""

    def make(**changes: Any) -> Authorization:
        given = {"by": dana, "patient": lindqvist, **to_prepare(hale), **changes}
        return prepare_authorization(**given)

    return make
