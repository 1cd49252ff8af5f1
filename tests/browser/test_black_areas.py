"""A clinician blacks out part of a scanned page, by keyboard and with the mouse, on a narrow screen."""

from collections.abc import Callable

from django.urls import reverse
from playwright.sync_api import expect

from authorizations.models import Authorization
from disclosures.releases import actions
from disclosures.releases.models import Redaction
from disclosures.releases.queries import item_key
from practice.people.models import Patient, Staff
from records.chart.actions.documents import file_document
from records.chart.documents import release_items
from tests.chart.test_filing import facts, taken
from tests.infrastructure.test_page_pictures import page as scanned_page
from tests.releases.conftest import draft_of, paper, profile  # noqa: F401  fixtures of the area

from .conftest import Visit
from .visitor import NARROW


def test_an_area_is_added_moved_sized_and_taken_back_without_a_mouse_and_drawn_with_one(
    a_visit: Visit,
    dana: Staff,
    hale: Staff,
    lindqvist: Patient,
    paper: Callable[..., Authorization],  # noqa: F811
) -> None:
    file_document(by=hale, patient=lindqvist, taken=taken(copy=scanned_page(), pages=1), facts=facts())
    keys = [item_key(info) for info in release_items(lindqvist) if info.kind == "document"]
    release = actions.prepare_release(by=dana, release=draft_of(lindqvist, paper()), keys=keys, approver=hale)
    with a_visit(NARROW) as visitor:
        page = visitor.page
        visitor.sign_in(hale, reverse("release-redact", args=[release.pk, release.items.get().pk]))
        page.get_by_role("button", name="Add an area on page 1").press("Enter")
        area = page.get_by_role("application", name="Page 1:")
        expect(area).to_be_focused()
        sent = page.locator("input[name=area]")
        _, left, _, width, height = map(int, sent.input_value().split(":"))
        for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown", "Shift+ArrowDown"):
            area.press(key)
        _, *moved = map(int, sent.input_value().split(":"))
        assert (moved[0], moved[2], moved[3]) == (left - 50, width + 50, height + 100)
        expect(page.get_by_role("status").filter(has_text="6% high")).to_have_count(1)
        visitor.look("an area by keyboard")
        area.press("Delete")
        expect(sent).to_have_count(0)
        expect(page.get_by_role("button", name="Add an area on page 1")).to_be_focused()

        shot = page.get_by_role("img", name="Page 1 as it will leave")
        shot.hover(position={"x": 40, "y": 300})
        page.mouse.down()
        shot.hover(position={"x": 120, "y": 330}, force=True)
        page.mouse.up()
        expect(sent).to_have_count(1)
        page.get_by_label("It is about somebody else").check()
        page.get_by_role("button", name="Leave it out").click()
        expect(page.get_by_role("img", name="Page 1 as it will leave, with 1 black area")).to_be_visible()
        visitor.look("an area left out")
        assert Redaction.objects.get().where["page"] == 1
        page.get_by_role("button", name="Take back").press("Enter")
        expect(page.get_by_text("Taken back.")).to_be_visible()
