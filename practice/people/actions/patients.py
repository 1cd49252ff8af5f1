"""Taking on, changing, closing and reopening patients. Nothing here removes one."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import Max

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.refusals import Refusal, Refused

from ..models import Patient, PatientName, Staff
from ..policies import check_act, check_edit
from ..rules import FIRST_PATIENT_NUMBER, Act, CareRole, Details, NameUse, Role
from .care import begin_care

CLOSED_BACK = timedelta(days=30)


@transaction.atomic
def open_new_patient(
    *, by: Staff, details: Details, treating: Staff | None = None, opened_on: date | None = None
) -> Patient:
    """Take on a patient with the next free number, in the care of `treating` from that day.

    A clinician who takes on a patient treats them; front desk may leave it open. Raises Refused when `by` may not, or
    when `treating` is somebody else and `by` is not front desk.
    """
    check_act(by, Act.PATIENT_OPEN)
    treating = _who_treats(by, treating)
    day = opened_on or today()
    patient = Patient(number=next_patient_number(), opened_on=day)
    _write(patient, details)
    patient.save()
    if treating is not None:
        begin_care(by=by, patient=patient, staff=treating, role=CareRole.TREATING, from_on=day)
    return patient


def next_patient_number() -> int:
    """The next free number, held for this transaction: nobody else gets it meanwhile."""
    advisory_lock("patient-number")
    highest = Patient.objects.aggregate(top=Max("number"))["top"] or 0
    return max(highest + 1, FIRST_PATIENT_NUMBER)


@transaction.atomic
def change_patient(*, by: Staff, patient: Patient, details: Details) -> None:
    """Change the names and dates of a patient. A legal name that goes is kept as a former name."""
    check_edit(by, patient)
    before = patient.legal_name
    _write(patient, details)
    patient.save()
    if before != patient.legal_name:
        PatientName.objects.create(patient=patient, use=NameUse.FORMER, text=before)


@transaction.atomic
def close_patient(*, by: Staff, patient: Patient, closed_on: date) -> None:
    """End the care of a patient. The record stays and stays readable; nothing is removed.

    Raises Refused when `by` may not, when the patient is closed already, or the day is before the first, to come, or
    so far back that keeping times would be over before they began.
    """
    _check_open_and_close(by, patient)
    if patient.closed_on is not None:
        raise Refused(Refusal("PATIENT_CLOSED", "This patient is closed already."))
    if not patient.opened_on <= closed_on <= today():
        raise Refused(Refusal("PATIENT_CLOSED_WHEN", "The last day lies between the first day and today."))
    if closed_on < today() - CLOSED_BACK:
        raise Refused(
            Refusal(
                "PATIENT_CLOSED_LONG_AGO",
                f"The last day lies at most {CLOSED_BACK.days} days back: keeping times are counted from it.",
                "Give a day of the last month.",
            )
        )
    patient.closed_on = closed_on
    patient.save(update_fields=["closed_on"])
    record(by=by, event=AuditEvent.RECORDED, subject=patient, patient_id=patient.pk, detail="closed")


@transaction.atomic
def reopen_patient(*, by: Staff, patient: Patient) -> None:
    """Take a closed patient back under the same number."""
    _check_open_and_close(by, patient)
    if patient.closed_on is None:
        raise Refused(Refusal("PATIENT_OPEN", "This patient is not closed."))
    patient.closed_on = None
    patient.save(update_fields=["closed_on"])
    record(by=by, event=AuditEvent.RECORDED, subject=patient, patient_id=patient.pk, detail="reopened")


@transaction.atomic
def set_litigation_hold(*, by: Staff, patient: Patient, held: bool) -> None:
    """Mark or unmark the record as needed in litigation. For the compliance officer."""
    check_act(by, Act.POLICY_CHANGE)
    patient.litigation_hold = held
    patient.save(update_fields=["litigation_hold"])


def _check_open_and_close(by: Staff, patient: Patient) -> None:
    check_act(by, Act.PATIENT_OPEN)
    check_edit(by, patient)


def _who_treats(by: Staff, treating: Staff | None) -> Staff | None:
    if by.has_role(Role.FRONT_DESK):
        return treating
    if treating not in (None, by):
        raise Refused(
            Refusal(
                "PATIENT_FOR_ANOTHER",
                "You take on patients for yourself.",
                "Front desk can take one on for somebody else.",
            )
        )
    return by


def _write(patient: Patient, details: Details) -> None:
    patient.legal_name, patient.sort_name = details.legal_name, details.sort_name
    patient.preferred_name, patient.pronouns = details.preferred_name, details.pronouns
    patient.birth_date, patient.died_on = details.birth_date, details.died_on
    patient.language = details.language
