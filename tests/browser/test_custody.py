"""Custody and destruction on a narrow screen: every page of them, looked at, and one package made by a custodian."""

from uuid import UUID

from playwright.sync_api import expect

from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from records.psychotherapy import custody_actions as actions
from tests.psychotherapy.conftest import (
    in_custody,  # noqa: F401  a fixture
    write_note,
)
from tests.psychotherapy.custody import Superuser
from tests.psychotherapy.test_destruction import LONG_AGO, end_care, orders_are_due
from tests.psychotherapy.test_packages import authorize

from .conftest import Visit
from .visitor import NARROW


def test_a_custodian_has_notes_packed_and_an_author_destroys_old_ones(
    a_visit: Visit,
    hale: Staff,
    osei: Staff,
    dana: Staff,
    lindqvist: Patient,
    abernathy: Patient,
    in_custody: actions.Transfer,  # noqa: F811
    superuser: Superuser,
) -> None:
    write_note(hale, lindqvist)
    authorize(dana, hale, lindqvist)
    old: list[UUID] = [write_note(osei, abernathy, session_on=LONG_AGO) for _ in range(3)]
    end_care(abernathy)
    actions.order_destruction(by=osei, note_ids=old[:1], on=today())
    orders_are_due(superuser)
    with a_visit(NARROW) as visitor:
        page = visitor.page
        visitor.sign_in(osei, "/psychotherapy-notes/custody/")
        visitor.look("transfers of custody")
        page.get_by_role("link", name="Name my custodian").click()
        page.get_by_role("button", name="Name them").click()
        visitor.look("naming a custodian, nothing filled in")
        visitor.go(f"/psychotherapy-notes/custody/{in_custody.id}/")
        visitor.look("custody in effect")
        page.get_by_role("link", name="Choose sessions").click()
        visitor.look("sessions by their day")
        page.get_by_label("Session of").check()
        page.get_by_label("Dana Whitlock").check()
        page.get_by_label("These are the fewest").check()
        page.get_by_role("button", name="Approve and lock").click()
        expect(page.get_by_text("It is shown now and never again")).to_be_visible()
        visitor.look("packed in custody")
        page.get_by_role("link", name="I have noted it").click()
        visitor.look("custody with a package")
        visitor.go("/psychotherapy-notes/kept/")
        page.get_by_role("button", name="Order their destruction").click()
        visitor.look("notes past their time, nothing chosen")
        page.get_by_role("link", name="Destroy…").click()
        visitor.look("asked once more")
        page.get_by_role("button", name="Destroy it").click()
        expect(page.get_by_text("1 destroyed")).to_be_visible()
