"""Diagnoses with their course, what was observed, medication with its changes, and monitoring that is due.

Written as rows where the day lies in the past: a line of 2023 was written in 2023.
"""

from datetime import date, datetime, time, timedelta

from django.utils import timezone

from practice.people.models import Patient, Staff
from practice.worklist.actions import add_task
from practice.worklist.rules import TaskKind
from records.chart.models import Diagnosis, DiagnosisStatus, Medication, MonitoringDone, MonitoringPlan, Observation
from records.chart.rules.diagnoses import ICD_10_CM, ClinicalStatus, ObservationKind, Verification
from records.chart.rules.medication import MedicationChange, next_due

from .practice import Demo

RELEASE = "2026-04"
SEEN = {
    ObservationKind.SYMPTOMS: "Worry on most days, tension in neck and jaw, wakes at four on three mornings a week. No panic attacks since the summer.",
    ObservationKind.FUNCTION: "At work full time; speaks up in the small team meeting, not yet in the large one. Sees friends twice a month. Cooks and keeps the household.",
    ObservationKind.PROGNOSIS: "Good, with weekly sessions for three more months and the exercises between them; at risk when nights at work pile up.",
}


def fill_diagnoses(demo: Demo) -> None:
    """Every patient's diagnosis has its history; four patients have more."""
    for key, patient in demo.patients.items():
        _main(patient, demo.therapist_of(key), bool(demo.about[key].ended_weeks_ago))
    hale, patient = demo.therapist_of("Lindqvist"), demo.patients["Lindqvist"]
    _past(hale, patient, "F51.01", "Primary insomnia", "2022-11", demo.day - timedelta(days=460))
    Diagnosis.objects.create(
        patient=patient,
        code_system="http://snomed.info/sct",
        code="73595000",
        title="Stress (finding)",
        clinical_status="active",
        verification_status="confirmed",
        as_given={"onset_on": "2021"},
        recorded_on=patient.opened_on - timedelta(days=700),
        source_system="https://records.prairie-family.example",
        source_id="condition-1",
    )
    for back, kind in (
        (150, ObservationKind.PROGNOSIS),
        (45, ObservationKind.FUNCTION),
        (10, ObservationKind.SYMPTOMS),
    ):
        on = demo.day - timedelta(days=back)
        Observation.objects.create(patient=patient, kind=kind, on=on, text=SEEN[kind], author=hale, recorded_at=_at(on))
    _dose_change(demo, patient, hale)
    _monitoring(demo, "Lindqvist", "Weight and sleep", every=12, last=80)
    _monitoring(demo, "Tallchief", "Blood pressure, lying and standing", every=4, last=33)
    _monitoring(demo, "Weiss", "Sodium level", every=26, last=170)


def _main(patient: Patient, by: Staff, ended: bool) -> None:
    """The diagnosis that treatment began with: provisional at first, confirmed four weeks later."""
    diagnosis = Diagnosis.objects.filter(patient=patient).first()
    if diagnosis is None:
        return
    began = patient.opened_on
    _line(diagnosis, by, ClinicalStatus.ACTIVE, Verification.PROVISIONAL, began, primary=True)
    confirmed = began + timedelta(weeks=4)
    if confirmed < timezone.localdate():
        _line(diagnosis, by, ClinicalStatus.ACTIVE, Verification.CONFIRMED, confirmed, primary=True)
    if ended and patient.closed_on:
        text = "Goals reached; scores below the cut-off three times in a row."
        _line(diagnosis, by, ClinicalStatus.RESOLVED, Verification.CONFIRMED, patient.closed_on, comment=text)


def _past(by: Staff, patient: Patient, code: str, title: str, onset: str, ended_on: date) -> None:
    """A second diagnosis that is over."""
    diagnosis = Diagnosis.objects.create(
        patient=patient,
        code_system=ICD_10_CM,
        code=code,
        release_label=RELEASE,
        title=title,
        as_given={"onset_on": onset},
        recorded_on=patient.opened_on,
        recorded_by=by,
    )
    _line(diagnosis, by, ClinicalStatus.ACTIVE, Verification.CONFIRMED, patient.opened_on)
    text = "Sleeping more than six and a half hours for two months, without medication at night."
    _line(diagnosis, by, ClinicalStatus.RESOLVED, Verification.CONFIRMED, ended_on, comment=text)


def _line(
    diagnosis: Diagnosis,
    by: Staff,
    status: ClinicalStatus,
    verification: Verification,
    on: date,
    *,
    primary: bool = False,
    comment: str = "",
) -> None:
    DiagnosisStatus.objects.filter(diagnosis=diagnosis, current=True).update(current=False)
    DiagnosisStatus.objects.create(
        diagnosis=diagnosis,
        patient=diagnosis.patient,
        status=status,
        verification=verification,
        primary=primary,
        on=on,
        comment=comment,
        recorded_by=by,
        recorded_at=_at(on),
    )


def _dose_change(demo: Demo, patient: Patient, by: Staff) -> None:
    """The dose was raised by the family doctor four months ago, as the patient told us."""
    old = Medication.objects.get(patient=patient)
    on = demo.day - timedelta(days=120)
    Medication.objects.create(
        patient=patient,
        title=old.title,
        status="active",
        prescriber=old.prescriber,
        where="elsewhere",
        dosage="100 mg",
        route="by mouth",
        frequency="each morning",
        started_on=old.started_on,
        change=MedicationChange.CHANGED,
        changed_on=on,
        supersedes=old,
        recorded_by=by,
        recorded_at=_at(on),
        comment="Raised after the summer; tolerated well.",
    )


def _monitoring(demo: Demo, key: str, what: str, *, every: int, last: int) -> None:
    """Looked after every so many weeks, done `last` days ago; when it is due next is on the home page."""
    by, patient = demo.therapist_of(key), demo.patients[key]
    done_on = demo.day - timedelta(days=last)
    plan = MonitoringPlan.objects.create(
        medication=Medication.objects.get(patient=patient, supersedes=None),
        what=what,
        every=every,
        unit="weeks",
        first_due_on=done_on,
        set_by=by,
        set_at=_at(done_on - timedelta(weeks=every)),
    )
    due = next_due(done_on, every, "weeks")
    MonitoringDone.objects.create(
        plan=plan,
        done_on=done_on,
        result="As before; nothing that needs the prescriber.",
        next_due_on=due,
        recorded_by=by,
        recorded_at=_at(done_on),
    )
    add_task(kind=TaskKind.MEDICATION_MONITORING, due_on=due, subject=plan, patient=patient, person=by)


def _at(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(17, 20)))
