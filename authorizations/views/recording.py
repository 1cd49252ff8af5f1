"""Pages of a patient's authorizations: doorway, form, action, redirect."""

from datetime import date
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from practice.compliance.queries import practice_profile
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.infrastructure.uploads import as_download
from practice.people.confidential import goes_elsewhere
from practice.people.models import Patient, Staff
from practice.people.policies import require_role
from practice.people.queries import letter_address
from practice.people.rules import Act, Role, may
from practice.worklist.rules import TaskKind

from .. import actions, documents, policies, queries
from ..actions.recording import AS_SIGNED, correct_ticks, refuse_closed, signed_on_a_screen
from ..documents.standing import paper_points
from ..forms import (
    AuthorizationForm,
    HappenedForm,
    ScanForm,
    initial_of,
)
from ..forms.recording import ReasonForm
from ..forms.signing import CorrectPaperForm
from ..models import Authorization, SignedPaper
from ..queries.restrictions import restriction_lines
from ..queries.signing import can_be_signed, is_only_scan, possible_signers, typed_under
from ..rules import (
    AUTH_DEFECT_COMPOUND,
    REVOCATIONS,
    AuthorizationStatus,
    EventKind,
    RecordClass,
    SignatureMethod,
    age_on,
)
from ..rules.choices import IdentityCheck
from ..rules.defect import AUTH_NO_DOCUMENT
from ..rules.preparing import is_conditioned, parts_of

ADULT_AT_LEAST = 21  # a form may be older than the patient's birthday: the question on minors stays a few years

OVER_BY_ITSELF = frozenset({AuthorizationStatus.EXPIRED_DATE, AuthorizationStatus.EXPIRED_EVENT})


def staff_of(request: HttpRequest) -> Staff:
    """Who is signed in; every page but those for patients asks for a sign-in."""
    return cast(Staff, request.user)


@require_safe
def authorization_list(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    staff = staff_of(request)
    patient = policies.open_patient_authorizations(staff, patient_id)
    found = queries.lines_of(patient, today(), staff)
    lines = [
        _shown(line) for line in found if not (line.facts.recorded_in_error_on and is_only_scan(line.authorization))
    ]
    context = {"patient": patient, "lines": lines, "may_record": may(staff.roles, Act.AUTHORIZATION_RECORD)}
    context |= {"restrictions": restriction_lines(patient)}
    return render(request, "authorizations/list.html", context)


@require_http_methods(["GET", "POST"])
def authorization_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Record a signed paper."""
    staff = staff_of(request)
    patient = policies.open_patient_authorizations(staff, patient_id)
    policies.check_may_record(staff, patient)
    initial: dict[str, Any] = {
        "received_on": today(),
        "discloser": practice_profile().name,
    }
    initial["minor_rule"] = patient.ground_alone_on(today())
    form = AuthorizationForm(request.POST or None, request.FILES or None, patient=patient, initial=initial)
    if request.method == "POST" and form.is_valid():
        elements = form.elements()
        if "beside" in request.POST and form.cleaned_data["scan"]:
            # it waits as a paper until somebody enters what it says, the signature among it
            elements["signature_method"] = elements["signature_method"] or SignatureMethod.PAPER
        made = actions.record_authorization(
            by=staff,
            patient=patient,
            paper=form.cleaned_data["scan"],
            received_at=form.received_at(),
            another_paper=form.cleaned_data["another_paper"],
            **elements,
        )
        if "beside" in request.POST and made.papers.exists():
            messages.success(request, "The scan is kept. Now enter what it says; it may also be left for later.")
            return redirect("authorization-correct", made.pk)
        return _recorded(request, made)
    context = {"title": "Record an authorization", "back": _list_of(patient)}
    return _form_page(request, patient, form, context)


@require_http_methods(["GET", "POST"])
def authorization_correct(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """The form again, with what was entered: for a mistake of ours, not of the paper."""
    staff = staff_of(request)
    authorization = policies.open_authorization(staff, authorization_id)
    policies.check_may_record(staff, authorization.patient)
    if _is_draft(queries.line_of(authorization, today())):
        return redirect(f"{reverse('authorization-prepare', args=[authorization.patient_id])}?from={authorization.pk}")
    if signed_on_a_screen(authorization):
        messages.error(request, f"{AS_SIGNED.words} {AS_SIGNED.remedy}")
        return redirect("authorization-open", authorization.pk)
    refuse_closed(authorization)  # before anybody fills in a whole form
    if getattr(authorization, "signature", None) is not None:
        return _correct_ticks(request, staff, authorization)
    papers, scan = _papers(authorization), scan_of(authorization)
    only_scan = is_only_scan(authorization)
    form = AuthorizationForm(
        request.POST or None,
        request.FILES or None,
        patient=authorization.patient,
        has_scan=bool(papers),
        correcting=not only_scan,
        besides=queries.same_paper(authorization),
        # nobody has said yet that the paper is signed
        initial=initial_of(authorization) | ({"signature_method": ""} if only_scan else {}),
    )
    if request.method == "POST" and form.is_valid():
        made = actions.correct_authorization(
            by=staff,
            authorization=authorization,
            why=form.cleaned_data["why"],
            paper=form.cleaned_data["scan"],
            received_at=form.received_at(authorization.received_at),
            another_paper=form.cleaned_data["another_paper"],
            **form.elements(),
        )
        return _recorded(request, made)
    back = reverse("authorization-open", args=[authorization.pk])
    context = {"title": "Correct what was entered", "back": back, "correcting": True, "papers": papers}
    context |= {"scan": scan, "only_scan": only_scan}
    if only_scan:
        context["title"] = "Enter what the paper says"
    return _form_page(request, authorization.patient, form, context)


def _correct_ticks(request: HttpRequest, staff: Staff, authorization: Authorization) -> HttpResponse:
    """Of a form printed here only what somebody saw on the paper can be wrong: it is looked at once more beside it."""
    signature = authorization.signature
    initial = [
        point.element for point in paper_points(authorization, ()) if point.element not in signature.not_on_paper
    ]
    form = CorrectPaperForm(request.POST or None, filed=signature, signers=possible_signers(authorization, today()))
    papers = _papers(authorization)
    scan = next((paper for paper in papers if paper.sha256 == signature.document_sha256), None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = correct_ticks(
                by=staff,
                authorization=authorization,
                signer=form.signer,
                signed_on=given["signed_on"],
                identity_how=IdentityCheck(given["identity_how"]),
                on_paper=given["on_paper"],
                why=given["why"],
            )
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}")
        else:
            return _recorded(request, made)
    ticked = request.POST.getlist("on_paper") if request.method == "POST" else initial
    context = {
        "patient": authorization.patient,
        "authorization": authorization,
        "form": form,
        "points": paper_points(authorization, ticked),
        "papers": [paper for paper in papers if paper != scan],
        "scan": scan,
    }
    return render(request, "authorizations/correct_ticks.html", context)


@require_safe
def authorization_open(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    staff = staff_of(request)
    authorization = policies.open_authorization(staff, authorization_id)
    line = queries.line_of(authorization, today(), timezone.now())
    events = list(authorization.events.all())
    happened = {event.kind for event in events}
    open_tasks = queries.follow_ups(authorization)
    on_screen = signed_on_a_screen(authorization)
    is_error = EventKind.RECORDED_IN_ERROR in happened
    to = letter_address(authorization.patient, today())
    context = {
        "patient": authorization.patient,
        "line": line,
        "authorization": authorization,
        "pill": documents.pill_of(line),
        "reason": documents.reason_of(line),
        "points": documents.checklist(line),
        "whole": documents.other_defects(line),
        "history": documents.history(authorization),
        "papers": _papers(authorization),
        "letters": _letters(authorization),
        "kept_until": queries.kept_until(line),
        "may_record": may(staff.roles, Act.AUTHORIZATION_RECORD),
        "parts": _parts(line),
        "is_draft": _is_draft(line) and line.status == AuthorizationStatus.DRAFT,
        "can_be_signed": can_be_signed(line),
        "is_revoked": EventKind.WRITTEN_REVOCATION in happened,
        "is_held": line.status == AuthorizationStatus.ON_HOLD,
        "is_error": is_error,
        "is_signed": line.facts.is_signed,
        "can_correct": not happened & (REVOCATIONS | {EventKind.RECORDED_IN_ERROR}) and not on_screen,
        "signature": getattr(authorization, "signature", None),
        "typed": typed_under(authorization),
        "to_sign": line.status == AuthorizationStatus.DRAFT and EventKind.RECORDED_IN_ERROR not in happened,
        "prepare_next": _prepare_next(staff, line),
        "is_unwanted": line.status in (AuthorizationStatus.DECLINED, AuthorizationStatus.PUT_ASIDE) and not is_error,
        "is_put_aside": line.status == AuthorizationStatus.PUT_ASIDE,
        "copy_due": queries.copy_is_due(line),
        "can_end_by_event": bool(authorization.expires_event) and line.facts.event_known_on is None,
        "can_be_false": line.facts.known_false_on is None,
        "can_be_mistaken": staff.has_role(Role.COMPLIANCE_OFFICER),
        "can_be_fulfilled": line.status == AuthorizationStatus.ACTIVE and not queries.copy_is_due(line),
        "form_due": TaskKind.REVOCATION_FORM in open_tasks,
        "answer_due": TaskKind.DECLINE_ANSWER in open_tasks,
        "answers": [(one, goes_elsewhere(one.address, to)) for one in queries.answer_letters(authorization)],
        "to": to,
        "revocation": queries.written_revocation(authorization),
        "corrects": documents.corrects(authorization),
        "corrected_by": queries.corrected_by(authorization) if EventKind.RECORDED_IN_ERROR in happened else None,
        "replaced": documents.replaced_words(authorization) if is_error else None,
        "scan_form": ScanForm(),
        "scan_missing": AUTH_NO_DOCUMENT in {defect.code for defect in line.defects},
        "uses": _uses(staff, line),
        "next_words": documents.next_for_sealed_notes(line, staff),
    }
    return render(request, "authorizations/open.html", context)


@require_http_methods(["GET", "POST"])
def authorization_known_false(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    words = "If something in it that matters is false, the authorization cannot be used any more."
    return dated_event(
        request,
        authorization_id,
        {"ask_day": "Known since", "ask_how": "What is false, and how the practice knows"},
        lambda by, row, on, how: actions.record_known_false(by=by, authorization=row, known_on=on, what=how),
        ("Something in it is false", words),
    )


def since_signed(row: Authorization) -> tuple[date | None, str]:
    """Of what cannot be before the signature."""
    return queries.facts_of(row).signed_on, "This is before the day of the signature."


MISTAKES = {
    "event": (EventKind.EXPIRY_EVENT_KNOWN, "The event has not become known"),
    "false": (EventKind.KNOWN_FALSE, "Nothing in it is false"),
}


@require_http_methods(["GET", "POST"])
def authorization_mistaken(request: HttpRequest, authorization_id: UUID, what: str) -> HttpResponse:
    """The compliance officer takes an entry back that was made by mistake. What was entered stays in the history."""
    staff = staff_of(request)
    authorization = policies.open_authorization(staff, authorization_id)
    require_role(staff, Role.COMPLIANCE_OFFICER)
    if what not in MISTAKES:
        raise Http404
    kind, title = MISTAKES[what]
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.record_mistaken(by=staff, authorization=authorization, kind=kind, why=form.cleaned_data["why"])
        messages.success(request, "Recorded. Both entries stand in the history.")
        return redirect("authorization-open", authorization.pk)
    words = "Both entries stay in the history. The authorization then stands again as it was signed."
    return small_form(request, authorization, form, title, "Record it", words)


@require_http_methods(["GET", "POST"])
def authorization_copy_given(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    words = "The patient gets a copy of the signed form when the practice asked for the signature."
    return dated_event(
        request,
        authorization_id,
        {"ask_day": "Given on", "ask_how": "How, for example “by hand” or “by mail”", "not_before": since_signed},
        lambda by, row, on, how: actions.record_copy_given(by=by, authorization=row, given_on=on, how=how),
        ("Copy given to the patient", words),
    )


@require_http_methods(["GET", "POST"])
def authorization_fulfilled(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    words = "It was signed for something that is done. Nothing more is released under it."
    return dated_event(
        request,
        authorization_id,
        {"ask_day": "Done on", "ask_how": "A note, if needed", "how_required": False, "not_before": since_signed},
        lambda by, row, on, how: actions.record_fulfilled(by=by, authorization=row, on=on, how=how),
        ("Everything was handed over", words),
    )


@require_POST
def authorization_scan_add(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    staff = staff_of(request)
    authorization = policies.open_authorization(staff, authorization_id)
    policies.check_may_record(staff, authorization.patient)
    form = ScanForm(request.POST, request.FILES)
    if form.is_valid():
        kept = actions.add_paper(by=staff, authorization=authorization, paper=form.cleaned_data["scan"])
        if kept.to_compare:
            messages.success(request, "The scan is kept. Now compare it with what was entered.")
            return redirect("authorization-scan-compare", authorization.pk)
        messages.success(request, "The scan is kept with this authorization.")
        return redirect("authorization-open", authorization.pk)
    return small_form(request, authorization, form, "Add a scan", "Keep the scan", "The signed paper, as it came in.")


@require_http_methods(["GET", "POST"])
def authorization_scan_compare(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """Somebody holds a scan that came in later beside what was entered without it, and ticks what stands on both."""
    staff = staff_of(request)
    authorization = policies.open_authorization(staff, authorization_id)
    policies.check_may_record(staff, authorization.patient)
    line, scan = queries.line_of(authorization, today()), scan_of(authorization)
    if scan is None or not scan.to_compare:
        return redirect("authorization-open", authorization.pk)
    points = documents.checklist(line)
    seen, problem = request.POST.getlist("seen"), ""
    if request.method == "POST":
        if request.POST.get("paper") != str(scan.pk):
            problem, seen = "Another scan came in meanwhile: look at this one.", []
        elif {str(number) for number in range(1, len(points) + 1)} - set(seen):
            problem = "Tick each line that you find on the scan. If one is not there, correct what was entered."
        else:
            actions.record_compared(by=staff, authorization=authorization, paper_id=scan.pk)
            return _recorded(request, authorization)
    ticked = [(point, str(number) in seen) for number, point in enumerate(points, 1)]
    context = {"patient": authorization.patient, "authorization": authorization, "line": line, "scan": scan}
    return render(request, "authorizations/compare.html", context | {"points": ticked, "problem": problem})


@require_safe
def paper_download(request: HttpRequest, authorization_id: UUID, paper_id: UUID) -> HttpResponse:
    paper = policies.open_signed_paper(staff_of(request), authorization_id, paper_id)
    return as_download(paper.data, paper.kind, "signed-authorization")


def dated_event(
    request: HttpRequest,
    authorization_id: UUID,
    asked: dict[str, Any],
    act: Any,
    page: tuple[str, str],
) -> HttpResponse:
    """One dated event: the same form with other words. `not_before`: asked of the authorization."""
    staff = staff_of(request)
    authorization = policies.open_authorization(staff, authorization_id)
    policies.check_may_record(staff, authorization.patient)
    if "not_before" in asked:
        asked = asked | {"not_before": asked["not_before"](authorization)}
    form = HappenedForm(request.POST or None, initial={"on": today()}, **asked)
    if request.method == "POST" and form.is_valid():
        act(staff, authorization, *(form.cleaned_data[name] for name in form.fields))
        messages.success(request, "Recorded.")
        return redirect("authorization-open", authorization.pk)
    return small_form(request, authorization, form, page[0], "Record it", page[1])


def small_form(
    request: HttpRequest, authorization: Authorization, form: Any, title: str, button: str, words: str
) -> HttpResponse:
    """A page about one authorization that asks for a few things in one form."""
    line = queries.line_of(authorization, today())
    context = {
        "patient": authorization.patient,
        "line": line,
        "form": form,
        "title": title,
        "button": button,
        "words": words,
    }
    return render(request, "authorizations/small_form.html", context)


def _form_page(
    request: HttpRequest, patient: Patient, form: AuthorizationForm, context: dict[str, Any]
) -> HttpResponse:
    born = patient.birth_date
    ask_minor = born is None or age_on(born, today()) < ADULT_AT_LEAST
    context |= {"patient": patient, "form": form, "ask_minor": ask_minor}
    return render(request, "authorizations/form.html", context)


def _recorded(request: HttpRequest, made: Authorization) -> HttpResponse:
    line = queries.line_of(queries.for_release(made.pk), today(), timezone.now())
    if line.status == AuthorizationStatus.ACTIVE:
        messages.success(request, "Recorded. The authorization is in effect.")
    else:
        messages.warning(request, "Recorded, but it cannot be used. What is wrong, and how to put it right, is below.")
    return redirect("authorization-open", made.pk)


def _is_draft(line: queries.AuthorizationLine) -> bool:
    """Prepared here and not signed: it is changed by preparing the next one."""
    return line.authorization.template_version is not None and not line.facts.is_signed


def _parts(line: queries.AuthorizationLine) -> list[list[str]]:
    """The separate documents that are offered, where one form joins what it may not join."""
    if AUTH_DEFECT_COMPOUND not in {defect.code for defect in line.defects}:
        return []
    return parts_of(line.facts.record_classes, is_conditioned=is_conditioned(line.facts.conditioned_on))


def _uses(staff: Staff, line: queries.AuthorizationLine) -> list[dict[str, Any]]:
    """What an authorization in effect is for. Every clinician is offered the same, whoever keeps notes of their own."""
    if line.status != AuthorizationStatus.ACTIVE:
        return []
    row = line.authorization
    uses: list[dict[str, Any]] = []
    if staff.is_clinical and RecordClass.PN in line.facts.record_classes:
        href = reverse("psychotherapy-package-new", args=[row.pk])
        uses.append({"words": "Release my psychotherapy notes", "href": href, "sealed": True})
    if may(staff.roles, Act.DISCLOSURE_RECORD) and line.facts.record_classes - {RecordClass.PN}:
        href = f"{reverse('release-new', args=[row.patient_id])}?basis={row.pk}"
        uses.append({"words": "Prepare a release", "href": href, "sealed": False})
    return uses


def _prepare_next(staff: Staff, line: queries.AuthorizationLine) -> dict[str, str] | None:
    """The way to a new form with the same words, where this one is over or lacks something that nobody can add."""
    if not may(staff.roles, Act.AUTHORIZATION_RECORD) or line.facts.recorded_in_error_on is not None:
        return None
    href = f"{reverse('authorization-prepare', args=[line.authorization.patient_id])}?from={line.authorization.pk}"
    if line.status in OVER_BY_ITSELF:
        return {"href": href, "words": "Have a new authorization signed", "beside": "whole"}
    if line.status == AuthorizationStatus.SIGNED_INCOMPLETE and any(defect.element for defect in line.defects):
        return {"href": href, "words": "Prepare it on our form", "beside": "checklist"}
    return None


def _papers(authorization: Authorization) -> list[Any]:
    return list(authorization.papers.filter(event=None).defer("data").select_related("added_by"))


def scan_of(authorization: Authorization) -> SignedPaper | None:
    """The scan that is looked at: the newest of the form itself, without its bytes."""
    return authorization.papers.filter(event=None).defer("data").order_by("-added_at").first()


def _letters(authorization: Authorization) -> list[Any]:
    return list(authorization.papers.exclude(event=None).defer("data").select_related("event"))


def _list_of(patient: Patient) -> str:
    return reverse("authorization-list", args=[patient.pk])


def _shown(line: queries.AuthorizationLine) -> dict[str, Any]:
    return {"line": line, "pill": documents.pill_of(line), "reason": documents.reason_of(line)}
