"""The compliance officer pulls an accounting and checks the ledger, in a real browser."""

import os
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from disclosures.ledger import actions, documents
from disclosures.ledger.bases import Basis
from disclosures.ledger.models import Entry
from disclosures.ledger.particulars import Recipient
from practice.compliance.models import PracticeProfile
from practice.infrastructure.days import today
from practice.people.models import Patient, Staff

from .conftest import Visit
from .visitor import NARROW, WIDE, Visitor


@pytest.fixture
def disclosed(transactional_db: None, castellanos: Staff, hale: Staff, lindqvist: Patient) -> list[Entry]:
    """A court order, two audits by an agency, and psychotherapy notes to a lawyer."""
    PracticeProfile.objects.update(name="Cedar Street Counseling", privacy_contact_phone="(217) 555-0148")
    since = today() - timedelta(days=400)
    agency = Recipient("State Medicaid Agency, Division of Program Integrity and Provider Enrollment", "agency")
    rows = [
        (Recipient("Circuit Court of Sangamon County", "court", "200 S. Ninth St.\nSpringfield, IL 62701"),
         "Progress notes, January to March", "Order of the court, case 23-L-204", Basis.B_COURT_ORDER, False),
        (agency, "Session dates", "Program audit 14", Basis.B_OVERSIGHT, False),
        (agency, "Session dates", "Program audit 14", Basis.B_OVERSIGHT, False),
        (Recipient("Alvarez & Stone مكتب 🙂", "lawyer", "12 Main St., Peoria, IL 61602"),
         "Psychotherapy notes, sessions of March to May", "Your authorization of May 2", Basis.B_AUTHORIZATION, True),
    ]  # fmt: skip
    return [enter(castellanos, hale, lindqvist, since + timedelta(days=30 * at), row) for at, row in enumerate(rows)]


def enter(by: Staff, author: Staff, patient: Patient, day: date, row: tuple) -> Entry:
    recipient, description, purpose, basis, notes = row
    with transaction.atomic():
        return actions.append_disclosure(
            by=by,
            patient=patient,
            disclosed_on=day,
            recipient=recipient,
            description=description,
            purpose=purpose,
            basis=basis,
            includes_pn=notes,
            pn_authors=[author.pk] if notes else [],
        )


def look(visitor: Visitor, what: str) -> None:
    visitor.look(what)
    if folder := os.environ.get("PRACTICE_LOOK"):
        width = visitor.page.viewport_size["width"]
        visitor.page.screenshot(path=f"{folder}/{what.replace(' ', '-')}-{width}.png", full_page=True)


def test_the_officer_suspends_corrects_issues_and_verifies(
    a_visit: Visit, castellanos: Staff, lindqvist: Patient, disclosed: list[Entry]
) -> None:
    with a_visit(WIDE) as visitor:
        page = walk(visitor, castellanos, lindqvist, disclosed)
        with page.expect_download() as waiting:
            page.get_by_role("link", name="Download the PDF").click()
        text = words_of(Path(waiting.value.path()).read_bytes())
        assert "case23-L-205" in text
        assert "†" in text
        visitor.go("/disclosures/ledger/")
        page.get_by_role("button", name="Verify now").click()
        expect(page.get_by_text("Verified:")).to_be_visible()
        look(visitor, "ledger")


def test_the_same_on_a_telephone(
    a_visit: Visit, castellanos: Staff, lindqvist: Patient, disclosed: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "render_pdf", lambda *given, **more: b"%PDF- made above")
    with a_visit(NARROW) as visitor:
        page = walk(visitor, castellanos, lindqvist, disclosed)
        visitor.go("/disclosures/ledger/")
        look(visitor, "ledger")
        page.get_by_role("link", name="Accountings", exact=True).click()
        look(visitor, "accountings")


def walk(visitor: Visitor, officer: Staff, patient: Patient, disclosed: list[Entry]) -> Page:
    visitor.sign_in(officer, f"/disclosures/patients/{patient.pk}/")
    look(visitor, "disclosures")
    suspend(visitor, disclosed[1])
    correct(visitor, disclosed[0])
    issue(visitor, patient)
    return visitor.page


def words_of(pdf: bytes) -> str:
    """Without spaces: a line may break anywhere."""
    return "".join("".join(one.extract_text() for one in PdfReader(BytesIO(pdf)).pages).split())


def suspend(visitor: Visitor, entry: Entry) -> None:
    page = visitor.page
    visitor.go(f"/disclosures/entries/{entry.pk}/suspend/")
    page.get_by_role("button", name="Record the suspension").click()
    look(visitor, "suspension refused")
    page.get_by_label("Written statement").check()
    page.get_by_label("Day of the statement").fill(today().isoformat())
    page.get_by_label("It states that an accounting").check()
    page.get_by_role("button", name="Record the suspension").click()
    expect(page.get_by_text("Do not mention this disclosure")).to_be_visible()
    look(visitor, "suspended entry")
    page.get_by_role("link", name="Agency gave it up").click()
    look(visitor, "suspension end")


def correct(visitor: Visitor, entry: Entry) -> None:
    page = visitor.page
    visitor.go(f"/disclosures/entries/{entry.pk}/correct/")
    page.get_by_label("Why", exact=True).fill("Order of the court, case 23-L-205")
    page.get_by_role("button", name="Enter the correction").click()
    look(visitor, "correction refused")
    expect(page.get_by_label("Why", exact=True)).to_have_value("Order of the court, case 23-L-205")
    page.get_by_label("Reason for the correction").fill("The number was mistyped")
    page.get_by_role("button", name="Enter the correction").click()
    expect(page.get_by_text("The number was mistyped")).to_be_visible()
    look(visitor, "corrected entry")


def issue(visitor: Visitor, patient: Patient) -> None:
    page = visitor.page
    visitor.go(f"/disclosures/patients/{patient.pk}/accounting/")
    look(visitor, "accounting form")
    page.get_by_role("button", name="Show what would be listed").click()
    look(visitor, "accounting preview")
    page.get_by_role("button", name="Issue the accounting").click(no_wait_after=True)
    page.get_by_role("heading", name="Accounting AD-").wait_for(timeout=150_000)  # the pages are made meanwhile
    look(visitor, "accounting issued")
