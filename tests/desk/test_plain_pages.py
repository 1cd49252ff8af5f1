"""Pages that must say nothing: not found, and whether the machine is well."""

from collections.abc import Callable
from uuid import uuid4

from django.conf import settings
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.defaults import server_error

from practice.people.models import Patient, Staff

SignedIn = Callable[[Staff], Client]


def test_the_404_page_is_the_same_bytes_for_everybody_signed_in(
    dana: Staff, brook: Staff, castellanos: Staff, hale: Staff, lindqvist: Patient, signed_in: SignedIn
) -> None:
    bodies = {signed_in(person).get("/no/such/page/").content for person in (dana, brook, castellanos, hale)}
    bodies.add(signed_in(brook).get(reverse("patient-results", args=[lindqvist.pk])).content)
    bodies.add(signed_in(hale).get(reverse("patient-results", args=[uuid4()])).content)
    assert len(bodies) == 1
    assert b"csrf" not in bodies.pop()


def test_the_health_page_says_one_word_to_anybody(client: Client, db: None) -> None:
    answer = client.get(reverse("health"))
    assert (answer.status_code, answer.content) == (200, b"ok\n")


def test_whoever_is_signed_in_can_say_that_they_are_still_there(dana: Staff, signed_in: SignedIn) -> None:
    client = signed_in(dana)
    assert client.post(reverse("session-extend")).status_code == 204
    assert client.get(reverse("session-extend")).json()["user"] == str(dana.pk)


def test_nobody_signed_in_is_told_nothing_by_the_same_address(client: Client, db: None) -> None:
    answer = client.get(reverse("session-extend"), headers={"Sec-Fetch-Mode": "cors"})
    assert answer.status_code == 401


def test_the_error_page_is_one_constant_text() -> None:
    source = (settings.BASE_DIR / "templates" / "500.html").read_text()
    assert server_error(RequestFactory().get("/")).content.decode() == source


def test_an_outdated_form_is_told_what_to_do(dana: Staff, signed_in: SignedIn) -> None:
    client = signed_in(dana)
    client.handler.enforce_csrf_checks = True
    answer = client.post(reverse("patient-search"), {"q": "lindqvist"})
    assert answer.status_code == 403
    assert "Go back, reload the page, and do it once more." in answer.content.decode()
    assert "lindqvist" not in answer.content.decode()


def test_a_body_in_another_character_set_is_answered_not_broken(client: Client, db: None) -> None:
    for address in ("/account/login/", "/nowhere/"):
        answer = client.post(address, "login=x", content_type="application/x-www-form-urlencoded; charset=utf-16")
        assert answer.status_code == 400 and "UTF-8" in answer.content.decode()
