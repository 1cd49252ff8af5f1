"""The chart's pages of one patient: timeline and measures."""

from typing import Any, cast
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.people.models import Staff
from practice.people.policies import charts_visible_to, open_chart, open_patient
from practice.people.rules import Act, may
from records.chart.models import CarePlan
from records.chart.queries.diagnoses import active_diagnoses
from records.chart.queries.measures import repeats_of
from records.chart.queries.medication import current_medication
from records.chart.queries.sessions import planned_sessions
from records.chart.queries.treatment import plan_at_a_glance
from records.chart.rules.measures import current
from records.chart.searching import MOST, search_chart
from records.chart.timeline import EntryKind, TimelineEntry, entries, timeline

from .chart_filter import ChartFilterForm
from .measures import chosen_series, latest_score, series_of

PER_PAGE = 30
OFTEN = (EntryKind.NOTE, EntryKind.SESSION, EntryKind.MEASURE, EntryKind.DOCUMENT)  # one click; the rest in a list


@require_http_methods(["GET", "POST"])
def patient_page(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The chart as one line of time, for those who may open it; for the others the patient's details.

    Kind and days stand in the URL; words that are looked for come by POST, since they may be clinical.
    """
    staff = cast(Staff, request.user)
    in_care = charts_visible_to(staff).filter(pk=patient_id).exists()
    if may(staff.roles, Act.DEMOGRAPHICS_ALL) and not in_care:
        return redirect("patient-details", open_patient(staff, patient_id).pk)
    patient = open_chart(staff, patient_id)
    asked = ChartFilterForm(request.POST if request.method == "POST" else request.GET)
    span, words = asked.span(), asked.words_asked()
    page: Page[Any] | None = None
    if request.method == "POST" and not words and asked.is_valid():
        return redirect(f"{request.path}?{asked.keep().removesuffix('&')}")
    if words:
        shown = search_chart(patient, staff, words, span)
        record(by=staff, event=AuditEvent.SEARCHED, subject=patient, patient_id=patient.pk, detail="chart")
    else:
        page = Paginator(timeline(patient, staff, span), PER_PAGE).get_page(request.GET.get("page"))
        shown = entries(page.object_list)
    context = {
        "patient": patient,
        "years": by_year(shown),
        "page": page,
        "kinds": EntryKind.choices,
        "often": [(kind.value, kind.label) for kind in OFTEN],
        "span": span,
        "keep": asked.keep(),
        "form": asked,
        "words": words,
        "found": len(shown),
        "most": MOST,
        "diagnoses": active_diagnoses(patient)[:6],
        "medications": current_medication(patient)[:6],
        "next_sessions": planned_sessions(patient, limit=2),
        "plans": CarePlan.objects.filter(patient=patient, ended_on__isnull=True).order_by("-started_on")[:3],
        "plan": plan_at_a_glance(patient),
        "measure": latest_score(patient),
        "may_warn": may(staff.roles, Act.DISCLOSURE_RECORD),
    }
    return render(request, "desk/chart.html", context)


def by_year(shown: list[TimelineEntry]) -> list[tuple[str, list[TimelineEntry]]]:
    """Entries under their year, in the order given; those without a day under "No date"."""
    years: dict[str, list[TimelineEntry]] = {}
    for entry in shown:
        years.setdefault(str(entry.on.year) if entry.on else "No date", []).append(entry)
    return list(years.items())


@require_GET
def patient_results(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Every measure with its last value, and one of them over time, as a drawing and as its table."""
    patient = open_chart(cast(Staff, request.user), patient_id)
    series = series_of(patient)
    chosen = chosen_series(patient, series, request.GET.get("measure", ""))
    context = {
        "patient": patient,
        "series": series,
        "chosen": chosen,
        "offered": current(),
        "repeats": repeats_of(patient),
    }
    return render(request, "desk/results.html", context)
