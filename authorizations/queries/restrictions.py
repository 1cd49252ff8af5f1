"""Restrictions as rules, the gate and pages read them."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from practice.infrastructure.days import local_date, today
from practice.infrastructure.pages import page
from practice.people.models import Patient

from ..models import Restriction, RestrictionLetter
from ..rules.restrictions import (
    BINDING,
    BY_PATIENT,
    RestrictedKind,
    RestrictedRecipient,
    RestrictedUse,
    RestrictionEventKind,
    RestrictionFacts,
    RestrictionState,
    covered_words,
    joined,
    not_on_file,
    state,
)
from .on_file import session_days

Event = RestrictionEventKind
PILLS = {
    RestrictionState.WAITING: "accent",
    RestrictionState.IN_FORCE: "done",
    RestrictionState.PAID_IN_FULL: "done",
    RestrictionState.ENDED_FOR_NEW: "done",
}


@dataclass(frozen=True, slots=True)
class RestrictionLine:
    """One request with where it stands on a day, and its parts as sentences."""

    row: Restriction
    facts: RestrictionFacts
    state: RestrictionState

    @property
    def binds(self) -> bool:
        return self.state in BINDING

    @property
    def pill(self) -> str:
        return PILLS.get(self.state, "")

    @property
    def who(self) -> str:
        """ "Health plan or insurer", a name, or that it means anybody."""
        kinds = [RestrictedRecipient(code).label for code in self.row.recipients]
        return self.row.recipient_name or joined(kinds) or "Anybody"

    @property
    def what_for(self) -> str:
        return joined([RestrictedUse(code).label for code in self.row.uses])

    @property
    def what(self) -> str:
        """Which records: their kinds and days."""
        return covered_words(self.facts)


def facts_of(row: Restriction) -> RestrictionFacts:
    """What a rule may ask about one request, its events included. Read the row with its events."""
    dated = [(Event(event.kind), event.happened_on, event.recorded_at) for event in row.events.all()]
    events = [(kind, day) for kind, day, _ in dated]
    first = {kind: min(day for one, day in events if one == kind) for kind, _ in events}
    return RestrictionFacts(
        received_on=row.received_on,
        uses=frozenset(map(RestrictedUse, row.uses)),
        recipients=frozenset(map(RestrictedRecipient, row.recipients)),
        recipient_name=row.recipient_name,
        session_dates=frozenset(row.session_dates),
        covers_from=row.covers_from,
        covers_to=row.covers_to,
        kinds=frozenset(map(RestrictedKind, row.kinds)),
        paid_in_full=row.paid_in_full,
        agreed_on=first.get(Event.AGREED),
        refused_on=first.get(Event.NOT_AGREED),
        # from the day it was recorded: what left before that broke it, whatever is entered afterwards
        ended_on=min((max(day, local_date(at)) for kind, day, at in dated if kind in BY_PATIENT), default=None),
        notice_on=first.get(Event.ENDED_BY_NOTICE),
        in_error=Event.RECORDED_IN_ERROR in first,
        link=page("restriction-open", row.pk),
        id=str(row.pk),
    )


def restrictions_of(patient: Patient) -> QuerySet[Restriction]:
    """Every request of a patient with its events, the newest first, whatever came of it."""
    return patient.restrictions.prefetch_related("events")


def restriction_facts(patient: Patient) -> tuple[RestrictionFacts, ...]:
    """What the gate is told: every request that ever bound or could, as of any day."""
    return tuple(facts_of(row) for row in restrictions_of(patient))


def line_of_restriction(row: Restriction, on: date | None = None) -> RestrictionLine:
    """One request as it stands on a practice-local day (today when none is given)."""
    facts = facts_of(row)
    return RestrictionLine(row, facts, state(facts, on or today()))


def missing_sessions(line: RestrictionLine) -> str:
    """Which sessions that were paid in full are not on file, so that nothing of them is protected yet; "" for none."""
    return not_on_file(line.facts, session_days(line.row.patient)) if line.binds else ""


def restriction_lines(patient: Patient) -> list[RestrictionLine]:
    """A patient's requests as they stand today, those that bind or wait first."""
    lines = [line_of_restriction(row) for row in restrictions_of(patient)]
    return sorted(lines, key=lambda line: not (line.binds or line.state == RestrictionState.WAITING))


def restriction_marks(patient: Patient) -> list[str]:
    """What the head of the patient's pages must not miss, at most two marks."""
    lines = restriction_lines(patient)
    marks = []
    binding = [line for line in lines if line.binds]
    if len(binding) == 1:
        marks.append(f"Restricted: {binding[0].who[:60]}")
    elif binding:
        marks.append(f"{len(binding)} restrictions")
    if any(line.state == RestrictionState.WAITING for line in lines):
        marks.append("Restriction asked for")
    return marks


def letters_of(row: Restriction) -> QuerySet[RestrictionLetter]:
    """The letters made, the newest first, without their bytes."""
    return row.letters.defer("data").select_related("made_by").order_by("-made_at")
