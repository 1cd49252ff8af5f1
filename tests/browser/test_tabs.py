"""What other tabs show when the screen goes into other hands, or comes out of the background without a connection."""

from django.urls import reverse
from playwright.sync_api import Page, expect

from practice.people.models import Patient, Staff

from .conftest import Visit
from .visitor import NARROW

BACKGROUND = """(state) => {
  Object.defineProperty(document, "visibilityState", { configurable: true, get: () => state });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
OPACITY = "getComputedStyle(document.body).opacity"


def shown(page: Page, state: str) -> None:
    """What a browser tells a page when its tab is put into the background, or looked at again."""
    page.evaluate(BACKGROUND, state)


def test_every_other_tab_is_covered_before_the_tablet_changes_hands(
    a_visit: Visit, hale: Staff, lindqvist: Patient
) -> None:
    with a_visit(NARROW) as visitor:
        visitor.sign_in(hale, reverse("patient-results", args=[lindqvist.pk]))
        other = visitor.context.new_page()
        other.goto(visitor.home + reverse("patient-page", args=[lindqvist.pk]))
        expect(other.locator("body")).to_contain_text("Lindqvist")
        other.route("**/still-here/", lambda route: route.abort())  # it learns nothing from the server
        visitor.page.get_by_text("Take a measure").click()
        visitor.look("before handing over")
        visitor.page.get_by_role("button", name="Hand over the tablet for the PHQ-9").click()
        visitor.page.get_by_role("heading", name="Some questions for you").wait_for()
        assert "Lindqvist" not in other.content()
        expect(other.get_by_text("This screen was handed over")).to_be_visible()
        other.unroute("**/still-here/")
        expect(other.get_by_label("Username")).to_be_visible()  # and the way back is a sign-in
        visitor.page.bring_to_front()
        visitor.page.clock.install()
        visitor.page.clock.fast_forward(20_000)
        visitor.page.evaluate("window.dispatchEvent(new Event('focus'))")
        visitor.page.wait_for_timeout(300)
        expect(visitor.page.get_by_role("heading", name="Some questions for you")).to_be_visible()
        visitor.faults = [fault for fault in visitor.faults if "ERR_FAILED" not in fault]


def test_a_tab_out_of_the_background_shows_nothing_until_the_server_knows_its_person(
    a_visit: Visit, hale: Staff, lindqvist: Patient
) -> None:
    with a_visit() as visitor:
        page = visitor.page
        page.clock.install()
        visitor.sign_in(hale, reverse("patient-page", args=[lindqvist.pk]))
        shown(page, "hidden")
        assert page.evaluate(OPACITY) == "0"
        shown(page, "visible")
        assert page.evaluate(OPACITY) == "1", "a glance at another tab costs nothing"
        shown(page, "hidden")
        page.clock.fast_forward(6_000)
        visitor.context.set_offline(True)
        shown(page, "visible")
        expect(page.get_by_text("There is no connection now")).to_be_visible()
        assert "Lindqvist" not in page.content()
        visitor.look("covered without a connection")
        visitor.context.set_offline(False)
        expect(page.locator("body")).to_contain_text("Lindqvist")
        assert page.evaluate(OPACITY) == "1"
        visitor.faults = [fault for fault in visitor.faults if "ERR_INTERNET_DISCONNECTED" not in fault]
