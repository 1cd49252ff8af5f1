"""Printing a choice of the chart for use inside the practice."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.compliance.queries import practice_profile
from practice.infrastructure.pdf import PdfFailed
from practice.people.models import Staff
from practice.people.policies import open_chart

from ..documents import internal_chart_pdf, release_items
from ..forms.printing import MOST, PrintForm
from ..index import IndexLine, by_year, kinds_of


@require_http_methods(["GET", "POST"])
def chart_print(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Choose items of the chart by date, kind and title; they come as one PDF, marked on every page."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    items = release_items(patient)
    form = PrintForm(request.POST if request.method == "POST" else None, items=items)
    if request.method == "POST" and form.is_valid():
        chosen = [UUID(one) for one in form.cleaned_data["items"]]
        try:
            pdf = internal_chart_pdf(patient, chosen, practice=practice_profile(), printed_by=staff)
        except PdfFailed:
            messages.error(request, "The PDF could not be made. Print fewer items, or tell your administrator.")
        else:
            detail = f"internal_copy_{len(chosen)}_items"
            record(by=staff, event=AuditEvent.PRINTED, subject=patient, patient_id=patient.pk, detail=detail)
            response = HttpResponse(pdf, content_type="application/pdf")
            response["Content-Disposition"] = 'inline; filename="from-the-chart-internal-copy.pdf"'
            return response
    index = [IndexLine(str(item.id), item) for item in items]
    context = {
        "patient": patient,
        "form": form,
        "years": by_year(index, set(request.POST.getlist("items"))),
        "kinds": kinds_of(index),
        "total": len(index),
        "most": MOST,
    }
    return render(request, "chart/print.html", context)
