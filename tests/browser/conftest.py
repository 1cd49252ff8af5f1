"""The browser, and how a test gets a visitor."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from zlib import crc32

import pytest
from django.db import connections
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.samples import FULL

from .visitor import NARROW, WIDE, Visitor, launch, visit

Visit = Callable[..., AbstractContextManager[Visitor]]


# Journeys whose rules and pages are tried without a browser too: tried in `make test-full`, to keep `make test` short.
IN_FULL = {
    "test_accountings.py",
    "test_authorizations.py",
    "test_custody.py",
    "test_diagnoses.py",
    "test_documents.py",
    "test_group_session.py",
    "test_people.py",
    "test_releases.py",
    "test_signing.py",
    "test_signing_in.py",
    "test_treatment_plan.py",
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is tried at two widths takes turns: one of them in `make test`, both in `make test-full`."""
    if FULL:
        return
    left_out = [item for item in items if item.path.name in IN_FULL or _wrong_width(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def _wrong_width(item: pytest.Item) -> bool:
    return _width(item) not in (None, NARROW if _turn(item) else WIDE)


def _width(item: pytest.Item) -> object:
    return getattr(getattr(item, "callspec", None), "params", {}).get("viewport")


def _turn(item: pytest.Item) -> int:
    return crc32(str(getattr(item, "originalname", "")).encode()) % 2


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser per file: its event loop must not outlive the tests that need it."""
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()
    # while Playwright's loop ran, Django used other connections; those from before point at databases that are gone
    connections.close_all()


@pytest.fixture
def a_visit(browser: Browser, live_server: LiveServer) -> Visit:
    """`with a_visit(NARROW) as visitor:`, against the running product."""

    def start(viewport: dict[str, int] | None = None) -> AbstractContextManager[Visitor]:
        return visit(browser, live_server.url, viewport)

    return start
