"""A start that is not safe does not happen, and says why; a running practice tells nothing it should not."""

import json
import logging
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings as product
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from environs import Env
from pytest_django import Settings

from practice.infrastructure import checks
from practice.infrastructure.databases.configuration import configure_databases
from practice.infrastructure.environment import made_secret
from practice.infrastructure.logs import ContentFreeFormatter

CANARY = "canary-7f3a"


@pytest.fixture
def production(tmp_path: Path) -> dict[str, str]:
    """The whole environment of a practice whose databases run elsewhere."""
    return {
        "PATH": os.environ["PATH"],
        "PRACTICE_DATA_DIR": str(tmp_path / "data"),
        "PRACTICE_KEYRING_FILE": str(tmp_path / "keys" / "keyring.json"),
        "PRACTICE_CHECKPOINT_FILE": str(tmp_path / "elsewhere" / "checkpoints.txt"),
        "PRACTICE_SECRET_KEY": "kHv93bLq-27xTzW1mNcR5yGsP0dEjUaF8iOoBtXhVwKzQ4rM6lYn",
        "PRACTICE_ALLOWED_HOSTS": "records.example",
        "PRACTICE_TIME_ZONE": "America/Chicago",
        "DATABASE_URL": "postgresql://practice_app:a@db.example/practice",
        "PSYCHOTHERAPY_DATABASE_URL": "postgresql://psychotherapy_app:b@db.example/psychotherapy",
    }


def manage(environment: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(command, cwd=product.BASE_DIR, env=environment, capture_output=True, text=True, check=False)


def test_the_deployment_check_is_silent_with_nothing_silenced(production: dict[str, str]) -> None:
    done = manage(production, "check", "--deploy", "--fail-level", "WARNING")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "System check identified no issues (0 silenced).\n"


REQUIRED = [
    "PRACTICE_SECRET_KEY",
    "PRACTICE_ALLOWED_HOSTS",
    "PRACTICE_TIME_ZONE",
    "PRACTICE_KEYRING_FILE",
    "PRACTICE_CHECKPOINT_FILE",
    "PSYCHOTHERAPY_DATABASE_URL",
]


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_secret_stops_the_start_with_a_sentence(production: dict[str, str], name: str) -> None:
    del production[name]
    done = manage(production, "check")
    assert done.returncode == 1
    assert name in done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value"), [("PRACTICE_SECRET_KEY", "short"), ("PRACTICE_ALLOWED_HOSTS", "records.example,*")]
)
def test_a_weak_secret_or_any_host_stops_the_start_too(production: dict[str, str], name: str, value: str) -> None:
    done = manage({**production, name: value}, "check")
    assert done.returncode == 1 and name in done.stderr and "Traceback" not in done.stderr


def test_a_practice_without_its_keyring_does_not_start(production: dict[str, str]) -> None:
    done = manage(production, "serve")
    assert done.returncode == 1
    assert "create_keyring" in done.stderr and "Traceback" not in done.stderr
    command = [sys.executable, "-c", "import practice.wsgi"]
    done = subprocess.run(command, cwd=product.BASE_DIR, env=production, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "KeyUnavailable" in done.stderr


def test_the_keyring_is_made_once_and_never_over_another(production: dict[str, str]) -> None:
    made = manage(production, "create_keyring")
    path = Path(production["PRACTICE_KEYRING_FILE"])
    before = path.read_bytes()
    again = manage(production, "create_keyring")
    assert (made.returncode, again.returncode) == (0, 1)
    assert path.read_bytes() == before and stat.S_IMODE(path.stat().st_mode) == 0o400


def test_a_mode_that_does_not_exist_stops_the_start(production: dict[str, str]) -> None:
    done = manage({**production, "PRACTICE_MODE": "debug"}, "check")
    assert done.returncode == 1 and "PRACTICE_MODE" in done.stderr and "Traceback" not in done.stderr


def test_cookies_and_transport_are_locked_in_production(production: dict[str, str]) -> None:
    wanted = {
        "DEBUG": False,
        "SESSION_COOKIE_NAME": "__Host-session",
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_DOMAIN": None,
        "SESSION_COOKIE_PATH": "/",
        "CSRF_COOKIE_SECURE": True,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_SECONDS": 63072000,
        "SILENCED_SYSTEM_CHECKS": [],
        "KEYRING_AUTOCREATE": False,
    }
    words = "import json; from django.conf import settings as s; print(json.dumps({n: getattr(s, n) for n in %r}))"
    environment = {**production, "DJANGO_SETTINGS_MODULE": "practice.settings"}
    command = [sys.executable, "-c", words % list(wanted)]
    done = subprocess.run(command, cwd=product.BASE_DIR, env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == wanted


def test_made_secrets_stand_in_one_closed_file_and_stay(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: made_secret(tmp_path, "secret_key"), range(8)))
    assert len(found) == 1 and len(found.pop()) >= 50
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert made_secret(tmp_path, "another") != made_secret(tmp_path, "secret_key")
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600


def test_one_login_for_both_databases_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(product.DATABASES["psychotherapy"], "USER", "practice_app")
    assert [found.id for found in checks.two_logins()] == ["practice.E001"]


@pytest.mark.parametrize("place", ["cluster", "static"])
def test_keys_beside_what_they_protect_are_reported(settings: Settings, place: str) -> None:
    folder = settings.EMBEDDED_SERVER.cluster if place == "cluster" else Path(settings.STATIC_ROOT)
    settings.KEYRING_FILE = folder / "keyring.json"
    assert [found.id for found in checks.keys_apart()] == ["practice.E002"]


def test_weak_settings_are_reported(settings: Settings) -> None:
    settings.TIME_ZONE = "Springfield"
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
    found = [*checks.practice_time(), *checks.sessions_in_the_database(), *checks.passwords_hashed_slowly()]
    assert [one.id for one in found] == ["practice.E004", "practice.E005", "practice.E003"]


def test_a_login_with_power_is_reported(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    assert checks.logins_without_power(databases=["default", "psychotherapy"]) == []
    monkeypatch.setattr(checks, "POWERS", "SELECT true, false")
    assert [found.id for found in checks.logins_without_power(databases=["default"])] == ["practice.E006"]


# --- What a running practice tells ------------------------------------------------------------------------------------


def explode(request: HttpRequest) -> HttpResponse:
    text = CANARY
    try:
        raise ValueError(f"cannot parse {text}")
    except ValueError as error:
        raise RuntimeError(f"failing row contains ({text})") from error


explode.login_required = False  # type: ignore[attr-defined]  # reached without sign-in, for this test
urlpatterns = [path("explode/", explode)]
handler500 = "django.views.defaults.server_error"


@pytest.fixture
def log() -> Iterator[StringIO]:
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(ContentFreeFormatter())
    loggers = [logging.getLogger(name) for name in ("django", "practice", "elsewhere")]
    for logger in loggers:
        logger.addHandler(handler)
    yield stream
    for logger in loggers:
        logger.removeHandler(handler)


def test_an_error_shows_a_constant_page_and_logs_no_content(log: StringIO, settings: Settings, db: None) -> None:
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False)
    first = client.post("/explode/", {"note": CANARY}, headers={"X-Note": CANARY})
    second = client.get("/explode/")
    assert first.status_code == second.status_code == 500
    assert first.content == second.content and CANARY.encode() not in first.content
    assert "RuntimeError" in log.getvalue() and "ValueError" in log.getvalue() and "explode" in log.getvalue()
    assert CANARY not in log.getvalue()


def test_a_strange_logger_writes_only_its_fixed_words(log: StringIO) -> None:
    logging.getLogger("elsewhere").error("could not read %s", CANARY)
    logging.getLogger("elsewhere").error(f"could not read {CANARY}")
    logging.getLogger("practice.ledger").error("checkpoint %s", "12")
    assert "could not read %s" in log.getvalue() and "checkpoint 12" in log.getvalue()
    assert CANARY not in log.getvalue()


def test_no_page_is_kept_by_a_browser_and_every_page_has_its_guards(client: Client, db: None) -> None:
    response = client.get("/account/login/")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store, private"
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http:" not in policy
    assert "frame-ancestors 'none'" in policy and "form-action 'self'" in policy
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"


def test_a_signed_in_page_is_not_kept_either(signed_in: Callable[..., Client], hale: object) -> None:
    response = signed_in(hale).get("/")
    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store, private"


def test_both_addresses_or_neither(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://a:b@c/d")
    with pytest.raises(ImproperlyConfigured, match="PSYCHOTHERAPY_DATABASE_URL is not"):
        configure_databases(Env(), tmp_path, durable=True)


def test_the_log_does_not_say_which_sealed_note_was_asked_for_or_what_came_back(log: StringIO) -> None:
    request_log = logging.getLogger("django.request")
    for words in ("Conflict: %s", "Not Found: %s", "Forbidden: %s"):
        request_log.warning(words, "/psychotherapy-notes/drafts/f59d1c77-d453-42ad-a4a5-19ca80b44cf3/save/")
        request_log.warning(words, "/releases/packages/f59d1c77-d453-42ad-a4a5-19ca80b44cf3/")
        request_log.warning(words, "/legal/packages/f59d1c77-d453-42ad-a4a5-19ca80b44cf3/")
        request_log.warning(words, "/legal/compelled/f59d1c77-d453-42ad-a4a5-19ca80b44cf3/")
    lines = log.getvalue().splitlines()
    assert "f59d1c77" not in log.getvalue() and len({line.split("django.request")[1] for line in lines}) == 1


def test_sentences_for_the_next_page_are_not_kept_in_a_cookie(settings: Settings) -> None:
    assert settings.MESSAGE_STORAGE == "practice.infrastructure.messages.SealedStorage"
