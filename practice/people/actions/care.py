"""Care relationships, and the only place that writes or drops the permission to open a chart."""

from datetime import date

from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal, Refused

from ..models import CareRelationship, Patient, PatientPermission, Staff
from ..policies import CHART_PERMISSION, refusal_to_assign_care, refusal_to_end_care
from ..rules import CareRole, refusal_to_care


@transaction.atomic
def start_care(
    *, by: Staff, patient: Patient, staff: Staff, role: CareRole, from_on: date, until_on: date | None = None
) -> CareRelationship:
    """Say that `staff` cares for the patient from a day until a day, both inclusive; opens the chart to them.

    Raises Refused when `by` may not say so, or the relationship does not fit the person, the dates or the patient.
    """
    if refusal := refusal_to_assign_care(by, patient, staff):
        raise Refused(refusal)
    return begin_care(by=by, patient=patient, staff=staff, role=role, from_on=from_on, until_on=until_on)


def begin_care(
    *, by: Staff, patient: Patient, staff: Staff, role: CareRole, from_on: date, until_on: date | None = None
) -> CareRelationship:
    """Write the relationship and its permission, for actions that have checked who asks. Call in a transaction."""
    refusal = refusal_to_care(
        care_role=role,
        staff_roles=staff.roles,
        staff_active=staff.is_active,
        from_on=from_on,
        until_on=until_on,
        patient_closed_on=patient.closed_on,
        supervisors_in_force=_supervised(patient),
        on=today(),
    )
    if refusal:
        raise Refused(refusal)
    try:
        with transaction.atomic():
            care = CareRelationship.objects.create(
                patient=patient, staff=staff, role=role, from_on=from_on, until_on=until_on, made_by=by
            )
    except IntegrityError as exc:
        raise Refused(Refusal("CARE_ALREADY", "This is on record already, from the same day.")) from exc
    PatientPermission.objects.get_or_create(user=staff, content_object=patient, permission=_chart_permission())
    record(by=by, event=AuditEvent.ACCESS_GIVEN, subject=care, patient_id=patient.pk, detail=str(role))
    return care


@transaction.atomic
def end_care(*, by: Staff, care: CareRelationship, until_on: date) -> None:
    """Set the last day. Today or earlier closes the chart at once.

    A relationship to come is called off by the day before its first. Raises Refused when `by` may not, or the day is
    later than the end already set or earlier than that.
    """
    care = CareRelationship.objects.select_for_update().select_related("patient", "staff").get(pk=care.pk)
    if refusal := refusal_to_end_care(by, care, until_on):
        raise Refused(refusal)
    finish_care(by=by, care=care, until_on=until_on)


def finish_care(*, by: Staff, care: CareRelationship, until_on: date) -> None:
    """Write the last day and drop the permission when nothing else needs it, for actions that have checked who asks."""
    care.until_on = until_on
    care.save(update_fields=["until_on"])
    over = until_on <= today() or until_on < care.from_on
    if over and not _still_needed(care):
        PatientPermission.objects.filter(user=care.staff, content_object=care.patient).delete()
    record(by=by, event=AuditEvent.ACCESS_ENDED, subject=care, patient_id=care.patient_id, detail=care.role)


@transaction.atomic
def drop_ended_permissions() -> int:
    """Remove chart permissions whose relationships are all over. Out: how many.

    Housekeeping for the daily run; the policies already refuse from the day after the last day.
    """
    held = CareRelationship.objects.filter(staff=OuterRef("user"), patient=OuterRef("content_object")).filter(
        Q(until_on__isnull=True) | Q(until_on__gte=today())
    )
    return PatientPermission.objects.filter(~Exists(held)).delete()[0]


def _still_needed(ended: CareRelationship) -> bool:
    others = CareRelationship.objects.filter(staff=ended.staff, patient=ended.patient).exclude(pk=ended.pk)
    return others.filter(Q(until_on__isnull=True) | Q(until_on__gte=today())).exists()


def _supervised(patient: Patient) -> bool:
    day = today()
    found = CareRelationship.objects.filter(
        patient=patient, role=CareRole.SUPERVISOR, staff__is_active=True, from_on__lte=day
    )
    return found.filter(Q(until_on__isnull=True) | Q(until_on__gte=day)).exists()


def _chart_permission() -> Permission:
    return Permission.objects.get(codename=CHART_PERMISSION, content_type__app_label="people")
