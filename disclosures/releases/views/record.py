"""Recording a disclosure that already happened."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from authorizations.queries import lines_of
from authorizations.rules import RecordClass
from disclosures.ledger.rules import Basis
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from practice.people.queries import asked_ways, clinicians

from .. import actions
from ..forms import BASIS_WORDS, RecordForm, basis_choices
from ..models import Release
from ..policies import open_patient_for_release, refusal_to_record, releases_visible_to
from ..queries import restrictions_on
from .prepare import ask_ground, chosen_ground, initial_of

CLASSES = [(code.value, code.label) for code in (RecordClass.CHART, RecordClass.BILLING, RecordClass.PN)]


@require_http_methods(["GET", "POST"])
def disclosure_record(request: HttpRequest, patient_id: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    patient = open_patient_for_release(staff, patient_id)
    record_class = request.GET.get("class", "")
    record_class = record_class if record_class in RecordClass.values else RecordClass.CHART.value
    if refusal := refusal_to_record(staff, record_class):
        raise Refused(refusal)
    lines = [line for line in lines_of(patient, today(), staff) if record_class in line.facts.record_classes]
    basis, line = chosen_ground(request, lines)
    if basis is None:
        bases = basis_choices(code for code in Basis if code != Basis.B_AUTHORIZATION)
        return ask_ground(request, patient, lines, bases, classes=CLASSES, record_class=record_class)
    form = RecordForm(
        request.POST or None,
        basis=basis,
        authorization=line.authorization if line else None,
        record_class=record_class,
        authors=clinicians(),
        restricted=restrictions_on(patient, basis),
        asked=asked_ways(patient, today()),
        initial=_initial(request, staff, patient, basis, line) | {"record_class": record_class},
    )
    if request.method == "POST" and form.is_valid():
        try:
            return _save(request, staff, form, Release(patient=patient, record_class=record_class))
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
    context = {"patient": patient, "form": form, "ground": BASIS_WORDS[Basis(basis)], "line": line}
    return render(request, "releases/record.html", context | {"is_notes": record_class == RecordClass.PN})


def _initial(request: HttpRequest, staff: Staff, patient: Patient, basis: str, line: Any) -> dict[str, Any]:
    """What is known: the authorization, or the disclosure just recorded, told to a further recipient (W-28)."""
    known = initial_of(line, patient, basis) | {
        "disclosed_on": today(),
        "author": staff.pk if staff.is_clinical else None,
    }
    like = _uuid(request.GET.get("like", ""))
    before = releases_visible_to(staff).filter(patient=patient, pk=like).first() if like else None
    if before is None:
        return known
    same = ("disclosed_on", "description", "purpose", "method", "exception", "process", "authority")
    facts = {f"fact_{key}": value for key, value in before.facts.items()}
    return known | facts | {name: getattr(before, name) for name in same} | {"author": before.approver_id}


def _uuid(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None


def _save(request: HttpRequest, staff: Staff, form: RecordForm, draft: Release) -> HttpResponse:
    data = form.cleaned_data
    release = form.fill(draft)
    at = None
    if data.get("disclosed_time"):
        at = timezone.make_aware(datetime.combine(data["disclosed_on"], data["disclosed_time"]))
    dated = tuple(day for day in (data.get("dated_from"), data.get("dated_to")) if day)
    release, decision = actions.record_past_disclosure(
        by=staff, release=release, at=at, dated=dated, author=data.get("author"), described=form.described()
    )
    if decision.allowed:
        messages.success(request, "Recorded. It is in the ledger.")
    else:
        messages.warning(request, "Recorded. The compliance officer has been asked to look at it.")
    return redirect("release-open", release.pk)
