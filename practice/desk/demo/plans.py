"""Treatment plans: two versions and their reviews, one whose review is late, one that nobody has answered yet."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from django.utils import timezone

from practice.people.models import Patient, Staff
from practice.people.rules import CareRole, Role
from records.chart.actions.plan_reviews import tend_review_tasks
from records.chart.actions.treatment import begin_plan, save_plan
from records.chart.models import (
    ChartNote,
    GoalWorkedOn,
    NoteFormat,
    NoteSignature,
    PlanAgreement,
    PlanReview,
    PlanVersion,
)
from records.chart.queries.diagnoses import active_diagnoses
from records.chart.rules.cosigning import Decision, SignerRole
from records.chart.rules.notes import NoteState
from records.chart.rules.plan_tree import Content
from records.chart.rules.treatment import AgreementHow, GoalProgress, ReviewOutcome

from .practice import Demo

NAMES = UUID("7d4a2f9e-5c1b-4e0f-9f57-3f4f0a5f6b21")


def fill_plans(demo: Demo) -> None:
    """Call after the sessions and notes are there."""
    _lindqvist(demo)
    _late(demo, "Abernathy")
    _unanswered(demo, "Okonkwo-Fairbanks")
    for patient in demo.patients.values():
        tend_review_tasks(patient)


def _ident(patient: Patient, name: str) -> str:
    return str(uuid5(NAMES, f"{patient.pk} {name}"))


def _goal(
    patient: Patient, name: str, text: str, term: str, by: date | None, *objectives: tuple[str, str, date]
) -> Any:
    return {
        "id": _ident(patient, name),
        "text": text,
        "term": term,
        "target_on": by.isoformat() if by else "",
        "objectives": [
            {"id": _ident(patient, f"{name}.{n}"), "text": what, "measure": measure, "target_on": on.isoformat()}
            for n, (what, measure, on) in enumerate(objectives, 1)
        ],
    }


def _plan(patient: Patient, problems: list[tuple[str, list[Any]]], doing: list[str], **facts: Any) -> Content:
    standing = next((one for one in active_diagnoses(patient) if one.coded), None)
    rows = []
    for n, (text, goals) in enumerate(problems, 1):
        linked = standing if n == 1 else None
        rows.append(
            {
                "id": _ident(patient, f"problem {n}"),
                "text": text,
                "diagnosis": str(linked.diagnosis.pk) if linked else "",
                "diagnosis_words": linked.words if linked else "",
                "goals": goals,
            }
        )
    return {
        "problems": rows,
        "interventions": [{"id": _ident(patient, f"doing {text}"), "text": text} for text in doing],
        **facts,
    }


def _sign(patient: Patient, author: Staff, number: int, on: date, content: Content) -> PlanVersion:
    """A version as it was signed in the past: a row, since the act itself signs today."""
    role = CareRole.TRAINEE if Role.TRAINEE in author.roles else CareRole.TREATING
    return PlanVersion.objects.create(
        patient=patient,
        number=number,
        author=author,
        author_role=role,
        on=on,
        review_every=content["review_every"],
        content=content,
    )


def _answer(version: PlanVersion, how: AgreementHow, text: str = "") -> None:
    PlanAgreement.objects.create(version=version, on=version.on, how=how, text=text, recorded_by=version.author)


def _look(version: PlanVersion, on: date, outcome: ReviewOutcome, progress: dict[str, GoalProgress], text: str) -> None:
    PlanReview.objects.create(
        version=version, on=on, outcome=outcome, progress=progress, text=text, reviewed_by=version.author
    )


def _call(version: PlanVersion, on: date, goal: str, text: str) -> None:
    """A signed note of a call between sessions that worked on a goal: ticked while it was a draft, as in life."""
    at = timezone.make_aware(datetime.combine(on, time(12, 10)))
    form = NoteFormat.objects.get(code="free", version=1)
    note = ChartNote.objects.create(
        patient=version.patient,
        author=version.author,
        format=form,
        on=on,
        version=2,
        sections={form.keys[0]: text},
        created_at=at,
        saved_at=at,
    )
    GoalWorkedOn.objects.create(note=note, version=version, goal_id=goal)
    NoteSignature.objects.create(
        note=note, version=note.version, staff=note.author, role=SignerRole.AUTHOR, decision=Decision.SIGNED, at=at
    )
    note.state, note.signed_at = NoteState.SIGNED, at
    note.save(update_fields=["state", "signed_at"])


def _lindqvist(demo: Demo) -> None:
    patient, author, day = demo.patients["Lindqvist"], demo.therapist_of("Lindqvist"), demo.day
    sleep = _goal(
        patient, "sleep", "Sleep 6.5 hours on most nights", "short", day + timedelta(days=24),
        ("Leaves the bed after 20 minutes awake", "Sleep diary, five nights of seven", day + timedelta(days=10)),
    )  # fmt: skip
    work = _goal(
        patient, "work", "Speak up at work once a week", "long", day + timedelta(days=90),
        ("Raises one disagreement in a team meeting", "His own record, four weeks in a row", day + timedelta(days=45)),
    )  # fmt: skip
    brother = _goal(patient, "brother", "Call his brother", "short", day + timedelta(days=60))
    facts = {
        "frequency": "weekly",
        "modality": "individual, 50 min, in person or by video",
        "length": "about nine months",
        "discharge": "GAD-7 below 5 at three visits in a row; speaks in meetings without rehearsing.",
        "review_every": 90,
    }
    first = _plan(
        patient,
        [
            (
                "Anxiety in meetings and before them",
                [sleep, _goal(patient, "work", "Attend every team meeting", "long", None)],
            )
        ],
        ["Cognitive restructuring", "Sleep hygiene"],
        **(facts | {"frequency": "every two weeks"}),
    )
    second = _plan(
        patient,
        [("Anxiety in meetings and before them", [sleep, work]), ("Has drawn back from his family", [brother])],
        ["Cognitive restructuring", "Graded exposure, with a written ladder"],
        **facts,
    )
    one = _sign(patient, author, 1, day - timedelta(days=200), first)
    _answer(one, AgreementHow.PAPER)
    _look(
        one, day - timedelta(days=112), ReviewOutcome.UNCHANGED,
        {sleep["id"]: GoalProgress.PROGRESSING, work["id"]: GoalProgress.NO_CHANGE},
        "Sleeps longer since he leaves the bed when awake. Meetings are attended in silence.",
    )  # fmt: skip
    two = _sign(patient, author, 2, day - timedelta(days=60), second)
    _answer(two, AgreementHow.SAID, "He wants to begin with the smaller meeting on Tuesdays.")
    _look(
        two, day - timedelta(days=20), ReviewOutcome.UNCHANGED,
        {sleep["id"]: GoalProgress.PROGRESSING, work["id"]: GoalProgress.PROGRESSING},
        "Spoke in three of four meetings. The brother has not been called yet.",
    )  # fmt: skip
    for ago, goal, text in (
        (50, work, "Call after the team meeting: he spoke second, anxiety 6 of 10 before and 3 after."),
        (36, sleep, "Call: five nights of the sleep diary read out, out of bed on three of them."),
        (22, work, "Call: prepared one sentence for Tuesday."),
        (8, work, "Call: said the sentence, was not interrupted."),
    ):
        _call(two, day - timedelta(days=ago), goal["id"], text)


def _late(demo: Demo, key: str) -> None:
    patient, author, day = demo.patients[key], demo.therapist_of(key), demo.day
    goals = [_goal(patient, "visits", "Visit her sister twice a month", "short", day - timedelta(days=10))]
    content = _plan(
        patient, [("Grief; has not left the house much since spring", goals)], ["Narrative work on the loss"],
        frequency="every two weeks", modality="individual, 50 min", length="one year", discharge="", review_every=60,
    )  # fmt: skip
    _answer(_sign(patient, author, 1, day - timedelta(days=75), content), AgreementHow.SAID)


def _unanswered(demo: Demo, key: str) -> None:
    patient, author, day = demo.patients[key], demo.therapist_of(key), demo.day
    goals = [_goal(patient, "routine", "A morning routine on workdays", "short", day + timedelta(days=40))]
    content = _plan(
        patient, [("Low mood, stays in bed until noon", goals)], ["Behavioral activation"],
        frequency="weekly", modality="individual, 50 min", length="six months",
        discharge="PHQ-9 below 5 for two months.", review_every=90,
    )  # fmt: skip
    _sign(patient, author, 1, day - timedelta(days=3), content)
    draft = begin_plan(by=author, patient=patient)
    save_plan(
        by=author, patient_id=patient.pk, content=content | {"frequency": "twice a week"}, base_version=draft.version
    )
