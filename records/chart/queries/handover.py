"""Handovers and the summaries that go with them."""

from datetime import timedelta

from django.db.models import QuerySet

from practice.infrastructure.days import today
from practice.people.models import Patient, Staff

from ..models import ChartNote
from ..rules.notes import NoteState

SUMMARIES = ("treatment_summary", "discharge")
RECENT = timedelta(days=90)


def own_summaries(author: Staff, patient: Patient) -> QuerySet[ChartNote]:
    """The author's signed treatment and discharge summaries of the last 90 days, newest first."""
    notes = ChartNote.objects.filter(patient=patient, author=author, state=NoteState.SIGNED)
    recent = notes.filter(format__code__in=SUMMARIES, on__gte=today() - RECENT)
    return recent.select_related("format").defer("sections").order_by("-on")
