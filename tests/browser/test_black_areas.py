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
        for key in ("ArrowLeft", "ArrowUp", "Shift+ArrowRight", "Shift+ArrowDown", "Shift+ArrowDown"):
            area.press(key)
        sent = page.locator("input[name=area]")
        _, left, _, width, height = map(int, sent.input_value().split(":"))
        assert (left, width, height) == (2450, 5050, 600)
        expect(page.get_by_role("status").filter(has_text="25% from the left")).to_have_count(1)
        visitor.look("an area by keyboard")
        area.press("Delete")
        expect(sent).to_have_count(0)
        expect(page.get_by_role("button", name="Add an area on page 1")).to_be_focused()

        shot = page.get_by_role("img", name="Page 1 as it will leave")
        shot.scroll_into_view_if_needed()
        box = shot.bounding_box()
        assert box
        page.mouse.move(box["x"] + 20, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + 60, box["y"] + 40, steps=3)
        page.mouse.up()
        expect(sent).to_have_count(1)
        page.get_by_label("It is about somebody else").check()
        page.get_by_role("button", name="Leave it out").click()
        expect(page.get_by_role("img", name="Page 1 as it will leave, with 1 black area")).to_be_visible()
        visitor.look("an area left out")
        assert Redaction.objects.get().where["page"] == 1
        page.get_by_role("button", name="Take back").press("Enter")
        expect(page.get_by_text("Taken back.")).to_be_visible()
