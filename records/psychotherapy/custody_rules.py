"""Custody of psychotherapy notes whose author cannot act, and how long signed notes are kept. Values in, values out.

Custody is not reading (R-022): the originator never changes, and no rule here shows a text to anybody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import models

from practice.infrastructure.days import add_days, years_after
from practice.infrastructure.refusals import Refusal

# The database holds these two again: sooner it lets nobody take custody and deletes no key.
SHORTEST_WAIT_DAYS: Final = 3
SHORTEST_DESTRUCTION_DAYS: Final = 29  # a day less than ORDER_DAYS: two clocks need not agree to the second
ORDER_DAYS: Final = 30
ADVANCE_WAIT_DAYS: Final = 30  # offered where one outside person acts alone
LONGEST_WAIT_DAYS: Final = 365


class CustodyReason(models.TextChoices):
    """Why somebody else must be able to act for an author."""

    LEFT = "left", "They left the practice"
    DIED = "died", "They died"
    INCAPACITATED = "incapacitated", "They cannot act, and it is not known for how long"
    IN_ADVANCE = "in_advance", "Named in advance by the author"


HAPPENED: Final = (CustodyReason.LEFT, CustodyReason.DIED, CustodyReason.INCAPACITATED)


class Opening(models.TextChoices):
    """What a custodian's one transaction opens: the days of sessions, or the texts while a package is rendered."""

    INDEX = "index", "Session days"
    PACKAGE = "package", "Rendering of a package"


def refusal_of_people(*, author: UUID, custodian: UUID, proposed_by: UUID, second: UUID) -> Refusal | None:
    """Why these four may not stand together in a transfer of custody, or None.

    Two different people besides the custodian; only the author may name a custodian who then confirms alone (a solo
    practice): there the author, in advance, is the first of the two.
    """
    if custodian == author:
        return Refusal("CUSTODY_SELF", "The custodian is somebody else than the author.")
    if proposed_by == second:
        return Refusal("CUSTODY_TWO_PEOPLE", "Two different people transfer custody.", "Name somebody else.")
    if proposed_by == author:
        if second != custodian:
            return Refusal("CUSTODY_IN_ADVANCE", "A custodian named in advance confirms when the time has come.")
        return None
    if custodian in (proposed_by, second):
        return Refusal(
            "CUSTODY_NOT_FOR_ONESELF",
            "Nobody takes custody by their own word: the custodian neither proposes nor confirms.",
            "Name somebody else.",
        )
    if second == author:
        return Refusal("CUSTODY_TWO_PEOPLE", "The author does not confirm their own replacement. They can stop it.")
    return None


class Step(models.TextChoices):
    """What somebody can do about a transfer of custody now."""

    CONFIRM = "confirm", "Confirm"
    TAKE = "take", "Take custody"
    STOP = "stop", "Stop"


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer of custody as everybody named in it sees it: the same whether the author keeps notes or not."""

    id: UUID
    author: UUID
    custodian: UUID
    proposed_by: UUID
    second: UUID
    reason: CustodyReason
    contact: str
    waits_days: int
    proposed_at: datetime
    confirmed_at: datetime | None = None
    confirmed_reason: str = ""
    taken_at: datetime | None = None
    stopped_at: datetime | None = None
    stopped_by: UUID | None = None

    @property
    def effect_at(self) -> datetime | None:
        """From when the custodian can take custody: the waiting time runs from the second person's confirmation."""
        return self.confirmed_at + timedelta(days=self.waits_days) if self.confirmed_at else None

    @property
    def in_advance(self) -> bool:
        return self.reason == CustodyReason.IN_ADVANCE

    @property
    def in_effect(self) -> bool:
        return self.taken_at is not None and self.stopped_at is None

    @property
    def because(self) -> str:
        """The reason in words: what the author named in advance has one only when it happened."""
        return CustodyReason(self.confirmed_reason or self.reason).label

    def steps_of(self, person: UUID, now: datetime) -> frozenset[Step]:
        """What this person can do now; the database holds the same order."""
        if self.stopped_at is not None or person not in (self.author, self.custodian, self.proposed_by, self.second):
            return frozenset()
        steps = {Step.STOP}
        if self.confirmed_at is None and person == self.second:
            steps.add(Step.CONFIRM)
        if self.taken_at is None and person == self.custodian and self.effect_at and self.effect_at <= now:
            steps.add(Step.TAKE)
        return frozenset(steps)


# --- Retention --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CareFacts:
    """What the retention of a note asks of one patient it speaks of. `closed_on` is the last day of their care."""

    opened_on: date
    closed_on: date | None
    birth_date: date | None
    litigation_hold: bool


def kept_through(patients: Sequence[CareFacts], session_on: date, *, years: int, minor_age: int) -> date | None:
    """The last day on which a signed note must be kept; None while somebody it speaks of is still in care.

    `years` after the last day of care of each patient (or of the session, whichever is later), and at least until the
    day each of them reaches `minor_age`. Of somebody whose birth date is unknown the youngest age is assumed: born on
    the first day of care. State law sets such times; R-238 leaves clinical records to it.
    """
    days = []
    for one in patients:
        if one.closed_on is None:
            return None
        days.append(years_after(max(one.closed_on, session_on), years))
        days.append(years_after(one.birth_date or one.opened_on, minor_age))
    return max(days, default=None)


def refusal_to_destroy(
    patients: Sequence[CareFacts], session_on: date, *, named: int, years: int, minor_age: int, on: date
) -> Refusal | None:
    """Why a signed note may not be destroyed on a day, or None. `named`: how many patients it speaks of."""
    if any(one.litigation_hold for one in patients):
        return Refusal(
            "PN_LITIGATION_HOLD",
            "A litigation hold stands on the record of somebody this note speaks of. Nothing of it is destroyed.",
            "The compliance officer can say when it ends.",
        )
    if len(patients) != named:
        return Refusal("PN_PATIENT_UNKNOWN", "It is not known how long a patient it speaks of is to be kept on record.")
    through = kept_through(patients, session_on, years=years, minor_age=minor_age)
    if through is None:
        return Refusal("PN_STILL_IN_CARE", "Somebody this note speaks of is still in care.")
    if on <= through:
        return Refusal("PN_RETENTION", f"The practice keeps it through {through:%b} {through.day}, {through.year}.")
    return None


def last_backup_ends_on(destroyed_on: date, backup_days: int) -> date | None:
    """The last day of the youngest backup that still holds the keys; None when the practice has not said how long
    backups are kept.
    """
    return add_days(destroyed_on, backup_days) if backup_days else None
