"""People and rows the measurements stand on."""

from datetime import date
from itertools import count

from practice.people.models import Patient, Staff
from practice.people.rules import Role
from tests.everybody import make_patient, make_staff

numbers = count(50_000)


def clinician_with_patient(clinician: Staff | None = None) -> tuple[Staff, Patient]:
    """A licensed clinician and a patient in their care since a year ago."""
    number = next(numbers)
    if clinician is None:
        clinician = make_staff(f"bench{number}", "Miriam Hale", Role.CLINICIAN, title="Dr.", licensed=True)
    return clinician, make_patient(number, "Tobias", "Lindqvist", date(1991, 7, 14), treated_by=clinician)


def compliance_officer_with_patient() -> tuple[Staff, Patient]:
    """A compliance officer, and a patient whose disclosures they record."""
    number = next(numbers)
    officer = make_staff(f"bench{number}", "M. Castellanos", Role.COMPLIANCE_OFFICER)
    return officer, make_patient(number, "Ruth", "Abernathy", date(1954, 5, 21))
