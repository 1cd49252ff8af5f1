"""What can be done with medication and its monitoring. Each act is one transaction: checks, writes, records.

Access is checked here again, silently: the doorway in `policies` came first, and recorded who asked. Nothing is
rewritten: a change is a row that supersedes the one before it.
"""

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to
from practice.worklist.actions import add_task, close_task
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState

from ..models import Medication, MonitoringDone, MonitoringPlan
from ..queries.medication import Course, course_of, monitored_patients, who_monitors
from ..rules.medication import (
    MedicationChange,
    PrescribedWhere,
    change_refusals,
    done_refusals,
    medication_refusals,
    monitoring_refusals,
    next_due,
    prescriber_refusal,
)
from ..rules.partial_days import first_day, whole_day
from .sessions import NO_CARE

CARE_OVER = "The person does not treat the patient any more."


@dataclass(frozen=True, slots=True)
class Prescription:
    """What is taken and who prescribed it. `started` is a partial day: "2023" and "2023-02" are kept as they are."""

    title: str
    dosage: str = ""
    route: str = ""
    frequency: str = ""
    where: str = PrescribedWhere.ELSEWHERE
    prescribed_by: Staff | None = None
    prescriber: str = ""
    started: str = ""


@transaction.atomic
def add_medication(
    *, by: Staff, patient: Patient, prescription: Prescription, ended_on: date | None = None, comment: str = ""
) -> Medication:
    """Write down a medication. Raises Refused for impossible days."""
    _check_care(by, patient)
    started = first_day(prescription.started)
    _raise_first(medication_refusals(started_on=started, ended_on=ended_on, today=today(), born=patient.birth_date))
    if refusal := prescriber_refusal(prescription.where, prescription.prescribed_by is not None):
        raise Refused(refusal)
    row = _row(by, patient, prescription)
    row.ended_on, row.comment = ended_on, comment.strip()
    row.changed_on = whole_day(prescription.started)
    row.save(force_insert=True)
    record(by=by, event=AuditEvent.RECORDED, subject=row, patient_id=patient.pk, detail="medication")
    return row


@transaction.atomic
def change_medication(
    *,
    by: Staff,
    medication: Medication,
    prescription: Prescription,
    on: date,
    comment: str = "",
    correction: bool = False,
    ended_on: date | None = None,
) -> Medication:
    """Another dose, route or prescriber from a day on; or, as a correction, what should have been written.

    `medication` is the row that was looked at; `ended_on` is for corrections: without it the medication goes on.
    Raises Refused when it was changed since, or has ended.
    """
    course = _locked(by, medication)
    change = MedicationChange.CORRECTED if correction else MedicationChange.CHANGED
    _raise_first(_refusals(course, medication, change, on))
    row = _row(by, medication.patient, prescription)
    row.supersedes, row.change, row.comment = medication, change, comment.strip()
    row.changed_on = course.last_on if correction else on
    if correction:
        started = first_day(prescription.started)
        _raise_first(medication_refusals(started_on=started, ended_on=ended_on, today=today()))
        row.ended_on, row.status = ended_on, "stopped" if ended_on else "active"
    else:
        row.started_on, row.as_given = medication.started_on, dict(medication.as_given)
    row.code_system, row.code = (medication.code_system, medication.code) if row.title == medication.title else ("", "")
    row.save(force_insert=True)
    record(by=by, event=AuditEvent.CHANGED, subject=row, patient_id=row.patient_id, detail=change)
    return row


@transaction.atomic
def stop_medication(*, by: Staff, medication: Medication, on: date, reason: str = "") -> Medication:
    """It is not taken from this day on. What was looked after ends with it, and so do its tasks."""
    course = _locked(by, medication)
    _raise_first(_refusals(course, medication, MedicationChange.STOPPED, on))
    row = Medication(
        patient=medication.patient,
        code_system=medication.code_system,
        code=medication.code,
        title=medication.title,
        intent=medication.intent,
        prescriber=medication.prescriber,
        prescribed_by=medication.prescribed_by,
        where=medication.where,
        dosage=medication.dosage,
        route=medication.route or "",
        frequency=medication.frequency or "",
        started_on=medication.started_on,
        as_given=dict(medication.as_given),
        ended_on=on,
        status="stopped",
        change=MedicationChange.STOPPED,
        changed_on=on,
        supersedes=medication,
        recorded_by=by,
        comment=reason.strip(),
    )
    row.save(force_insert=True)
    record(by=by, event=AuditEvent.CHANGED, subject=row, patient_id=row.patient_id, detail="stopped")
    for plan in course.monitoring:
        if plan.ended_on is None:
            _end(by, plan, on)
    return row


@transaction.atomic
def plan_monitoring(
    *, by: Staff, medication: Medication, what: str, every: int, unit: str, first_due_on: date
) -> MonitoringPlan:
    """Say what is looked after while the medication is taken, and ask the treating clinician to do so."""
    course = _locked(by, medication)
    if course.ended:
        raise Refused(Refusal("MEDICATION_ENDED", "This medication was stopped.", "Nothing is left to look after."))
    if not what.strip():
        raise Refused(Refusal("MONITORING_EMPTY", "Nothing is named.", "Say what is looked after."))
    _raise_first(monitoring_refusals(every=every, first_due_on=first_due_on, today=today()))
    plan = MonitoringPlan.objects.create(
        medication=course.first, what=what.strip(), every=every, unit=unit, first_due_on=first_due_on, set_by=by
    )
    record(by=by, event=AuditEvent.RECORDED, subject=plan, patient_id=medication.patient_id, detail="monitoring")
    _ask(by, plan, first_due_on)
    return plan


@transaction.atomic
def record_monitoring(*, by: Staff, plan: MonitoringPlan, done_on: date, result: str = "") -> MonitoringDone:
    """Monitoring was done: the result, and when it is due again. Raises Refused for impossible days."""
    patient = plan.medication.patient
    _check_care(by, patient)
    advisory_lock(f"medication {patient.pk}")
    plan.refresh_from_db(fields=["ended_on"])
    before = plan.done.order_by("-done_on").first()
    refusals = done_refusals(
        done_on=done_on,
        today=today(),
        last_done_on=before.done_on if before else None,
        ended=plan.ended_on is not None,
    )
    if not refusals and before and before.done_on == done_on:
        refusals = {
            "done_on": Refusal("MONITORING_TWICE", "A result of this day is here already.", "Choose another day.")
        }
    _raise_first(refusals)
    due = next_due(done_on, plan.every, plan.unit, plan.first_due_on)
    done = MonitoringDone.objects.create(
        plan=plan, done_on=done_on, result=result.strip(), next_due_on=due, recorded_by=by
    )
    record(by=by, event=AuditEvent.RECORDED, subject=done, patient_id=patient.pk, detail="monitoring")
    close_task(kind=TaskKind.MEDICATION_MONITORING, subject=plan, by=by)
    _ask(by, plan, due)
    return done


@transaction.atomic
def end_monitoring(*, by: Staff, plan: MonitoringPlan) -> None:
    """It is not looked after any more, though the medication goes on. Ending it twice changes nothing."""
    _check_care(by, plan.medication.patient)
    advisory_lock(f"medication {plan.medication.patient_id}")
    plan.refresh_from_db(fields=["ended_on"])
    if plan.ended_on is None:
        _end(by, plan, today())


@transaction.atomic
def tend_monitoring_tasks(patient: Patient, *, by: Staff | None = None) -> None:
    """Give what is due to whoever treats the patient now. Safe to run twice; called at a handover, and daily."""
    advisory_lock(f"medication {patient.pk}")
    kind = TaskKind.MEDICATION_MONITORING
    open_now = Task.objects.filter(kind=kind, patient=patient, state=TaskState.OPEN).select_related("person")
    for task in open_now:
        person = who_monitors(patient, task.person, today()) if task.person else None
        if person in (None, task.person):
            continue
        plan = MonitoringPlan.objects.get(pk=task.subject_id)
        close_task(kind=kind, subject=plan, by=by, state=TaskState.DROPPED, reason=CARE_OVER)
        add_task(kind=kind, due_on=task.due_on, subject=plan, patient=patient, person=person)


def tend_all_monitoring_tasks() -> None:
    """As above for every patient whose medication is looked after."""
    for patient in monitored_patients().distinct().iterator():
        tend_monitoring_tasks(patient)


def _end(by: Staff, plan: MonitoringPlan, on: date) -> None:
    MonitoringPlan.objects.filter(pk=plan.pk).update(ended_on=on)
    plan.ended_on = on
    close_task(
        kind=TaskKind.MEDICATION_MONITORING, subject=plan, by=by, state=TaskState.DROPPED, reason="monitoring_ended"
    )
    patient_id = plan.medication.patient_id
    record(by=by, event=AuditEvent.CHANGED, subject=plan, patient_id=patient_id, detail="monitoring_ended")


def _ask(by: Staff, plan: MonitoringPlan, due_on: date) -> None:
    patient = plan.medication.patient
    add_task(
        kind=TaskKind.MEDICATION_MONITORING,
        due_on=due_on,
        subject=plan,
        patient=patient,
        person=who_monitors(patient, by, today()),
    )


def _row(by: Staff, patient: Patient, given: Prescription) -> Medication:
    here = given.where == PrescribedWhere.HERE
    return Medication(
        patient=patient,
        title=given.title.strip(),
        dosage=given.dosage.strip(),
        route=given.route.strip(),
        frequency=given.frequency.strip(),
        where=given.where,
        prescribed_by=given.prescribed_by if here else None,
        prescriber="" if here else given.prescriber.strip(),
        started_on=whole_day(given.started),
        as_given={} if whole_day(given.started) or not given.started else {"started_on": given.started},
        status="active",
        recorded_by=by,
    )


def _refusals(course: Course, looked_at: Medication, change: str, on: date) -> dict[str, Refusal]:
    return change_refusals(
        change=change,
        on=on,
        today=today(),
        last_on=course.last_on if change != MedicationChange.CORRECTED else None,
        ended=course.ended,
        superseded=course.now.pk != looked_at.pk,
    )


def _locked(by: Staff, medication: Medication) -> Course:
    """The course, one change at a time for this patient."""
    _check_care(by, medication.patient)
    advisory_lock(f"medication {medication.patient_id}")
    return course_of(medication)


def _check_care(by: Staff, patient: Patient) -> None:
    if not charts_visible_to(by).filter(pk=patient.pk).exists():
        raise Refused(NO_CARE)


def _raise_first(refusals: dict[str, Refusal]) -> None:
    if refusals:
        raise Refused(next(iter(refusals.values())))
