"""Notes to test with: what Dr. Hale writes about Tobias Lindqvist."""

import hashlib
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest

from practice.infrastructure.copies import TakenIn
from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from records.chart.actions.notes import start_note
from records.chart.models import ChartNote, NoteFormat
from records.psychotherapy import custody_actions as actions
from records.psychotherapy import vault
from records.psychotherapy.custody_rules import Transfer
from records.psychotherapy.vault import Saved
from tests.everybody import make_patient
from tests.files import pdf
from tests.psychotherapy.custody import Superuser, time_passes, transfer

DAY = today() - timedelta(days=1)
TEXT = "When he told the meeting story he watched my face the whole time.\n\nHypothesis: “stay in the room”. 🕊 שלום"


def write_draft(staff: Staff, *patients: Patient, text: str = TEXT, **changes: object) -> Saved:
    """Saves a first draft about these patients, or goes on with `draft_id` from `base_version`."""
    given: dict[str, object] = {"draft_id": uuid4(), "session": None, "session_on": DAY, "base_version": 0}
    given |= {"patients": [patient.pk for patient in patients], "text": text, **changes}
    return vault.save_draft(staff, **given)  # type: ignore[arg-type]


def attach(staff: Staff, draft_id: UUID, *, name: str = "drawing.pdf", data: bytes = b"%PDF as it came") -> UUID:
    """A file on a draft, as if it had been checked: that is tested in tests/infrastructure/test_copies.py."""
    copy = pdf()
    taken = TakenIn("pdf", data, hashlib.sha256(data).hexdigest(), copy, "pdf", 1)
    head = vault.attach(staff, draft_id=draft_id, name=name, taken=taken)
    assert head is not None
    return head.id


def write_note(staff: Staff, *patients: Patient, text: str = TEXT, **changes: object) -> UUID:
    """A signed note; returns its id."""
    saved = write_draft(staff, *patients, text=text, **changes)
    assert saved.outcome == "saved"
    assert vault.sign(staff, draft_id=saved.id, version=saved.version)
    return saved.id


@pytest.fixture
def note(hale: Staff, lindqvist: Patient) -> UUID:
    """A note Dr. Hale signed about Tobias Lindqvist."""
    return write_note(hale, lindqvist)


@pytest.fixture
def draft(hale: Staff, lindqvist: Patient) -> Saved:
    """A draft Dr. Hale saved about Tobias Lindqvist."""
    return write_draft(hale, lindqvist)


@pytest.fixture
def cordova(hale: Staff) -> Patient:
    """Another patient of Dr. Hale's, who comes to the joint sessions."""
    return make_patient(20401, "Elena", "Cordova", date(1988, 2, 3), treated_by=hale)


@pytest.fixture
def progress(hale: Staff, lindqvist: Patient) -> ChartNote:
    """Dr. Hale's progress note of the same day, begun."""
    return start_note(by=hale, patient=lindqvist, format=NoteFormat.objects.get(code="soap"), on=DAY)


@pytest.fixture
def in_custody(
    hale: Staff, osei: Staff, lindqvist: Patient, castellanos: Staff, brook: Staff, superuser: Superuser
) -> Transfer:
    """Dr. Hale has left; Dr. Osei has custody of what she kept."""
    made = transfer(castellanos, brook, hale, osei)
    actions.confirm_custody(by=brook, transfer=made)
    time_passes(superuser, 8)
    actions.take_custody(by=osei, transfer=made)
    found = vault.transfer_of_mine(osei, made.id)
    assert found and found.in_effect
    return found
