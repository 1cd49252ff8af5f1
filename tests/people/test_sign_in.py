"""Signing in: a password, a second factor, one sentence for every failure, and an end after 15 minutes or 12 hours."""

import json
import re
from collections.abc import Callable

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.db import IntegrityError
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from practice.audit.models import AuditEntry
from practice.infrastructure.days import today
from practice.people.models import Staff
from practice.people.rules import Role
from tests.everybody import PASSWORD, TOTP_SECRET, code_at, noon

NOON = noon(today()).timestamp()
SignedIn = Callable[[Staff], Client]


@pytest.fixture(autouse=True)
def _fresh_limits(db: None) -> None:
    cache.clear()


def post_password(client: Client, username: str, password: str = PASSWORD) -> object:
    return client.post(reverse("account_login"), {"login": username, "password": password})


def without_token(body: bytes) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value|nonce|value)="[^"]*"', "", body.decode())


class TestTwoSteps:
    def test_password_then_code_opens_the_home_page(self, hale: Staff, client: Client) -> None:
        with time_machine.travel(NOON):
            assert post_password(client, "hale").url == reverse("mfa_authenticate")
            assert client.get(reverse("home")).status_code == 302  # the password alone opens nothing
            answer = client.post(reverse("mfa_authenticate"), {"code": code_at(NOON)})
            assert answer.url == "/"
            assert client.get(reverse("home")).status_code == 200

    def test_a_code_is_refused_the_second_time(self, hale: Staff) -> None:
        with time_machine.travel(NOON) as clock:
            for expected in (302, 200):
                client = Client()
                post_password(client, "hale")
                answer = client.post(reverse("mfa_authenticate"), {"code": code_at(NOON)})
                assert answer.status_code == expected
                clock.shift(35)  # past the code's own half minute, within the tolerated drift
        assert b"Incorrect code" in answer.content

    def test_a_code_of_two_minutes_ago_is_refused(self, hale: Staff, client: Client) -> None:
        with time_machine.travel(NOON):
            post_password(client, "hale")
            assert client.post(reverse("mfa_authenticate"), {"code": code_at(NOON - 120)}).status_code == 200

    def test_codes_cannot_be_guessed_for_long(self, hale: Staff, client: Client) -> None:
        with time_machine.travel(NOON):
            post_password(client, "hale")
            wrong = [f"{number:06}" for number in range(6) if f"{number:06}" != code_at(NOON)]
            for code in wrong:
                client.post(reverse("mfa_authenticate"), {"code": code})
            answer = client.post(reverse("mfa_authenticate"), {"code": code_at(NOON)})
        assert answer.status_code in (200, 429)
        assert AuditEntry.objects.filter(event="sign_in_failed", detail="code").count() >= 5

    def test_a_recovery_code_works_once(self, hale: Staff) -> None:
        from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

        code = RecoveryCodes.activate(hale).get_unused_codes()[0]
        for expected in (302, 200):
            client = Client()
            post_password(client, "hale")
            assert client.post(reverse("mfa_authenticate"), {"code": code}).status_code == expected

    def test_the_secret_of_the_app_is_sealed_in_the_table(self, hale: Staff) -> None:
        row = Authenticator.objects.get(user=hale, type=Authenticator.Type.TOTP)
        assert TOTP_SECRET not in json.dumps(row.data)
        assert TOTP(row).instance.wrap().validate_code(code_at(NOON)) is False  # a code of another time
        with time_machine.travel(NOON):
            assert row.wrap().validate_code(code_at(NOON))

    def test_a_plain_secret_put_into_the_table_is_never_accepted(self, hale: Staff) -> None:
        row = Authenticator.objects.get(user=hale, type=Authenticator.Type.TOTP)
        row.data = {"secret": TOTP_SECRET}
        row.save()
        with time_machine.travel(NOON), pytest.raises(ValueError):
            row.wrap().validate_code(code_at(NOON))

    def test_nobody_can_be_a_superuser(self, hale: Staff) -> None:
        hale.is_superuser = True
        with pytest.raises(IntegrityError):
            hale.save()


class TestNothingIsTold:
    def test_a_wrong_password_an_unknown_name_and_a_deactivated_person_get_the_same_page(
        self, hale: Staff, osei: Staff
    ) -> None:
        osei.is_active = False
        osei.save()
        attempts = [("hale", "wrong wrong wrong"), ("nobody", PASSWORD), ("osei", PASSWORD)]
        bodies = set()
        for username, password in attempts:
            answer = post_password(Client(), username, password)
            assert answer.status_code == 200
            bodies.add(without_token(answer.content))
        assert len(bodies) == 1

    def test_the_hasher_runs_as_often_for_an_unknown_name(self, hale: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
        from django.contrib.auth.hashers import MD5PasswordHasher

        runs: list[int] = []
        encode = MD5PasswordHasher.encode
        monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *a, **k: runs.append(1) or encode(*a, **k))
        counts = []
        for username in ("hale", "nobody"):
            runs.clear()
            post_password(Client(), username, "wrong wrong wrong")
            counts.append(len(runs))
        assert counts == [1, 1]

    def test_five_wrong_passwords_stop_the_guessing_even_of_the_right_one(self, hale: Staff, client: Client) -> None:
        for _ in range(5):
            post_password(client, "hale", "wrong wrong wrong")
        assert b"Too many failed login attempts" in post_password(client, "hale").content

    def test_sign_up_does_not_exist(self, client: Client) -> None:
        assert client.get("/account/signup/").status_code == 404
        assert client.post("/account/signup/", {"username": "x", "password1": PASSWORD}).status_code == 404
        assert not Staff.objects.exists()

    def test_a_failed_attempt_is_recorded_without_what_was_typed(self, hale: Staff, client: Client) -> None:
        post_password(client, "my secret pass phrase", "x")
        post_password(client, "hale", "x")
        rows = AuditEntry.objects.filter(event="sign_in_failed").order_by("pk")
        assert [row.object_pk for row in rows] == ["unknown", str(hale.pk)]
        assert all("my secret" not in str(vars(row)) for row in rows)


def walk(patterns: list[URLPattern | URLResolver], prefix: str = "") -> list[URLPattern]:
    found: list[URLPattern] = []
    for pattern in patterns:
        found += walk(pattern.url_patterns) if isinstance(pattern, URLResolver) else [pattern]
    return found


SAMPLES = {"UUID": "7c9e6679-7425-40de-944b-e07fc1f90ae7", "Int": 1, "String": "x", "Slug": "x", "Path": "x"}


def sample(converter: object) -> object:
    """Something an argument could be; of a converter of our own, the first word it takes."""
    kind = type(converter).__name__.removesuffix("Converter")
    return SAMPLES.get(kind) or converter.regex.split("|")[0]  # type: ignore[attr-defined]


def every_url() -> list[tuple[str, str]]:
    """Every named address with made-up arguments. An unnamed one fails here: it could not be walked."""
    urls = []
    for pattern in walk(get_resolver().url_patterns):
        assert pattern.name, f"{pattern.pattern} has no name"
        arguments = {name: sample(converter) for name, converter in pattern.pattern.converters.items()}
        urls.append((pattern.name, reverse(pattern.name, kwargs=arguments)))
    return urls


PUBLIC = {
    "account_login",
    "account_logout",
    "mfa_authenticate",
    "invitation-open",
    "invitation-accept",
    "hand-over-return",
    "health",
    "mark",
    "measure-tablet",
    "signing-tablet",
}


class TestNoUrlEscapes:
    def test_nobody_gets_anywhere_without_signing_in(self, client: Client) -> None:
        for name, url in every_url():
            for send in (client.get, client.post):
                answer = send(url)
                if name in PUBLIC:
                    continue
                assert answer.status_code == 302, (name, answer.status_code)
                assert answer.url.startswith(reverse("account_login")), name

    def test_a_script_is_told_plainly_that_nobody_is_signed_in(self, client: Client) -> None:
        for name, url in every_url():
            if name not in PUBLIC:
                assert client.post(url, headers={"Sec-Fetch-Mode": "cors"}).status_code == 401, name

    def test_nobody_gets_anywhere_without_a_second_factor(self, hale: Staff, signed_in: SignedIn) -> None:
        Authenticator.objects.filter(user=hale).delete()
        client = signed_in(hale)
        for name, url in every_url():
            if name in PUBLIC or name == "mfa_activate_totp":
                continue
            for send in (client.get, client.post):
                answer = send(url)
                assert (answer.status_code, answer.url) == (302, reverse("mfa_activate_totp")), name

    def test_recovery_codes_alone_are_not_a_second_factor(self, hale: Staff, signed_in: SignedIn) -> None:
        Authenticator.objects.filter(user=hale).delete()
        Authenticator.objects.create(user=hale, type=Authenticator.Type.RECOVERY_CODES, data={})
        assert signed_in(hale).get("/").url == reverse("mfa_activate_totp")


class TestTheEnd:
    def test_a_sign_in_ends_after_fifteen_idle_minutes(self, hale: Staff, signed_in: SignedIn) -> None:
        with time_machine.travel(NOON) as clock:
            client = signed_in(hale)
            clock.shift(14 * 60 + 59)
            assert client.get("/").status_code == 200
            clock.shift(15 * 60)
            answer = client.get("/?page=2")
            assert (answer.status_code, answer.url) == (302, "/account/login/?next=/%3Fpage%3D2")
            assert answer["Clear-Site-Data"] == '"cache", "storage"'

    @pytest.mark.parametrize(
        ("came_from", "back"),
        [
            ("http://testserver/patients/?page=2#x", "/patients/%3Fpage%3D2"),
            ("http://testserver//evil.example/", "/"),
            ("https://evil.example/patients/", "/"),
            ("http://testserver/account/login/?next=/x/", "/"),
            ("", "/"),
        ],
    )
    def test_what_is_sent_after_it_leads_back_to_the_page_it_was_sent_from(
        self, client: Client, came_from: str, back: str
    ) -> None:
        answer = client.post(reverse("shorthand-remove"), {"short": "pt"}, headers={"Referer": came_from})
        assert (answer.status_code, answer.url) == (302, f"/account/login/?next={back}&undone=1")
        assert "what you sent was not done" in client.get(answer.url).content.decode()

    def test_an_address_that_only_takes_a_form_answers_with_a_page(self, hale: Staff, signed_in: SignedIn) -> None:
        answer = signed_in(hale).get(reverse("shorthand-remove"))
        assert (answer.status_code, answer["Allow"]) == (405, "POST")
        assert "<h1" in answer.content.decode()

    def test_polling_does_not_keep_it_open(self, hale: Staff, signed_in: SignedIn) -> None:
        with time_machine.travel(NOON) as clock:
            client = signed_in(hale)
            for _ in range(14):
                clock.shift(60)
                assert client.get("/", headers={"Practice-Poll": "1"}).status_code == 200
            clock.shift(60)
            assert client.get("/", headers={"Practice-Poll": "1", "Sec-Fetch-Mode": "cors"}).status_code == 401

    def test_work_keeps_it_open_but_not_beyond_twelve_hours(self, hale: Staff, signed_in: SignedIn) -> None:
        with time_machine.travel(NOON) as clock:
            client = signed_in(hale)
            for _ in range(71):
                clock.shift(600)
                assert client.post(reverse("session-extend")).status_code == 204
            clock.shift(600)
            assert client.get("/").status_code == 302

    def test_a_session_without_its_clocks_is_ended(self, hale: Staff, signed_in: SignedIn) -> None:
        client = signed_in(hale)
        session = client.session
        del session["sign_in_started_at"]
        session.save()
        assert client.get("/").status_code == 302

    def test_signing_out_clears_the_browser(self, hale: Staff, signed_in: SignedIn) -> None:
        client = signed_in(hale)
        answer = client.post(reverse("account_logout"))
        assert answer["Clear-Site-Data"] == '"cache", "storage"'
        assert client.get("/").status_code == 302
        assert AuditEntry.objects.filter(event="signed_out", actor=hale).exists()

    def test_the_page_after_signing_out_is_not_kept_by_the_browser(self, hale: Staff, signed_in: SignedIn) -> None:
        assert "no-store" in signed_in(hale).get("/")["Cache-Control"]


def test_a_person_may_hold_several_roles_and_none_of_them_is_a_way_around(solo: Staff) -> None:
    assert set(solo.roles) == set(Role.values)
    assert not solo.is_superuser
    assert not solo.is_staff


class TestChangingHowOneSignsIn:
    def test_moving_to_another_phone_asks_for_a_code_and_then_opens_nothing_until_it_is_done(
        self, hale: Staff, signed_in: SignedIn
    ) -> None:
        client, url = signed_in(hale), reverse("mfa_deactivate_totp")
        asked = client.get(url)
        assert asked.url.startswith(reverse("mfa_reauthenticate"))
        with time_machine.travel(NOON + 600, tick=False):
            client = signed_in(hale)
            code = code_at(NOON + 600)
            answer = client.post(reverse("mfa_reauthenticate") + f"?next={url}", {"code": code})
            assert answer.url == url
            client.post(url)
            assert not Authenticator.objects.filter(user=hale).exists()
            assert client.get("/").url == reverse("mfa_activate_totp")

    def test_a_password_alone_does_not_open_it(self, hale: Staff, signed_in: SignedIn) -> None:
        client = signed_in(hale)
        assert client.post("/account/reauthenticate/", {"password": PASSWORD}).status_code == 404
        client.post(reverse("mfa_deactivate_totp"))
        assert Authenticator.objects.filter(user=hale).exists()

    def test_a_new_password_ends_the_other_sign_ins(self, hale: Staff, signed_in: SignedIn) -> None:
        here, elsewhere = signed_in(hale), signed_in(hale)
        new = "quite another pass phrase"
        form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        here.post(reverse("account_change_password"), form)
        hale.refresh_from_db()
        assert hale.check_password(new)
        assert here.get("/").status_code == 200
        assert elsewhere.get("/").status_code == 302
