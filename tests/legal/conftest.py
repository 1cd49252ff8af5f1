"""Legal papers to test with: a judge's order for Dr. Hale's notes about Tobias Lindqvist."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from disclosures.legal.actions import add_entry, record_paper, start_compelled
from disclosures.legal.models import LegalPaper
from disclosures.legal.rules import CounselAnswer, EntryKind, Names, NoticeAnswer, PaperKind, ResponseKind
from disclosures.releases.rules import RecipientKind
from practice.infrastructure.days import today
from practice.infrastructure.uploads import CheckedUpload
from practice.people.models import Patient, Staff
from records.psychotherapy import vault
from records.psychotherapy.compelled_rules import Compelled, Scope
from tests.everybody import make_patient
from tests.psychotherapy.conftest import DAY

DATA = b"%PDF the order as it came"
SCAN = CheckedUpload("pdf", DATA, hashlib.sha256(DATA).hexdigest())
FIRST, LAST = DAY - timedelta(days=60), DAY


def paper_of(patient: Patient, **changes: object) -> LegalPaper:
    """An order that names psychotherapy notes of the last two months, not recorded yet."""
    given: dict[str, object] = {
        "patient": patient,
        "kind": PaperKind.COURT_ORDER,
        "issuer": "Superior Court of Travis County",
        "reference": "Lindqvist v. Harbor Freight, 26-D-118",
        "signed_by": "Hon. Maria Estrada",
        "scope": "All psychotherapy notes of the sessions of the last two months.",
        "names_notes": Names.EXPRESSLY,
        "scope_from": FIRST,
        "scope_to": LAST,
        "received_on": DAY,
        "response_due_on": today() + timedelta(days=12),
        "recipient_name": "Clerk of the Superior Court",
        "recipient_kind": RecipientKind.COURT,
        "recipient_address": "100 Guadalupe Street\nAustin, TX 78701",
        "purpose": "Lindqvist v. Harbor Freight, 26-D-118",
        "verified": "Called the clerk on the court's published number",
    }
    return LegalPaper(**(given | changes))


def add_counsel(by: Staff, paper: LegalPaper, answer: CounselAnswer = CounselAnswer.COMPELS) -> None:
    add_entry(by=by, paper=paper, kind=EntryKind.COUNSEL, code=answer, on=today(), name="J. Ortiz, attorney")


def add_notice(by: Staff, paper: LegalPaper) -> None:
    add_entry(by=by, paper=paper, kind=EntryKind.NOTICE, code=NoticeAnswer.TOLD, on=today(), words="By telephone")


Recorded = Callable[..., LegalPaper]


@pytest.fixture
def recorded(castellanos: Staff, lindqvist: Patient) -> Recorded:
    """`recorded(kind=…)`: a paper on record with counsel's review and the patient's notice."""

    def make(by: Staff = castellanos, patient: Patient = lindqvist, **changes: object) -> LegalPaper:
        paper = record_paper(by=by, paper=paper_of(patient, **changes), document=SCAN)
        add_counsel(by, paper)
        add_notice(by, paper)
        return paper

    return make


@pytest.fixture
def order(recorded: Recorded) -> LegalPaper:
    return recorded()


def begin(
    by: Staff, paper: LegalPaper, author: Staff, second: Staff | None, *desk: Staff, scope: Scope | None = None
) -> Compelled:
    wanted = scope or Scope((), FIRST, LAST)
    return start_compelled(by=by, paper=paper, author=author, scope=wanted, second=second, named_staff=list(desk))


@pytest.fixture
def cordova(hale: Staff) -> Patient:
    """Another patient of Dr. Hale's, who comes to the joint sessions."""
    return make_patient(20401, "Elena", "Cordova", date(1988, 2, 3), treated_by=hale)


def respond(by: Staff, paper: LegalPaper, code: ResponseKind) -> None:
    add_entry(by=by, paper=paper, kind=EntryKind.RESPONSE, code=code, on=today())


def seen(staff: Staff, compelled: Compelled) -> Compelled:
    found = vault.compelled_of_mine(staff, compelled.id)
    assert found is not None
    return found


def at(day: date) -> Scope:
    return Scope((day,))
