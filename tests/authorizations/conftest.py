"""What every test of authorizations may ask for."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from authorizations import queries
from authorizations.actions import record_authorization, signing
from authorizations.actions.forms import prepare_authorization
from authorizations.actions.signing import Client as Device
from authorizations.actions.signing import Mark, sign
from authorizations.documents.signing import text_to_sign
from authorizations.models import Authorization, FormVersion, Signature
from authorizations.queries.signing import signer_of
from authorizations.rules.choices import IdentityCheck, SignatureWay
from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from tests.authorizations.papers import SCAN, approve_forms, complete, to_prepare

Record = Callable[..., Authorization]
Signed = Callable[..., Signature]


@pytest.fixture
def desk(dana: Staff, signed_in: Callable[[Staff], Client]) -> Client:
    """Front desk, signed in."""
    return signed_in(dana)


@pytest.fixture
def authorized(dana: Staff, hale: Staff, lindqvist: Patient) -> Record:
    """`authorized(purpose="")`: a complete authorization recorded by front desk, with some elements changed."""

    def make(**changes: Any) -> Authorization:
        given = {"by": dana, "patient": lindqvist, "another_paper": True, **complete(hale), **changes}
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


@pytest.fixture
def draft(prepared: Record) -> Authorization:
    """A form prepared for Tobias Lindqvist with everything on it but a signature."""
    return queries.for_release(prepared().pk)


@pytest.fixture
def no_paper(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is signed is not rendered, which takes a second."""
    monkeypatch.setattr(signing, "render_pdf", lambda *_, **__: b"%PDF-1.7 signed")


@pytest.fixture
def put(dana: Staff, no_paper: None) -> Signed:
    """`put(draft, intent=False)`: the patient signs on the tablet, as far as what is given does not say otherwise."""

    def act(authorization: Authorization, **changes: Any) -> Signature:
        given: dict[str, Any] = {
            "by": dana,
            "authorization": authorization,
            "way": SignatureWay.TABLET,
            "signer": signer_of(authorization, None, today()),
            "intent": True,
            "consent_electronic": True,
            "identity_checked_by": dana,
            "identity_how": IdentityCheck.KNOWN,
            "document_sha256": text_to_sign(authorization).sha256,
            "client": Device("192.0.2.7", "a tablet"),
        }
        given |= changes
        return sign(**{"mark": Mark(typed=given["signer"].name), **given})

    return act
