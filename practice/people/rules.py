"""Roles, licenses, care relationships and representatives as values. No query, no clock: the day is passed in."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.db import models

from practice.infrastructure.refusals import Refusal


class Role(models.TextChoices):
    """What a person does in the practice; one person may hold several."""

    CLINICIAN = "clinician", "Clinician"
    TRAINEE = "trainee", "Trainee"
    SUPERVISOR = "supervisor", "Supervisor"
    FRONT_DESK = "front_desk", "Front desk"
    COMPLIANCE_OFFICER = "compliance_officer", "Compliance officer"
    ADMINISTRATOR = "administrator", "Administrator"


CLINICAL_ROLES = frozenset({Role.CLINICIAN, Role.TRAINEE, Role.SUPERVISOR})


class LicenseKind(models.TextChoices):
    """What a mental health professional holds (P-04: an active license, or registered supervised trainee)."""

    PSYCHOLOGIST = "psychologist", "Psychologist"
    PSYCHIATRIST = "psychiatrist", "Psychiatrist"
    CLINICAL_SOCIAL_WORKER = "clinical_social_worker", "Clinical social worker"
    PROFESSIONAL_COUNSELOR = "professional_counselor", "Professional counselor"
    MARRIAGE_FAMILY_THERAPIST = "marriage_family_therapist", "Marriage and family therapist"
    PSYCHIATRIC_NURSE = "psychiatric_nurse", "Psychiatric nurse practitioner"
    SUPERVISED_TRAINEE = "supervised_trainee", "Registered supervised trainee"


class CareRole(models.TextChoices):
    """Why a member of staff may open a patient's chart."""

    TREATING = "treating", "Treating clinician"
    COVERING = "covering", "Covering clinician"
    TRAINEE = "trainee", "Trainee under supervision"
    SUPERVISOR = "supervisor", "Supervisor of the treatment"


class NameUse(models.TextChoices):
    LEGAL = "legal", "Legal name"
    PREFERRED = "preferred", "Preferred name"
    FORMER = "former", "Former name"
    OTHER = "other", "Other name"


class AddressUse(models.TextChoices):
    HOME = "home", "Home"
    WORK = "work", "Work"
    CONFIDENTIAL = "confidential", "Confidential address"
    FORMER = "former", "Former address"
    OTHER = "other", "Other"


class TelecomKind(models.TextChoices):
    PHONE = "phone", "Phone"
    EMAIL = "email", "Email"
    FAX = "fax", "Fax"
    OTHER = "other", "Other"


class RepresentativeKind(models.TextChoices):
    """Who may act as the individual, within the scope of the representation (R-145, 45 CFR 164.502(g))."""

    PARENT = "PARENT", "Parent"
    GUARDIAN = "GUARDIAN", "Guardian"
    HEALTH_CARE_AGENT = "HEALTH_CARE_AGENT", "Health-care agent"
    EXECUTOR_ADMINISTRATOR = "EXECUTOR_ADMINISTRATOR", "Executor or administrator of the estate"
    OTHER_PR = "OTHER_PR", "Other personal representative"


class AloneGround(models.TextChoices):
    """Why a minor, and nobody for them, acts as the individual for this care (R-145)."""

    M1 = "M1", "The minor consented, no other consent is required by law, and did not ask for a parent"
    M2 = "M2", "The law lets the minor have this care without a parent, and the minor or a court consented"
    M3 = "M3", "A parent agreed that the minor and the practice keep it confidential"
    EMANCIPATED = "EMANCIPATED", "The minor is emancipated"


class Act(models.TextChoices):
    """One thing a role may do, as verb and object. What the object is about is asked separately, by a policy."""

    ACCOUNTING_PREPARE = "accounting_prepare", "Prepare and issue accountings of disclosures"
    AUDIT_READ_ALL = "audit_read_all", "Read the whole audit trail"
    AUDIT_READ_OWN = "audit_read_own", "Read what they did themselves"
    AUTHORIZATION_RECORD = "authorization_record", "Record authorizations"
    CARE_ASSIGN_ANY = "care_assign_any", "Say who cares for any patient"
    CARE_ASSIGN_OWN = "care_assign_own", "Say who else cares for a patient they treat"
    CHART_FOR_REQUEST = "chart_for_request", "Open a chart while handling a request, with the reason logged"
    CHART_IN_CARE = "chart_in_care", "Read and write the charts of patients in their care"
    DEMOGRAPHICS_ALL = "demographics_all", "Find and read names, addresses and contacts of every patient"
    DEMOGRAPHICS_IN_CARE = "demographics_in_care", "Read names, addresses and contacts of patients in their care"
    DISCLOSURE_RECORD = "disclosure_record", "Record disclosures"
    DOCUMENT_FILE = "document_file", "File documents into any chart, without opening them afterwards"
    PATIENT_EDIT = "patient_edit", "Change names, addresses and contacts"
    PATIENT_OPEN = "patient_open", "Take on and close patients"
    POLICY_CHANGE = "policy_change", "Change practice policies, with the reason"
    STAFF_MANAGE = "staff_manage", "Invite, change and deactivate staff"


_IN_CARE = frozenset({Act.AUDIT_READ_OWN, Act.CHART_IN_CARE, Act.DEMOGRAPHICS_IN_CARE})

# The role matrix of 45 CFR 164.514(d)(2) and 164.308(a)(4): R-182. Nothing here opens a psychotherapy note.
MAY: dict[Role, frozenset[Act]] = {
    Role.CLINICIAN: _IN_CARE
    | {
        Act.AUTHORIZATION_RECORD,
        Act.CARE_ASSIGN_OWN,
        Act.DISCLOSURE_RECORD,
        Act.PATIENT_EDIT,
        Act.PATIENT_OPEN,
    },
    Role.TRAINEE: _IN_CARE,
    Role.SUPERVISOR: _IN_CARE | {Act.DISCLOSURE_RECORD},
    Role.FRONT_DESK: frozenset(
        {
            Act.AUDIT_READ_OWN,
            Act.AUTHORIZATION_RECORD,
            Act.CARE_ASSIGN_ANY,
            Act.DEMOGRAPHICS_ALL,
            Act.DISCLOSURE_RECORD,
            Act.DOCUMENT_FILE,
            Act.PATIENT_EDIT,
            Act.PATIENT_OPEN,
        }
    ),
    Role.COMPLIANCE_OFFICER: frozenset(
        {
            Act.ACCOUNTING_PREPARE,
            Act.AUDIT_READ_ALL,
            Act.AUDIT_READ_OWN,
            Act.AUTHORIZATION_RECORD,
            Act.CARE_ASSIGN_ANY,
            Act.CHART_FOR_REQUEST,
            Act.DEMOGRAPHICS_ALL,
            Act.DISCLOSURE_RECORD,
            Act.POLICY_CHANGE,
        }
    ),
    Role.ADMINISTRATOR: frozenset({Act.AUDIT_READ_OWN, Act.STAFF_MANAGE}),
}


def may(roles: Iterable[str], act: Act) -> bool:
    """Whether any of the roles allows the act. An unknown role allows nothing."""
    return any(act in MAY.get(Role(role), frozenset()) for role in roles if role in Role.values)


def roles_that_may(act: Act) -> list[Role]:
    """The roles a refusal can name as those who can do it, in the order of the matrix."""
    return [role for role, acts in MAY.items() if act in acts]


@dataclass(frozen=True, kw_only=True, slots=True)
class Details:
    """What a patient is called and when they were born, as typed."""

    given_names: str
    family_name: str
    birth_date: date | None
    preferred_name: str = ""
    pronouns: str = ""
    language: str = ""
    died_on: date | None = None

    @property
    def legal_name(self) -> str:
        return f"{self.given_names} {self.family_name}".strip()

    @property
    def sort_name(self) -> str:
        return ", ".join(part for part in (self.family_name, self.given_names) if part)


# How the usernames of people begin who wrote in a chart that was taken over and never worked here.
OUTSIDE = "outside-"

# Patient numbers are short enough to say on the telephone; they start here and are never used twice.
FIRST_PATIENT_NUMBER = 10001


def patient_number_from(text: str) -> int | None:
    """The patient number somebody typed, or None when it cannot be one. Spaces, `#` and `No.` are forgiven."""
    digits = text.strip().lower().removeprefix("no.").removeprefix("#").replace(" ", "")
    if not (digits.isascii() and digits.isdigit() and 1 <= len(digits) <= 9):
        return None
    return int(digits)


def in_force(from_on: date, until_on: date | None, on: date) -> bool:
    """Whether a dated relationship, representation or address holds on a day; both ends inclusive."""
    return from_on <= on and (until_on is None or on <= until_on)


# Which role of the practice a person needs for each kind of care relationship.
ROLES_FOR_CARE: dict[CareRole, frozenset[Role]] = {
    CareRole.TREATING: frozenset({Role.CLINICIAN}),
    CareRole.COVERING: frozenset({Role.CLINICIAN}),
    CareRole.TRAINEE: frozenset({Role.TRAINEE}),
    CareRole.SUPERVISOR: frozenset({Role.SUPERVISOR}),
}


def refusal_to_care(
    *,
    care_role: CareRole,
    staff_roles: Iterable[str],
    staff_active: bool,
    from_on: date,
    until_on: date | None,
    patient_closed_on: date | None,
    supervisors_in_force: bool,
    on: date,
) -> Refusal | None:
    """Why this person may not be given this care relationship today, or None. R-182, 164.514(d)(2)."""
    if not staff_active:
        return Refusal("CARE_STAFF_INACTIVE", "This person no longer works here.", "Choose somebody else.")
    if not ROLES_FOR_CARE[care_role].intersection(staff_roles):
        needed = " or ".join(sorted(role.label.lower() for role in ROLES_FOR_CARE[care_role]))
        return Refusal(
            "CARE_WRONG_ROLE",
            f"{care_role.label} must be somebody with the role {needed}.",
            "Choose somebody else, or ask an administrator to give this person the role.",
            "45 CFR 164.514(d)(2)",
        )
    if until_on is not None and until_on < from_on:
        return Refusal("CARE_ENDS_BEFORE_START", "The last day is before the first day.")
    if until_on is not None and until_on < on:
        return Refusal("CARE_ALREADY_OVER", "The last day has passed; this would open nothing.")
    if patient_closed_on is not None and care_role != CareRole.COVERING:
        return Refusal("CARE_PATIENT_CLOSED", "This patient is closed.", "Reopen the patient first.")
    if care_role == CareRole.COVERING and until_on is None:
        return Refusal("CARE_COVER_WITHOUT_END", "Cover needs a last day.", "Give the last day of the cover.")
    if care_role == CareRole.TRAINEE and not supervisors_in_force:
        return Refusal(
            "CARE_TRAINEE_ALONE",
            "A trainee works under supervision, and nobody supervises this treatment yet.",
            "Add the supervisor of the treatment first.",
        )
    return None


class LicenseFacts(Protocol):
    """What P-04 asks of a license."""

    kind: str
    issued_on: date | None
    expires_on: date


def license_in_force(item: LicenseFacts, on: date) -> bool:
    """Valid from its issue through the whole of its last day."""
    return in_force(item.issued_on or date.min, item.expires_on, on)


def may_keep_psychotherapy_notes(
    licenses: Iterable[LicenseFacts], roles: Iterable[str], supervised: bool, on: date, policy: object
) -> Refusal | None:
    """P-04: an active license, or a registered supervised trainee. None when the person may keep such notes on a day.

    `supervised`: a supervisor of the practice answers for the trainee. `policy`: the value of P-04 on that day; only
    False or "provider_flag" falls back to the rule, which asks for a mental health professional (R-005, 164.501).
    """
    if not CLINICAL_ROLES.intersection(roles):
        return Refusal(
            "PN_NOT_A_CLINICIAN",
            "Psychotherapy notes are kept by mental health professionals.",
            "An administrator can give you a clinical role.",
            "45 CFR 164.501",
        )
    if policy is False or policy == "provider_flag":
        return None
    held = list(licenses)
    current = [item for item in held if license_in_force(item, on)]
    if any(item.kind != LicenseKind.SUPERVISED_TRAINEE for item in current):
        return None
    if current and supervised:
        return None
    return _refusal_of_licenses(bool(held), bool(current))


def _refusal_of_licenses(held: bool, current: bool) -> Refusal:
    remedy = "An administrator can record it on your staff page."
    cite = "Practice policy P-04, stricter than 45 CFR 164.501"
    if current:
        return Refusal("PN_TRAINEE_UNSUPERVISED", "Your registration as a trainee names no supervisor.", remedy, cite)
    if held:
        return Refusal("PN_LICENSE_EXPIRED", "Your license on file has expired.", remedy, cite)
    return Refusal("PN_LICENSE_MISSING", "There is no license of yours on file.", remedy, cite)


MAJORITY = 18


def age_on(birth_date: date, on: date) -> int:
    """Whole years. Somebody born on Feb 29 has their birthday on Mar 1 in other years."""
    return on.year - birth_date.year - ((on.month, on.day) < (birth_date.month, birth_date.day))


# From when until when the practice does not recognize somebody: from the first day on, not any more on the last.
Periods = tuple[tuple[date, date | None], ...]


def declined_periods(decisions: Iterable[tuple[date, bool]]) -> Periods:
    """When somebody was not recognized (164.502(g)(5)): the day and sense of each decision, in their order."""
    found: list[tuple[date, date | None]] = []
    for on, declined in decisions:
        since = found[-1] if found and found[-1][1] is None else None
        if declined and since is None:
            found.append((on, None))
        elif not declined and since is not None:
            found[-1] = (since[0], on)
    return tuple(found)


def is_declined(periods: Periods, on: date) -> bool:
    """Whether a day is within one of them. What happened on an earlier day stays as it was."""
    return any(since <= on and (until is None or on < until) for since, until in periods)


def ground_on(decisions: Iterable[tuple[date, str]], on: date) -> str:
    """Why a minor acts alone on a day: the day and ground of each decision, in their order; no ground ends it."""
    found: list[tuple[date, date | None, str]] = []
    for day, ground in decisions:
        if found and found[-1][1] is None:
            found[-1] = (found[-1][0], day, found[-1][2])
        if ground:
            found.append((day, None, ground))
    return next((why for since, until, why in found if since <= on and (until is None or on < until)), "")


@dataclass(frozen=True, slots=True)
class RepresentationFacts:
    """What decides whether somebody acts as the individual (R-145)."""

    kind: str
    from_on: date
    until_on: date | None
    declined: bool
    birth_date: date | None
    died_on: date | None
    minor_consents_alone: bool


# Who may act for a minor in the place of a parent: their authority goes with the minority it came from.
_OF_A_MINOR = frozenset({RepresentativeKind.PARENT, RepresentativeKind.GUARDIAN, RepresentativeKind.OTHER_PR})


def refusal_to_represent(facts: RepresentationFacts, on: date) -> Refusal | None:
    """Why this person is not treated as the individual on a day, or None. R-145, 45 CFR 164.502(g).

    A representative has no greater right than the individual: to psychotherapy notes, none (R-147).
    """
    if facts.declined:
        return Refusal(
            "PR_DECLINED",
            "The practice decided not to treat this person as the patient's representative.",
            "A clinician can review the decision.",
            "45 CFR 164.502(g)(5)",
        )
    if on < facts.from_on:
        return Refusal("PR_NOT_YET", "The authority has not begun.", "", "45 CFR 164.502(g)(1)")
    if facts.until_on is not None and facts.until_on < on:
        return Refusal("PR_ENDED", "The authority has ended.", "Ask for the current document.", "45 CFR 164.502(g)(1)")
    return _refusal_by_estate(facts, on) or _refusal_by_age(facts, on)


def _refusal_by_estate(facts: RepresentationFacts, on: date) -> Refusal | None:
    dead = facts.died_on is not None and facts.died_on <= on
    estate = facts.kind == RepresentativeKind.EXECUTOR_ADMINISTRATOR
    if estate and not dead:
        return Refusal(
            "PR_NO_ESTATE", "An executor or administrator acts only after death.", "", "45 CFR 164.502(g)(4)"
        )
    if dead and not estate:
        return Refusal(
            "PR_ENDED_BY_DEATH",
            "After death the executor or administrator of the estate acts for the patient.",
            "Record the executor or administrator with the letters of authority.",
            "45 CFR 164.502(g)(4)",
        )
    return None


def _refusal_by_age(facts: RepresentationFacts, on: date) -> Refusal | None:
    """Parent, guardian and in loco parentis act for an unemancipated minor; for one who acts alone nobody does."""
    born = facts.birth_date
    if facts.kind == RepresentativeKind.EXECUTOR_ADMINISTRATOR:  # of whatever age the patient was
        return None
    if born is None:
        return BIRTH_DATE_UNKNOWN if facts.kind == RepresentativeKind.PARENT else None
    if age_on(born, on) < MAJORITY:
        return MINOR_ACTS_ALONE if facts.minor_consents_alone else None
    if facts.kind == RepresentativeKind.PARENT:
        return PARENT_OF_ADULT
    # a court appoints the guardian of an adult anew: such an authority begins at majority or later
    return AUTHORITY_OF_A_MINOR if facts.kind in _OF_A_MINOR and age_on(born, facts.from_on) < MAJORITY else None


BIRTH_DATE_UNKNOWN = Refusal(
    "PR_BIRTH_DATE_UNKNOWN",
    "The patient's birth date is not on record, and a parent acts for a minor only.",
    "Enter the birth date in the patient's details.",
    "45 CFR 164.502(g)(3)",
)
PARENT_OF_ADULT = Refusal(
    "PR_ADULT",
    "The patient is an adult: a parent does not act for them.",
    "A guardian or health-care agent needs a document.",
    "45 CFR 164.502(g)(2)",
)
AUTHORITY_OF_A_MINOR = Refusal(
    "PR_OF_A_MINOR",
    "This authority is over a minor, and the patient has come of age.",
    "Have the patient act. A guardian of the adult is recorded anew, since the day of the court's order, with the "
    "document.",
    "45 CFR 164.502(g)(2)",
)
MINOR_ACTS_ALONE = Refusal(
    "PR_MINOR_ACTS_ALONE",
    "The minor consented to this care alone and acts as the individual.",
    "Ask the minor, or the treating clinician.",
    "45 CFR 164.502(g)(3)(i)",
)


SHORTHAND_MOST = 300
SHORT_LONGEST, LONG_LONGEST = 20, 1_000  # characters


def shorthand_refusal(short: str, long: str, *, others: int) -> Refusal | None:
    """Why an abbreviation cannot be kept, or None. `others`: how many there are beside it."""
    if not short or any(one.isspace() for one in short) or len(short) > SHORT_LONGEST:
        return Refusal(
            "SHORTHAND_SHORT",
            f"An abbreviation is one word of up to {SHORT_LONGEST} characters.",
            "For example: pt, sx, w/o.",
        )
    if not short[-1].isalnum():
        return Refusal(
            "SHORTHAND_END",
            "An abbreviation ends with a letter or a digit, since the sign after it writes it out.",
            "For example c/o rather than c/.",
        )
    if not long.strip() or len(long) > LONG_LONGEST:
        return Refusal(
            "SHORTHAND_LONG", "Say what it is written out as.", f"Up to {LONG_LONGEST:,} characters, several lines too."
        )
    if short.lower() in {word.lower() for word in long.split()}:
        return Refusal(
            "SHORTHAND_ITSELF",
            "What it is written out as holds the abbreviation itself.",
            "Leave it out there, or it could not be told from one you type.",
        )
    if others >= SHORTHAND_MOST:
        return Refusal("SHORTHAND_MANY", f"There are {SHORTHAND_MOST} already.", "Take one out first.")
    return None


def initials(name: str) -> str:
    """The first letters of the first and the last word: what a screen in the patient's hands shows. "T. L."."""
    words = name.split()
    return " ".join(f"{word[0].upper()}." for word in [words[0], *words[1:][-1:]]) if words else ""
