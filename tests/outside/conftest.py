"""A browser on the outside host, and a link to try it with."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as product
from django.test import Client, override_settings

from practice.outside.actions import NewLink, make_link
from practice.outside.rules import CodeGiven, LinkPurpose
from practice.people.models import Patient, Staff

WRONG = "ZZZZ-ZZZZ"


class Visitor:
    """Somebody with a browser and no account, who looks at the outside host."""

    def __init__(self, host: str = "") -> None:
        self.client = Client(headers={"host": host or product.OUTSIDE_HOST})

    def get(self, path: str, **more: Any) -> Any:
        with override_settings(**product.OUTSIDE):
            return self.client.get(path, **more)

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> Any:
        with override_settings(**product.OUTSIDE):
            return self.client.post(path, data or {}, **more)

    def answer(self, made: NewLink, born: date | None, code: str = "") -> Any:
        """Send the two answers to a link's questions."""
        data = {"birth_date": born.isoformat() if born else "", "code": code or made.code}
        return self.post(path_of(made), data)


def path_of(made: NewLink) -> str:
    return made.address.removeprefix(product.OUTSIDE_ADDRESS)


def said(answer: Any) -> str:
    """What a page says, without what differs at every load."""
    words: str = answer.content.decode()
    words = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", words)
    return re.sub(r'nonce="[^"]*"', "", words)


@pytest.fixture
def visitor() -> Visitor:
    return Visitor()


@pytest.fixture
def link_to(dana: Staff, lindqvist: Patient) -> Callable[..., NewLink]:
    """`link_to(subject_id)`: a link for Tobias Lindqvist to sign something."""

    def make(subject_id: Any = None, purpose: LinkPurpose = LinkPurpose.SIGN, days: int = 3) -> NewLink:
        return make_link(
            by=dana,
            purpose=purpose,
            subject_id=subject_id or uuid4(),
            patient=lindqvist,
            days=days,
            code_given=CodeGiven.BY_PHONE,
        )

    return make


@pytest.fixture
def nobody_listens() -> Iterator[None]:
    """Links open although there is nothing behind them."""
    from practice.outside.signals import link_passed

    kept, link_passed.receivers = link_passed.receivers, []
    link_passed.sender_receivers_cache.clear()
    yield
    link_passed.receivers = kept
    link_passed.sender_receivers_cache.clear()
