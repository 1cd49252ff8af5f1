"""A tablet is handed over, lies untouched, comes back; what was marked interrupts until somebody answers it."""

import time

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from practice.people.models import Patient, Staff
from records.chart.models import Measure
from tests.everybody import PASSWORD, code_at

from .conftest import Visit
from .visitor import NARROW


def answer(page: Page, question: int, words: str) -> None:
    page.locator(f"#q-{question}").get_by_label(words).check()


@pytest.mark.committing
def test_a_tablet_goes_to_the_patient_and_comes_back(hale: Staff, lindqvist: Patient, a_visit: Visit) -> None:
    with a_visit(NARROW) as visitor:
        page = visitor.page
        page.clock.install()
        visitor.sign_in(hale, reverse("patient-results", args=[lindqvist.pk]))
        visitor.look("measures of a new patient")
        page.get_by_text("Take a measure").click()
        page.get_by_role("button", name="Hand over the tablet for the PHQ-9").click()
        page.get_by_role("heading", name="Some questions for you").wait_for()
        visitor.look("the screen in the patient's hands")
        expect(page.get_by_text("Lindqvist")).to_have_count(0)

        for question in range(1, 9):
            answer(page, question, "Not at all")
        answer(page, 9, "Several days")
        expect(page.get_by_text("please tell your clinician now")).to_be_visible()
        page.clock.fast_forward(6 * 60_000)  # put aside
        page.get_by_role("heading", name="Please give the tablet back").wait_for()
        expect(page.get_by_text("better off dead")).to_have_count(0)
        visitor.look("the covered screen")
        page.get_by_role("button", name="Go on answering").click()
        expect(page.locator("#q-9").get_by_label("Several days")).to_be_checked()

        other = visitor.context.new_page()  # another tab, a typed address, and the back button
        other.goto(visitor.home + reverse("patient-page", args=[lindqvist.pk]))
        expect(other.get_by_role("heading", name="Some questions for you")).to_be_visible()
        other.close()
        page.get_by_role("button", name="Finish").click()
        page.get_by_role("heading", name="Thank you. Please give the tablet back.").wait_for()
        expect(page.get_by_text("988")).to_be_visible()
        visitor.look("the tablet is done")
        page.go_back()
        page.get_by_role("heading", name="Thank you. Please give the tablet back.").wait_for()

        page.get_by_role("link", name="Staff: take the tablet back").click()
        page.get_by_label("Username").fill(hale.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_label("code").fill(code_at(time.time() + 30))  # the one before was used
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("heading", name="Act on this now").wait_for()
        visitor.look("the interruption")
        page.get_by_label("I assessed the risk with the patient").check()
        page.get_by_role("button", name="I have seen it and did this").click()
        page.get_by_text("Kept: what you did about it stands with the measure.").wait_for()
        visitor.look("one measure")
    assert Measure.objects.get().by_patient
