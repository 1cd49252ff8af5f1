"""A letter from the post into the chart, read by the therapist; and a page of her own, sealed in her note."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from practice.people.models import Patient, Staff
from tests.files import pdf, picture
from tests.psychotherapy.conftest import write_draft

from .conftest import Visit
from .visitor import NARROW, WIDE


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    made = {"letter.pdf": pdf(), "not a letter.pdf": b"hello", "page.jpg": picture("JPEG", (300, 400))}
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return {name: tmp_path / name for name in made}


def test_a_letter_is_filed_unseen_by_front_desk_and_read_by_the_therapist_who_seals_a_page_of_her_own(
    a_visit: Visit, dana: Staff, hale: Staff, lindqvist: Patient, files: dict[str, Path]
) -> None:
    draft = write_draft(hale, lindqvist, text="")
    with a_visit(WIDE) as visitor:
        page = visitor.page
        visitor.sign_in(dana)
        page.get_by_role("link", name="File a document").click()
        page.get_by_label("Name, birth date or number", exact=True).fill("lindqvist")
        page.get_by_role("button", name="Find").click()
        page.locator("[name=scans]").set_input_files([files["letter.pdf"], files["not a letter.pdf"]])
        page.get_by_role("button", name="File 2 files").click()
        expect(page.get_by_text("Give the day.")).to_be_visible()
        page.get_by_label("Date on the document").fill("2026-03-02")
        page.get_by_label("Kind").select_option("letter")
        page.get_by_label("From", exact=True).fill("Prairie Family Medicine")
        page.get_by_role("button", name="File 2 files").click()
        expect(page.get_by_text("Filed: Letter, Prairie Family Medicine, of Mar 2, 2026, 1 page")).to_be_visible()
        expect(page.get_by_text("whatever its name says")).to_be_visible()
        visitor.look("one filed, one refused")
        page.get_by_role("button", name="Leave out not a letter.pdf").click()
        page.reload()
        expect(page.get_by_role("heading", name="Filed by you today")).to_be_visible()
        visitor.look("receipt")

    with a_visit(NARROW) as visitor:
        page = visitor.page
        visitor.sign_in(hale)
        page.get_by_role("link", name="Read Tobias Lindqvist").click()
        visitor.look("the document")
        page.get_by_role("button", name="I have read it").click()
        expect(page.get_by_text("Marked as read.")).to_be_visible()
        page.get_by_role("link", name="Documents", exact=True).first.click()
        visitor.look("documents")

        visitor.go(f"/psychotherapy-notes/drafts/{draft.id}/")
        page.get_by_role("button", name="Attach…").click()
        page.locator("[name=scans]").set_input_files(files["page.jpg"])
        page.get_by_role("button", name="Attach", exact=True).click()
        expect(page.get_by_role("heading", name="page.jpg")).to_be_visible()
        visitor.look("attached")
        page.get_by_role("link", name="Back to writing").first.click()
        shown = page.get_by_role("img", name="Attached picture 1: page.jpg")
        expect(shown).to_be_visible()
        assert shown.evaluate("async (image) => { await image.decode(); return image.naturalWidth; }") == 300
        visitor.look("the draft with its picture")
        page.get_by_role("button", name="Sign…").click()
        page.get_by_role("button", name="Sign and seal").click()
        expect(page.get_by_role("img", name="Attached picture 1: page.jpg")).to_be_visible()
