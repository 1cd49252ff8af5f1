"""What is entered in the disclosure ledger. Each act is one entry or more, appended last in its transaction.

Callers sign a checkpoint (`sign_checkpoint`) after their transaction has committed; bytes may leave only then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import DatabaseError, transaction

from disclosures.ledger import log
from disclosures.ledger.bases import Basis, cite_of
from disclosures.ledger.checkpoint_file import CheckpointFile
from disclosures.ledger.entries import EntryKind
from disclosures.ledger.issuing import prepare_accounting
from disclosures.ledger.log import LedgerBroken, sign_checkpoint
from disclosures.ledger.models import Accounting, Entry, Verification
from disclosures.ledger.particulars import Particulars, Recipient, as_others_may_read, entry_defects
from disclosures.ledger.policies import find_disclosure
from disclosures.ledger.queries import (
    ABOUT_OTHER,
    Current,
    accounting_policies,
    accountings_to_supplement,
    covered_by_checkpoint,
    entries_with,
)
from disclosures.ledger.rules import ResearchActivity, accountability
from disclosures.ledger.suspensions import Suspension, suspension_defects
from disclosures.ledger.verification import Report, verify
from practice.audit.actions import record
from practice.audit.rules import AuditEvent, Outcome
from practice.infrastructure.days import today
from practice.infrastructure.keys import keyring
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff
from practice.people.policies import require_act
from practice.people.rules import Act, Role, may
from practice.worklist.actions import add_task, close_task
from practice.worklist.queries import tasks_about
from practice.worklist.rules import TaskKind, TaskState

__all__ = [
    "ABOUT_OTHER",
    "LedgerBroken",
    "Recipient",
    "append_delivery",
    "append_disclosure",
    "ask_for_suspension",
    "complete",
    "covered_by_checkpoint",
    "end_suspension",
    "offer_supplements",
    "prepare_accounting",
    "record_supplement_offered",
    "sign_checkpoint",
    "supersede",
    "suspend",
    "verify_ledger",
]


def append_disclosure(
    *,
    by: Staff,
    patient: Patient,
    disclosed_on: date,
    recipient: Recipient,
    description: str,
    purpose: str,
    basis: Basis,
    record_classes: Iterable[str] = (),
    includes_pn: bool = False,
    pn_authors: Iterable[UUID] = (),
    also_512f: bool = False,
    via_ehr: bool = False,
    method: str = "",
    research: ResearchActivity | None = None,
    artefact_sha256: str = "",
    release_id: UUID | None = None,
    internal: Mapping[str, Any] | None = None,
) -> Entry:
    """Enters one disclosure, to one recipient. Must be the last statement of the caller's transaction.

    `pn_authors` are the staff ids of the authors of the psychotherapy notes it concerns; `artefact_sha256` the hash of
    the exact bytes that leave; `internal` whatever else is kept beside it (codes, links, minimum-necessary note) and
    never leaves. Basis and accountability are computed here, and the policy versions stored (R-103). Raises Refused.
    """
    require_act(by, Act.DISCLOSURE_RECORD)
    given = Particulars(
        disclosed_on=disclosed_on,
        recipient=recipient,
        description=description,
        purpose=purpose,
        basis=Basis(basis),
        record_classes=tuple(record_classes),
        includes_pn=includes_pn,
        pn_authors=tuple(pn_authors),
        also_512f=also_512f,
        via_ehr=via_ehr,
        method=method,
        research=research,
    )
    links = {"artefact_sha256": artefact_sha256, "release": release_id}
    return _append_disclosure(by, patient.pk, given, links, dict(internal or {}))


def _append_disclosure(
    by: Staff, patient_id: UUID, given: Particulars, links: Mapping[str, Any], internal: Mapping[str, Any]
) -> Entry:
    if defects := entry_defects(given, today=today()):
        raise Refused(Refusal(defects[0].value, " ".join(str(defect.label) for defect in defects)))
    policies = accounting_policies(today())
    decided = accountability(given.basis, includes_pn=given.includes_pn, via_ehr=given.via_ehr, policy=policies.rules)
    public = {
        "patient": patient_id,
        "disclosed_on": given.disclosed_on,
        "recipient": {
            "name": given.recipient.name.strip(),
            "type": given.recipient.type,
            "address": given.recipient.address.strip(),
            "address_known": bool(given.recipient.address.strip()),
        },
        "what": given.description.strip(),
        "record_classes": sorted(given.record_classes),
        "includes_pn": given.includes_pn,
        "purpose": given.purpose.strip(),
        "basis": given.basis,
        "cite": cite_of(given.basis),
        "also_512f": given.also_512f,
        "via_ehr": given.via_ehr,
        "method": given.method,
        "research": asdict(given.research) if given.research else None,
        "rule_accountable": decided.rule_accountable,
        "exemption": decided.exemption,
        "artefact_sha256": links["artefact_sha256"],
    }
    private = {
        **internal,
        **_made_by(by),
        "release": links["release"],
        "pn_authors": sorted(str(author) for author in given.pn_authors),
        "policy_included": decided.policy_included,
        "policy_flag": decided.policy_flag,
        "policies": policies.versions,
    }
    return log.append(EntryKind.DISCLOSURE, public=public, internal=private)


def append_delivery(
    *, by: Staff, entry: Entry, delivered: bool, on: date, how: str, receipt: str = "", reason: str = ""
) -> Entry:
    """Enters how a release ended: delivered (how, when, receipt) or not (reason). Last in the caller's transaction.

    What was not delivered is not listed in an accounting; until this is entered, it is.
    """
    require_act(by, Act.DISCLOSURE_RECORD)
    if not delivered and not reason.strip():
        raise Refused(Refusal("NO_REASON", "Say why it was not delivered."))
    if not entry.disclosed_on or not entry.disclosed_on <= on <= today():
        raise Refused(Refusal("WRONG_DAY", "The day must be between the release and today."))
    public = {"patient": entry.patient_id, "about": entry.pk, "delivered": delivered, "on": on, "how": how}
    return log.append(
        EntryKind.DELIVERY, public=public, internal={**_made_by(by), "receipt": receipt, "reason": reason.strip()}
    )


@transaction.atomic
def supersede(*, by: Staff, entry_id: UUID, reason: str, replacement: Particulars | None) -> Entry:
    """Corrects an entry by a new one, with the reason; the old one stays in the log and is no longer listed (R-102).

    Without a replacement the entry is withdrawn: it was entered by mistake and nothing like it happened. The entries of
    other patients of whom the same release speaks follow it. Gives the succession entry. Raises Refused, also when
    somebody else has corrected the entry since.
    """
    require_act(by, Act.ACCOUNTING_PREPARE)
    if not reason.strip():
        raise Refused(Refusal("NO_REASON", "Say why the entry is corrected."))
    log.lock()  # two corrections of one entry: the second finds it corrected
    old = _current(by, entry_id).entry
    along = f"The same release was corrected in entry {old.index}"  # what somebody wrote may name its patient
    others = entries_with(old)
    succession = _succeed(by, old, reason, replacement, {}, "correction")
    for other in others:
        _succeed(by, other, along, _as_corrected(other, old, replacement), {}, "correction")
    return succession


def _as_corrected(other: Entry, old: Entry, replacement: Particulars | None) -> Particulars | None:
    """Another patient's entry about the same release: day, recipient and ground follow, what is theirs stays."""
    if replacement is None:
        return None
    public = other.public
    same = other.basis == old.basis
    basis = replacement.basis if same else Basis(other.basis)
    ground = same and public["purpose"] == str(Basis(old.basis).label)
    purpose = str(basis.label) if ground else public["purpose"]
    # an address that is not the release's is theirs, by their own paper or left out
    known = public["recipient"]["address"]
    address = known if known != old.public["recipient"]["address"] else None
    recipient = as_others_may_read(replacement.recipient, address=address)
    return replace(replacement, recipient=recipient, description=public["what"], purpose=purpose, basis=basis)


@transaction.atomic
def complete(
    *, by: Staff, entry_id: UUID, reason: str, replacement: Particulars, internal: Mapping[str, Any] | None = None
) -> Entry:
    """Puts the whole of an entry in the place of its minimum, which stays in the log (R-102). Gives the succession.

    For whoever entered the minimum, and the compliance officer. `internal` replaces what was kept beside it. Raises
    Refused for anybody else, for an entry that was no minimum, and when it was completed or corrected since.
    """
    require_act(by, Act.DISCLOSURE_RECORD)
    log.lock()
    old = _current(by, entry_id).entry
    theirs = old.private.get("recorded_by") == str(by.pk) or may(by.roles, Act.ACCOUNTING_PREPARE)
    if not (theirs and old.private.get("minimum")):
        words = "Only whoever entered it, or the compliance officer, completes this entry, and only once."
        raise Refused(Refusal("NOT_TO_COMPLETE", words, "The compliance officer can correct it.", "R-102"))
    return _succeed(by, old, reason, replacement, {**(internal or {}), "minimum": False}, "completion")


def _succeed(
    by: Staff, old: Entry, reason: str, replacement: Particulars | None, internal: Mapping[str, Any], detail: str
) -> Entry:
    patient_id = UUID(old.public["patient"])
    new = None
    if replacement is not None:
        links = {"artefact_sha256": old.artefact_sha256, "release": old.release_id}
        kept = {name: value for name, value in old.private.items() if name != "salt"}
        new = _append_disclosure(by, patient_id, replacement, links, {**kept, **internal})
    if (
        close_task(
            kind=TaskKind.SUSPENSION_STATEMENT,
            subject=old,
            by=by,
            state=TaskState.DROPPED,
            reason=f"{detail} of the entry",
        )
        and new is not None
    ):
        ask_for_suspension(new)
    record(by=by, event=AuditEvent.RECORDED, subject=old, patient_id=patient_id, detail=detail)
    public = {"patient": patient_id, "about": old.pk, "by": new.pk if new else None}
    return log.append(EntryKind.SUCCESSION, public=public, internal={**_made_by(by), "reason": reason.strip()})


@transaction.atomic
def suspend(
    *, by: Staff, entry_id: UUID, statement: Suspension, agency: str, official: str = "", reference: str = ""
) -> Entry:
    """Enters an agency's or official's statement that keeps a disclosure out of accountings for a time (R-078, R-079).

    Everything about it is internal: no text that a patient may see holds a trace. Raises Refused on a disclosure that
    the rule does not reach (R-084), and the attempt is recorded.
    """
    require_act(by, Act.ACCOUNTING_PREPARE)
    current = _current(by, entry_id)
    defects = suspension_defects(statement, agency=agency, suspendable=current.suspendable, today=today())
    if defects:
        raise Refused(
            Refusal(defects[0].value, " ".join(str(defect.label) for defect in defects), cite="45 CFR 164.528(a)(2)")
        )
    internal = {
        **_made_by(by),
        "patient": current.entry.patient_id,
        "about": current.entry.pk,
        "statement": statement.kind,
        "statement_on": statement.statement_on,
        "received_on": statement.received_on,
        "until": statement.until,
        "states_impediment": statement.states_impediment,
        "agency": agency.strip(),
        "official": official.strip(),
        "reference": reference.strip(),
    }
    for other in entries_with(current.entry):  # what the agency got of other patients is kept back for them, too
        if Current(other).suspendable:
            _hold(by, other, internal | {"patient": other.patient_id, "about": other.pk})
    return _hold(by, current.entry, internal)


def _hold(by: Staff, entry: Entry, internal: Mapping[str, Any]) -> Entry:
    record(by=by, event=AuditEvent.RECORDED, subject=entry, patient_id=entry.patient_id, detail="hold")
    close_task(kind=TaskKind.SUSPENSION_STATEMENT, subject=entry, by=by)
    return log.append(EntryKind.SUSPENSION, public={}, internal=internal)


def ask_for_suspension(entry: Entry) -> None:
    """Whoever documented the disclosure says that the agency asked to keep it back: the statement is to be recorded,
    before an accounting lists it. In the transaction of the entry.
    """
    add_task(
        kind=TaskKind.SUSPENSION_STATEMENT,
        due_on=today(),
        subject=entry,
        patient=entry.patient,
        role=Role.COMPLIANCE_OFFICER,
    )


@transaction.atomic
def record_no_suspension(*, by: Staff, entry_id: UUID) -> None:
    """Notes that there is no statement that suspends anything, though one was said to be. Raises Refused."""
    require_act(by, Act.ACCOUNTING_PREPARE)
    entry = _current(by, entry_id).entry
    close_task(
        kind=TaskKind.SUSPENSION_STATEMENT, subject=entry, by=by, state=TaskState.DROPPED, reason="no such statement"
    )
    record(by=by, event=AuditEvent.RECORDED, subject=entry, patient_id=entry.patient_id, detail="no_hold")


@transaction.atomic
def end_suspension(*, by: Staff, entry_id: UUID, suspension_id: UUID, last_day: date, reason: str) -> Entry:
    """Enters that an agency gave up its suspension; `last_day` is the last day it holds. Raises Refused."""
    require_act(by, Act.ACCOUNTING_PREPARE)
    current = _current(by, entry_id)
    found = next((one for one in current.statements if one.entry.pk == suspension_id), None)
    if found is None or found.suspension.ended_on:
        raise Refused(Refusal("NOT_SUSPENDED", "This suspension is not there, or was ended before."))
    if not reason.strip():
        raise Refused(Refusal("NO_REASON", "Say who ended it and how you know."))
    if not found.suspension.first_day() <= last_day <= found.suspension.last_day():
        raise Refused(Refusal("WRONG_DAY", "The day must lie within the suspension."))
    for other in entries_with(current.entry):
        theirs = find_disclosure(by, other.pk)
        for one in theirs.statements if theirs else ():
            if one.suspension == found.suspension:
                _let_go(by, other, one.entry.pk, last_day, reason)
    return _let_go(by, current.entry, suspension_id, last_day, reason)


def _let_go(by: Staff, entry: Entry, suspension_id: UUID, last_day: date, reason: str) -> Entry:
    patient_id = entry.patient_id
    internal = {**_made_by(by), "patient": patient_id, "about": suspension_id, "last_day": last_day}
    record(by=by, event=AuditEvent.RECORDED, subject=entry, patient_id=patient_id, detail="hold_end")
    return log.append(EntryKind.SUSPENSION_END, public={}, internal={**internal, "reason": reason.strip()})


def _current(by: Staff, entry_id: UUID) -> Current:
    found = find_disclosure(by, entry_id)
    if found is None:
        raise Refused(
            Refusal("NOT_CURRENT", "This entry was corrected in the meantime, or is not there.", "Open the list again.")
        )
    return found


def _made_by(by: Staff) -> dict[str, Any]:
    return {"recorded_by": by.pk, "recorded_by_name": by.display_name}


def verify_ledger(*, by: Staff | None, copy: CheckpointFile | None = None) -> Report:
    """Verifies the whole log against the checkpoint file, or an older copy of it, and keeps the result.

    Nobody (`by` None) is the command line or the scheduler. The keys are the keyring's, never the database's. A log
    with entries and no checkpoint at all is not verified.
    """
    if by is not None:
        require_act(by, Act.ACCOUNTING_PREPARE)
    notes = (copy or CheckpointFile.configured()).notes()
    report = verify(notes, keyring().public_keys("ledger").values(), whole_file=copy is None)
    try:
        with transaction.atomic():
            kept = Verification.objects.create(size=report.size, ok=report.ok, finding=report.finding[:300], by=by)
            outcome = Outcome.DONE if report.ok else Outcome.REFUSED
            record(by=by, event=AuditEvent.VERIFIED, subject=kept, outcome=outcome)
    except DatabaseError:
        # a table so broken that it cannot take the finding must not keep the finding from being said
        if report.ok:
            raise
    return report


@transaction.atomic
def offer_supplements(*, on: date) -> int:
    """Asks the compliance officer to offer a supplement where an accounting left out what may be listed now (R-082).

    Once per accounting; gives how many were asked for. The rule does not require it: it is the practice's default.
    """
    due = [
        accounting
        for accounting in accountings_to_supplement(on)
        if not tasks_about(TaskKind.ACCOUNTING_SUPPLEMENT, accounting).exists()
    ]
    for accounting in due:
        add_task(
            kind=TaskKind.ACCOUNTING_SUPPLEMENT,
            due_on=None,
            subject=accounting,
            patient=accounting.patient,
            role=Role.COMPLIANCE_OFFICER,
        )
    return len(due)


@transaction.atomic
def record_supplement_offered(*, by: Staff, accounting: Accounting) -> None:
    """Notes that the patient was offered a supplement; nothing is asked for this accounting again."""
    require_act(by, Act.ACCOUNTING_PREPARE)
    close_task(kind=TaskKind.ACCOUNTING_SUPPLEMENT, subject=accounting, by=by)
    record(
        by=by,
        event=AuditEvent.RECORDED,
        subject=accounting,
        patient_id=accounting.patient_id,
        detail="supplement_offered",
    )
