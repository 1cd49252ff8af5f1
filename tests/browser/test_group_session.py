"""A group's page in a browser: it says while one types that the shared part names somebody, and codes are suggested."""

from datetime import date, timedelta

from playwright.sync_api import expect

from practice.people.models import Patient, Staff
from records.chart.actions.sessions import start_session
from tests.chart.conftest import recently
from tests.everybody import make_patient

from .conftest import Visit
from .visitor import NARROW


def test_a_name_in_the_shared_part_is_told_while_typing_and_a_code_is_suggested(
    a_visit: Visit, hale: Staff, lindqvist: Patient
) -> None:
    leila = make_patient(30001, "Leila", "Haddad", date(1985, 1, 1), treated_by=hale)
    began = recently()
    group = start_session(
        by=hale,
        patient=lindqvist,
        others=[leila],
        kind="group",
        started_at=began,
        stopped_at=began + timedelta(minutes=90),
    )
    with a_visit(NARROW) as visitor:
        page = visitor.page
        visitor.sign_in(hale, f"/chart/sessions/{group.pk}/")
        visitor.look("a group session")
        shared = page.get_by_label("About the session as a whole")
        shared.fill("Leila’s turn came last.")
        expect(page.get_by_role("alert")).to_contain_text("This names somebody: Leila's")
        visitor.look("named")
        shared.fill("One turn came last.")
        expect(page.get_by_role("alert")).to_be_hidden()
        visitor.go("/chart/sessions/")
        visitor.look("no sessions today")
        visitor.go(f"/chart/sessions/{group.pk}/copy/")
        visitor.look("plan it again")
        visitor.go(f"/chart/patients/{lindqvist.pk}/session/")
        page.get_by_label("Start").fill("14:00")
        page.get_by_label("End", exact=True).fill("14:45")
        expect(page.get_by_text("45 minutes: usually 90834.")).to_be_visible()
        page.get_by_label("CPT code").fill("90837")
        expect(page.get_by_text("90837 stands for 53 minutes or more; this is 45.")).to_be_visible()
        expect(page.get_by_label("Why this code stands although the times differ")).to_be_visible()
        visitor.look("a code that does not fit")
