"""Recording an authorization, and everything that happens to it since. Every act adds a row and checks who may."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from functools import wraps
from typing import Any, ParamSpec, TypedDict, TypeVar, Unpack
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure import days
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.pages import page
from practice.infrastructure.refusals import Refusal, Refused
from practice.infrastructure.uploads import CheckedUpload
from practice.people.models import Patient, PersonalRepresentative, Staff
from practice.people.rules import Role
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind

from .. import queries, rules
from ..models import Authorization, AuthorizationEvent, FormVersion, Signature, SignedPaper
from ..policies import check_may_record
from ..rules import REPEATABLE, REVOCATIONS, EventKind
from ..rules.choices import SignatureWay

COPY_WITHIN_DAYS = 7
NEED_A_SIGNATURE = frozenset({EventKind.COPY_GIVEN, EventKind.FULFILLED})
# what stays true of the paper when its record is corrected
CARRIED_ALONG = frozenset(
    {EventKind.COPY_GIVEN, EventKind.EXPIRY_EVENT_KNOWN, EventKind.KNOWN_FALSE, EventKind.FULFILLED}
)


P = ParamSpec("P")
R = TypeVar("R")


def checked(act: Callable[P, R]) -> Callable[P, R]:
    """Run an act in one transaction, after asking whether `by` may.

    The question stands before the transaction: a refused attempt stays in the audit trail when the act leaves none.
    """

    @wraps(act)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        given: dict[str, Any] = kwargs
        authorization = given.get("authorization")
        check_may_record(given["by"], authorization.patient if authorization else given["patient"])
        with transaction.atomic():
            return act(*args, **kwargs)

    return run


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


def lock_for_release(authorization_id: UUID | str) -> Authorization:
    """Hold this authorization until the transaction ends, and read it as it stands now.

    A release and a revocation take the same lock, so that one of them is first. Call inside `transaction.atomic`.
    Raises Authorization.DoesNotExist for no such id.
    """
    advisory_lock(f"authorization:{authorization_id}")
    return queries.for_release(authorization_id)


@checked
def record_authorization(
    *,
    by: Staff,
    patient: Patient,
    paper: CheckedUpload | None = None,
    received_at: datetime | None = None,
    prepared_from: Authorization | None = None,
    new_id: UUID | None = None,
    **elements: Unpack[Elements],
) -> Authorization:
    """Record what a signed paper says, with its scan, whatever is wrong with it: defects are derived, never stored.

    `received_at` is when the paper came in (default now). Raises Refused for who may not, for a receipt in the future,
    and for a representative or an earlier record of somebody else.
    """
    now = timezone.now()
    _refuse_future(received_at or now, now)
    representative = elements.get("representative")
    for other in (representative, prepared_from):
        if other is not None and other.patient_id != patient.pk:
            raise Refused(Refusal("AUTHORIZATION_OTHER_PATIENT", "This belongs to another patient."))
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
        _keep_paper(by, authorization, paper)
    record(by=by, event=AuditEvent.RECORDED, subject=authorization, patient_id=patient.pk)
    if rules.copy_due(queries.facts_of(authorization)):
        due_on = days.add_days(days.local_date(authorization.received_at), COPY_WITHIN_DAYS)
        _ask(TaskKind.AUTHORIZATION_COPY, due_on, authorization, Role.FRONT_DESK)
    return authorization


@checked
def correct_authorization(
    *,
    by: Staff,
    authorization: Authorization,
    paper: CheckedUpload | None = None,
    received_at: datetime | None = None,
    **elements: Unpack[Elements],
) -> Authorization:
    """Record anew what was entered wrongly; the old record stays, marked, and can no longer be used.

    The scan goes along unless a new one is given. Raises Refused where the patient has taken it back: nobody enters a
    revocation away.
    """
    locked = lock_for_release(authorization.pk)
    happened = {event.kind for event in locked.events.all()}
    if signed_on_a_screen(locked):
        raise Refused(
            Refusal(
                "AUTHORIZATION_AS_SIGNED",
                "This cannot be corrected: it stands here as the signer saw and signed it.",
                "If something in it is wrong, have a new form signed.",
            )
        )
    if happened & (REVOCATIONS | {EventKind.RECORDED_IN_ERROR}):
        raise Refused(
            Refusal(
                "AUTHORIZATION_CLOSED_TO_CORRECTION",
                "This record cannot be corrected any more: the patient took it back, or it was corrected before.",
                "Record the new paper as a new authorization.",
            )
        )
    elements.setdefault("template_version", locked.template_version)
    elements.setdefault("info_kinds", locked.info_kinds)
    corrected = record_authorization(
        by=by,
        patient=locked.patient,
        paper=paper,
        received_at=received_at or locked.received_at,
        prepared_from=locked,
        **elements,
    )
    if paper is None:
        for old in locked.papers.filter(event=None):
            _keep_paper(by, corrected, CheckedUpload(old.kind, old.data, old.sha256))
    for event in locked.events.all():
        if event.kind in CARRIED_ALONG:
            _add(by, corrected, EventKind(event.kind), event.happened_on, event.how)
    _add(by, locked, EventKind.RECORDED_IN_ERROR, days.today(), "")
    close_task(kind=TaskKind.AUTHORIZATION_COPY, subject=locked, by=by)
    if not rules.copy_due(queries.facts_of(queries.for_release(corrected.pk))):
        close_task(kind=TaskKind.AUTHORIZATION_COPY, subject=corrected, by=by)
    return corrected


@checked
def add_paper(*, by: Staff, authorization: Authorization, paper: CheckedUpload) -> SignedPaper:
    """Keep a scan of the signed paper with its record."""
    kept = _keep_paper(by, authorization, paper)
    record(by=by, event=AuditEvent.RECORDED, subject=kept, patient_id=authorization.patient_id)
    return kept


@checked
def record_event_known(
    *, by: Staff, authorization: Authorization, known_on: date, how: str, occurred_on: date | None = None
) -> AuthorizationEvent:
    """Record on which day, and how, the practice learned that the event that ends it has happened (R-044).

    `occurred_on` is the day it happened in the world, where that is known; it decides nothing (W-16).
    """
    if occurred_on and occurred_on > known_on:
        raise Refused(
            Refusal(
                "EVENT_KNOWN_BEFORE",
                "The practice cannot have learned of it before it happened.",
                "Check the two days.",
            )
        )
    ask_how = "Say how the practice learned."
    return _happened(by, authorization, EventKind.EXPIRY_EVENT_KNOWN, known_on, how, ask_how, occurred_on=occurred_on)


@checked
def record_known_false(*, by: Staff, authorization: Authorization, known_on: date, what: str) -> AuthorizationEvent:
    """Record that something in it that matters is known to be false (D5)."""
    return _happened(by, authorization, EventKind.KNOWN_FALSE, known_on, what, "Say what is false.")


@checked
def record_copy_given(*, by: Staff, authorization: Authorization, given_on: date, how: str) -> AuthorizationEvent:
    """Record that the patient got a copy of the signed form, and how (F2, 164.508(c)(4))."""
    event = _happened(by, authorization, EventKind.COPY_GIVEN, given_on, how, "Say how the copy was given.")
    close_task(kind=TaskKind.AUTHORIZATION_COPY, subject=authorization, by=by)
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
    return _happened(by, authorization, EventKind.FULFILLED, on, how, "")


def _happened(
    by: Staff,
    authorization: Authorization,
    kind: EventKind,
    on: date,
    how: str,
    ask_how: str,
    *,
    occurred_on: date | None = None,
) -> AuthorizationEvent:
    """One dated event after the usual checks, under the lock that a release takes."""
    locked = _lock_current(authorization)
    if on > days.today():
        raise Refused(Refusal("EVENT_IN_THE_FUTURE", "This day is in the future.", "Give the day it happened."))
    signed_on = queries.facts_of(locked).signed_on
    if kind in NEED_A_SIGNATURE and (signed_on is None or on < signed_on):
        words = "This day is before the day of the signature." if signed_on else "No day of a signature is recorded."
        raise Refused(Refusal("EVENT_BEFORE_SIGNED", words, "Check the day and the authorization."))
    if ask_how and not how.strip():
        raise Refused(Refusal("EVENT_WITHOUT_WORDS", "This is not complete.", ask_how))
    event = _add(by, locked, kind, on, how, occurred_on=occurred_on)
    record(by=by, event=AuditEvent.RECORDED, subject=locked, patient_id=locked.patient_id, detail=kind.value)
    return event


def _lock_current(authorization: Authorization) -> Authorization:
    """The record under lock. Refused where it was corrected meanwhile: what is recorded must reach the one in use."""
    locked = lock_for_release(authorization.pk)
    if any(event.kind == EventKind.RECORDED_IN_ERROR for event in locked.events.all()):
        corrected = queries.corrected_by(locked)
        link = page("authorization-open", corrected.pk) if corrected else ""
        raise Refused(
            Refusal(
                "AUTHORIZATION_CORRECTED",
                "This record was corrected meanwhile and is not used any more.",
                "Record it with the corrected one.",
                link=link,
            )
        )
    return locked


def _add(
    by: Staff,
    authorization: Authorization,
    kind: EventKind,
    on: date,
    how: str,
    *,
    received_at: datetime | None = None,
    occurred_on: date | None = None,
    holds: bool = False,
    policy_version: UUID | None = None,
) -> AuthorizationEvent:
    if kind not in REPEATABLE and authorization.events.filter(kind=kind).exists():
        raise Refused(Refusal("EVENT_RECORDED_BEFORE", "This is recorded already.", "See its history."))
    return AuthorizationEvent.objects.create(
        authorization=authorization,
        kind=kind,
        happened_on=on,
        received_at=received_at,
        occurred_on=occurred_on,
        how=how.strip(),
        holds=holds,
        policy_version=policy_version,
        recorded_by=by,
    )


def signed_on_a_screen(authorization: Authorization) -> bool:
    """Whether the signer read it on a screen and signed there: then nothing in it was typed off a paper."""
    signature: Signature | None = getattr(authorization, "signature", None)
    return signature is not None and signature.way != SignatureWay.PAPER


def _keep_paper(
    by: Staff, authorization: Authorization, paper: CheckedUpload, *, event: AuthorizationEvent | None = None
) -> SignedPaper:
    return SignedPaper.objects.create(
        authorization=authorization,
        event=event,
        data=paper.data,
        kind=paper.kind,
        size=len(paper.data),
        sha256=paper.sha256,
        added_by=by,
    )


def _ask(kind: TaskKind, due_on: date, authorization: Authorization, role: Role) -> None:
    add_task(kind=kind, due_on=due_on, subject=authorization, patient=authorization.patient, role=role)


def _refuse_future(instant: datetime, now: datetime) -> None:
    if instant > now:
        raise Refused(
            Refusal("RECEIVED_IN_THE_FUTURE", "It cannot have been received in the future.", "Check day and time.")
        )
