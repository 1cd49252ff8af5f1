"""Front desk and therapist take records from the chart to the lawyer's hands, each page looked at on the way."""

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from authorizations.models import Authorization
from disclosures.ledger.models import Entry
from disclosures.releases.models import Release
from disclosures.releases.rules import ReleaseState
from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from records.psychotherapy.actions import approve_package
from tests.psychotherapy.conftest import write_note
from tests.releases.conftest import LAWYER, chart, paper, profile, signed_note  # noqa: F401  fixtures of the area

from .conftest import Visit
from .visitor import NARROW, WIDE, Visitor

LONG = "Marguerite Anne-Sophie Okonkwo-Fairbanks van der Westhuizen"


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_from_the_authorization_to_the_hand_over(
    a_visit: Visit,
    dana: Staff,
    hale: Staff,
    chart: Patient,  # noqa: F811
    paper: Callable[..., Authorization],  # noqa: F811
    viewport: dict[str, int],
) -> None:
    Patient.objects.filter(pk=chart.pk).update(legal_name=LONG)
    paper(covers_from=today() - timedelta(days=30), covers_to=today(), name_confirmed=True)
    with a_visit(viewport) as desk, a_visit(viewport) as clinician:
        desk.sign_in(dana, "/releases/new/")
        prepare(desk, hale)
        release = Release.objects.get()
        clinician.sign_in(hale, "/releases/")
        clinician.look("a clinician's releases")
        clinician.page.get_by_role("link", name="Read REL").click()
        clinician.look("read and approve")
        choose_words_by_keyboard(clinician)
        clinician.page.get_by_role("button", name="I have read it: approve").click()
        expect(clinician.page.get_by_text("Approved. The package is frozen")).to_be_visible(timeout=30_000)
        desk.page.reload()
        hand_over(desk)
    release.refresh_from_db()
    assert release.state == ReleaseState.DELIVERED
    assert list(Entry.objects.order_by("index").values_list("kind", flat=True)) == ["disclosure", "delivery"]


def choose_words_by_keyboard(visitor: Visitor) -> None:
    page = visitor.page
    note = page.locator("section.sheet").filter(has=page.get_by_role("heading", name="Progress note"))
    note.get_by_role("button", name="Leave passages out").first.click()
    page.get_by_text("Choose single words").first.click()
    text = page.get_by_label("Select words in this text").first
    before = text.input_value()
    text.focus()
    page.keyboard.press("Control+Home")
    for _ in range(5):
        page.keyboard.press("Shift+ArrowRight")
    page.get_by_role("button", name="Mark the selected words").first.press("Enter")
    expect(page.get_by_label(f"“{before[:5]}”")).to_be_checked()
    text.press("Delete")
    page.keyboard.type("x")
    assert text.input_value() == before  # it is there to be read
    visitor.look("words chosen by keyboard")
    page.get_by_label(f"“{before[:5]}”").uncheck()
    page.go_back()


def prepare(visitor: Visitor, approver: Staff) -> None:
    page = visitor.page
    visitor.look("whose records")
    page.get_by_role("main").get_by_role("searchbox").fill("20388")
    page.get_by_role("main").get_by_role("button").first.click()
    visitor.look("on what ground")
    page.get_by_role("link", name="Use this").click()
    visitor.look("new release")
    expect(page.get_by_role("checkbox", checked=True)).to_have_count(2)
    page.get_by_label("What the recipient is").select_option("attorney")
    page.get_by_label("How it leaves").select_option("locked_file")
    page.get_by_label("Who reads and approves it").select_option(str(approver.pk))
    page.get_by_role("button", name="Ask the gate").click()
    expect(page.get_by_text("The gate says no")).to_be_visible()
    visitor.look("the gate says no")
    page.get_by_label("How you know it is them").fill("called back on the number of the bar directory")
    page.get_by_role("button", name="Ask the gate").click()
    expect(page.get_by_text("to read and approve.")).to_be_visible()
    visitor.look("waiting for the clinician")


def hand_over(visitor: Visitor) -> None:
    page = visitor.page
    visitor.look("approved")
    page.get_by_role("link", name="Hand over", exact=True).click()
    page.get_by_role("button", name="Make the locked file").click()
    expect(page.locator(".copy-once")).to_be_visible()
    visitor.look("the passphrase, once")
    page.get_by_role("button", name="Hand over and enter in the ledger").click()
    visitor.look("entered in the ledger")
    given = downloaded(page, "Get the package")
    assert given.startswith(b"%PDF")
    page.reload()
    page.get_by_role("link", name="Say how it ended").click()
    visitor.look("how it ended")
    page.get_by_label("It arrived").check()
    page.get_by_label("Receipt or confirmation").fill("signed for by J. Stone")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("This release is closed.")).to_be_visible()
    visitor.look("closed")


def downloaded(page: Page, button: str) -> bytes:
    """The bytes that a button gives."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return download.value.path().read_bytes()


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_psychotherapy_notes_are_handed_over_by_their_cover_sheet(
    a_visit: Visit,
    dana: Staff,
    hale: Staff,
    lindqvist: Patient,
    paper: Callable[..., Authorization],  # noqa: F811
    viewport: dict[str, int],
) -> None:
    note = write_note(hale, lindqvist, session_on=today())
    approve_package(
        by=hale, authorization=paper(notes=True), package_id=uuid4(), note_ids=[note], recipient=LAWYER,
        named_staff=[dana], on=today(),
    )  # fmt: skip
    with a_visit(viewport) as visitor:
        page = visitor.page
        visitor.sign_in(dana, "/releases/")
        visitor.look("releases, with a package to hand over")
        page.get_by_role("link", name="Hand over", exact=True).click()
        visitor.look("the cover sheet")
        page.get_by_label("What the recipient is").select_option("attorney")
        page.get_by_label("How you know it is them").fill("identity card seen")
        page.get_by_label("How it leaves").select_option("locked_file")
        page.get_by_role("button", name="Hand over and enter in the ledger").click()
        visitor.look("psychotherapy notes, entered")
        assert downloaded(page, "Get the package").startswith(b"%PDF")


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_fax_to_the_wrong_number_is_recorded(
    a_visit: Visit, dana: Staff, lindqvist: Patient, viewport: dict[str, int]
) -> None:
    with a_visit(viewport) as visitor:
        page = visitor.page
        visitor.sign_in(dana, f"/releases/patients/{lindqvist.pk}/record/")
        visitor.look("record: on what ground")
        page.get_by_label("What allows it").select_option("B_IMPERMISSIBLE")
        page.get_by_role("button", name="Go on").click()
        visitor.look("record a disclosure")
        page.get_by_role("button", name="Enter in the ledger").click()
        page.get_by_label("How", exact=False).first.select_option("fax")
        page.get_by_label("What, in a few words").fill("One page of a progress note")
        page.get_by_label("Who received it").fill("Unknown subscriber, wrong fax number")
        page.get_by_label("What the recipient is").select_option("other")
        page.get_by_label("What it is for").fill("Sent by mistake")
        page.get_by_role("button", name="Enter in the ledger").click()
        expect(page.get_by_text("The compliance officer has been asked")).to_be_visible()
        visitor.look("recorded")
    assert Entry.objects.get().basis == "B_IMPERMISSIBLE"
