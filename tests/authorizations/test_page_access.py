"""Who gets which page of authorizations, and where an authorization in effect leads them."""

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from authorizations import actions
from authorizations.urls import urlpatterns
from practice.infrastructure.days import today
from practice.infrastructure.uploads import check_upload
from practice.people.models import Patient, Staff
from tests.authorizations.pages import Record, SignedIn, new, words
from tests.files import pdf

# person: their answer to pages that read, and to pages that record, for a patient of Dr. Hale
ACCESS = [
    ("hale", 200, 200),
    ("dana", 200, 200),
    ("castellanos", 200, 200),
    ("solo", 200, 200),
    ("osei", 403, 403),  # a clinician who does not care for him: told so
    ("brook", 404, 404),  # an administrator has no part in it
]
ELSEWHERE = {
    "authorization-mistaken",
    "notice-told",
    "revocation-form",
    "revocation-form-blank",
}  # tried by the access table
READING = {"authorization-list", "authorization-open", "paper-download"}


@pytest.mark.parametrize(("who", "reads", "records"), ACCESS)
def test_each_page_answers_by_who_asks(
    request: pytest.FixtureRequest,
    signed_in: SignedIn,
    authorized: Record,
    who: str,
    reads: int,
    records: int,
) -> None:
    row = authorized(purpose="CANARY-purpose")
    paper = actions.add_paper(by=row.recorded_by, authorization=row, paper=check_upload(BytesIO(pdf())))
    client = signed_in(request.getfixturevalue(who))
    for pattern in urlpatterns:
        if not pattern.callback.__module__.endswith(".recording"):
            continue  # forms and signing: tests/access_table.py
        name = str(pattern.name)
        if "restriction_id" in pattern.pattern.converters:
            continue  # of restrictions: tests/access_table.py
        if name in ELSEWHERE:
            continue
        args: list[Any] = [row.patient_id] if "patient_id" in pattern.pattern.converters else [row.pk]
        args += [paper.pk] if name == "paper-download" else []
        post_only = name == "authorization-scan-add"
        response = (client.post if post_only else client.get)(reverse(name, args=args))
        wanted = reads if name in READING else records
        allowed = {200, 302} if wanted == 200 else {wanted}
        assert response.status_code in allowed, (name, response.status_code)
        if wanted != 200:
            assert "CANARY" not in words(response)
    if who == "osei":
        page = words(client.get(reverse("authorization-open", args=[row.pk])))
        assert "for a patient you do not care for" in page
        assert "Front desk or the compliance officer can record it" in page


def test_an_absent_authorization_and_patient_are_not_found(desk: Client) -> None:
    for name in ("authorization-open", "authorization-revoke", "authorization-list", "authorization-new"):
        assert desk.get(reverse(name, args=[uuid4()])).status_code == 404


def test_nobody_signed_out_gets_a_page(client: Client, authorized: Record) -> None:
    response = client.get(reverse("authorization-open", args=[authorized().pk]))
    assert response.status_code == 302
    assert "/account/" in response["Location"]


# person, record class, what the page of an authorization in effect leads on to
USES = [
    ("hale", "PN", "Release my psychotherapy notes"),
    ("solo", "PN", "Release my psychotherapy notes"),  # a clinician who keeps none: the same words
    ("dana", "PN", None),
    ("castellanos", "PN", None),
    ("dana", "CHART", "Prepare a release"),
    ("hale", "CHART", "Prepare a release"),
]


@pytest.mark.parametrize(("who", "records", "offer"), USES)
def test_an_authorization_in_effect_leads_on_to_its_use(
    request: pytest.FixtureRequest,
    signed_in: SignedIn,
    authorized: Record,
    who: str,
    records: str,
    offer: str | None,
) -> None:
    row = authorized(record_classes=[records])
    page = words(signed_in(request.getfixturevalue(who)).get(reverse("authorization-open", args=[row.pk])))
    for sentence in ("Release my psychotherapy notes", "Prepare a release"):
        assert (sentence in page) is (sentence == offer)
    ended = authorized(record_classes=[records], expires_on=today() - timedelta(days=1))
    page = words(signed_in(request.getfixturevalue(who)).get(reverse("authorization-open", args=[ended.pk])))
    assert "Release my psychotherapy notes" not in page
    assert "Prepare a release" not in page


def test_front_desk_finds_the_patient_before_the_scan(desk: Client, lindqvist: Patient, abernathy: Patient) -> None:
    assert "Scan an authorization" in words(desk.get(reverse("home")))
    address = reverse("authorization-scan")
    assert desk.post(address, {"q": "lindqvist"})["Location"] == new(lindqvist)
    assert "Nobody found" in words(desk.post(address, {"q": "zzzz <b>"}))
    Patient.objects.filter(pk=abernathy.pk).update(sort_name="Lindqvist, Ruth", legal_name="Ruth Lindqvist")
    page = words(desk.post(address, {"q": "lindqvist"}))
    assert new(lindqvist) in page
    assert new(abernathy) in page


def test_a_clinician_finds_only_their_own_patients_and_an_administrator_is_told_who_does_it(
    osei: Staff, brook: Staff, lindqvist: Patient, signed_in: SignedIn
) -> None:
    assert "Nobody found" in words(signed_in(osei).post(reverse("authorization-scan"), {"q": "lindqvist"}))
    response = signed_in(brook).get(reverse("authorization-scan"))
    assert response.status_code == 403


def test_the_therapists_home_shows_what_is_about_to_end(hale: Staff, authorized: Record, signed_in: SignedIn) -> None:
    row = authorized(expires_on=today() + timedelta(days=5))
    page = words(signed_in(hale).get(reverse("home")))
    assert "Authorizations about to end" in page
    assert reverse("authorization-open", args=[row.pk]) in page
