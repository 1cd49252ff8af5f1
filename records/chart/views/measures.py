"""Pages of measures. Each: doorway, form, action, redirect."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.compliance.queries import practice_profile
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.refusals import Refused
from practice.people.handed_over import hand_over
from practice.people.models import Staff
from practice.people.policies import open_chart

from .. import measure_documents, policies
from ..actions.measures import (
    answer_alarm,
    hand_over_measure,
    record_measure,
    refusal_to_replace,
    repeat_measure,
    replace_measure,
)
from ..forms.measures import AlarmForm, CorrectMeasureForm, EnteredMeasureForm, RepeatForm
from ..models import Measure
from ..queries.measures import answered, latest_in_words, repeats_of
from ..rules.measures import AlarmAct, Definition, current_of, score


@require_http_methods(["GET", "POST"])
def measure_new(request: HttpRequest, patient_id: UUID, code: str) -> HttpResponse:
    """Enter a measure that the patient answered on paper or aloud."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    definition = _definition(code)
    form = EnteredMeasureForm(request.POST or None, definition=definition, patient=patient)
    if request.method == "POST" and form.is_valid() and _complete_enough(request, form):
        try:
            measure = record_measure(
                by=staff,
                patient=patient,
                definition=definition,
                answers=form.answers,
                taken_at=form.cleaned_data["taken_at"],
            )
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}")
        else:
            return _after(request, measure)
    return render(request, "chart/measure_new.html", {"patient": patient, "definition": definition, "form": form})


@require_POST
def measure_hand_over(request: HttpRequest, patient_id: UUID, code: str) -> HttpResponse:
    """Give this screen to the patient: the sign-in ends, and the questions are all there is."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    definition = _definition(code)
    measure_id = hand_over_measure(by=staff, patient=patient, definition=definition)
    about = {
        "patient": str(patient.pk),
        "code": definition.code,
        "version": str(definition.version),
        "measure": str(measure_id),
    }
    return hand_over(request, screen="measure-tablet", back=reverse("patient-results", args=[patient.pk]), about=about)


@require_GET
def measure_open(request: HttpRequest, measure_id: UUID) -> HttpResponse:
    """One measure: its score, every answer, and what became of it."""
    measure = policies.open_measure(cast(Staff, request.user), measure_id)
    answer = getattr(measure, "alarm_answer", None)
    context = {
        "measure": measure,
        "patient": measure.patient,
        "definition": measure.definition,
        "score": score(measure.definition, measure.answers),
        "answered": answered(measure),
        "alarm_answer": answer,
        "did": [AlarmAct(act).label for act in answer.did] if answer else [],
        "called": measure.alarms.select_related("staff").order_by("at"),
        "in_error": getattr(measure, "in_error", None),
        "replaces": getattr(measure, "replaces", None),
        "may_correct": refusal_to_replace(measure) is None,
    }
    return render(request, "chart/measure.html", context)


@require_http_methods(["GET", "POST"])
def measure_alarm(request: HttpRequest, measure_id: UUID) -> HttpResponse:
    """The interruption after a thought of death or self-harm was marked: what, what to do, and what was done."""
    staff = cast(Staff, request.user)
    measure = policies.open_measure(staff, measure_id)
    if not measure.alarm or hasattr(measure, "alarm_answer"):
        return redirect("measure-open", measure.pk)
    form = AlarmForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_alarm(by=staff, measure=measure, did=form.cleaned_data["did"], note=form.cleaned_data["note"])
        except Refused as refused:
            messages.error(request, f"{refused.refusal.words} {refused.refusal.remedy}")
        else:
            messages.success(request, "Kept: what you did about it stands with the measure.")
        return redirect("measure-open", measure.pk)
    context = {
        "measure": measure,
        "patient": measure.patient,
        "marked": [item for item in answered(measure) if item.alarm],
        "form": form,
    }
    return render(request, "chart/measure_alarm.html", context)


@require_http_methods(["GET", "POST"])
def measure_correct(request: HttpRequest, measure_id: UUID) -> HttpResponse:
    """Mark a measure as entered in error, with the right answers in its place or without any."""
    staff = cast(Staff, request.user)
    measure = policies.open_measure(staff, measure_id)
    if refusal := refusal_to_replace(measure):
        messages.error(request, f"{refusal.words} {refusal.remedy}".strip())
        return redirect("measure-open", measure.pk)
    form = CorrectMeasureForm(request.POST or None, measure=measure)
    strike = request.POST.get("then") == "strike"
    if request.method == "POST" and form.is_valid() and (strike or _complete_enough(request, form)):
        try:
            right = replace_measure(
                by=staff,
                measure=measure,
                answers=None if strike else form.answers,
                taken_at=form.cleaned_data["taken_at"],
                reason=form.cleaned_data["reason"],
            )
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}")
        else:
            if right is not None:
                return _after(request, right)
            messages.success(
                request, "Marked as entered in error. It stays here with your reason and no longer counts."
            )
            return redirect("measure-open", measure.pk)
    context = {"measure": measure, "patient": measure.patient, "definition": measure.definition, "form": form}
    return render(request, "chart/measure_correct.html", context)


@require_http_methods(["GET", "POST"])
def measure_repeat(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """How often each measure is taken with this patient."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    form = RepeatForm(request.POST or None, initial={"code": request.GET.get("of", ""), "every_weeks": 2})
    if request.method == "POST" and form.is_valid():
        definition = _definition(form.cleaned_data["code"])
        weeks = form.cleaned_data["every_weeks"]
        repeat_measure(by=staff, patient=patient, definition=definition, every_weeks=weeks)
        often = "every week" if weeks == 1 else f"every {weeks} weeks"
        messages.success(request, f"{definition.title} is due {often}." if weeks else f"{definition.title} ends here.")
        return redirect("patient-results", patient.pk)
    context = {"patient": patient, "form": form, "repeats": repeats_of(patient)}
    return render(request, "chart/measure_repeat.html", context)


@require_GET
def measure_print(request: HttpRequest, measure_id: UUID) -> HttpResponse:
    """One measure as a PDF for use inside the practice, marked so on every page."""
    staff = cast(Staff, request.user)
    measure = policies.open_measure(staff, measure_id)
    try:
        pdf = measure_documents.internal_measure_pdf(measure, practice=practice_profile(), printed_by=staff)
    except PdfFailed:
        messages.error(request, "The PDF could not be made. Try again; if it fails again, tell your administrator.")
        return redirect("measure-open", measure.pk)
    record(by=staff, event=AuditEvent.PRINTED, subject=measure, patient_id=measure.patient_id, detail="internal_copy")
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="measure-internal-copy.pdf"'
    return response


@require_GET
def measures_insert(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The latest scores in words, for the editor to put into a note."""
    patient = open_chart(cast(Staff, request.user), patient_id)
    return JsonResponse({"text": latest_in_words(patient)})


def _definition(code: str) -> Definition:
    definition = current_of(code)
    if definition is None:
        raise Http404
    return definition


def _complete_enough(request: HttpRequest, form: EnteredMeasureForm) -> bool:
    """Whether every scored item is answered, or the person has said that it stays without a total."""
    if not form.missing or request.POST.get("then") == "unfinished":
        return True
    form.left_out = form.missing  # type: ignore[attr-defined]
    return False


def _after(request: HttpRequest, measure: Measure) -> HttpResponse:
    """To the interruption where something was marked, else to the score."""
    if measure.alarm:
        return redirect("measure-alarm", measure.pk)
    messages.success(request, f"{measure.definition.title} is kept: {measure.words}.")
    return redirect("measure-open", measure.pk)
