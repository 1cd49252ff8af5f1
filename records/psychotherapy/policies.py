"""Who may keep psychotherapy notes, and about whom. Reading is decided in the vault: R-022 leaves it to the author."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q, QuerySet

from practice.compliance.queries import policy
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to
from practice.people.queries import refusal_to_keep_psychotherapy_notes
from practice.people.rules import Role

HAND_OVER_ROLES = (Role.FRONT_DESK, Role.COMPLIANCE_OFFICER)


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


def patients_to_name(staff: Staff) -> QuerySet[Patient]:
    """Whom this person's notes may speak of."""
    return charts_visible_to(staff)


def staff_for_hand_over(author: Staff) -> QuerySet[Staff]:
    """Whom an author may name to hand over a locked package: front desk, the compliance officer, or themselves."""
    roles = [str(role) for role in HAND_OVER_ROLES]
    return Staff.objects.filter(Q(roles__overlap=roles) | Q(pk=author.pk), is_active=True).order_by("full_name")


def staff_in_training(author: Staff) -> QuerySet[Staff]:
    """To whom an author may open notes for training: trainees and supervisors of the practice (R-023)."""
    roles = [str(Role.TRAINEE), str(Role.SUPERVISOR)]
    return Staff.objects.filter(roles__overlap=roles, is_active=True).exclude(pk=author.pk).order_by("full_name")
