"""The main job, by three people in a real browser: from a typed note to an accounting."""

import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pypdf
from django.conf import settings
from playwright.sync_api import expect

from practice.compliance.models import PracticeProfile
from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from tests.files import pdf

from .conftest import Visit
from .visitor import Visitor

PROGRESS = "Reports sleeping five to six hours. Described a conflict with his manager; stayed in the meeting."
SEALED = "He watched my face the whole time, as if waiting for me to take the manager’s side. The father again."
ATTORNEY = "Alvarez & Stone, attorneys"


def write_and_sign(visitor: Visitor) -> None:
    """Dr. Hale: a session, the progress note, beside it the psychotherapy note; both signed."""
    page = visitor.page
    visitor.look("therapist home")
    visitor.find("lindqvist")
    visitor.look("empty chart")
    page.get_by_role("link", name="New note").first.click()
    page.get_by_role("button", name="Begin the note").wait_for()
    visitor.look("new session")
    page.get_by_label("Day").fill((today() - timedelta(days=1)).isoformat())
    page.get_by_label("Start").fill("14:05")
    page.get_by_label("End", exact=True).fill("14:55")
    page.get_by_role("button", name="Begin the note").click()
    page.get_by_role("heading", name="Progress note", exact=True).wait_for()
    sheets = page.locator("form[data-autosave]")
    progress, sealed = sheets.nth(0), sheets.nth(1)
    progress.locator("textarea").first.fill(PROGRESS)
    expect(progress.locator("[data-save-line]")).to_contain_text("Saved")
    sealed.locator("textarea").first.fill(SEALED)
    expect(sealed.locator("[data-save-line]")).to_contain_text(", sealed")
    visitor.look("note page")
    page.reload()
    expect(sheets.nth(0).locator("textarea").first).to_have_value(PROGRESS)
    expect(sheets.nth(1).locator("textarea").first).to_have_value(SEALED)
    sheets.nth(1).locator("textarea").first.press("Control+Enter")
    page.get_by_role("button", name="Sign and seal").wait_for()
    visitor.look("sealed note before signing")
    page.get_by_role("button", name="Sign and seal").click()
    visitor.look("sealed note signed")
    visitor.go("/")
    page.get_by_role("link", name="Continue Tobias Lindqvist").click()
    page.locator("form[data-autosave] textarea").first.press("Control+Enter")
    page.get_by_role("button", name="Sign as Dr. Miriam Hale").wait_for()
    visitor.look("progress note before signing")
    page.get_by_role("button", name="Sign as Dr. Miriam Hale").click()
    expect(page.locator(".flash")).to_contain_text("Signed")
    visitor.look("progress note signed")


def record_authorization(visitor: Visitor, scan: Path) -> None:
    """Front desk: what the signed paper says, and whether it can be used."""
    page = visitor.page
    visitor.look("front desk home")
    visitor.find("lindqvist")
    visitor.look("patient for front desk")
    expect(page.get_by_role("link", name="Psychotherapy notes")).to_have_count(0)
    page.get_by_role("link", name="Authorizations").click()
    visitor.look("no authorizations")
    page.get_by_role("link", name="Record a signed paper").first.click()
    visitor.look("new authorization")
    page.get_by_label("Psychotherapy notes", exact=True).check()
    page.get_by_label("Description on the form").fill("Psychotherapy notes of Dr. Miriam Hale, all sessions.")
    page.get_by_label("Which psychotherapy notes").select_option("ALL_BY_ORIGINATOR")
    page.get_by_label("Therapist who keeps the notes").select_option(label="Dr. Miriam Hale")
    page.get_by_label("Who may release the records").fill("Dr. Miriam Hale")
    page.get_by_label("Who may receive them").fill(ATTORNEY)
    page.get_by_label("Address of the recipient").fill("12 Main St., Peoria, IL 61602")
    page.get_by_role("textbox", name="Purpose").fill("Claim for damages")
    page.get_by_label("Ends on", exact=True).fill((today() + timedelta(days=300)).isoformat())
    page.get_by_label("Signature", exact=True).select_option("PAPER")
    page.get_by_label("Date beside the signature").fill(today().isoformat())
    page.get_by_label("Name of the signer").fill("Tobias Lindqvist")
    page.get_by_label("Whether care or payment depends on signing").select_option("NOT_CONDITIONED")
    page.get_by_label("How to take it back in writing").check()
    page.get_by_label("That the recipient may pass the records on").check()
    page.get_by_label("Scan of the signed paper").set_input_files(scan)
    page.get_by_role("button", name="Record it").click()
    visitor.look("authorization recorded")


def approve_package(visitor: Visitor) -> str:
    """Dr. Hale: reads the note that is covered, names who hands it over, gets the passphrase. Out: the passphrase."""
    page = visitor.page
    visitor.find("lindqvist")
    page.get_by_role("link", name="Authorizations").click()
    page.get_by_role("link", name="Open").first.click()
    page.get_by_role("link", name="Release my psychotherapy notes").click()
    visitor.look("release psychotherapy notes")
    expect(page.get_by_text(SEALED)).to_be_visible()
    page.locator("input[name=notes]").check()
    page.get_by_label("Who receives them").select_option(label=ATTORNEY)
    page.get_by_label("Dana Whitlock").check()
    page.get_by_label("I have read each note").check()
    page.get_by_role("button", name="Approve and lock").click()
    visitor.look("package approved")
    return page.locator(".copy-once").inner_text().strip()


def hand_over(visitor: Visitor, folder: Path) -> Path:
    """Front desk: the cover sheet, the commit, the locked file, the end. Out: the file."""
    page = visitor.page
    visitor.look("front desk has something to hand over")
    page.get_by_role("link", name="Hand over").first.click()
    visitor.look("cover sheet")
    assert SEALED not in page.content()
    page.get_by_label("What the recipient is").select_option(label="Attorney")
    page.get_by_label("How you know it is them").fill("Called back on the number of their letter")
    page.get_by_label("How it leaves").select_option(label="As a locked file")
    page.get_by_role("button", name="Hand over and enter in the ledger").click()
    visitor.look("handed over")
    with page.expect_download() as download:
        page.get_by_role("button", name="Get the package").click()
    got = folder / "package.pdf"
    download.value.save_as(got)
    page.reload()
    page.get_by_role("link", name="Say how it ended").click()
    visitor.look("how did it end")
    page.get_by_label("It arrived").check()
    page.get_by_label("Receipt or confirmation").fill("Signed for by R. Stone")
    page.get_by_role("button", name="Save").click()
    visitor.look("release closed")
    return got


def issue_accounting(visitor: Visitor, folder: Path) -> Path:
    """Compliance officer: the ledger, what would be listed, the PDF. Out: the PDF."""
    page = visitor.page
    visitor.look("compliance officer home")
    page.get_by_role("link", name="Ledger", exact=True).click()
    page.get_by_role("button", name="Verify now").click()
    expect(page.get_by_text("Verified", exact=True).first).to_be_visible()
    visitor.look("ledger")
    visitor.find("lindqvist")
    page.get_by_role("link", name="Disclosures").click()
    visitor.look("disclosures")
    expect(page.get_by_text(f"To {ATTORNEY}")).to_be_visible()
    page.get_by_role("link", name="New accounting").click()
    page.get_by_label("asked on").or_(page.locator("#id_requested_on")).first.fill(today().isoformat())
    page.get_by_role("button", name="Show what would be listed").click()
    visitor.look("accounting shown before it is issued")
    page.get_by_role("button", name="Issue the accounting").click()
    visitor.look("accounting issued")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the PDF").click()
    got = folder / "accounting.pdf"
    download.value.save_as(got)
    return got


def test_from_a_typed_note_to_an_accounting(
    a_visit: Visit, hale: Staff, dana: Staff, castellanos: Staff, lindqvist: Patient, tmp_path: Path
) -> None:
    PracticeProfile.objects.update(name="Cedar Street Counseling", privacy_contact_phone="(217) 555-0148")
    (tmp_path / "form.pdf").write_bytes(pdf())
    with a_visit() as therapist, a_visit() as front_desk, a_visit() as officer:
        therapist.sign_in(hale)
        write_and_sign(therapist)
        front_desk.sign_in(dana)
        record_authorization(front_desk, tmp_path / "form.pdf")
        passphrase = approve_package(therapist)
        front_desk.go("/")
        package = hand_over(front_desk, tmp_path)
        officer.sign_in(castellanos)
        accounting = issue_accounting(officer, tmp_path)
    locked = pypdf.PdfReader(package)
    assert locked.is_encrypted
    assert locked.decrypt(passphrase)
    assert "as if waiting for me" in " ".join(locked.pages[n].extract_text() for n in range(len(locked.pages)))
    check_as_a_stranger(accounting, tmp_path)


def check_as_a_stranger(accounting: Path, folder: Path) -> None:
    """The patient's lawyer: reads the pages, and checks the attached data with the one plain script."""
    reader = pypdf.PdfReader(accounting)
    pages = " ".join(page.extract_text() for page in reader.pages)
    assert "Alvarez" in pages
    assert "as if waiting for me" not in pages
    data = folder / "accounting.json"
    data.write_bytes(reader.attachments["accounting.json"][0])
    script = settings.BASE_DIR / "disclosures" / "ledger" / "verify_accounting.py"
    told = subprocess.run([sys.executable, "-I", script, data], capture_output=True, text=True, check=False)
    assert told.returncode == 0, told.stdout
    assert ATTORNEY in told.stdout
