"""Setting a policy, saying what the practice is, and asking what belongs where."""

from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff
from practice.people.policies import require_act, require_role
from practice.people.rules import CLINICAL_ROLES, Act, Role
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind

from .models import BusinessAssociate, PlacementQuestion, PolicySetting, PracticeProfile
from .rules import DAYS_TO_ANSWER, PlacementTopic, Value, refusal_to_answer, refusal_to_set


def set_policy(*, by: Staff, code: str, value: Value, from_on: date, reason: str) -> PolicySetting:
    """Give a policy a new value from a day, with the reason. The old value stays on record for its own days.

    Raises Refused for somebody who may not, and for a value, a day or a reason that `refusal_to_set` refuses.
    """
    require_act(by, Act.POLICY_CHANGE)
    if refusal := refusal_to_set(code, value, from_on, reason, today=today()):
        raise Refused(refusal)
    with transaction.atomic():
        setting = PolicySetting.objects.create(
            code=code, value=value, from_on=from_on, reason=reason.strip(), set_by=by
        )
        record(by=by, event=AuditEvent.RECORDED, subject=setting, detail=f"policy_{code}")
    return setting


def change_profile(
    *,
    by: Staff,
    name: str,
    address: str,
    phone: str,
    privacy_contact_title: str,
    privacy_contact_name: str,
    privacy_contact_phone: str,
) -> PracticeProfile:
    """Say what stands on letters. The name of the disclosure log is set once, at installation: checkpoints carry it."""
    require_role(by, Role.ADMINISTRATOR)
    with transaction.atomic():
        profile = PracticeProfile.objects.select_for_update().get(pk=1)
        profile.name, profile.address, profile.phone = name.strip(), address.strip(), phone.strip()
        profile.privacy_contact_title = privacy_contact_title.strip()
        profile.privacy_contact_name = privacy_contact_name.strip()
        profile.privacy_contact_phone = privacy_contact_phone.strip()
        profile.save()
        record(by=by, event=AuditEvent.RECORDED, subject=profile, detail="practice_profile")
    return profile


def record_associate(
    *,
    by: Staff,
    associate: BusinessAssociate | None = None,
    name: str,
    what_for: str,
    contact: str,
    agreement_on: date | None,
    acts_on_authorizations: bool,
    ended_on: date | None,
) -> BusinessAssociate:
    """Enter a business associate, or change what is known of one; they are never removed, only ended (R-240).

    Raises Refused for everybody but the compliance officer, without name or task, and for an agreement to come.
    """
    require_role(by, Role.COMPLIANCE_OFFICER)
    if not name.strip() or not what_for.strip():
        raise Refused(Refusal("ASSOCIATE_NOT_DESCRIBED", "This is not complete.", "Give the name, and what they do."))
    if agreement_on and agreement_on > today():
        raise Refused(Refusal("AGREEMENT_TO_COME", "The agreement is not signed yet.", "Give the day it was signed."))
    with transaction.atomic():
        row = associate or BusinessAssociate(recorded_by=by)
        row.name, row.what_for, row.contact = name.strip(), what_for.strip(), contact.strip()
        row.agreement_on, row.ended_on = agreement_on, ended_on
        row.acts_on_authorizations = acts_on_authorizations
        row.save()
        record(by=by, event=AuditEvent.RECORDED, subject=row, detail="business_associate")
    return row


def ask_placement(*, by: Staff, topic: PlacementTopic) -> PlacementQuestion:
    """Ask the compliance officer what belongs where about one kind of information; an open question is not doubled.

    Who, which kind and when is all that is kept.
    """
    require_role(by, *sorted(CLINICAL_ROLES))
    with transaction.atomic():
        question, new = PlacementQuestion.objects.get_or_create(asked_by=by, topic=topic, answered_at=None)
        if new:
            due = today() + timedelta(days=DAYS_TO_ANSWER)
            add_task(kind=TaskKind.PLACEMENT_QUESTION, due_on=due, subject=question, role=Role.COMPLIANCE_OFFICER)
            record(by=by, event=AuditEvent.RECORDED, subject=question)
    return question


def answer_placement(*, by: Staff, question_id: UUID, answer: str) -> PlacementQuestion:
    """Answer a question in general words; it is the asker's to read. Raises Refused when it cannot be this answer."""
    require_role(by, Role.COMPLIANCE_OFFICER)
    with transaction.atomic():
        question = PlacementQuestion.objects.select_for_update(of=("self",)).get(pk=question_id)
        answer = answer.replace("\r\n", "\n").replace("\x00", "").strip()
        if refusal := refusal_to_answer(answer, answered=question.answered_at is not None):
            raise Refused(refusal)
        question.answer, question.answered_by, question.answered_at = answer, by, timezone.now()
        question.save(update_fields=["answer", "answered_by", "answered_at"])
        close_task(kind=TaskKind.PLACEMENT_QUESTION, subject=question, by=by)
        record(by=by, event=AuditEvent.RECORDED, subject=question, detail="answered")
    return question


def mark_answers_seen(*, by: Staff) -> None:
    """The asker has the answers before them: the home page says no more about them."""
    waiting = PlacementQuestion.objects.filter(asked_by=by, answered_at__isnull=False, seen_at=None)
    waiting.update(seen_at=timezone.now())
