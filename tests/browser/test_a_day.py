"""A therapist's day in a real browser, with everything that goes wrong on such a day: and every word is found.

The product runs as processes of its own here, so that one can be killed in the middle of a save.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Browser, Locator, Page, Route, expect

from practice.people.models import Patient, Staff
from records.chart.actions.measures import record_measure
from records.chart.actions.sessions import EXPECTED, start_session
from records.chart.models import ChartNote, DocumentFiling, Handover, Measure
from records.chart.queries.measures import open_alarms
from records.chart.queries.treatment import goals_of_note
from records.chart.rules.measures import current_of
from records.psychotherapy import vault
from tests.chart.plans import make_plan
from tests.files import pdf
from tests.web import WebServer

from .conftest import Visit
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


# --- The same day, when all goes well ---------------------------------------------------------------------------------

DOSE = "Sertraline 50 mg daily."
MEETING = "He spoke twice in the meeting on Tuesday."


@pytest.fixture
def planned(hale: Staff, osei: Staff, lindqvist: Patient) -> Patient:
    """A session is planned for this hour; the plan is signed, and anxiety was measured last week."""
    make_plan(hale, lindqvist)
    definition = current_of("gad-7")
    assert definition is not None
    answers = {str(item): 1 for item in range(1, 8)}
    week = timedelta(days=7)
    record_measure(by=hale, patient=lindqvist, definition=definition, answers=answers, taken_at=timezone.now() - week)
    start_session(by=hale, patient=lindqvist, started_at=timezone.now(), presence=EXPECTED)
    return lindqvist


def test_a_day_from_the_planned_session_to_the_cover_for_tomorrow(
    a_visit: Visit, hale: Staff, osei: Staff, planned: Patient
) -> None:
    with a_visit() as visitor:
        visitor.sign_in(hale)
        the_session_is_written_up(visitor)
        thoughts_of_death_are_answered(visitor)
        a_letter_is_filed(visitor)
        both_notes_are_signed(visitor)
        a_word_is_found(visitor)
        a_colleague_covers(visitor, osei)
    note = ChartNote.objects.get()
    assert note.state == "signed" and len(goals_of_note(note)) == 1
    text = "\n".join(note.sections.values())
    assert MEETING in text and DOSE in text and "GAD-7" in text
    kept = vault.read(hale, vault.my_notes(hale)[0].id)
    assert kept is not None and kept.text.strip() == SEALED
    assert not open_alarms(hale) and Measure.objects.get(code="phq-9").alarm
    assert DocumentFiling.objects.get().source == "Bayview Hospital"
    assert Handover.objects.get().to == osei


def the_session_is_written_up(visitor: Visitor) -> None:
    """From the home page: both sheets, a goal, the last score by keys, and one sentence to the sheet it belongs on."""
    page, keys = visitor.page, visitor.page.keyboard
    today = page.get_by_role("region", name="Today’s sessions")
    expect(today).to_contain_text("Tobias Lindqvist")
    visitor.look("home with a planned session")
    today.get_by_role("button", name="New note Tobias Lindqvist").click()
    progress, line = sheet(page, 0)
    sealed, sealed_line = sheet(page, 1)
    add(progress, MEETING)
    progress.press("Alt+i")
    keys.press("m")
    expect(progress).to_have_value(re.compile("GAD-7"))
    page.get_by_role("group", name="Goals worked on").get_by_label("Speak up at work weekly").check()
    expect(line).to_contain_text("Saved")
    add(sealed, f"{SEALED} {DOSE}")
    mark = page.locator("[data-mark]").first
    expect(mark).to_contain_text(DOSE)
    visitor.look("both sheets of a session")
    mark.get_by_role("button", name="Move to progress note").click()
    expect(page.locator("[data-marks-told]")).to_contain_text("Moved to the progress note")
    for one in (line, sealed_line):
        expect(one).to_contain_text("Saved")


def thoughts_of_death_are_answered(visitor: Visitor) -> None:
    """The ninth item interrupts at once, stands over every page of the chart, and goes when somebody answers for it."""
    page = visitor.page
    page.get_by_role("link", name="Measures").first.click()
    page.get_by_text("Take a measure").click()
    page.get_by_role("link", name="Enter the answers of the PHQ-9").click()
    for item in range(1, 9):
        page.locator(f"#q-{item}").get_by_label("Not at all").check()
    page.locator("#q-9").get_by_label("Several days").check()
    visitor.look("a measure being entered")
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_role("heading", name="Act on this now").wait_for()
    page.get_by_label("I assessed the risk with the patient").check()
    page.get_by_role("button", name="I have seen it and did this").click()
    page.get_by_text("Kept: what you did about it stands with the measure.").wait_for()


def a_letter_is_filed(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_role("link", name="Documents").first.click()
    visitor.look("no documents yet")
    page.get_by_role("link", name="File a document").first.click()
    page.locator("input[type=file]").first.set_input_files(
        [{"name": "letter.pdf", "mimeType": "application/pdf", "buffer": pdf()}]
    )
    page.get_by_label("Date on the document").fill("2026-01-14")
    page.get_by_label("Kind").select_option("report")
    page.get_by_label("From", exact=True).fill("Bayview Hospital")
    visitor.look("a document being filed")
    page.get_by_role("button", name="File it").click()
    page.get_by_role("link", name="Bayview Hospital").first.click()
    visitor.look("a document")


def both_notes_are_signed(visitor: Visitor) -> None:
    page = visitor.page
    visitor.go("/")
    page.get_by_role("link", name="Continue Tobias Lindqvist").first.click()
    expect(page.get_by_label("Speak up at work weekly")).to_be_checked()
    sign_both(visitor)


def a_word_is_found(visitor: Visitor) -> None:
    """In the chart, where the sentence stands now; never what is sealed."""
    page = visitor.page
    visitor.find("Lindqvist")
    search = page.get_by_role("search").get_by_role("searchbox").last
    search.fill("Sertraline")
    search.press("Enter")
    expect(page.get_by_text("1 entry with “Sertraline”.")).to_be_visible()
    expect(page.get_by_text(DOSE)).to_be_visible()
    visitor.look("a word found in a chart")


def a_colleague_covers(visitor: Visitor, colleague: Staff) -> None:
    page = visitor.page
    page.get_by_role("link", name="Details").first.click()
    page.get_by_role("link", name="Hand over").first.click()
    page.get_by_label("Somebody covers for a time").check()
    page.get_by_label("To", exact=True).select_option(label=colleague.display_name)
    page.get_by_label("Their last day").fill("2099-01-01")
    page.get_by_label("What the next person must know").fill("Sleeps badly; the meeting went well.")
    visitor.look("a cover being arranged")
    page.get_by_role("button", name="Arrange it").click()
    expect(page.locator(".flash")).to_be_visible()
    visitor.look("a cover arranged")
