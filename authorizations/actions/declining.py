"""An authorization permits, it does not oblige: the therapist may decide not to release, and the patient is answered.

R-059, policy P-09. Every clinician may decide so, whether they keep any psychotherapy notes or not: nothing of it says
that there are any.
"""

from datetime import date
from hashlib import sha256
from uuid import UUID

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure import days
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff
from practice.people.queries import letter_address, refusal_to_send
from practice.people.rules import Role
from practice.worklist.actions import close_task
from practice.worklist.rules import TaskKind, TaskState

from .. import queries
from ..documents.declining import declined_letter
from ..models import AnswerLetter, Authorization, AuthorizationEvent
from ..rules import AuthorizationStatus, EventKind, RecordClass
from .events import add_event, ask, checked, happened, lock_current

ANSWER_WITHIN_DAYS = 2
NOT_DECLINED = Refusal(
    "NOT_DECLINED",
    "Nobody decided against a release under this authorization, so there is no letter.",
    "See its history.",
    "Practice policy P-09",
)


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
def make_answer(*, by: Staff, authorization: Authorization) -> AnswerLetter:
    """Make the letter to the patient, addressed as the patient wants letters, and keep its bytes.

    Raises Refused where nobody decided against a release, PdfFailed when it could not be made (nothing is kept then).
    """
    line = queries.line_of(lock_current(authorization), days.today())
    if not line.facts.declined_by:
        raise Refused(NOT_DECLINED)
    to = letter_address(authorization.patient, days.today())
    pdf = declined_letter(line, to)
    letter = AnswerLetter.objects.create(
        authorization=authorization,
        address=to.text if to else "",
        pdf=pdf,
        sha256=sha256(pdf).hexdigest(),
        made_by=by,
    )
    record(by=by, event=AuditEvent.ISSUED, subject=letter, patient_id=authorization.patient_id)
    return letter


@checked
def record_answer_sent(*, by: Staff, authorization: Authorization, letter_id: UUID, sent_on: date, how: str) -> None:
    """Record on which day, and how, this letter went to the patient. Closes its task.

    Raises Refused for a letter that is recorded as sent, that was made later, or that does not go where the patient
    wanted letters on that day; for one of a decision that was taken back; and as every dated event does.
    """
    locked = lock_current(authorization)
    letter = AnswerLetter.objects.get(authorization=locked, pk=letter_id)
    if not queries.facts_of(locked).declined_by:
        raise Refused(NOT_DECLINED)
    if letter.sent_on is not None:
        raise Refused(Refusal("EVENT_RECORDED_BEFORE", "This is recorded already.", "See its history."))
    if sent_on < days.local_date(letter.made_at):
        raise Refused(
            Refusal("LETTER_MADE_LATER", "The letter was made after this day.", "Give the day on which it was sent.")
        )
    if refusal := refusal_to_send(locked.patient, letter.address, sent_on):
        raise Refused(refusal)
    happened(by, locked, EventKind.ANSWER_SENT, sent_on, how, "Say how the letter was sent.")
    letter.sent_on, letter.sent_how, letter.sent_by = sent_on, how.strip(), by
    letter.save(update_fields=["sent_on", "sent_how", "sent_by"])
    close_task(kind=TaskKind.DECLINE_ANSWER, subject=locked, by=by)
