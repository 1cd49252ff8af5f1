"""Measures, alarms and repeats. Every function takes a chart that a doorway has opened, or asks the policy itself."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from practice.infrastructure.templatetags.look import day
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to

from ..models import Measure, MeasureRepeat
from ..rules import measures as rules

OPEN_ALARM = Q(alarm=True, alarm_answer__isnull=True)


def measures_of(patient: Patient) -> QuerySet[Measure]:
    """The measures of a patient that count, newest first: without those entered in error."""
    return Measure.objects.filter(patient=patient, in_error__isnull=True).order_by("-taken_at", "-entered_at")


def open_alarms(staff: Staff) -> QuerySet[Measure]:
    """Measures with a thought of death or self-harm that no clinician has answered, in charts open to this person."""
    found = Measure.objects.filter(OPEN_ALARM, patient__in=charts_visible_to(staff))
    return found.select_related("patient").order_by("taken_at")


def open_alarm_of(patient: Patient) -> Measure | None:
    """The oldest alarm of one patient that no clinician has answered."""
    return Measure.objects.filter(OPEN_ALARM, patient=patient).order_by("taken_at").first()


def last_of(patient: Patient, code: str) -> Measure | None:
    """The newest measure of one kind that counts."""
    return measures_of(patient).filter(code=code).first()


@dataclass(frozen=True, slots=True)
class Answered:
    """One item as it was answered, for pages and paper."""

    key: str
    text: str
    answer: str
    points: int | None
    alarm: bool


def answered(measure: Measure) -> list[Answered]:
    """Every item of the measure with its answer; "not answered" where there is none."""
    shown = []
    for item in measure.definition.items:
        place = measure.answers.get(item.key)
        option = item.options[place] if place is not None else None
        points = option.points if option and item.scored else None
        alarm = bool(item.alarm and option and option.points)
        shown.append(Answered(item.key, item.text, option.label if option else "not answered", points, alarm))
    return shown


@dataclass(frozen=True, slots=True)
class Repeat:
    """A measure that repeats: which, how often, and when next."""

    row: MeasureRepeat
    definition: rules.Definition
    due_on: date | None


def repeats_of(patient: Patient) -> list[Repeat]:
    """The repeats in force, soonest first. The newest row of each measure holds."""
    newest = MeasureRepeat.objects.filter(patient=patient).order_by("code", "-set_at").distinct("code")
    found = [repeat for row in newest if (repeat := _repeat(row)) is not None]
    return sorted(found, key=lambda one: one.due_on or date.max)


def repeat_of(patient: Patient, code: str) -> Repeat | None:
    """The repeat of one measure that is in force, or None."""
    row = MeasureRepeat.objects.filter(patient=patient, code=code).order_by("-set_at").first()
    return _repeat(row) if row is not None else None


def _repeat(row: MeasureRepeat) -> Repeat | None:
    definition = rules.current_of(row.code)
    if definition is None or not row.every_weeks:
        return None
    last = last_of(row.patient, row.code)
    last_on = timezone.localdate(last.taken_at) if last else None
    set_on = timezone.localdate(row.set_at)
    return Repeat(row, definition, rules.due_on(last_on=last_on, set_on=set_on, every_weeks=row.every_weeks))


def latest_in_words(patient: Patient) -> str:
    """The latest score of each measure as a note says it: "PHQ-9 14 (moderate), Nov 14, 2026; was 17 on Oct 31"."""
    lines = []
    for definition in rules.current():
        found = list(measures_of(patient).filter(code=definition.code, total__isnull=False)[:2])
        if not found:
            continue
        last, *before = found
        words = f"{definition.title} {last.words}, {day(last.taken_at)}"
        if before:
            words += f"; was {before[0].total} on {_earlier(before[0], last)}"
        lines.append(words)
    return "\n".join(lines)


def _earlier(before: Measure, last: Measure) -> str:
    """The day of an earlier measure, without the year where it is that of the later one."""
    words = day(before.taken_at)
    year = timezone.localdate(last.taken_at).year
    return words.removesuffix(f", {year}")
