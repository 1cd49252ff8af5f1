"""The list of patients a person may open, in a practice far larger than ours: 10,000 patients, 50 staff."""

from datetime import date
from unittest.mock import patch

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from guardian.models import UserObjectPermission
from guardian.shortcuts import get_objects_for_user

from practice.people.models import CareRelationship, Patient, PatientPermission, Staff
from practice.people.policies import charts_visible_to
from practice.people.rules import CareRole, Role
from tests import databases

from .measure import Row, by_turns

PATIENTS, STAFF = 10_000, 50


def visible_patients() -> list[Row]:
    """Counts the visible patients of one person and lists the first fifty by name."""
    staff = [
        Staff(username=f"clinician{number}", full_name=f"Clinician {number}", roles=[Role.CLINICIAN])
        for number in range(STAFF)
    ]
    Staff.objects.bulk_create(staff)
    patients = [
        Patient(
            number=100_000 + number,
            legal_name=f"Patient {number}",
            sort_name=f"{number:05}",
            opened_on=date(2020, 1, 1),
        )
        for number in range(PATIENTS)
    ]
    Patient.objects.bulk_create(patients)
    permission = Permission.objects.get(codename="open_chart")
    content_type = ContentType.objects.get_for_model(Patient)
    # each patient is cared for by two of the fifty
    pairs = [(patients[n], staff[(n + offset) % STAFF]) for n in range(PATIENTS) for offset in (0, 7)]
    CareRelationship.objects.bulk_create(
        CareRelationship(
            patient=patient, staff=person, role=CareRole.TREATING, from_on=date(2020, 1, 1), made_by=staff[0]
        )
        for patient, person in pairs
    )
    PatientPermission.objects.bulk_create(
        PatientPermission(content_object=patient, user=person, permission=permission) for patient, person in pairs
    )
    UserObjectPermission.objects.bulk_create(
        UserObjectPermission(object_pk=str(patient.pk), content_type=content_type, user=person, permission=permission)
        for patient, person in pairs
    )
    databases.connect_superuser("default").execute("ANALYZE")  # as autovacuum would have done
    person = staff[0]

    def ours() -> None:
        found = charts_visible_to(person)
        assert found.count() == PATIENTS * 2 // STAFF
        list(found.order_by("sort_name")[:50])

    def generic() -> None:
        with patch("guardian.shortcuts.get_user_obj_perms_model", lambda *_: UserObjectPermission):
            found = get_objects_for_user(
                person, "people.open_chart", klass=Patient, accept_global_perms=False, with_superuser=False
            )
            assert found.count() == PATIENTS * 2 // STAFF
            list(found.order_by("sort_name")[:50])

    mine, theirs = by_turns(ours, generic, turns=15)
    return [Row("visible patients: count and first 50 of 10,000", mine, "guardian, generic permissions", theirs)]
