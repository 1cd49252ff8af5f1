"""What a diagnosis can be, and what may be said of it when. Pure: values in, refusal or value out."""

import re
from datetime import date

from django.db import models

from practice.infrastructure.refusals import Refusal

ICD_10_CM = "http://hl7.org/fhir/sid/icd-10-cm"


class ClinicalStatus(models.TextChoices):
    """Where a diagnosis stands. Nothing is ever taken out: a mistake is "entered in error"."""

    ACTIVE = "active", "Active"
    PARTIAL_REMISSION = "partial_remission", "In partial remission"
    FULL_REMISSION = "full_remission", "In full remission"
    RESOLVED = "resolved", "Resolved"
    RULED_OUT = "ruled_out", "Ruled out"
    IN_ERROR = "in_error", "Entered in error"


class Verification(models.TextChoices):
    """How sure the clinician is."""

    PROVISIONAL = "provisional", "Provisional"
    CONFIRMED = "confirmed", "Confirmed"


class ObservationKind(models.TextChoices):
    """What is written down about a patient with a day, beside the diagnoses."""

    SYMPTOMS = "symptoms", "Symptoms"
    FUNCTION = "function", "Functional status"
    PROGNOSIS = "prognosis", "Prognosis"


# A diagnosis in remission is still treated and still coded, so it counts as one that is in force.
IN_FORCE = frozenset({ClinicalStatus.ACTIVE, ClinicalStatus.PARTIAL_REMISSION, ClinicalStatus.FULL_REMISSION})
# FHIR's words for a clinical status (condition-clinical, R4), as imported rows have them.
FROM_FHIR = {
    "active": ClinicalStatus.ACTIVE,
    "recurrence": ClinicalStatus.ACTIVE,
    "relapse": ClinicalStatus.ACTIVE,
    "remission": ClinicalStatus.FULL_REMISSION,
    "inactive": ClinicalStatus.RESOLVED,
    "resolved": ClinicalStatus.RESOLVED,
}
TO_FHIR = {
    ClinicalStatus.ACTIVE: "active",
    ClinicalStatus.PARTIAL_REMISSION: "remission",
    ClinicalStatus.FULL_REMISSION: "remission",
    ClinicalStatus.RESOLVED: "resolved",
    ClinicalStatus.RULED_OUT: "inactive",
    ClinicalStatus.IN_ERROR: "inactive",
}


def plain_title(title: str) -> str:
    """The title of an imported diagnosis without SNOMED's tag: "Stress (finding)" as "Stress"."""
    return re.sub(r" \((disorder|finding|situation|event|procedure|context-dependent category)\)$", "", title)


def imported_status(clinical: str, verification: str, *, ended: bool) -> ClinicalStatus:
    """Where an imported diagnosis stands that nobody here has said anything about yet."""
    if verification == "refuted":
        return ClinicalStatus.RULED_OUT
    if verification == "entered-in-error":
        return ClinicalStatus.IN_ERROR
    found = FROM_FHIR.get(clinical, ClinicalStatus.ACTIVE)
    return ClinicalStatus.RESOLVED if ended and found in IN_FORCE else found


def imported_verification(verification: str) -> Verification:
    """How sure an imported record was; without a word it was confirmed, as FHIR reads it."""
    unsure = {"provisional", "unconfirmed", "differential"}
    return Verification.PROVISIONAL if verification in unsure else Verification.CONFIRMED


def becomes_primary(*, asked: bool, status: str, others_in_force: bool, primary_elsewhere: bool) -> bool:
    """Whether a diagnosis is the primary one from now on: by wish, or because it is the only one in force."""
    if status not in IN_FORCE:
        return False
    return asked or not primary_elsewhere or not others_in_force


def status_refusals(
    *,
    status: str,
    was: str,
    on: date,
    today: date,
    onset: date | None,
    last_on: date | None,
    was_primary: bool = False,
    others_in_force: bool = False,
    successor_named: bool = False,
) -> dict[str, Refusal]:
    """Why a status cannot be written as given, by the field it is about; empty when it can.

    `last_on` is the day of the line written last, `onset` the first day the onset can mean. A primary diagnosis that
    ends while others are in force needs one of them as the next primary: there is always exactly one.
    """
    found: dict[str, Refusal] = {}
    if on > today:
        found["on"] = Refusal("STATUS_IN_FUTURE", "This day is in the future.", "Write it once it is so.")
    elif onset and on < onset:
        found["on"] = Refusal("STATUS_BEFORE_ONSET", "This day is before the diagnosis began.", "Check both days.")
    elif last_on and on < last_on and status != ClinicalStatus.IN_ERROR:
        found["on"] = Refusal(
            "STATUS_BEFORE_LAST",
            f"The history goes on from {last_on:%b} {last_on.day}, {last_on.year}.",
            "Choose that day or a later one.",
        )
    if was == ClinicalStatus.IN_ERROR:
        found["status"] = Refusal(
            "DIAGNOSIS_IN_ERROR", "This diagnosis was entered in error.", "Add the right one as a new diagnosis."
        )
    if was_primary and status not in IN_FORCE and others_in_force and not successor_named:
        found["successor"] = Refusal(
            "PRIMARY_NEEDS_SUCCESSOR",
            "This is the primary diagnosis, and others are in force.",
            "Say which of them is the primary one from now on.",
        )
    return found


def onset_refusal(onset: date | None, *, today: date, born: date | None) -> Refusal | None:
    """Why a diagnosis cannot have begun then, or None."""
    if onset and onset > today:
        return Refusal("ONSET_IN_FUTURE", "This is in the future.", "Write when it began, or leave it empty.")
    if onset and born and onset.year < born.year:
        return Refusal("ONSET_BEFORE_BIRTH", "This is before the patient was born.", "Check the year.")
    return None
