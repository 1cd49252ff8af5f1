"""A signed paper from the post to the end of its life, by front desk in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from tests.authorizations.papers import approve_forms
from tests.files import pdf

from .conftest import Visit
from .visitor import NARROW, WIDE, Visitor


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    path = tmp_path / "scan.pdf"
    path.write_bytes(pdf())
    return path


def fill(visitor: Visitor, hale: Staff) -> None:
    """A complete form for psychotherapy notes, but for the date beside the signature."""
    page = visitor.page
    page.get_by_label("Psychotherapy notes", exact=True).check()
    page.get_by_label("Description on the form", exact=True).fill("Psychotherapy notes of Dr. Hale, all of them")
    page.get_by_label("Which psychotherapy notes", exact=True).select_option("ALL_BY_ORIGINATOR")
    page.get_by_label("Therapist who keeps the notes", exact=True).select_option(label=hale.display_name)
    page.get_by_label("Who may receive them", exact=True).fill("مكتب المحاماة Fenner & Osgood 🙂")
    page.get_by_label("Purpose", exact=True).fill("Custody case 24-D-118")
    page.get_by_label("Ends on", exact=True).fill(f"{today().year + 1}-01-31")
    page.get_by_label("Signature", exact=True).select_option("PAPER")
    page.get_by_label("Name of the signer", exact=True).fill("Tobias Lindqvist")
    page.get_by_label("How to take it back in writing", exact=True).check()
    page.get_by_label("That the recipient may pass the records on", exact=True).check()
    page.get_by_label("Whether care or payment depends on signing", exact=True).select_option("NOT_CONDITIONED")


def test_front_desk_scans_corrects_and_revokes_an_authorization(
    a_visit: Visit, dana: Staff, hale: Staff, lindqvist: Patient, scan: Path
) -> None:
    with a_visit(WIDE) as visitor:
        page = visitor.page
        visitor.sign_in(dana)
        page.get_by_role("link", name="Scan an authorization").click()
        visitor.look("whose is it")
        page.get_by_label("Name, birth date or number", exact=True).fill("lindqvist")
        page.get_by_role("button", name="Find").click()
        expect(page.get_by_role("heading", name="Record an authorization")).to_be_visible()
        expect(page.get_by_label("Therapist who keeps the notes", exact=True)).to_be_hidden()
        fill(visitor, hale)
        page.get_by_label("Scan of the signed paper").set_input_files(scan)
        visitor.look("form filled in")
        page.get_by_role("button", name="Record it").click()

        expect(page.get_by_text("The signature has no date.")).to_be_visible()
        visitor.look("recorded, incomplete")
        page.get_by_role("link", name="Correct what was entered").click()
        page.get_by_label("Date beside the signature", exact=True).fill(today().isoformat())
        page.get_by_label("What was wrong with the record*").fill("The day was left out")
        page.get_by_role("button", name="Save the correction").click()
        expect(page.get_by_text("The authorization is in effect.")).to_be_visible()
        visitor.look("in effect")

        with page.expect_download() as download:
            page.get_by_role("link", name="Download the scan").click()
        assert Path(download.value.path()).read_bytes() == scan.read_bytes()
        assert download.value.suggested_filename == "signed-authorization.pdf"

        page.get_by_role("link", name="Record a revocation").click()
        visitor.look("revocation")
        page.get_by_label("By word of mouth", exact=True).check()
        page.get_by_label("The patient", exact=True).check()
        page.get_by_role("button", name="Record it").click()
        expect(page.get_by_text("On hold. Nothing goes out.")).to_be_visible()
        visitor.look("on hold")
        page.get_by_role("link", name="Record a revocation").click()
        page.get_by_label("In writing", exact=True).check()
        page.get_by_label("The patient", exact=True).check()
        page.get_by_role("button", name="Record it").click()
        expect(page.get_by_text("Revoked. Nothing more goes out under it.")).to_be_visible()
        visitor.look("revoked")


def test_a_compound_form_is_split_on_a_telephone(
    a_visit: Visit, dana: Staff, hale: Staff, castellanos: Staff, lindqvist: Patient
) -> None:
    approve_forms(castellanos)
    with a_visit(NARROW) as visitor:
        page = visitor.page
        visitor.sign_in(dana, f"/authorizations/patient/{lindqvist.pk}/")
        visitor.look("empty list")
        page.get_by_role("link", name="Record a signed paper").click()
        fill(visitor, hale)
        page.get_by_label("Chart records", exact=True).check()
        page.get_by_label("Signed by*").select_option("GUARDIAN")
        visitor.look("form on a telephone")
        page.get_by_role("button", name="Record it").click()
        expect(page.get_by_text("It covers psychotherapy notes together with something else").first).to_be_visible()
        visitor.look("compound")
        page.get_by_role("button", name="Prepare 2 documents").click()
        expect(page.get_by_text("2 forms are prepared, each to be signed on its own")).to_be_visible()
        expect(page.get_by_text("Not signed yet")).to_have_count(2)
        visitor.look("two forms")


def test_policies_are_read_and_changed_by_the_compliance_officer(a_visit: Visit, castellanos: Staff) -> None:
    with a_visit(NARROW) as visitor:
        page = visitor.page
        visitor.sign_in(castellanos, "/policies/")
        visitor.look("policies")
        page.get_by_role("link", name="Psychotherapy notes in an accounting: change").click()
        page.get_by_label("Only what the rule requires").check()
        page.get_by_role("button", name="Save the change").click()
        visitor.look("policy without a reason")
        page.get_by_label("Reason*").fill("Counsel advised it.")
        page.get_by_role("button", name="Save the change").click()
        expect(page.get_by_text("Saved: Psychotherapy notes in an accounting.")).to_be_visible()
        visitor.look("policy changed")
