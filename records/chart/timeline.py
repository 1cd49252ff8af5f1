"""One line of time through a patient's chart: notes, sessions, results, diagnoses, medication, plans, documents.

One union in the database and one query per kind on the page, however long the chart is. A search for words is in
`searching`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce, TruncDate
from django.utils import timezone

from practice.people.models import Patient, Staff

from .models import (
    CarePlan,
    ChartNote,
    Diagnosis,
    DiagnosisStatus,
    Encounter,
    Handover,
    Measure,
    Medication,
    MonitoringDone,
    Observation,
    PlanReview,
    PlanVersion,
    Result,
    RiskAssessment,
    SafetyPlan,
)
from .policies import readable_by
from .queries.documents import current_filings
from .queries.sessions import sessions_of
from .rules.notes import NoteState

OPENING = 400


class EntryKind(models.TextChoices):
    """What can stand in a timeline."""

    NOTE = "note", "Progress notes"
    SESSION = "session", "Sessions"
    MEASURE = "measure", "Measures"
    RESULT = "result", "Results"
    DIAGNOSIS = "diagnosis", "Diagnoses"
    COURSE = "course", "Course of diagnoses"
    OBSERVATION = "observation", "Symptoms and prognosis"
    MEDICATION = "medication", "Medication"
    MONITORING = "monitoring", "Monitoring"
    TREATMENT_PLAN = "treatment-plan", "Treatment plan"
    PLAN_REVIEW = "plan-review", "Plan reviews"
    PLAN = "plan", "Imported plans"
    RISK = "risk", "Risk"
    SAFETY = "safety", "Safety plans"
    HANDOVER = "handover", "Handovers"
    DOCUMENT = "document", "Documents"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line: the day, what it is, and the row itself for the page to show."""

    kind: EntryKind
    id: UUID
    on: date | None
    row: Any

    @property
    def opening(self) -> str:
        """The first words of a note, section by section in the order of its format."""
        return str(self.row.opening)[:OPENING]


def visible_notes(patient: Patient, staff: Staff) -> QuerySet[ChartNote]:
    """Signed notes of the patient, and the drafts of the person who looks: a draft is nobody else's business."""
    return ChartNote.objects.filter(readable_by(staff), patient=patient)


def _local(field: str) -> TruncDate:
    return TruncDate(field, tzinfo=timezone.get_current_timezone())


def sources_of(patient: Patient, staff: Staff) -> dict[EntryKind, tuple[QuerySet[Any], Any]]:
    """Per kind: the rows of this patient, and the expression for their day."""
    noted = visible_notes(patient, staff).exclude(state=NoteState.CANCELLED).filter(encounter__isnull=False)
    sessions = sessions_of(patient).exclude(pk__in=noted.values("encounter_id"))
    return {
        EntryKind.NOTE: (visible_notes(patient, staff), F("on")),
        EntryKind.SESSION: (sessions, _local("started_at")),
        EntryKind.MEASURE: (Measure.objects.filter(patient=patient), _local("taken_at")),
        EntryKind.RESULT: (Result.objects.filter(patient=patient), _local("taken_at")),
        EntryKind.DIAGNOSIS: (_diagnoses(patient), Coalesce("onset_on", "recorded_on")),
        EntryKind.COURSE: (_course(patient), F("on")),
        EntryKind.OBSERVATION: (Observation.objects.filter(patient=patient, superseded_by=None), F("on")),
        EntryKind.MEDICATION: (Medication.objects.filter(patient=patient), Coalesce("changed_on", "started_on")),
        EntryKind.MONITORING: (MonitoringDone.objects.filter(plan__medication__patient=patient), F("done_on")),
        EntryKind.TREATMENT_PLAN: (PlanVersion.objects.filter(patient=patient), F("on")),
        EntryKind.PLAN_REVIEW: (PlanReview.objects.filter(version__patient=patient), F("on")),
        EntryKind.PLAN: (CarePlan.objects.filter(patient=patient), F("started_on")),
        EntryKind.RISK: (RiskAssessment.objects.filter(patient=patient), F("on")),
        EntryKind.SAFETY: (SafetyPlan.objects.filter(patient=patient), _local("signed_at")),
        EntryKind.HANDOVER: (Handover.objects.filter(patient=patient), _local("made_at")),
        EntryKind.DOCUMENT: (current_filings().filter(document__patient=patient), F("dated_on")),
    }


def _diagnoses(patient: Patient) -> QuerySet[Diagnosis]:
    """Each once: an imported one that was given a code is shown by its code. Where it stands is on its own page."""
    return Diagnosis.objects.filter(patient=patient, coded_as=None)


def _course(patient: Patient) -> QuerySet[DiagnosisStatus]:
    """What became of diagnoses: every line of their history but the one they were written down with."""
    earlier = DiagnosisStatus.objects.filter(diagnosis=OuterRef("diagnosis"), recorded_at__lt=OuterRef("recorded_at"))
    changed = Exists(earlier) | Q(diagnosis__recorded_by=None)
    return DiagnosisStatus.objects.filter(changed, patient=patient)


@dataclass(frozen=True, slots=True)
class Span:
    """What of the chart is meant: one kind or all, from a day to a day (both inclusive); undated only without days."""

    kind: str = ""
    first: date | None = None
    last: date | None = None

    @property
    def days(self) -> Q:
        return (Q(day__gte=self.first) if self.first else Q()) & (Q(day__lte=self.last) if self.last else Q())


def rows_of(patient: Patient, staff: Staff, span: Span) -> dict[EntryKind, QuerySet[Any]]:
    """Per kind: the rows of the span with their `day`. The caller has passed the doorway of the chart."""
    sources = sources_of(patient, staff)
    chosen = [EntryKind(span.kind)] if span.kind in EntryKind.values else list(sources)
    return {kind: sources[kind][0].order_by().annotate(day=sources[kind][1]).filter(span.days) for kind in chosen}


def timeline(patient: Patient, staff: Staff, span: Span = Span()) -> QuerySet[Any]:
    """(kind, id, day, place) of the chart, newest first; to be paged, then given to `entries`."""
    parts = [
        rows.annotate(place=Value(place), entry_kind=Value(kind.value)).values_list("entry_kind", "pk", "day", "place")
        for place, (kind, rows) in enumerate(rows_of(patient, staff, span).items())
    ]
    union = parts[0].union(*parts[1:], all=True) if len(parts) > 1 else parts[0]
    return union.order_by(F("day").desc(nulls_last=True), "place", "pk")


LOADERS: dict[EntryKind, Callable[[], QuerySet[Any]]] = {
    EntryKind.NOTE: lambda: ChartNote.objects.select_related(
        "author", "encounter__shared_part", "format"
    ).prefetch_related("addenda"),
    EntryKind.SESSION: lambda: Encounter.objects.select_related("clinician").prefetch_related("participations"),
    EntryKind.MEASURE: lambda: Measure.objects.select_related("in_error", "entered_by", "alarm_answer"),
    EntryKind.RESULT: lambda: Result.objects.all(),
    EntryKind.DIAGNOSIS: lambda: Diagnosis.objects.all(),
    EntryKind.COURSE: lambda: DiagnosisStatus.objects.select_related("diagnosis", "recorded_by"),
    EntryKind.OBSERVATION: lambda: Observation.objects.select_related("author"),
    EntryKind.MEDICATION: lambda: Medication.objects.select_related("prescribed_by"),
    EntryKind.MONITORING: lambda: MonitoringDone.objects.select_related("recorded_by", "plan__medication"),
    EntryKind.TREATMENT_PLAN: lambda: PlanVersion.objects.select_related("author"),
    EntryKind.PLAN_REVIEW: lambda: PlanReview.objects.select_related("reviewed_by", "version"),
    EntryKind.PLAN: lambda: CarePlan.objects.all(),
    EntryKind.RISK: lambda: RiskAssessment.objects.select_related("by"),
    EntryKind.SAFETY: lambda: SafetyPlan.objects.select_related("signed_by"),
    EntryKind.HANDOVER: lambda: Handover.objects.select_related("by", "to"),
    EntryKind.DOCUMENT: current_filings,
}


def entries(page: Iterable[tuple[str, UUID, date | None, int]]) -> list[TimelineEntry]:
    """The rows of one page of `timeline`: one query per kind on the page."""
    wanted = list(page)
    rows: dict[tuple[str, UUID], Any] = {}
    for kind in {kind for kind, *_rest in wanted}:
        ids = [pk for name, pk, *_rest in wanted if name == kind]
        rows.update({(kind, row.pk): row for row in LOADERS[EntryKind(kind)]().filter(pk__in=ids)})
    return [TimelineEntry(EntryKind(kind), pk, day, rows[kind, pk]) for kind, pk, day, _place in wanted]
