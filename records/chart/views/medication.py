"""Pages of medication and its monitoring. Each: doorway, form, action, redirect."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import Staff
from practice.people.policies import open_chart

from .. import policies
from ..actions.medication import (
    add_medication,
    change_medication,
    end_monitoring,
    plan_monitoring,
    record_monitoring,
    stop_medication,
)
from ..forms.days import put_refusals
from ..forms.medication import ChangeForm, MedicationForm, MonitoringDoneForm, MonitoringForm, StopForm
from ..queries.medication import course_of, steps
from .diagnoses import form_page

WHOLE = "chart/medication_form.html"


@require_http_methods(["GET", "POST"])
def medication_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Write down a medication."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    form = MedicationForm(request.POST or None, patient=patient, initial={"prescribed_by": None})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = add_medication(
                by=staff,
                patient=patient,
                prescription=form.prescription,
                ended_on=given["ended_on"],
                comment=given["comment"],
            )
        except Refused as refused:
            put_refusals(form, {"": refused.refusal})
        else:
            messages.success(request, "The medication is on record.")
            return redirect("medication-open", row.pk)
    return form_page(request, patient, form, title="Add a medication", button="Save", template=WHOLE)


@require_GET
def medication_open(request: HttpRequest, medication_id: UUID) -> HttpResponse:
    """One medication: what holds now, what is looked after, and what was before."""
    medication = policies.open_medication(cast(Staff, request.user), medication_id)
    course = course_of(medication)
    context = {"patient": medication.patient, "course": course, "now": course.now, "steps": steps(course)[::-1]}
    return render(request, "chart/medication.html", context)


@require_http_methods(["GET", "POST"])
def medication_change(request: HttpRequest, medication_id: UUID) -> HttpResponse:
    """Another dose, route or frequency from a day on."""
    staff = cast(Staff, request.user)
    medication = policies.open_medication(staff, medication_id)
    course = course_of(medication)
    form = ChangeForm(request.POST or None, course=course)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = change_medication(
                by=staff,
                medication=medication,
                prescription=form.prescription,
                on=given["on"],
                comment=given["comment"],
            )
        except Refused as refused:
            put_refusals(form, {"": refused.refusal})
        else:
            messages.success(request, "The change is on record.")
            return redirect("medication-open", row.pk)
    back = reverse("medication-open", args=[course.now.pk])
    title = f"Change {course.now.title}"
    return form_page(request, medication.patient, form, title=title, button="Save the change", back=back)


@require_http_methods(["GET", "POST"])
def medication_correct(request: HttpRequest, medication_id: UUID) -> HttpResponse:
    """Put right what was written wrongly; what it said stays on record."""
    staff = cast(Staff, request.user)
    medication = policies.open_medication(staff, medication_id)
    form = MedicationForm(request.POST or None, patient=medication.patient, corrects=medication)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            row = change_medication(
                by=staff,
                medication=medication,
                prescription=form.prescription,
                on=today(),
                comment=given["comment"],
                correction=True,
                ended_on=given["ended_on"],
            )
        except Refused as refused:
            put_refusals(form, {"": refused.refusal})
        else:
            messages.success(request, "It is corrected. What it said before stays on record.")
            return redirect("medication-open", row.pk)
    back = reverse("medication-open", args=[medication.pk])
    words = "For a mistake in what was written. Another dose is a change."
    title = f"Correct {medication.title}"
    return form_page(
        request, medication.patient, form, title=title, button="Correct", back=back, words=words, template=WHOLE
    )


@require_http_methods(["GET", "POST"])
def medication_stop(request: HttpRequest, medication_id: UUID) -> HttpResponse:
    """It is not taken any more; what was looked after ends with it."""
    staff = cast(Staff, request.user)
    medication = policies.open_medication(staff, medication_id)
    form = StopForm(request.POST or None, course=course_of(medication))
    if request.method == "POST" and form.is_valid():
        try:
            row = stop_medication(by=staff, medication=medication, **form.cleaned_data)
        except Refused as refused:
            put_refusals(form, {"": refused.refusal})
        else:
            messages.success(request, "It is stopped. What was looked after has ended with it.")
            return redirect("medication-open", row.pk)
    back = reverse("medication-open", args=[medication.pk])
    title = f"Stop {medication.title}"
    return form_page(request, medication.patient, form, title=title, button="Stop it", back=back)


@require_http_methods(["GET", "POST"])
def monitoring_new(request: HttpRequest, medication_id: UUID) -> HttpResponse:
    """Say what is looked after while the medication is taken."""
    staff = cast(Staff, request.user)
    medication = policies.open_medication(staff, medication_id)
    form = MonitoringForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            plan_monitoring(by=staff, medication=medication, **form.cleaned_data)
        except Refused as refused:
            put_refusals(form, {"": refused.refusal})
        else:
            messages.success(request, "It is planned. The home page says when it is due.")
            return redirect("medication-open", medication.pk)
    back = reverse("medication-open", args=[medication.pk])
    title = f"Monitoring of {medication.title}"
    return form_page(request, medication.patient, form, title=title, button="Save", back=back)


@require_http_methods(["GET", "POST"])
def monitoring_open(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """What is looked after: when it is due, what came out before, and the next result."""
    staff = cast(Staff, request.user)
    plan = policies.open_monitoring(staff, plan_id)
    form = MonitoringDoneForm(request.POST or None, plan=plan)
    if request.method == "POST" and plan.ended_on is None and form.is_valid():
        try:
            record_monitoring(by=staff, plan=plan, **form.cleaned_data)
        except Refused as refused:
            put_refusals(form, {"": refused.refusal})
        else:
            messages.success(request, "The result is on record, and the next day it is due.")
            return redirect("monitoring-open", plan.pk)
    context = {
        "patient": plan.medication.patient,
        "plan": plan,
        "now": course_of(plan.medication).now,
        "done": plan.done.select_related("recorded_by"),
        "form": form if plan.ended_on is None else None,
    }
    return render(request, "chart/monitoring.html", context)


@require_http_methods(["GET", "POST"])
def monitoring_end(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """It is not looked after any more, asked once more."""
    staff = cast(Staff, request.user)
    plan = policies.open_monitoring(staff, plan_id)
    if request.method == "POST":
        end_monitoring(by=staff, plan=plan)
        messages.success(request, "The monitoring has ended. Its results stay on record.")
        return redirect("medication-open", course_of(plan.medication).now.pk)
    context = {
        "title": "End this monitoring?",
        "words": "It will not be due any more. The results so far stay on record.",
        "button": "End the monitoring",
        "back": reverse("monitoring-open", args=[plan.pk]),
    }
    return render(request, "components/confirm.html", context)
