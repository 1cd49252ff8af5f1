"""Which of a patient's other records an act may also be about: the same recipient, or the same paper once more."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from practice.infrastructure.days import local_date
from practice.people.models import Patient, Staff

from .. import rules
from ..models import Authorization
from ..policies import with_facts
from ..rules import REVOCATIONS, AuthorizationFacts, EventKind
from .standing import OVER, AuthorizationLine, lines_from, lines_of


def others_to_take_back(authorization: Authorization, on: date, staff: Staff) -> list[AuthorizationLine]:
    """The patient's other signed authorizations that are not over, the newest first.

    What still lacks something, or waits for its scan, is among them: it could be used later, after the letter.
    """
    return [
        line
        for line in lines_of(authorization.patient, on, staff)
        if line.authorization.pk != authorization.pk
        and line.facts.is_signed
        and line.status not in OVER
        and line.facts.recorded_in_error_on is None
    ]


def same_recipient(one: Authorization, other: Authorization) -> bool:
    """Whether two forms name a recipient in common, or the same group."""
    pairs = ((a, b) for a in one.recipient_name.split(";") for b in other.recipient_name.split(";"))
    return any(rules.same_words(a, b) for a, b in pairs) or rules.same_words(one.recipient_class, other.recipient_class)


def recorded_before(
    patient: Patient,
    *,
    on: date,
    signed_on: date | None,
    record_classes: Sequence[str],
    recipient_name: str = "",
    recipient_class: str = "",
    sha256: str = "",
    besides: Collection[UUID] = (),
) -> list[AuthorizationLine]:
    """The patient's records in use that look like the paper at hand: the same scan, byte for byte, or the same day
    beside the signature, recipient and records. A fax and the mailed original of one paper are two such records.

    Also what the patient took back, in writing or by a call, for this recipient and some of these records, where the
    paper at hand was signed by then: a copy that somebody else still has comes in after the letter.
    """
    if not sha256 and not signed_on:
        return []
    rows = Authorization.objects.filter(patient=patient).exclude(pk__in=besides)
    asked = Authorization(recipient_name=recipient_name, recipient_class=recipient_class)
    same_scan = set(rows.filter(papers__sha256=sha256, papers__event=None).values_list("pk", flat=True))
    return [
        line
        for line in lines_from(with_facts(rows.order_by("-recorded_at")), on)
        if line.facts.recorded_in_error_on is None
        and line.facts.is_signed
        and (
            line.authorization.pk in same_scan
            or (
                signed_on is not None
                and same_recipient(line.authorization, asked)
                and _is_like(line, signed_on, set(record_classes))
            )
        )
    ]


def _is_like(line: AuthorizationLine, signed_on: date, records: set[str]) -> bool:
    taken_back = line.facts.revocation_received_at or line.facts.held_since
    if taken_back and signed_on <= local_date(taken_back):
        return bool(records & set(line.authorization.record_classes))
    return line.signed_on == signed_on and records == set(line.authorization.record_classes)


# What ends an authorization, or holds it, for a reason that the paper itself does not show.
ENDINGS = REVOCATIONS | {EventKind.EXPIRY_EVENT_KNOWN, EventKind.KNOWN_FALSE}


def is_any_ended(patient: Patient) -> bool:
    """Whether anything of this patient's was ever taken back, or ended by something that became known."""
    return Authorization.objects.filter(patient=patient, events__kind__in=ENDINGS).exists()


def ended_of(lines: Collection[AuthorizationLine]) -> AuthorizationLine | None:
    """The first of these that was taken back or is on hold, whose event is known, or that is known to be false."""
    found = (line for line in lines if _has_ended(line.facts))
    return next(found, None)


def _has_ended(facts: AuthorizationFacts) -> bool:
    return bool(facts.revocation_received_at or facts.held_since or facts.event_known_on or facts.known_false_on)
