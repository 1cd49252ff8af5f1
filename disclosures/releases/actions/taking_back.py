"""What a revocation means for releases: who else must hear of it, what is stopped, and the letter to the patient."""

from datetime import date
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from authorizations.actions.taking_back import add_notice, check_told
from authorizations.models import Authorization, AuthorizationEvent, RevocationLetter
from authorizations.queries import facts_of, line_of, same_paper
from authorizations.rules import defects
from authorizations.rules.coverage import AUTH_NOT_THESE_ITEMS
from authorizations.rules.defect import AUTH_NO_DOCUMENT
from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import local_date, today
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.refusals import Refused
from practice.outside.actions import stop_links_to
from practice.outside.rules import LinkClosed, LinkPurpose
from practice.people.models import Staff
from practice.people.queries import letter_address, refusal_to_send
from practice.people.rules import Role
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind, TaskState

from ..documents.taking_back import confirmation_letter
from ..models import Release
from ..policies import check_may_confirm
from ..queries import gate_items, proposal_of
from ..queries.blocked import WAITING
from ..queries.taking_back import Handed, handed_over_under
from ..rules import Item, Method
from ..rules.shared import AUTH_FULFILLED, authorization_reasons


def follow_revocation(*, event: AuthorizationEvent, by: Staff) -> None:
    """Inside the transaction of a written revocation: everybody who has something under it must be told (P-05), what
    waits is nobody's work any more, its links are dead, and what left after its receipt goes to the compliance officer.
    """
    if event.received_at is None:
        return
    authorization = event.authorization
    for one in handed_over_under(authorization, event.received_at):
        add_notice(event=event, recipient_name=one.recipient, recipient_address=one.address, officer_only=one.is_notes)
        if one.late:
            _ask_to_look(one, authorization)
    releases = Release.objects.filter(authorization__in=same_paper(authorization))
    for release in releases.filter(method=Method.DOWNLOAD):
        stop_links_to(by=by, purpose=LinkPurpose.DOWNLOAD, subject_id=release.pk, why=LinkClosed.REVOKED)
    for release in releases.filter(state__in=WAITING):
        for kind in (TaskKind.RELEASE_APPROVAL, TaskKind.RELEASE_HAND_OVER):
            close_task(kind=kind, subject=release, by=by, state=TaskState.DROPPED, reason="authorization revoked")


def _ask_to_look(one: Handed, authorization: Authorization) -> None:
    add_task(
        kind=TaskKind.INCIDENT_REVIEW,
        due_on=today(),
        subject=one.release,
        patient=authorization.patient,
        role=Role.COMPLIANCE_OFFICER,
    )


def follow_end(*, authorization: Authorization, since: date) -> None:
    """Inside the transaction that records on which day the practice knew that it had ended, or that it is false: what
    left on that day or later, before anybody recorded it, goes to the compliance officer (R-043, R-044).
    """
    for one in handed_over_under(authorization, timezone.now()):
        if (local_date(one.at) if one.at else one.on) >= since:
            _ask_to_look(one, authorization)


def follow_correction(*, authorization: Authorization) -> None:
    """Inside the transaction of a correction: what left under the record as it was entered, and would not have left
    under the paper as it is, goes to the compliance officer.
    """
    for one in handed_over_under(authorization, timezone.now()):
        if _outside(one, authorization):
            _ask_to_look(one, authorization)


def _outside(one: Handed, authorization: Authorization) -> bool:
    """Whether the authorization did not permit it when it left. Which psychotherapy notes left is not known here, nor
    which documents when it was only recorded: of those only the rest is asked.
    """
    release, on = one.release, local_date(one.at) if one.at else one.on
    if one.under:
        found = defects(facts_of(authorization), on=on, at=one.at)
        return any(not defect.policy and defect.code != AUTH_NO_DOCUMENT for defect in found)
    items = gate_items(release.items.all())
    release.authorization = authorization
    asked = proposal_of(release, items or [Item("what left")], on=on, at=one.at, planned=False)
    not_asked = {AUTH_FULFILLED} if items else {AUTH_FULFILLED, AUTH_NOT_THESE_ITEMS}
    return any(reason.code not in not_asked for reason in authorization_reasons(asked))


@transaction.atomic
def make_letter(*, by: Staff, event: AuthorizationEvent) -> RevocationLetter:
    """Make the letter that confirms a written revocation, addressed as the patient wants letters, and keep its bytes.

    Raises Refused for who may not know all it lists, PdfFailed when it could not be made (nothing is kept then).
    """
    check_may_confirm(by, event.authorization)
    advisory_lock("revocation letter number")
    if event.received_at is None:
        raise ValueError("a written revocation has an instant")
    handed = handed_over_under(event.authorization, event.received_at)
    to, number = letter_address(event.authorization.patient, today()), _next_number()
    pdf = confirmation_letter(
        event=event, line=line_of(event.authorization, today()), handed=handed, to=to, number=number
    )
    letter = RevocationLetter.objects.create(
        event=event,
        number=number,
        address=to.text if to else "",
        pdf=pdf,
        sha256=sha256(pdf).hexdigest(),
        listed=len(handed),
        made_by=by,
    )
    record(by=by, event=AuditEvent.ISSUED, subject=letter, patient_id=event.authorization.patient_id)
    return letter


def _next_number() -> str:
    prefix = f"REV-{today().year}-"
    last = RevocationLetter.objects.filter(number__startswith=prefix).aggregate(last=Max("number"))["last"]
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:04d}"


@transaction.atomic
def record_letter_sent(*, by: Staff, letter_id: UUID, sent_on: date, how: str) -> RevocationLetter:
    """Record that a confirmation went to the patient, on which day and how. Closes its task.

    Raises Refused for a day before it was made or to come, without words, when it is recorded already, or when
    the patient wanted letters elsewhere on that day.
    """
    advisory_lock(f"revocation letter:{letter_id}")
    letter = RevocationLetter.objects.select_related("event__authorization__patient").get(pk=letter_id)
    check_may_confirm(by, letter.event.authorization)
    check_told(letter.event, letter.sent_on, sent_on, how, ("Give the day it went out.", "Say how it was sent."))
    if refusal := refusal_to_send(letter.event.authorization.patient, letter.address, sent_on):
        raise Refused(refusal)
    letter.sent_on, letter.sent_how, letter.sent_by = sent_on, how.strip(), by
    letter.save(update_fields=["sent_on", "sent_how", "sent_by"])
    close_task(kind=TaskKind.REVOCATION_LETTER, subject=letter.event, by=by)
    record(
        by=by,
        event=AuditEvent.RECORDED,
        subject=letter,
        patient_id=letter.event.authorization.patient_id,
        detail="letter_sent",
    )
    return letter
