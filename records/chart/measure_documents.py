"""Measures, risk assessments and safety plans on paper: their items of a release, their blocks, their own prints."""

from datetime import datetime, time
from uuid import UUID

from django.utils import timezone

from practice.infrastructure.pdf import render_pdf
from practice.infrastructure.templatetags.look import day as day_words
from practice.infrastructure.templatetags.look import time_of_day
from practice.people.models import Patient, Staff

from .models import Measure, RiskAssessment, SafetyPlan
from .paper import Block, ReleaseItemInfo
from .queries.measures import answered
from .queries.safety import plan_written, risk_level, risk_written
from .rules.measures import AlarmAct, score
from .rules.safety import CRISIS_LINE


def measure_items(patient: Patient) -> list[ReleaseItemInfo]:
    """Measures, risk assessments and safety plans in the index. What was entered in error is part of the record too."""
    items = []
    for measure in patient.measures.select_related("in_error").defer("answers"):
        wrong = " (entered in error)" if hasattr(measure, "in_error") else ""
        on = timezone.localdate(measure.taken_at)
        items.append(ReleaseItemInfo("measure", measure.pk, on, f"Measure: {measure.definition.title}{wrong}"))
    for assessment in patient.risk_assessments.defer("findings"):
        items.append(ReleaseItemInfo("risk", assessment.pk, assessment.on, "Risk assessment"))
    for plan in patient.safety_plans.defer("parts"):
        title = f"Safety plan, version {plan.number}{' (end)' if plan.ended else ''}"
        items.append(ReleaseItemInfo("safety", plan.pk, timezone.localdate(plan.signed_at), title))
    return items


def _measure_block(measure: Measure) -> Block:
    scored = score(measure.definition, measure.answers)
    who = "the patient, on a screen of the practice" if measure.by_patient else measure.entered_by.display_name
    facts = [
        ("Taken", ", ".join(filter(None, [day_words(measure.taken_at), _clock(measure.taken_at)]))),
        ("Score", measure.words if measure.total is not None else "no total: not every question was answered"),
        ("Entered by", who),
    ]
    facts += [("Reading", words) for words in scored.findings]
    if wrong := getattr(measure, "in_error", None):
        facts.append(("Entered in error", f"{wrong.reason} ({wrong.by.display_name}, {_moment(wrong.at)})"))
    if answer := getattr(measure, "alarm_answer", None):
        said = f"{'; '.join(AlarmAct(act).label for act in answer.did)}. {answer.note}".strip()
        facts.append(("What was done", f"{said} ({answer.by.display_name}, {_moment(answer.at)})"))
    title = f"{measure.definition.title}, {day_words(measure.taken_at)}"
    block = Block(measure.pk, "measure", title, timezone.localdate(measure.taken_at), facts)
    block.head = ["Question", "Answer", "Points"]
    block.rows = [
        [f"{row.key}. {row.text}", row.answer, "" if row.points is None else str(row.points)]
        for row in answered(measure)
    ]
    return block


def _risk_block(row: RiskAssessment) -> Block:
    facts = [("Day", day_words(row.on)), ("Risk as judged", risk_level(row))]
    block = Block(row.pk, "risk", f"Risk assessment, {day_words(row.on)}", row.on, facts, risk_written(row))
    block.signed = f"Signed by {row.by.display_name}, {_moment(row.at)}"
    return block


def _safety_block(plan: SafetyPlan) -> Block:
    on = timezone.localdate(plan.signed_at)
    facts = [("Version", str(plan.number))]
    if plan.ended:
        facts.append(("Ended", plan.reason or ""))
    else:
        facts += [("To be looked at again", day_words(plan.review_on)), ("In a crisis", CRISIS_LINE)]
    block = Block(plan.pk, "safety", f"Safety plan, {day_words(plan.signed_at)}", on, facts, plan_written(plan))
    block.signed = f"Signed by {plan.signed_by.display_name}, {_moment(plan.signed_at)}"
    return block


def measure_blocks(patient: Patient, wanted: set[UUID]) -> list[Block]:
    """The blocks of those measures, risk assessments and safety plans of this patient that are wanted."""
    measures = patient.measures.select_related("entered_by", "in_error__by", "alarm_answer__by")
    return [
        *map(_measure_block, measures.filter(pk__in=wanted)),
        *map(_risk_block, patient.risk_assessments.filter(pk__in=wanted).select_related("by")),
        *map(_safety_block, patient.safety_plans.filter(pk__in=wanted).select_related("signed_by")),
    ]


def internal_measure_pdf(measure: Measure, *, practice: object, printed_by: Staff) -> bytes:
    """One measure with its answers as a PDF that says on every page that it is not for release."""
    return render_pdf(
        "documents/internal_chart.html",
        {
            "title": measure.definition.title,
            "practice": practice,
            "patient": measure.patient,
            "blocks": [_measure_block(measure)],
            "printed_by": printed_by.display_name,
            "printed_at": timezone.now(),
            "internal_copy": True,
        },
    )


def safety_plan_pdf(plan: SafetyPlan, *, practice: object, printed_by: Staff) -> bytes:
    """A safety plan on one page, for reading in a crisis: large, plain, the 988 line at its head. An internal copy."""
    return render_pdf(
        "documents/safety_plan.html",
        {
            "title": "My safety plan",
            "practice": practice,
            "patient": plan.patient,
            "plan": plan,
            "written": plan_written(plan),
            "crisis_line": CRISIS_LINE,
            "printed_by": printed_by.display_name,
            "printed_at": timezone.now(),
            "internal_copy": True,
        },
    )


def _moment(value: datetime) -> str:
    return f"{day_words(value)}, {time_of_day(value)}"


def _clock(value: datetime) -> str:
    """The time of day, or nothing for midnight: so a measure stands that was entered with its day alone."""
    return "" if timezone.localtime(value).time() == time.min else time_of_day(value)
