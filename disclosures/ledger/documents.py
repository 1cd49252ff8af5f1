"""What goes into an issued accounting: the data file that proves it, and the pages a patient reads.

Both are made from the listed entries alone: nothing of an entry that is not listed, and nothing of why, is in reach.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from disclosures.ledger import checkpoints, log, merkle, rules
from disclosures.ledger.bases import cite_of
from disclosures.ledger.models import Checkpoint, Entry
from disclosures.ledger.rules import Decision, Disclosure, Form, Reason
from disclosures.ledger.verify_accounting import text_of
from practice.compliance.models import PracticeProfile
from practice.infrastructure.keys import keyring
from practice.infrastructure.pdf import render_pdf
from practice.people.models import Patient
from practice.people.queries import letter_address

TEMPLATE = "documents/accounting.html"
DATA_NAME = "accounting.json"
SIGNED_AS = b"accounting of disclosures\n"
Listed = Sequence[tuple[Disclosure, Decision]]
MARKS = {Reason.POLICY_PN: "†", Reason.POLICY_EHR_TPO: "‡"}


@dataclass(frozen=True, slots=True)
class Facing:
    """What stands at the head of an accounting."""

    number: str
    patient: Patient
    practice: PracticeProfile
    requested_on: date
    received_on: date
    period: rules.Window
    prepared_on: date


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list. `mark` is † or ‡ when it is listed under practice policy."""

    entry: Disclosure
    mark: str = ""

    @property
    def recipient(self) -> str:
        """Name and address on one line; the rule asks for the address if known (R-086)."""
        lines = [line.strip().rstrip(",") for line in self.entry.address.splitlines() if line.strip()]
        return ", ".join([self.entry.recipient, *(lines or ["address not known"])])

    @property
    def basis_words(self) -> str:
        return str(self.entry.basis.label)

    @property
    def cite(self) -> str:
        cite = cite_of(self.entry.basis)
        return f"§\u00a0{cite}" if cite else ""


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One line of the summary: repeated disclosures to one recipient for one purpose."""

    group: rules.Group

    @property
    def first(self) -> Row:
        return Row(self.group.first)

    @property
    def times(self) -> str:
        return f"{self.group.number} times" + (f", {self.group.rhythm}" if self.group.rhythm else "")


def accounting_data(
    facing: Facing,
    listed: Listed,
    bodies: dict[int, Entry],
    form: Form,
    head: Checkpoint,
) -> bytes:
    """The data file: each listed entry as it stands in the log with its path to the checkpoint, signed as a whole.

    In: the listed entries with their decisions, and the log's entries by index. The stand-alone verifier reads it.
    """
    public = keyring().public_keys("ledger")
    key_id, key = keyring().signing_key("ledger")
    _, checkpoint_key = checkpoints.verify_by(head.note, public.values())
    document = {
        **_facing_data(facing),
        "checkpoint": head.note,
        "entries": _entries_data(listed, bodies, head.size),
        "summaries": [[entry.index for entry in group.entries] for group in form.groups],
    }
    signature = key.sign(SIGNED_AS + text_of(document).encode())
    keys = list(dict.fromkeys([public[key_id].hex(), checkpoint_key.hex()]))
    return text_of({"document": document, "keys": keys, "signature": signature.hex()}).encode()


def _facing_data(facing: Facing) -> dict[str, Any]:
    practice, patient = facing.practice, facing.patient
    return {
        "number": facing.number,
        "practice": {
            "name": practice.name,
            "address": practice.address,
            "contact": practice.privacy_contact_title,
            "telephone": practice.privacy_contact_phone,
        },
        "patient": {
            "id": str(patient.pk),
            "name": patient.legal_name,
            "number": patient.number,
            "born": patient.birth_date.isoformat() if patient.birth_date else "",
        },
        "requested_on": facing.requested_on.isoformat(),
        "received_on": facing.received_on.isoformat(),
        "period": {"from": facing.period.start.isoformat(), "to": facing.period.end.isoformat()},
        "prepared_on": facing.prepared_on.isoformat(),
    }


def _entries_data(listed: Listed, bodies: dict[int, Entry], size: int) -> list[dict[str, Any]]:
    paths = log.prove(
        lambda node: {entry.index: merkle.inclusion_proof(entry.index, size, node) for entry, _ in listed}
    )
    return [
        {
            "index": entry.index,
            "body": bodies[entry.index].body,
            "path": [step.hex() for step in paths[entry.index]],
            "listed": "practice policy" if decision.by_policy else "rule",
        }
        for entry, decision in sorted(listed, key=lambda pair: (pair[0].disclosed_on, pair[0].index))
    ]


def accounting_pdf(facing: Facing, listed: Listed, form: Form, head: Checkpoint, data: bytes) -> bytes:
    """The pages, in the order of section 4.4 of the rules, with the data file attached. Raises PdfFailed."""
    return render_pdf(
        TEMPLATE,
        accounting_context(facing, listed, form, head, data),
        attachments=[(DATA_NAME, data, "application/json")],
    )


def accounting_context(facing: Facing, listed: Listed, form: Form, head: Checkpoint, data: bytes) -> dict[str, Any]:
    """What the template shows."""
    marks = {entry.id: MARKS.get(decision.reason, "") for entry, decision in listed}
    signed_head, key = checkpoints.verify_by(head.note, keyring().public_keys("ledger").values())
    _, own_key = keyring().signing_key("ledger")
    prints = [checkpoints.fingerprint(one) for one in dict.fromkeys([checkpoints.public_bytes(own_key), key])]
    return {
        "title": "Who received your records",
        "subtitle": "Accounting of disclosures under 45 CFR 164.528",
        "practice": facing.practice,
        "patient": facing.patient,
        "letter": letter_address(facing.patient, facing.prepared_on),
        "facing": facing,
        "rows": [Row(entry, marks[entry.id]) for entry in form.single],
        "groups": [GroupRow(group) for group in form.groups],
        "research": [(group.first.research, group.last_on) for group in form.research],
        "marked": {mark for mark in marks.values() if mark},
        "nothing": not listed,
        "document_number": facing.number,
        "document_hash": sha256(data).hexdigest(),
        "checkpoint": head,
        "origin": signed_head.origin,
        "root": head.note.split("\n")[2],
        "fingerprints": prints,
        "data_name": DATA_NAME,
    }
