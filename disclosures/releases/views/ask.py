"""What if? The gate is asked before anything is promised. Nothing is stored but that somebody asked."""

from dataclasses import replace
from typing import NamedTuple, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from authorizations.queries import AuthorizationLine, lines_of
from authorizations.queries.restrictions import restriction_facts
from authorizations.rules import RecordClass
from authorizations.rules.restrictions import covered_words
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
from ..queries import proposal_of, restrictions_on
from ..queries.remedies import explained
from ..rules import Decision, RecipientKind, decide
from ..rules.restrictions import NOT_MEANT, partly_held

CLASSES = [(code.value, code.label) for code in (RecordClass.CHART, RecordClass.BILLING, RecordClass.PN)]


class Held(NamedTuple):
    """What a restriction holds back while the rest may go."""

    what: str
    paid_in_full: bool
    link: str


@require_http_methods(["GET", "POST"])
def gate_ask(request: HttpRequest, patient_id: UUID | None = None) -> HttpResponse:
    """Any staff who may release ask about any kind of record, with a patient or without.

    The records themselves are never looked at, so the answer is the same whether there are any.
    """
    staff = cast(Staff, request.user)
    require_release_work(staff)
    patient = open_patient_for_release(staff, patient_id) if patient_id else None
    named = {name: request.GET.get(name, "") for name in ("class", "basis")}
    chosen = {name: request.POST.get(name, value) for name, value in named.items()}
    changed = chosen != named  # then what was typed is carried over, and asked about on the new ground only
    record_class = chosen["class"]
    record_class = record_class if record_class in RecordClass.values else RecordClass.CHART.value
    every = lines_of(patient, today(), staff) if patient else []
    lines = [line for line in every if record_class in line.facts.record_classes]
    basis, line = _chosen(chosen["basis"], lines)
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
    asked = request.method == "POST" and not changed  # nothing ticked is a question too
    typed = {name: value for name, value in request.POST.items() if value and name != NOT_MEANT} if changed else {}
    form = AskForm(
        request.POST if asked else None,
        basis=basis,
        authorization=paper,
        record_class=record_class,
        restricted=restrictions_on(patient, basis) if patient else (),
        initial=typed | ask_defaults(paper),
    )
    decision, held = _answer(staff, form, patient) if asked and form.is_valid() else (None, ())
    more = {"form": form, "decision": decision, "ground": BASIS_WORDS[Basis(basis)], "line": line}
    return render(request, "releases/ask.html", context | more | {"held": held})


def _chosen(asked: str, lines: list[AuthorizationLine]) -> tuple[str, AuthorizationLine | None]:
    """The ground asked about: one of the patient's authorizations, any basis, or none yet."""
    line = next((line for line in lines if str(line.authorization.pk) == asked), None)
    if line is not None:
        return Basis.B_AUTHORIZATION.value, line
    return (asked, None) if asked in PLANNABLE else ("", None)


def _answer(staff: Staff, form: AskForm, patient: Patient | None) -> tuple[Decision, list[Held]]:
    """The gate's whole answer, for all but what restrictions hold back, and what that is.

    That it was asked, on which basis and with which result is written down, no more.
    """
    approved = form.cleaned_data.get("approved", False)
    release = form.imagined(patient)
    if patient and release.recipient_kind == RecipientKind.PATIENT:  # nobody asks for a name here
        release.recipient_name = patient.legal_name
    if patient and release.recipient_kind == RecipientKind.REPRESENTATIVE:  # asked of any of them who may act
        acting = [one for one in representatives(patient, today()) if one.refusal is None]
        best = next((one for one in acting if one.is_shown), acting[0] if acting else None)
        release.recipient_name = best.row.name if best else release.recipient_name
    restrictions = restriction_facts(patient) if patient else ()
    proposal = proposal_of(release, form.items(restrictions), on=today(), approved=approved)
    held = partly_held(proposal)
    others = tuple(one for one in proposal.restrictions if one not in held)
    decision = decide(replace(proposal, paper=form.imagined_paper(), restrictions=others))
    result = "yes" if decision.allowed else "no_by_policy" if decision.rule_result else "no_by_law"
    patient_id = patient.pk if patient else None
    detail = f"{form.basis.lower()}_{result}"
    record(by=staff, event=AuditEvent.ASKED, subject_type=Release, patient_id=patient_id, detail=detail)
    paper = form.authorization.pk if form.authorization else None
    answer = explained(decision, patient_id=patient_id, authorization_id=paper, form=form)
    return answer, [Held(covered_words(one), one.paid_in_full, one.link) for one in held]
