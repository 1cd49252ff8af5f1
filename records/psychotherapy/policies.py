"""Who may keep psychotherapy notes, and about whom. Reading is decided in the vault: R-022 leaves it to the author."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from practice.compliance.queries import policy
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal
from practice.people.actions.invitations import SETTLED, has_settled
from practice.people.models import License, Patient, Staff
from practice.people.policies import charts_visible_to
from practice.people.queries import refusal_to_keep_psychotherapy_notes
from practice.people.rules import CLINICAL_ROLES, LicenseKind, Role

HAND_OVER_ROLES = (Role.FRONT_DESK, Role.COMPLIANCE_OFFICER)
PROPOSING_ROLES = (Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR)


def refusal_to_begin(staff: Staff, patients: Collection[UUID]) -> Refusal | None:
    """Why this person may not begin a note about these patients today, or None: P-04, then whose charts are open."""
    return refusal_to_keep(staff) or refusal_to_name(staff, patients)


def refusal_to_keep(staff: Staff) -> Refusal | None:
    """P-04: an active licence, or registered training under supervision, today."""
    day = today()
    return refusal_to_keep_psychotherapy_notes(staff, day, policy("P-04", day).value)


def refusal_to_name(staff: Staff, patients: Collection[UUID]) -> Refusal | None:
    """Everybody a note speaks of must be somebody whose chart its author may open."""
    if not patients:
        return Refusal("PN_NO_PATIENT", "Say whom the note speaks of.")
    if patients_to_name(staff).filter(pk__in=patients).count() == len(set(patients)):
        return None
    return Refusal(
        "PN_PATIENT_NOT_IN_CARE",
        "You can keep notes about patients in your care only.",
        "Front desk or the treating clinician can add you to the care of this patient.",
        "45 CFR 164.501, 164.514(d)(2)",
    )


def refusal_to_discard(patients: Collection[UUID]) -> Refusal | None:
    """Why nothing about these patients may be thrown away, or None."""
    if not Patient.objects.filter(pk__in=patients, litigation_hold=True).exists():
        return None
    return Refusal(
        "PN_ON_HOLD",
        "The record is kept for litigation: nothing of it is thrown away, drafts included.",
        "The compliance officer can say until when.",
    )


def patients_to_name(staff: Staff) -> QuerySet[Patient]:
    """Whom this person's notes may speak of."""
    return charts_visible_to(staff)


def staff_for_hand_over(author: Staff) -> QuerySet[Staff]:
    """Whom an author may name to hand over a locked package: front desk, the compliance officer, or themselves."""
    roles = [str(role) for role in HAND_OVER_ROLES]
    return Staff.objects.filter(Q(roles__overlap=roles) | Q(pk=author.pk), is_active=True).order_by("full_name")


def trainees_of_practice(author: Staff) -> QuerySet[Staff]:
    """Who may learn by an author's notes: the other trainees of the practice (R-023)."""
    held = Staff.objects.filter(roles__contains=[str(Role.TRAINEE)], is_active=True)
    return held.exclude(pk=author.pk).order_by("full_name")


# --- Custody: of an author's notes, whether there are any or not ------------------------------------------------------


def refusal_to_propose_custody(by: Staff) -> Refusal | None:
    """Why this person may not propose a transfer of custody, or None."""
    if not (by.is_active and by.has_role(*PROPOSING_ROLES)):
        return Refusal("CUSTODY_ROLE", "The compliance officer or an administrator proposes a transfer of custody.")
    return _too_new(by)


def refusal_to_confirm_custody(by: Staff) -> Refusal | None:
    """Why this person may not be the second of the two, or None."""
    if not (by.is_active and by.has_role(*PROPOSING_ROLES, Role.CLINICIAN, Role.SUPERVISOR)):
        return Refusal("CUSTODY_ROLE", "A compliance officer, an administrator or a clinician confirms.")
    return _too_new(by)


def _too_new(by: Staff) -> Refusal | None:
    """An account somebody just made for themselves is no second person, and neither is one just taken over."""
    if has_settled(by):
        return None
    return Refusal(
        "CUSTODY_TOO_NEW",
        "Whoever transfers custody has held a sign-in of their own here for thirty days.",
        "Ask somebody who has been here longer, or wait.",
    )


def authors_for_custody(by: Staff) -> QuerySet[Staff]:
    """Everybody who may have kept such notes, whether they work here or not, and whether they kept any or not."""
    roles = [str(role) for role in CLINICAL_ROLES]
    rows = Staff.objects.filter(Q(roles__overlap=roles) | Q(licenses__isnull=False)).exclude(pk=by.pk)
    return rows.distinct().order_by("full_name")


def custodians_for(by: Staff) -> QuerySet[Staff]:
    """Who may have custody: somebody else with a sign-in and a license in force, of the practice or from outside."""
    day = today()
    licensed = License.objects.filter(expires_on__gte=day).exclude(kind=LicenseKind.SUPERVISED_TRAINEE)
    rows = Staff.objects.filter(is_active=True, licenses__in=licensed).exclude(pk=by.pk)
    return rows.distinct().order_by("full_name")


def seconds_for(by: Staff) -> QuerySet[Staff]:
    """Who may confirm what this person proposes."""
    roles = [str(role) for role in (*PROPOSING_ROLES, Role.CLINICIAN, Role.SUPERVISOR)]
    since = timezone.now() - SETTLED
    rows = Staff.objects.filter(is_active=True, roles__overlap=roles, joined_at__lte=since).exclude(pk=by.pk)
    return rows.exclude(invitations__used_at__gt=since).order_by("full_name")


def staff_to_hand_over_for(custodian: Staff) -> QuerySet[Staff]:
    """Whom a custodian may name to hand a locked package over: front desk, compliance officer, never themselves."""
    return staff_for_hand_over(custodian).exclude(pk=custodian.pk)
