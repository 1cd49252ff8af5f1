"""Preparing and issuing an accounting of disclosures: decide, prove, render, freeze, enter in the log."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any
from uuid import uuid4

from django.db import transaction

from disclosures.ledger import checkpoints, documents, log, rules
from disclosures.ledger.entries import EntryKind
from disclosures.ledger.models import Accounting, Checkpoint, Entry
from disclosures.ledger.queries import (
    Current,
    History,
    accounting_policies,
    earlier_receipts,
    history,
)
from disclosures.ledger.rules import Decision, Disclosure, Reason, Selection
from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.compliance.queries import practice_profile
from practice.infrastructure.days import today
from practice.infrastructure.keys import keyring
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff
from practice.people.policies import require_act
from practice.people.rules import Act

ATTEMPTS = 3
EARLIEST = date(1996, 8, 21)  # the day the law was signed; nobody could ask before

NO_CONTACT = Refusal(
    "NO_PRIVACY_CONTACT",
    "An accounting names a telephone number for questions, and the practice has none entered for its privacy contact.",
    "An administrator enters it under “The practice”.",
)


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked: dated, received, and the period asked for, if any. `summaries` puts repeated ones together."""

    requested_on: date
    received_on: date
    asked_from: date | None = None
    asked_to: date | None = None
    summaries: bool = True

    @property
    def period(self) -> rules.Window:
        return rules.window(self.requested_on, self.received_on, self.asked_from, self.asked_to)


def request_defects(request: Request, *, today: date) -> dict[str, str]:
    """What is wrong with a request, as a sentence by field; empty when it can be answered."""
    found = {}
    if request.requested_on < EARLIEST:
        return {"requested_on": "This day is too long ago. Check the year."}
    if request.requested_on > today:
        found["requested_on"] = "The request is dated in the future."
    if request.received_on > today:
        found["received_on"] = "The request cannot be received in the future."
    elif request.received_on < request.requested_on:
        found["received_on"] = "The request cannot be received before the day it is dated."
    if request.asked_from and request.asked_to and request.asked_from > request.asked_to:
        found["asked_to"] = "The last day asked for is before the first."
    if not found and request.period.start > request.period.end:
        found["asked_from"] = "The period asked for lies outside the six years before the request, so it covers no day."
    return found


@dataclass(frozen=True, slots=True)
class Draft:
    """An accounting as it would be issued now."""

    patient: Patient
    request: Request
    on: date
    history: History
    selection: Selection
    fee: rules.Fee
    due_on: date
    policies: dict[str, Any]

    @property
    def listed(self) -> list[tuple[Disclosure, Decision]]:
        return [(entry, decision) for entry, decision in self.selection.decisions if decision.listed]

    @property
    def lines(self) -> list[tuple[Current, Decision]]:
        """Every current entry with its decision, for the person who prepares it."""
        return list(zip(self.history.current, (decision for _, decision in self.selection.decisions), strict=True))


def draft(*, patient: Patient, request: Request) -> Draft:
    """Decides every entry of the patient as of today, the day the accounting is provided. Writes nothing."""
    day, known = today(), history(patient.pk)
    policies = accounting_policies(day)
    selection = rules.account(
        [current.facts for current in known.current],
        request.period,
        on=day,
        policy=policies.rules,
        requested_on=request.requested_on,
        summaries=request.summaries,
    )
    return Draft(
        patient,
        request,
        day,
        known,
        selection,
        rules.fee(request.received_on, earlier_receipts(patient.pk)),
        rules.accounting_due(request.received_on),
        policies.versions,
    )


def prepare_accounting(
    *,
    by: Staff,
    patient: Patient,
    requested_on: date,
    received_on: date,
    asked_from: date | None = None,
    asked_to: date | None = None,
    summaries: bool = True,
) -> Accounting:
    """Issues an accounting: frozen PDF, data file, decision per entry and policies, entered in the log and signed.

    Pages are rendered before anything is written; if the patient's entries changed meanwhile (a suspension, say), it
    starts again, so that it never shows what was true a moment ago. Raises Refused, LedgerBroken, OSError, PdfFailed;
    then nothing is given out.
    """
    require_act(by, Act.ACCOUNTING_PREPARE)
    request = Request(requested_on, received_on, asked_from, asked_to, summaries)
    if defects := request_defects(request, today=today()):
        raise Refused(Refusal("ACCOUNTING_REQUEST", " ".join(defects.values())))
    if not practice_profile().privacy_contact_phone.strip():
        raise Refused(NO_CONTACT)
    for _ in range(ATTEMPTS):
        if accounting := _attempt(by, draft(patient=patient, request=request)):
            log.sign_checkpoint()
            return accounting
    raise Refused(Refusal("ACCOUNTING_BUSY", "New entries kept arriving for this patient.", "Try again in a minute."))


def _attempt(by: Staff, prepared: Draft) -> Accounting | None:
    """The issued accounting, or None when the log moved on while it was rendered."""
    head = log.sign_checkpoint()
    signed = log.signed_entries_of(prepared.patient.pk, _believed(head))
    facing = documents.Facing(
        _next_number(prepared.on),
        prepared.patient,
        practice_profile(),
        prepared.request.requested_on,
        prepared.request.received_on,
        prepared.selection.period,
        prepared.on,
    )
    bodies = {current.entry.index: current.entry for current in prepared.history.current}
    form = prepared.selection.form
    data = documents.accounting_data(facing, prepared.listed, bodies, form, head)
    pdf = documents.accounting_pdf(facing, prepared.listed, form, head, data)
    with transaction.atomic():
        log.lock()
        log.check_tables()
        known = history(prepared.patient.pk).bodies
        _compare(signed, {index: body for index, body in known.items() if index < head.size})
        if known != prepared.history.bodies or today() != prepared.on:
            return None
        if Accounting.objects.filter(number=facing.number).exists():
            return None
        accounting = _freeze(by, prepared, facing.number, head, data, pdf)
        record(by=by, event=AuditEvent.ISSUED, subject=accounting, patient_id=prepared.patient.pk)
        _enter(by, accounting)
    return accounting


def _believed(checkpoint: Checkpoint) -> checkpoints.Head:
    return checkpoints.verify(checkpoint.note, keyring().public_keys("ledger").values())


def _compare(signed: dict[int, str], known: dict[int, str]) -> None:
    """What was read by asking for the patient is what the whole log holds about the patient."""
    if wrong := [index for index in signed.keys() | known.keys() if signed.get(index) != known.get(index)]:
        raise log.LedgerBroken(
            "it is in the log, but was not read as it stands when its patient was asked for", min(wrong)
        )


def _freeze(by: Staff, prepared: Draft, number: str, head: Checkpoint, data: bytes, pdf: bytes) -> Accounting:
    speaks_of_pn = [current for current, decision in prepared.lines if decision.listed and current.includes_pn]
    return Accounting.objects.create(
        id=uuid4(),
        number=number,
        patient=prepared.patient,
        requested_on=prepared.request.requested_on,
        received_on=prepared.request.received_on,
        window_from=prepared.selection.period.start,
        window_to=prepared.selection.period.end,
        provided_on=prepared.on,
        due_on=prepared.due_on,
        free=prepared.fee.first_in_period,
        entries_listed=len(prepared.listed),
        lists_pn=bool(speaks_of_pn),
        pn_authors=sorted({author for current in speaks_of_pn for author in current.pn_authors}),
        decisions=decisions_of(prepared),
        policies=prepared.policies,
        pdf=pdf,
        pdf_sha256=sha256(pdf).hexdigest(),
        data=data,
        data_sha256=sha256(data).hexdigest(),
        checkpoint=head,
        prepared_by=by,
    )


def decisions_of(prepared: Draft) -> list[dict[str, Any]]:
    """The decision on every entry of the patient, corrected ones too, as kept with the accounting (R-101)."""
    gone = Decision(False, Reason.SUPERSEDED)
    decided = [(entry.index, entry.id, decision) for entry, decision in prepared.selection.decisions]
    decided += [(entry.index, entry.pk, gone) for entry in prepared.history.superseded]
    return [
        {
            "index": index,
            "entry": str(entry_id),
            "listed": decision.listed,
            "reason": str(decision.reason),
            "exemption": str(decision.exemption or ""),
        }
        for index, entry_id, decision in sorted(decided, key=lambda one: one[0])
    ]


def _enter(by: Staff, accounting: Accounting) -> Entry:
    public = {
        "patient": accounting.patient_id,
        "accounting": accounting.pk,
        "number": accounting.number,
        "pdf_sha256": accounting.pdf_sha256,
        "data_sha256": accounting.data_sha256,
    }
    internal = {"recorded_by": by.pk, "recorded_by_name": by.display_name}
    return log.append(EntryKind.ACCOUNTING, public=public, internal=internal)


def _next_number(on: date) -> str:
    """AD-year-number; counted, and taken under the log's lock."""
    year = f"AD-{on.year}-"
    last = (
        Accounting.objects.filter(number__startswith=year).order_by("-number").values_list("number", flat=True).first()
    )
    return f"{year}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04}"
