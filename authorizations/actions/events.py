"""What every act on an authorization has in common: who may, the lock, the row it adds, the scan, the task."""

from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from django.db import transaction

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure import days
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.pages import page
from practice.infrastructure.refusals import Refusal, Refused
from practice.infrastructure.uploads import CheckedUpload
from practice.people.models import Staff
from practice.people.rules import Role
from practice.worklist.actions import add_task
from practice.worklist.rules import TaskKind

from .. import queries
from ..models import Authorization, AuthorizationEvent, SignedPaper
from ..policies import check_may_record
from ..rules import REPEATABLE, EventKind
from ..rules.choices import MISTAKEN

COPY_WITHIN_DAYS = 7
NEED_A_SIGNATURE = frozenset({EventKind.COPY_GIVEN, EventKind.FULFILLED})

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


def lock_for_release(authorization_id: UUID | str) -> Authorization:
    """Hold this authorization until the transaction ends, and read it as it stands now.

    A release and a revocation take the same lock, so that one of them is first. Call inside `transaction.atomic`.
    Raises Authorization.DoesNotExist for no such id.
    """
    advisory_lock(f"authorization:{authorization_id}")
    return queries.for_release(authorization_id)


def lock_current(authorization: Authorization) -> Authorization:
    """The record under lock. Refused where it was corrected meanwhile: what is recorded must reach the one in use."""
    locked = lock_for_release(authorization.pk)
    if any(event.kind == EventKind.RECORDED_IN_ERROR for event in locked.events.all()):
        corrected = queries.corrected_by(locked)
        link = page("authorization-open", corrected.pk) if corrected else ""
        raise Refused(
            Refusal(
                "AUTHORIZATION_CORRECTED",
                "This record was changed meanwhile and is not used any more.",
                "Record it with the one that took its place.",
                link=link,
            )
        )
    return locked


def happened(
    by: Staff | None,
    authorization: Authorization,
    kind: EventKind,
    on: date,
    how: str,
    ask_how: str,
    *,
    occurred_on: date | None = None,
) -> AuthorizationEvent:
    """One dated event after the usual checks, under the lock that a release takes."""
    locked = lock_current(authorization)
    if on > days.today():
        raise Refused(Refusal("EVENT_IN_THE_FUTURE", "This day is in the future.", "Give the day it happened."))
    signed_on = queries.facts_of(locked).signed_on
    if kind in MISTAKEN and queries.unmistaken(locked.events.all(), kind):
        raise Refused(RECORDED_BEFORE)
    if kind == EventKind.EXPIRY_EVENT_KNOWN and signed_on and on < signed_on:
        words = "The practice cannot have learned before the signature what ends this authorization."
        remedy = "Check the day. An event that happened before is no event that ends it: have a new form signed."
        raise Refused(Refusal("EVENT_BEFORE_SIGNED", words, remedy, "45 CFR 164.508(b)(2)(i)"))
    if kind in NEED_A_SIGNATURE and (signed_on is None or on < signed_on):
        words = "This day is before the day of the signature." if signed_on else "No day of a signature is recorded."
        raise Refused(Refusal("EVENT_BEFORE_SIGNED", words, "Check the day and the authorization."))
    if ask_how and not how.strip():
        raise Refused(Refusal("EVENT_WITHOUT_WORDS", "This is not complete.", ask_how))
    event = add_event(by, locked, kind, on, how, occurred_on=occurred_on)
    record(by=by, event=AuditEvent.RECORDED, subject=locked, patient_id=locked.patient_id, detail=kind.value)
    return event


RECORDED_BEFORE = Refusal("EVENT_RECORDED_BEFORE", "This is recorded already.", "See its history.")


def add_event(
    by: Staff | None,
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
    """One more row about an authorization. Raises Refused for what can be recorded once and is."""
    if kind not in REPEATABLE and authorization.events.filter(kind=kind).exists():
        raise Refused(RECORDED_BEFORE)
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


def keep_paper(
    by: Staff,
    authorization: Authorization,
    paper: CheckedUpload,
    *,
    event: AuthorizationEvent | None = None,
    to_compare: bool = False,
) -> SignedPaper:
    """Keep a scan with an authorization, or with the `event` it is the writing of."""
    return SignedPaper.objects.create(
        authorization=authorization,
        event=event,
        to_compare=to_compare,
        data=paper.data,
        kind=paper.kind,
        size=len(paper.data),
        pages=paper.pages,
        sha256=paper.sha256,
        added_by=by,
    )


def ask(kind: TaskKind, due_on: date, authorization: Authorization, role: Role) -> None:
    """Ask whoever has a role to do something about an authorization by a day."""
    add_task(kind=kind, due_on=due_on, subject=authorization, patient=authorization.patient, role=role)


def refuse_future(instant: datetime, now: datetime) -> None:
    """Raises Refused for a receipt that is still to come."""
    if instant > now:
        raise Refused(
            Refusal("RECEIVED_IN_THE_FUTURE", "It cannot have been received in the future.", "Check day and time.")
        )
