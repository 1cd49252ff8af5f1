"""Pages of the treatment plan. Each: doorway, form, action, redirect."""

from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.compliance.queries import practice_profile
from practice.infrastructure.days import today
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.refusals import Refusal, Refused
from practice.infrastructure.templatetags.look import day, time_of_day
from practice.people.models import Staff
from practice.people.policies import open_chart
from practice.people.rules import CareRole

from .. import policies
from ..actions import treatment as actions
from ..forms.treatment import AgreementForm, CompareForm, PlanForm, ReviewForm, outline_changed, version_words
from ..models import CarePlan, PlanDraft, PlanVersion
from ..plan_documents import internal_plan_pdf
from ..queries import treatment as queries
from ..rules.plan_compare import changes_only, compare, summary
from ..rules.plan_tree import without_empty_rows
from ..rules.treatment import AgreementHow, ReviewOutcome, gaps_in, refusal_to_sign_plan

GONE = "No new version of this plan is being written: it was signed or discarded meanwhile."


@require_GET
def patient_plan(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The plan in force with the history of its goals; its versions and reviews; plans that were imported."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    every = list(queries.versions(patient))
    draft = PlanDraft.objects.filter(patient=patient).select_related("saved_by").defer("content").first()
    context: dict[str, Any] = {
        "patient": patient,
        "versions": every,
        "draft": draft,
        "imported": CarePlan.objects.filter(patient=patient).order_by("ended_on", "-started_on")[:200],
    }
    if every:
        context |= _version_context(every[0], queries.goal_history(patient))
        due_on = queries.review_due_on(every[0])
        context |= {"review_due_on": due_on, "review_late": due_on < today()}
    return render(request, "chart/treatment_plan.html", context)


def _version_context(version: PlanVersion, worked: dict[str, list[queries.Worked]] | None = None) -> dict[str, Any]:
    content = queries.content_of(version)
    reviews = list(version.reviews.select_related("reviewed_by"))
    agreements = list(version.agreements.select_related("representative", "recorded_by"))
    return {
        "version": version,
        "content": content,
        "problems": queries.outline(content, worked, reviews) if content else [],
        "interventions": queries.interventions(content) if content else [],
        "reviews": [queries.review_written(review, content) for review in reviews],
        "agreements": agreements,
        "agreed": queries.has_agreed(agreements[0] if agreements else None),
        "by_trainee": version.author_role == CareRole.TRAINEE,
    }


@require_POST
def plan_begin(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Begin the next version, or go on with the one that is begun."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    actions.begin_plan(by=staff, patient=patient)
    return redirect("plan-edit", patient.pk)


@require_GET
def plan_edit(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The plan being written."""
    draft = policies.open_plan_draft(cast(Staff, request.user), patient_id)
    if draft is None:
        return redirect("patient-plan", patient_id)
    return _editor(request, draft, PlanForm(draft=draft))


def _editor(request: HttpRequest, draft: PlanDraft, form: PlanForm) -> HttpResponse:
    others = [
        {"id": branch.pk, "saved_at": branch.saved_at, "rows": changes_only(compare(draft.content, branch.content))}
        for branch in draft.branches.order_by("saved_at")
    ]
    context = {"patient": draft.patient, "draft": draft, "form": form, "other_texts": others}
    return render(request, "chart/treatment_edit.html", context)


@require_POST
def plan_save(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Save the plan. A page that saves by itself is answered in JSON; with a button the button is done too."""
    staff = cast(Staff, request.user)
    draft = policies.plan_draft_to_save(staff, patient_id)
    by_itself = request.headers.get("X-Requested-With") == "autosave"
    if draft is None:
        if by_itself:
            return JsonResponse({"problem": f"{GONE} Copy your text."}, status=422)
        messages.error(request, GONE)
        return redirect("patient-plan", patient_id)
    form = PlanForm(request.POST, draft=draft)
    if not form.is_valid():
        if by_itself:
            return JsonResponse({"problem": _problem(form)}, status=422)
        return _editor(request, draft, form)
    content, shown = outline_changed(form.content, request.POST)
    given = form.cleaned_data
    saved = actions.save_plan(
        by=staff,
        patient_id=draft.patient_id,
        content=content,
        base_version=given["version"],
        window=given["window"],
    )
    edit = reverse("plan-edit", args=[draft.patient_id])
    if saved.branch:
        problem = "This plan was saved from another window too. Both texts are kept."
        if by_itself:
            return JsonResponse(
                {"problem": problem, "href": f"{edit}?texts={saved.draft.version}#two-texts"}, status=409
            )
        messages.warning(request, f"{problem} Choose below.")
        return redirect(edit)
    if by_itself:
        return JsonResponse({"saved_at": time_of_day(saved.draft.saved_at), "version": saved.draft.version})
    if request.POST.get("then") == "sign":
        return redirect("plan-sign", draft.patient_id)
    return redirect(f"{edit}#row-{shown}" if shown else edit)


def _problem(form: PlanForm) -> str:
    said = [str(error) for name, errors in form.errors.items() if name not in ("version", "window") for error in errors]
    return " ".join(said) or "This page is too old to save from. Copy your text and reload."


@require_http_methods(["GET", "POST"])
def plan_sign(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The plan as it will stand, and what differs from the version in force; then signed."""
    staff = cast(Staff, request.user)
    draft = policies.open_plan_draft(staff, patient_id)
    if draft is None:
        messages.error(request, GONE)
        return redirect("patient-plan", patient_id)
    if request.method == "POST":
        try:
            seen = int(request.POST.get("seen_version", ""))
        except ValueError:
            seen = -1
        try:
            version = actions.sign_plan(by=staff, patient_id=draft.patient_id, seen_version=seen)
        except Refused as refused:
            return _back_to_writing(request, draft, refused.refusal)
        messages.success(request, f"Version {version.number} is signed. Next: record how the patient took it.")
        return redirect("plan-agreement-new", version.pk)
    before = queries.current_version(draft.patient)
    content, base = without_empty_rows(draft.content), queries.content_of(before) if before else None
    others = draft.branches.count()
    refusal = refusal_to_sign_plan(
        content, before=base, other_texts=others, version=draft.version, seen_version=draft.version
    )
    if refusal:
        return _back_to_writing(request, draft, refusal)
    context = {
        "patient": draft.patient,
        "draft": draft,
        "content": content,
        "problems": queries.outline(content),
        "interventions": queries.interventions(content),
        "gaps": gaps_in(content),
        "before": before,
        "left": f"Version {before.number}" if before else "",
        "changes": changes_only(compare(base, content)) if base else [],
    }
    return render(request, "chart/treatment_sign.html", context)


def _back_to_writing(request: HttpRequest, draft: PlanDraft, refusal: Refusal) -> HttpResponse:
    messages.error(request, f"Not signed. {refusal.words} {refusal.remedy}")
    return redirect("plan-edit", draft.patient_id)


@require_http_methods(["GET", "POST"])
def plan_discard(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Let go of the draft, asked once more."""
    staff = cast(Staff, request.user)
    draft = policies.open_plan_draft(staff, patient_id)
    if draft is None:
        return redirect("patient-plan", patient_id)
    if request.method == "POST":
        actions.discard_plan(by=staff, patient_id=draft.patient_id)
        messages.success(request, "The draft is discarded. The signed plan is as it was.")
        return redirect("patient-plan", patient_id)
    context = {
        "title": "Discard this draft of the plan?",
        "words": f"Last saved by {draft.saved_by.display_name}. Its text cannot be brought back; signed versions stay.",
        "button": "Discard the draft",
        "back": reverse("plan-edit", args=[patient_id]),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


@require_POST
def plan_text_use(request: HttpRequest, patient_id: UUID, text_id: UUID) -> HttpResponse:
    """Of two texts of a draft, take the other one; this one is kept in its place."""
    draft = _draft_with_text(request, patient_id, text_id)
    actions.use_other_plan(by=cast(Staff, request.user), patient_id=draft.patient_id, branch_id=text_id)
    messages.success(request, "The other text is now the draft. The text before it is kept beside it.")
    return redirect("plan-edit", patient_id)


@require_POST
def plan_text_discard(request: HttpRequest, patient_id: UUID, text_id: UUID) -> HttpResponse:
    """Of two texts of a draft, let go of the other one."""
    draft = _draft_with_text(request, patient_id, text_id)
    actions.discard_other_plan(by=cast(Staff, request.user), patient_id=draft.patient_id, branch_id=text_id)
    messages.success(request, "The other text is discarded.")
    return redirect("plan-edit", patient_id)


def _draft_with_text(request: HttpRequest, patient_id: UUID, text_id: UUID) -> PlanDraft:
    draft = policies.open_plan_draft(cast(Staff, request.user), patient_id)
    return get_object_or_404(PlanDraft, pk=draft.pk if draft else text_id, branches__pk=text_id)


@require_GET
def plan_version_open(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """A signed version as it stands, with how it was taken and its reviews."""
    version = policies.open_plan_version(cast(Staff, request.user), version_id)
    newest = queries.current_version(version.patient)
    context = {"patient": version.patient, "in_force": newest is not None and newest.pk == version.pk, "newest": newest}
    return render(request, "chart/treatment_version.html", context | _version_context(version))


@require_GET
def plan_version_print(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """One version as a PDF for use inside the practice, marked so on every page."""
    staff = cast(Staff, request.user)
    version = policies.open_plan_version(staff, version_id)
    try:
        pdf = internal_plan_pdf(version, practice=practice_profile(), printed_by=staff)
    except PdfFailed:
        messages.error(request, "The PDF could not be made. Try again; if it fails again, tell your administrator.")
        return redirect("plan-version-open", version.pk)
    record(by=staff, event=AuditEvent.PRINTED, subject=version, patient_id=version.patient_id, detail="internal_copy")
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="treatment-plan-{version.on}-internal-copy.pdf"'
    return response


@require_http_methods(["GET", "POST"])
def plan_agreement_new(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Record how the patient, or who acts for the patient, took a version."""
    staff = cast(Staff, request.user)
    version = policies.open_plan_version(staff, version_id)
    form = AgreementForm(request.POST or None, patient=version.patient)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.record_agreement(
                by=staff,
                version_id=version.pk,
                agreement_id=given["id"],
                on=given["on"],
                how=AgreementHow(given["how"]),
                representative_id=given["who"],
                text=given["text"],
            )
        except Refused as refused:
            form.add_error("on", f"{refused.refusal.words} {refused.refusal.remedy}")
        else:
            messages.success(request, "It is on record with this version.")
            return redirect("patient-plan", version.patient_id)
    context = {"patient": version.patient, "version": version, "form": form}
    return render(request, "chart/treatment_agreement.html", context)


@require_http_methods(["GET", "POST"])
def plan_review_new(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Record a review of the version in force; where it is to be revised, go on to write the next one."""
    staff = cast(Staff, request.user)
    version = policies.open_plan_version(staff, version_id)
    form = ReviewForm(request.POST or None, version=version)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        outcome = ReviewOutcome(given["outcome"])
        try:
            actions.record_review(
                by=staff,
                version_id=version.pk,
                review_id=given["id"],
                on=given["on"],
                outcome=outcome,
                progress=form.progress,
                text=given["text"],
            )
        except Refused as refused:
            form.add_error("on", f"{refused.refusal.words} {refused.refusal.remedy}")
        else:
            return _after_review(request, version, staff, outcome)
    context = {
        "patient": version.patient,
        "version": version,
        "form": form,
        "due_on": queries.review_due_on(version),
        "worked": queries.goal_history(version.patient),
    }
    return render(request, "chart/treatment_review.html", context)


def _after_review(request: HttpRequest, version: PlanVersion, staff: Staff, outcome: ReviewOutcome) -> HttpResponse:
    due_on = day(queries.review_due_on(version))
    if outcome == ReviewOutcome.REVISED:
        actions.begin_plan(by=staff, patient=version.patient)
        messages.success(request, "The review is on record. Here is the plan to revise.")
        return redirect("plan-edit", version.patient_id)
    messages.success(request, f"The review is on record. The next one is due {due_on}.")
    return redirect("patient-plan", version.patient_id)


@require_GET
def plan_compare(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Two versions side by side: the two newest, until others are chosen."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    every = list(queries.versions(patient)[:2])
    if len(every) < 2:
        messages.error(request, "There is one version at most, so there is nothing to compare yet.")
        return redirect("patient-plan", patient.pk)
    chosen = {"before": every[1].pk, "after": every[0].pk}
    form = CompareForm(request.GET if "before" in request.GET else chosen, patient=patient)
    context: dict[str, Any] = {"patient": patient, "form": form}
    if form.is_valid():
        before, after = form.cleaned_data["before"], form.cleaned_data["after"]
        rows = compare(before.content, after.content)
        context |= {"before": before, "after": after, "rows": rows, "summary": summary(rows)}
        context |= {"left": version_words(before), "right": version_words(after)}
    return render(request, "chart/treatment_compare.html", context)


@never_cache
@require_GET
def plan_insert(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The plain text that a key puts into a note: what was planned in the last note, else how the plan treats."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    return JsonResponse({"text": queries.plan_to_insert(patient, staff)})


@never_cache
@require_GET
def goals_insert(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The plain text that a key puts into a note: the goals of the plan in force."""
    patient = open_chart(cast(Staff, request.user), patient_id)
    return JsonResponse({"text": queries.goals_to_insert(patient)})
