"""A therapist's day in a real browser, with everything that goes wrong on such a day: and every word is found.

The product runs as processes of its own here, so that one can be killed in the middle of a save.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, Route, expect

from practice.people.models import Patient, Staff
from records.chart.actions.sessions import start_session
from records.chart.models import ChartNote
from records.psychotherapy import vault
from tests.web import WebServer

from .visitor import Visitor, visit

pytestmark = [pytest.mark.django_db, pytest.mark.committing]

MORNING = "Slept five hours; the meeting went better than feared."
OFFLINE = "Typed while the line was down."
KILLED = "Typed while the server died."
ENDED = "Typed after the sign-in had ended."
SEALED = "He watched my face as if waiting for me to take a side."
SEALED_OFFLINE = "The father again, in another coat."
FIRST, SECOND = "From the first window.", "From the second window."
NOISE = (
    "ERR_INTERNET_DISCONNECTED",
    "ERR_CONNECTION_REFUSED",
    "ERR_CONNECTION_RESET",
    "ERR_EMPTY_RESPONSE",
    "status of 5",
)


@pytest.fixture
def web() -> Iterator[WebServer]:
    server = WebServer(processes=1)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def morning(hale: Staff, lindqvist: Patient) -> Patient:
    """Dr. Hale has seen her patient an hour ago; nothing is written yet."""
    begun = timezone.now() - timedelta(hours=1)
    start_session(by=hale, patient=lindqvist, started_at=begun, stopped_at=begun + timedelta(minutes=50))
    return lindqvist


def sheet(page: Page, place: int) -> tuple[Locator, Locator]:
    """The text and the line of the progress note (0) or of the psychotherapy note (1)."""
    form = page.locator("form[data-autosave]").nth(place)
    return form.locator("textarea").first, form.locator("[data-save-line]")


def add(text: Locator, words: str) -> None:
    """Type at the end, as people do."""
    text.press("Control+End")
    text.press_sequentially(("\n" if text.input_value() else "") + words)


def test_a_day_with_everything_that_goes_wrong_and_every_word_is_found(
    browser: Browser, web: WebServer, hale: Staff, morning: Patient
) -> None:
    with visit(browser, web.home) as visitor:
        page = visitor.page
        visitor.sign_in(hale)
        page.get_by_role("button", name="Write the note").first.click()
        progress, line = sheet(page, 0)
        sealed, sealed_line = sheet(page, 1)
        add(progress, MORNING)
        expect(line).to_contain_text("Saved")
        add(sealed, SEALED)
        expect(sealed_line).to_contain_text("sealed")
        a_pulled_connection(visitor, progress, line, sealed, sealed_line)
        a_killed_web_process(visitor, web, progress, line)
        an_ended_sign_in(visitor, hale, progress, line)
        two_tabs(visitor, progress)
        visitor.faults = [fault for fault in visitor.faults if not any(noise in fault for noise in NOISE)]
        sign_both(visitor)
    note = ChartNote.objects.get(state="signed")
    text = " ".join(note.sections.values())
    for words in (MORNING, OFFLINE, KILLED, ENDED, FIRST, SECOND):
        assert text.count(words) == 1, words
    head = vault.my_notes(hale, morning.pk)[0]
    kept = vault.read(hale, head.id)
    assert kept is not None
    assert kept.text == f"{SEALED}\n{SEALED_OFFLINE}"


def a_pulled_connection(
    visitor: Visitor, progress: Locator, line: Locator, sealed: Locator, sealed_line: Locator
) -> None:
    """Both sheets say so, keep the words, ask before the page is left, and save when the line is back."""
    visitor.context.set_offline(True)
    add(progress, OFFLINE)
    add(sealed, SEALED_OFFLINE)
    for one in (line, sealed_line):
        expect(one).to_have_text("Not saved yet. Trying again.")
    assert visitor.page.evaluate("!dispatchEvent(new Event('beforeunload', { cancelable: true }))"), "no warning"
    visitor.context.set_offline(False)
    for one in (line, sealed_line):
        expect(one).to_contain_text("Saved")


def a_killed_web_process(visitor: Visitor, web: WebServer, progress: Locator, line: Locator) -> None:
    """The server dies with a save half received; the next one after it has saved, and before it could say so."""

    def die_before(route: Route) -> None:
        web.kill()
        route.abort("connectionreset")

    def die_after(route: Route) -> None:
        route.fetch()
        die_before(route)

    visitor.page.route("**/save/", die_before, times=1)
    add(progress, KILLED[:12])
    expect(line).to_have_text("Not saved yet. Trying again.")
    web.start()
    expect(line).to_contain_text("Saved")
    visitor.page.route("**/save/", die_after, times=1)
    progress.press_sequentially(KILLED[12:])
    expect(line).to_have_text("Not saved yet. Trying again.")
    web.start()
    expect(line).to_contain_text("Saved")
    assert KILLED in " ".join(ChartNote.objects.get().sections.values())


def an_ended_sign_in(visitor: Visitor, hale: Staff, progress: Locator, line: Locator) -> None:
    """The page is emptied; signing in on the spot brings the words back at the same place."""
    Session.objects.all().delete()
    add(progress, ENDED)
    expect(visitor.page.get_by_text("You have been signed out")).to_be_visible()
    assert ENDED not in visitor.page.content()
    visitor.sign_in_on_the_spot(hale)
    expect(progress).to_be_focused()
    expect(line).to_contain_text("Saved")


def two_tabs(visitor: Visitor, progress: Locator) -> None:
    """The second to save is told at once, both texts stand side by side, and the author takes what each has."""
    page, second = visitor.page, visitor.context.new_page()
    second.goto(page.url)
    other, other_line = sheet(second, 0)
    add(other, SECOND)
    expect(other_line).to_contain_text("Saved")
    add(progress, FIRST)
    expect(sheet(page, 0)[1]).to_contain_text("Both texts are kept")
    page.get_by_role("link", name="See both").click()
    expect(page.get_by_role("heading", name="Two texts of this note")).to_be_visible()
    visitor.look("two texts on a day")
    add(sheet(page, 0)[0], FIRST)
    expect(sheet(page, 0)[1]).to_contain_text("Saved")
    page.get_by_role("button", name="Keep the draft, discard the other").click()
    expect(page.get_by_role("heading", name="Two texts of this note")).to_have_count(0)
    second.close()


def sign_both(visitor: Visitor) -> None:
    """The psychotherapy note first, then the progress note from the home page."""
    page = visitor.page
    sheet(page, 1)[0].press("Control+Enter")
    page.get_by_role("button", name="Sign and seal").click()
    visitor.go("/")
    page.get_by_role("link", name="Continue Tobias Lindqvist").click()
    sheet(page, 0)[0].press("Control+Enter")
    page.get_by_role("button", name="Sign as Dr. Miriam Hale").click()
    expect(page.locator(".flash")).to_contain_text("Signed")
