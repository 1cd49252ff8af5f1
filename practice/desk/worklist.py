"""What is next, as lines of a home page: each with its due day and one link to where the work is done."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from django.urls import NoReverseMatch, reverse

from practice.people.models import Patient
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind

# Where the work on a record is done.
PLACES = {
    "releases.release": "release-open",
    "authorizations.authorization": "authorization-open",
    "ledger.accounting": "accounting-open",
    "ledger.entry": "disclosure-open",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing to do."""

    words: str
    patient: Patient | None
    due_on: date | None
    since: date | None
    href: str
    button: str = "Open"
    sealed: bool = False


@dataclass(slots=True)
class Group:
    """Lines of one kind, soonest due first."""

    words: str
    lines: list[Line] = field(default_factory=list)


def groups(tasks: Iterable[Task]) -> list[Group]:
    """Tasks, already sorted by due day, as groups by kind; the group with the soonest line first."""
    found: dict[str, Group] = {}
    for task in tasks:
        group = found.setdefault(task.kind, Group(TaskKind(task.kind).label))
        group.lines.append(line_of(task))
    return list(found.values())


def line_of(task: Task) -> Line:
    """One task as a line. A record without a page of its own leads to its patient."""
    try:
        href = reverse(PLACES[task.subject_type], args=[task.subject_id])
    except (KeyError, NoReverseMatch):
        href = reverse("patient-page", args=[task.patient_id]) if task.patient_id else ""
    return Line(TaskKind(task.kind).label, task.patient, task.due_on, task.made_at.date(), href)
