"""A person at a real browser: signs in as people do, and looks at each page with the eyes of axe and of the network."""

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Request, expect

from practice.people.models import Staff
from tests.everybody import PASSWORD, code_at

PATIENCE = 30_000  # milliseconds: a busy machine is slow, not wrong
expect.set_options(timeout=PATIENCE)
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 360, "height": 740}
# What the browser keeps for a page, other than the two cookies: must stay nothing.
KEPT = """async () => [
  ...Object.keys(localStorage), ...Object.keys(sessionStorage),
  ...(await indexedDB.databases()).map((one) => one.name), ...(await caches.keys()),
]"""


def launch(playwright: Playwright) -> Browser:
    """Debian's own Chromium: nothing is downloaded."""
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert found, "The browser tests need Chromium: apt-get install chromium"
    return playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"])


class Visitor:
    """One person with one browser window. `look` after each page or state; `leave` says what was wrong."""

    def __init__(self, browser: Browser, home: str, viewport: dict[str, int] | None = None) -> None:
        self.home = home
        self.context: BrowserContext = browser.new_context(viewport=viewport or WIDE, accept_downloads=True)  # type: ignore[arg-type]
        self.context.set_default_timeout(PATIENCE)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.context.on("request", self._watch)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"script error: {error}"))

    def _watch(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.netloc != urlsplit(self.home).netloc:
            self.faults.append(f"asked somebody else: {parts.netloc}")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.faults.append(f"console: {message.text}")

    def go(self, path: str) -> None:
        self.page.goto(self.home + path)

    def look(self, what: str) -> None:
        """axe over the page as it stands, nothing in browser storage, nothing wider than the window.

        With PRACTICE_PICTURES set to a folder each look is kept there as a picture, for people to look at.
        """
        for found in Axe().run(self.page).response["violations"]:
            where = [node["target"] for node in found["nodes"]][:3]
            self.faults.append(f"{what}: {found['id']} ({found['impact']}) at {where}")
        kept = self.page.evaluate(KEPT)
        if kept:
            self.faults.append(f"{what}: the browser keeps {kept}")
        if folder := os.environ.get("PRACTICE_PICTURES"):
            name = f"{what.replace(' ', '-').replace('/', '_')}-{self.page.viewport_size['width']}.png"  # type: ignore[index]
            self.page.screenshot(path=f"{folder}/{name}", full_page=True)
        over = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if over > 0:
            self.faults.append(f"{what}: {over} pixels wider than the window")

    def sign_in(self, staff: Staff, path: str = "/") -> None:
        """Password, then the code that the authenticator app shows now."""
        self.go(path)
        self.page.get_by_label("Username").fill(staff.username)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("heading", name="Enter your code").wait_for()
        self.page.get_by_label("code").fill(code_at(time.time()))
        self.page.get_by_role("button", name="Continue").click()
        self.page.locator(".bar-practice").wait_for()
        self.page.wait_for_load_state("load")

    def sign_in_on_the_spot(self, staff: Staff) -> None:
        """On a covered page, without leaving it."""
        cache.clear()  # one code opens one sign-in; the tests do not wait half a minute for the next
        self.page.get_by_label("Username").fill(staff.username)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        self.page.get_by_role("heading", name="Enter your code").wait_for()
        self.page.get_by_label("code").fill(code_at(time.time()))
        self.page.get_by_role("button", name="Continue").click()

    def find(self, words: str) -> None:
        """Find a patient as people do: slash, a name, Enter."""
        self.page.keyboard.press("/")
        self.page.keyboard.type(words)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def leave(self) -> None:
        self.context.close()
        assert not self.faults, "\n".join(self.faults)


@contextmanager
def visit(browser: Browser, home: str, viewport: dict[str, int] | None = None) -> Iterator[Visitor]:
    """A visitor who leaves at the end; what they found wrong fails the test."""
    visitor = Visitor(browser, home, viewport)
    try:
        yield visitor
    except BaseException as error:
        visitor.context.close()
        error.add_note("\n".join(visitor.faults))
        raise
    visitor.leave()
