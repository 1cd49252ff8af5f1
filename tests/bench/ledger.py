"""What an entry of the ledger costs, and how long it takes to verify a long log."""

import json
import tempfile
from datetime import date
from hashlib import sha256
from itertools import count
from pathlib import Path
from uuid import uuid4

from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from disclosures.ledger import entries, merkle
from disclosures.ledger.actions import Recipient, append_disclosure, sign_checkpoint, verify_ledger
from disclosures.ledger.bases import Basis
from disclosures.ledger.entries import EntryKind
from disclosures.ledger.models import Entry, Node
from practice.people.models import Patient, PatientContact, Staff

from .fixtures import compliance_officer_with_patient
from .measure import Row, by_turns, seconds

LONG = 100_000


def disclosure_of(officer: Staff, patient: Patient, number: int) -> Entry:
    """Enters an accountable disclosure, different from the others by number."""
    return append_disclosure(
        by=officer,
        patient=patient,
        disclosed_on=date(2025, 3, 1),
        recipient=Recipient(f"Agency {number}", "agency", "535 W. Jefferson St., Springfield, IL 62761"),
        description="Session dates and treatment plan",
        purpose=f"Program audit {number}",
        basis=Basis.B_OVERSIGHT,
        record_classes=["chart"],
    )


def append() -> list[Row]:
    """One disclosure appended under the lock, in a transaction of its own; against a plain insert in one."""
    officer, patient = compliance_officer_with_patient()
    numbers = count()

    def ours() -> None:
        with transaction.atomic():
            disclosure_of(officer, patient, next(numbers))

    def baseline() -> None:
        with transaction.atomic():
            PatientContact.objects.create(patient=patient, name=f"Agency {next(numbers)}", relationship="agency")

    mine, theirs = by_turns(ours, baseline, turns=200)
    return [Row("ledger append", mine, "plain ORM insert, with change history", theirs)]


def verify() -> list[Row]:
    """A log of 100,000 entries, verified whole; against hashing the same texts once without any check."""
    officer, patient = compliance_officer_with_patient()
    bodies = _long_log(officer, patient)
    with tempfile.TemporaryDirectory() as folder, override_settings(CHECKPOINT_FILE=Path(folder) / "checkpoints.txt"):
        sign_checkpoint()
        taken = seconds(lambda: _must_be_sound(officer))
    bare = seconds(lambda: [sha256(body.encode()).digest() for body in bodies])
    note = f"{LONG / taken:,.0f} entries a second"
    return [Row("verify a ledger of 100,000 entries", taken, "SHA-256 of the same texts in memory", bare, note)]


def _must_be_sound(officer: Staff) -> None:
    report = verify_ledger(by=officer)
    assert report.ok, report.finding
    assert report.covered == LONG


def _long_log(officer: Staff, patient: Patient) -> list[str]:
    """Writes the rows that 100,000 appends would have written, without their 100,000 transactions."""
    with transaction.atomic():
        first = disclosure_of(officer, patient, 0)
    public, internal = json.loads(first.body), json.loads(first.internal)
    frontier = merkle.Frontier()
    frontier.append(merkle.leaf_hash(first.body.encode()))
    rows, nodes, bodies = [], [], [first.body]
    for index in range(1, LONG):
        body, text = entries.write(
            id=uuid4(),
            index=index,
            kind=EntryKind.DISCLOSURE,
            recorded_at=timezone.now(),
            public={**public, "purpose": f"Program audit {index}"},
            internal=internal,
        )
        bodies.append(body)
        rows.append(Entry(body=body, internal=text, **entries.columns_of(body, text)))
        completed = frontier.append(merkle.leaf_hash(body.encode()))
        nodes += [Node(level=node.level, index=node.place, hash=node.hash) for node in completed]
    Entry.objects.bulk_create(rows, batch_size=5_000)
    Node.objects.bulk_create(nodes, batch_size=10_000)
    return bodies
