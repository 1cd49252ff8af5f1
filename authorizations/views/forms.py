"""Pages of the practice's own forms, and of authorizations prepared from them: doorway, form, action, redirect."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from practice.compliance.queries import practice_profile
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from practice.people.policies import require_act
from practice.people.rules import Act, may

from .. import policies, queries
from ..actions import forms as actions
from ..documents.form import blank_document, blank_pdf, document_of, form_pdf
from ..documents.standing import reason_of
from ..forms.forms import PrepareForm, ReviewForm, WordsForm, initial_to_prepare
from ..models import Authorization, FormVersion
from ..queries.forms import FormLine, FormShelf, form_line, form_shelf, reviews_of, standing_on, stopped_by_answer
from ..queries.signing import problems_of
from ..rules import AuthorizationStatus, RecordClass
from ..rules.form_versions import FormKind, FormStanding, ReviewOutcome
from ..rules.reading import TARGET_GRADE
from .recording import staff_of

# the three ways to sign, in the order in which they are offered
WAYS = (
    ("authorization-sign-here", "Sign here on the tablet", "The patient reads it on a screen that shows nothing else."),
    ("authorization-sign-paper", "Sign on paper", "Print it, have it signed, and file the scan."),
    ("authorization-sign-link", "Send a link", "The patient signs on their own device."),
)
PILLS = {FormStanding.APPROVED: "done", FormStanding.OVERDUE: "late"}

REVIEWED = {
    ReviewOutcome.APPROVED: "Recorded. A task comes 30 days before the next review is due.",
    ReviewOutcome.NOT_APPROVED: "Recorded. Nobody can prepare or sign anything on this version.",
}


@require_safe
def form_list(request: HttpRequest) -> HttpResponse:
    staff = staff_of(request)
    require_act(staff, Act.AUTHORIZATION_RECORD)
    shelves = [form_shelf(kind, today()) for kind in FormKind]
    context = {"shelves": [_shelf(shelf) for shelf in shelves], "may_change": may(staff.roles, Act.POLICY_CHANGE)}
    return render(request, "authorizations/forms/list.html", context)


@require_safe
def form_open(request: HttpRequest, version_id: UUID) -> HttpResponse:
    staff = staff_of(request)
    version = policies.open_form(staff, version_id)
    visible = policies.authorizations_visible_to(staff)
    unusable = {line.authorization.pk: line for line in standing_on(version, today(), timezone.now()).unusable}
    seen = visible.filter(pk__in=unusable).values_list("pk", flat=True)
    context = _version_page(staff, version) | {
        "document": blank_document(version),
        "reviews": reviews_of(version),
        "unusable": [unusable[pk] for pk in seen],
    }
    return render(request, "authorizations/forms/open.html", context)


@require_safe
def form_blank(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """The blank form. One that may not be used says so on every page, and only the compliance officer prints it."""
    staff = staff_of(request)
    version = policies.open_form(staff, version_id)
    line = form_line(version, today())
    usable = line.in_use and line.standing == FormStanding.APPROVED
    if not usable:
        require_act(staff, Act.POLICY_CHANGE)
    return _as_pdf(blank_pdf(version, is_approved=usable), f"form-{version.code}")


@require_http_methods(["GET", "POST"])
def form_change(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """The words of a version, to become the next one."""
    staff = staff_of(request)
    version = policies.open_form(staff, version_id)
    require_act(staff, Act.POLICY_CHANGE)
    kind = FormKind(version.kind)
    form = WordsForm(request.POST or None, kind=kind, initial=version.texts)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.make_version(by=staff, kind=kind, texts=form.cleaned_data)
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}")
        else:
            _say_grade(request, form_line(made, today()))
            return redirect("form-open", made.pk)
    return render(request, "authorizations/forms/change.html", {"version": version, "form": form, "kind": kind})


@require_http_methods(["GET", "POST"])
def form_review(request: HttpRequest, version_id: UUID) -> HttpResponse:
    """Record what counsel said."""
    staff = staff_of(request)
    version = policies.open_form(staff, version_id)
    require_act(staff, Act.POLICY_CHANGE)
    on, now = today(), timezone.now()
    written = standing_on(version, on, now)
    form = ReviewForm(
        request.POST or None,
        stopped_by=lambda day: stopped_by_answer(written.in_effect, day, on, now),
        initial={"reviewed_on": on},
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data | {"outcome": ReviewOutcome(form.cleaned_data["outcome"])}
        try:
            actions.record_review(by=staff, version=version, **given)
        except Refused as refused:
            form.add_error("reviewed_on", f"{refused.refusal.words} {refused.refusal.remedy}")
        else:
            listed = " What was signed on it and cannot be used any more is listed below." if form.stopped else ""
            messages.success(request, f"{REVIEWED[given['outcome']]}{listed}")
            return redirect("form-open", version.pk)
    context = {"version": version, "form": form, "written": written}
    return render(request, "authorizations/forms/review.html", context)


@require_http_methods(["GET", "POST"])
def authorization_prepare(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Prepare an authorization for a patient to sign; `from` begins with what another one says.

    Records that need separate forms are refused together and offered as two documents out of what was entered.
    """
    staff = staff_of(request)
    patient = policies.open_patient_authorizations(staff, patient_id)
    policies.check_may_record(staff, patient)
    source = _source(request, staff, patient)
    form = PrepareForm(request.POST or None, patient=patient, initial=_initial(staff, patient, source))
    refusal = None
    if request.method == "POST" and form.is_valid() and (not form.is_compound or "separately" in request.POST):
        try:
            made = _prepared(staff, patient, source, form)
        except Refused as refused:
            refusal = refused.refusal
        else:
            return _ready(request, made)
    context = {
        "patient": patient,
        "form": form,
        "source": source,
        "refusals": [refusal] if refusal else [],
        "shelves": [_shelf(form_shelf(kind, today())) for kind in FormKind],
    }
    return render(request, "authorizations/prepare.html", context)


@require_POST
def authorization_split(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """Prepare two documents out of one that joins what it may not join (R-046)."""
    staff = staff_of(request)
    authorization = policies.open_authorization(staff, authorization_id)
    return _ready(request, actions.split_authorization(by=staff, authorization=authorization))


@require_safe
def authorization_ready(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """A prepared form as the patient will read it, with the ways to have it signed."""
    staff = staff_of(request)
    authorization = policies.open_prepared(staff, authorization_id)
    line = queries.line_of(authorization, today())
    problems = problems_of(line)
    context = {
        "patient": authorization.patient,
        "authorization": authorization,
        "line": line,
        "document": document_of(authorization),
        "problems": problems,
        "is_signed": line.facts.is_signed,
        "unwanted": "" if line.status == AuthorizationStatus.DRAFT or line.facts.is_signed else reason_of(line),
        "ways": [] if problems or line.status != AuthorizationStatus.DRAFT else _ways(authorization),
        "may_record": may(staff.roles, Act.AUTHORIZATION_RECORD),
    }
    return render(request, "authorizations/ready.html", context)


@require_safe
def authorization_form(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """The filled form to print, with lines to sign on."""
    authorization = policies.open_prepared(staff_of(request), authorization_id, printing=True)
    return _as_pdf(form_pdf(authorization), "authorization")


def _initial(staff: Staff, patient: Patient, source: Authorization | None) -> dict[str, Any]:
    if source is not None:
        return initial_to_prepare(source)
    initial: dict[str, Any] = {"discloser": practice_profile().name}
    if staff.is_clinical:
        initial["pn_originator"] = staff.pk
    return initial


def _source(request: HttpRequest, staff: Staff, patient: Patient) -> Authorization | None:
    """The authorization whose words are taken over, if the address names one of this patient's."""
    wanted = request.GET.get("from", "")
    rows = policies.authorizations_visible_to(staff).filter(patient=patient)
    return next((row for row in rows if str(row.pk) == wanted), None)


def _prepared(staff: Staff, patient: Patient, source: Authorization | None, form: PrepareForm) -> list[Authorization]:
    given: dict[str, Any] = {
        "by": staff,
        "patient": patient,
        "prepared_from": source,
        "new_id": form.cleaned_data["new_id"],
    }
    own = form.cleaned_data["own_words"]
    if form.is_compound:
        return actions.prepare_separately(**given, own_words=own, **form.elements())
    return [actions.prepare_authorization(**given, own_words=own, **form.elements())]


def _ready(request: HttpRequest, made: list[Authorization]) -> HttpResponse:
    if len(made) == 1:
        messages.success(request, "Prepared. It permits nothing until it is signed.")
        return redirect("authorization-ready", made[0].pk)
    names = " and ".join(_records_of(row) for row in made)
    messages.success(request, f"{len(made)} forms are prepared, each to be signed on its own: {names}.")
    return redirect("authorization-list", made[0].patient_id)


def _records_of(row: Authorization) -> str:
    return ", ".join(RecordClass(code).label.lower() for code in row.record_classes)


def _ways(authorization: Authorization) -> list[dict[str, str]]:
    """The ways to sign that this installation has."""
    found = []
    for name, words, about in WAYS:
        try:
            href = reverse(name, args=[authorization.pk])
        except NoReverseMatch:
            continue
        found.append({"href": href, "words": words, "about": about})
    return found


def _shelf(shelf: FormShelf) -> dict[str, Any]:
    return {"shelf": shelf, "lines": [_shown(line) for line in shelf.lines]}


def _shown(line: FormLine) -> dict[str, Any]:
    return {"line": line, "version": line.version, "pill": PILLS.get(line.standing, "")}


def _version_page(staff: Staff, version: FormVersion) -> dict[str, Any]:
    line = form_line(version, today())
    return _shown(line) | {
        "may_change": may(staff.roles, Act.POLICY_CHANGE),
        "may_print": line.in_use and line.standing == FormStanding.APPROVED,
        "target": TARGET_GRADE,
        "kind": FormKind(version.kind),
    }


def _say_grade(request: HttpRequest, line: FormLine) -> None:
    kept = f"Kept as {line.version.code}. It cannot be used before counsel has approved it."
    if line.doubts:
        messages.warning(
            request, f"{kept} It reads at grade {line.grade}. Look again at what is named under “How it reads”."
        )
    elif line.is_hard_to_read:
        messages.warning(request, f"{kept} It reads at grade {line.grade}; aim for {TARGET_GRADE:g}.")
    else:
        messages.success(request, f"{kept} It reads at grade {line.grade}.")


def _as_pdf(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
