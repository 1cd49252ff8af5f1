"""What is next, as lines of a home page: each with its due day and one link to where the work is done."""

from collections.abc import Iterable
from datetime import date

from practice.people.models import Staff
from practice.people.rules import Role
from practice.worklist.queries import open_tasks
from practice.worklist.rules import TaskKind

from ..lines import MOST, Group
from ..sealed_work import (
    compelled_matters,
    custody_matters,
    destructions_due,
    packages_to_hand_over,
    sealed_drafts,
    sealed_notes_asked_for,
)
from .authorizations import authorizations_ending, forms_to_scan, forms_to_sign, scans_entered_later
from .notes import note_drafts, notes_awaiting, placement_answers
from .sessions import sessions_to_mark, sessions_today, sessions_without_note
from .tasks import task_groups


def home_groups(staff: Staff) -> list[Group]:
    """Everything that waits for this person, whatever hats they wear, the group with the soonest line first."""
    tasks = open_tasks(staff).exclude(kind=TaskKind.MEASURE_ALARM)  # those stand at the very top: `alarm_lines`
    found = [*task_groups(tasks[:MOST]), packages_to_hand_over(staff)]
    found += [
        custody_matters(staff),
        compelled_matters(staff),
        forms_to_sign(staff),
        forms_to_scan(staff),
        scans_entered_later(staff),
    ]
    if staff.is_clinical:
        found += [sealed_notes_asked_for(staff), note_drafts(staff), notes_awaiting(staff), sealed_drafts(staff)]
        found += [destructions_due(staff)]
        found += [sessions_today(staff), sessions_to_mark(staff)]
        found.append(placement_answers(staff))
        found.append(sessions_without_note(staff))
        if not staff.has_role(Role.FRONT_DESK):  # who has them as tasks already
            found.append(authorizations_ending(staff))
    return sorted(_one_of_each(found), key=lambda group: group.first_due)


def _one_of_each(found: Iterable[Group]) -> list[Group]:
    """Groups of the same kind as one, soonest line first; empty ones left out."""
    merged: dict[str, Group] = {}
    for group in found:
        if group.lines:
            kept = merged.setdefault(group.words, Group(group.words, sealed=group.sealed, first=group.first))
            kept.lines = sorted([*kept.lines, *group.lines], key=lambda line: line.due_on or date.max)
    return list(merged.values())
