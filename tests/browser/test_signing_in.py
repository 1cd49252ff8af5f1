"""Signing in, being away, and coming back, in a real browser."""

import time

from playwright.sync_api import expect

from practice.people.models import Patient, Staff
from practice.people.rules import Role
from tests.everybody import PASSWORD, code_at

from .conftest import Visit
from .visitor import NARROW


def test_password_and_code_open_the_home_page(a_visit: Visit, dana: Staff) -> None:
    with a_visit() as visitor:
        visitor.go("/")
        visitor.look("sign in")
        visitor.page.get_by_label("Username").fill("dana")
        visitor.page.get_by_label("Password").fill("not the password")
        visitor.page.get_by_role("button", name="Sign in").click()
        expect(visitor.page.locator(".alert, .invalid-feedback").first).to_be_visible()
        visitor.look("sign in refused")
        visitor.sign_in(dana)
        expect(visitor.page.get_by_role("heading", name="What is next")).to_be_visible()
        visitor.look("home")


def test_a_new_person_sets_up_the_second_step_before_anything_else(a_visit: Visit, db: None) -> None:
    Staff.objects.create_user("nadia", PASSWORD, full_name="Nadia Petrova", roles=[Role.FRONT_DESK])
    with a_visit(NARROW) as visitor:
        visitor.go("/")
        visitor.page.get_by_label("Username").fill("nadia")
        visitor.page.get_by_label("Password").fill(PASSWORD)
        visitor.page.get_by_role("button", name="Sign in").click()
        expect(visitor.page.get_by_role("heading", name="Set up your second step")).to_be_visible()
        visitor.look("enrol")
        secret = visitor.page.locator(".copy-once").inner_text()
        visitor.page.get_by_label("code").fill(code_at(time.time(), secret))
        visitor.page.get_by_role("button", name="Finish").click()
        expect(visitor.page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
        visitor.look("recovery codes")
        for path in ("/account/2fa/", "/account/password/change/", "/account/sessions/", "/account/logout/"):
            visitor.go(path)
            visitor.look(path)


def test_after_fifteen_quiet_minutes_the_page_is_covered_and_comes_back(
    a_visit: Visit, dana: Staff, lindqvist: Patient
) -> None:
    with a_visit() as visitor:
        page = visitor.page
        page.clock.install()
        visitor.sign_in(dana)
        page.clock.run_for(13 * 60_000 + 10_000)
        expect(page.get_by_role("dialog", name="Are you still there?")).to_be_visible()
        visitor.look("are you still there")
        page.get_by_role("button", name="Stay signed in").click()
        expect(page.get_by_role("dialog")).to_have_count(0)
        page.locator("#find-patient").fill("half a na")
        page.clock.run_for(15 * 60_000)
        expect(page.get_by_text("You have been signed out")).to_be_visible()
        assert page.locator("#find-patient").count() == 0
        page.get_by_label("Password").wait_for()
        visitor.look("covered")
        page.evaluate("window.dispatchEvent(new Event('focus'))")
        page.wait_for_timeout(300)
        assert page.locator("#find-patient").count() == 0, "the sign-in is over, not only the page covered"
        visitor.sign_in_on_the_spot(dana)
        expect(page.locator("#find-patient")).to_have_value("half a na")
        expect(page.locator("#find-patient")).to_be_focused()


def test_a_patient_is_found_by_keyboard_alone(a_visit: Visit, dana: Staff, lindqvist: Patient) -> None:
    with a_visit() as visitor:
        visitor.sign_in(dana)
        visitor.page.keyboard.press("/")
        visitor.page.keyboard.type("linq")
        visitor.page.keyboard.press("Backspace")
        visitor.page.keyboard.type("d")
        expect(visitor.page.locator("#hits a")).to_have_count(1)
        visitor.look("search while typing")
        visitor.page.keyboard.press("ArrowDown")
        expect(visitor.page.locator("#hits a")).to_be_focused()
        assert "lind" not in visitor.page.url
