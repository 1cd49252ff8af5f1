"""What can be done with a document. Each act is one transaction: checks, writes, records.

Access is checked here again, silently: the doorway in `policies` came first, and recorded who asked.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.copies import TakenIn
from practice.infrastructure.days import add_days, today
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff
from practice.people.policies import may_open_chart
from practice.people.queries import care_team
from practice.people.rules import CareRole
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind, TaskState

from ..models import Document, DocumentCancellation, DocumentFiling, DocumentReading
from ..policies import may_file_documents
from ..queries.documents import filing_of, was_added_today_by
from ..rules.documents import DAYS_TO_READ, filing_refusals
from .sessions import NO_CARE

HERE_ALREADY = Refusal(
    "DOCUMENT_HERE_ALREADY",
    "This same file is in this chart already.",
    "If it was filed wrongly, correct how it is filed; do not file it a second time.",
)
CORRECTED_MEANWHILE = Refusal(
    "DOCUMENT_CORRECTED_MEANWHILE",
    "Somebody else corrected how this document is filed while you looked at it.",
    "Look at it as it is filed now; what you typed is still below.",
)
TAKEN_OUT = Refusal("DOCUMENT_TAKEN_OUT", "This document was taken out of the chart.", "File it where it belongs.")


@dataclass(frozen=True, kw_only=True, slots=True)
class FilingFacts:
    """How a document is filed: its day, kind and source, and whether somebody else made it."""

    dated_on: date
    kind: str
    source: str
    from_outside: bool


@transaction.atomic
def file_document(*, by: Staff, patient: Patient, taken: TakenIn, facts: FilingFacts) -> DocumentFiling:
    """Keep a document in a chart and ask those who treat the patient to read it.

    Sent again by the same person on the same day (a lost answer, two clicks) it is filed once. Raises Refused when the
    same file is in the chart already, or who files may not.
    """
    if not may_file_documents(by, patient):
        raise Refused(NO_CARE)
    _check(facts)
    advisory_lock(f"documents of {patient.pk}")
    same = Document.objects.filter(patient=patient, sha256=taken.sha256, cancellation__isnull=True)
    if (there := same.defer("original", "shown").first()) is not None:
        if was_added_today_by(by, there):
            return filing_of(there)
        raise Refused(HERE_ALREADY)
    document = Document.objects.create(
        patient=patient,
        original=taken.data,
        kind=taken.kind,
        size=len(taken.data),
        sha256=taken.sha256,
        shown=taken.copy,
        shown_kind=taken.copy_kind,
        pages=taken.pages,
        added_by=by,
    )
    filing = _file(by, document, facts)
    record(by=by, event=AuditEvent.FILED, subject=document, patient_id=patient.pk, detail=facts.kind)
    _ask_to_read(by, document)
    return filing


@transaction.atomic
def correct_filing(*, by: Staff, document_id: UUID, seen: UUID, facts: FilingFacts) -> DocumentFiling:
    """File a document anew; how it was filed (`seen`) stays in its history. The same again changes nothing."""
    document = _to_mend(by, document_id)
    _check(facts)
    now = filing_of(document)
    if now.pk != seen:
        raise Refused(CORRECTED_MEANWHILE)
    if facts == FilingFacts(dated_on=now.dated_on, kind=now.kind, source=now.source, from_outside=now.from_outside):
        return now
    filing = _file(by, document, facts, replaces=now)
    record(by=by, event=AuditEvent.CHANGED, subject=document, patient_id=document.patient_id, detail="filing")
    return filing


@transaction.atomic
def take_out(*, by: Staff, document_id: UUID, reason: str) -> DocumentCancellation:
    """Take a document out of a chart where it does not belong. It is kept; nobody who reads the chart sees it."""
    document = _to_mend(by, document_id)
    if not reason.strip():
        raise Refused(Refusal("DOCUMENT_REASON_MISSING", "Say why it does not belong here.", ""))
    cancelled = DocumentCancellation.objects.create(document=document, reason=reason.strip(), cancelled_by=by)
    for reading in document.readings.filter(read_at__isnull=True):
        close_task(
            kind=TaskKind.DOCUMENT_REVIEW,
            subject=reading,
            by=by,
            state=TaskState.DROPPED,
            reason="Taken out of the chart",
        )
    record(by=by, event=AuditEvent.CANCELLED, subject=document, patient_id=document.patient_id, detail="document")
    return cancelled


@transaction.atomic
def mark_read(*, by: Staff, document: Document) -> DocumentReading:
    """Say that one has read a document, asked or unasked. Said twice it stays as it was said first."""
    if not may_open_chart(by, document.patient):
        raise Refused(NO_CARE)
    advisory_lock(f"documents of {document.patient_id}")
    reading, _made = DocumentReading.objects.get_or_create(document=document, reader=by)
    if reading.read_at is None:
        reading.read_at = timezone.now()
        reading.save(update_fields=["read_at"])
        close_task(kind=TaskKind.DOCUMENT_REVIEW, subject=reading, by=by)
        record(by=by, event=AuditEvent.CHANGED, subject=document, patient_id=document.patient_id, detail="read")
    return reading


def _check(facts: FilingFacts) -> None:
    refusals = filing_refusals(
        dated_on=facts.dated_on, source=facts.source, from_outside=facts.from_outside, on=today()
    )
    if refusals:
        raise Refused(next(iter(refusals.values())))


def _file(by: Staff, document: Document, facts: FilingFacts, replaces: DocumentFiling | None = None) -> DocumentFiling:
    return DocumentFiling.objects.create(
        document=document,
        replaces=replaces,
        dated_on=facts.dated_on,
        kind=facts.kind,
        source=facts.source.strip(),
        from_outside=facts.from_outside,
        filed_by=by,
    )


def _ask_to_read(by: Staff, document: Document) -> None:
    """Everybody who treats the patient today, but not who filed it: they have it in their hand."""
    for care in care_team(document.patient, today()).filter(role=CareRole.TREATING).exclude(staff=by):
        reading, made = DocumentReading.objects.get_or_create(document=document, reader=care.staff)
        if made:
            add_task(
                kind=TaskKind.DOCUMENT_REVIEW,
                due_on=add_days(today(), DAYS_TO_READ),
                subject=reading,
                patient=document.patient,
                person=care.staff,
            )


def _to_mend(by: Staff, document_id: UUID) -> Document:
    """The document, one act at a time in this chart. Raises Refused for who may not, and when it was taken out."""
    document = Document.objects.defer("original", "shown").select_related("patient").get(pk=document_id)
    own = was_added_today_by(by, document) and may_file_documents(by, document.patient)
    if not (own or may_open_chart(by, document.patient)):
        raise Refused(NO_CARE)
    advisory_lock(f"documents of {document.patient_id}")
    if DocumentCancellation.objects.filter(document=document).exists():
        raise Refused(TAKEN_OUT)
    return document
