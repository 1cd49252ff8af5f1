"""What can be done with a session. Each act is one transaction: checks, writes, records.

Access is checked here again, silently: the doorway in `policies` came first, and recorded who asked.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to

from ..models import Encounter, Participation
from ..rules.notes import NoteState
from ..rules.sessions import Modality, SessionKind, session_refusals

NO_CARE = Refusal("CHART_NO_CARE", "This chart is closed to you.", "Ask the treating clinician to add you.")


@transaction.atomic
def start_session(
    *,
    by: Staff,
    patient: Patient,
    started_at: datetime,
    stopped_at: datetime | None = None,
    others: Sequence[Patient] = (),
    kind: str = SessionKind.INDIVIDUAL,
    modality: str = Modality.IN_PERSON,
    others_present: str = "",
) -> Encounter:
    """Record a session of `by` with one or more patients. Raises Refused when its times or patients cannot be."""
    patients = {person.pk: person for person in (patient, *others)}
    _check_session(started_at, stopped_at, kind, len(patients))
    if charts_visible_to(by).filter(pk__in=patients).count() != len(patients):
        raise Refused(NO_CARE)
    encounter = Encounter.objects.create(
        clinician=by,
        kind=kind,
        modality=modality,
        started_at=started_at,
        stopped_at=stopped_at,
        others_present=others_present,
    )
    for pk in patients:
        Participation.objects.create(encounter=encounter, patient_id=pk)
        record(by=by, event=AuditEvent.RECORDED, subject=encounter, patient_id=pk, detail="session")
    return encounter


@transaction.atomic
def correct_session(
    *,
    by: Staff,
    encounter: Encounter,
    started_at: datetime,
    stopped_at: datetime | None,
    kind: str,
    modality: str,
    others_present: str,
) -> Encounter:
    """Correct a session of one's own. Raises Refused when it is somebody else's, or a signed note stands on it."""
    encounter = Encounter.objects.select_for_update(no_key=True).get(pk=encounter.pk)
    if refusal := refusal_to_correct(by, encounter):
        raise Refused(refusal)
    patients = list(encounter.participations.values_list("patient_id", flat=True))
    _check_session(started_at, stopped_at, kind, len(patients))
    encounter.started_at, encounter.stopped_at = started_at, stopped_at
    encounter.kind, encounter.modality, encounter.others_present = kind, modality, others_present
    encounter.save(update_fields=["started_at", "stopped_at", "kind", "modality", "others_present"])
    for pk in patients:
        record(by=by, event=AuditEvent.CHANGED, subject=encounter, patient_id=pk, detail="session")
    return encounter


def refusal_to_correct(by: Staff, encounter: Encounter) -> Refusal | None:
    """Why `by` cannot correct this session, or None."""
    if encounter.clinician_id != by.pk:
        return Refusal(
            "SESSION_NOT_YOURS",
            "A session is corrected by whoever held it.",
            "Ask them, or add an addendum to the note.",
        )
    if encounter.notes.exclude(state=NoteState.DRAFT).exists():
        return Refusal(
            "SESSION_SIGNED",
            "A signed note stands on this session, so its times no longer change.",
            "Say what was wrong in an addendum to the note.",
        )
    return None


def _check_session(started_at: datetime, stopped_at: datetime | None, kind: str, patients: int) -> None:
    refusals = session_refusals(
        started_at=started_at, stopped_at=stopped_at, now=timezone.now(), kind=kind, patients=patients
    )
    if refusals:
        raise Refused(next(iter(refusals.values())))
