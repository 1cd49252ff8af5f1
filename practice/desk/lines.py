"""The shapes of a home page: lines of work in groups, and the sentence that sums them up."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from practice.infrastructure.days import today
from practice.infrastructure.templatetags.look import day, time_of_day
from practice.people.models import Patient

MOST = 200  # lines of one kind
LOOK_BACK = 30  # days back for what nobody has done yet


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do: about whom, a few words more, by when, the one link, and what the record behind it says."""

    title: str
    words: str
    href: str
    button: str = "Open"
    due_on: date | None = None
    since: date | None = None
    about: str = ""
    more: str = ""  # what tells two such records apart
    posts: tuple[tuple[str, str], ...] = ()  # what the button sends, where the link begins something


@dataclass(slots=True)
class Group:
    """Lines of one kind, soonest due first. `sealed` groups concern psychotherapy notes, and are the author's alone."""

    words: str
    lines: list[Line] = field(default_factory=list)
    sealed: bool = False
    first: bool = False  # stands above everything else: an emergency, what is on today

    @property
    def is_dated(self) -> bool:
        return any(line.due_on for line in self.lines)

    @property
    def first_due(self) -> date:
        if self.first:
            return date.min
        return min((line.due_on for line in self.lines if line.due_on), default=date.max)


def person_words(patient: Patient) -> tuple[str, str]:
    """A patient as a line shows them: the name, and what tells two of the same name apart."""
    born = patient.birth_date
    words = f"b. {day(born)} · {patient.number}" if born else str(patient.number)
    return patient.legal_name, words


def days_ago(on: date) -> str:
    """How long ago a day was, in words: "today", "yesterday", "9 days ago"."""
    passed = (today() - on).days
    return {0: "today", 1: "yesterday"}.get(passed, f"{passed} days ago")


def what_leaves(description: str, approved_at: datetime | None) -> str:
    """What a release holds, as the ledger will say it, and when it was approved."""
    approved = f"approved {day(approved_at)}, {time_of_day(approved_at)}" if approved_at else ""
    return ", ".join(filter(None, [description, approved]))


def summary(found: Iterable[Group]) -> str:
    """The page in a sentence, figures throughout: "7 to do. 1 is late, 2 are due within a week." """
    lines = [line for group in found for line in group.lines]
    now = today()
    late = sum(1 for line in lines if line.due_on and line.due_on < now)
    soon = sum(1 for line in lines if line.due_on and now <= line.due_on <= now + timedelta(days=7))
    if not lines:
        return ""
    said = ", ".join(filter(None, [_how_many(late, "late"), _how_many(soon, "due within a week")]))
    return f"{len(lines)} to do. {said}{'.' if said else ''}".strip()


def _how_many(number: int, words: str) -> str:
    return f"{number} {'is' if number == 1 else 'are'} {words}" if number else ""
