"""Documents, for pages and paper. Every function takes a chart that a doorway has opened.

The bytes stay in the database until somebody opens a document: lists never load them.
"""

from datetime import date, datetime, time

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from practice.infrastructure.days import today
from practice.people.models import Patient, Staff

from ..models import Document, DocumentCancellation, DocumentFiling, DocumentReading
from ..rules.documents import DocumentKind

BYTES = ("document__original", "document__shown")


def current_filings() -> QuerySet[DocumentFiling]:
    """How each document that was not taken out is filed now, without its bytes."""
    rows = DocumentFiling.objects.filter(replaced_by__isnull=True, document__cancellation__isnull=True)
    return rows.select_related("document").defer(*BYTES)


def filings_of(patient: Patient, *, kind: str = "", year: int | None = None) -> QuerySet[DocumentFiling]:
    """The documents of a chart as they are filed now, newest first; of one kind or one year when asked."""
    read = DocumentReading.objects.filter(document=OuterRef("document"), read_at__isnull=False)
    rows = current_filings().filter(document__patient=patient).annotate(is_read=Exists(read))
    if kind in DocumentKind.values:
        rows = rows.filter(kind=kind)
    if year is not None:
        rows = rows.filter(dated_on__year=year)
    return rows.order_by("-dated_on", "-filed_at", "pk")


def years_of(patient: Patient) -> list[int]:
    """The years from which the chart has documents, newest first."""
    days = current_filings().filter(document__patient=patient).dates("dated_on", "year", order="DESC")
    return [day.year for day in days]


def filing_of(document: Document) -> DocumentFiling:
    """How a document is filed now."""
    return document.filings.get(replaced_by__isnull=True)


def history_of(document: Document) -> list[DocumentFiling]:
    """Every way it was filed, newest first."""
    return list(document.filings.select_related("filed_by").order_by("-filed_at"))


def readings_of(document: Document) -> list[DocumentReading]:
    """Who was asked to read it, and who has."""
    return list(document.readings.select_related("reader"))


def taken_out(patient: Patient) -> QuerySet[DocumentCancellation]:
    """That documents were taken out of this chart: when and by whom, and nothing of what they are."""
    rows = DocumentCancellation.objects.filter(document__patient=patient)
    return rows.select_related("cancelled_by").defer("reason").order_by("-cancelled_at")


def filed_today_by(staff: Staff, patient: Patient) -> QuerySet[DocumentFiling]:
    """What this person added to the chart today, newest first: the receipt for those who may not open it."""
    begins = timezone.make_aware(datetime.combine(today(), time.min))
    rows = current_filings().filter(document__patient=patient, document__added_by=staff, document__added_at__gte=begins)
    return rows.order_by("-document__added_at")


def was_added_today_by(staff: Staff, document: Document) -> bool:
    """Whether this is a person's own work of today, in which they may still mend a slip."""
    return document.added_by_id == staff.pk and local_day(document.added_at) == today()


def local_day(moment: datetime) -> date:
    return timezone.localtime(moment).date()
