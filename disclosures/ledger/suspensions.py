"""Suspension of the right to an accounting for an agency or official, 45 CFR 164.528(a)(2), as pure functions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices

from disclosures.ledger.bases import Basis, is_suspendable
from practice.infrastructure.days import oral_statement_ends


class SuspensionKind(TextChoices):
    """How the agency or official made its statement (164.528(a)(2)(i), (ii))."""

    SUSP_WRITTEN = "SUSP_WRITTEN", "Written statement"
    SUSP_ORAL = "SUSP_ORAL", "Oral statement"


@dataclass(frozen=True, slots=True)
class Suspension:
    """A statement of a health oversight agency or law enforcement official, as recorded.

    `received_on` is the day the practice had it; a written one works from then, an oral one from its own day.
    `until` is the last day the agency named, if any. `ended_on` is the last day it holds when the agency gave it up.
    """

    kind: SuspensionKind
    statement_on: date
    received_on: date
    until: date | None = None
    states_impediment: bool = True
    ended_on: date | None = None

    def first_day(self) -> date:
        return self.received_on if self.kind is SuspensionKind.SUSP_WRITTEN else self.statement_on

    def last_day(self) -> date:
        """Last suspended day: as written; 30 days from the statement when oral or without an end (R-079, R-083)."""
        if self.kind is SuspensionKind.SUSP_WRITTEN and self.until:
            last = self.until
        else:
            last = oral_statement_ends(self.statement_on)
        return min(last, self.ended_on) if self.ended_on else last

    def holds_on(self, day: date) -> bool:
        """Without the statement that an accounting would impede the agency there is no suspension (R-078)."""
        return self.states_impediment and self.first_day() <= day <= self.last_day()


def suspension_active(suspensions: Iterable[Suspension], basis: Basis, *, also_512f: bool = False, on: date) -> bool:
    """Whether any recorded statement hides a disclosure on a day (R-078 to R-084): the day the accounting is given."""
    return is_suspendable(basis, also_512f=also_512f) and any(s.holds_on(on) for s in suspensions)


class SuspensionDefect(TextChoices):
    """Why a statement cannot suspend anything (R-078, R-084)."""

    NOT_SUSPENDABLE = (
        "NOT_SUSPENDABLE",
        (
            "Only disclosures to a health oversight agency or to law enforcement, 164.512(d) or (f), can be kept out "
            "of an accounting. This one was made on another ground and stays listed."
        ),
    )
    NO_IMPEDIMENT = (
        "NO_IMPEDIMENT",
        ("The agency must state that an accounting would be reasonably likely to impede its activities."),
    )
    NO_AGENCY = "NO_AGENCY", "Name the agency or the official."
    ENDS_BEFORE = "ENDS_BEFORE", "The last day is before the day of the statement."
    IN_FUTURE = "IN_FUTURE", "The statement cannot be dated or received in the future."
    RECEIVED_BEFORE = "RECEIVED_BEFORE", "It cannot be received before it was made."


def suspension_defects(given: Suspension, *, agency: str, suspendable: bool, today: date) -> list[SuspensionDefect]:
    """All that is wrong with a statement; empty when it suspends the entry it is recorded for."""
    checks = (
        (SuspensionDefect.NOT_SUSPENDABLE, not suspendable),
        (SuspensionDefect.NO_IMPEDIMENT, not given.states_impediment),
        (SuspensionDefect.NO_AGENCY, not agency.strip()),
        (SuspensionDefect.IN_FUTURE, max(given.statement_on, given.received_on) > today),
        (SuspensionDefect.RECEIVED_BEFORE, given.received_on < given.statement_on),
        (SuspensionDefect.ENDS_BEFORE, given.until is not None and given.until < given.statement_on),
    )
    return [defect for defect, applies in checks if applies]
