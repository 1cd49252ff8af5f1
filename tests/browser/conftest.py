"""The browser, and how a test gets a visitor."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from django.db import connections
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from .visitor import Visitor, launch, visit

Visit = Callable[..., AbstractContextManager[Visitor]]


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
