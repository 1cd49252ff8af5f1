"""A form on the tablet: read, drawn under, signed; then only staff can take the tablet back."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from authorizations.actions.forms import prepare_authorization
from authorizations.models import SignedDocument
from practice.people.models import Patient, Staff
from tests.authorizations.papers import approve_forms, to_prepare

from .conftest import Visit
from .visitor import NARROW


def draw(page: Page) -> None:
    pad = page.locator("[data-pad]")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 60)
    page.mouse.down()
    for step in range(1, 12):
        page.mouse.move(box["x"] + 20 + 18 * step, box["y"] + 60 + (25 if step % 2 else -25))
    page.mouse.up()


@pytest.mark.committing
def test_a_form_is_read_and_signed_on_the_tablet(
    castellanos: Staff, hale: Staff, dana: Staff, lindqvist: Patient, a_visit: Visit
) -> None:
    approve_forms(castellanos)
    draft = prepare_authorization(by=dana, patient=lindqvist, **to_prepare(hale))
    with a_visit(NARROW) as visitor:
        page = visitor.page
        visitor.sign_in(dana, reverse("authorization-sign-here", args=[draft.pk]))
        visitor.look("who signs")
        page.get_by_label("Showed a photo identity document").check()
        page.get_by_role("button", name="Hand over the tablet").click()
        page.get_by_role("heading", name="A form for you to read and sign").wait_for()
        expect(page.get_by_text("Fenner & Osgood")).to_be_visible()

        page.get_by_label("Draw it with a finger or pen").check()
        draw(page)
        page.get_by_label("I have read this form").check()
        page.get_by_role("button", name="Sign", exact=True).click()
        page.get_by_text("Not signed yet.").wait_for()  # one box was left out; the drawing is still there
        visitor.look("the form in the signer's hands")
        page.get_by_label("I agree to sign electronically.").check()
        page.get_by_role("button", name="Sign", exact=True).click()
        page.get_by_role("heading", name="Thank you. Please give the tablet back.").wait_for()
        visitor.look("signed")
        page.goto(visitor.home + reverse("authorization-open", args=[draft.pk]))
        page.get_by_role("heading", name="Thank you. Please give the tablet back.").wait_for()
    (stroke,) = SignedDocument.objects.get().drawn
    assert len(stroke) > 5
