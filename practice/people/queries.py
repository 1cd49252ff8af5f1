"""What pages and other apps ask about people."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone

from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal

from .confidential import LETTERS_GO, LetterAddress, Means, goes_elsewhere
from .models import (
    CareRelationship,
    ContactWish,
    Invitation,
    License,
    MinorAlone,
    Patient,
    PatientAddress,
    PersonalRepresentative,
    RepresentativeDecision,
    RepresentativePaper,
    Staff,
)
from .rules import (
    CLINICAL_ROLES,
    MAJORITY,
    AddressUse,
    LicenseKind,
    RepresentationFacts,
    RepresentativeKind,
    Role,
    TelecomKind,
    age_on,
    is_declined,
    license_in_force,
    may_keep_psychotherapy_notes,
    refusal_to_represent,
)


def in_force_on(day: date) -> Q:
    """The rows with `from_on` and `until_on` that hold on a day; an unknown first day counts as begun."""
    return (Q(from_on__isnull=True) | Q(from_on__lte=day)) & (Q(until_on__isnull=True) | Q(until_on__gte=day))


def letter_address(patient: Patient, on: date) -> LetterAddress | None:
    """Where, and by what way, a letter to the patient goes on a day; None when nothing is known (R-224, R-225).

    What the patient asked for comes first: the confidential address, or e-mail, fax or telephone. Then home, then any.
    Every letter of the product asks here and nowhere else.
    """
    if asked := asked_ways(patient, on):
        return asked[0]
    found = patient.addresses.filter(in_force_on(on)).exclude(use=AddressUse.FORMER)
    place = min(found, key=lambda place: place.use != AddressUse.HOME, default=None)
    return _postal(patient, place) if place else None


def asked_ways(patient: Patient, on: date) -> tuple[LetterAddress, ...]:
    """Every way by which the patient asked to be reached on a day, what suits a letter first; none: any will do."""
    return _asked_ways(patient, in_force_on(on))


def with_asked_ways(patients: Collection[UUID], on: date) -> set[UUID]:
    """Those of these patients who asked to be reached in a certain way; two queries for any number of them."""
    boxes = PatientAddress.objects.filter(in_force_on(on), use=AddressUse.CONFIDENTIAL, patient__in=patients)
    wishes = ContactWish.objects.filter(in_force_on(on), patient__in=patients)
    return {*boxes.values_list("patient", flat=True), *wishes.values_list("patient", flat=True)}


def ways_not_over(patient: Patient, on: date) -> tuple[LetterAddress, ...]:
    """Every way the patient asked for that has not ended by a day, also one that begins later."""
    return _asked_ways(patient, Q(until_on__isnull=True) | Q(until_on__gte=on))


def refusal_to_send(patient: Patient, address: str, on: date) -> Refusal | None:
    """Why a letter that carries this address cannot have been sent on a day: the patient wanted letters elsewhere."""
    if not goes_elsewhere(address, letter_address(patient, on)):
        return None
    words = "This letter is not addressed where the patient wants letters."
    return Refusal("LETTER_GOES_ELSEWHERE", words, "Make a new one, and send that.", "45 CFR 164.522(b)(1)")


def _asked_ways(patient: Patient, holds: Q) -> tuple[LetterAddress, ...]:
    boxes = patient.addresses.filter(holds, use=AddressUse.CONFIDENTIAL)
    wishes = patient.contact_wishes.filter(holds).exclude(means=Means.MAIL)
    found = [_postal(patient, box) for box in boxes]
    found += [LetterAddress(patient.legal_name, Means(wish.means), True, value=wish.value) for wish in wishes]
    return tuple(sorted(found, key=lambda one: LETTERS_GO.index(one.means)))


def _postal(patient: Patient, place: PatientAddress) -> LetterAddress:
    return LetterAddress(
        patient.legal_name,
        confidential=place.use == AddressUse.CONFIDENTIAL,
        lines=place.lines,
        city=place.city,
        state=place.state,
        postal_code=place.postal_code,
        country=place.country,
        address_id=place.pk,
    )


def contact_marks(patient: Patient, on: date) -> list[str]:
    """What whoever writes to or calls the patient must not miss, in the words of the page's head."""
    found = patient.addresses.filter(in_force_on(on), use=AddressUse.CONFIDENTIAL)
    marks = ["Mail to confidential address only"] if found.exists() else []
    wishes = [wish for wish in wishes_in_force(patient, on) if wish.means != Means.MAIL]
    return marks + [f"{Means(wish.means).label}: {wish.value}" for wish in wishes]


def wishes_in_force(patient: Patient, on: date) -> list[ContactWish]:
    """How the patient asked to be reached, as of a day, what is asked for letters first."""
    rows = patient.contact_wishes.filter(in_force_on(on)).select_related("address")
    return sorted(rows, key=lambda wish: LETTERS_GO.index(Means(wish.means)))


def care_team(patient: Patient, on: date) -> QuerySet[CareRelationship]:
    """Who cares for the patient on a day, treating clinicians first."""
    found = patient.care_relationships.filter(in_force_on(on), staff__is_active=True)
    return found.select_related("staff").order_by("-role", "from_on")


def clinicians() -> QuerySet[Staff]:
    """Active staff with a clinical role, by name."""
    roles = [str(role) for role in CLINICAL_ROLES]
    return Staff.objects.filter(is_active=True, roles__overlap=roles).order_by("full_name")


def treating_clinicians() -> QuerySet[Staff]:
    """Active clinicians, by name: who may treat a new patient."""
    return Staff.objects.filter(is_active=True, roles__contains=[Role.CLINICIAN]).order_by("full_name")


def supervisors() -> QuerySet[Staff]:
    """Active supervisors, by name."""
    return Staff.objects.filter(is_active=True, roles__contains=[Role.SUPERVISOR]).order_by("full_name")


def is_supervised(staff: Staff, on: date) -> bool:
    """Whether an active supervisor answers for this trainee by a registration in force."""
    held = staff.licenses.filter(kind=LicenseKind.SUPERVISED_TRAINEE, supervisor__is_active=True).select_related(
        "supervisor"
    )
    return any(license_in_force(item, on) and item.supervisor.has_role(Role.SUPERVISOR) for item in held)  # type: ignore[union-attr]


def refusal_to_keep_psychotherapy_notes(staff: Staff, on: date, policy: object) -> Refusal | None:
    """P-04 for a member of staff: may_keep_psychotherapy_notes over their licenses. `policy` is the value of P-04."""
    if not staff.is_active:
        return may_keep_psychotherapy_notes([], [], False, on, policy)
    return may_keep_psychotherapy_notes(staff.licenses.all(), staff.roles, is_supervised(staff, on), on, policy)


@dataclass(frozen=True, slots=True)
class Represented:
    """A representative as shown: the row, and why they do not act for the patient today, if so."""

    row: PersonalRepresentative
    refusal: Refusal | None
    is_declined: bool

    @property
    def is_shown(self) -> bool:
        """Whether something shows the authority (R-144): a document on file; a parent of a minor is known as such."""
        return self.row.kind == RepresentativeKind.PARENT or bool(self.row.papers.all())


# Decisions beside their representatives, without the reasons.
DECISIONS = Prefetch("decisions", RepresentativeDecision.objects.select_related("decided_by").defer("reason"))


def representation_facts(
    row: PersonalRepresentative, patient: Patient, on: date, *, alone: bool
) -> RepresentationFacts:
    """The values that R-145 decides on, as they were on a day; `alone`: the patient, a minor, acted alone then."""
    return RepresentationFacts(
        kind=row.kind,
        from_on=row.from_on,
        until_on=row.until_on,
        declined=is_declined(row.declined, on),
        birth_date=patient.birth_date,
        died_on=patient.died_on,
        minor_consents_alone=alone,
    )


def representatives(patient: Patient, on: date) -> list[Represented]:
    """Everybody on record as a representative, each with the answer of R-145 for a day."""
    papers = Prefetch("papers", RepresentativePaper.objects.defer("data"))
    rows = patient.representatives.prefetch_related(papers, DECISIONS).order_by("-from_on")
    alone = patient.acts_alone_on(on)
    found = [(row, representation_facts(row, patient, on, alone=alone)) for row in rows]
    return [Represented(row, refusal_to_represent(facts, on), facts.declined) for row, facts in found]


def refusal_to_act_for_patient(row: PersonalRepresentative, on: date) -> Refusal | None:
    """Why one of them does not act for the patient on a day, or None."""
    alone = row.patient.acts_alone_on(on)
    return refusal_to_represent(representation_facts(row, row.patient, on, alone=alone), on)


@dataclass(frozen=True, slots=True)
class PatientDetails:
    """What the details page shows."""

    other_names: list
    addresses: list
    past_addresses: list
    telecoms: list
    wishes: list[ContactWish]
    contacts: list
    representatives: list[Represented]
    is_minor: bool
    acts_alone: bool
    alone: list[MinorAlone]
    care: list
    past_care: list


def patient_details(patient: Patient) -> PatientDetails:
    """Everything about a patient that is not clinical, as of today."""
    day = today()
    now = [row.pk for row in patient.addresses.filter(in_force_on(day))]
    addresses = list(patient.addresses.order_by("-from_on"))
    care = list(patient.care_relationships.select_related("staff").order_by("-from_on"))
    return PatientDetails(
        other_names=list(patient.names.order_by("use", "text")),
        addresses=[row for row in addresses if row.pk in now],
        past_addresses=[row for row in addresses if row.pk not in now],
        telecoms=list(patient.telecoms.order_by("kind", "value")),
        wishes=wishes_in_force(patient, day),
        contacts=list(patient.contacts.order_by("-emergency", "name")),
        representatives=representatives(patient, day),
        is_minor=patient.birth_date is not None and age_on(patient.birth_date, day) < MAJORITY,
        acts_alone=patient.acts_alone_on(day),
        alone=list(patient.acting_alone.select_related("decided_by").defer("reason")),
        care=[row for row in care if row.until_on is None or row.until_on >= day],
        past_care=[row for row in care if row.until_on is not None and row.until_on < day],
    )


def telephones(patient: Patient) -> list[str]:
    """The patient's own telephone numbers on file, with what each is for; none that was given in confidence."""
    rows = patient.telecoms.filter(kind=TelecomKind.PHONE, confidential=False).order_by("use", "value")
    return [f"{row.value} ({row.use})" if row.use else row.value for row in rows]


def unused_invitations(staff: Staff) -> QuerySet[Invitation]:
    """Links of a person that were not used, withdrawn or left too long; some may not be open yet."""
    return waiting_invitations().filter(staff=staff)


def waiting_invitations() -> QuerySet[Invitation]:
    """Every link that works or will work, the newest first."""
    found = Invitation.objects.filter(used_at=None, withdrawn_at=None, expires_at__gt=timezone.now())
    return found.select_related("staff", "made_by", "confirmed_by").order_by("-made_at")


def not_open_yet() -> QuerySet[Invitation]:
    """Links to existing sign-ins that wait for their day or for a second person."""
    return waiting_invitations().filter(opens_at__gt=timezone.now())


@dataclass(frozen=True, slots=True)
class StaffPage:
    """What the page of a member of staff shows: nothing about patients but how many are in their care."""

    roles: list[str]
    licenses: list[tuple[License, bool]]
    invitation: Invitation | None
    has_second_factor: bool
    sign_ins: int
    in_care: int


def staff_page(person: Staff, on: date) -> StaffPage:
    """A person's roles, licenses and way in, as of a day."""
    return StaffPage(
        roles=[Role(role).label for role in person.roles],
        licenses=[
            (item, license_in_force(item, on))
            for item in person.licenses.select_related("supervisor").order_by("-expires_on")
        ],
        invitation=unused_invitations(person).first(),
        has_second_factor=is_mfa_enabled(person, [Authenticator.Type.TOTP]),
        sign_ins=UserSession.objects.filter(user=person).count(),
        in_care=person.care_relationships.filter(in_force_on(on)).values("patient").distinct().count(),
    )
