"""A sentence for the next page waits where neither the browser nor the practice's database can read it."""

import json

import pytest
from django.contrib import messages
from django.contrib.messages import get_messages
from django.contrib.messages.storage import default_storage
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

SENTENCE = "Samir Quist: the destruction of 3 sealed notes is ordered."


def request_with(session: SessionStore) -> HttpRequest:
    request = RequestFactory().get("/")
    request.session = session
    request._messages = default_storage(request)  # type: ignore[attr-defined]
    return request


def told(words: str) -> SessionStore:
    """A session in which a page has left a sentence for the next one."""
    request = request_with(SessionStore())
    messages.success(request, words)
    request._messages.update(HttpResponse())  # type: ignore[attr-defined]
    request.session.save()
    return request.session  # type: ignore[return-value]


def test_a_sentence_for_the_next_page_is_shown_there_and_nowhere_in_the_database(db: None) -> None:
    session = told(SENTENCE)
    kept = json.dumps(Session.objects.get().get_decoded())
    assert "_messages" in kept
    for word in ("Samir", "sealed", "ordered"):
        assert word not in kept
    fresh = request_with(SessionStore(session.session_key))
    assert [str(one) for one in get_messages(fresh)] == [SENTENCE]


@pytest.mark.parametrize("kept", ["", "no base64!", "AAAA", '[["__json_message", 0, 25, "in clear"]]'])
def test_what_does_not_open_is_not_shown_and_breaks_no_page(kept: str) -> None:
    session = SessionStore()
    session["_messages"] = kept
    assert not list(get_messages(request_with(session)))
