"""What can be done with risk assessments and safety plans. Each act is one transaction: checks, writes, records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind

from ..models import RiskAssessment, SafetyPlan, SafetyPlanDraft
from ..queries.safety import current_plan
from ..rules.notes import SITTING
from ..rules.safety import (
    PLAN_PARTS,
    RISK_PARTS,
    RiskLevel,
    clean_parts,
    refusal_to_sign_plan,
    text_refusal,
)
from .sessions import NO_CARE


@dataclass(frozen=True, slots=True)
class PlanSaved:
    """What became of a save: the draft as it stands, and whether another window had saved in between."""

    draft: SafetyPlanDraft
    conflict: bool = False


@transaction.atomic
def record_risk(*, by: Staff, patient: Patient, on: date, level: str, findings: Mapping[str, object]) -> RiskAssessment:
    """Keep a risk assessment. Raises Refused without a level, without a word, or for a day to come."""
    _check_access(by, patient)
    texts = clean_parts(RISK_PARTS, findings)
    if refusal := text_refusal(texts):
        raise Refused(refusal)
    if level not in RiskLevel.values:
        raise Refused(Refusal("RISK_LEVEL", "Say how high you judge the risk.", "The level is your judgment."))
    if not any(text.strip() for text in texts.values()):
        raise Refused(Refusal("RISK_EMPTY", "Nothing is written yet.", "Write what you found, if only in a line."))
    if on > today():
        raise Refused(Refusal("RISK_IN_FUTURE", "This day lies in the future.", "Give the day of the assessment."))
    row = RiskAssessment.objects.create(patient=patient, on=on, by=by, findings={**texts, "level": level})
    record(by=by, event=AuditEvent.RECORDED, subject=row, patient_id=patient.pk, detail="risk_assessment")
    return row


@transaction.atomic
def begin_plan(*, by: Staff, patient: Patient) -> SafetyPlanDraft:
    """The draft of the next version: the one begun, or a new one that starts from the plan in force."""
    _check_access(by, patient)
    _lock(patient)
    if begun := SafetyPlanDraft.objects.filter(patient=patient).first():
        return begun
    now = current_plan(patient)
    parts = clean_parts(PLAN_PARTS, now.parts if now else {})
    draft = SafetyPlanDraft.objects.create(patient=patient, parts=parts, saved_by=by)
    record(by=by, event=AuditEvent.RECORDED, subject=patient, patient_id=patient.pk, detail="safety_plan_draft")
    return draft


@transaction.atomic
def save_plan(
    *,
    by: Staff,
    patient: Patient,
    parts: Mapping[str, object],
    review_on: date | None,
    base_version: int,
    window: str = "",
) -> PlanSaved:
    """Save the draft as typed on top of `base_version`. Where another window saved in between, nothing is written over:
    the caller shows both. The same text again changes nothing, and a window is not in conflict with itself.
    """
    _check_access(by, patient)
    _lock(patient)
    draft = SafetyPlanDraft.objects.filter(patient=patient).first()
    if draft is None:
        raise Refused(
            Refusal("SAFETY_DRAFT_GONE", "This draft was signed or discarded meanwhile.", "Your text is still here.")
        )
    texts = clean_parts(PLAN_PARTS, parts)
    if refusal := text_refusal(texts):
        raise Refused(refusal)
    if (draft.parts, draft.review_on) == (texts, review_on):
        return PlanSaved(draft)
    if draft.version != base_version and not (window and window == draft.window):
        return PlanSaved(draft, conflict=True)
    now = timezone.now()
    first = draft.version == 1 or now - draft.saved_at > SITTING or draft.saved_by_id != by.pk
    draft.parts, draft.review_on, draft.window = texts, review_on, window
    draft.version, draft.saved_by, draft.saved_at = draft.version + 1, by, now
    draft.save()
    if first:
        record(by=by, event=AuditEvent.CHANGED, subject=patient, patient_id=patient.pk, detail="safety_plan_draft")
    return PlanSaved(draft)


@transaction.atomic
def sign_plan(*, by: Staff, patient: Patient, seen_version: int) -> SafetyPlan:
    """Sign the draft as the next version. It is looked at again on its day, which becomes a task."""
    _check_access(by, patient)
    _lock(patient)
    draft = SafetyPlanDraft.objects.filter(patient=patient).first()
    if draft is None:
        raise Refused(Refusal("SAFETY_DRAFT_GONE", "There is no draft to sign.", "Somebody signed or discarded it."))
    if draft.version != seen_version:
        raise Refused(
            Refusal("SAFETY_CHANGED_SINCE", "It was saved again after you looked at it.", "Look once more, then sign.")
        )
    if refusal := refusal_to_sign_plan(draft.parts, review_on=draft.review_on, on=today()):
        raise Refused(refusal)
    plan = _next_version(by=by, patient=patient, parts=dict(draft.parts), review_on=draft.review_on)
    draft.delete()
    add_task(kind=TaskKind.SAFETY_PLAN_REVIEW, due_on=plan.review_on, subject=plan, patient=patient, person=by)
    record(by=by, event=AuditEvent.SIGNED, subject=plan, patient_id=patient.pk, detail="safety_plan")
    return plan


@transaction.atomic
def discard_plan(*, by: Staff, patient: Patient) -> None:
    """Let go of the draft. The plan in force stays."""
    _check_access(by, patient)
    _lock(patient)
    SafetyPlanDraft.objects.filter(patient=patient).delete()
    record(by=by, event=AuditEvent.CHANGED, subject=patient, patient_id=patient.pk, detail="safety_draft_discarded")


@transaction.atomic
def end_plan(*, by: Staff, patient: Patient, reason: str) -> SafetyPlan:
    """Say that there is no safety plan from here on, and why. Raises Refused when there is none, or no reason."""
    _check_access(by, patient)
    _lock(patient)
    if current_plan(patient) is None:
        raise Refused(Refusal("SAFETY_NO_PLAN", "There is no safety plan in force."))
    if not reason.strip():
        raise Refused(Refusal("SAFETY_END_REASON", "Say why there is none from here on."))
    plan = _next_version(by=by, patient=patient, parts={}, review_on=None, ended=True, reason=reason.strip())
    record(by=by, event=AuditEvent.CANCELLED, subject=plan, patient_id=patient.pk, detail="safety_plan")
    return plan


@transaction.atomic
def review_plan(*, by: Staff, patient: Patient, plan: SafetyPlan, review_on: date) -> SafetyPlan:
    """The plan was gone over and holds as it is: the same text signed again, with the next day to look at it."""
    _check_access(by, patient)
    _lock(patient)
    now = current_plan(patient)
    if now is None or now.pk != plan.pk:
        raise Refused(Refusal("SAFETY_NOT_CURRENT", "This version is not the one in force.", "Look at the newest one."))
    if refusal := refusal_to_sign_plan(now.parts, review_on=review_on, on=today()):
        raise Refused(refusal)
    again = _next_version(by=by, patient=patient, parts=dict(now.parts), review_on=review_on)
    add_task(kind=TaskKind.SAFETY_PLAN_REVIEW, due_on=review_on, subject=again, patient=patient, person=by)
    record(by=by, event=AuditEvent.SIGNED, subject=again, patient_id=patient.pk, detail="safety_plan_reviewed")
    return again


def _next_version(*, by: Staff, patient: Patient, **kept: object) -> SafetyPlan:
    last = SafetyPlan.objects.filter(patient=patient).order_by("-number").first()
    if last is not None:
        close_task(kind=TaskKind.SAFETY_PLAN_REVIEW, subject=last, by=by)
    return SafetyPlan.objects.create(patient=patient, number=last.number + 1 if last else 1, signed_by=by, **kept)


def _lock(patient: Patient) -> None:
    advisory_lock(f"safety plan {patient.pk}")


def _check_access(by: Staff, patient: Patient) -> None:
    if not charts_visible_to(by).filter(pk=patient.pk).exists():
        raise Refused(NO_CARE)
