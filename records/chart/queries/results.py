"""Results by day and kind. Every function takes a chart that a doorway has opened."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID, uuid5

from django.db.models import Max, Min, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from practice.people.models import Patient

from ..models import Result


def results_of_groups(patient: Patient, keys: Iterable[str]) -> QuerySet[Result]:
    """The results of these groups, in the order they are shown."""
    wanted = [Q(pk__in=[])]
    for key in keys:
        category, _, day = key.rpartition(" ")
        begins = timezone.make_aware(datetime.combine(date.fromisoformat(day), time.min))
        ends = timezone.make_aware(datetime.combine(date.fromisoformat(day) + timedelta(days=1), time.min))
        wanted.append(Q(category=category, taken_at__gte=begins, taken_at__lt=ends))
    return Result.objects.filter(reduce(or_, wanted), patient=patient).order_by("taken_at", "title", "pk")


def result_days(patient: Patient, category: str = "") -> QuerySet[Any]:
    """Days with results, newest first: {"day", "category", "first"}."""
    rows = Result.objects.filter(patient=patient)
    if category:
        rows = rows.filter(category=category)
    days = rows.annotate(day=TruncDate("taken_at")).values("day", "category")
    return days.annotate(first=Min("taken_at"), last=Max("taken_at")).order_by("-day", "category")


def group_id(patient_id: UUID, group: str) -> UUID:
    """A lasting id for the results of one day and category, which are one item of a release."""
    return uuid5(patient_id, f"results {group}")
