"""Requests for restriction: taken down, answered, told to the patient, ended. Each act adds a row, checks who may."""

from collections.abc import Sequence
from datetime import date
from hashlib import sha256
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import transaction

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure import days
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.refusals import Refusal, Refused
from practice.infrastructure.uploads import CheckedUpload
from practice.people.models import Patient, PersonalRepresentative, Staff
from practice.people.queries import letter_address, refusal_to_act_for_patient, refusal_to_send
from practice.people.rules import Role
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind, TaskState

from ..documents.restrictions import letter_about
from ..models import Restriction, RestrictionEvent, RestrictionLetter, RestrictionPaper
from ..policies import check_may_answer_restriction, check_may_record
from ..queries.restrictions import facts_of, letters_of, line_of_restriction, restrictions_of
from ..rules.restrictions import (
    RestrictionEventKind,
    RestrictionFacts,
    RestrictionState,
    refusal_to_decline,
    refusal_to_end,
    refusal_to_end_by_notice,
    refusal_to_mark_as_error,
    refusals_of_request,
    state,
)

ANSWER_WITHIN_DAYS = 14  # the rule gives none: the practice's own promise
Event = RestrictionEventKind


class Asked(TypedDict, total=False):
    """What the patient asked for, by the field names of `Restriction`. What is left out means all."""

    representative: PersonalRepresentative | None
    in_writing: bool
    words: str
    uses: Sequence[str]
    recipients: Sequence[str]
    recipient_name: str
    session_dates: Sequence[date]
    covers_from: date | None
    covers_to: date | None
    kinds: Sequence[str]
    paid_in_full: bool
    payment_note: str


def lock_restrictions(patient_id: UUID | str) -> None:
    """Hold a patient's restrictions until the transaction ends: a release and an answer have one winner."""
    advisory_lock(f"restrictions:{patient_id}")


def record_restriction(*, by: Staff, patient: Patient, received_on: date, **asked: Unpack[Asked]) -> Restriction:
    """Take down what the patient asked for. What was paid in full is agreed to at once: there is nothing to decide.

    Raises Refused for who may not, a day to come, and for everything in the request that does not fit (the first).
    """
    check_may_record(by, patient)
    _refuse_future(received_on)
    row = Restriction(patient=patient, received_on=received_on, recorded_by=by, **asked)
    if row.representative and row.representative.patient_id != patient.pk:
        raise Refused(Refusal("RESTRICTION_OTHER_PATIENT", "This person does not act for this patient."))
    if row.representative and (refusal := refusal_to_act_for_patient(row.representative, received_on)):
        raise Refused(refusal)
    for refusal in refusals_of_request(facts_of(row)):
        raise Refused(refusal)
    with transaction.atomic():
        lock_restrictions(patient.pk)
        row.save(force_insert=True)
        role = Role.FRONT_DESK if row.paid_in_full else Role.COMPLIANCE_OFFICER
        due_on = days.add_days(received_on, ANSWER_WITHIN_DAYS)
        add_task(kind=TaskKind.RESTRICTION_ANSWER, due_on=due_on, subject=row, patient=patient, role=role)
        record(by=by, event=AuditEvent.RESTRICTED, subject=row, patient_id=patient.pk, detail="asked")
        if row.paid_in_full:
            _add(by, row, Event.AGREED, received_on, "")
    return row


def answer_restriction(
    *, by: Staff, restriction: Restriction, agreed: bool, on: date, words: str = ""
) -> RestrictionEvent:
    """Agree to a request or not, with the limits or the reason the patient will read. It binds from `on`.

    Raises Refused for anybody but the compliance officer, for what must be agreed to (R-221), and a second answer.
    """
    check_may_answer_restriction(by, restriction)
    with transaction.atomic():
        row, facts = _locked(restriction)
        refusal = None if agreed else refusal_to_decline(facts)
        if refusal is None and state(facts, days.today()) != RestrictionState.WAITING:
            refusal = Refusal("RESTRICTION_ANSWERED", "This was answered already.", "See its history.")
        if refusal is None and not agreed and not words.strip():
            refusal = Refusal(
                "RESTRICTION_NO_WORDS", "It is not said why not.", "Say it in words the patient can read."
            )
        if refusal:
            raise Refused(refusal)
        _check_day(on, row.received_on)
        return _add(by, row, Event.AGREED if agreed else Event.NOT_AGREED, on, words)


def end_by_patient(
    *,
    by: Staff,
    restriction: Restriction,
    in_writing: bool,
    on: date,
    words: str = "",
    paper: CheckedUpload | None = None,
) -> RestrictionEvent:
    """The patient ends it: in writing, and the scan of it is kept, or by word of mouth, which is written down here
    (164.522(a)(2)(i), (ii)). `on`: the day it came in. It counts from the day it is recorded, so that what left before
    is not made good afterwards.
    """
    check_may_record(by, restriction.patient)
    with transaction.atomic():
        row, facts = _locked(restriction)
        if refusal := refusal_to_end(facts, days.today()):
            raise Refused(refusal)
        if not in_writing and not words.strip():
            raise Refused(
                Refusal("RESTRICTION_NO_WORDS", "It is not said what the patient said.", "Write it down: who, to whom.")
            )
        if in_writing and paper is None:
            raise Refused(
                Refusal(
                    "WRITING_MISSING",
                    "It is ended in writing, and what the patient wrote is not here.",
                    "Add the scan of it; or write down what the patient said, if they said it.",
                    "45 CFR 164.522(a)(2)(i)",
                )
            )
        _check_day(on, facts.agreed_on or row.received_on)
        event = _add(by, row, Event.ENDED_WRITTEN if in_writing else Event.ENDED_ORALLY, on, words)
        if in_writing and paper is not None:
            _keep(by, event, paper)
        return event


def end_by_notice(*, by: Staff, restriction: Restriction, on: date, words: str) -> RestrictionEvent:
    """The practice told the patient on this day that it ends: for what comes after that day, never for what was paid
    in full (164.522(a)(2)(iii)). `words` say how the patient was told."""
    check_may_answer_restriction(by, restriction)
    with transaction.atomic():
        row, facts = _locked(restriction)
        refusal = refusal_to_end_by_notice(facts, days.today())
        if refusal is None and facts.notice_on is not None:
            refusal = Refusal("RESTRICTION_NOTICE_BEFORE", "The patient was told already.", "See its history.")
        if refusal is None and not words.strip():
            refusal = Refusal("RESTRICTION_NO_WORDS", "It is not said how the patient was told.", "Write it down.")
        if refusal:
            raise Refused(refusal)
        _check_day(on, facts.agreed_on or row.received_on)
        return _add(by, row, Event.ENDED_BY_NOTICE, on, words)


def mark_restriction_as_error(*, by: Staff, restriction: Restriction, words: str) -> RestrictionEvent:
    """The request was never made so (wrong patient, wrong session): it binds no more and stays, marked, with why.

    What was paid in full is marked once the patient ended it: `end_by_patient`.
    """
    check_may_answer_restriction(by, restriction)
    with transaction.atomic():
        row, facts = _locked(restriction)
        if refusal := refusal_to_mark_as_error(facts):
            raise Refused(refusal)
        if not words.strip():
            raise Refused(Refusal("RESTRICTION_NO_WORDS", "It is not said what the mistake was.", "Write it down."))
        event = _add(by, row, Event.RECORDED_IN_ERROR, days.today(), words)
        close_task(
            kind=TaskKind.RESTRICTION_ANSWER, subject=row, by=by, state=TaskState.DROPPED, reason="recorded in error"
        )
        return event


def make_restriction_letter(*, by: Staff, restriction: Restriction, notice: bool = False) -> RestrictionLetter:
    """Freeze the letter that tells the patient where it stands, or, with `notice`, that the practice ends it.

    Call outside a transaction: it takes a second. Raises Refused while there is no answer, PdfFailed.
    """
    check_may_record(by, restriction.patient)
    row = restrictions_of(restriction.patient).get(pk=restriction.pk)
    line = line_of_restriction(row)
    refusal = None
    if notice:
        refusal = refusal_to_end_by_notice(line.facts, days.today())
    elif line.state in (RestrictionState.WAITING, RestrictionState.ERROR):
        refusal = Refusal("RESTRICTION_NO_ANSWER", "There is no answer yet.", "The compliance officer answers first.")
    if refusal:
        raise Refused(refusal)
    to = letter_address(row.patient, days.today())
    data = letter_about(line, to, notice=notice)
    with transaction.atomic():
        letter = RestrictionLetter.objects.create(
            restriction=row, address=to.text if to else "", data=data, sha256=sha256(data).hexdigest(), made_by=by
        )
        record(by=by, event=AuditEvent.ISSUED, subject=letter, patient_id=row.patient_id)
    return letter


def record_letter_sent(
    *, by: Staff, restriction: Restriction, on: date, words: str, by_mouth: bool = False
) -> RestrictionEvent:
    """The patient was told the answer on this day; `words` say how. Nothing waits any more.

    Raises Refused when the newest letter is not addressed where the patient wanted letters on that day, unless the
    patient was told by word of mouth.
    """
    check_may_record(by, restriction.patient)
    with transaction.atomic():
        row, facts = _locked(restriction)
        if state(facts, days.today()) == RestrictionState.WAITING:
            raise Refused(
                Refusal("RESTRICTION_NO_ANSWER", "There is no answer yet.", "The compliance officer answers first.")
            )
        _check_day(on, row.received_on)
        newest = letters_of(row).first()
        if newest and not by_mouth and (refusal := refusal_to_send(row.patient, newest.address, on)):
            raise Refused(refusal)
        event = _add(by, row, Event.LETTER_SENT, on, words)
        close_task(kind=TaskKind.RESTRICTION_ANSWER, subject=row, by=by)
        return event


def record_asked_not_further(*, by: Staff, patient: Patient, release_id: UUID, on: date, words: str) -> None:
    """The recipient of restricted records in an emergency was asked not to use them further (164.522(a)(1)(iv)).

    Written down at every restriction in force; `words` say who was asked and how.
    """
    check_may_record(by, patient)
    _refuse_future(on)
    with transaction.atomic():
        lock_restrictions(patient.pk)
        for row in restrictions_of(patient):
            if line_of_restriction(row).binds:
                _add(by, row, Event.ASKED_NOT_FURTHER, on, words, release_id)


def _locked(restriction: Restriction) -> tuple[Restriction, RestrictionFacts]:
    lock_restrictions(restriction.patient_id)
    row = restrictions_of(restriction.patient).get(pk=restriction.pk)
    return row, facts_of(row)


def _add(
    by: Staff, row: Restriction, kind: Event, on: date, words: str, release_id: UUID | None = None
) -> RestrictionEvent:
    record(by=by, event=AuditEvent.RESTRICTED, subject=row, patient_id=row.patient_id, detail=kind.value)
    return RestrictionEvent.objects.create(
        restriction=row, kind=kind, happened_on=on, words=words.strip(), release=release_id, recorded_by=by
    )


def _keep(by: Staff, event: RestrictionEvent, paper: CheckedUpload) -> None:
    RestrictionPaper.objects.create(
        event=event,
        data=paper.data,
        kind=paper.kind,
        size=len(paper.data),
        pages=paper.pages,
        sha256=paper.sha256,
        added_by=by,
    )


def _check_day(on: date, earliest: date) -> None:
    _refuse_future(on)
    if on < earliest:
        raise Refused(Refusal("RESTRICTION_TOO_EARLY", "This day is before there was anything to answer or end."))


def _refuse_future(on: date) -> None:
    if on > days.today():
        raise Refused(Refusal("EVENT_IN_THE_FUTURE", "This day is in the future.", "Give the day it happened."))
