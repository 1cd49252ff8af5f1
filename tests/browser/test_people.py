"""Taking on staff and patients in a real browser, with axe on each page, wide and narrow."""

import re
import time

import pytest
from playwright.sync_api import expect

from practice.people import actions
from practice.people.models import Patient, Staff
from tests.everybody import PASSWORD, code_at

from .conftest import Visit
from .visitor import NARROW, WIDE


def test_from_the_invitation_to_the_new_persons_home_page(a_visit: Visit, brook: Staff) -> None:
    with a_visit() as visitor:
        page = visitor.page
        visitor.sign_in(brook)
        page.get_by_role("link", name="Staff").click()
        visitor.look("staff list")
        page.get_by_role("link", name="Invite somebody").click()
        page.get_by_label("Name*", exact=True).fill("Marguerite Okonkwo-Fairbanks")
        page.get_by_label("Signs in as").fill("M.Okonkwo")
        page.get_by_role("button", name="Make the invitation").click()
        expect(page.get_by_text("Choose at least one role")).to_be_visible()
        visitor.look("staff new refused")
        page.get_by_label("Clinician").check()
        page.get_by_role("button", name="Make the invitation").click()
        link = page.locator("#link").input_value()
        visitor.look("staff way in")
    with a_visit(NARROW) as visitor:
        page = visitor.page
        page.goto(link)
        visitor.look("invitation")
        page.get_by_label("Choose a password").fill(PASSWORD)
        page.get_by_label("The same password again").fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
        secret = page.locator(".copy-once").inner_text()
        page.get_by_label("code").fill(code_at(time.time(), secret))
        page.get_by_role("button", name="Finish").click()
        expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
        page.get_by_role("link", name="Done").click()
        expect(page.get_by_role("heading", name="What is next")).to_be_visible()


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_front_desk_takes_on_a_patient_and_says_who_treats_them(
    a_visit: Visit, dana: Staff, hale: Staff, viewport: dict[str, int]
) -> None:
    with a_visit(viewport) as visitor:
        page = visitor.page
        visitor.sign_in(dana, "/patients/new/")
        page.get_by_label("Family name").fill("Ferreira")
        page.get_by_label("Given names").fill("Ana Lucía")
        page.get_by_label("Born").fill("2030-12-30")
        page.get_by_label("Treating clinician").select_option(label="Dr. Miriam Hale")
        page.get_by_role("button", name="Take on this patient").click()
        expect(page.get_by_text("This day has not come yet")).to_be_visible()
        visitor.look("patient new refused")
        page.get_by_label("Born").fill("2009-12-30")
        page.get_by_role("button", name="Take on this patient").click()
        expect(page.get_by_role("heading", name="Who cares for this patient")).to_be_visible()
        visitor.look("patient details new")
        for add, fill in (
            ("address", {"Street, as on the envelope": "PO Box 9", "City": "Springfield"}),
            ("telephone", {"Number or address": "217-555-0100"}),
            ("contact", {"Name*": "Somebody with a rather long name, and another"}),
        ):
            page.locator(f"a[href*='{add}'][href$='new/']").click()
            visitor.look(f"{add} new")
            for label, value in fill.items():
                page.get_by_label(label, exact=label == "Name*").first.fill(value)
            page.get_by_role("button", name=re.compile("Save|Add")).click()
        page.locator("a[href*='representatives'][href$='new/']").click()
        visitor.look("representative new")
        page.get_by_label("Name*", exact=True).fill("Rosa Ferreira")
        page.get_by_label("What gives the authority").fill("Mother, known to the practice")
        page.get_by_label("Since").fill("2020-01-01")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Rosa Ferreira")).to_be_visible()
        visitor.look("patient details full")
        page.locator("a[href*='care'][href$='new/']").click()
        visitor.look("care new")
        page.go_back()
        page.get_by_role("link", name="Close this patient").click()
        visitor.look("patient close")


def test_a_colleague_without_a_care_relationship_is_told_whom_to_ask(
    a_visit: Visit, osei: Staff, dana: Staff, lindqvist: Patient
) -> None:
    with a_visit(NARROW) as visitor:
        visitor.sign_in(osei)
        visitor.go(f"/patients/{lindqvist.pk}/")
        expect(visitor.page.get_by_text("Ask Dana Whitlock")).to_be_visible()
        expect(visitor.page.get_by_text("Lindqvist")).to_have_count(0)
        visitor.look("chart refused")


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_compliance_officer_reads_the_trail(
    a_visit: Visit, castellanos: Staff, hale: Staff, lindqvist: Patient, viewport: dict[str, int]
) -> None:
    with a_visit(viewport) as visitor:
        visitor.sign_in(castellanos, "/accesses/all/")
        visitor.look("accesses")
        visitor.page.get_by_label("Patient number").fill("Lindqvist")
        visitor.page.get_by_role("button", name="Show").click()
        assert "Lindqvist" not in visitor.page.url  # the browser does not send a name in an address
        visitor.page.get_by_label("Patient number").fill("20388")
        visitor.page.get_by_role("button", name="Show").click()
        expect(visitor.page.get_by_role("link", name="Tobias Lindqvist").first).to_be_visible()
        visitor.go("/accesses/")
        visitor.look("own accesses")


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_new_way_in_is_shown_to_its_owner_and_to_a_second_person(
    a_visit: Visit, brook: Staff, hale: Staff, castellanos: Staff, viewport: dict[str, int]
) -> None:
    actions.make_way_in(by=brook, staff=hale)
    with a_visit(viewport) as visitor:
        visitor.sign_in(hale)
        expect(visitor.page.get_by_text("Ada Brook made a link to your sign-in")).to_be_visible()
        visitor.look("way in own")
    with a_visit(viewport) as visitor:
        visitor.sign_in(castellanos, "/staff/ways-in/")
        visitor.look("ways in")
        visitor.page.get_by_role("link", name="Confirm").click()
        visitor.look("way in confirm")
        visitor.page.get_by_role("button", name="Yes, they asked me too").click()
        expect(visitor.page.get_by_text("The link opens now.")).to_be_visible()
        visitor.look("ways in empty")
