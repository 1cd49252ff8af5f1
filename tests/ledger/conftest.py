"""The practice as it stands on letters, and a quick way to enter disclosures."""

from datetime import date

import pytest
import time_machine
from django.db import transaction
from django.template.loader import render_to_string

from disclosures.ledger import actions, documents
from disclosures.ledger.bases import Basis
from disclosures.ledger.particulars import Recipient
from practice.compliance.models import PracticeProfile

from .accountings import ASKED

ORIGIN = "cedar-street.example/disclosures/1"


@pytest.fixture
def profile(db):
    PracticeProfile.objects.update_or_create(
        id=1,
        defaults={
            "name": "Cedar Street Counseling",
            "address": "418 Cedar Street, Suite 2\nSpringfield, IL 62704",
            "phone": "(217) 555-0140",
            "privacy_contact_title": "Privacy officer",
            "privacy_contact_name": "M. Castellanos",
            "privacy_contact_phone": "(217) 555-0148",
            "log_origin": ORIGIN,
        },
    )
    return PracticeProfile.objects.get()


DEFAULTS = {
    "disclosed_on": date(2024, 5, 12),
    "recipient": Recipient("Circuit Court of Sangamon County", "court", "200 S. Ninth St., Springfield, IL 62701"),
    "description": "Progress notes, January to March 2023",
    "purpose": "Court order of May 4, 2023, case 23-L-204",
    "basis": Basis.B_COURT_ORDER,
    "record_classes": ["chart"],
}


@pytest.fixture
def disclose(profile, castellanos, lindqvist):
    """`disclose(purpose=..., day="2025-01-31")` enters a disclosure and gives its entry."""

    def enter(*, patient=None, day=None, by=None, **more):
        given = DEFAULTS | more
        if day:
            given["disclosed_on"] = date.fromisoformat(day)
        with transaction.atomic():
            return actions.append_disclosure(by=by or castellanos, patient=patient or lindqvist, **given)

    return enter


@pytest.fixture
def november():
    """Nov 21, 2026, noon at the practice."""
    with time_machine.travel("2026-11-21T18:00:00Z", tick=True):
        yield


@pytest.fixture
def issue(castellanos, lindqvist):
    """`issue(asked_from=…)` makes an accounting for Tobias Lindqvist, asked for today."""

    def make(**more):
        given = {"requested_on": ASKED, "received_on": ASKED, "patient": lindqvist} | more
        return actions.prepare_accounting(by=castellanos, **given)

    return make


@pytest.fixture
def quick_pages(request, monkeypatch):
    """The page's words without layout, which takes seconds; tests of the file itself ask for `real_pages`."""
    if "real_pages" not in request.fixturenames:
        monkeypatch.setattr(
            documents, "render_pdf", lambda template, context, attachments: render_to_string(template, context).encode()
        )


@pytest.fixture
def real_pages():
    """The pages as PDF."""
