"""A therapist writes a progress note: it saves itself, two windows lose nothing, signing shows it as it will stand."""

import pytest
from playwright.sync_api import expect

from practice.people.models import Patient, Staff
from records.chart.actions.notes import start_note
from records.chart.models import ChartNote, NoteFormat

from .conftest import Visit
from .visitor import NARROW, WIDE


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_note_saves_itself_is_looked_at_signed_and_added_to(
    a_visit: Visit, hale: Staff, lindqvist: Patient, viewport: dict[str, int]
) -> None:
    with a_visit(viewport) as visitor:
        page = visitor.page
        visitor.sign_in(hale, f"/chart/patients/{lindqvist.pk}/session/")
        visitor.look("new note")
        page.get_by_label("Day").fill("2031-01-01")
        page.get_by_role("button", name="Begin the note").click()
        expect(page.get_by_text("This session would start in the future.")).to_be_visible()
        visitor.look("a session in the future")
        page.get_by_label("Day").fill("2024-03-05")
        page.get_by_label("Start").fill("14:00")
        page.get_by_label("End", exact=True).fill("14:53")
        page.get_by_label("Note format").select_option(label="DAP")
        page.get_by_role("button", name="Begin the note").click()
        line = page.locator("form[data-autosave] [data-save-line]").first
        page.get_by_label("Data", exact=True).fill("Sleeping five to six hours. שלום 🙂")
        expect(line).to_contain_text("Saved")
        assert ChartNote.objects.get().sections["data"] == "Sleeping five to six hours. שלום 🙂"
        visitor.look("saved by itself")
        page.get_by_label("Plan", exact=True).fill("Continue weekly.")
        page.keyboard.press("Control+Enter")
        expect(page.get_by_role("heading", name="This is how the note will stand")).to_be_visible()
        expect(page.get_by_text("Continue weekly.")).to_be_visible()
        visitor.look("as it will stand")
        page.get_by_role("button", name="Sign as Dr. Miriam Hale").click()
        expect(page.get_by_text("Signed by Dr. Miriam Hale")).to_be_visible()
        page.get_by_label("Addendum").fill("He called on Friday.")
        page.get_by_role("button", name="Sign the addendum").click()
        expect(page.get_by_role("heading", name="Addendum")).to_be_visible()
        visitor.look("signed, with addendum")


def test_the_second_of_two_windows_is_told_at_once_and_both_texts_are_kept(
    a_visit: Visit, hale: Staff, lindqvist: Patient
) -> None:
    draft = start_note(by=hale, patient=lindqvist, format=NoteFormat.objects.get(code="dap"))
    with a_visit() as visitor:
        first = visitor.page
        visitor.sign_in(hale, f"/chart/notes/{draft.pk}/write/")
        second = visitor.context.new_page()
        second.goto(first.url)
        second.get_by_label("Plan", exact=True).fill("Typed in the second window.")
        expect(second.locator("form[data-autosave] [data-save-line]").first).to_contain_text("Saved")
        expect(first.get_by_text("Changed in another window.")).to_be_visible()  # before anything is typed here
        expect(first.get_by_role("link", name="Load what it says now")).to_be_visible()
        first.get_by_label("Plan", exact=True).fill("Typed in the first window.")
        expect(first.get_by_text("Both texts are kept.")).to_be_visible()
        first.get_by_role("link", name="See both").click()
        expect(first.get_by_role("heading", name="Two texts of this note")).to_be_visible()
        expect(first.get_by_role("heading", name="Two texts of this note")).to_be_in_viewport()
        visitor.look("two texts")
        expect(first.locator(".note-paper", has_text="Typed in the first window.")).to_be_visible()
        first.get_by_role("button", name="Make the other one the draft").click()
        expect(first.get_by_label("Plan", exact=True)).to_have_value("Typed in the first window.")
