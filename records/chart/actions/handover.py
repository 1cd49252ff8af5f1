"""Handing a patient over: the care relationships and the summary in one transaction."""

from datetime import date

from django.db import transaction

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.actions import end_care, start_care
from practice.people.models import Patient, Staff
from practice.people.policies import care_in_force
from practice.people.rules import CareRole
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind

from ..models import ChartNote, Handover, HandoverRead
from ..queries.handover import own_summaries
from ..rules.handover import HandoverFacts, HandoverKind, handover_refusals
from .medication import tend_monitoring_tasks
from .plan_reviews import tend_review_tasks


@transaction.atomic
def hand_over(
    *,
    by: Staff,
    patient: Patient,
    kind: HandoverKind,
    to: Staff | None = None,
    from_on: date | None = None,
    until_on: date | None = None,
    last_day: date | None = None,
    summary: str = "",
    note: ChartNote | None = None,
) -> Handover:
    """Hand the patient over with a summary: the chart opens to `to` from their first day, and closes to `by` later.

    Nothing of psychotherapy notes goes along: their author keeps them (R-022). Raises Refused.
    """
    Patient.objects.select_for_update(no_key=True).get(pk=patient.pk)
    own = care_in_force(by).filter(patient=patient, role=CareRole.TREATING)
    facts = HandoverFacts(
        kind=kind,
        to_somebody=to is not None,
        to_self=to == by,
        from_on=from_on,
        until_on=until_on,
        last_day=last_day,
        summary=summary,
        has_note=note is not None,
    )
    if refusals := handover_refusals(facts, treats=own.exists(), on=today()):
        raise Refused(next(iter(refusals.values())))
    if note is not None and not own_summaries(by, patient).filter(pk=note.pk).exists():
        raise Refused(Refusal("HANDOVER_NOTE", "This summary is not a signed one of yours about this patient."))
    leaving = list(own)
    first = from_on or last_day or today()
    if to is not None and from_on is not None:
        role = CareRole.COVERING if kind == HandoverKind.COVER else CareRole.TREATING
        start_care(by=by, patient=patient, staff=to, role=role, from_on=from_on, until_on=until_on)
    handover = Handover.objects.create(
        patient=patient,
        kind=kind,
        by=by,
        to=to,
        from_on=first,
        until_on=until_on if kind == HandoverKind.COVER else None,
        last_day=None if kind == HandoverKind.COVER else last_day,
        summary=summary,
        note=note,
    )
    record(by=by, event=AuditEvent.HANDED_OVER, subject=handover, patient_id=patient.pk, detail=str(kind))
    if to is not None:
        due = handover.from_on
        add_task(kind=TaskKind.HANDOVER, due_on=due, subject=handover, patient=patient, person=to)
    if kind != HandoverKind.COVER and last_day is not None:
        for care in leaving:
            if care.until_on is None or care.until_on > last_day:
                end_care(by=by, care=care, until_on=last_day)
    tend_review_tasks(patient, by=by)
    tend_monitoring_tasks(patient, by=by)
    return handover


@transaction.atomic
def read_handover(*, by: Staff, handover: Handover) -> None:
    """Whoever took over has read the summary; their task is done. Raises Refused for anybody else."""
    if handover.to_id != by.pk:
        raise Refused(Refusal("HANDOVER_NOT_TO_YOU", "This is for whoever takes over.", "They confirm it themselves."))
    _read, new = HandoverRead.objects.get_or_create(handover=handover, defaults={"by": by})
    if new:
        record(by=by, event=AuditEvent.CHANGED, subject=handover, patient_id=handover.patient_id, detail="read")
    close_task(kind=TaskKind.HANDOVER, subject=handover, by=by)
