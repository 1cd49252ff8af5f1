"""Pages that must say nothing: not found, and whether the machine is well."""

from collections.abc import Callable
from uuid import uuid4

from django.test import Client
from django.urls import reverse

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
