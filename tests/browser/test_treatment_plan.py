"""A treatment plan in a real browser: written by keyboard, saved by itself, signed, compared on a telephone."""

from playwright.sync_api import expect

from practice.people.models import Patient, Staff
from records.chart.models import PlanDraft, PlanVersion
from records.chart.rules.plan_tree import items_of
from tests.chart.plans import make_plan

from .conftest import Visit
from .visitor import NARROW


def test_a_version_is_written_without_a_mouse_and_nothing_typed_is_lost(
    a_visit: Visit, hale: Staff, lindqvist: Patient
) -> None:
    make_plan(hale, lindqvist)
    plan = f"/chart/patients/{lindqvist.pk}/plan/"
    with a_visit(NARROW) as visitor:
        page, keys = visitor.page, visitor.page.keyboard
        visitor.sign_in(hale, plan)
        visitor.look("the plan")
        page.get_by_role("button", name="Write a new version").press("Enter")
        page.get_by_role("button", name="Add a goal").press("Enter")
        keys.type("Call his brother")  # the new row has the caret
        expect(page.locator("[data-save-line]")).to_contain_text("Saved")
        page.get_by_role("group", name="Goal 1.3").last.get_by_role("button", name="Up").press("Enter")
        page.get_by_role("button", name="Add an objective").last.press("Enter")
        keys.type("Once before the holidays")
        visitor.look("the plan being written")
        keys.press("Control+Enter")
        page.get_by_role("heading", name="This is how the plan will stand").wait_for()
        visitor.look("the plan to be signed")
        page.get_by_role("button", name="Sign as").press("Enter")
        page.get_by_role("heading", name="Patient’s agreement to version 2").wait_for()
        visitor.look("the patient's agreement")
        visitor.go(f"{plan}compare/")
        expect(page.get_by_text("Added", exact=True)).to_have_count(2)
        visitor.look("two versions")
    items = [(item.number, item.text) for item in items_of(PlanVersion.objects.get(number=2).content)]
    assert ("1.2", "Call his brother") in items and ("1.3.1", "Once before the holidays") in items
    assert not PlanDraft.objects.exists()
