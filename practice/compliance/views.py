"""Pages of the practice's policies and profile, and of questions about what belongs where."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import Staff
from practice.people.policies import require_act, require_role
from practice.people.rules import CLINICAL_ROLES, Act, Role

from . import actions, queries
from .forms import AnswerForm, AskForm, AssociateForm, PolicyForm, ProfileForm
from .models import BusinessAssociate, PlacementQuestion
from .rules import POLICIES, PlacementTopic

QUESTIONS_SHOWN = 100


@require_safe
def policy_list(request: HttpRequest) -> HttpResponse:
    require_act(cast(Staff, request.user), Act.POLICY_CHANGE)
    return render(request, "compliance/policy_list.html", {"lines": queries.policy_lines(today())})


@require_http_methods(["GET", "POST"])
def policy_change(request: HttpRequest, code: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    require_act(staff, Act.POLICY_CHANGE)
    if code not in POLICIES:
        raise Http404
    spec = POLICIES[code]
    form = PolicyForm(request.POST or None, spec=spec, initial={"from_on": today()})
    if request.method == "POST" and not spec.is_fixed and form.is_valid():
        actions.set_policy(by=staff, code=code, **form.cleaned_data)
        messages.success(request, f"Saved: {spec.title}.")
        return redirect("policy-change", code)
    now = queries.policy(code, today())
    history = [(row, spec.words_for(row.value)) for row in queries.policy_history(code)]
    context = {"spec": spec, "words": spec.words_for(now.value), "history": history, "form": form}
    return render(request, "compliance/policy_change.html", context)


@require_http_methods(["GET", "POST"])
def profile_edit(request: HttpRequest) -> HttpResponse:
    staff = cast(Staff, request.user)
    require_role(staff, Role.ADMINISTRATOR)
    form = ProfileForm(request.POST or None, instance=queries.practice_profile())
    if request.method == "POST" and form.is_valid():
        actions.change_profile(by=staff, **form.cleaned_data)
        messages.success(request, "Saved. New letters carry these details.")
        return redirect("profile-edit")
    return render(request, "compliance/profile_edit.html", {"form": form})


@require_safe
def associate_list(request: HttpRequest) -> HttpResponse:
    require_role(cast(Staff, request.user), Role.COMPLIANCE_OFFICER)
    return render(request, "compliance/associate_list.html", {"associates": queries.associates(), "today": today()})


@require_http_methods(["GET", "POST"])
def associate_new(request: HttpRequest) -> HttpResponse:
    return _associate(request, None)


@require_http_methods(["GET", "POST"])
def associate_edit(request: HttpRequest, associate_id: UUID) -> HttpResponse:
    require_role(cast(Staff, request.user), Role.COMPLIANCE_OFFICER)
    return _associate(request, get_object_or_404(BusinessAssociate, pk=associate_id))


def _associate(request: HttpRequest, associate: BusinessAssociate | None) -> HttpResponse:
    staff = cast(Staff, request.user)
    require_role(staff, Role.COMPLIANCE_OFFICER)
    form = AssociateForm(request.POST or None, instance=associate)
    if request.method == "POST" and form.is_valid():
        actions.record_associate(by=staff, associate=associate, **form.cleaned_data)
        messages.success(request, "Saved.")
        return redirect("associate-list")
    return render(request, "compliance/associate_form.html", {"form": form, "associate": associate})


@require_http_methods(["GET", "POST"])
def placement_list(request: HttpRequest) -> HttpResponse:
    """Ask what belongs where, and read what was answered; for the compliance officer, everybody's questions.

    A page on which somebody writes asks in the background and is answered in JSON.
    """
    staff = cast(Staff, request.user)
    require_role(staff, *sorted(CLINICAL_ROLES), Role.COMPLIANCE_OFFICER)
    in_background = request.headers.get("X-Requested-With") == "ask"
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.ask_placement(by=staff, topic=PlacementTopic(form.cleaned_data["topic"]))
        if in_background:
            return JsonResponse({"words": "Asked. The answer will stand on your home page."})
        messages.success(request, "Asked. The answer will stand here and on your home page.")
        return redirect("placement-list")
    if in_background:
        return JsonResponse({"problem": "This could not be asked."}, status=422)
    questions = list(queries.placement_questions(staff)[:QUESTIONS_SHOWN])
    actions.mark_answers_seen(by=staff)
    context = {"form": form, "questions": questions, "may_ask": staff.is_clinical}
    return render(request, "compliance/placement_list.html", context | {"answers": _is_officer(staff)})


def _is_officer(staff: Staff) -> bool:
    return staff.has_role(Role.COMPLIANCE_OFFICER)


@require_http_methods(["GET", "POST"])
def placement_answer(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """One question for the compliance officer, with what was answered before about the same kind of information."""
    staff = cast(Staff, request.user)
    require_role(staff, Role.COMPLIANCE_OFFICER)
    question = get_object_or_404(PlacementQuestion.objects.select_related("asked_by"), pk=question_id)
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.answer_placement(by=staff, question_id=question.pk, answer=form.cleaned_data["answer"])
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}")
        else:
            messages.success(request, f"Answered. {question.asked_by.display_name} reads it on their home page.")
            return redirect("placement-list")
    before = queries.placement_questions(staff).filter(topic=question.topic, answered_at__isnull=False)
    context = {"question": question, "form": form, "before": before.exclude(pk=question.pk)[:10]}
    return render(request, "compliance/placement_answer.html", context)
