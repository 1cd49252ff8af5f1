"""Diagnoses in a real browser: found while typing, taken by a key, without a mouse and on a telephone."""

from playwright.sync_api import expect

from practice.people.models import Patient, Staff
from records.chart.actions.icd import load_release
from records.chart.queries.diagnoses import active_diagnoses
from records.chart.rules.icd import IcdEntry

from .conftest import Visit
from .visitor import NARROW

CODES = [
    IcdEntry("F33", "Major depressive disorder, recurrent", False),
    IcdEntry("F33.0", "Major depressive disorder, recurrent, mild", True, "F33"),
    IcdEntry("F33.1", "Major depressive disorder, recurrent, moderate", True, "F33"),
    IcdEntry("F10.20", "Alcohol dependence, uncomplicated", True, "", ("Alcohol use disorder, severe",)),
]


def test_a_code_is_found_while_typing_and_taken_by_a_key(a_visit: Visit, hale: Staff, lindqvist: Patient) -> None:
    load_release(label="2026-04", source="test", entries=CODES)
    with a_visit(NARROW) as visitor:
        page, keys = visitor.page, visitor.page.keyboard
        visitor.sign_in(hale, f"/chart/patients/{lindqvist.pk}/diagnoses/")
        visitor.look("no diagnosis yet")
        page.get_by_role("link", name="Add a diagnosis").press("Enter")
        box = page.get_by_role("combobox", name="Diagnosis", exact=True)
        box.press_sequentially("depr rec")
        options = page.locator("#icd-codes").get_by_role("option")
        expect(options).to_have_count(3)
        expect(options.nth(0)).to_have_attribute("aria-selected", "true")
        visitor.look("codes while typing")
        keys.press("ArrowDown")
        keys.press("ArrowDown")  # the heading is passed over: back at the first
        keys.press("ArrowDown")
        expect(box).to_have_attribute("aria-activedescendant", "code-2")
        keys.press("Enter")
        expect(box).to_have_value("F33.1 Major depressive disorder, recurrent, moderate")
        expect(options).to_have_count(0)
        page.get_by_label("Since").press_sequentially("Feb 2023")
        keys.press("Enter")
        page.get_by_text("F33.1 is on record.").wait_for()
        visitor.look("one diagnosis")
        page.get_by_role("link", name="Open F33.1").press("Enter")
        page.get_by_role("heading", name="What holds from now on").wait_for()
        visitor.look("a diagnosis and its history")
        visitor.go(f"/chart/patients/{lindqvist.pk}/diagnoses/new/")
        box.fill("alcohol")
        keys.press("ArrowDown")  # asks at once
        expect(options).to_have_count(1)
        keys.press("Escape")
        keys.press("Escape")
        page.get_by_role("button", name="Add it").press("Enter")
        expect(page.get_by_text("Choose one of these.")).to_be_visible()
        visitor.look("a diagnosis that is not chosen yet")
    (one,) = active_diagnoses(lindqvist)
    assert (one.words, one.diagnosis.onset_words) == (
        "F33.1 Major depressive disorder, recurrent, moderate",
        "Feb 2023",
    )
