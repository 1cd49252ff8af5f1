"""What can be done with diagnoses and observations. Each act is one transaction: checks, writes, records.

Access is checked here again, silently: the doorway in `policies` came first, and recorded who asked.
"""

from datetime import date

from django.db import transaction

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to

from ..models import Diagnosis, DiagnosisStatus, IcdCode, Observation
from ..queries.diagnoses import Standing, standings, standings_of
from ..rules.diagnoses import (
    ICD_10_CM,
    ClinicalStatus,
    Verification,
    becomes_primary,
    onset_refusal,
    status_refusals,
)
from ..rules.partial_days import first_day, whole_day
from .sessions import NO_CARE


@transaction.atomic
def add_diagnosis(
    *,
    by: Staff,
    patient: Patient,
    code: IcdCode,
    onset: str = "",
    verification: str = Verification.CONFIRMED,
    status: str = ClinicalStatus.ACTIVE,
    primary: bool = False,
    on: date | None = None,
    comment: str = "",
    stands_for: Diagnosis | None = None,
) -> Diagnosis:
    """Add a diagnosis by its code, as of a local day (today). `onset` is a partial day: "2023" or "2023-02" too.

    The first diagnosis in force is the primary one. Raises Refused for headings, impossible days, a code that is in
    force already, and an imported row that has a code already.
    """
    _check_care(by, patient)
    _one_at_a_time(patient)
    on = on or today()
    if refusal := _refusal_to_add(patient, code, stands_for):
        raise Refused(refusal)
    if refusal := onset_refusal(first_day(onset), today=today(), born=patient.birth_date):
        raise Refused(refusal)
    _raise_first(status_refusals(status=status, was="", on=on, today=today(), onset=None, last_on=None))
    diagnosis = Diagnosis.objects.create(
        patient=patient,
        code_system=ICD_10_CM,
        code=code.code,
        release_label=code.release.label,
        title=code.title,
        onset_on=whole_day(onset),
        as_given={} if whole_day(onset) or not onset else {"onset_on": onset},
        recorded_on=today(),
        recorded_by=by,
        stands_for=stands_for,
    )
    if stands_for is not None:
        _retire(by, stands_for, on)
    others = _others(patient, diagnosis)
    is_primary = becomes_primary(
        asked=primary,
        status=status,
        others_in_force=bool(others),
        primary_elsewhere=any(other.primary for other in others),
    )
    if is_primary:
        _step_down(by, others, on)
    _write(by, diagnosis, status, verification, is_primary, on, comment)
    record(by=by, event=AuditEvent.RECORDED, subject=diagnosis, patient_id=patient.pk, detail="diagnosis")
    return diagnosis


@transaction.atomic
def change_diagnosis(
    *,
    by: Staff,
    diagnosis: Diagnosis,
    status: str,
    verification: str,
    on: date,
    primary: bool = False,
    comment: str = "",
    successor: Diagnosis | None = None,
) -> DiagnosisStatus:
    """Write the next line of a diagnosis's history. `successor` becomes primary where the primary one ends.

    Raises Refused where `status_refusals` finds a reason.
    """
    patient = diagnosis.patient
    _check_care(by, patient)
    _one_at_a_time(patient)
    standing = standings_of([diagnosis])[0]
    others = _others(patient, diagnosis)
    named = next((other for other in others if successor and other.diagnosis.pk == successor.pk), None)
    _raise_first(
        status_refusals(
            status=status,
            was=standing.status,
            on=on,
            today=today(),
            onset=diagnosis.first_onset_day,
            last_on=standing.last_on,
            was_primary=standing.primary,
            others_in_force=bool(others),
            successor_named=named is not None,
        )
    )
    elsewhere = any(other.primary for other in others)
    is_primary = becomes_primary(
        asked=primary or (standing.primary and named is None),
        status=status,
        others_in_force=bool(others),
        primary_elsewhere=elsewhere or named is not None,
    )
    if is_primary:
        _step_down(by, others, on)
    line = _write(by, diagnosis, status, verification, is_primary, on, comment)
    if named is not None and not is_primary and not elsewhere:
        _write(by, named.diagnosis, named.status, named.verification, True, max(on, named.last_on or on), "")
    record(by=by, event=AuditEvent.CHANGED, subject=diagnosis, patient_id=patient.pk, detail="diagnosis")
    return line


@transaction.atomic
def add_observation(
    *, by: Staff, patient: Patient, kind: str, on: date, text: str, supersedes: Observation | None = None
) -> Observation:
    """Write down symptoms, functional status or prognosis as of a day; or correct an entry by one in its place."""
    _check_care(by, patient)
    if not text.strip():
        raise Refused(Refusal("OBSERVATION_EMPTY", "Nothing is written.", "Write what you saw."))
    if on > today():
        raise Refused(Refusal("OBSERVATION_IN_FUTURE", "This day is in the future.", "Choose today or a day before."))
    if supersedes is not None:
        advisory_lock(f"observation {supersedes.pk}")
        if Observation.objects.filter(supersedes=supersedes).exists():
            raise Refused(
                Refusal(
                    "OBSERVATION_CORRECTED_SINCE",
                    "Somebody corrected this entry in the meantime.",
                    "Look at what it says now, then correct that.",
                )
            )
    entry = Observation.objects.create(
        patient=patient, kind=kind, on=on, text=text.strip(), author=by, supersedes=supersedes
    )
    event = AuditEvent.CHANGED if supersedes else AuditEvent.RECORDED
    record(by=by, event=event, subject=entry, patient_id=patient.pk, detail=kind)
    return entry


def _refusal_to_add(patient: Patient, code: IcdCode, stands_for: Diagnosis | None) -> Refusal | None:
    if not code.billable:
        return Refusal(
            "CODE_IS_HEADING", f"{code.code} is a heading; more exact codes stand below it.", "Choose one of those."
        )
    if stands_for is not None and (stands_for.patient_id != patient.pk or stands_for.recorded_by_id is not None):
        return Refusal("NOT_IMPORTED", "Only an imported diagnosis of this patient is given a code this way.")
    if stands_for is not None and Diagnosis.objects.filter(stands_for=stands_for).exists():
        return Refusal("CODED_ALREADY", "This imported diagnosis has a code already.", "Change that diagnosis instead.")
    for one in standings(patient):
        if one.in_force and one.coded and one.diagnosis.code == code.code and one.diagnosis != stands_for:
            return Refusal(
                "DIAGNOSIS_IN_FORCE", f"{code.code} is in force for this patient already.", "Change that diagnosis."
            )
    return None


def _retire(by: Staff, imported: Diagnosis, on: date) -> None:
    """The imported row is shown by its coded row from now on; where it had lines of its own they end."""
    standing = standings_of([imported])[0]
    if standing.line is not None:
        _write(by, imported, ClinicalStatus.RESOLVED, standing.verification, False, max(on, standing.line.on), "")


def _others(patient: Patient, diagnosis: Diagnosis) -> list[Standing]:
    """The other diagnoses in force."""
    return [one for one in standings(patient) if one.in_force and one.diagnosis.pk != diagnosis.pk]


def _step_down(by: Staff, others: list[Standing], on: date) -> None:
    """Who was primary is not any more."""
    for one in others:
        if one.primary:
            _write(by, one.diagnosis, one.status, one.verification, False, max(on, one.last_on or on), "")


def _write(
    by: Staff, diagnosis: Diagnosis, status: str, verification: str, primary: bool, on: date, comment: str
) -> DiagnosisStatus:
    DiagnosisStatus.objects.filter(diagnosis=diagnosis, current=True).update(current=False)
    return DiagnosisStatus.objects.create(
        diagnosis=diagnosis,
        patient_id=diagnosis.patient_id,
        status=status,
        verification=verification,
        primary=primary,
        on=on,
        comment=comment.strip(),
        recorded_by=by,
    )


def _check_care(by: Staff, patient: Patient) -> None:
    if not charts_visible_to(by).filter(pk=patient.pk).exists():
        raise Refused(NO_CARE)


def _one_at_a_time(patient: Patient) -> None:
    advisory_lock(f"diagnoses {patient.pk}")


def _raise_first(refusals: dict[str, Refusal]) -> None:
    if refusals:
        raise Refused(next(iter(refusals.values())))
