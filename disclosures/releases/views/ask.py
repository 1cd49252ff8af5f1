"""What if? The gate is asked before anything is promised. Nothing is stored but that somebody asked."""

from dataclasses import replace
from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from authorizations.queries import AuthorizationLine, lines_of
from authorizations.rules import RecordClass
from disclosures.ledger.rules import Basis
from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from practice.people.queries import representatives

from ..forms import BASIS_WORDS, PLANNABLE, basis_choices
from ..forms.ask import AskForm, ask_defaults
from ..models import Release
from ..policies import open_patient_for_release, require_release_work
from ..queries import proposal_of
from ..queries.remedies import explained
from ..rules import Decision, RecipientKind, decide

CLASSES = [(code.value, code.label) for code in (RecordClass.CHART, RecordClass.BILLING, RecordClass.PN)]


@require_http_methods(["GET", "POST"])
def gate_ask(request: HttpRequest, patient_id: UUID | None = None) -> HttpResponse:
    """Any staff who may release ask about any kind of record, with a patient or without.

    The records themselves are never looked at, so the answer is the same whether there are any.
    """
    staff = cast(Staff, request.user)
    require_release_work(staff)
    patient = open_patient_for_release(staff, patient_id) if patient_id else None
    record_class = request.GET.get("class", "")
    record_class = record_class if record_class in RecordClass.values else RecordClass.CHART.value
    every = lines_of(patient, today(), staff) if patient else []
    lines = [line for line in every if record_class in line.facts.record_classes]
    basis, line = _chosen(request, lines)
    context = {
        "patient": patient,
        "classes": CLASSES,
        "record_class": record_class,
        "class_words": RecordClass(record_class).label,
        "lines": lines,
        "bases": basis_choices(PLANNABLE),
        "basis": line.authorization.pk if line else basis,
    }
    if not basis:
        return render(request, "releases/ask.html", context)
    paper = line.authorization if line else None
    typed = request.POST if request.method == "POST" else None  # nothing ticked is an answer too
    known = ask_defaults(paper)
    form = AskForm(typed, basis=basis, authorization=paper, record_class=record_class, initial=known)
    decision = _answer(staff, form, patient) if request.method == "POST" and form.is_valid() else None
    more = {"form": form, "decision": decision, "ground": BASIS_WORDS[Basis(basis)], "line": line}
    return render(request, "releases/ask.html", context | more)


def _chosen(request: HttpRequest, lines: list[AuthorizationLine]) -> tuple[str, AuthorizationLine | None]:
    """The ground named in the address: one of the patient's authorizations, any basis, or none yet."""
    asked = request.GET.get("basis", "")
    line = next((line for line in lines if str(line.authorization.pk) == asked), None)
    if line is not None:
        return Basis.B_AUTHORIZATION.value, line
    return (asked, None) if asked in PLANNABLE else ("", None)


def _answer(staff: Staff, form: AskForm, patient: Patient | None) -> Decision:
    """The gate's whole answer; that it was asked, on which basis and with which result is written down, no more."""
    approved = form.cleaned_data.get("approved", False)
    release = form.imagined(patient)
    if patient and release.recipient_kind == RecipientKind.PATIENT:  # nobody asks for a name here
        release.recipient_name = patient.legal_name
    if patient and release.recipient_kind == RecipientKind.REPRESENTATIVE:  # asked of any of them who may act
        acting = [one for one in representatives(patient, today()) if one.refusal is None]
        best = next((one for one in acting if one.is_shown), acting[0] if acting else None)
        release.recipient_name = best.row.name if best else release.recipient_name
    proposal = proposal_of(release, form.items(), on=today(), approved=approved)
    decision = decide(replace(proposal, paper=form.imagined_paper()))
    result = "yes" if decision.allowed else "no_by_policy" if decision.rule_result else "no_by_law"
    patient_id = patient.pk if patient else None
    detail = f"{form.basis.lower()}_{result}"
    record(by=staff, event=AuditEvent.ASKED, subject_type=Release, patient_id=patient_id, detail=detail)
    paper = form.authorization.pk if form.authorization else None
    return explained(decision, patient_id=patient_id, authorization_id=paper, form=form)
