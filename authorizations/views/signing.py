"""Signing: who signs and how they are known, the one screen in their hands, and the scan of a paper with its ticks."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from practice.infrastructure.copies import as_page, page_picture
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.infrastructure.uploads import as_download
from practice.people.handed_over import HandedOver, finish, hand_over, screen_of
from practice.people.models import Staff

from .. import policies, queries
from ..actions import add_paper
from ..actions import signing as actions
from ..documents.signing import text_to_sign
from ..documents.standing import paper_points
from ..forms import AuthorizationForm, ScanForm
from ..forms.recording import ReasonForm
from ..forms.signing import PaperForm, SignerForm, SignForm
from ..models import Authorization, Signature, SignedPaper
from ..queries.signing import (
    Signer,
    as_filed,
    possible_signers,
    refusal_to_sign,
    refusal_to_sign_on_screen,
    signer_of,
    unsignable,
)
from ..rules import AuthorizationStatus
from ..rules.choices import IdentityCheck, SignatureWay
from ..rules.defect import AUTH_NO_DOCUMENT
from .recording import scan_of, small_form, staff_of

SCREEN = "signing-tablet"
SCAN_WIDTH = 1100  # points: small print on a page is read at it, and a page weighs little
ANOTHER_SCAN = "Another scan was added meanwhile. Compare your ticks with the scan as it stands here now, then file it."
COVERED_AFTER = 300  # seconds without a touch


def open_to_sign(
    request: HttpRequest, authorization_id: UUID, *, on_paper: bool = False
) -> tuple[Staff, Authorization, HttpResponse | None]:
    """The doorway to having an authorization signed, by whichever way. Out: who asks, the authorization, and where to
    go instead when it cannot be signed now.
    """
    staff = staff_of(request)
    authorization = policies.open_authorization(staff, authorization_id)
    policies.check_may_record(staff, authorization.patient)
    refusal = refusal_to_sign(authorization) if on_paper else refusal_to_sign_on_screen(authorization)
    if refusal:
        messages.error(request, f"{refusal.words} {refusal.remedy}")
        return staff, authorization, redirect("authorization-open", authorization.pk)
    return staff, authorization, None


@require_http_methods(["GET", "POST"])
def authorization_sign_here(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """Say who signs and how you know them, then give this screen to them: the sign-in ends."""
    staff, authorization, elsewhere = open_to_sign(request, authorization_id)
    if elsewhere:
        return elsewhere
    signers = possible_signers(authorization, today())
    form = SignerForm(request.POST or None, signers=signers)
    lacking = unsignable(authorization, today())
    if request.method == "POST" and not lacking and form.is_valid():
        try:
            actions.hand_over_to_sign(by=staff, authorization=authorization, signer=form.signer)
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}")
        else:
            about = {
                "authorization": str(authorization.pk),
                "who": form.cleaned_data["who"],
                "identity": form.cleaned_data["identity_how"],
            }
            back = reverse("authorization-open", args=[authorization.pk])
            return hand_over(request, screen=SCREEN, back=back, about=about)
    context = {"form": form, "lacking": lacking, "barred": [one for one in signers if one.refusals]}
    return render(request, "authorizations/sign_here.html", _about(authorization) | context)


@login_not_required
@require_http_methods(["GET", "POST"])
def signing_tablet(request: HttpRequest) -> HttpResponse:
    """The whole form and the place to sign it, for the signer alone; they may also say no, or give it back."""
    held = screen_of(request, SCREEN)
    if held.done:
        return render(request, "authorizations/tablet_done.html", {"outcome": held.about.get("outcome", "")})
    authorization = queries.for_release(held.about["authorization"])
    by = Staff.objects.get(pk=held.by)
    form = SignForm(request.POST or None)
    then = request.POST.get("then", "")
    if request.method == "POST" and then in ("decline", "stop"):
        if then == "decline":
            actions.decline(by=by, authorization=authorization, way=SignatureWay.TABLET)
        finish(request, outcome="declined" if then == "decline" else "stopped")
        return redirect(SCREEN)
    if request.method == "POST" and form.is_valid() and _signed(request, held, authorization, by, form):
        return redirect(SCREEN)
    context = {
        "form": form,
        "text": text_to_sign(authorization),
        "signer": _signer(authorization, held.about["who"]),
        "cover_after": COVERED_AFTER,
    }
    return render(request, "authorizations/tablet.html", context)


def _signed(request: HttpRequest, held: HandedOver, authorization: Authorization, by: Staff, form: SignForm) -> bool:
    """Sign, and end what the screen is for; False with the reason on the form where it could not be signed."""
    try:
        actions.sign(
            by=by,
            authorization=authorization,
            way=SignatureWay.TABLET,
            signer=_signer(authorization, held.about["who"]),
            mark=form.mark,
            intent=form.cleaned_data["intent"],
            consent_electronic=form.cleaned_data["consent"],
            identity_checked_by=by,
            identity_how=IdentityCheck(held.about["identity"]),
            document_sha256=form.cleaned_data["document_sha256"],
            client=actions.client_of(request),
            own_name=form.cleaned_data["own_name"],
        )
    except Refused as refused:
        if refused.refusal.code == "SIGNATURE_NAME_QUESTIONED":
            form.ask_name()
        if refused.refusal.code != "AUTHORIZATION_SIGNED_ALREADY":
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}")
            return False
        finish(request, outcome="signed" if _is_theirs(held, authorization) else "already")
        return True
    finish(request, outcome="signed")
    return True


def _is_theirs(held: HandedOver, authorization: Authorization) -> bool:
    """Whether the signature that is there was given by this signer on this kind of screen, and is only sent twice."""
    made = Signature.objects.get(authorization=authorization)
    signer = _signer(authorization, held.about["who"])
    same_person = made.representative_id == (signer.representative.pk if signer.representative else None)
    return made.way == SignatureWay.TABLET and str(made.identity_checked_by_id) == held.by and same_person


@require_http_methods(["GET", "POST"])
def authorization_sign_paper(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """File the scan of the signed paper, ticking each element that is on it; what is missing is listed meanwhile."""
    staff, authorization, elsewhere = open_to_sign(request, authorization_id, on_paper=True)
    if elsewhere:
        return elsewhere
    scan = scan_of(authorization)
    if scan is None or "scan" in request.FILES or "another" in request.GET:
        return _file_scan(request, staff, authorization, scan)
    signers = possible_signers(authorization, today())
    form = PaperForm(request.POST or None, signers=signers)
    if request.method == "POST" and form.is_valid() and form.cleaned_data["paper"] != str(scan.pk):
        form.add_error(None, ANOTHER_SCAN)
    if request.method == "POST" and form.is_valid() and _filed(request, staff, authorization, form, scan):
        return redirect("authorization-open", authorization.pk)
    context = {
        "form": form,
        "barred": [one for one in signers if form.is_barred(one)],
        "points": paper_points(authorization, _ticked(form)),
        "defects": _defects_of(authorization, form),
        "scan": scan,
    }
    return render(request, "authorizations/sign_paper.html", _about(authorization) | context)


def _file_scan(
    request: HttpRequest, staff: Staff, authorization: Authorization, kept: SignedPaper | None
) -> HttpResponse:
    """The first step: the scan, kept at once, so that the ticking may be left for later."""
    form = ScanForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        add_paper(by=staff, authorization=authorization, paper=form.cleaned_data["scan"])
        messages.success(request, "The scan is kept. Now tick what you see on it.")
        return redirect("authorization-sign-paper", authorization.pk)
    return render(request, "authorizations/sign_paper_scan.html", _about(authorization) | {"form": form, "kept": kept})


@require_safe
def paper_page(request: HttpRequest, authorization_id: UUID, paper_id: UUID, page: int) -> HttpResponse:
    """One page of a scan as a picture, to be looked at beside the ticks."""
    paper = policies.see_signed_paper(staff_of(request), authorization_id, paper_id)
    if not 1 <= page <= paper.pages:
        raise Http404
    return as_page(page_picture(paper.kind, bytes(paper.data), page, SCAN_WIDTH), "png", "page-of-a-scan")


def _filed(
    request: HttpRequest, staff: Staff, authorization: Authorization, form: PaperForm, scan: SignedPaper
) -> bool:
    try:
        actions.sign_on_paper(
            by=staff,
            authorization=authorization,
            paper=scan,
            signer=form.signer,
            signed_on=form.cleaned_data["signed_on"],
            on_paper=form.cleaned_data["on_paper"],
            identity_how=IdentityCheck(form.cleaned_data["identity_how"]),
        )
    except Refused as refused:
        form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}")
        return False
    line = queries.line_of(queries.for_release(authorization.pk), today())
    if line.status == AuthorizationStatus.ACTIVE:
        messages.success(request, "Filed. The authorization is in effect.")
    else:
        messages.warning(request, "Filed, but it cannot be used. What is wrong, and how to put it right, is below.")
    return True


@require_POST
def authorization_paper_check(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """What would be wrong with the paper as ticked so far, as a piece of a page."""
    staff = staff_of(request)
    authorization = policies.open_authorization(staff, authorization_id)
    policies.check_may_record(staff, authorization.patient)
    form = PaperForm(request.POST, signers=possible_signers(authorization, today()))
    return render(request, "authorizations/_defects.html", {"defects": _defects_of(authorization, form)})


@require_POST
def authorization_check(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """What would be wrong with a paper from elsewhere as entered so far, as a piece of a page."""
    staff = staff_of(request)
    patient = policies.open_patient_authorizations(staff, patient_id)
    policies.check_may_record(staff, patient)
    form = AuthorizationForm(request.POST, patient=patient, has_scan=True)
    form.is_valid()
    names = {field.name for field in Authorization._meta.concrete_fields}
    entered = {name: value for name, value in form.cleaned_data.items() if name in names and value is not None}
    line = queries.line_of(Authorization(patient=patient, recorded_by=staff, **entered), today())
    kept = {AUTH_NO_DOCUMENT} if "scan" in request.GET else set()  # the page shows the scan that is kept already
    return render(request, "authorizations/_defects.html", {"defects": [d for d in line.defects if d.code not in kept]})


@require_safe
def signed_document(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """What was signed on a screen: the frozen PDF."""
    document = policies.open_signed_document(staff_of(request), authorization_id)
    return as_download(document.pdf, "pdf", "signed-authorization")


def _signer(authorization: Authorization, who: str) -> Signer:
    """The signer by the key of the form: "self", or the id of one of this patient's representatives."""
    representative = None if who == "self" else authorization.patient.representatives.get(pk=who)
    return signer_of(authorization, representative, today())


def _defects_of(authorization: Authorization, form: PaperForm) -> list[Any]:
    if form.is_bound:
        form.is_valid()
    given = form.cleaned_data if form.is_bound else {}
    signer = form.possible.get(given.get("who", ""))
    return as_filed(authorization, signer, given.get("signed_on"), _ticked(form), today())


def _ticked(form: PaperForm) -> list[str]:
    return list(form.data.getlist("on_paper")) if isinstance(form.data, QueryDict) else []


def _about(authorization: Authorization) -> dict[str, Any]:
    return {
        "patient": authorization.patient,
        "authorization": authorization,
        "line": queries.line_of(authorization, today()),
    }


@require_http_methods(["GET", "POST"])
def authorization_put_aside(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """Close a form that nobody signed and nobody wants any more."""
    words = "It was never signed, so this takes nothing back. Links to sign it do not work any more."
    return _with_reason(request, authorization_id, actions.put_aside, ("Put this form aside", "Put it aside", words))


@require_http_methods(["GET", "POST"])
def authorization_offer_again(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """Offer a form anew, on purpose, that they did not want to sign or that was put aside."""
    words = "Only when they have asked for it or changed their mind: nobody is pressed to sign."
    return _with_reason(request, authorization_id, actions.offer_again, ("Offer this form again", "Offer it", words))


def _with_reason(
    request: HttpRequest, authorization_id: UUID, act: Callable[..., object], page: tuple[str, str, str]
) -> HttpResponse:
    staff = staff_of(request)
    authorization = policies.open_authorization(staff, authorization_id)
    policies.check_may_record(staff, authorization.patient)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            act(by=staff, authorization=authorization, why=form.cleaned_data["why"])
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}")
        else:
            messages.success(request, "Recorded.")
            return redirect("authorization-open", authorization.pk)
    title, button, words = page
    return small_form(request, authorization, form, title, button, words)
