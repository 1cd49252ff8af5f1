"""Treatment plans that tests begin with."""

from typing import Any

from practice.people.models import Patient, Staff
from records.chart.actions.treatment import begin_plan, save_plan, sign_plan
from records.chart.models import PlanDraft, PlanVersion
from records.chart.rules.plan_tree import Content

PROBLEM, GOAL, OBJECTIVE, OTHER_GOAL, DOING = (
    f"{number}0000000-0000-4000-8000-00000000000{number}" for number in range(1, 6)
)


def content(goal: str = "Speak up at work weekly", **changed: Any) -> Content:
    """A plan with one problem, two goals, one objective and one intervention."""
    objective = {
        "id": OBJECTIVE,
        "text": "Says one thing in each meeting",
        "measure": "Diary",
        "target_on": "2027-01-29",
    }
    goals = [
        {"id": GOAL, "text": goal, "term": "short", "target_on": "2027-03-01", "objectives": [objective]},
        {"id": OTHER_GOAL, "text": "Sleep 6.5 hours", "term": "long", "target_on": "", "objectives": []},
    ]
    problem = {"id": PROBLEM, "text": "Avoids meetings", "diagnosis": "", "diagnosis_words": "", "goals": goals}
    return {
        "problems": [problem],
        "interventions": [{"id": DOING, "text": "Graded exposure"}],
        "frequency": "weekly",
        "modality": "individual, 50 min",
        "length": "six months",
        "discharge": "Four meetings in a row without avoiding",
        "review_every": 90,
    } | changed


def save_plan_of(by: Staff, patient: Patient, goal: str = "Speak up at work weekly", **changed: Any) -> PlanDraft:
    """A draft that says so."""
    draft = begin_plan(by=by, patient=patient)
    said = content(goal, **changed)
    return save_plan(by=by, patient_id=patient.pk, content=said, base_version=draft.version).draft


def make_plan(by: Staff, patient: Patient, goal: str = "Speak up at work weekly", **changed: Any) -> PlanVersion:
    """A signed version that says so."""
    draft = save_plan_of(by, patient, goal, **changed)
    return sign_plan(by=by, patient_id=patient.pk, seen_version=draft.version)


def posted(said: Content, *, version: int, window: str = "w", **more: Any) -> dict[str, Any]:
    """A plan as the editor posts it."""
    rows: list[str] = []
    fields: dict[str, Any] = {"version": version, "window": window}

    def put(kind: str, row: dict[str, Any]) -> None:
        rows.append(f"{kind}:{row['id']}")
        fields.update({f"{name}_{row['id']}": value for name, value in row.items() if isinstance(value, str)})

    for problem in said["problems"]:
        put("problem", problem)
        for goal in problem["goals"]:
            put("goal", goal)
            for objective in goal["objectives"]:
                put("objective", objective)
    for row in said["interventions"]:
        put("intervention", row)
    facts = {name: said[name] for name in ("frequency", "modality", "length", "discharge", "review_every")}
    return fields | facts | {"row": rows} | more
