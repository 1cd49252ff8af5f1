"""Medication as it stands, its changes, and its monitoring. Every function takes a chart that a doorway has opened."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from practice.people.models import CareRelationship, Patient, Staff
from practice.people.rules import CareRole

from ..models import Medication, MonitoringPlan
from ..rules.medication import MedicationChange

# FHIR's words for an imported medication that is not taken any more.
OVER = frozenset({"stopped", "completed", "cancelled", "entered-in-error"})


@dataclass(slots=True)
class Course:
    """One medication from its first row to the one that holds now, and what is looked after while it is taken."""

    rows: list[Medication]  # the oldest first
    monitoring: list[MonitoringPlan] = field(default_factory=list)

    @property
    def first(self) -> Medication:
        return self.rows[0]

    @property
    def now(self) -> Medication:
        """The row that holds now; its `status` as imported is one of FHIR's words."""
        return self.rows[-1]

    @property
    def ended(self) -> bool:
        """Whether it is not taken any more."""
        given = self.now.as_given.get("ended_on")
        return bool(self.now.ended_on or given or self.now.status in OVER)

    @property
    def last_on(self) -> date | None:
        """The day from which the row holds that was written last."""
        return self.now.changed_on or self.now.started_on

    @property
    def due_on(self) -> date | None:
        """When monitoring is due next, the soonest of what is looked after."""
        return min((plan.due_on for plan in self.monitoring if plan.due_on), default=None)


def courses(patient: Patient) -> list[Course]:
    """Every medication of a patient, those taken now first, the newest start first. Three queries, however many."""
    rows = list(
        Medication.objects.filter(patient=patient)
        .select_related("prescribed_by", "recorded_by")
        .order_by("recorded_at")
    )
    after: dict[UUID, Medication] = {row.supersedes_id: row for row in rows if row.supersedes_id}
    found = [Course(list(_chain(row, after))) for row in rows if row.supersedes_id is None]
    plans = MonitoringPlan.objects.filter(medication__patient=patient).select_related("set_by").prefetch_related("done")
    of: dict[UUID, list[MonitoringPlan]] = {}
    for plan in plans:
        of.setdefault(plan.medication_id, []).append(plan)
    for course in found:
        course.monitoring = of.get(course.first.pk, [])
    return sorted(found, key=lambda course: (course.ended, -_ordinal(course.first.started_on), course.now.title))


def monitored_titles(plans: Iterable[UUID]) -> dict[UUID, str]:
    """By the id of a monitoring plan: what the medication is called now. Two queries, none without plans."""
    first = dict(MonitoringPlan.objects.filter(pk__in=list(plans)).values_list("pk", "medication"))
    patients = Medication.objects.filter(pk__in=first.values()).values("patient")
    rows = list(Medication.objects.filter(patient__in=patients).only("title", "supersedes")) if first else []
    after: dict[UUID, Medication] = {row.supersedes_id: row for row in rows if row.supersedes_id}
    by_id = {row.pk: row for row in rows}
    return {plan: list(_chain(by_id[medication], after))[-1].title for plan, medication in first.items()}


def current_medication(patient: Patient) -> list[Course]:
    """What the patient takes now."""
    return [course for course in courses(patient) if not course.ended]


def course_of(medication: Medication) -> Course:
    """The course that a row belongs to, whichever row it is."""
    return next(one for one in courses(medication.patient) if any(row.pk == medication.pk for row in one.rows))


def steps(course: Course) -> list[tuple[str, str, Medication]]:
    """The history of a course, the oldest first: what happened, until when that row held, the row.

    A row holds until the day of the next; a correction takes the place of what it corrects, which is shown as such.
    """
    found = []
    for place, row in enumerate(course.rows):
        after = course.rows[place + 1] if place + 1 < len(course.rows) else None
        was = "corrected since" if after and after.change == MedicationChange.CORRECTED else ""
        found.append((row.get_change_display(), was, row))
    return found


def who_monitors(patient: Patient, asked: Staff, on: date) -> Staff:
    """Whose home page shows that monitoring is due: whoever was asked while they treat the patient, else who does.

    Of several who treat the patient the one who began first; with nobody, it stays with whoever was asked.
    """
    treating = CareRelationship.objects.filter(patient=patient, role=CareRole.TREATING, staff__is_active=True)
    begun = treating.filter(from_on__lte=on).select_related("staff").order_by("from_on")
    in_force = [care.staff for care in begun if care.until_on is None or care.until_on >= on]
    return asked if asked in in_force or not in_force else in_force[0]


def monitored_patients() -> QuerySet[Patient]:
    """Patients with medication that is looked after."""
    return Patient.objects.filter(medications__monitoring__ended_on__isnull=True, medications__monitoring__isnull=False)


def _chain(first: Medication, after: dict[UUID, Medication]) -> Iterable[Medication]:
    row: Medication | None = first
    while row is not None:
        yield row
        row = after.get(row.pk)


def _ordinal(day: date | None) -> int:
    return day.toordinal() if day else 0
