"""A practice with a compliance officer, a clinician, front desk and two patients, and a checkpoint file per test."""

from datetime import date

import pytest
from django.db import transaction

from disclosures.ledger import actions
from disclosures.ledger.bases import Basis
from disclosures.ledger.particulars import Recipient
from practice.compliance.models import PracticeProfile
from practice.people.models import Patient, Staff
from practice.people.rules import Role


@pytest.fixture
def profile(db):
    return PracticeProfile.objects.update_or_create(
        id=1,
        defaults={
            "name": "Cedar Street Counseling",
            "address": "418 Cedar Street, Suite 2\nSpringfield, IL 62704",
            "phone": "(217) 555-0140",
            "privacy_contact_title": "Privacy officer",
            "privacy_contact_name": "M. Castellanos",
            "privacy_contact_phone": "(217) 555-0148",
            "log_origin": "cedar-street.example/disclosures/1",
        },
    )[0]


def staff_member(username, name, *roles):
    return Staff.objects.create_user(username, None, full_name=name, roles=list(roles))


@pytest.fixture
def castellanos(profile):
    return staff_member("castellanos", "M. Castellanos", Role.COMPLIANCE_OFFICER)


@pytest.fixture
def hale(profile):
    return staff_member("hale", "Miriam Hale", Role.CLINICIAN)


@pytest.fixture
def dana(profile):
    return staff_member("dana", "Dana Whitlock", Role.FRONT_DESK)


@pytest.fixture
def lindqvist(profile):
    return Patient.objects.create(
        number=10402, legal_name="Tobias Lindqvist", sort_name="Lindqvist, Tobias", birth_date=date(1988, 3, 9),
        opened_on=date(2019, 1, 7),
    )  # fmt: skip


@pytest.fixture
def abernathy(profile):
    return Patient.objects.create(
        number=10217, legal_name="Ruth Abernathy", sort_name="Abernathy, Ruth", birth_date=date(1954, 5, 21),
        opened_on=date(2018, 2, 1),
    )  # fmt: skip


DEFAULTS = {
    "disclosed_on": date(2024, 5, 12),
    "recipient": Recipient("Circuit Court of Sangamon County", "court", "200 S. Ninth St., Springfield, IL 62701"),
    "description": "Progress notes, January to March 2023",
    "purpose": "Court order of May 4, 2023, case 23-L-204",
    "basis": Basis.B_COURT_ORDER,
    "record_classes": ["chart"],
}


@pytest.fixture
def disclose(castellanos, lindqvist):
    """`disclose(purpose=..., day="2025-01-31")` enters a disclosure and gives its entry."""

    def enter(*, patient=None, day=None, by=None, **more):
        given = DEFAULTS | more
        if day:
            given["disclosed_on"] = date.fromisoformat(day)
        with transaction.atomic():
            return actions.append_disclosure(by=by or castellanos, patient=patient or lindqvist, **given)

    return enter
