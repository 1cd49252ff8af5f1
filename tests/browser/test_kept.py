"""What is written survives a lost connection and an ended sign-in; and the page says the truth about it."""

from django.contrib.sessions.models import Session
from django.core.cache import cache
from playwright.sync_api import Locator, Route, expect

from practice.people.actions.shorthand import set_shorthand
from practice.people.models import Patient, Staff
from records.chart.actions.notes import start_note
from records.chart.models import ChartNote, NoteFormat

from .conftest import Visit
from .visitor import Visitor

TEXT = "Slept better. Rehearsed the opening sentence for Tuesday."


def open_draft(visitor: Visitor, author: Staff, patient: Patient) -> Locator:
    """The note page of a fresh draft. Out: its first section."""
    form = NoteFormat.objects.order_by("position").first()
    assert form is not None
    note = start_note(by=author, patient=patient, format=form, encounter=None)
    visitor.sign_in(author, f"/chart/notes/{note.pk}/write/")
    return visitor.page.locator("form[data-autosave] textarea").first


def line(visitor: Visitor) -> Locator:
    return visitor.page.locator("[data-save-line]").first


def come_back(visitor: Visitor) -> None:
    visitor.page.bring_to_front()
    visitor.page.evaluate("window.dispatchEvent(new Event('focus'))")


def test_without_a_connection_the_text_stays_and_goes_out_when_the_line_is_back(
    a_visit: Visit, hale: Staff, lindqvist: Patient
) -> None:
    with a_visit() as visitor:
        section = open_draft(visitor, hale, lindqvist)
        visitor.context.set_offline(True)
        section.fill(TEXT)
        expect(line(visitor)).to_have_text("Not saved yet. Trying again.")
        assert TEXT not in str(ChartNote.objects.get().sections)
        visitor.context.set_offline(False)
        expect(line(visitor)).to_contain_text("Saved")
        assert TEXT in str(ChartNote.objects.get().sections)
        visitor.faults = [fault for fault in visitor.faults if "ERR_INTERNET_DISCONNECTED" not in fault]


def test_after_an_ended_sign_in_the_page_is_empty_until_the_same_person_is_back(
    a_visit: Visit, hale: Staff, osei: Staff, lindqvist: Patient
) -> None:
    with a_visit() as visitor:
        section = open_draft(visitor, hale, lindqvist)
        Session.objects.all().delete()
        section.fill(TEXT)
        expect(visitor.page.get_by_text("You have been signed out")).to_be_visible()
        assert TEXT not in visitor.page.content()
        assert "Lindqvist" not in visitor.page.content()
        somebody_else(visitor, osei)
        come_back(visitor)
        visitor.page.wait_for_timeout(500)
        assert TEXT not in visitor.page.content()
        expect(visitor.page.get_by_text("Somebody else is signed in here now")).to_be_visible()
        visitor.page.get_by_role("button", name="Sign them out, and sign in").click()
        visitor.sign_in_on_the_spot(hale)
        expect(section).to_have_value(TEXT)
        expect(section).to_be_focused()
        expect(line(visitor)).to_contain_text("Saved")
        assert TEXT in str(ChartNote.objects.get().sections)


def test_words_of_any_form_are_kept_when_the_sign_in_has_ended(a_visit: Visit, hale: Staff, lindqvist: Patient) -> None:
    with a_visit() as visitor:
        visitor.page.clock.install()
        visitor.sign_in(hale, f"/chart/patients/{lindqvist.pk}/hand-over/")
        text = visitor.page.get_by_label("What the next person must know")
        text.fill(TEXT)
        visitor.page.clock.fast_forward(30_000)
        Session.objects.all().delete()
        visitor.page.get_by_role("button", name="Arrange it").click()
        expect(visitor.page.get_by_text("You have been signed out")).to_be_visible()
        assert TEXT not in visitor.page.content()
        visitor.sign_in_on_the_spot(hale)
        expect(text).to_have_value(TEXT)
        visitor.page.get_by_role("button", name="Arrange it").click()
        expect(visitor.page.get_by_text("Choose who it is.")).to_be_visible()
        expect(text).to_have_value(TEXT)


ABBREVIATIONS_CAME = """() => performance.getEntriesByType("resource")
    .some((one) => one.name.endsWith("/shorthand/mine/") && one.responseEnd > 0)"""


def test_own_abbreviations_are_written_out_and_taken_back_by_the_keyboard(
    a_visit: Visit, hale: Staff, lindqvist: Patient
) -> None:
    set_shorthand(by=hale, short="pt", long="patient")
    set_shorthand(by=hale, short="c/o", long="complains of")
    with a_visit() as visitor:
        section = open_draft(visitor, hale, lindqvist)
        section.click()
        visitor.page.wait_for_function(ABBREVIATIONS_CAME)
        section.press_sequentially("Pt c/o nightmares; opted out. (pt)")
        expect(section).to_have_value("Patient complains of nightmares; opted out. (patient)")
        visitor.page.keyboard.press("Control+z")
        expect(section).not_to_have_value("Patient complains of nightmares; opted out. (patient)")
        visitor.page.keyboard.press("Control+Shift+z")
        expect(line(visitor)).to_contain_text("Saved")
        assert "Patient complains of" in str(ChartNote.objects.get().sections)


def test_somebody_who_types_without_a_pause_is_saved_every_fifteen_seconds(
    a_visit: Visit, hale: Staff, lindqvist: Patient
) -> None:
    with a_visit() as visitor:
        visitor.page.clock.install()
        section = open_draft(visitor, hale, lindqvist)
        section.click()
        for second in range(14):
            visitor.page.keyboard.type(f"word{second} ")
            visitor.page.clock.run_for(1_000)
        assert ChartNote.objects.get().version == 1, "nothing is sent while the words still come"
        with visitor.page.expect_response("**/save/"):
            visitor.page.keyboard.type("last ")
            visitor.page.clock.run_for(1_100)
        assert "word13" in str(ChartNote.objects.get().sections)


def somebody_else(visitor: Visitor, staff: Staff) -> None:
    """Somebody signs in in another tab of the same browser."""
    cache.clear()  # one code opens one sign-in; the tests do not wait half a minute for the next
    first, visitor.page = visitor.page, visitor.context.new_page()
    visitor.sign_in(staff)
    visitor.page.close()
    visitor.page = first


def test_what_was_typed_before_the_page_had_all_its_parts_is_saved_as_well(
    a_visit: Visit, hale: Staff, lindqvist: Patient
) -> None:
    draft = start_note(by=hale, patient=lindqvist, format=NoteFormat.objects.get(code="dap"))
    with a_visit() as visitor:
        visitor.sign_in(hale)
        waiting: list[Route] = []
        visitor.page.route("**/autosave*.js", lambda route: waiting.append(route))
        visitor.page.goto(f"{visitor.home}/chart/notes/{draft.pk}/write/", wait_until="commit")
        visitor.page.get_by_label("Plan", exact=True).fill("Typed on a slow line.")
        visitor.page.wait_for_timeout(200)
        for route in waiting:
            route.continue_()
        expect(visitor.page.locator("form[data-autosave] [data-save-line]").first).to_contain_text("Saved")
    assert ChartNote.objects.get().sections["plan"] == "Typed on a slow line."
