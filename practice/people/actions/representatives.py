"""Who acts for the patient (R-145). Never removed: ended by date, or not recognized with the reason."""

from datetime import date

from django.db import transaction

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.refusals import Refusal, Refused
from practice.infrastructure.uploads import CheckedUpload

from ..models import Patient, PersonalRepresentative, RepresentativePaper, Staff
from ..policies import check_edit
from ..rules import RepresentativeKind


@transaction.atomic
def add_representative(
    *,
    by: Staff,
    patient: Patient,
    name: str,
    kind: RepresentativeKind,
    authority: str,
    from_on: date,
    until_on: date | None = None,
    phone: str = "",
    address: str = "",
) -> PersonalRepresentative:
    """Record a personal representative and the document that shows the authority (164.514(h)(1), R-144)."""
    check_edit(by, patient)
    _check_end(from_on, until_on)
    return PersonalRepresentative.objects.create(
        patient=patient,
        name=name,
        kind=kind,
        authority=authority,
        from_on=from_on,
        until_on=until_on,
        phone=phone,
        address=address,
    )


@transaction.atomic
def add_representative_paper(
    *, by: Staff, representative: PersonalRepresentative, paper: CheckedUpload
) -> RepresentativePaper:
    """Keep the scan of the document that shows the authority (R-144)."""
    check_edit(by, representative.patient)
    kept = RepresentativePaper.objects.create(
        representative=representative,
        data=paper.data,
        kind=paper.kind,
        size=len(paper.data),
        sha256=paper.sha256,
        added_by=by,
    )
    record(by=by, event=AuditEvent.FILED, subject=kept, patient_id=representative.patient_id)
    return kept


@transaction.atomic
def end_representative(*, by: Staff, representative: PersonalRepresentative, until_on: date) -> None:
    """Say the last day of the authority."""
    check_edit(by, representative.patient)
    _check_end(representative.from_on, until_on)
    representative.until_on = until_on
    representative.save(update_fields=["until_on"])


@transaction.atomic
def decline_representative(*, by: Staff, representative: PersonalRepresentative, reason: str) -> None:
    """Record the professional judgment not to treat this person as the individual: 164.502(g)(5).

    An empty reason takes the decision back. Raises Refused unless a clinician of this patient decides.
    """
    check_edit(by, representative.patient)
    if not by.is_clinical:
        raise Refused(
            Refusal(
                "PR_DECLINE_CLINICIAN",
                "Not recognizing a representative is a clinician's judgment.",
                "Ask the treating clinician.",
                "45 CFR 164.502(g)(5)",
            )
        )
    representative.not_recognized_reason = reason
    representative.save(update_fields=["not_recognized_reason"])


def _check_end(from_on: date, until_on: date | None) -> None:
    if until_on is not None and until_on < from_on:
        raise Refused(Refusal("PR_ENDS_BEFORE_START", "The last day is before the first day."))
