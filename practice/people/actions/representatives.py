"""Who acts for the patient (R-145). Never removed: ended by date, or not recognized with the reason."""

from datetime import date

from django.db import transaction

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal, Refused
from practice.infrastructure.uploads import CheckedUpload

from ..models import Patient, PersonalRepresentative, RepresentativeDecision, RepresentativePaper, Staff
from ..policies import check_decision, check_edit
from ..rules import RepresentativeKind, is_declined


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
def decline_representative(*, by: Staff, representative: PersonalRepresentative, reason: str) -> RepresentativeDecision:
    """Record the professional judgment not to treat this person as the individual: 164.502(g)(5).

    It holds from today on and reaches what they signed before; what left on an earlier day stays as it was. Raises
    Refused unless a clinician of this patient decides, and says why.
    """
    return _decide(by, representative, declined=True, reason=reason)


@transaction.atomic
def recognize_representative(
    *, by: Staff, representative: PersonalRepresentative, reason: str
) -> RepresentativeDecision:
    """Take that decision back, with a reason of its own; both stay on record. Raises Refused as above."""
    return _decide(by, representative, declined=False, reason=reason)


def _decide(
    by: Staff, representative: PersonalRepresentative, *, declined: bool, reason: str
) -> RepresentativeDecision:
    row = PersonalRepresentative.objects.select_for_update().get(pk=representative.pk)
    check_decision(by, row.patient)
    if not reason.strip():
        raise Refused(Refusal("PR_WITHOUT_REASON", "Nothing was decided: there is no reason.", "Write the reason."))
    if is_declined(row.declined, today()) == declined:
        words = "is not recognized already" if declined else "is recognized already"
        raise Refused(Refusal("PR_DECIDED_ALREADY", f"{row.name} {words}.", "See the patient's details."))
    return RepresentativeDecision.objects.create(
        representative=row, declined=declined, reason=reason.strip(), decided_on=today(), decided_by=by
    )


def _check_end(from_on: date, until_on: date | None) -> None:
    if until_on is not None and until_on < from_on:
        raise Refused(Refusal("PR_ENDS_BEFORE_START", "The last day is before the first day."))
