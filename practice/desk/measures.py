"""Results over time: which measures a patient has, and one of them as points of a drawing beside its table.

What was taken here and what was imported stand in one series where both are totals of the same measure (by LOINC code).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery

from practice.people.models import Patient
from records.chart.models import Measure, Result
from records.chart.queries.measures import measures_of
from records.chart.rules.measures import Definition, current, current_of, of_loinc_total
from records.chart.rules.values import ResultCategory

WIDE, SMALL = (560, 190), (290, 130)
LEFT, RIGHT, TOP, BOTTOM = 34, 34, 14, 24
MOST = 200


@dataclass(frozen=True, slots=True)
class Series:
    """One measure of a patient: what it is, how often it was taken, and the last value."""

    key: UUID | str
    category: str
    code: str
    title: str
    unit: str
    times: int
    last_at: datetime
    last_number: Decimal | int | None
    definition: Definition | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a series, as the table shows it."""

    taken_at: datetime
    number: Decimal | int | None
    shown: str
    measure: Measure | None = None
    imported: bool = True


@dataclass(frozen=True, slots=True)
class Drawing:
    """Points in a box of `width` by `height`, the values that its lines stand for, and the bands behind it."""

    width: int
    height: int
    polyline: str
    last_x: float
    last_y: float
    lines: list[tuple[float, str]]
    first_day: datetime
    last_day: datetime
    dots: list[tuple[float, float]]
    bands: list[tuple[float, float, str]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """One measure in full: its values, newest first, and its drawing when there are two numbers or more."""

    series: Series
    results: list[Point]
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
        .exclude(_totals())
        .values("category", "code", "title", "unit")
        .annotate(times=Count("pk"), last_at=Max("taken_at"))
        .annotate(last_number=Subquery(same.values("number")[:1]), key=Subquery(same.values("pk")[:1]))
    )
    order = {value: place for place, value in enumerate(ResultCategory.values)}
    found = [*_own_series(patient), *(Series(**row) for row in rows)]
    return sorted(found, key=lambda one: (order.get(one.category, 9), one.title.lower()))


def chosen_series(patient: Patient, series: list[Series], key: str) -> Chosen | None:
    """The measure somebody asked for: by its code, or by the id of its last result; else the first to be drawn."""
    one = next((item for item in series if str(item.key) == key), None)
    one = one or next((item for item in series if item.times > 1 and item.last_number is not None), None)
    one = one or (series[0] if series else None)
    return _in_full(patient, one) if one is not None else None


def latest_score(patient: Patient) -> Chosen | None:
    """The questionnaire answered last, for the side of the chart. The same few queries however many there are."""
    surveys = Result.objects.filter(patient=patient, category=ResultCategory.SURVEY, number__isnull=False)
    result = surveys.order_by("-taken_at", "pk").first()
    measure = measures_of(patient).filter(total__isnull=False).first()
    if measure is not None and (result is None or measure.taken_at >= result.taken_at):
        definition = current_of(measure.code)
    else:
        definition = of_loinc_total(result.code) if result is not None else None
    if definition is not None:
        return _in_full(patient, _series_of_definition(patient, definition), SMALL, most=24)
    if result is None:
        return None
    rows = surveys.filter(code=result.code, title=result.title, unit=result.unit).order_by("-taken_at", "pk")
    points = [_imported(row) for row in rows[:24]]
    kept = (result.pk, result.category, result.code, result.title, result.unit)
    return Chosen(Series(*kept, len(points), result.taken_at, result.number), points, _draw(points, SMALL))


def _totals() -> Q:
    """Imported results that are totals of a measure known here."""
    codes = [one.loinc_total for one in current() if one.loinc_total]
    return Q(category=ResultCategory.SURVEY, code__in=codes, number__isnull=False)


def _own_series(patient: Patient) -> Iterable[Series]:
    taken = set(measures_of(patient).order_by().values_list("code", flat=True).distinct())
    codes = set(Result.objects.filter(_totals(), patient=patient).order_by().values_list("code", flat=True).distinct())
    for definition in current():
        if definition.code in taken or definition.loinc_total in codes - {""}:
            yield _series_of_definition(patient, definition)


def _series_of_definition(patient: Patient, definition: Definition) -> Series:
    points = _points_of(patient, definition)
    scored = [point for point in points if point.number is not None]
    last = (scored or points)[0]
    return Series(
        definition.code,
        ResultCategory.SURVEY.value,
        definition.loinc_total,
        definition.title,
        "",
        len(points),
        last.taken_at,
        last.number,
        definition,
    )


def _points_of(patient: Patient, definition: Definition) -> list[Point]:
    """Every total of one measure, newest first: those taken here, and imported ones of the same LOINC code."""
    points = [
        Point(measure.taken_at, measure.total, measure.words, measure, imported=False)
        for measure in measures_of(patient).filter(code=definition.code).select_related("entered_by").defer("answers")
    ]
    if definition.loinc_total:
        imported = Result.objects.filter(_totals(), patient=patient, code=definition.loinc_total)
        points += [_imported(row, definition) for row in imported]
    return sorted(points, key=lambda point: point.taken_at, reverse=True)


def _imported(row: Result, definition: Definition | None = None) -> Point:
    band = definition.band_of(int(row.number)) if definition and row.number is not None else ""
    return Point(row.taken_at, row.number, f"{row.shown} ({band})" if band else row.shown)


def _in_full(patient: Patient, one: Series, size: tuple[int, int] = WIDE, most: int = MOST) -> Chosen:
    if one.definition is not None:
        points = _points_of(patient, one.definition)[:most]
    else:
        rows: QuerySet[Result] = Result.objects.filter(
            patient=patient, category=one.category, code=one.code, title=one.title, unit=one.unit
        )
        points = [_imported(row) for row in rows.order_by("-taken_at", "pk")[:most]]
    return Chosen(one, points, _draw(points, size, one.definition))


def _draw(points: list[Point], size: tuple[int, int], definition: Definition | None = None) -> Drawing | None:
    numbers = [(point.taken_at, point.number) for point in reversed(points) if point.number is not None]
    return draw(numbers, size, definition)


def draw(
    points: list[tuple[datetime, Any]], size: tuple[int, int] = WIDE, definition: Definition | None = None
) -> Drawing | None:
    """Oldest first, (moment, number). None with fewer than two points: one point is a number, not a line.

    A measure with a definition is drawn over its whole range, with its bands behind: a fall from 20 to 18 looks small.
    """
    if len(points) < 2:
        return None
    width, height = size
    numbers = [float(number) for _at, number in points]
    low, high = min(0.0, *numbers), max([*numbers, float(definition.highest) if definition else 0.0])
    high = high if high > low else low + 1
    begin, end = points[0][0].timestamp(), points[-1][0].timestamp()
    span = (end - begin) or 1

    def across(at: datetime) -> float:
        return round(LEFT + (at.timestamp() - begin) / span * (width - LEFT - RIGHT), 1)

    def up(number: float) -> float:
        return round(height - BOTTOM - (number - low) / (high - low) * (height - TOP - BOTTOM), 1)

    dots = [(across(at), up(number)) for (at, _), number in zip(points, numbers, strict=True)]
    marks = [low, *(band.low for band in definition.bands[1:]), high] if definition else [low, (low + high) / 2, high]
    lines = [(up(value), f"{value:g}") for value in _apart(marks, high)]
    bands = []
    if definition:
        edges = [*(band.low for band in definition.bands), definition.highest]
        bands = [
            (up(top), round(up(bottom) - up(top), 1), band.label)
            for band, bottom, top in zip(definition.bands, edges, edges[1:], strict=False)
        ]
    polyline = " ".join(f"{x},{y}" for x, y in dots)
    return Drawing(width, height, polyline, *dots[-1], lines, points[0][0], points[-1][0], dots, bands)


def _apart(marks: list[float], high: float) -> list[float]:
    """The marks whose words do not stand upon each other: at least a tenth of the height between two."""
    kept: list[float] = []
    for mark in marks:
        if not kept or mark - kept[-1] >= high / 10:
            kept.append(mark)
    return kept
