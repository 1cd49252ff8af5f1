"""The shapes of a home page: lines of work in groups, and the sentence that sums them up."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from practice.infrastructure.days import today
from practice.infrastructure.templatetags.look import day
from practice.people.models import Patient


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
    posts: tuple[tuple[str, str], ...] = ()  # what the button sends, where the link begins something


@dataclass(slots=True)
class Group:
    """Lines of one kind, soonest due first. `sealed` groups concern psychotherapy notes, and are the author's alone."""

    words: str
    lines: list[Line] = field(default_factory=list)
    sealed: bool = False
    first: bool = False  # stands above everything else: what is on today

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


def summary(found: Iterable[Group]) -> str:
    """The page in a sentence: "7 to do. One is late, two are due this week." """
    lines = [line for group in found for line in group.lines]
    now = today()
    late = sum(1 for line in lines if line.due_on and line.due_on < now)
    soon = sum(1 for line in lines if line.due_on and now <= line.due_on <= now + timedelta(days=7))
    if not lines:
        return ""
    figures = max(late, soon) > len(IN_WORDS)  # one sentence does not mix words and figures
    parts = [_how_many(late, "late", figures), _how_many(soon, "due within a week", figures)]
    said = ", ".join(part for part in parts if part)
    return f"{len(lines)} to do. {said[:1].upper()}{said[1:]}{'.' if said else ''}".strip()


IN_WORDS = ("one", "two", "three", "four", "five", "six")


def _how_many(number: int, words: str, figures: bool) -> str:
    if not number:
        return ""
    return f"{number if figures else IN_WORDS[number - 1]} {'is' if number == 1 else 'are'} {words}"
