"""Pages of risk assessments and of the safety plan. Each: doorway, form, action, redirect."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.compliance.queries import practice_profile
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.refusals import Refused
from practice.infrastructure.templatetags.look import time_of_day
from practice.people.models import Patient, Staff
from practice.people.policies import open_chart

from .. import measure_documents, policies
from ..actions.safety import begin_plan, discard_plan, end_plan, record_risk, review_plan, save_plan, sign_plan
from ..forms.safety import EndPlanForm, PlanForm, ReviewForm, RiskForm
from ..models import SafetyPlanDraft
from ..queries.safety import (
    assessments_of,
    current_plan,
    draft_of,
    plan_written,
    plans_of,
    risk_level,
    risk_written,
    written,
)
from ..rules.safety import CRISIS_LINE, PLAN_PARTS

MOST = 100


@require_GET
def patient_safety(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The safety plan in force, its earlier versions, and the risk assessments."""
    return _safety_page(request, open_chart(cast(Staff, request.user), patient_id), ReviewForm(), EndPlanForm())


def _safety_page(request: HttpRequest, patient: Patient, review: ReviewForm, end: EndPlanForm) -> HttpResponse:
    plan = current_plan(patient)
    context = {
        "patient": patient,
        "plan": plan,
        "written": plan_written(plan) if plan else [],
        "crisis_line": CRISIS_LINE,
        "draft": draft_of(patient),
        "versions": [one for one in plans_of(patient)[:MOST] if plan is None or one.pk != plan.pk],
        "assessments": [
            {"row": row, "level": risk_level(row), "written": risk_written(row)}
            for row in assessments_of(patient)[:MOST]
        ],
        "review": review,
        "end": end,
    }
    return render(request, "chart/safety.html", context)


@require_http_methods(["GET", "POST"])
def risk_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Write down a risk assessment."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    form = RiskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        record_risk(by=staff, patient=patient, on=given["on"], level=given["level"], findings=given["texts"])
        messages.success(request, "The risk assessment is kept.")
        return redirect("patient-safety", patient.pk)
    return render(request, "chart/risk_new.html", {"patient": patient, "form": form})


@require_POST
def safety_plan_begin(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Begin the next version, from the one in force, or go on with the draft."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    begin_plan(by=staff, patient=patient)
    return redirect("safety-plan-edit", patient.pk)


@require_http_methods(["GET", "POST"])
def safety_plan_edit(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Write the draft. The page saves by itself and is answered in JSON; with the button it goes on to signing."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    draft = draft_of(patient)
    if draft is None:
        messages.info(request, "There is no draft. Begin the next version here.")
        return redirect("patient-safety", patient.pk)
    if request.method == "GET":
        return _plan_page(request, patient, PlanForm(draft=draft), draft)
    by_itself = request.headers.get("X-Requested-With") == "autosave"
    form = PlanForm(request.POST, draft=draft)
    if not form.is_valid():
        problem = " ".join(str(error) for errors in form.errors.values() for error in errors)
        return _problem(problem) if by_itself else _plan_page(request, patient, form, draft)
    given = form.cleaned_data
    try:
        saved = save_plan(
            by=staff,
            patient=patient,
            parts=given["texts"],
            review_on=given["review_on"],
            base_version=given["version"],
            window=given["window"],
        )
    except Refused as refused:
        problem = f"{refused.refusal.words} {refused.refusal.remedy}"
        if by_itself:
            return _problem(problem)
        form.add_error(None, problem)
        return _plan_page(request, patient, form, draft)
    if saved.conflict:
        if by_itself:
            return _problem("This plan was saved in another window too. Your text is here: press the button for both.")
        return _plan_page(request, patient, _on_top_of(form, saved.draft), saved.draft, other=saved.draft)
    if by_itself:
        return JsonResponse({"saved_at": time_of_day(saved.draft.saved_at), "version": saved.draft.version})
    return redirect("safety-plan-sign", patient.pk)


def _on_top_of(form: PlanForm, draft: SafetyPlanDraft) -> PlanForm:
    """The same typed text, now on top of what the other window saved: pressing the button again keeps this one."""
    return PlanForm({**form.data.dict(), "version": str(draft.version)}, draft=draft)  # type: ignore[attr-defined]


def _plan_page(
    request: HttpRequest, patient: Patient, form: PlanForm, draft: SafetyPlanDraft, other: SafetyPlanDraft | None = None
) -> HttpResponse:
    context = {
        "patient": patient,
        "form": form,
        "draft": draft,
        "other": written(PLAN_PARTS, other.parts) if other else [],
        "crisis_line": CRISIS_LINE,
    }
    return render(request, "chart/safety_plan_edit.html", context)


@require_http_methods(["GET", "POST"])
def safety_plan_sign(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The plan as it will stand; then signed."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    draft = draft_of(patient)
    if draft is None:
        messages.error(request, "There is no draft to sign.")
        return redirect("patient-safety", patient.pk)
    if request.method == "POST":
        try:
            sign_plan(by=staff, patient=patient, seen_version=_number(request.POST.get("seen_version", "")))
        except Refused as refused:
            messages.error(request, f"Not signed. {refused.refusal.words} {refused.refusal.remedy}")
            return redirect("safety-plan-edit", patient.pk)
        messages.success(request, "Signed. Go over it together, and give it to the patient from here.")
        return redirect("patient-safety", patient.pk)
    context = {
        "patient": patient,
        "draft": draft,
        "written": written(PLAN_PARTS, draft.parts),
        "crisis_line": CRISIS_LINE,
    }
    return render(request, "chart/safety_plan_sign.html", context)


@require_http_methods(["GET", "POST"])
def safety_plan_discard(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Let go of the draft, asked once more."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    if request.method == "POST":
        discard_plan(by=staff, patient=patient)
        messages.success(request, "The draft is discarded. The plan in force stays.")
        return redirect("patient-safety", patient.pk)
    context = {
        "title": "Discard this draft?",
        "words": "Its text cannot be brought back. The plan in force stays as it is.",
        "button": "Discard the draft",
        "back": reverse("safety-plan-edit", args=[patient.pk]),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


@require_POST
def safety_plan_review(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """The plan was gone over and holds."""
    staff = cast(Staff, request.user)
    plan = policies.open_safety_plan(staff, plan_id)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _safety_page(request, plan.patient, form, EndPlanForm())
    try:
        review_plan(by=staff, patient=plan.patient, plan=plan, review_on=form.cleaned_data["review_on"])
    except Refused as refused:
        messages.error(request, f"{refused.refusal.words} {refused.refusal.remedy}")
    else:
        messages.success(request, "Kept: the plan holds, with your name and the next day to look at it.")
    return redirect("patient-safety", plan.patient_id)


@require_POST
def safety_plan_end(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """There is no safety plan from here on."""
    staff = cast(Staff, request.user)
    plan = policies.open_safety_plan(staff, plan_id)
    form = EndPlanForm(request.POST)
    if not form.is_valid():
        return _safety_page(request, plan.patient, ReviewForm(), form)
    try:
        end_plan(by=staff, patient=plan.patient, reason=form.cleaned_data["reason"])
    except Refused as refused:
        messages.error(request, f"{refused.refusal.words} {refused.refusal.remedy}")
    else:
        messages.success(request, "The safety plan has ended. Its versions stay here.")
    return redirect("patient-safety", plan.patient_id)


@require_GET
def safety_plan_open(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """One signed version, as it stands."""
    plan = policies.open_safety_plan(cast(Staff, request.user), plan_id)
    context = {"patient": plan.patient, "plan": plan, "written": plan_written(plan), "crisis_line": CRISIS_LINE}
    return render(request, "chart/safety_plan.html", context)


@require_GET
def safety_plan_print(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """The plan on one page, marked as an internal copy: what the patient takes home is given by a release."""
    staff = cast(Staff, request.user)
    plan = policies.open_safety_plan(staff, plan_id)
    try:
        pdf = measure_documents.safety_plan_pdf(plan, practice=practice_profile(), printed_by=staff)
    except PdfFailed:
        messages.error(request, "The PDF could not be made. Try again; if it fails again, tell your administrator.")
        return redirect("safety-plan-open", plan.pk)
    record(by=staff, event=AuditEvent.PRINTED, subject=plan, patient_id=plan.patient_id, detail="internal_copy")
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="safety-plan-{plan.number}-internal-copy.pdf"'
    return response


def _problem(words: str) -> JsonResponse:
    """The save line of the page says these words; the next change is tried again."""
    return JsonResponse({"problem": words}, status=422)


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return -1
