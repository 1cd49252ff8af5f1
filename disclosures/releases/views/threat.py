"""A warning of a serious threat: the first minute, and the record that completes it."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from practice.infrastructure.refusals import Refused
from practice.people.models import Staff

from ..actions.threat import Told, complete_warning, completion_of, record_warning
from ..forms.threat import CompleteWarningForm, WarningForm
from ..models import Release
from ..policies import open_patient_for_release, open_warning, refusal_to_warn
from ..queries.remedies import explained, of_what_happened
from ..queries.threat import of_same_warning


@require_http_methods(["GET", "POST"])
def threat_new(request: HttpRequest, patient_id: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    patient = open_patient_for_release(staff, patient_id)
    if refusal := refusal_to_warn(staff, patient):
        raise Refused(refusal)
    now = timezone.localtime().replace(second=0, microsecond=0)
    form = WarningForm(request.POST or None, initial={"at": now, "told_by": staff.display_name})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            releases = record_warning(
                by=staff,
                patient=patient,
                told=[Told(name, kind) for name, kind in form.told],
                target=data["target"],
                told_by=data["told_by"],
                words=data["words"],
                at=data["at"],
                from_notes=data["from_notes"],
            )
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
        else:
            messages.success(request, "Entered in the ledger. Complete the record by tomorrow; it is on your list.")
            return redirect("release-open", releases[0].pk)
    return render(request, "releases/threat_new.html", {"patient": patient, "form": form})


@require_http_methods(["GET", "POST"])
def threat_complete(request: HttpRequest, release_id: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    release = open_warning(staff, release_id)
    if not release.awaits_completion:
        return redirect("release-open", release.pk)
    others = list(Release.objects.filter(pk__in=of_same_warning(release)).order_by("number"))
    form, decision = CompleteWarningForm(request.POST or None, release=release, others=others), None
    if request.method == "POST" and form.is_valid():
        facts, smallest = form.documented(), form.cleaned_data.get("smallest_set_confirmed", False)
        draft = Release.objects.get(pk=release.pk)
        draft.facts, draft.smallest_set_confirmed = {**draft.facts, **facts}, smallest
        decision = completion_of(by=staff, release=draft)
        if decision.allowed or "as_it_is" in request.POST:
            try:
                complete_warning(
                    by=staff, release_id=release.pk, facts=facts, smallest=smallest, addresses=form.addresses()
                )
            except Refused as refused:
                form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
            else:
                messages.success(request, "Complete. The ledger lists the whole record; the first entry stays in it.")
                return redirect("release-open", release.pk)
        decision = explained(of_what_happened(decision), patient_id=release.patient_id, form=form)
    context = {"release": release, "patient": release.patient, "others": others, "form": form, "decision": decision}
    return render(request, "releases/threat_complete.html", context)
