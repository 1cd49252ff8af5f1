"""Diagnoses as they stand, and what is observed beside them. Every function takes a chart that a doorway has opened."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from uuid import UUID

from django.db.models import QuerySet

from practice.people.models import Patient

from ..models import Diagnosis, DiagnosisStatus, Observation
from ..rules.diagnoses import IN_FORCE, ClinicalStatus, Verification, imported_status, imported_verification


@dataclass(frozen=True, slots=True)
class Standing:
    """A diagnosis and where it stands: by its history, or as it was imported where nobody here has said more.

    `since` is the day from which it has this status without a break.
    """

    diagnosis: Diagnosis
    status: ClinicalStatus
    verification: Verification
    primary: bool
    since: date | None
    line: DiagnosisStatus | None = None

    @property
    def in_force(self) -> bool:
        """Whether it counts among the patient's diagnoses today: active, or in remission."""
        return self.status in IN_FORCE

    @property
    def last_on(self) -> date | None:
        """The day of the line written last; its history goes on from there."""
        return self.line.on if self.line else None

    @property
    def words(self) -> str:
        """The diagnosis in one line: "F41.1 Generalized anxiety disorder"."""
        return f"{self.diagnosis.code} {self.diagnosis.title}".strip() if self.coded else self.diagnosis.title

    @property
    def coded(self) -> bool:
        """Whether it has a code of ICD-10-CM."""
        return "icd-10" in self.diagnosis.code_system.lower()


def standings(patient: Patient) -> list[Standing]:
    """Every diagnosis of the patient: the primary one, those in force, then the others, the newest onset first.

    An imported diagnosis that was given a code by a row of its own is shown by that row alone.
    """
    rows = Diagnosis.objects.filter(patient=patient, coded_as__isnull=True).select_related("stands_for", "recorded_by")
    found = standings_of(rows)
    return sorted(found, key=lambda one: (not one.primary, not one.in_force, -_ordinal(one), one.diagnosis.title))


def standings_of(rows: Iterable[Diagnosis]) -> list[Standing]:
    """Where these diagnoses stand, in the order given: one query for all of them."""
    rows = list(rows)
    histories: dict[UUID, list[DiagnosisStatus]] = {row.pk: [] for row in rows}
    for line in DiagnosisStatus.objects.filter(diagnosis__in=rows).order_by("recorded_at"):
        histories[line.diagnosis_id].append(line)
    return [_standing(row, histories[row.pk]) for row in rows]


def active_diagnoses(patient: Patient) -> list[Standing]:
    """The diagnoses in force today, the primary one first: what a plan calls the problems."""
    return [one for one in standings(patient) if one.in_force]


def history_of(diagnosis: Diagnosis) -> QuerySet[DiagnosisStatus]:
    """What was said of a diagnosis, newest first."""
    return diagnosis.history.select_related("recorded_by").order_by("-recorded_at")


def observations(patient: Patient, kind: str = "") -> QuerySet[Observation]:
    """Symptoms, functional status and prognosis as they stand, newest first; what was corrected is left out."""
    rows = Observation.objects.filter(patient=patient, superseded_by__isnull=True).select_related("author")
    return (rows.filter(kind=kind) if kind else rows).order_by("-on", "-recorded_at")


def earlier_versions(observation: Observation) -> list[Observation]:
    """What an entry took the place of, newest first."""
    by_id: dict[UUID, Observation] = {
        row.pk: row for row in Observation.objects.filter(patient=observation.patient_id).select_related("author")
    }
    return chain_of(observation, by_id)


def chain_of(observation: Observation, by_id: Mapping[UUID, Observation]) -> list[Observation]:
    """The same, out of every entry of the patient."""
    found = []
    before = observation.supersedes_id
    while before:
        found.append(by_id[before])
        before = by_id[before].supersedes_id
    return found


def _standing(row: Diagnosis, history: list[DiagnosisStatus]) -> Standing:
    line = next((line for line in history if line.current), None)
    if line is not None:
        status, verification = ClinicalStatus(line.status), Verification(line.verification)
        run = takewhile(lambda earlier: earlier.status == line.status, reversed(history))
        return Standing(row, status, verification, line.primary, min(one.on for one in run), line)
    ended = bool(row.ended_on or row.as_given.get("ended_on"))
    status = imported_status(row.clinical_status, row.verification_status, ended=ended)
    since = row.recorded_on if status in IN_FORCE else row.ended_on
    return Standing(row, status, imported_verification(row.verification_status), False, since)


def _ordinal(one: Standing) -> int:
    day = one.diagnosis.first_onset_day or one.diagnosis.recorded_on
    return day.toordinal() if day else 0
