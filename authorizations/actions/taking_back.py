"""Taking an authorization back: the call that holds it, the letter that ends it, and everybody who must hear of it."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.compliance.queries import associates_acting_on, policy
from practice.infrastructure import days
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.pages import page
from practice.infrastructure.refusals import Refusal, Refused
from practice.infrastructure.uploads import CheckedUpload
from practice.people.models import Staff
from practice.people.rules import Role
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind, TaskState

from .. import queries
from ..models import Authorization, AuthorizationEvent, RevocationNotice
from ..policies import notices_visible_to
from ..rules import EventKind, RecordClass, same_words
from ..signals import authorization_revoked
from .events import add_event, ask, checked, happened, keep_paper, lock_current, refuse_future

FORM_WITHIN_DAYS = 1
LETTER_WITHIN_DAYS = 2
NOTICE_WITHIN_DAYS = 2


@checked
def record_revocation(
    *,
    by: Staff,
    authorization: Authorization,
    written: bool,
    received_at: datetime,
    how: str = "",
    paper: CheckedUpload | None = None,
    also: Sequence[Authorization] = (),
) -> AuthorizationEvent:
    """Record that the patient took it back. In writing it ends at the minute of receipt (R-051, R-052); by word of
    mouth it is on hold from then, where the practice's policy P-06 says so, and the form goes out (R-054).

    `how` says how it came in, `paper` is the scan of what the patient wrote. `also` are other authorizations of the
    same patient that the same letter or call takes back: recorded on all of them or on none. Waits for a release under
    way, which then stands. Raises Refused for a receipt in the future or before the signature, for a second written
    revocation, and for another patient's.
    """
    refuse_future(received_at, timezone.now())
    if any(other.patient_id != authorization.patient_id for other in also):
        raise Refused(Refusal("AUTHORIZATION_OTHER_PATIENT", "This belongs to another patient."))
    rows = {row.pk: row for row in (authorization, *also)}
    locked = {pk: lock_current(rows[pk]) for pk in sorted(rows)}
    events = {pk: _take_back(by, row, written, received_at, how, paper) for pk, row in locked.items()}
    return events[authorization.pk]


def _take_back(
    by: Staff, locked: Authorization, written: bool, received_at: datetime, how: str, paper: CheckedUpload | None
) -> AuthorizationEvent:
    on = days.local_date(received_at)
    signed_on = queries.facts_of(locked).signed_on
    if signed_on and on < signed_on:
        raise Refused(
            Refusal(
                "REVOKED_BEFORE_SIGNED",
                "It cannot have been taken back before it was signed.",
                "Check the day and the authorization.",
            )
        )
    kind = EventKind.WRITTEN_REVOCATION if written else EventKind.ORAL_REVOCATION
    if locked.events.filter(kind=EventKind.WRITTEN_REVOCATION).exists():
        raise Refused(
            Refusal(
                "REVOKED_ALREADY",
                "This authorization is revoked already. Nothing goes out under it.",
                "See its history.",
                link=page("authorization-open", locked.pk),
            )
        )
    hold = policy("P-06", on)
    event = add_event(
        by,
        locked,
        kind,
        on,
        how,
        received_at=received_at,
        holds=not written and hold.value is True,
        policy_version=None if written else UUID(hold.version_id),
    )
    if paper is not None:
        keep_paper(by, locked, paper, event=event)
    record(by=by, event=AuditEvent.REVOKED, subject=locked, patient_id=locked.patient_id, detail=kind.value)
    if written:
        _follow_letter(by, locked, event)
    else:
        ask(TaskKind.REVOCATION_FORM, days.add_days(on, FORM_WITHIN_DAYS), locked, Role.FRONT_DESK)
    return event


def _follow_letter(by: Staff, authorization: Authorization, event: AuthorizationEvent) -> None:
    """What must be done after a written revocation: the confirmation to the patient, the notices (P-05)."""
    for kind in (TaskKind.REVOCATION_FORM, TaskKind.AUTHORIZATION_ENDING):
        close_task(kind=kind, subject=authorization, by=by)
    add_task(
        kind=TaskKind.REVOCATION_LETTER,
        due_on=days.add_days(event.happened_on, LETTER_WITHIN_DAYS),
        subject=event,
        patient=authorization.patient,
        role=letter_role(authorization),
    )
    for name in filter(None, map(str.strip, authorization.recipient_name.split(";"))):
        add_notice(event=event, recipient_name=name, recipient_address=authorization.recipient_address)
    if _notices_wanted(event):
        for associate in associates_acting_on(event.happened_on):
            notice, _ = RevocationNotice.objects.get_or_create(
                event=event,
                associate=associate,
                defaults={"recipient_name": associate.name, "recipient_address": associate.contact},
            )
            _ask_notice(notice, TaskKind.REVOCATION_ASSOCIATE)
    authorization_revoked.send(sender=Authorization, event=event, by=by)


def letter_role(authorization: Authorization) -> Role:
    """Who writes the confirmation: it lists what was handed over, and of psychotherapy notes not everybody sees that.

    Decided by what the form covers, never by what was released: nothing is shown by whose task it is.
    """
    return Role.COMPLIANCE_OFFICER if RecordClass.PN in authorization.record_classes else Role.FRONT_DESK


def add_notice(
    *, event: AuthorizationEvent, recipient_name: str, recipient_address: str, officer_only: bool = False
) -> RevocationNotice | None:
    """Ask to tell a recipient of a revocation, once. None where policy P-05 is off, or it is the patient themself."""
    patient = event.authorization.patient
    if not _notices_wanted(event) or same_words(recipient_name, patient.legal_name):
        return None
    for known in event.notices.filter(associate=None):
        if same_words(known.recipient_name, recipient_name):
            return known
    notice = RevocationNotice.objects.create(
        event=event,
        recipient_name=recipient_name,
        recipient_address=recipient_address,
        officer_only=officer_only,
    )
    _ask_notice(notice, TaskKind.REVOCATION_NOTICE)
    return notice


def _notices_wanted(event: AuthorizationEvent) -> bool:
    return policy("P-05", event.happened_on).value is True


def _ask_notice(notice: RevocationNotice, kind: TaskKind) -> None:
    event = notice.event
    due_on = days.add_days(event.happened_on, NOTICE_WITHIN_DAYS)
    patient, role = event.authorization.patient, Role.COMPLIANCE_OFFICER
    add_task(kind=kind, due_on=due_on, subject=notice, patient=patient, role=role)


@checked
def record_told(
    *, by: Staff, authorization: Authorization, notice_id: UUID, told_on: date, how: str, need_not: bool = False
) -> RevocationNotice:
    """Record on which day, and how, a recipient or business associate was told. Closes its task.

    `need_not`: that day it was decided that they need not be told, and `how` says why.
    Raises Refused for a day before the revocation or to come, without words, or when it is recorded already.
    """
    advisory_lock(f"revocation notice:{notice_id}")
    notice = notices_visible_to(by).get(pk=notice_id)
    ask_words = "Say why they need not be told." if need_not else "Say how they were told."
    check_told(notice.event, notice.told_on, told_on, how, ("Give the day they were told.", ask_words))
    notice.told_on, notice.how, notice.told_by, notice.told_at = told_on, how.strip(), by, timezone.now()
    notice.need_not = need_not
    notice.save(update_fields=["told_on", "how", "told_by", "told_at", "need_not"])
    kind = TaskKind.REVOCATION_ASSOCIATE if notice.associate_id else TaskKind.REVOCATION_NOTICE
    detail = "need_not_be_told" if need_not else "told"
    if need_not:
        close_task(kind=kind, subject=notice, by=by, state=TaskState.DROPPED, reason="need not be told")
    else:
        close_task(kind=kind, subject=notice, by=by)
    record(by=by, event=AuditEvent.RECORDED, subject=notice, patient_id=authorization.patient_id, detail=detail)
    return notice


def check_told(event: AuthorizationEvent, before: date | None, on: date, how: str, asked: tuple[str, str]) -> None:
    """Raises Refused when somebody was told of a revocation `before`, on a day outside it and today, or without words.

    `asked`: what to do about the day and about the words.
    """
    if before:
        raise Refused(Refusal("EVENT_RECORDED_BEFORE", "This is recorded already.", "See the revocation."))
    if not event.happened_on <= on <= days.today():
        raise Refused(Refusal("WRONG_DAY", "The day must lie between the revocation and today.", asked[0]))
    if not how.strip():
        raise Refused(Refusal("EVENT_WITHOUT_WORDS", "This is not complete.", asked[1]))


@checked
def record_form_sent(*, by: Staff, authorization: Authorization, sent_on: date, how: str) -> AuthorizationEvent:
    """Record that the patient was sent the form to put a call into writing, when and how (P-06)."""
    event = happened(by, authorization, EventKind.FORM_SENT, sent_on, how, "Say how the form was sent.")
    close_task(kind=TaskKind.REVOCATION_FORM, subject=authorization, by=by)
    return event


@checked
def lift_hold(
    *, by: Staff, authorization: Authorization, received_at: datetime, how: str, paper: CheckedUpload | None
) -> AuthorizationEvent:
    """Record that the patient, who had called to stop, wrote to go on after all: the hold ends at its receipt.

    The hold is the practice's own (P-06), so the patient can end it; a call is not enough, and what they wrote is kept.
    Raises Refused without the scan, when it is not on hold, and for a receipt in the future or before the call.
    """
    locked = lock_current(authorization)
    refuse_future(received_at, timezone.now())
    facts = queries.facts_of(locked)
    if facts.held_since is None or facts.revocation_received_at is not None:
        raise Refused(
            Refusal(
                "NOT_ON_HOLD",
                "This authorization is not on hold, so there is nothing to lift.",
                "What is revoked in writing stays revoked: have a new authorization signed.",
                "45 CFR 164.508(b)(5)",
                page("authorization-open", locked.pk),
            )
        )
    if received_at <= facts.held_since:
        raise Refused(
            Refusal(
                "WRITTEN_BEFORE_THE_CALL",
                "It came in before the patient called to stop, so it does not answer that call.",
                "Check day and time, or ask the patient to write again.",
                "Practice policy P-06",
            )
        )
    if paper is None:
        raise Refused(
            Refusal(
                "WRITING_MISSING",
                "A hold is lifted by the patient's own writing, and it is not here.",
                "Add the scan of what the patient wrote and signed.",
                "Practice policy P-06",
            )
        )
    event = add_event(by, locked, EventKind.HOLD_LIFTED, days.local_date(received_at), how, received_at=received_at)
    keep_paper(by, locked, paper, event=event)
    close_task(kind=TaskKind.REVOCATION_FORM, subject=locked, by=by, state=TaskState.DROPPED, reason="patient goes on")
    record(by=by, event=AuditEvent.RECORDED, subject=locked, patient_id=locked.patient_id, detail=event.kind)
    return event
