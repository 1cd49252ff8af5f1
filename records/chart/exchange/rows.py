"""The rows of a chart that a release gives out, as values: table, id and fields, ready for JSON."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from practice.infrastructure.copies import as_pictures
from practice.people.models import Patient

from .. import models as m
from ..documents import RELEASED
from ..queries.documents import current_filings
from ..queries.sessions import sessions_of
from ..rules.notes import CancelKind
from .values import written

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the chart: the rows of a patient that are given out, the item each belongs to, what is left out.

    `item` names the kind of item and the field that holds its id.
    """

    model: type[Any]
    item: tuple[str, str]
    rows: Callable[[Patient], QuerySet[Any]]
    change: Callable[[Any], None] = lambda row: None


def _notes(patient: Patient) -> QuerySet[Any]:
    return m.ChartNote.objects.filter(patient=patient, state__in=RELEASED)


def _of_notes(model: type[Any]) -> Callable[[Patient], QuerySet[Any]]:
    return lambda patient: model.objects.filter(note__in=_notes(patient))


def _of_this_patient(model: type[Any]) -> Callable[[Patient], QuerySet[Any]]:
    """What belongs to notes that speak of this patient: one from the wrong chart speaks of somebody else."""
    return lambda patient: _of_notes(model)(patient).exclude(note__cancellation__kind=CancelKind.WRONG_CHART)


def _shared_parts(patient: Patient) -> QuerySet[Any]:
    """A shared part goes with a note of this patient that carries it and is given out, as on paper; never before."""
    carried = _notes(patient).filter(author_id=F("encounter__clinician_id"))
    carried = carried.exclude(cancellation__kind=CancelKind.WRONG_CHART)
    return m.SharedPart.objects.filter(encounter__in=carried.values("encounter"))


def _last_round(model: type[Any]) -> Callable[[Patient], QuerySet[Any]]:
    """Signatures and requests of the version that stands; rounds that were returned are the practice's own work."""
    return lambda patient: model.objects.filter(note__in=_notes(patient), version=F("note__version"))


def _of_patient(model: type[Any], path: str = "patient") -> Callable[[Patient], QuerySet[Any]]:
    return lambda patient: model.objects.filter(**{path: patient})


def _sessions(patient: Patient) -> QuerySet[Any]:
    return sessions_of(patient)


def _bare_session(row: Any) -> None:
    """What may speak of others who took part stays here."""
    row.others_present, row.cancel_words, row.copied_from_id = "", "", None


def _bare_note(row: Any) -> None:
    row.window = ""
    wrong = m.NoteCancellation.objects.filter(note=row, kind=CancelKind.WRONG_CHART).exists()
    if wrong:
        row.sections, row.carried, row.late_reason = {}, {}, ""


def _bare_cancellation(row: Any) -> None:
    if row.kind == CancelKind.WRONG_CHART:
        row.reason = ""


def _copy_only(row: Any) -> None:
    """What is packaged is the copy; of a Word document, which has none, the file itself."""
    if row.shown_kind:
        row.original, row.kind = row.shown, row.shown_kind
        row.size, row.sha256 = len(row.shown), sha256(row.shown).hexdigest()


def as_they_leave(rows: Iterable[m.Document]) -> list[m.Document]:
    """Documents with the copy as it leaves on paper: its pages as pictures, where its file may show more than people
    saw. Raises PdfFailed, or Refused when too many pages would be pictures.
    """
    found = list(rows)
    of = [row for row in found if row.shown_kind == "pdf"]
    for row, pictures in zip(of, as_pictures([bytes(row.shown) for row in of]), strict=True):
        row.shown = pictures or row.shown
    return found


def _first_filing(row: Any) -> None:
    row.replaces_id = None


# In the order in which they can be written again.
TABLES = (
    Table(m.Encounter, ("session", "pk"), _sessions, _bare_session),
    Table(
        m.Participation,
        ("session", "encounter_id"),
        lambda patient: m.Participation.objects.filter(patient=patient, encounter__in=_sessions(patient)),
    ),
    Table(m.SharedPart, ("session", "encounter_id"), _shared_parts),
    Table(m.PlanVersion, ("plan", "pk"), _of_patient(m.PlanVersion)),
    Table(m.PlanAgreement, ("plan", "version_id"), _of_patient(m.PlanAgreement, "version__patient")),
    Table(m.PlanReview, ("plan_review", "pk"), _of_patient(m.PlanReview, "version__patient")),
    Table(m.ChartNote, ("note", "pk"), _notes, _bare_note),
    Table(m.GoalWorkedOn, ("note", "note_id"), _of_this_patient(m.GoalWorkedOn)),
    Table(m.CosignatureRequest, ("note", "note_id"), _last_round(m.CosignatureRequest)),
    Table(m.NoteSignature, ("note", "note_id"), _last_round(m.NoteSignature)),
    Table(m.ChartAddendum, ("note", "note_id"), _of_this_patient(m.ChartAddendum)),
    Table(m.NoteCancellation, ("note", "note_id"), _of_notes(m.NoteCancellation), _bare_cancellation),
    Table(m.Diagnosis, ("diagnosis", "pk"), _of_patient(m.Diagnosis)),
    Table(m.DiagnosisStatus, ("diagnosis", "diagnosis_id"), _of_patient(m.DiagnosisStatus)),
    Table(m.Observation, ("observation", "pk"), _of_patient(m.Observation)),
    Table(m.Medication, ("medication", "pk"), _of_patient(m.Medication)),
    Table(m.MonitoringPlan, ("medication", "medication_id"), _of_patient(m.MonitoringPlan, "medication__patient")),
    Table(
        m.MonitoringDone,
        ("medication", "plan.medication_id"),
        lambda patient: m.MonitoringDone.objects.filter(plan__medication__patient=patient).select_related("plan"),
    ),
    Table(m.CarePlan, ("plan", "pk"), _of_patient(m.CarePlan)),
    Table(m.Result, ("result", "pk"), _of_patient(m.Result)),
    Table(m.Measure, ("measure", "pk"), _of_patient(m.Measure)),
    Table(m.MeasureInError, ("measure", "measure_id"), _of_patient(m.MeasureInError, "measure__patient")),
    Table(m.AlarmAnswer, ("measure", "measure_id"), _of_patient(m.AlarmAnswer, "measure__patient")),
    Table(m.RiskAssessment, ("risk", "pk"), _of_patient(m.RiskAssessment)),
    Table(m.SafetyPlan, ("safety", "pk"), _of_patient(m.SafetyPlan)),
    Table(
        m.Document,
        ("document", "pk"),
        lambda patient: m.Document.objects.filter(
            pk__in=current_filings().filter(document__patient=patient).values("document")
        ),
        _copy_only,
    ),
    Table(
        m.DocumentFiling,
        ("document", "document_id"),
        lambda patient: current_filings().filter(document__patient=patient),
        _first_filing,
    ),
    Table(m.Handover, ("handover", "pk"), _of_patient(m.Handover)),
    Table(m.HandoverRead, ("handover", "handover_id"), _of_patient(m.HandoverRead, "handover__patient")),
)


def rows_of(patient: Patient) -> Iterator[tuple[str, UUID, Any, Row]]:
    """(kind of item, id of the item, the row itself, its values) of everything that is given out."""
    for table in TABLES:
        kind, path = table.item
        rows = table.rows(patient).order_by("pk")
        for row in as_they_leave(rows) if table.model is m.Document else rows:
            table.change(row)
            owner = row
            *steps, last = path.split(".")
            for step in steps:
                owner = getattr(owner, step)
            yield kind, getattr(owner, last), row, written(row)
