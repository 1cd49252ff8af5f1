"""The content of a treatment plan as plain data, and what can be done with it. Pure: a changed copy comes back.

    {"problems": [{"id", "text", "diagnosis", "diagnosis_words", "goals": [
        {"id", "text", "term", "target_on", "objectives": [{"id", "text", "measure", "target_on"}]}]}],
     "interventions": [{"id", "text"}], "frequency", "modality", "length", "discharge", "review_every"}

Every problem, goal, objective and intervention keeps its id through all versions: history follows it. In forms the
plan is an outline: a list of "kind:id" in the order of the page, and one field for each value by that id.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.db import models

from .partial_days import partial_words

Content = dict[str, Any]
FACTS = ("frequency", "modality", "length", "discharge")
KINDS = ("problem", "goal", "objective", "intervention")
BELOW = {"problem": "goals", "goal": "objectives"}
FIELDS = {
    "problem": ("text", "diagnosis", "diagnosis_words"),
    "goal": ("text", "term", "target_on"),
    "objective": ("text", "measure", "target_on"),
    "intervention": ("text",),
}


class GoalTerm(models.TextChoices):
    SHORT = "short", "Short term"
    LONG = "long", "Long term"


@dataclass(frozen=True, slots=True)
class Item:
    """One line of the outline: its kind, its lasting id, its number in this version, what it says."""

    kind: str
    id: str
    number: str
    parent: str
    text: str
    term: str = ""
    target_on: str = ""
    measure: str = ""
    diagnosis: str = ""
    diagnosis_words: str = ""

    @property
    def name(self) -> str:
        """What it is called: "Goal 1.2"."""
        return f"{self.kind.capitalize()} {self.number}"

    @property
    def target(self) -> date | None:
        """Its target date, or None."""
        return date.fromisoformat(self.target_on) if self.target_on else None

    @property
    def term_words(self) -> str:
        return GoalTerm(self.term).label if self.term else ""

    @property
    def title(self) -> str:
        """What it says; a problem that is only a linked diagnosis says that."""
        return self.text.strip() or self.diagnosis_words


def fresh(kind: str, ident: str = "") -> dict[str, Any]:
    """An empty row of a kind, with a new id unless one is given."""
    row: dict[str, Any] = {"id": ident or str(uuid4()), **dict.fromkeys(FIELDS[kind], "")}
    if kind == "goal":
        row["term"] = GoalTerm.SHORT.value
    if kind in BELOW:
        row[BELOW[kind]] = []
    return row


def empty_content(review_every: int) -> Content:
    """A plan in which nothing is written: one row of each kind to begin with."""
    problem, goal = fresh("problem"), fresh("goal")
    goal["objectives"].append(fresh("objective"))
    problem["goals"].append(goal)
    facts = dict.fromkeys(FACTS, "")
    return {"problems": [problem], "interventions": [fresh("intervention")], **facts, "review_every": review_every}


def read_outline(rows: Sequence[str], value: Callable[[str, str], str]) -> Content:
    """The rows of a form as a tree. `rows` are "kind:id" in the order of the page, `value(field, id)` what was typed.

    A goal belongs to the problem above it, an objective to the goal above it; where there is none, one is made, so that
    nothing typed is lost. What is no row, or has an id twice, is left out.
    """
    content: Content = {"problems": [], "interventions": []}
    seen: set[str] = set()
    for row in rows:
        kind, _, ident = row.partition(":")
        if kind not in KINDS or not _is_id(ident) or ident in seen:
            continue
        seen.add(ident)
        made = fresh(kind, ident)
        for field in FIELDS[kind]:
            made[field] = value(field, ident).replace("\r\n", "\n").replace("\r", "\n")
        _place(content, kind, made)
    return content


def _is_id(ident: str) -> bool:
    try:
        return str(UUID(ident)) == ident
    except ValueError:
        return False


def _place(content: Content, kind: str, row: dict[str, Any]) -> None:
    if kind == "intervention":
        content["interventions"].append(row)
        return
    if kind != "problem" and not content["problems"]:
        content["problems"].append(fresh("problem"))
    if kind == "problem":
        content["problems"].append(row)
        return
    goals = content["problems"][-1]["goals"]
    if kind == "objective" and not goals:
        goals.append(fresh("goal"))
    (goals if kind == "goal" else goals[-1]["objectives"]).append(row)


def items_of(content: Content) -> list[Item]:
    """The plan as lines in their order: problem 1, goal 1.1, objective 1.1.1, then interventions."""
    found: list[Item] = []

    def add(kind: str, rows: Iterable[dict[str, Any]], before: str, parent: str) -> None:
        for place, row in enumerate(rows, 1):
            values = {field: row.get(field, "") for field in FIELDS[kind]}
            found.append(Item(kind=kind, id=row["id"], number=f"{before}{place}", parent=parent, **values))
            if kind == "problem":
                add("goal", row["goals"], f"{before}{place}.", row["id"])
            elif kind == "goal":
                add("objective", row["objectives"], f"{before}{place}.", row["id"])

    add("problem", content.get("problems", ()), "", "")
    add("intervention", content.get("interventions", ()), "", "")
    return found


def goals_of(content: Content) -> list[Item]:
    """The goals alone, in their order."""
    return [item for item in items_of(content) if item.kind == "goal"]


def text_length(content: Content) -> int:
    """Characters of everything that was typed."""
    typed = sum(len(item.text) + len(item.measure) for item in items_of(content))
    return typed + sum(len(content.get(key, "")) for key in FACTS)


def without_empty_rows(content: Content) -> Content:
    """The plan as it would be signed: rows in and below which nothing is written are left out, ends are trimmed."""
    kept = deepcopy(content)
    for problem in kept["problems"]:
        for goal in problem["goals"]:
            goal["objectives"] = [row for row in map(_trimmed, goal["objectives"]) if _says(row, "text", "measure")]
        goals = map(_trimmed, problem["goals"])
        problem["goals"] = [row for row in goals if _says(row, "text") or row["objectives"]]
    problems = map(_trimmed, kept["problems"])
    kept["problems"] = [row for row in problems if _says(row, "text", "diagnosis") or row["goals"]]
    kept["interventions"] = [row for row in map(_trimmed, kept["interventions"]) if _says(row, "text")]
    return {key: value.strip() if isinstance(value, str) else value for key, value in kept.items()}


def _says(row: dict[str, Any], *fields: str) -> bool:
    return any(row[field] for field in fields)


def _trimmed(row: dict[str, Any]) -> dict[str, Any]:
    return {key: value.strip() if isinstance(value, str) else value for key, value in row.items()}


def with_row(content: Content, kind: str, parent: str = "") -> tuple[Content, str]:
    """A copy with one more empty row at the end of its parent (or of the plan), and the new row's id.

    An unknown parent changes nothing and gives "".
    """
    changed = deepcopy(content)
    rows = _rows_below(changed, kind, parent) if kind in KINDS else None
    if rows is None:
        return changed, ""
    made = fresh(kind)
    rows.append(made)
    return changed, made["id"]


def _rows_below(content: Content, kind: str, parent: str) -> list[dict[str, Any]] | None:
    if kind == "problem":
        return content["problems"]
    if kind == "intervention":
        return content["interventions"]
    above: list[dict[str, Any]] = content["problems"]
    if kind == "objective":
        above = [goal for problem in above for goal in problem["goals"]]
    return next((row[BELOW["problem" if kind == "goal" else "goal"]] for row in above if row["id"] == parent), None)


def _lists(content: Content) -> Iterable[list[dict[str, Any]]]:
    yield content["problems"]
    yield content["interventions"]
    for problem in content["problems"]:
        yield problem["goals"]
        for goal in problem["goals"]:
            yield goal["objectives"]


def without_row(content: Content, ident: str) -> Content:
    """A copy without this row and what stands below it."""
    changed = deepcopy(content)
    for rows in list(_lists(changed)):
        rows[:] = [row for row in rows if row["id"] != ident]
    return changed


def with_row_moved(content: Content, ident: str, steps: int) -> Content:
    """A copy with this row further down (1) or up (-1) among its neighbors; at the end it stays."""
    changed = deepcopy(content)
    for rows in _lists(changed):
        for place, row in enumerate(rows):
            if row["id"] == ident:
                rows.insert(min(max(place + steps, 0), len(rows) - 1), rows.pop(place))
                return changed
    return changed


def plain_goals(content: Content) -> str:
    """Goals and objectives as plain text, to be put into a note."""
    lines = []
    for item in items_of(content):
        by = f", by {partial_words(item.target_on)}" if item.target_on else ""
        if item.kind == "goal":
            lines.append(f"Goal {item.number}: {item.title}{by}")
        elif item.kind == "objective":
            measure = f" ({item.measure.strip()})" if item.measure.strip() else ""
            lines.append(f"  Objective {item.number}: {item.title}{measure}{by}")
    return "\n".join(lines)


def plain_treatment(content: Content) -> str:
    """Interventions, how often and how, as plain text, to be put into a note."""
    doing = [item.text.strip() for item in items_of(content) if item.kind == "intervention" and item.text.strip()]
    meeting = ", ".join(filter(None, (content.get(key, "").strip() for key in ("frequency", "modality"))))
    return "\n".join([*doing, *([f"Sessions: {meeting}"] if meeting else [])])
