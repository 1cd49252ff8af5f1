"""Two hosts, two tables of addresses, two kinds of cookie: nothing of the clinic answers outside, and the reverse."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as product
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from practice.infrastructure import checks
from practice.infrastructure.environment import outside_bind, outside_host
from practice.outside.actions import NewLink
from practice.people.models import Patient, Staff
from tests.outside.conftest import Visitor, path_of
from tests.test_access import PATTERNS

OUTSIDE = "practice.outside_urls"
MADE_UP = "11111111-2222-4333-8444-555555555555"


def outside_patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for pattern in (resolver or get_resolver(OUTSIDE)).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from outside_patterns(pattern)
        else:
            yield pattern


def addresses(urlconf: str, names: set[str]) -> set[str]:
    """Every address of a table, with something in place of its arguments."""
    found = set()
    for name, options in get_resolver(urlconf).reverse_dict.items():
        if name in names:
            for path, arguments in options[0]:
                found.add("/" + path % {argument: MADE_UP for argument in arguments})
    return found


OUTSIDE_NAMES = {str(pattern.name) for pattern in outside_patterns()}
CLINIC_NAMES = {str(name) for name in PATTERNS}


def test_no_address_exists_on_both_sides(db: None, visitor: Visitor) -> None:
    assert not OUTSIDE_NAMES & CLINIC_NAMES
    clinic, outside = addresses("practice.urls", CLINIC_NAMES), addresses(OUTSIDE, OUTSIDE_NAMES)
    assert len(clinic) > 100 and len(outside) >= 4
    assert [path for path in sorted(clinic) if visitor.get(path).status_code != 404] == []
    here = Client(headers={"host": "127.0.0.1"})
    assert [path for path in sorted(outside) if here.get(path).status_code != 404] == []
    with override_settings(**product.OUTSIDE):
        assert visitor.client.post("/account/login/", {"login": "x"}).status_code == 404


def test_a_staff_sign_in_is_nobody_outside(
    dana: Staff, signed_in: Callable[[Staff], Client], link_to: Callable[..., NewLink]
) -> None:
    staff, visitor = signed_in(dana), Visitor()
    visitor.client.cookies[product.SESSION_COOKIE_NAME] = staff.cookies[product.SESSION_COOKIE_NAME].value
    assert visitor.get("/").status_code == 404
    answer = visitor.get(path_of(link_to()))
    assert not hasattr(answer.wsgi_request, "user") and not hasattr(answer.wsgi_request, "session")
    assert "Dana" not in answer.content.decode()


def test_cookies_outside_are_its_own(visitor: Visitor, link_to: Callable[..., NewLink]) -> None:
    answer = visitor.get(path_of(link_to()))
    ours = {product.OUTSIDE["CSRF_COOKIE_NAME"], product.OUTSIDE_PASS_COOKIE}
    assert set(answer.cookies) <= ours
    assert not ours & {product.SESSION_COOKIE_NAME, product.CSRF_COOKIE_NAME}
    middleware = " ".join(product.OUTSIDE["MIDDLEWARE"])
    assert not [word for word in ("session", "auth.", "allauth", "message") if word in middleware.lower()]


def test_every_answer_outside_is_kept_nowhere_listed_nowhere_and_tells_no_other_site(
    visitor: Visitor, link_to: Callable[..., NewLink]
) -> None:
    for path in (path_of(link_to()), "/ended/", "/nothing/", "/robots.txt"):
        answer = visitor.get(path)
        assert answer["Referrer-Policy"] == "no-referrer", path
        assert "no-store" in answer["Cache-Control"] and "noindex" in answer["X-Robots-Tag"]
        assert answer["X-Frame-Options"] == "DENY" and "default-src 'none'" in answer["Content-Security-Policy"]
    assert visitor.get("/robots.txt").content == b"User-agent: *\nDisallow: /\n"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "records.example", "localhost.evil.example", "evil.example:80", "..", ""]
)
def test_another_host_name_is_refused_outside(db: None, host: str) -> None:
    assert Visitor(host or "testserver").get("/ended/").status_code == 400


def test_nobody_outside_sends_files(db: None, visitor: Visitor) -> None:
    answer = visitor.post(f"/l/{'x' * 43}/", {"code": SimpleUploadedFile("a.bin", b"x" * 1000)})
    assert answer.status_code == 400


def test_a_host_named_by_a_header_of_a_proxy_does_not_count(db: None, visitor: Visitor) -> None:
    answer = visitor.get("/account/login/", headers={"x-forwarded-host": "127.0.0.1", "forwarded": "host=127.0.0.1"})
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("origin", "site", "expected"),
    [
        ("null", "same-origin", 200),  # a page without a referrer says no origin
        ("null", None, 200),  # an older browser; the token decides
        ("null", "cross-site", 403),
        ("http://evil.example", "cross-site", 403),
        ("http://localhost", "same-origin", 200),
    ],
)
def test_a_form_sent_from_elsewhere_is_refused(
    db: None, lindqvist: Patient, origin: str, site: str | None, expected: int
) -> None:
    client = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    with override_settings(**product.OUTSIDE):
        client.get(f"/l/{'x' * 43}/")
        token = client.cookies[product.OUTSIDE["CSRF_COOKIE_NAME"]].value
        headers = {"origin": origin} | ({"sec-fetch-site": site} if site else {})
        data = {"birth_date": "1980-01-01", "code": "ABCD2345", "csrfmiddlewaretoken": token}
        assert client.post(f"/l/{'x' * 43}/", data, headers=headers).status_code == expected
        del data["csrfmiddlewaretoken"]
        assert client.post(f"/l/{'x' * 43}/", data, headers=headers).status_code == 403


@pytest.mark.parametrize(
    "value", ["https://forms.example", "forms.example:8443", "*", "*.example", "Forms.example", " "]
)
def test_the_host_of_links_is_a_host_name_alone(value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="PRACTICE_OUTSIDE_HOST"):
        outside_host(value)
    assert (outside_host("forms.example"), outside_host("")) == ("forms.example", "")


def test_the_two_sides_never_listen_at_one_door() -> None:
    assert outside_bind("", "127.0.0.1:8000") == "127.0.0.1:9000"
    assert outside_bind("", "127.0.0.1:65000") == "127.0.0.1:64000"
    for value in ("127.0.0.1:8000", "127.0.0.1"):
        with pytest.raises(ImproperlyConfigured, match="PRACTICE_OUTSIDE_BIND"):
            outside_bind(value, "127.0.0.1:8000")


@pytest.mark.parametrize(
    ("host", "clinic", "wrong"),
    [
        ("forms.example", ["records.example"], 0),
        ("", ["records.example"], 0),
        ("records.example", ["records.example"], 1),
        ("forms.records.example", [".records.example"], 1),
    ],
)
def test_one_host_for_both_sides_stops_the_start(settings: Settings, host: str, clinic: list[str], wrong: int) -> None:
    settings.MODE, settings.OUTSIDE_HOST, settings.ALLOWED_HOSTS = "production", host, clinic
    assert [error.id for error in checks.two_hosts()] == ["practice.E007"] * wrong


def settings_read(environment: dict[str, str], words: str) -> tuple[str, str]:
    command = [sys.executable, "-c", f"from practice import settings as s; print({words})"]
    done = subprocess.run(command, cwd=product.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    return done.stdout.strip(), done.stderr


def test_the_outside_process_has_settings_of_its_own_and_none_without_a_host(tmp_path: Path) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "PRACTICE_SIDE": "outside",
        "PRACTICE_OUTSIDE_HOST": "forms.example",
        "PRACTICE_BIND": "127.0.0.1:9000",  # as `serve` starts it
        "PRACTICE_OUTSIDE_BIND": "127.0.0.1:9000",
        "PRACTICE_DATA_DIR": str(tmp_path / "data"),
        "PRACTICE_KEYRING_FILE": str(tmp_path / "keyring.json"),
        "PRACTICE_CHECKPOINT_FILE": str(tmp_path / "checkpoints.txt"),
        "PRACTICE_SECRET_KEY": "kHv93bLq-27xTzW1mNcR5yGsP0dEjUaF8iOoBtXhVwKzQ4rM6lYn",
        "PRACTICE_ALLOWED_HOSTS": "records.example",
        "PRACTICE_TIME_ZONE": "America/Chicago",
        "DATABASE_URL": "postgresql://practice_app:a@db.example/practice",
        "PSYCHOTHERAPY_DATABASE_URL": "postgresql://psychotherapy_app:b@db.example/psychotherapy",
    }
    read, _ = settings_read(environment, "s.ROOT_URLCONF, s.ALLOWED_HOSTS, s.CSRF_COOKIE_NAME, s.OUTSIDE_ADDRESS")
    assert read == "practice.outside_urls ['forms.example'] __Host-outside-csrf https://forms.example"
    _, complaint = settings_read(environment | {"PRACTICE_OUTSIDE_HOST": ""}, "s.SIDE")
    assert "PRACTICE_OUTSIDE_HOST is empty" in complaint
    clinic = environment | {"PRACTICE_SIDE": "clinic", "PRACTICE_BIND": "127.0.0.1:8000"}
    read, _ = settings_read(clinic, "s.ROOT_URLCONF")
    assert read == "practice.urls"
