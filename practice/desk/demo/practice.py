"""The demo practice: its name, its staff with their sign-ins, its patients and who cares for whom."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from allauth.mfa.totp.internal.auth import TOTP
from django.utils import timezone

from practice.compliance.actions import change_profile
from practice.people.actions.care import begin_care
from practice.people.actions.contact import add_address, add_contact, add_telecom, record_contact_wish
from practice.people.actions.representatives import add_representative
from practice.people.actions.staff import add_license
from practice.people.confidential import Means
from practice.people.models import Patient, Staff
from practice.people.rules import AddressUse, CareRole, LicenseKind, NameUse, RepresentativeKind, Role, TelecomKind

from .people import PATIENTS, STAFF, DemoPatient

FIRST_NUMBER = 20_102


@dataclass
class Demo:
    """What the parts of the demo hand on to each other. `day` is the first day the demo was filled."""

    day: date
    rng: Random
    staff: dict[str, Staff] = field(default_factory=dict)
    patients: dict[str, Patient] = field(default_factory=dict)
    about: dict[str, DemoPatient] = field(default_factory=dict)

    def therapist_of(self, family: str) -> Staff:
        return self.staff[self.about[family].therapist]


def fill_people(demo: Demo, *, password: str, totp_secret: str) -> None:
    """Staff with one password and one secret for all sign-ins, thirty patients, care relationships of years."""
    for person in STAFF:
        staff = Staff.objects.create_user(
            person.username,
            password,
            full_name=person.full_name,
            title=person.title,
            roles=list(person.roles),
            joined_at=timezone.now() - timedelta(days=2500),
        )
        TOTP.activate(staff, totp_secret)
        demo.staff[person.username] = staff
    _license_everybody(demo)
    change_profile(
        by=demo.staff["admin"],
        name="Cedar Street Counseling",
        address="418 Cedar Street, Suite 2\nSpringfield, IL 62704",
        phone="(217) 555-0140",
        privacy_contact_title="Privacy officer",
        privacy_contact_name="Marisol Castellanos",
        privacy_contact_phone="(217) 555-0148",
    )
    for position, about in enumerate(PATIENTS):
        _take_on(demo, about, FIRST_NUMBER + position * 13)


def _license_everybody(demo: Demo) -> None:
    for person in STAFF:
        if person.license_kind:
            trainee = person.license_kind == LicenseKind.SUPERVISED_TRAINEE
            add_license(
                by=demo.staff["admin"],
                staff=demo.staff[person.username],
                kind=LicenseKind(person.license_kind),
                number=f"{'RT' if trainee else '071'}-00{demo.rng.randint(1000, 9999)}",
                state="IL",
                issued_on=demo.day - timedelta(days=2900),
                expires_on=demo.day + timedelta(days=400),
                supervisor=demo.staff["supervisor"] if trainee else None,
            )


def _take_on(demo: Demo, about: DemoPatient, number: int) -> None:
    opened = demo.day - timedelta(weeks=about.weeks)
    patient = Patient.objects.create(
        number=number,
        legal_name=f"{about.given} {about.family}",
        sort_name=f"{about.family}, {about.given}",
        preferred_name=about.preferred,
        pronouns=about.pronouns,
        birth_date=date(*about.born),
        opened_on=opened,
        language="English",
    )
    patient.names.create(use=NameUse.LEGAL, text=patient.legal_name)
    key = about.family if about.family not in demo.patients else f"{about.given} {about.family}"
    demo.patients[key], demo.about[key] = patient, about
    desk = demo.staff["frontdesk"]
    address = {"city": about.city, "state": "IL", "postal_code": about.postal_code, "country": "US"}
    add_address(by=desk, patient=patient, use=AddressUse.HOME, lines=about.street, from_on=opened, **address)
    if about.confidential_address:
        record_contact_wish(
            by=desk,
            patient=patient,
            means=Means.MAIL,
            lines=about.confidential_address,
            from_on=opened + timedelta(days=30),
            **address,  # type: ignore[arg-type]
        )
    phone = f"(217) 555-01{demo.rng.randint(10, 99)}"
    add_telecom(by=desk, patient=patient, kind=TelecomKind.PHONE, value=phone, use="mobile")
    add_contact(by=desk, patient=patient, name=_relative(demo.rng, about), relationship="family", emergency=True)
    if about.representative:
        add_representative(
            by=desk,
            patient=patient,
            name=about.representative,
            kind=RepresentativeKind.PARENT,
            authority="Mother; birth certificate seen at intake",
            from_on=opened,
            phone=f"(217) 555-01{demo.rng.randint(10, 99)}",
        )
    _care(demo, patient, about, opened)


def _care(demo: Demo, patient: Patient, about: DemoPatient, opened: date) -> None:
    desk = demo.staff["frontdesk"]
    therapist = demo.staff[about.therapist]
    if Role.TRAINEE in therapist.roles:
        begin_care(by=desk, patient=patient, staff=demo.staff["supervisor"], role=CareRole.SUPERVISOR, from_on=opened)
    role = CareRole.TRAINEE if Role.TRAINEE in therapist.roles else CareRole.TREATING
    begin_care(by=desk, patient=patient, staff=therapist, role=role, from_on=opened)


def _relative(rng: Random, about: DemoPatient) -> str:
    return f"{rng.choice(('Alex', 'Morgan', 'Robin', 'Casey', 'Jamie', 'Dana', 'Lee'))} {about.family}"
