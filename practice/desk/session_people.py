"""Whom a note of a joint session speaks of (R-008)."""

from uuid import UUID

from practice.people.models import Staff
from practice.people.policies import charts_visible_to
from records.chart.models import Encounter, Participation
from records.chart.rules.sessions import ABSENT


def patients_in(session: Encounter, staff: Staff) -> list[UUID]:
    """Everybody who attended a session, or is expected at it, and is in the care of this person."""
    there = Participation.objects.filter(encounter=session, taken_off=False).exclude(attendance__in=ABSENT)
    return list(there.filter(patient__in=charts_visible_to(staff)).values_list("patient_id", flat=True))
