"""The order of a release as a table: which state may follow which (design: nothing leaves without an entry)."""

from django.db.models import TextChoices


class ReleaseKind(TextChoices):
    CHART = "chart", "Chart records"
    PSYCHOTHERAPY = "psychotherapy", "Psychotherapy notes"


class ReleaseState(TextChoices):
    """Where a release stands. From COMMITTED on it counts as disclosed until it is closed as not delivered."""

    AWAITING_APPROVAL = "awaiting_approval", "Waiting for the clinician"
    APPROVED = "approved", "Ready to hand over"
    COMMITTED = "committed", "Handed over, delivery not confirmed"
    DELIVERED = "delivered", "Delivered"
    NOT_DELIVERED = "not_delivered", "Not delivered"
    WITHDRAWN = "withdrawn", "Withdrawn"
    RECORDED = "recorded", "Recorded after the fact"


class Method(TextChoices):
    """How the package reaches the recipient. A locked file opens with a passphrase that is not kept here."""

    IN_PERSON = "in_person", "Printed, handed over in person"
    MAIL = "mail", "Printed and mailed"
    FAX = "fax", "Printed and faxed"
    LOCKED_FILE = "locked_file", "Locked file (AES-256)"
    DOWNLOAD = "download", "Secure download by a one-time link"
    SPOKEN = "spoken", "Told by telephone or in person"
    OTHER = "other", "Another way"


class CameBack(TextChoices):
    """In what state a package came back; one that somebody may have read is looked at as an incident."""

    UNOPENED = "unopened", "Unopened and undamaged"
    OPENED = "opened", "Opened, damaged, or incomplete"


PACKAGE_METHODS = (Method.IN_PERSON, Method.MAIL, Method.FAX, Method.LOCKED_FILE, Method.DOWNLOAD)
LEAVES_AS_FILE = (Method.LOCKED_FILE, Method.DOWNLOAD)  # then it is locked, and may hold data

MOVES: dict[ReleaseState, frozenset[ReleaseState]] = {
    ReleaseState.AWAITING_APPROVAL: frozenset({ReleaseState.APPROVED, ReleaseState.WITHDRAWN}),
    # read anew, when the chart says otherwise by now than what was approved
    ReleaseState.APPROVED: frozenset({ReleaseState.COMMITTED, ReleaseState.WITHDRAWN, ReleaseState.AWAITING_APPROVAL}),
    ReleaseState.COMMITTED: frozenset({ReleaseState.DELIVERED, ReleaseState.NOT_DELIVERED}),
    ReleaseState.DELIVERED: frozenset(),
    ReleaseState.NOT_DELIVERED: frozenset(),
    ReleaseState.WITHDRAWN: frozenset(),
    ReleaseState.RECORDED: frozenset(),
}

UNCONFIRMED_AFTER_HOURS = 24


def may_move(current: str, following: str) -> bool:
    """Whether a release in state `current` may become `following`."""
    return ReleaseState(following) in MOVES[ReleaseState(current)]
