"""Who of the practice sees a link: who sees its patient's name and address."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from practice.audit.actions import record
from practice.audit.rules import AuditEvent, Outcome
from practice.people.models import Patient, Staff
from practice.people.policies import patients_visible_to

from .models import Link


def links_visible_to(staff: Staff) -> QuerySet[Link]:
    """The links of the patients this person works with."""
    return Link.objects.filter(patient__in=patients_visible_to(staff)).select_related(
        "patient", "representative", "made_by", "closed_by"
    )


def open_link(staff: Staff, link_id: UUID | str) -> Link:
    """The doorway to one link. Raises Http404 for everybody else, and for no such id."""
    link = links_visible_to(staff).filter(pk=link_id).first()
    if link is None:
        record(
            by=staff,
            event=AuditEvent.REFUSED,
            subject_type=Link,
            subject_id=str(link_id),
            outcome=Outcome.REFUSED,
            detail="link",
        )
        raise Http404
    record(by=staff, event=AuditEvent.VIEWED, subject=link, patient_id=link.patient_id, detail="link")
    return link


def check_may_make(staff: Staff, patient: Patient) -> None:
    """Raises Http404 unless this person works with the patient."""
    if not patients_visible_to(staff).filter(pk=patient.pk).exists():
        raise Http404
