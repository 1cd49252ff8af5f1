"""Pages of the practice's policies and profile."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from practice.infrastructure.days import today
from practice.people.models import Staff
from practice.people.policies import require_act, require_role
from practice.people.rules import Act, Role

from . import actions, queries
from .forms import PolicyForm, ProfileForm
from .rules import POLICIES


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
