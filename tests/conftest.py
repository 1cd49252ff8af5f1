"""What every test may use: databases on the real logins, connections by name, and who everybody is."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import hypothesis
import psycopg
import pytest
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker, Settings

from tests import databases
from tests.everybody import (  # noqa: F401  fixtures everybody may ask for
    abernathy,
    brook,
    castellanos,
    dana,
    hale,
    lindqvist,
    osei,
    signed_in,
    solo,
)
from tests.samples import samples

pytest_plugins = ["tests.turns"]

# a busy machine is not a failure of the rule under test
hypothesis.settings.register_profile(
    "ours",
    max_examples=samples(100),
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    database=None,
)
hypothesis.settings.load_profile("ours")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # a live Playwright keeps an event loop in the main thread


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "committing: commits for real; both databases are fresh clones afterwards")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Every database test has both databases: rolled back, or renewed when it is marked `committing`."""
    for item in items:
        names = getattr(item, "fixturenames", ())
        marked = item.get_closest_marker("django_db")
        commits = (
            item.get_closest_marker("committing") is not None
            or bool({"transactional_db", "live_server"} & set(names))
            or bool(marked and marked.kwargs.get("transaction"))
        )
        if commits or marked or "db" in names:
            item.add_marker(pytest.mark.django_db(transaction=commits, databases="__all__"), append=False)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Replaces pytest-django's: clones instead of create, and clones again instead of flush."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with django_db_blocker.unblock():
        templates = databases.build_templates()
        databases.clone(templates, worker)

    def renew(case: TransactionTestCase) -> None:
        databases.clone(templates, worker)

    TransactionTestCase._fixture_teardown = renew  # type: ignore[method-assign]
    yield
    with django_db_blocker.unblock():
        databases.drop_clones()


@pytest.fixture
def connect_as(django_db_setup: None) -> Iterator[Callable[[str, str], psycopg.Connection]]:
    """`connect_as("psychotherapy_review", "psychotherapy")`: a plain connection, closed after the test."""
    opened: list[psycopg.Connection] = []

    def connect(login: str, alias: str) -> psycopg.Connection:
        opened.append(databases.connect(login, alias))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def superuser(django_db_setup: None) -> Iterator[Callable[[str], psycopg.Connection]]:
    """`superuser("default")`: a connection as database superuser, past every guard, closed after the test."""
    opened: list[psycopg.Connection] = []

    def connect(alias: str) -> psycopg.Connection:
        opened.append(databases.connect_superuser(alias))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()


@pytest.fixture
def database_environment(django_db_setup: None) -> dict[str, str]:
    """Environment variables for a process of its own that shall use this test's databases (commit first)."""
    return databases.database_environment()


@pytest.fixture(autouse=True)
def checkpoint_file(settings: Settings, tmp_path: Path) -> Path:
    """Each test signs the ledger into a file of its own: a log that was rolled back must not be found signed."""
    settings.CHECKPOINT_FILE = tmp_path / "checkpoints.txt"
    return tmp_path / "checkpoints.txt"


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine two requests lie more than five seconds apart; the last act is then written, in three queries
    more, and tests that compare counts of queries would fail for it.
    """
    monkeypatch.setattr("practice.people.middleware.GRAIN", 60)
