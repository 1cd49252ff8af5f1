"""Treatment plans, for pages and paper. Every function takes a chart that a doorway has opened."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from practice.infrastructure.days import today
from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.templatetags.look import day
from practice.people.models import CareRelationship, Patient, Staff
from practice.people.policies import charts_visible_to
from practice.people.rules import CareRole, in_force

from ..models import CANNOT_BE_OPENED, ChartNote, GoalWorkedOn, PlanAgreement, PlanReview, PlanVersion
from ..policies import readable_by
from ..rules.notes import NoteState
from ..rules.plan_tree import Content, Item, goals_of, items_of, plain_goals, plain_treatment
from ..rules.treatment import AGREED, AgreementHow, GoalProgress, next_review_on
from .diagnoses import active_diagnoses


@dataclass(frozen=True, slots=True)
class Worked:
    """One note in which a goal was worked on."""

    note_id: UUID
    on: date
    author: str


@dataclass(slots=True)
class GoalLine:
    """A goal as its page shows it: itself, its objectives, the notes it was worked on in, where it stood last."""

    item: Item
    objectives: list[Item] = field(default_factory=list)
    worked: list[Worked] = field(default_factory=list)
    progress: str = ""
    progress_on: date | None = None


@dataclass(slots=True)
class ProblemLine:
    item: Item
    goals: list[GoalLine] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TickLine:
    """A goal beside a note: its lasting id, what it is called there, whether it is ticked."""

    id: str
    words: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class ReviewWritten:
    """A review as it reads: where each goal stood, and the text."""

    row: PlanReview
    progress: list[tuple[str, str]]
    text: str


def versions(patient: Patient) -> QuerySet[PlanVersion]:
    """Every signed version, the newest first."""
    return PlanVersion.objects.filter(patient=patient).select_related("author").order_by("-number")


def current_version(patient: Patient) -> PlanVersion | None:
    """The version in force, or None while no plan is signed."""
    return versions(patient).first()


def content_of(version: PlanVersion) -> Content | None:
    """What a version says, or None when it cannot be opened: the page says so, and still stands."""
    try:
        content: Content = version.content
    except Unreadable:
        return None
    return content


def review_due_on(version: PlanVersion) -> date:
    """The day the next review of this version is due."""
    return next_review_on(version.on, version.review_every, version.reviews.values_list("on", flat=True))


@dataclass(frozen=True, slots=True)
class PlanGlance:
    """The plan in a few lines, for the page beside which it stands."""

    goals: list[Item]
    review_due_on: date
    late: bool


def plan_at_a_glance(patient: Patient, most: int = 6) -> PlanGlance | None:
    """Goals and next review of the plan in force, or None while there is none."""
    version = current_version(patient)
    if version is None:
        return None
    due_on = review_due_on(version)
    return PlanGlance(goals_of(content_of(version) or {})[:most], due_on, due_on < today())


def has_agreed(agreement: PlanAgreement | None) -> bool:
    """Whether the latest answer is an agreement."""
    return agreement is not None and AgreementHow(agreement.how) in AGREED


def outline(
    content: Content, worked: dict[str, list[Worked]] | None = None, reviews: list[PlanReview] | None = None
) -> list[ProblemLine]:
    """The problems with their goals and objectives, each goal with its history."""
    progress = _latest_progress(reviews or [])
    problems: dict[str, ProblemLine] = {}
    goals: dict[str, GoalLine] = {}
    for item in items_of(content):
        if item.kind == "problem":
            problems[item.id] = ProblemLine(item)
        elif item.kind == "goal":
            code, on = progress.get(item.id, ("", None))
            label = GoalProgress(code).label if code else ""
            goals[item.id] = GoalLine(item, [], (worked or {}).get(item.id, []), label, on)
            problems[item.parent].goals.append(goals[item.id])
        elif item.kind == "objective":
            goals[item.parent].objectives.append(item)
    return list(problems.values())


def review_written(review: PlanReview, content: Content | None) -> ReviewWritten:
    """A review in words; one that cannot be opened says so."""
    try:
        progress, text = review.progress, review.text
    except Unreadable:
        return ReviewWritten(review, [], CANNOT_BE_OPENED)
    goals = goals_of(content or {})
    said = [(f"{goal.number} {goal.title}", progress[goal.id]) for goal in goals if progress.get(goal.id)]
    return ReviewWritten(review, [(words, GoalProgress(code).label) for words, code in said], text)


def interventions(content: Content) -> list[Item]:
    """What is to be done, in its order."""
    return [item for item in items_of(content) if item.kind == "intervention"]


def _latest_progress(reviews: list[PlanReview]) -> dict[str, tuple[str, date]]:
    found: dict[str, tuple[str, date]] = {}
    for review in sorted(reviews, key=lambda one: (one.on, one.recorded_at)):
        try:
            found.update({goal: (code, review.on) for goal, code in review.progress.items() if code})
        except Unreadable:
            continue
    return found


def goal_history(patient: Patient) -> dict[str, list[Worked]]:
    """By goal id: the signed notes in which it was ticked, newest first. A draft is no history yet."""
    signed = (NoteState.SIGNED, NoteState.AWAITING)
    notes = ChartNote.objects.filter(patient=patient, state__in=signed)
    ticks = GoalWorkedOn.objects.filter(note__in=notes).select_related("note__author").defer("note__sections")
    found: dict[str, list[Worked]] = defaultdict(list)
    for tick in ticks.order_by("-note__on", "-note__created_at"):
        note = tick.note
        found[str(tick.goal_id)].append(Worked(note.pk, note.on, note.author.display_name))
    return dict(found)


def goals_beside(note: ChartNote, chosen: list[str] | None = None) -> list[TickLine]:
    """The goals of the plan in force, to be ticked beside a draft; those ticked before and no longer in it stay.

    `chosen` are ids that were just typed and are not saved yet.
    """
    version = current_version(note.patient)
    content = content_of(version) if version else None
    now = {goal.id: f"{goal.number} {goal.title}" for goal in goals_of(content or {})}
    before = {str(tick.goal_id): words for tick, words in _ticks_in_words(note)}
    ticked = set(before if chosen is None else chosen)
    lines = [TickLine(ident, words, ident in ticked) for ident, words in now.items()]
    gone = [TickLine(ident, f"{words} (earlier plan)", ident in ticked) for ident, words in before.items()]
    return [*lines, *(line for line in gone if line.id not in now)]


def goals_of_note(note: ChartNote) -> list[str]:
    """The goals a note ticks, as they read in the version that was in force: "1.2 Speak up at work"."""
    return [words for _tick, words in _ticks_in_words(note)]


def _ticks_in_words(note: ChartNote) -> list[tuple[GoalWorkedOn, str]]:
    ticks = list(note.goals_worked_on.all())
    goals: dict[UUID, dict[str, Item]] = {}
    found = []
    for tick in ticks:
        if tick.version_id not in goals:
            goals[tick.version_id] = {goal.id: goal for goal in goals_of(content_of(tick.version) or {})}
        goal = goals[tick.version_id].get(str(tick.goal_id))
        found.append((tick, f"{goal.number} {goal.title}" if goal else CANNOT_BE_OPENED))
    return sorted(
        found, key=lambda one: [int(part) if part.isdigit() else 0 for part in one[1].split(" ")[0].split(".")]
    )


def diagnoses_to_link(patient: Patient) -> list[tuple[str, str]]:
    """Diagnoses that a problem can be linked to: (id, words), those in force, the primary one first."""
    return [(str(one.diagnosis.pk), one.words) for one in active_diagnoses(patient)]


def care_role_of(staff: Staff, patient: Patient, on: date) -> str:
    """The part a person has in the care of a patient on a day; treating before others, "" without any."""
    order = list(CareRole.values)
    held = [
        care.role
        for care in CareRelationship.objects.filter(staff=staff, patient=patient)
        if in_force(care.from_on, care.until_on, on)
    ]
    return min(held, key=order.index, default="")


def treating(patient: Patient, on: date) -> list[CareRelationship]:
    """Who is to review the plan: those who treat the patient on a day, trainees included, and may open the chart."""
    rows = CareRelationship.objects.filter(patient=patient, role__in=[CareRole.TREATING, CareRole.TRAINEE])
    held = [care for care in rows.select_related("staff") if in_force(care.from_on, care.until_on, on)]
    return [care for care in held if charts_visible_to(care.staff).filter(pk=patient.pk).exists()]


def patients_with_plan() -> QuerySet[Patient]:
    """Patients who have a signed plan."""
    return Patient.objects.filter(Exists(PlanVersion.objects.filter(patient=OuterRef("pk"))))


def goals_to_insert(patient: Patient) -> str:
    """The goals of the plan in force as plain text for a note, "" without any."""
    version = current_version(patient)
    content = content_of(version) if version else None
    return plain_goals(content) if content else ""


def plan_to_insert(patient: Patient, staff: Staff) -> str:
    """What the last signed note says under "Plan", the person's own note first; else how the plan in force treats.

    Its first line says which day it comes from: whoever reads the new note sees what is new.
    """
    notes = ChartNote.objects.filter(readable_by(staff), patient=patient, state=NoteState.SIGNED)
    for chosen in (notes.filter(author=staff), notes):
        for note in chosen.order_by("-on", "-signed_at")[:10]:
            try:
                text = str(note.sections.get("plan", "")).strip()
            except Unreadable:
                continue
            if text:
                return f"Planned {day(note.on)}:\n{text}"
    version = current_version(patient)
    content = content_of(version) if version else None
    text = plain_treatment(content) if content else ""
    return f"Treatment plan of {day(version.on)}:\n{text}" if version and text else ""
