"""Recording an authorization, and everything that happens to it since. Every act adds a row and checks who may."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypedDict, Unpack, cast
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure import days
from practice.infrastructure.pages import page
from practice.infrastructure.refusals import Refusal, Refused
from practice.infrastructure.uploads import CheckedUpload
from practice.people.models import Patient, PersonalRepresentative, Staff
from practice.people.policies import require_role
from practice.people.rules import Role
from practice.worklist.actions import close_task
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState

from .. import queries, rules
from ..models import Authorization, AuthorizationEvent, FormVersion, Signature, SignedPaper
from ..queries import same
from ..queries.signing import Signer, is_only_scan, lacking
from ..rules import REVOCATIONS, EventKind
from ..rules.choices import MISTAKEN, UNWANTED, IdentityCheck, SignatureWay
from ..signals import authorization_corrected, authorization_ended
from .events import COPY_WITHIN_DAYS, ask, checked, happened, keep_paper, lock_current, lock_for_release, refuse_future
from .signing import check_paper, check_signer, who_signed

# what stays true of the paper when its record is corrected
CARRIED_ALONG = frozenset(
    {
        EventKind.COPY_GIVEN,
        EventKind.EXPIRY_EVENT_KNOWN,
        EventKind.KNOWN_FALSE,
        EventKind.FULFILLED,
        EventKind.RELEASE_DECLINED,
        EventKind.DECLINE_TAKEN_BACK,
        EventKind.ANSWER_SENT,
        EventKind.OFFERED_AGAIN,
    }
    | UNWANTED
    | frozenset(MISTAKEN.values())
)


class Elements(TypedDict, total=False):
    """What stands on the paper, by the field names of `Authorization`. What is left out counts as missing."""

    record_classes: Sequence[str]
    info_description: str
    covers_from: date | None
    covers_to: date | None
    pn_scope: str
    pn_originator: Staff | None
    pn_session_dates: Sequence[date]
    info_kinds: Sequence[str]
    discloser: str
    recipient_name: str
    recipient_class: str
    recipient_address: str
    purpose: str
    individual_initiated: bool
    research: bool
    expires_on: date | None
    expires_event: str
    expires_event_relates: bool
    signature_method: str
    signed_on: date | None
    signer_role: str
    signer_name: str
    name_confirmed: bool
    representative: PersonalRepresentative | None
    authority_description: str
    minor_rule: str
    stmt_revocation: bool
    stmt_conditioning: str
    stmt_redisclosure: bool
    remuneration_applies: bool
    stmt_remuneration: bool
    combined_with: Sequence[str]
    conditioned_on: str
    conditioning_ground: str
    template_version: FormVersion | None


@checked
def record_authorization(
    *,
    by: Staff,
    patient: Patient,
    paper: CheckedUpload | None = None,
    received_at: datetime | None = None,
    prepared_from: Authorization | None = None,
    new_id: UUID | None = None,
    another_paper: bool = False,
    **elements: Unpack[Elements],
) -> Authorization:
    """Record what a signed paper says, with its scan, whatever is wrong with it: defects are derived, never stored.

    `received_at` is when the paper came in (default now). `another_paper`: somebody compared it with the record it
    looks like. Raises Refused for who may not, for a receipt in the future, for a representative or an earlier record
    of somebody else, and for what looks like a paper that was taken back or has ended.
    """
    now = timezone.now()
    refuse_future(received_at or now, now)
    representative = elements.get("representative")
    for other in (representative, prepared_from):
        if other is not None and other.patient_id != patient.pk:
            raise Refused(Refusal("AUTHORIZATION_OTHER_PATIENT", "This belongs to another patient."))
    if not another_paper and same.is_any_ended(patient):
        _refuse_ended(patient, paper, prepared_from, elements)
    authorization = Authorization.objects.create(
        pk=new_id or uuid4(),
        patient=patient,
        recorded_by=by,
        recorded_at=now,
        received_at=received_at or now,
        prepared_from=prepared_from,
        **elements,
    )
    if paper is not None:
        keep_paper(by, authorization, paper)
    record(by=by, event=AuditEvent.RECORDED, subject=authorization, patient_id=patient.pk)
    if rules.copy_due(queries.facts_of(authorization)):
        due_on = days.add_days(days.local_date(authorization.received_at), COPY_WITHIN_DAYS)
        ask(TaskKind.AUTHORIZATION_COPY, due_on, authorization, Role.FRONT_DESK)
    return authorization


def _refuse_ended(
    patient: Patient, paper: CheckedUpload | None, prepared_from: Authorization | None, elements: Elements
) -> None:
    found = same.recorded_before(
        patient,
        on=days.today(),
        signed_on=elements.get("signed_on"),
        record_classes=elements.get("record_classes", ()),
        recipient_name=elements.get("recipient_name", ""),
        recipient_class=elements.get("recipient_class", ""),
        sha256=paper.sha256 if paper else "",
        besides=[prepared_from.pk] if prepared_from else (),
    )
    if line := same.ended_of(found):
        raise Refused(
            Refusal(
                "AUTHORIZATION_TAKEN_BACK",
                "This looks like a paper that was taken back or has ended: the same scan, or the same recipient and "
                "records, signed before.",
                "If it is another paper, say so. What was taken back or has ended is not recorded anew.",
                "45 CFR 164.508(b)(2)(iii)",
                page("authorization-open", line.authorization.pk),
            )
        )


AS_SIGNED = Refusal(
    "AUTHORIZATION_AS_SIGNED",
    "This cannot be corrected: it stands here as the signer saw and signed it.",
    "If something in it is wrong, have a new form signed.",
)
PRINTED_HERE = Refusal(
    "AUTHORIZATION_PRINTED_HERE",
    "What this form says was printed here, so nobody entered it wrongly.",
    "Correct the ticks of what is on the paper; if the form itself is wrong, have a new one signed.",
)


@checked
def correct_authorization(
    *,
    by: Staff,
    authorization: Authorization,
    why: str,
    paper: CheckedUpload | None = None,
    received_at: datetime | None = None,
    another_paper: bool = False,
    **elements: Unpack[Elements],
) -> Authorization:
    """Record anew what was entered wrongly, and why; the old record stays, marked, and can no longer be used.

    The scan goes along unless a new one is given. Raises Refused where the patient has taken it back: nobody enters a
    revocation away; for a form of ours, whose words nobody typed off a paper; and without a reason, unless nothing but
    the scan is here yet.
    """
    locked = _to_correct(authorization)
    if getattr(locked, "signature", None) is not None:
        raise Refused(PRINTED_HERE)
    if not is_only_scan(locked):
        _ask_why(why)
    elements.setdefault("template_version", locked.template_version)
    elements.setdefault("info_kinds", locked.info_kinds)
    corrected = record_authorization(
        by=by,
        patient=locked.patient,
        paper=paper,
        received_at=received_at or locked.received_at,
        prepared_from=locked,
        another_paper=another_paper,
        **elements,
    )
    _carry_along(by, locked, corrected, why, with_scan=paper is None)
    return corrected


@checked
def correct_ticks(
    *,
    by: Staff,
    authorization: Authorization,
    signer: Signer,
    signed_on: date | None,
    identity_how: IdentityCheck,
    on_paper: Collection[str],
    why: str,
) -> Authorization:
    """Say anew what somebody saw on the paper of a form of ours: the ticks, who signed, on which day, how they
    were known; with the reason. What was printed stays.

    Raises Refused for anything else, for a paper without a signature, for a signer who may not and did not stand there
    before, without a reason, and as `correct_authorization`.
    """
    locked = _to_correct(authorization)
    signature: Signature | None = getattr(locked, "signature", None)
    if signature is None:
        raise Refused(Refusal("PAPER_NOT_SIGNED", "Nobody signed this paper.", "Have a new form signed."))
    check_paper(locked, signed_on, on_paper)
    representative = signer.representative.pk if signer.representative else None
    same_signer = signature.representative_id == representative
    if not same_signer:
        check_signer(locked, signer, signed_on)
    _ask_why(why)
    elements: dict[str, Any] = {name: getattr(locked, name) for name in Elements.__annotations__}
    corrected = record_authorization(
        by=by,
        patient=locked.patient,
        received_at=locked.received_at,
        prepared_from=locked,
        **cast(Elements, elements),
    )
    said: dict[str, Any] = {
        "authorization": corrected,
        "not_on_paper": lacking(locked, on_paper),
        "signed_on": signed_on,
        **({} if same_signer else who_signed(signer)),
    }
    if identity_how != signature.identity_how:
        said |= {"identity_how": identity_how, "identity_checked_by": by}
    fields = [field for field in Signature._meta.concrete_fields if field.name not in {"id", *said}]
    kept = {field.attname: getattr(signature, field.attname) for field in fields}
    Signature.objects.create(**kept, **said)
    _carry_along(by, locked, corrected, why, with_scan=True)
    return corrected


def _to_correct(authorization: Authorization) -> Authorization:
    locked = lock_for_release(authorization.pk)
    if signed_on_a_screen(locked):
        raise Refused(AS_SIGNED)
    refuse_closed(locked)
    return locked


def refuse_closed(authorization: Authorization) -> None:
    """Raises Refused for a record that nobody corrects any more."""
    if {event.kind for event in authorization.events.all()} & (REVOCATIONS | {EventKind.RECORDED_IN_ERROR}):
        raise Refused(
            Refusal(
                "AUTHORIZATION_CLOSED_TO_CORRECTION",
                "This record cannot be corrected any more: the patient took it back, or it was corrected before.",
                "Record a new paper as a new authorization.",
                link=page("authorization-open", authorization.pk),
            )
        )


def _ask_why(why: str) -> None:
    if not why.strip():
        raise Refused(Refusal("EVENT_WITHOUT_WORDS", "This is not complete.", "Say what was wrong with the record."))


def _carry_along(by: Staff, locked: Authorization, corrected: Authorization, why: str, *, with_scan: bool) -> None:
    """What stays true of the paper goes along to the record that corrects it; the old one is marked."""
    if with_scan:
        for old in locked.papers.filter(event=None):
            keep_paper(by, corrected, CheckedUpload(old.kind, old.data, old.sha256, old.pages))
    _carry_events(locked.events.all(), corrected)
    # marked at the instant the new record was made: what somebody else prepares from it meanwhile does not correct it
    locked.events.create(
        kind=EventKind.RECORDED_IN_ERROR,
        happened_on=days.today(),
        how=why.strip(),
        recorded_by=by,
        recorded_at=corrected.recorded_at,
    )
    close_task(kind=TaskKind.AUTHORIZATION_COPY, subject=locked, by=by)
    _carry_answer(by, locked, corrected)
    if rules.copy_due(queries.facts_of(queries.for_release(corrected.pk))):
        due_on = days.add_days(days.local_date(corrected.received_at), COPY_WITHIN_DAYS)
        ask(TaskKind.AUTHORIZATION_COPY, due_on, corrected, Role.FRONT_DESK)
    else:
        close_task(kind=TaskKind.AUTHORIZATION_COPY, subject=corrected, by=by)
    authorization_corrected.send(sender=Authorization, authorization=queries.for_release(corrected.pk))


def _carry_events(events: Iterable[AuthorizationEvent], corrected: Authorization) -> None:
    """What stays true, in the same order, each with who recorded it: a therapist's decision stays that therapist's."""
    for event in sorted(events, key=lambda event: event.recorded_at):
        if event.kind in CARRIED_ALONG:
            corrected.events.create(
                kind=event.kind,
                happened_on=event.happened_on,
                occurred_on=event.occurred_on,
                how=event.how,
                recorded_by=event.recorded_by,
            )


def _carry_answer(by: Staff, old: Authorization, corrected: Authorization) -> None:
    """The answer that the patient still waits for is asked about the record in use, by the same day."""
    kind = TaskKind.DECLINE_ANSWER
    task = Task.objects.filter(
        kind=kind, subject_type=old._meta.label_lower, subject_id=old.pk, state=TaskState.OPEN
    ).first()
    if task is not None:
        close_task(kind=kind, subject=old, by=by, state=TaskState.DROPPED, reason="record corrected")
        ask(kind, task.due_on or days.today(), corrected, Role.FRONT_DESK)


@checked
def add_paper(*, by: Staff, authorization: Authorization, paper: CheckedUpload) -> SignedPaper:
    """Keep a scan of the signed paper with its record. Where its words were entered without it, nothing is released
    until somebody has compared the two (`record_compared`).
    """
    entered = bool(authorization.signature_method) and not is_only_scan(authorization)
    kept = keep_paper(by, authorization, paper, to_compare=entered)
    record(by=by, event=AuditEvent.RECORDED, subject=kept, patient_id=authorization.patient_id)
    return kept


@checked
def record_compared(*, by: Staff, authorization: Authorization, paper_id: UUID) -> AuthorizationEvent:
    """Record that somebody held this scan beside what had been entered without it, and found all of it there.

    Raises Refused where it is not the newest scan any more: nobody has looked at that one.
    """
    locked = lock_current(authorization)
    newest = locked.papers.filter(event=None).defer("data").order_by("-added_at").first()
    if newest is None or newest.pk != paper_id:
        raise Refused(Refusal("ANOTHER_SCAN", "Another scan came in meanwhile.", "Look at that one."))
    return happened(by, locked, EventKind.SCAN_COMPARED, days.today(), "", "")


@checked
def record_event_known(
    *,
    by: Staff,
    authorization: Authorization,
    known_on: date,
    how: str,
    occurred_on: date | None = None,
    also: Sequence[Authorization] = (),
) -> AuthorizationEvent:
    """Record on which day, and how, the practice learned that the event that ends it has happened (R-044).

    `occurred_on` is the day it happened in the world, where that is known; it decides nothing (W-16). `also` are other
    authorizations of the same patient that this event ends: recorded on all of them or on none. Raises Refused where
    one of them is another patient's, ends with another event, or was corrected or ended meanwhile.
    """
    if occurred_on and occurred_on > known_on:
        raise Refused(
            Refusal(
                "EVENT_KNOWN_BEFORE",
                "The practice cannot have learned of it before it happened.",
                "Check the two days.",
            )
        )
    for other in also:
        same_event = rules.same_words(other.expires_event, authorization.expires_event)
        if other.patient_id != authorization.patient_id or not same_event:
            raise Refused(
                Refusal("EVENT_OF_ANOTHER", "This event does not end the other authorization.", "Record it there.")
            )
    rows = {row.pk: row for row in (authorization, *also)}
    for pk in sorted(rows):  # one order for everybody, so that two people recording it do not wait for each other
        lock_for_release(pk)
    recorded = {
        pk: happened(
            by,
            row,
            EventKind.EXPIRY_EVENT_KNOWN,
            known_on,
            how,
            "Say how the practice learned.",
            occurred_on=occurred_on,
        )
        for pk, row in rows.items()
    }
    for row in rows.values():
        authorization_ended.send(sender=Authorization, authorization=row, since=known_on)
    return recorded[authorization.pk]


@checked
def record_known_false(*, by: Staff, authorization: Authorization, known_on: date, what: str) -> AuthorizationEvent:
    """Record that something in it that matters is known to be false (D5)."""
    event = happened(by, authorization, EventKind.KNOWN_FALSE, known_on, what, "Say what is false.")
    authorization_ended.send(sender=Authorization, authorization=authorization, since=known_on)
    return event


@checked
def record_mistaken(*, by: Staff, authorization: Authorization, kind: EventKind, why: str) -> AuthorizationEvent:
    """Say why an event was not known, or nothing known to be false: it was entered by mistake, and both entries stay.

    The compliance officer alone: it opens again what somebody had closed. Raises Refused where there is nothing to take
    back, without a reason, and for everybody else.
    """
    require_role(by, Role.COMPLIANCE_OFFICER)
    locked = lock_current(authorization)
    if not queries.unmistaken(locked.events.all(), kind):
        raise Refused(Refusal("NOTHING_MISTAKEN", "There is no such entry that still counts.", "See its history."))
    return happened(by, authorization, MISTAKEN[kind], days.today(), why, "Say why it was a mistake.")


@checked
def record_copy_given(*, by: Staff, authorization: Authorization, given_on: date, how: str) -> AuthorizationEvent:
    """Record that the patient got a copy of the signed form, and how (F2, 164.508(c)(4))."""
    event = happened(by, authorization, EventKind.COPY_GIVEN, given_on, how, "Say how the copy was given.")
    close_task(kind=TaskKind.AUTHORIZATION_COPY, subject=authorization, by=by)
    return event


@transaction.atomic
def record_copy_downloaded(*, authorization: Authorization, how: str) -> AuthorizationEvent:
    """Record that the signer took the copy themself, by the link they signed with: nobody of the practice did (F2)."""
    event = happened(None, authorization, EventKind.COPY_GIVEN, days.today(), how, "")
    close_task(kind=TaskKind.AUTHORIZATION_COPY, subject=authorization, by=None)
    return event


@checked
def record_fulfilled(*, by: Staff, authorization: Authorization, on: date, how: str = "") -> AuthorizationEvent:
    """Record that everything it was signed for has been handed over; it permits nothing more.

    Raises Refused while the patient is still owed a copy: the record is not closed over a missing duty (F2).
    """
    if rules.copy_due(queries.facts_of(queries.for_release(authorization.pk))):
        raise Refused(
            Refusal(
                "AUTHORIZATION_COPY_OWED",
                "The patient has not been given a copy of the signed form yet.",
                "Give the copy and record it, then close this.",
                "45 CFR 164.508(c)(4)",
                page("authorization-copy-given", authorization.pk),
            )
        )
    return happened(by, authorization, EventKind.FULFILLED, on, how, "")


def signed_on_a_screen(authorization: Authorization) -> bool:
    """Whether the signer read it on a screen and signed there: then nothing in it was typed off a paper."""
    signature: Signature | None = getattr(authorization, "signature", None)
    return signature is not None and signature.way != SignatureWay.PAPER
