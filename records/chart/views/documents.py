"""Pages of documents. Each: doorway, form, action, redirect."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.copies import MAX_BYTES, as_original, as_page
from practice.infrastructure.refusals import Refused
from practice.infrastructure.templatetags.look import day
from practice.people.models import Patient, Staff
from practice.people.policies import may_open_chart, open_chart

from .. import policies
from ..actions.documents import correct_filing, file_document, mark_read, take_out
from ..forms.documents import CorrectFilingForm, NewDocumentForm, TakeOutForm
from ..models import Document, DocumentFiling
from ..queries.documents import (
    filed_today_by,
    filing_of,
    filings_of,
    history_of,
    readings_of,
    taken_out,
    years_of,
)
from ..rules.documents import DocumentKind

PER_PAGE = 50


@require_GET
def patient_documents(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Every document of the chart, newest first; one kind or one year of them."""
    patient = open_chart(cast(Staff, request.user), patient_id)
    kind, year = request.GET.get("kind", ""), request.GET.get("year", "")
    kind = kind if kind in DocumentKind.values else ""
    year = year if year.isdecimal() and len(year) == 4 else ""
    rows = filings_of(patient, kind=kind, year=int(year) if year else None)
    context = {
        "patient": patient,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "kinds": DocumentKind.choices,
        "kind": kind,
        "years": years_of(patient),
        "year": year,
        "keep": "".join(f"{name}={value}&" for name, value in (("kind", kind), ("year", year)) if value),
        "taken_out": taken_out(patient),
    }
    return render(request, "chart/document_list.html", context)


@require_http_methods(["GET", "POST"])
def document_file(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """File one or more documents. A page that sends each file by itself is answered in JSON."""
    staff = cast(Staff, request.user)
    patient = policies.open_filing(staff, patient_id)
    by_itself = request.headers.get("X-Requested-With") == "filing"
    form = NewDocumentForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            filed = [
                file_document(by=staff, patient=patient, taken=taken, facts=form.facts())
                for _name, taken in form.cleaned_data["scans"]
            ]
        except Refused as refused:
            form.add_error("scans", f"{refused.refusal.words} {refused.refusal.remedy}")
        else:
            if by_itself:
                return JsonResponse({"filed": f"Filed: {receipt_words(filed[0])}"}, status=201)
            messages.success(request, "Filed." if len(filed) == 1 else f"{len(filed)} documents are filed.")
            return redirect("document-file", patient.pk)
    if by_itself:
        return JsonResponse({"problems": form.errors.get_json_data()}, status=422)
    context = {
        "patient": patient,
        "form": form,
        "filed": filed_today_by(staff, patient),
        "may_open": may_open_chart(staff, patient),
        "max_bytes": MAX_BYTES,
    }
    return render(request, "chart/document_file.html", context)


def receipt_words(filing: DocumentFiling) -> str:
    """What was filed, for who filed it: "Report, Bayview Hospital, of Nov 14, 2026, 3 pages"."""
    return f"{filing.title}, of {day(filing.dated_on)}, {pages_words(filing.document)}"


def pages_words(document: Document) -> str:
    if not document.pages:
        return "Word document"
    return "1 page" if document.pages == 1 else f"{document.pages} pages"


@require_GET
def document_open(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """A document: how it is filed, who read it, the picture itself, or where to open its pages."""
    staff = cast(Staff, request.user)
    document = policies.open_document(staff, document_id)
    readings = readings_of(document)
    context = {
        "patient": document.patient,
        "document": document,
        "filing": filing_of(document),
        "pages_words": pages_words(document),
        "history": history_of(document),
        "readings": readings,
        "is_read": any(one.reader_id == staff.pk and one.read_at for one in readings),
    }
    return render(request, "chart/document.html", context)


@require_GET
def document_view(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The copy that is safe to look at. 404 where there is none (Word)."""
    document = policies.open_document(cast(Staff, request.user), document_id)
    if not document.shown_kind:
        raise Http404
    return as_page(document.shown, document.shown_kind, f"document-{filing_of(document).dated_on}")


@require_GET
def document_original(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The file exactly as it came, as a download."""
    staff = cast(Staff, request.user)
    document = policies.open_document(staff, document_id)
    record(by=staff, event=AuditEvent.DOWNLOADED, subject=document, patient_id=document.patient_id, detail="original")
    return as_original(document.original, document.kind, f"document-{filing_of(document).dated_on}")


@require_POST
def document_read(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Say that one has read it."""
    staff = cast(Staff, request.user)
    document = policies.open_document(staff, document_id)
    mark_read(by=staff, document=document)
    messages.success(request, "Marked as read.")
    return redirect("document-open", document.pk)


@require_GET
def document_reading(request: HttpRequest, reading_id: UUID) -> HttpResponse:
    """From a task on the home page to the document it asks to read."""
    return redirect("document-open", policies.open_asked_reading(cast(Staff, request.user), reading_id).pk)


@require_http_methods(["GET", "POST"])
def document_correct(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """File a document anew: another day, kind or source."""
    staff = cast(Staff, request.user)
    document = policies.open_document_to_mend(staff, document_id)
    form = CorrectFilingForm(request.POST or None, initial=CorrectFilingForm.initial_of(filing_of(document)))
    if request.method == "POST" and form.is_valid():
        try:
            correct_filing(by=staff, document_id=document.pk, seen=form.cleaned_data["seen"], facts=form.facts())
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}")
        else:
            messages.success(request, "Filed anew. How it was filed before stays in its history.")
            return _after(staff, document)
    return render(request, "chart/document_correct.html", _mending(staff, document) | {"form": form})


@require_http_methods(["GET", "POST"])
def document_take_out(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """Take a document out of a chart where it does not belong."""
    staff = cast(Staff, request.user)
    document = policies.open_document_to_mend(staff, document_id)
    form = TakeOutForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        take_out(by=staff, document_id=document.pk, reason=form.cleaned_data["reason"])
        messages.success(request, "Taken out of this chart. File it where it belongs.")
        return redirect(_list_for(staff, document.patient), document.patient_id)
    return render(request, "chart/document_take_out.html", _mending(staff, document) | {"form": form})


def _mending(staff: Staff, document: Document) -> dict[str, object]:
    return {
        "patient": document.patient,
        "document": document,
        "filing": filing_of(document),
        "may_open": may_open_chart(staff, document.patient),
    }


def _after(staff: Staff, document: Document) -> HttpResponse:
    if may_open_chart(staff, document.patient):
        return redirect("document-open", document.pk)
    return redirect("document-file", document.patient_id)


def _list_for(staff: Staff, patient: Patient) -> str:
    return "patient-documents" if may_open_chart(staff, patient) else "document-file"
