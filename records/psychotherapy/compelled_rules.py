"""Releases of psychotherapy notes that a law or a court compels while their author cannot or will not act.

Two people, or in a solo practice the author alone after a waiting time; the text is shown to neither. Values in,
values out. 45 CFR 164.508(a)(2)(ii), 164.512(a), (e)(1)(i); policies P-07, P-09.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import models

from practice.infrastructure.refusals import Refusal

# The database holds the first again: sooner nobody opens anything alone.
SHORTEST_SOLO_WAIT_DAYS: Final = 1
LONGEST_SOLO_WAIT_DAYS: Final = 30
MOST_SESSION_DAYS: Final = 100


class CompelledStep(models.TextChoices):
    """What happened to a compelled release after it was begun, each at most once."""

    CONFIRMED = "confirmed", "Confirmed by the second person"
    STOPPED = "stopped", "Stopped"
    PACKED = "packed", "The locked file was made"
    EMPTY = "empty", "Nothing within the scope"


@dataclass(frozen=True, slots=True)
class Scope:
    """The sessions a paper names: single days, or everything from one day to another, both included."""

    days: tuple[date, ...] = ()
    first: date | None = None
    last: date | None = None

    def refusal(self) -> Refusal | None:
        """Why this is no scope, or None."""
        if not self.days and (self.first is None or self.last is None):
            return Refusal(
                "COMPELLED_NO_SCOPE",
                "The paper must say which sessions it is about.",
                "Enter the days, or the first and the last day. If it names none, have counsel ask the court.",
                "45 CFR 164.512(e)(1)(i)",
            )
        if self.first and self.last and self.last < self.first:
            return Refusal("COMPELLED_SCOPE_ORDER", "The last day is before the first.", "Correct the days.")
        if len(self.days) > MOST_SESSION_DAYS:
            return Refusal(
                "COMPELLED_SCOPE_LONG", f"At most {MOST_SESSION_DAYS} days.", "Enter a first and a last day."
            )
        return None

    def until(self, last: date) -> "Scope":
        """What of it lies on or before a day; nothing at all where all of it is later."""
        days = tuple(day for day in self.days if day <= last)
        if self.first is None or self.last is None or self.first > last:
            return Scope(days)
        return Scope(days, self.first, min(self.last, last))

    def ends_by(self, last: date) -> bool:
        """Whether no session of it is later than a day."""
        return self.until(last) == self

    def within(self, wider: "Scope") -> bool:
        """Whether everything named here is named there too."""
        return all(wider.covers(day) for day in self.days) and (
            self.first is None or self.last is None or wider.covers_range(self.first, self.last)
        )

    def covers(self, day: date) -> bool:
        return day in self.days or (self.first is not None and self.last is not None and self.first <= day <= self.last)

    def covers_range(self, first: date, last: date) -> bool:
        return self.first is not None and self.last is not None and self.first <= first and last <= self.last


@dataclass(frozen=True, slots=True)
class Compelled:
    """A compelled release as those named in it see it, the same whether there are notes or not.

    `ground` is the legal paper. `second` is None in a solo practice, where `waits_days` takes the second person's
    place. `outcome` and `others_left_out` are known to the two alone when nothing was found.
    """

    id: UUID
    author: UUID
    patients: tuple[UUID, ...]  # everybody the paper names; first whose paper it is
    ground: UUID
    paper_kind: str
    scope: Scope
    started_by: UUID
    second: UUID | None
    waits_days: int
    recipient_name: str
    named_staff: tuple[UUID, ...]
    started_at: datetime
    confirmed_at: datetime | None = None
    stopped_at: datetime | None = None
    stopped_by: UUID | None = None
    packed_at: datetime | None = None
    packed_by: UUID | None = None
    package: UUID | None = None
    empty_at: datetime | None = None
    others_left_out: bool = False

    @property
    def alone(self) -> bool:
        return self.second is None

    @property
    def carried_out(self) -> bool:
        return self.packed_at is not None or self.empty_at is not None

    @property
    def open(self) -> bool:
        """Whether something is still to be done before it is carried out."""
        return not self.carried_out and self.stopped_at is None

    @property
    def due_at(self) -> datetime | None:
        """From when it can be carried out; None before the second person has confirmed."""
        if self.alone:
            return self.started_at + timedelta(days=self.waits_days)
        return self.confirmed_at

    def is_one_of_two(self, person: UUID) -> bool:
        return person in (self.started_by, self.second)

    def may_confirm(self, person: UUID) -> bool:
        return self.open and person == self.second and self.confirmed_at is None

    def may_pack(self, person: UUID, now: datetime) -> bool:
        return self.open and self.is_one_of_two(person) and self.due_at is not None and self.due_at <= now

    def may_stop(self, person: UUID) -> bool:
        return self.open and self.is_one_of_two(person)


def spoken_of(named: Collection[UUID], notes: Iterable[Collection[UUID]]) -> list[UUID]:
    """Whom of those a paper names these notes speak of, in the paper's order. Raises ValueError for anybody else."""
    found = {patient for note in notes for patient in note}
    if not found <= set(named):
        raise ValueError("somebody whom the paper does not name")
    return [patient for patient in named if patient in found]


def refusal_of_two(*, author: UUID, first: UUID, second: UUID | None, possible: Collection[UUID]) -> Refusal | None:
    """Why these may not begin a compelled release together, or None.

    `possible` are those who could be the second person: as long as there is one, nobody acts alone; and alone one
    opens one's own notes only.
    """
    if second is not None:
        if second == first:
            return Refusal("COMPELLED_SAME_PERSON", "The second person is somebody else.", "Name somebody else.")
        if second not in possible:
            return Refusal(
                "COMPELLED_NO_SECOND",
                "This person cannot be the second.",
                "Name a compliance officer, administrator or clinician who has had their own sign-in for thirty days.",
            )
        return None
    if possible:
        return Refusal("COMPELLED_TWO_PEOPLE", "Two named people do this together.", "Name the second person.")
    if author != first:
        return Refusal(
            "COMPELLED_ALONE_OWN_ONLY",
            "Alone, one can only release what one wrote oneself.",
            "A custodian of these notes, or somebody from outside with a sign-in of their own, can be the second.",
        )
    return None


@dataclass(frozen=True, slots=True)
class PassphrasePart:
    """One of the two parts of a passphrase, for the slip that goes to the recipient. One part alone opens nothing."""

    number: int
    text: str

    def __repr__(self) -> str:
        return f"<PassphrasePart {self.number}>"
