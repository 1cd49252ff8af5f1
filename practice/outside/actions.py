"""Making, answering, using and ending links.

Outside, every answer that does not open a link is the same answer: whether there is such a link, whether it was used,
has expired or was stopped, and whether the birth date or the code was wrong.
"""

import logging
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent, Outcome
from practice.infrastructure.days import local_date
from practice.infrastructure.pages import page
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, PersonalRepresentative, Staff
from practice.people.rules import Role
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind

from .models import Link
from .policies import check_may_make
from .rules import (
    GRACE,
    MOST_SERVED,
    PASS_FOR,
    RECORDED_TRIES,
    TRIES,
    CodeGiven,
    LinkClosed,
    LinkPurpose,
    code_hash,
    hash_of,
    new_code,
    new_token,
    same,
)
from .signals import LinkSpent, link_passed

logger = logging.getLogger("practice.outside")


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link just made. Address and code are shown to staff this once, and kept nowhere."""

    link: Link
    address: str = field(repr=False)
    code: str = field(repr=False)


def refusal_to_make(patient: Patient) -> Refusal | None:
    """Why no link can be made for this patient now, or None."""
    if not settings.OUTSIDE_HOST:
        return Refusal(
            "LINKS_NOT_SET_UP",
            "This practice has not set up links for patients.",
            "Whoever looks after the machine sets PRACTICE_OUTSIDE_HOST; until then use the tablet or paper.",
        )
    if patient.birth_date is None:
        return Refusal(
            "LINK_NEEDS_BIRTH_DATE",
            "A link asks for the patient's date of birth, and none is recorded.",
            "Enter the date of birth first.",
            "45 CFR 164.514(h)(1)",
            link=page("patient-edit", patient.pk),
        )
    return None


@transaction.atomic
def make_link(
    *,
    by: Staff,
    purpose: LinkPurpose,
    subject_id: UUID,
    patient: Patient,
    days: int,
    code_given: CodeGiven,
    representative: PersonalRepresentative | None = None,
) -> NewLink:
    """One new link in place of every open one to the same record. The caller has checked what it opens.

    Raises Http404 for a patient `by` does not work with, Refused where links are not set up or nothing can be asked.
    """
    check_may_make(by, patient)
    if refusal := refusal_to_make(patient):
        raise Refused(refusal)
    _close_open(purpose, subject_id, LinkClosed.REPLACED, by)
    token, code, now = new_token(), new_code(), timezone.now()
    link = Link.objects.create(
        purpose=purpose,
        subject_id=subject_id,
        patient=patient,
        representative=representative,
        token_hash=hash_of(token),
        code_hash=code_hash(token, code),
        code_given=code_given,
        made_by=by,
        made_at=now,
        expires_at=now + timedelta(days=days),
    )
    record(by=by, event=AuditEvent.LINK_MADE, subject=link, patient_id=patient.pk, detail=purpose)
    path = reverse("link-answer", args=[token], urlconf="practice.outside_urls")
    return NewLink(link, f"{settings.OUTSIDE_ADDRESS}{path}", code)


@transaction.atomic
def stop_link(*, by: Staff, link: Link) -> Link:
    """End a link that was not used, or take note of one that ended by itself."""
    locked = Link.objects.select_for_update().get(pk=link.pk)
    check_may_make(by, locked.patient)
    if locked.may_be_answered(timezone.now()) or (locked.pass_hash and locked.closed_at is None):
        _close(locked, LinkClosed.STOPPED, by)
    _close_tasks(locked, by)
    return locked


@transaction.atomic
def expire_link(*, link: Link, now: datetime, ask: bool) -> None:
    """Close a link whose time is over, once; with `ask` whoever made it is to see what is done instead."""
    locked = Link.objects.select_for_update(of=("self",)).select_related("patient", "made_by").get(pk=link.pk)
    if locked.closed_at or locked.used_at or now < locked.expires_at or locked.is_passed(now):
        return
    _close(locked, LinkClosed.EXPIRED, None)
    if ask:
        maker = locked.made_by
        add_task(
            kind=TaskKind.LINK_EXPIRED,
            due_on=local_date(now),
            subject=locked,
            patient=locked.patient,
            person=maker if maker.is_active else None,
            role="" if maker.is_active else Role.FRONT_DESK,
        )


def _close_tasks(link: Link, by: Staff | None) -> None:
    for kind in (TaskKind.LINK_CLOSED, TaskKind.LINK_EXPIRED):
        close_task(kind=kind, subject=link, by=by)


@transaction.atomic
def stop_links_to(
    *, by: Staff | None, purpose: LinkPurpose, subject_id: UUID, why: LinkClosed = LinkClosed.STOPPED
) -> int:
    """End every open link to a record that is not to be opened any more. Out: how many."""
    return _close_open(purpose, subject_id, why, by)


def _close_open(purpose: LinkPurpose, subject_id: UUID, why: LinkClosed, by: Staff | None) -> int:
    rows = Link.objects.select_for_update().filter(purpose=purpose, subject_id=subject_id)
    open_rows = [row for row in rows.filter(closed_at__isnull=True, used_at__isnull=True)]
    for row in open_rows:
        _close(row, why, by)
    for row in rows.filter(closed_why__in=[LinkClosed.WRONG_ANSWERS, LinkClosed.EXPIRED]):
        _close_tasks(row, by)
    return len(open_rows)


def _close(link: Link, why: LinkClosed, by: Staff | None) -> None:
    link.closed_at, link.closed_why, link.closed_by, link.pass_hash = timezone.now(), why, by, ""
    link.save(update_fields=["closed_at", "closed_why", "closed_by", "pass_hash"])
    record(by=by, event=AuditEvent.CHANGED, subject=link, patient_id=link.patient_id, detail=f"link_{why}")


def pass_link(*, token: str, birth_date: date, code: str) -> str:
    """Answer a link's questions. Out: the pass that this browser keeps from now on, or "" for every other reason.

    What the link is for happens now (a release is committed) or not at all. Call outside a transaction.
    """
    link = _answered(token, birth_date, code)
    if link is None:
        return ""
    try:
        link_passed.send(sender=Link, link=link)
    except LinkSpent:
        _note_failed(link, "not_possible")
        return ""
    return _admit(link)


@transaction.atomic
def _answered(token: str, birth_date: date, code: str) -> Link | None:
    """The link, if it may be opened and both answers are right; a wrong answer is counted under the lock."""
    given, now = code_hash(token, code), timezone.now()
    link = Link.objects.select_for_update(of=("self",)).select_related("patient", "made_by")
    found = link.filter(token_hash=hash_of(token)).first()
    right = same(given, found.code_hash if found else given[::-1])
    if found is None:
        return None
    if found.may_be_answered(now) and right and found.patient.birth_date == birth_date and found.made_by.is_active:
        return found
    found.failed = min(found.failed + 1, 30_000)
    found.save(update_fields=["failed"])
    _note_failed(found, "answers" if found.may_be_answered(now) else "dead")
    if found.failed >= TRIES and found.may_be_answered(now):
        _close(found, LinkClosed.WRONG_ANSWERS, None)
        add_task(
            kind=TaskKind.LINK_CLOSED,
            due_on=local_date(now),
            subject=found,
            patient=found.patient,
            person=found.made_by,
        )
    return None


def _note_failed(link: Link, why: str) -> None:
    if link.failed <= RECORDED_TRIES:
        record(
            by=None,
            event=AuditEvent.LINK_FAILED,
            subject=link,
            patient_id=link.patient_id,
            outcome=Outcome.REFUSED,
            detail=why,
        )


@transaction.atomic
def _admit(link: Link) -> str:
    """Give this browser the pass; another browser that had one has none any more, and can be told why."""
    locked = Link.objects.select_for_update().get(pk=link.pk)
    now, secret = timezone.now(), new_token()
    if not locked.may_be_answered(now):
        return ""
    if locked.pass_hash:
        locked.left_passes.append(locked.pass_hash)
    locked.passed_at, locked.pass_hash, locked.pass_until = now, hash_of(secret), now + PASS_FOR
    locked.save(update_fields=["passed_at", "pass_hash", "left_passes", "pass_until"])
    record(by=None, event=AuditEvent.LINK_USED, subject=locked, patient_id=locked.patient_id, detail="passed")
    return secret


@transaction.atomic
def use_link(*, link: Link) -> Link:
    """What the link was for begins now: nobody opens it again. A download may be repeated by the same browser.

    Raises LinkSpent when it was used, stopped or too late meanwhile. In the caller's transaction, if there is one.
    """
    locked = Link.objects.select_for_update().get(pk=link.pk)
    now = timezone.now()
    if not locked.is_passed(now) or locked.pass_hash != link.pass_hash or locked.served >= MOST_SERVED:
        raise LinkSpent
    if locked.used_at is None:
        locked.used_at, locked.pass_until = now, now + GRACE
    locked.served += 1
    locked.save(update_fields=["used_at", "pass_until", "served"])
    record(by=None, event=AuditEvent.LINK_USED, subject=locked, patient_id=locked.patient_id, detail=locked.purpose)
    return locked
