"""The people every test knows. Dr. Hale treats Tobias Lindqvist, Dr. Osei treats Ruth Abernathy."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client
from django.utils import timezone

from practice.infrastructure.days import today
from practice.people.actions.care import begin_care
from practice.people.models import License, Patient, Staff
from practice.people.rules import CareRole, LicenseKind, Role

PASSWORD = "a long enough pass phrase"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def make_staff(username: str, full_name: str, *roles: Role, title: str = "", licensed: bool = False) -> Staff:
    """A member of staff with password and authenticator app, and a license of three years when asked for."""
    staff = Staff.objects.create_user(
        username,
        PASSWORD,
        full_name=full_name,
        title=title,
        roles=[role.value for role in roles],
        joined_at=timezone.now() - timedelta(days=400),
    )
    TOTP.activate(staff, TOTP_SECRET)
    if licensed:
        License.objects.create(
            staff=staff,
            kind=LicenseKind.PSYCHOLOGIST,
            number="TX-0001",
            state="TX",
            expires_on=today() + timedelta(days=1000),
        )
    return staff


def make_patient(number: int, given: str, family: str, born: date, *, treated_by: Staff | None = None) -> Patient:
    """A patient, in the care of somebody for a year."""
    since = today() - timedelta(days=365)
    patient = Patient.objects.create(
        number=number, legal_name=f"{given} {family}", sort_name=f"{family}, {given}", birth_date=born, opened_on=since
    )
    if treated_by is not None:
        begin_care(by=treated_by, patient=patient, staff=treated_by, role=CareRole.TREATING, from_on=since)
    return patient


def code_at(moment: float, secret: str = TOTP_SECRET) -> str:
    """What the authenticator app shows at a moment (seconds since 1970)."""
    return format_hotp_value(hotp_value(secret, int(moment) // 30))


def noon(day: date) -> datetime:
    """The middle of a practice-local day, to travel to."""
    return timezone.make_aware(datetime.combine(day, time(12)))


@pytest.fixture
def hale(db: None) -> Staff:
    return make_staff("hale", "Miriam Hale", Role.CLINICIAN, title="Dr.", licensed=True)


@pytest.fixture
def osei(db: None) -> Staff:
    return make_staff("osei", "Kofi Osei", Role.CLINICIAN, title="Dr.", licensed=True)


@pytest.fixture
def dana(db: None) -> Staff:
    return make_staff("dana", "Dana Whitlock", Role.FRONT_DESK)


@pytest.fixture
def castellanos(db: None) -> Staff:
    return make_staff("castellanos", "M. Castellanos", Role.COMPLIANCE_OFFICER)


@pytest.fixture
def brook(db: None) -> Staff:
    return make_staff("brook", "Ada Brook", Role.ADMINISTRATOR)


@pytest.fixture
def solo(db: None) -> Staff:
    """A solo practice: one person, every role."""
    return make_staff("solo", "Sol Reyes", *Role, title="Dr.", licensed=True)


@pytest.fixture
def lindqvist(hale: Staff) -> Patient:
    return make_patient(20388, "Tobias", "Lindqvist", date(1991, 7, 14), treated_by=hale)


@pytest.fixture
def abernathy(osei: Staff) -> Patient:
    return make_patient(19877, "Ruth", "Abernathy", date(1954, 5, 21), treated_by=osei)


@pytest.fixture
def signed_in(db: None) -> Callable[[Staff], Client]:
    """`signed_in(hale)`: a browser in which that person has signed in, second factor included."""

    def make(staff: Staff) -> Client:
        client = Client()
        client.force_login(staff, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make
