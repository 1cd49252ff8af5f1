"""Preparing a chart release, and the clinician's approval."""

from itertools import groupby
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from authorizations.documents import reason_of
from authorizations.queries import AuthorizationLine, lines_of
from authorizations.rules import AuthorizationStatus, RecordClass
from authorizations.rules.coverage import is_marked, words_to_compare
from disclosures.ledger.rules import Basis
from practice.infrastructure.copies import BUSY
from practice.infrastructure.days import today
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from practice.people.queries import asked_ways, care_team
from records.chart.index import by_year, kinds_of
from records.chart.reading import reading_of

from .. import actions
from ..actions.prepare import CHANGED_SINCE_READ, WAY_CHANGED
from ..actions.redact import keep_items
from ..documents import blocks_of
from ..forms import BASIS_WORDS, PLANNABLE, Grounds, NewReleaseForm, StartForm, basis_choices
from ..forms.release import WITH_PROCESS
from ..models import Release
from ..policies import check_may_approve, open_patient_for_release, open_release
from ..queries import chart_index, postal_address, proposal_of, restrictions_on, verdict_now
from ..queries.frozen import items_to_read
from ..queries.papers import PaperOnRecord, known_from, papers_about
from ..queries.redaction import left_out_words, redactions_of
from ..queries.remedies import explained
from ..queries.steps import line_of
from ..queries.wishes import wishes_about
from ..rules import Method, RecipientKind, ReleaseState, TreatmentOverride, can_go_on

# Whom the index is asked about before anybody is named: a restriction then shows on its lines at once.
USUAL_KIND: dict[str, str] = {
    Basis.B_PAYMENT: RecipientKind.PAYER,
    Basis.B_TREATMENT: RecipientKind.PROVIDER,
    Basis.B_INVOLVED_IN_CARE: RecipientKind.FAMILY,
}
REQUEST_OF_PATIENT = "At the request of the patient"
NOTHING_READ = "nothing"  # an approval that does not say what was shown is one of something else


@require_http_methods(["GET", "POST"])
def release_new(request: HttpRequest, patient_id: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    patient = open_patient_for_release(staff, patient_id)
    every = lines_of(patient, today(), staff)
    lines = [line for line in every if RecordClass.PN not in line.facts.record_classes]
    basis, line = chosen_ground(request, lines)
    if basis is None:
        # from the authorizations alone: said whether or not anybody keeps such notes
        for_notes = [line for line in every if _is_for_notes(line)]
        plannable = basis_choices(code for code in PLANNABLE if code != Basis.B_AUTHORIZATION)
        shown = [line for line in every if line not in for_notes]
        return ask_ground(request, patient, shown, plannable, for_notes=for_notes)
    draft = Release(patient=patient, record_class=RecordClass.CHART)
    papers = papers_about(patient) if basis in WITH_PROCESS else []
    index = _index(draft, basis, line, request, papers)
    approvers = {care.staff_id for care in care_team(patient, today())}
    form = NewReleaseForm(
        _typed(request),
        basis=basis,
        authorization=line.authorization if line else None,
        approvers=Staff.objects.filter(pk__in=approvers),
        keys=[row.key for row in index],
        restricted=restrictions_on(patient, basis),
        asked=asked_ways(patient, today()),
        papers=papers,
        initial=_initial(patient, basis, line, index)
        | known_from(papers, request.GET.get("paper", ""))
        | _asked_for(request, index)
        | {"approver": _usual_approver(staff, approvers)},
    )
    decision = None
    if request.method == "POST" and form.is_valid():
        try:
            return _save(request, staff, form, draft)
        except actions.GateRefused as refused:
            decision = explained(
                refused.decision,
                patient_id=patient.pk,
                authorization_id=line.authorization.pk if line else None,
                form=form,
            )
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
    context = {
        "patient": patient,
        "form": form,
        "years": by_year(index, set(form["items"].value() or [])),
        "kinds": kinds_of(index),
        "total": len(index),
        "decision": decision,
        "overrides": TreatmentOverride.choices if decision and can_go_on(decision) else (),
        "ground": BASIS_WORDS[Basis(basis)],
        "for_patient": basis == Basis.B_TO_INDIVIDUAL,
        "for_treatment": basis == Basis.B_TREATMENT,
        "line": line,
    }
    return render(request, "releases/new.html", context)


def _usual_approver(staff: Staff, approvers: set[UUID]) -> UUID | None:
    """Whoever prepares it, where they may; otherwise the only one who may."""
    if staff.pk in approvers:
        return staff.pk
    return next(iter(approvers)) if len(approvers) == 1 else None


def _typed(request: HttpRequest) -> Any:
    """What was sent; the one click of P-14 is a button of its own beside the form's field."""
    if request.method != "POST":
        return None
    if code := request.POST.get("go_on", ""):
        typed = request.POST.copy()
        typed["override_code"] = code
        return typed
    return request.POST


def _is_for_notes(line: AuthorizationLine) -> bool:
    return line.status == AuthorizationStatus.ACTIVE and RecordClass.PN in line.facts.record_classes


def _save(request: HttpRequest, staff: Staff, form: NewReleaseForm, draft: Release) -> HttpResponse:
    release = form.fill(draft)
    data = form.cleaned_data
    actions.prepare_release(by=staff, release=release, keys=data["items"], approver=data["approver"])
    messages.success(request, f"{release.number} is with {data['approver'].display_name} to read and approve.")
    return redirect("release-open", release.pk)


def chosen_ground(request: HttpRequest, lines: list[AuthorizationLine]) -> tuple[str | None, AuthorizationLine | None]:
    """The ground named in the address: a basis code, with the authorization where it is one. None: not chosen yet."""
    basis = request.GET.get("basis", "")
    by_id = {str(line.authorization.pk): line for line in lines}
    if basis in by_id:
        return Basis.B_AUTHORIZATION.value, by_id[basis]
    if basis in Basis.values and basis != Basis.B_AUTHORIZATION:
        return basis, None
    return None, None


def ask_ground(
    request: HttpRequest,
    patient: Patient,
    lines: list[AuthorizationLine],
    bases: Grounds,
    **more: Any,
) -> HttpResponse:
    """The first page of a release or record: on what ground."""
    in_effect = [line for line in lines if line.status == AuthorizationStatus.ACTIVE]
    ended = [(line, reason_of(line)) for line in lines if line.status != AuthorizationStatus.ACTIVE]
    form = StartForm(request.GET if "basis" in request.GET else None, choices=bases)
    context = {"patient": patient, "lines": in_effect, "ended": ended, "bases": bases, "form": form, **more}
    return render(request, "releases/ground.html", context)


def initial_of(line: AuthorizationLine | None, patient: Patient, basis: str) -> dict[str, Any]:
    """What is known already from the authorization, or from the patient for their own copy."""
    if line is not None:
        row = line.authorization
        return {
            "recipient_name": row.recipient_name.split(";")[0].strip(),
            "recipient_address": row.recipient_address,
            "purpose": row.purpose,
        }
    if basis == Basis.B_TO_INDIVIDUAL:
        return {
            "recipient_name": patient.legal_name,
            "recipient_kind": RecipientKind.PATIENT,
            "purpose": REQUEST_OF_PATIENT,
        }
    return {}


def _index(
    draft: Release, basis: str, line: AuthorizationLine | None, request: HttpRequest, papers: list[PaperOnRecord]
) -> list[Any]:
    """The chart's index, each line asked of the gate on this ground; the days an order names, or typed, count."""
    draft.basis, draft.authorization = basis, line.authorization if line else None
    typed = {name: request.POST.get(name, "") for name in ("scope_from", "scope_to")}
    chosen = request.POST.get("paper", request.GET.get("paper", ""))
    paper = next((one for one in papers if str(one.id) == chosen), None)
    named = dict(paper.days) if paper else {}
    draft.process = paper.process if paper else ""
    draft.facts = named or {name: value for name, value in typed.items() if value}
    initial = initial_of(line, draft.patient, basis)
    usual = {"recipient_kind": USUAL_KIND.get(basis, "")} | initial
    draft.recipient_name, draft.purpose = usual.get("recipient_name", ""), usual.get("purpose", "")
    draft.recipient_name = request.POST.get("recipient_name") or draft.recipient_name
    draft.recipient_kind = request.POST.get("recipient_kind") or usual["recipient_kind"]
    draft.emergency = (
        basis == Basis.B_TREATMENT
    )  # an emergency may carry what is restricted; the gate decides at the end
    return chart_index(draft.patient, proposal_of(draft, [], on=today()))


def _initial(patient: Patient, basis: str, line: AuthorizationLine | None, index: list[Any]) -> dict[str, Any]:
    known = initial_of(line, patient, basis) | {"items": _covered(line, index) if line else []}
    if same_person(known.get("recipient_name", ""), patient):
        known["recipient_address"] = postal_address(patient)
    return known


def _covered(line: AuthorizationLine, index: list[Any]) -> list[str]:
    """What is ticked beforehand: all that the marks of the form name. What only its own words name is for a reader."""
    if words_to_compare(line.facts) and not line.facts.info_kinds:
        return []
    return [row.key for row in index if row.refusal is None and is_marked(line.facts, row.info.kind)]


def _asked_for(request: HttpRequest, index: list[Any]) -> dict[str, Any]:
    """One document named in the address: it alone is ticked, to be handed over in person. Everything can be changed."""
    wanted = [row.key for row in index if row.key == request.GET.get("item") and row.refusal is None]
    return {"items": wanted, "method": Method.IN_PERSON} if wanted else {}


def same_person(recipient: str, patient: Patient) -> bool:
    """Whether the recipient named is the patient: then it goes where the patient wants letters."""
    return " ".join(recipient.split()).casefold() == " ".join(patient.legal_name.split()).casefold()


@require_http_methods(["GET", "POST"])
def release_approve(request: HttpRequest, release_id: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    check_may_approve(staff, release)
    if release.state != ReleaseState.AWAITING_APPROVAL:
        return redirect("release-open", release.pk)
    rows = items_to_read(release)
    posted = request.method == "POST"
    keep = request.POST.getlist("keep") if posted else [str(row.pk) for row in rows if not row.removed]
    if posted and {"leave_out", "stay"} & set(request.POST):
        keep_items(by=staff, release_id=release.pk, keep=keep)
        wanted = next((row for row in rows if str(row.pk) == request.POST.get("leave_out")), None)
        return redirect("release-redact", release.pk, wanted.pk) if wanted else redirect("release-approve", release.pk)
    decision, problem = verdict_now(release), ""
    if posted:
        read = request.POST.get("read") or NOTHING_READ
        try:
            actions.approve_release(by=staff, release_id=release.pk, keep=keep, read=read)
            messages.success(request, "Approved. The package is frozen and ready to hand over.")
            return redirect("release-open", release.pk)
        except actions.GateRefused as refused:
            decision = refused.decision
        except PdfFailed:
            problem = "The package could not be made. Nothing was changed. Try again in a moment."
        except Refused as refused:
            if refused.refusal not in (CHANGED_SINCE_READ, WAY_CHANGED, BUSY):
                raise
            problem = f"{refused.refusal.words} {refused.refusal.remedy}"
            if refused.refusal == CHANGED_SINCE_READ:
                problem = f"{CHANGED_SINCE_READ.words} It stands here as it is now: read it, then approve."
            release.refresh_from_db()
            decision = verdict_now(release)
    blocks = {block.id: block for block in blocks_of(release, rows)}
    gone = redactions_of(release, rows)
    wishes = wishes_about(release, rows)
    years = groupby(rows, key=lambda row: str(row.on.year) if row.on else "Not dated")
    context = {
        "release": release,
        "patient": release.patient,
        "pieces": [
            (
                row,
                blocks[row.object_id],
                str(row.pk) in keep,
                left_out_words(one for one in gone if one.item_id == row.pk),
            )
            for row in rows
        ],
        "years": [
            (year, [(row, blocks[row.object_id], str(row.pk) in keep) for row in found]) for year, found in years
        ],
        "leaving": sum(str(row.pk) in keep for row in rows),
        "exception": line_of(release, staff).exception,
        "wishes": wishes,
        "restricted": {item for wish in wishes for item in wish.items},
        "decision": explained(decision, patient_id=release.patient_id, authorization_id=release.authorization_id),
        "problem": problem,
        "read": reading_of(blocks.values()),
    }
    return render(request, "releases/approve.html", context)
