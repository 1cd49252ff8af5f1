"""Custody in the demo: a therapist who left and a transfer that waits for its second person; a custodian in advance."""

from datetime import timedelta

from django.utils import timezone

from practice.people.models import Staff
from practice.people.rules import Role
from records.psychotherapy.custody_actions import name_custodian, propose_custody
from records.psychotherapy.custody_rules import CustodyReason

from .practice import Demo


def fill_custody(demo: Demo) -> None:
    """Dr. Ritter retired; the compliance officer proposes Dr. Amsel, the administrator is to confirm."""
    now = timezone.now()
    retired = Staff.objects.create_user(
        "p.ritter",
        full_name="Paul Ritter",
        title="Dr.",
        roles=[Role.CLINICIAN.value],
        joined_at=now - timedelta(days=2500),
        is_active=False,
        deactivated_at=now - timedelta(days=20),
    )
    propose_custody(
        by=demo.staff["compliance"],
        author=retired,
        custodian=demo.staff["supervisor"],
        second=demo.staff["admin"],
        reason=CustodyReason.LEFT,
    )
    name_custodian(
        by=demo.staff["solo"],
        custodian=demo.staff["supervisor"],
        waits_days=30,
        contact="Dr. Judith Amsel, (217) 555-0163, 90 Orchard Road, Springfield",
    )
