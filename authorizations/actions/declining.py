"""An authorization permits, it does not oblige: the therapist may decide not to release, and the patient is answered.

R-059, policy P-09. Every clinician may decide so, whether they keep any psychotherapy notes or not: nothing of it says
that there are any.
"""

from datetime import date

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure import days
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff
from practice.people.rules import Role
from practice.worklist.actions import close_task
from practice.worklist.rules import TaskKind, TaskState

from .. import queries
from ..models import Authorization, AuthorizationEvent
from ..rules import AuthorizationStatus, EventKind, RecordClass
from .events import add_event, ask, checked, happened, lock_current

ANSWER_WITHIN_DAYS = 2


@checked
def record_declined(*, by: Staff, authorization: Authorization, reason: str) -> AuthorizationEvent:
    """Record that `by` releases no psychotherapy notes under it, and why; front desk sends the patient the answer.

    Raises Refused for one that asks for none, that names another therapist, that permits nothing anyway, for a second
    time, and without words.
    """
    locked = lock_current(authorization)
    line = queries.line_of(locked, days.today())
    if RecordClass.PN not in line.facts.record_classes or locked.pn_originator not in (None, by) or not by.is_clinical:
        raise Refused(
            Refusal(
                "NOT_YOURS_TO_DECLINE",
                "This authorization does not ask you for psychotherapy notes.",
                "Only the therapist whom it names decides about them.",
                "Practice policy P-09",
            )
        )
    if line.status != AuthorizationStatus.ACTIVE:
        raise Refused(
            Refusal("NOTHING_TO_DECLINE", "It permits no release now, so there is nothing to decide.", "See its page.")
        )
    if str(by.pk) in line.facts.declined_by:
        raise Refused(Refusal("EVENT_RECORDED_BEFORE", "This is recorded already.", "See its history."))
    if not reason.strip():
        raise Refused(Refusal("EVENT_WITHOUT_WORDS", "This is not complete.", "Say why, in a few words."))
    event = add_event(by, locked, EventKind.RELEASE_DECLINED, days.today(), reason)
    record(by=by, event=AuditEvent.RECORDED, subject=locked, patient_id=locked.patient_id, detail=event.kind)
    ask(TaskKind.DECLINE_ANSWER, days.add_days(days.today(), ANSWER_WITHIN_DAYS), locked, Role.FRONT_DESK)
    return event


@checked
def take_back_decline(*, by: Staff, authorization: Authorization) -> AuthorizationEvent:
    """The therapist may release after all; an answer that was not sent yet is not sent. Raises Refused."""
    locked = lock_current(authorization)
    if str(by.pk) not in queries.facts_of(locked).declined_by:
        raise Refused(Refusal("NOT_DECLINED", "You have not decided against this release.", "See its history."))
    event = add_event(by, locked, EventKind.DECLINE_TAKEN_BACK, days.today(), "")
    record(by=by, event=AuditEvent.RECORDED, subject=locked, patient_id=locked.patient_id, detail=event.kind)
    if not queries.facts_of(queries.for_release(locked.pk)).declined_by:
        close_task(
            kind=TaskKind.DECLINE_ANSWER, subject=locked, by=by, state=TaskState.DROPPED, reason="decision taken back"
        )
    return event


@checked
def record_answer_sent(*, by: Staff, authorization: Authorization, sent_on: date, how: str) -> AuthorizationEvent:
    """Record on which day, and how, the patient was told of the decision. Closes its task."""
    event = happened(by, authorization, EventKind.ANSWER_SENT, sent_on, how, "Say how the letter was sent.")
    close_task(kind=TaskKind.DECLINE_ANSWER, subject=authorization, by=by)
    return event
