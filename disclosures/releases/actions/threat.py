"""A warning of a serious and imminent threat: entered in a minute, completed afterwards (164.512(j)(1)(i)).

The minimum never waits for the gate: it is entered on its basis at once, one entry for each recipient. Completing it
puts the whole record in its place; what then does not carry it becomes an impermissible disclosure, as everywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from authorizations.rules import RecordClass
from disclosures.ledger.actions import complete
from disclosures.ledger.rules import Basis
from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import local_date, today
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff
from practice.people.rules import Role
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind

from ..models import Release
from ..policies import NOT_YOURS, open_patient_for_release, refusal_to_warn, releases_visible_to
from ..queries import entry_of, proposal_of
from ..queries.threat import of_same_warning
from ..rules import Decision, Item, Method, PNException, RecipientKind, ReleaseState, decide
from .ledger import append_entry, internal_of, particulars_of, sign
from .prepare import next_number

PURPOSE = "To prevent or lessen a serious and imminent threat"
WHAT = {
    RecordClass.CHART: "What was needed to warn of a threat",
    RecordClass.PN: "What was needed to warn of a threat, known from psychotherapy notes",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One who was warned."""

    name: str
    kind: RecipientKind | str


def record_warning(
    *,
    by: Staff,
    patient: Patient,
    told: Sequence[Told],
    target: str,
    told_by: str,
    words: str,
    at: datetime,
    from_notes: bool,
) -> list[Release]:
    """Enter that somebody was warned: one release and one ledger entry for each of `told` (W-28), signed at once.

    `words` is what was told, `target` who is threatened, `from_notes` that it drew on psychotherapy notes, which are
    then those of `by`. A task asks `by` to complete the record by the next day. Raises Http404 or Refused for who may
    not, and for an instant to come; never for anything the gate says. Call outside a transaction.
    """
    open_patient_for_release(by, patient.pk)
    if refusal := refusal_to_warn(by, patient):
        raise Refused(refusal)
    if at > timezone.now():
        raise Refused(Refusal("DAY_IN_FUTURE", "This moment has not come yet.", "Give when the warning was given."))
    facts = {"target": target, "told_by": told_by, "told": words, "warning": str(uuid4())}
    facts = {key: value.strip() for key, value in facts.items() if value.strip()}
    releases = [_minimum(by, patient, one, facts, at, from_notes) for one in told]
    _enter(by=by, releases=releases)
    sign()
    return releases


def _minimum(
    by: Staff, patient: Patient, told: Told, facts: Mapping[str, str], at: datetime, from_notes: bool
) -> Release:
    record_class = RecordClass.PN if from_notes else RecordClass.CHART
    return Release(
        patient=patient,
        record_class=record_class,
        state=ReleaseState.RECORDED,
        basis=Basis.B_SERIOUS_THREAT,
        exception=PNException.SERIOUS_THREAT if from_notes else "",
        facts=dict(facts),
        recipient_name=told.name.strip(),
        recipient_kind=told.kind,
        purpose=PURPOSE,
        description=WHAT[record_class],
        method=Method.SPOKEN,
        disclosed_on=local_date(at),
        prepared_by=by,
        approver=by if from_notes else None,
        closed_by=by,
        closed_at=at,
        minimum_entry=True,
    )


@transaction.atomic
def _enter(*, by: Staff, releases: list[Release]) -> None:
    decisions = []
    for release in releases:
        decision = _ask(release, by)
        release.verdict, release.number = decision.as_record(), next_number()
        release.save(force_insert=True)
        due = today() + timedelta(days=1)
        add_task(kind=TaskKind.THREAT_RECORD, due_on=due, subject=release, patient=release.patient, person=by)
        record(by=by, event=AuditEvent.RECORDED, subject=release, patient_id=release.patient_id, detail="warning")
        decisions.append(decision)
    for release, decision in zip(releases, decisions, strict=True):
        append_entry(by=by, release=release, decision=decision, pn_authors=_authors(release), minimum=True)


def completion_of(*, by: Staff, release: Release) -> Decision:
    """What the gate says of a warning whose record was put onto the unsaved `release`, as of the day it was given."""
    return _ask(release, by)


def complete_warning(
    *, by: Staff, release_id: UUID | str, facts: Mapping[str, str], smallest: bool, addresses: Mapping[UUID, str]
) -> list[Release]:
    """Put the whole record in the place of the minimum, for every recipient of the same warning that still waits.

    In: the facts as documented, and the recipients' addresses, where known, by release. What the rule then does not
    carry becomes impermissible, with an incident task; what only a policy refuses keeps its basis and is looked at.
    Raises Refused when it was completed meanwhile, or by anybody but who entered it and the compliance officer. Call
    outside a transaction.
    """
    done = _complete(by=by, release_id=release_id, facts=facts, smallest=smallest, addresses=addresses)
    sign()
    return done


@transaction.atomic
def _complete(
    *, by: Staff, release_id: UUID | str, facts: Mapping[str, str], smallest: bool, addresses: Mapping[UUID, str]
) -> list[Release]:
    first = releases_visible_to(by).get(pk=release_id)
    if first.prepared_by_id != by.pk and not by.has_role(Role.COMPLIANCE_OFFICER):
        raise Refused(NOT_YOURS)
    waiting = Release.objects.filter(pk__in=of_same_warning(first), completed_at=None).order_by("number")
    rows = list(waiting.select_for_update(of=("self",)))
    if not any(row.pk == first.pk for row in rows):
        raise Refused(
            Refusal("THREAT_COMPLETED", "This record was completed in the meantime.", "Open it to see how it stands.")
        )
    for release in rows:
        release.recipient_address = addresses.get(release.pk, release.recipient_address)
    decisions = [_fill(by, release, facts, smallest) for release in rows]
    for release, decision in zip(rows, decisions, strict=True):
        _succeed(by, release, decision)
    return rows


def _fill(by: Staff, release: Release, facts: Mapping[str, str], smallest: bool) -> Decision:
    """Put the whole record onto the row, save it, close its task, and ask for a look where the gate says no.

    What the minute said first stays beside it, under `first_…`: nobody writes over what they knew when they warned.
    """
    before = {f"first_{key}": words for key, words in release.facts.items() if facts.get(key, words) != words}
    release.facts = {**before, **release.facts, **facts}
    release.smallest_set_confirmed = smallest
    decision = _ask(release, by)
    release.verdict, release.completed_by, release.completed_at = decision.as_record(), by, timezone.now()
    release.save()
    close_task(kind=TaskKind.THREAT_RECORD, subject=release, by=by)
    if not decision.allowed:
        kind = TaskKind.POLICY_REVIEW if decision.rule_result else TaskKind.INCIDENT_REVIEW
        add_task(kind=kind, due_on=today(), subject=release, patient=release.patient, role=Role.COMPLIANCE_OFFICER)
    record(by=by, event=AuditEvent.RECORDED, subject=release, patient_id=release.patient_id, detail="warning_completed")
    return decision


def _succeed(by: Staff, release: Release, decision: Decision) -> None:
    basis = Basis.B_SERIOUS_THREAT if decision.rule_result else Basis.B_IMPERMISSIBLE
    entry = entry_of(release)
    if entry is None:
        raise Refused(Refusal("NO_ENTRY", "The ledger holds no entry of this warning.", "Tell the compliance officer."))
    complete(
        by=by,
        entry_id=entry.pk,
        reason="The record of the threat was completed",
        replacement=particulars_of(release, basis=basis, pn_authors=_authors(release)),
        internal=internal_of(release, decision),
    )


def _authors(release: Release) -> tuple[UUID, ...]:
    return (release.approver_id,) if release.approver_id else ()


def _ask(release: Release, by: Staff) -> Decision:
    """The gate's answer as of the day of the warning; nothing waits for it."""
    author = str(release.approver_id or "")
    items = [Item("as described", None, originator_id=author)]
    mine = release.is_notes and release.approver_id in (by.pk, release.prepared_by_id)
    return decide(proposal_of(release, items, on=release.disclosed_on or today(), planned=False, by_originator=mine))
