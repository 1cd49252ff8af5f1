"""What every test of authorizations may ask for."""

from collections.abc import Callable
from typing import Any

import pytest

from authorizations.actions import record_authorization
from authorizations.models import Authorization
from practice.people.models import Patient, Staff
from tests.authorizations.papers import complete

Record = Callable[..., Authorization]


@pytest.fixture
def authorized(dana: Staff, hale: Staff, lindqvist: Patient) -> Record:
    """`authorized(purpose="")`: a complete authorization recorded by front desk, with some elements changed."""

    def make(**changes: Any) -> Authorization:
        given = {"by": dana, "patient": lindqvist, **complete(hale), **changes}
        return record_authorization(**given)

    return make
