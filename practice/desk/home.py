"""The home page: what is next, and beside it what this person opens most."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Max, Q

from disclosures.ledger.models import Checkpoint, Entry, Verification
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to
from practice.people.rules import Role
from records.chart.rules.sessions import Attendance, SessionState

MY_PATIENTS = 40


@dataclass(frozen=True, slots=True)
class LedgerState:
    """What the compliance officer wants to see at a glance."""

    entries: int
    signed_size: int
    signed_at: datetime | None
    verified_at: datetime | None
    verified_size: int
    verified_ok: bool
    finding: str

    @property
    def all_signed(self) -> bool:
        return self.entries == self.signed_size

    @property
    def all_verified(self) -> bool:
        return self.entries == self.verified_size


def my_patients(staff: Staff) -> list[Patient]:
    """Patients in this person's care now, those seen last first."""
    if not staff.is_clinical:
        return []
    mine = charts_visible_to(staff).filter(closed_on__isnull=True)
    held = Q(
        participations__encounter__clinician=staff,
        participations__encounter__state=SessionState.RECORDED,
        participations__attendance=Attendance.ATTENDED,
        participations__taken_off=False,
    )
    seen = Max("participations__encounter__started_at", filter=held)
    return list(mine.annotate(seen_at=seen).order_by(F("seen_at").desc(nulls_last=True), "sort_name")[:MY_PATIENTS])


def ledger_state(staff: Staff) -> LedgerState | None:
    """The disclosure ledger in three facts, for those who answer for it; None for everybody else."""
    if not staff.has_role(Role.COMPLIANCE_OFFICER):
        return None
    last = Checkpoint.objects.order_by("-size").first()
    checked = Verification.objects.order_by("-at").first()
    return LedgerState(
        entries=Entry.objects.count(),
        signed_size=last.size if last else 0,
        signed_at=last.signed_at if last else None,
        verified_at=checked.at if checked else None,
        verified_size=checked.size if checked else 0,
        verified_ok=bool(checked and checked.ok),
        finding=checked.finding if checked else "",
    )
