"""Recording what already happened. Never blocked: the entry keeps the gate's verdict as of that day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from disclosures.ledger.rules import Basis
from practice.audit.actions import record
from practice.audit.rules import AuditEvent, Outcome
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff
from practice.people.rules import Role
from practice.worklist.actions import add_task
from practice.worklist.rules import TaskKind

from ..models import Release
from ..policies import open_patient_for_release, refusal_to_record
from ..queries import proposal_of
from ..rules import Decision, Item, ReleaseState, decide
from .emergency import ask_not_to_use_further
from .ledger import append_entry, sign
from .prepare import next_number, note_override

AS_DESCRIBED = Item("as described")


def record_past_disclosure(
    *,
    by: Staff,
    release: Release,
    at: datetime | None = None,
    dated: Sequence[date] = (),
    author: Staff | None = None,
    described: Item = AS_DESCRIBED,
) -> tuple[Release, Decision]:
    """Enter a disclosure that already happened (call, letter, fax to the wrong number), one recipient at a time.

    In: an unsaved `release` with patient, `disclosed_on` (practice-local day), recipient, description, basis and its
    facts; `at` is the instant, where it is known; `dated` the first and last day of the records given out; `author`
    who wrote the psychotherapy notes, if it was of such; `described` whether it spoke of others, and what kind it was.
    What the rule does not carry is entered as impermissible and given to the compliance officer; what only a practice
    policy refuses keeps its basis and is given to them too.
    Raises Refused for a day to come, and for psychotherapy notes typed in at the front desk.
    Call outside a transaction.
    """
    open_patient_for_release(by, release.patient_id)
    _check(by, release, author)
    release.approver = author if release.is_notes else None
    written_by = str(author.pk) if author else ""
    items = [replace(described, on=day, originator_id=written_by) for day in (dated or (None,))]
    proposal = proposal_of(
        release, items, on=release.disclosed_on or today(), at=at, planned=False, by_originator=author == by
    )
    decision = decide(proposal)
    note_override(by=by, release=release, decision=decision)
    _save(by=by, release=release, decision=decision)
    sign()
    return release, decision


def _check(by: Staff, release: Release, author: Staff | None) -> None:
    if release.disclosed_on is None or release.disclosed_on > today():
        raise Refused(Refusal("DAY_IN_FUTURE", "The day has not come yet.", "Give the day on which it happened."))
    refusal = refusal_to_record(by, release.record_class) or _refusal_of_author(release, author)
    if refusal is None and release.authorization and release.authorization.patient_id != release.patient_id:
        refusal = Refusal("AUTHORIZATION_OF_ANOTHER", "That authorization is another patient's.", "Choose another one.")
    if refusal is not None:
        record(
            by=by,
            event=AuditEvent.REFUSED,
            subject_type=Release,
            patient_id=release.patient_id,
            outcome=Outcome.REFUSED,
            detail=refusal.code.lower(),
        )
        raise Refused(refusal, recorded=True)


def _refusal_of_author(release: Release, author: Staff | None) -> Refusal | None:
    """An entry about psychotherapy notes is seen by their author, so it must say who that is."""
    if release.is_notes and (author is None or not author.is_clinical):
        return Refusal("PN_AUTHOR_MISSING", "It is not said who wrote these notes.", "Choose the therapist.")
    return None


@transaction.atomic
def _save(*, by: Staff, release: Release, decision: Decision) -> None:
    release.prepared_by, release.state = by, ReleaseState.RECORDED
    release.verdict, release.number = decision.as_record(), next_number()
    release.sha256, release.package = "", None
    release.closed_by, release.closed_at = by, timezone.now()
    release.save(force_insert=True)
    if not decision.allowed:
        kind = TaskKind.POLICY_REVIEW if decision.rule_result else TaskKind.INCIDENT_REVIEW
        add_task(kind=kind, due_on=today(), subject=release, patient=release.patient, role=Role.COMPLIANCE_OFFICER)
    ask_not_to_use_further(release, decision)
    record(by=by, event=AuditEvent.RECORDED, subject=release, patient_id=release.patient_id)
    authors = (release.approver_id,) if release.approver_id else ()
    basis = Basis(release.basis) if decision.rule_result else Basis.B_IMPERMISSIBLE
    append_entry(by=by, release=release, decision=decision, basis=basis, pn_authors=authors)
