"""Who may see which patient and which chart: doorways for one, querysets for many, from the same rule.

A doorway writes the audit trail itself, for what it opens and for what it refuses; call it before a transaction that
may be rolled back. Chart access asks three things at once: a clinical role that fits, a care relationship in force
today, and the object permission that the relationship wrote. No role, and no flag on an account, opens a chart alone.
"""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import NoReturn
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404

from practice.audit.actions import record
from practice.audit.rules import AuditEvent, Outcome
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal, Refused

from .models import CareRelationship, Patient, PatientPermission, Staff
from .rules import ROLES_FOR_CARE, Act, CareRole, Role, may, roles_that_may

CHART_PERMISSION = "open_chart"
# Why a compliance officer opens a chart: a kind of work and the id of the request, never a sentence.
LATELY = timedelta(days=90)
BACKDATED = timedelta(days=7)
REASON = re.compile(r"[a-z_]{3,20}:[0-9a-f-]{36}")


def patients_visible_to(staff: Staff) -> QuerySet[Patient]:
    """Patients whose name, dates and addresses this person may see (R-182)."""
    if not staff.is_active:
        return Patient.objects.none()
    if may(staff.roles, Act.DEMOGRAPHICS_ALL):
        return Patient.objects.all()
    if may(staff.roles, Act.DEMOGRAPHICS_IN_CARE):
        return charts_visible_to(staff)
    return Patient.objects.none()


def charts_visible_to(staff: Staff) -> QuerySet[Patient]:
    """Patients whose chart this person may open today."""
    if not (staff.is_active and may(staff.roles, Act.CHART_IN_CARE)):
        return Patient.objects.none()
    permitted = PatientPermission.objects.filter(
        user=staff, content_object=OuterRef("pk"), permission__codename=CHART_PERMISSION
    )
    return Patient.objects.filter(Exists(care_in_force(staff).filter(patient=OuterRef("pk"))), Exists(permitted))


def care_in_force(staff: Staff) -> QuerySet[CareRelationship]:
    """The care relationships of a person that hold today and fit the roles they have today.

    A trainee's holds while somebody supervises the same treatment, and no longer.
    """
    fitting = [care for care, roles in ROLES_FOR_CARE.items() if roles.intersection(staff.roles)]
    supervision = _in_force_today().filter(patient=OuterRef("patient"), role=CareRole.SUPERVISOR, staff__is_active=True)
    held = _in_force_today().filter(staff=staff, role__in=fitting)
    return held.filter(~Q(role=CareRole.TRAINEE) | Exists(supervision))


def supervisors_of(patient: Patient, *, trainee: Staff) -> QuerySet[Staff]:
    """Who supervises the treatment of this patient by `trainee` today, and so co-signs: at work and in the role."""
    held = _in_force_today().filter(patient=patient, role=CareRole.SUPERVISOR).values("staff")
    supervisors = Staff.objects.filter(pk__in=held, is_active=True, roles__overlap=[Role.SUPERVISOR.value])
    return supervisors.exclude(pk=trainee.pk).order_by("full_name")


def supervises(staff: Staff, patient: Patient) -> bool:
    """Whether this person supervises the treatment of the patient today."""
    return care_in_force(staff).filter(patient=patient, role=CareRole.SUPERVISOR).exists()


def works_under_supervision(staff: Staff, patient: Patient) -> bool:
    """Whether this person cares for the patient today as a trainee and in no other way."""
    held = set(care_in_force(staff).filter(patient=patient).values_list("role", flat=True))
    return held == {CareRole.TRAINEE}


def no_supervisor() -> Refusal:
    """Why a trainee's work stands still: nobody supervises this treatment today."""
    return Refusal(
        "CARE_NO_SUPERVISOR",
        "Nobody supervises your treatment of this patient today, and what you write needs a supervisor's signature.",
        f"{_ask(roles_that_may(Act.CARE_ASSIGN_ANY))} They can put down who supervises it.",
        "45 CFR 164.514(d)(2)",
    )


def _in_force_today() -> QuerySet[CareRelationship]:
    day = today()
    begun = CareRelationship.objects.filter(from_on__lte=day)
    return begun.filter(Q(until_on__isnull=True) | Q(until_on__gte=day))


def may_open_patient(staff: Staff, patient: Patient) -> bool:
    """Whether the person may see name and addresses, without recording that anybody looked."""
    return patients_visible_to(staff).filter(pk=patient.pk).exists()


def may_open_chart(staff: Staff, patient: Patient) -> bool:
    """Whether the person may open the chart by a care relationship, without recording that anybody looked."""
    return charts_visible_to(staff).filter(pk=patient.pk).exists()


def open_patient(staff: Staff, patient_id: UUID | str) -> Patient:
    """The doorway to name, dates and addresses. Raises Http404 for everybody who may not, and for no such id."""
    patient = patients_visible_to(staff).filter(pk=patient_id).first()
    if patient is None:
        _stranger(staff, patient_id, "demographics")
    record(by=staff, event=AuditEvent.VIEWED, subject=patient, patient_id=patient.pk, detail="demographics")
    return patient


def open_chart(staff: Staff, patient_id: UUID | str, *, reason: str = "") -> Patient:
    """The doorway to the chart.

    `reason` is for compliance officers, who open a chart only for a request at hand: a code and id like
    "release:<uuid>", kept in the audit trail. Raises Refused (an explained 403) for clinical staff who do not care for
    this patient today, Http404 for everybody else and for no such id.
    """
    patient = charts_visible_to(staff).filter(pk=patient_id).first()
    detail = "chart"
    if patient is None and reason and staff.is_active and may(staff.roles, Act.CHART_FOR_REQUEST):
        if not REASON.fullmatch(reason):
            raise ValueError("the reason for opening a chart is a code and an id")
        patient, detail = Patient.objects.filter(pk=patient_id).first(), reason
    if patient is not None:
        record(by=staff, event=AuditEvent.VIEWED, subject=patient, patient_id=patient.pk, detail=detail)
        return patient
    if staff.is_active and staff.is_clinical and (known := Patient.objects.filter(pk=patient_id).first()):
        record(
            by=staff,
            event=AuditEvent.REFUSED,
            subject=known,
            patient_id=known.pk,
            outcome=Outcome.REFUSED,
            detail="chart",
        )
        raise Refused(_refusal_to_open(staff, known), recorded=True)
    _stranger(staff, patient_id, "chart")


def require_role(staff: Staff, *roles: Role) -> None:
    """Let only these roles through. Raises Refused for everybody else; the attempt is recorded."""
    if staff.is_active and staff.has_role(*roles):
        return
    record(by=staff, event=AuditEvent.REFUSED, subject=staff, outcome=Outcome.REFUSED, detail=f"needs_{roles[0]}")
    raise Refused(_role_needed(roles), recorded=True)


def require_act(staff: Staff, act: Act) -> None:
    """Let only those through whose roles allow the act. Raises Refused; the attempt is recorded."""
    require_role(staff, *roles_that_may(act))


def refusal_to_assign_care(by: Staff, patient: Patient, to: Staff) -> Refusal | None:
    """Why `by` may not say that `to` cares for this patient, or None.

    R-182 as read here: front desk and the compliance officer assign anybody but themselves; the treating clinician
    brings in colleagues. One's own name may be put down only where nobody cares for the patient, or did lately (a solo
    practice, a new patient): otherwise opening a chart would be a matter of wanting to.
    """
    others = _care_lately(patient).exclude(staff=by).exists()
    if may(by.roles, Act.CARE_ASSIGN_ANY):
        if by == to and others:
            return Refusal(
                "CARE_SELF",
                "You cannot add yourself to the care of a patient whom somebody else treats, or treated until lately.",
                "Ask the treating clinician or a colleague to add you.",
                "45 CFR 164.514(d)(2)",
            )
        return None
    return refusal_to_assign_any_care(by, patient) if by != to else _care_not_yours()


def refusal_to_assign_any_care(by: Staff, patient: Patient) -> Refusal | None:
    """Why `by` may not say who cares for this patient, whoever it is, or None."""
    treats = care_in_force(by).filter(patient=patient, role=CareRole.TREATING).exists()
    if may(by.roles, Act.CARE_ASSIGN_ANY) or (may(by.roles, Act.CARE_ASSIGN_OWN) and treats):
        return None
    return _care_not_yours()


def require_care_giving(staff: Staff, patient: Patient) -> None:
    """Let only those through who may say who cares for this patient. Raises Refused; the attempt is recorded."""
    if refusal := refusal_to_assign_any_care(staff, patient):
        record(
            by=staff,
            event=AuditEvent.REFUSED,
            subject=patient,
            patient_id=patient.pk,
            outcome=Outcome.REFUSED,
            detail="care",
        )
        raise Refused(refusal, recorded=True)


def refusal_to_end_care(by: Staff, care: CareRelationship, until_on: date) -> Refusal | None:
    """Why `by` may not set this last day, or None. Who may give care may end it; everybody may end their own."""
    treats = care_in_force(by).filter(patient=care.patient, role=CareRole.TREATING).exists()
    if not (may(by.roles, Act.CARE_ASSIGN_ANY) or treats or by == care.staff):
        return refusal_to_assign_care(by, care.patient, care.staff)
    if care.until_on is not None and until_on > care.until_on:
        return Refusal("CARE_LONGER", "An end can come earlier, not later.", "Add the person again from the next day.")
    if until_on < care.from_on - timedelta(days=1):
        return Refusal("CARE_ENDS_BEFORE_START", "The last day is before the first day.")
    if until_on < today() - BACKDATED and until_on >= care.from_on:
        return Refusal(
            "CARE_ENDS_LONG_AGO",
            "The last day lies at most a week back: until then the chart was open to them.",
            "Give a day of the last week.",
        )
    return None


def refusal_to_edit(by: Staff, patient: Patient) -> Refusal | None:
    """Why `by` may not change names, addresses and contacts of this patient, or None."""
    if may(by.roles, Act.PATIENT_EDIT) and may_open_patient(by, patient):
        return None
    return Refusal(
        "PATIENT_NOT_YOURS_TO_EDIT",
        "You may not change this patient's details.",
        _ask(roles_that_may(Act.PATIENT_EDIT)),
        "45 CFR 164.514(d)(2)",
    )


def check_edit(by: Staff, patient: Patient) -> None:
    """Raise Refused unless `by` may change this patient's details."""
    if refusal := refusal_to_edit(by, patient):
        raise Refused(refusal)


def check_decision(by: Staff, patient: Patient) -> None:
    """Raise Refused unless `by` may judge who is not to act for this patient, or that a minor acts: a clinician."""
    check_edit(by, patient)
    if not by.is_clinical:
        words = "Whether somebody may act for a patient, or a minor acts alone, is a clinician's judgment."
        raise Refused(Refusal("PR_CLINICIAN", words, "Ask the treating clinician.", "45 CFR 164.502(g)(3), (g)(5)"))


def check_act(by: Staff, act: Act) -> None:
    """Raise Refused unless a role of `by` allows the act; for actions, whose view has asked and recorded already."""
    if not (by.is_active and may(by.roles, act)):
        raise Refused(_role_needed(roles_that_may(act)))


def _care_lately(patient: Patient) -> QuerySet[CareRelationship]:
    """Care by people who still work here, today or within LATELY: ending somebody's care is no way into their chart."""
    day = today()
    held = CareRelationship.objects.filter(patient=patient, staff__is_active=True, from_on__lte=day)
    return held.filter(Q(until_on__isnull=True) | Q(until_on__gte=day - LATELY))


def _role_needed(roles: Sequence[Role]) -> Refusal:
    labels = " or ".join(role.label.lower() for role in roles)
    return Refusal("ROLE_NEEDED", f"This is for the {labels} of the practice.", _ask(roles), "45 CFR 164.514(d)(2)")


def _care_not_yours() -> Refusal:
    return Refusal(
        "CARE_NOT_YOURS_TO_GIVE",
        "Who cares for this patient is for the treating clinician, front desk or the compliance officer to say.",
        _ask(roles_that_may(Act.CARE_ASSIGN_ANY)),
        "45 CFR 164.514(d)(2)",
    )


def _refusal_to_open(staff: Staff, patient: Patient) -> Refusal:
    held = _in_force_today().filter(staff=staff, patient=patient, role=CareRole.TRAINEE)
    if staff.has_role(Role.TRAINEE) and held.exists():
        return no_supervisor()
    return Refusal(
        "CHART_NO_CARE",
        "You are not among the people who care for this patient, so this chart is closed to you.",
        f"{_ask(roles_that_may(Act.CARE_ASSIGN_ANY))} The treating clinician can also add you.",
        "45 CFR 164.514(d)(2), 164.308(a)(4)",
    )


def _ask(roles: Sequence[Role]) -> str:
    """Who could help, by name, at most four."""
    people = Staff.objects.filter(is_active=True, roles__overlap=[str(role) for role in roles]).order_by("full_name")
    names = [person.display_name for person in people[:4]]
    return f"Ask {' or '.join(names)}." if names else "Ask the administrator of the practice."


def _stranger(staff: Staff, patient_id: UUID | str, detail: str) -> NoReturn:
    record(
        by=staff,
        event=AuditEvent.REFUSED,
        subject_type=Patient,
        subject_id=str(patient_id),
        outcome=Outcome.REFUSED,
        detail=detail,
    )
    raise Http404
