"""Results over time: which measures a patient has, and one of them as points of a drawing beside its table."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, OuterRef, Subquery

from practice.people.models import Patient
from records.chart.models import Result
from records.chart.rules.values import ResultCategory

WIDE, SMALL = (560, 190), (290, 130)
LEFT, RIGHT, TOP, BOTTOM = 34, 34, 14, 24
MOST = 200


@dataclass(frozen=True, slots=True)
class Series:
    """One measure of a patient: what it is, how often it was taken, and the last value."""

    key: UUID
    category: str
    code: str
    title: str
    unit: str
    times: int
    last_at: datetime
    last_number: Decimal | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """Points in a box of `width` by `height`, and the values that its lines stand for."""

    width: int
    height: int
    polyline: str
    last_x: float
    last_y: float
    lines: list[tuple[float, str]]
    first_day: datetime
    last_day: datetime


@dataclass(frozen=True, slots=True)
class Chosen:
    """One measure in full: its results, newest first, and its drawing when there are two numbers or more."""

    series: Series
    results: list[Result]
    drawing: Drawing | None


def series_of(patient: Patient) -> list[Series]:
    """The measures of a patient, questionnaires first, by title."""
    same = Result.objects.filter(
        patient=patient,
        category=OuterRef("category"),
        code=OuterRef("code"),
        title=OuterRef("title"),
        unit=OuterRef("unit"),
    ).order_by("-taken_at", "pk")
    rows = (
        Result.objects.filter(patient=patient)
        .values("category", "code", "title", "unit")
        .annotate(times=Count("pk"), last_at=Max("taken_at"))
        .annotate(last_number=Subquery(same.values("number")[:1]), key=Subquery(same.values("pk")[:1]))
    )
    order = {value: place for place, value in enumerate(ResultCategory.values)}
    return sorted((Series(**row) for row in rows), key=lambda one: (order.get(one.category, 9), one.title.lower()))


def chosen_series(patient: Patient, series: list[Series], key: str) -> Chosen | None:
    """The measure somebody asked for by the id of its last result; without one, the first that can be drawn."""
    one = next((item for item in series if str(item.key) == key), None)
    one = one or next((item for item in series if item.times > 1 and item.last_number is not None), None)
    one = one or (series[0] if series else None)
    if one is None:
        return None
    rows = Result.objects.filter(
        patient=patient, category=one.category, code=one.code, title=one.title, unit=one.unit
    ).order_by("-taken_at", "pk")
    results = list(rows[:MOST])
    return Chosen(
        one, results, draw([(row.taken_at, row.number) for row in reversed(results) if row.number is not None])
    )


def latest_score(patient: Patient) -> Chosen | None:
    """The questionnaire answered last, for the side of the chart. Three queries however many results there are."""
    last = Result.objects.filter(patient=patient, category=ResultCategory.SURVEY, number__isnull=False)
    last_one = last.order_by("-taken_at", "pk").first()
    if last_one is None:
        return None
    rows = last.filter(code=last_one.code, title=last_one.title, unit=last_one.unit).order_by("-taken_at", "pk")
    results = list(rows[:24])
    one = Series(
        last_one.pk,
        last_one.category,
        last_one.code,
        last_one.title,
        last_one.unit,
        len(results),
        last_one.taken_at,
        last_one.number,
    )
    return Chosen(
        one, results, draw([(row.taken_at, row.number) for row in reversed(results) if row.number is not None])
    )


def _in_full(one: Series, results: list[Result], size: tuple[int, int] = WIDE) -> Chosen:
    points = [(row.taken_at, row.number) for row in reversed(results) if row.number is not None]
    return Chosen(one, results, draw(points, size))


def draw(points: list[tuple[datetime, Any]], size: tuple[int, int] = WIDE) -> Drawing | None:
    """Oldest first, (moment, number). None with fewer than two points: one point is a number, not a line."""
    if len(points) < 2:
        return None
    width, height = size
    numbers = [float(number) for _at, number in points]
    low, high = min(0.0, *numbers), max(numbers)
    high = high if high > low else low + 1
    begin, end = points[0][0].timestamp(), points[-1][0].timestamp()
    span = (end - begin) or 1

    def across(at: datetime) -> float:
        return round(LEFT + (at.timestamp() - begin) / span * (width - LEFT - RIGHT), 1)

    def up(number: float) -> float:
        return round(height - BOTTOM - (number - low) / (high - low) * (height - TOP - BOTTOM), 1)

    dots = [(across(at), up(number)) for (at, _), number in zip(points, numbers, strict=True)]
    lines = [(up(value), f"{value:g}") for value in (low, (low + high) / 2, high)]
    return Drawing(width, height, " ".join(f"{x},{y}" for x, y in dots), *dots[-1], lines, points[0][0], points[-1][0])
