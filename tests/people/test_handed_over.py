"""A screen in the patient's hands: no sign-in behind it, one address, and only staff takes it back."""

from collections.abc import Callable, Iterator

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from practice.audit.models import AuditEntry
from practice.people.handed_over import KEY
from practice.people.models import Patient, Staff
from tests.everybody import PASSWORD, code_at
from tests.people.test_sign_in import NOON, every_url

SignedIn = Callable[[Staff], Client]
SCREEN = "/chart/questions/"
WAY_BACK = {"measure-tablet", "hand-over-return", "account_login", "mfa_authenticate"}


@pytest.fixture(autouse=True)
def _fresh_limits(db: None) -> None:
    cache.clear()


@pytest.fixture
def tablet(hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> Iterator[Client]:
    """Dr. Hale has handed a PHQ-9 over to Tobias Lindqvist."""
    with time_machine.travel(NOON):
        client = signed_in(hale)
        answer = client.post(reverse("measure-hand-over", args=[lindqvist.pk, "phq-9"]))
        assert answer.url == SCREEN
        yield client


def take_back(client: Client, username: str) -> object:
    page = client.get(reverse("hand-over-return"))
    assert page.url == reverse("account_login")
    client.post(page.url, {"login": username, "password": PASSWORD})
    return client.post(reverse("mfa_authenticate"), {"code": code_at(NOON)})


def test_every_address_of_the_product_leads_to_the_screen(tablet: Client) -> None:
    for name, url in every_url():
        for send in (tablet.get, tablet.post):
            answer = send(url)
            if name not in WAY_BACK:
                assert (answer.status_code, answer.get("Location")) == (302, SCREEN), name
    for url in ("/", "/nothing/of/ours/", "/chart/", "//chart/", "/admin/"):
        assert tablet.get(url).url == SCREEN
    assert tablet.get(SCREEN).status_code == 200  # and it is still there


def test_a_script_of_another_tab_is_told_that_the_sign_in_is_gone(tablet: Client) -> None:
    for name, url in every_url():
        if name not in WAY_BACK:
            assert tablet.post(url, headers={"Sec-Fetch-Mode": "cors"}).status_code == 401, name


def test_the_sign_in_has_ended_so_the_session_opens_nothing(tablet: Client, hale: Staff) -> None:
    assert "_auth_user_id" not in tablet.session
    assert set(tablet.session[KEY]["about"]) == {"patient", "code", "version", "measure"}
    assert AuditEntry.objects.filter(event="signed_out", actor=hale).exists()
    assert AuditEntry.objects.filter(detail="screen_handed_over", actor=hale).exists()


def test_the_page_before_is_gone_from_the_browser_too(hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
    answer = signed_in(hale).post(reverse("measure-hand-over", args=[lindqvist.pk, "phq-9"]))
    assert answer["Clear-Site-Data"] == '"cache", "storage"'


def test_a_form_left_open_in_another_tab_has_an_old_token(hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
    client = signed_in(hale)
    client.get(reverse("patient-results", args=[lindqvist.pk]))
    before = client.cookies["csrf"].value
    client.post(reverse("measure-hand-over", args=[lindqvist.pk, "phq-9"]))
    client.get(SCREEN)
    assert before not in [cookie.value for cookie in client.cookies.values()]


def test_the_screen_shows_initials_and_nothing_more_of_anybody(tablet: Client) -> None:
    page = tablet.get(SCREEN).content.decode()
    assert "For T. L." in page
    for word in ("Tobias", "Lindqvist", "20388", "Hale", "depress" + "ion scale", "/patients/"):
        assert word not in page


def test_the_screen_exists_for_nobody_else(hale: Staff, client: Client, signed_in: SignedIn) -> None:
    assert client.get(SCREEN).status_code == 404
    assert signed_in(hale).get(SCREEN).status_code == 404


def test_whoever_handed_it_over_goes_on_where_it_was(tablet: Client, lindqvist: Patient) -> None:
    assert take_back(tablet, "hale").url == reverse("hand-over-back")
    assert tablet.get(reverse("hand-over-back")).url == reverse("patient-results", args=[lindqvist.pk])
    assert KEY not in tablet.session
    assert tablet.get("/").status_code == 200


def test_a_password_alone_does_not_take_it_back(tablet: Client) -> None:
    tablet.post(reverse("account_login"), {"login": "hale", "password": PASSWORD})
    assert tablet.get("/").url == SCREEN
    assert KEY in tablet.session


def test_somebody_else_takes_it_back_into_a_sign_in_of_their_own(tablet: Client, dana: Staff) -> None:
    take_back(tablet, "dana")
    page = tablet.get(reverse("hand-over-back"), follow=True)
    assert tablet.session["_auth_user_id"] == str(dana.pk)
    assert "Tell Dr. Miriam Hale now, before the patient leaves" in page.content.decode()
    assert "Lindqvist" not in page.content.decode()


def test_it_does_not_end_while_the_patient_is_still_thinking(tablet: Client) -> None:
    with time_machine.travel(NOON + 3 * 3600):
        assert tablet.get(SCREEN).status_code == 200
        assert tablet.post(SCREEN, {"i_1": "1", "then": "stop"}).url == SCREEN


def test_without_the_chart_nothing_is_handed_over(
    osei: Staff, dana: Staff, lindqvist: Patient, signed_in: SignedIn
) -> None:
    url = reverse("measure-hand-over", args=[lindqvist.pk, "phq-9"])
    for person, code in ((osei, 403), (dana, 404)):
        client = signed_in(person)
        assert client.post(url).status_code == code
        assert KEY not in client.session
