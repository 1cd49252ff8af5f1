"""What can be done with a measure. Each act is one transaction: checks, writes, records, and calls who must know.

Access is checked here again, silently: the doorway in `policies` came first, and recorded who asked.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to
from practice.people.queries import care_team
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind, TaskState

from ..models import AlarmAnswer, Measure, MeasureAlarm, MeasureInError, MeasureRepeat
from ..queries.measures import repeat_of
from ..rules import measures as rules
from ..rules.sessions import CLOCK_SLACK
from .sessions import NO_CARE
from .standing_tasks import responsible

NOTE_LIMIT = 20_000


@transaction.atomic
def record_measure(
    *,
    by: Staff,
    patient: Patient,
    definition: rules.Definition,
    answers: Mapping[str, int],
    taken_at: datetime,
) -> Measure:
    """Keep answers that staff entered. Raises Refused without access, without answers, or for a time to come."""
    _check_access(by, patient)
    measure = _keep(by=by, patient=patient, definition=definition, answers=answers, taken_at=taken_at)
    record(by=by, event=AuditEvent.MEASURED, subject=measure, patient_id=patient.pk, detail="entered_by_staff")
    return measure


@transaction.atomic
def hand_over_measure(*, by: Staff, patient: Patient, definition: rules.Definition) -> UUID:
    """Note that a screen with this measure goes into the patient's hands. Out: the id its answers will have."""
    _check_access(by, patient)
    record(by=by, event=AuditEvent.RECORDED, subject=patient, patient_id=patient.pk, detail="screen_handed_over")
    return uuid4()


@transaction.atomic
def keep_patient_answers(
    *, by: Staff, patient: Patient, definition: rules.Definition, answers: Mapping[str, int], measure_id: UUID
) -> Measure:
    """Keep what the patient answered on a screen that `by` handed over. Sent twice it is kept once, as sent first.

    Access was checked when the screen was handed over; what the patient answered since is kept whatever has changed.
    """
    advisory_lock(f"measure {measure_id}")
    if kept := Measure.objects.filter(pk=measure_id).first():
        return kept
    now = timezone.now()
    measure = _keep(
        by=by,
        patient=patient,
        definition=definition,
        answers=answers,
        taken_at=now,
        measure_id=measure_id,
        by_patient=True,
    )
    record(by=by, event=AuditEvent.MEASURED, subject=measure, patient_id=patient.pk, detail="answered_by_patient")
    return measure


@transaction.atomic
def replace_measure(
    *, by: Staff, measure: Measure, answers: Mapping[str, int] | None, taken_at: datetime | None, reason: str
) -> Measure | None:
    """Mark a measure as entered in error, with the reason, and put the right answers in its place, if there are any.

    Raises Refused without a reason, when it was marked already, or while its alarm waits for an answer.
    """
    _check_access(by, measure.patient)
    advisory_lock(f"measure {measure.pk}")
    if refusal := refusal_to_replace(measure, reason):
        raise Refused(refusal)
    right = None
    if answers is not None:
        right = _keep(
            by=by,
            patient=measure.patient,
            definition=measure.definition,
            answers=answers,
            taken_at=taken_at or measure.taken_at,
            by_patient=False,
        )
    MeasureInError.objects.create(measure=measure, replaced_by=right, reason=reason.strip(), by=by)
    record(by=by, event=AuditEvent.CHANGED, subject=measure, patient_id=measure.patient_id, detail="entered_in_error")
    _plan_next(by=by, patient=measure.patient, code=measure.code)
    return right


def refusal_to_replace(measure: Measure, reason: str | None = None) -> Refusal | None:
    """Why a measure cannot be marked as entered in error, or None. The reason is asked for when it is given."""
    if MeasureInError.objects.filter(measure=measure).exists():
        return Refusal("MEASURE_IN_ERROR", "This measure is marked as entered in error already.")
    if measure.alarm and not AlarmAnswer.objects.filter(measure=measure).exists():
        return Refusal(
            "MEASURE_ALARM_OPEN",
            "A thought of death or self-harm is marked here, and nobody has answered it yet.",
            "Answer the alarm first; that it was ticked by mistake is one of the answers.",
        )
    if reason is not None and not reason.strip():
        return Refusal("MEASURE_REASON", "Say what was wrong.", "The earlier answers stay, the reason beside them.")
    return None


@transaction.atomic
def answer_alarm(*, by: Staff, measure: Measure, did: Sequence[str], note: str = "") -> AlarmAnswer:
    """Say what was done about a marked thought of death or self-harm. It ends the alarm for everybody who was called.

    Raises Refused for somebody who is no clinician of this patient, without an act, or when it is answered already.
    """
    _check_access(by, measure.patient)
    advisory_lock(f"measure {measure.pk}")
    acts = [act for act in rules.AlarmAct.values if act in did]
    if not acts:
        raise Refused(Refusal("ALARM_NOTHING_DONE", "Say what you did.", "At least one of the answers."))
    if not measure.alarm or AlarmAnswer.objects.filter(measure=measure).exists():
        raise Refused(Refusal("ALARM_ANSWERED", "This alarm is answered already."))
    answer = AlarmAnswer.objects.create(measure=measure, did=acts, note=note.strip()[:NOTE_LIMIT], by=by)
    for alarm in measure.alarms.all():
        close_task(kind=TaskKind.MEASURE_ALARM, subject=alarm, by=by)
    record(by=by, event=AuditEvent.RECORDED, subject=measure, patient_id=measure.patient_id, detail="alarm_answered")
    return answer


@transaction.atomic
def repeat_measure(*, by: Staff, patient: Patient, definition: rules.Definition, every_weeks: int) -> MeasureRepeat:
    """Ask for a measure every n weeks from today on; 0 ends it. Raises Refused outside 0 to 52 weeks."""
    _check_access(by, patient)
    if not 0 <= every_weeks <= rules.MOST_WEEKS:
        raise Refused(Refusal("MEASURE_REPEAT", f"A measure repeats every 1 to {rules.MOST_WEEKS} weeks."))
    advisory_lock(f"measure repeat {patient.pk} {definition.code}")
    _drop_tasks(by, patient, definition.code)
    row = MeasureRepeat.objects.create(patient=patient, code=definition.code, every_weeks=every_weeks, set_by=by)
    record(by=by, event=AuditEvent.RECORDED, subject=row, patient_id=patient.pk, detail="measure_repeat")
    _plan_next(by=by, patient=patient, code=definition.code)
    return row


def _check_access(by: Staff, patient: Patient) -> None:
    if not charts_visible_to(by).filter(pk=patient.pk).exists():
        raise Refused(NO_CARE)


def _keep(
    *,
    by: Staff,
    patient: Patient,
    definition: rules.Definition,
    answers: Mapping[str, int],
    taken_at: datetime,
    measure_id: UUID | None = None,
    by_patient: bool = False,
) -> Measure:
    """Write one measure, call the clinicians where something was marked, and plan its next turn."""
    if refusal := rules.refusal_to_keep(definition, answers):
        raise Refused(refusal)
    if taken_at > timezone.now() + CLOCK_SLACK:
        raise Refused(Refusal("MEASURE_IN_FUTURE", "This day lies in the future.", "Give the day it was answered."))
    scored = rules.score(definition, answers)
    measure = Measure.objects.create(
        pk=measure_id or uuid4(),
        patient=patient,
        code=definition.code,
        version=definition.version,
        taken_at=taken_at,
        answers=dict(answers),
        total=scored.total,
        alarm=bool(scored.alarms),
        by_patient=by_patient,
        entered_by=by,
    )
    if scored.alarms:
        _call_clinicians(by, measure)
    _plan_next(by=by, patient=patient, code=definition.code)
    return measure


def _call_clinicians(by: Staff, measure: Measure) -> None:
    """A task of today for everybody who treats the patient; where nobody does, for whoever entered it."""
    called = {care.staff_id: care.staff for care in care_team(measure.patient, today())}
    for person in list(called.values()) or [by]:
        alarm = MeasureAlarm.objects.create(measure=measure, staff=person)
        add_task(kind=TaskKind.MEASURE_ALARM, due_on=today(), subject=alarm, patient=measure.patient, person=person)


def _plan_next(*, by: Staff, patient: Patient, code: str) -> None:
    """The task of the next turn, where the measure repeats; the one of this turn is done."""
    repeat = repeat_of(patient, code)
    if repeat is None:
        return
    close_task(kind=TaskKind.MEASURE_DUE, subject=repeat.row, by=by)
    add_task(
        kind=TaskKind.MEASURE_DUE,
        due_on=repeat.due_on,
        subject=repeat.row,
        patient=patient,
        person=responsible(patient, repeat.row.set_by),
    )


def _drop_tasks(by: Staff, patient: Patient, code: str) -> None:
    """The task of an earlier repeat falls away with it."""
    for row in MeasureRepeat.objects.filter(patient=patient, code=code):
        close_task(
            kind=TaskKind.MEASURE_DUE, subject=row, by=by, state=TaskState.DROPPED, reason="the repeat was changed"
        )
