"""Which of a patient's other records an act may also be about: the same recipient, or the same paper once more."""

from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from practice.people.models import Patient, Staff

from .. import rules
from ..models import Authorization
from ..policies import with_facts
from ..rules import AuthorizationStatus, EventKind
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
                line.signed_on == signed_on
                and set(line.authorization.record_classes) == set(record_classes)
                and same_recipient(line.authorization, asked)
            )
        )
    ]


def is_any_revoked(patient: Patient) -> bool:
    """Whether the patient ever took an authorization back in writing."""
    return Authorization.objects.filter(patient=patient, events__kind=EventKind.WRITTEN_REVOCATION).exists()


def revoked_among(lines: Collection[AuthorizationLine]) -> AuthorizationLine | None:
    """The first of these that the patient took back in writing."""
    return next((line for line in lines if line.status == AuthorizationStatus.REVOKED), None)
