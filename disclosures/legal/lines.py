"""A compelled release in words, for those whom it names."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from practice.infrastructure.templatetags.look import day
from practice.people.models import Patient, Staff
from records.psychotherapy.compelled_rules import Compelled, Scope
from records.psychotherapy.vault import PackageCover

from .rules import PaperKind


@dataclass(frozen=True, slots=True)
class CompelledLine:
    """One compelled release with the names in it, as the person looking sees it."""

    one: Compelled
    author: str
    patient: str
    first: str
    second: str
    desk: str
    kind: str
    scope: str
    state: str
    mine: bool


def lines_of(staff: Staff, found: Iterable[Compelled]) -> list[CompelledLine]:
    """Compelled releases with names, in the order given."""
    found = list(found)
    ids = {person for one in found for person in (one.author, one.started_by, one.second, *one.named_staff) if person}
    people = {row.pk: row.display_name for row in Staff.objects.filter(pk__in=ids)}
    ids = {patient for one in found for patient in one.patients}
    patients = {row.pk: row.legal_name for row in Patient.objects.filter(pk__in=ids)}
    return [
        CompelledLine(
            one,
            people.get(one.author, ""),
            and_words([patients[patient] for patient in one.patients if patient in patients]),
            people.get(one.started_by, ""),
            people.get(one.second, "") if one.second else "",
            ", ".join(people[person] for person in one.named_staff if person in people),
            PaperKind(one.paper_kind).label,
            scope_words(one.scope),
            state_words(one),
            one.author == staff.pk,
        )
        for one in found
    ]


def and_words(names: Sequence[str]) -> str:
    """ "Ana, Ben and Cleo"."""
    *first, last = names or [""]
    return f"{', '.join(first)} and {last}" if first else last


def line_of(staff: Staff, one: Compelled) -> CompelledLine:
    return lines_of(staff, [one])[0]


def scope_words(scope: Scope) -> str:
    """ "Sessions of Mar 3, 2026 and from Apr 1, 2026 to Apr 30, 2026"."""
    parts = [", ".join(_day(one) for one in scope.days)] if scope.days else []
    if scope.first and scope.last:
        parts.append(f"from {_day(scope.first)} to {_day(scope.last)}")
    return f"Sessions {'of ' if scope.days else ''}{' and '.join(parts)}"


def _day(one: date) -> str:
    return f"{one:%b} {one.day}, {one.year}"


def state_words(one: Compelled) -> str:
    """Where it stands, for who may know."""
    if one.stopped_at:
        return f"Stopped on {day(one.stopped_at)}"
    if one.packed_at:
        return f"The locked file was made on {day(one.packed_at)}"
    if one.empty_at:
        return f"Carried out on {day(one.empty_at)}: no records within the scope"
    if one.alone and one.due_at:
        return f"Waiting until {day(one.due_at)}"
    return "Confirmed" if one.confirmed_at else "Waiting for the second person"


def steps_of(one: Compelled, cover: PackageCover | None) -> list[dict[str, str]]:
    """The way of a compelled release as a list of steps."""
    steps = [_step("Begun", "done", f"On {day(one.started_at)}.")]
    if one.alone:
        over = one.carried_out
        until = f"Until {day(one.due_at)}." if one.due_at else ""
        steps.append(_step("Waiting time of a solo practice", "done" if over else "next", until))
    elif one.confirmed_at:
        steps.append(_step("Confirmed by the second person", "done", f"On {day(one.confirmed_at)}."))
    else:
        steps.append(_step("Confirmed by the second person", "next", "What was begun cannot be changed any more."))
    if one.stopped_at:
        return [*(step for step in steps if step["state"] == "done"), _step("Stopped", "refused", state_words(one))]
    if one.empty_at:
        return [*steps, _step("Nothing within the scope", "done", f"On {day(one.empty_at)}. Nothing was opened.")]
    if not one.packed_at:
        return [*steps, _step("Locked file made, shown to nobody", "waiting", ""), _step("Handed over", "waiting", "")]
    steps.append(_step("Locked file made, shown to nobody", "done", f"On {day(one.packed_at)}."))
    return [*steps, _handed_over(cover)]


def _handed_over(cover: PackageCover | None) -> dict[str, str]:
    if cover is None:
        return _step("Handed over", "waiting", "")
    if cover.withdrawn_at:
        return _step("Withdrawn", "refused", f"On {day(cover.withdrawn_at)}.")
    if cover.handed_over_at:
        return _step("Handed over", "done", f"On {day(cover.handed_over_at)}, entered in the ledger.")
    return _step("Handed over", "next", f"By {day(cover.hand_over_until)} at the latest.")


def _step(title: str, state: str, words: str) -> dict[str, str]:
    return {"title": title, "state": state, "words": words}
