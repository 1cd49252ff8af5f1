"""Signing by a link: staff make it; on the outside host the signer reads, signs or declines, and takes a copy."""

from collections.abc import Sequence
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.infrastructure.uploads import as_download
from practice.outside.actions import refusal_to_make
from practice.outside.models import Link
from practice.outside.passes import finished_link, passed_link
from practice.outside.queries import asked_to_be_reached, links_about
from practice.outside.refusing import spent
from practice.outside.rules import CodeGiven, LinkPurpose
from practice.outside.signals import LinkSpent
from practice.people.models import Patient
from practice.people.queries import telephones

from .. import queries
from ..actions.by_link import (
    copy_for_signer,
    decline_by_link,
    form_of,
    make_signing_link,
    may_call_nobody,
    sign_by_link,
)
from ..actions.signing import client_of
from ..documents.signing import text_to_sign
from ..forms.by_link import SigningLinkForm
from ..forms.signing import SignForm
from ..queries.signing import PossibleSigner, possible_signers, unsignable
from .signing import open_to_sign


@require_http_methods(["GET", "POST"])
def authorization_sign_link(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """Make a link for the signer's own device; address and code are shown in this answer only."""
    staff, authorization, elsewhere = open_to_sign(request, authorization_id)
    if elsewhere:
        return elsewhere
    signers = possible_signers(authorization, today())
    reach = asked_to_be_reached(authorization.patient)
    numbers = [] if reach else _numbers(authorization.patient, signers)
    no_calls = may_call_nobody(authorization, [one.signer for one in signers if not one.refusals])
    form = SigningLinkForm(request.POST or None, signers=signers, numbers=numbers, no_calls=no_calls, asked=bool(reach))
    made = None
    lacking = unsignable(authorization, today())
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = make_signing_link(
                by=staff,
                authorization=authorization,
                signer=form.signer,
                days=data["days"],
                code_given=CodeGiven(data["code_given"]),
                agreed=data.get("way_agreed", False),
            )
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
    context = {
        "patient": authorization.patient,
        "authorization": authorization,
        "line": queries.line_of(authorization, today()),
        "form": form,
        "made": made,
        "lacking": lacking,
        "barred_signers": [one for one in signers if one.refusals],
        "barred": refusal_to_make(authorization.patient),
        "reach": reach,
        "numbers": numbers,
        "links": links_about(LinkPurpose.SIGN, authorization.pk),
    }
    return render(request, "authorizations/sign_link.html", context)


def _numbers(patient: Patient, signers: Sequence[PossibleSigner]) -> list[str]:
    """The numbers on file of whoever may sign, each with whose it is."""
    found = [f"{patient.legal_name} {number}" for number in telephones(patient)]
    others = [one.signer.representative for one in signers if not one.refusals and one.signer.representative]
    return [*found, *(f"{other.name} {other.phone}" for other in others if other.phone)]


@require_http_methods(["GET", "HEAD", "POST"])
def outside_sign(request: HttpRequest) -> HttpResponse:
    """On the outside host: the whole form, and the place to sign it or to say no."""
    link = passed_link(request, LinkPurpose.SIGN)
    if link is None:
        return redirect("outside-signed") if finished_link(request, LinkPurpose.SIGN) else spent(request)
    form = SignForm(request.POST or None)
    try:
        if request.method == "POST" and request.POST.get("then") == "decline":
            decline_by_link(link=link)
            return redirect("outside-signed")
        if request.method == "POST" and form.is_valid() and _signed(request, link, form):
            return redirect("outside-signed")
        authorization, signer = form_of(link)
    except LinkSpent:
        return spent(request)
    context = {"form": form, "text": text_to_sign(authorization), "signer": signer}
    return render(request, "outside/sign.html", context)


def _signed(request: HttpRequest, link: Link, form: SignForm) -> bool:
    """Sign; False with the reason on the form where the signer can mend it, LinkSpent where nobody can."""
    try:
        sign_by_link(
            link=link,
            mark=form.mark,
            intent=form.cleaned_data["intent"],
            consent=form.cleaned_data["consent"],
            document_sha256=form.cleaned_data["document_sha256"],
            client=client_of(request),
            own_name=form.cleaned_data["own_name"],
        )
    except Refused as refused:
        if refused.refusal.code == "SIGNATURE_NAME_QUESTIONED":
            form.ask_name()
        if refused.refusal.code.startswith(("AUTHORIZATION_", "PR_", "SIGNER_")):
            raise LinkSpent from None
        form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
        return False
    return True


@require_safe
def outside_signed(request: HttpRequest) -> HttpResponse:
    """Thanks, and the signer's copy, for the browser that has just signed."""
    link = finished_link(request, LinkPurpose.SIGN)
    if link is None:
        return spent(request)
    try:
        authorization, _ = form_of(link)
    except LinkSpent:
        return spent(request)
    return render(request, "outside/signed.html", {"signed": queries.facts_of(authorization).is_signed})


@require_POST
def outside_copy(request: HttpRequest) -> HttpResponse:
    """The signed PDF, right after signing."""
    link = finished_link(request, LinkPurpose.SIGN)
    try:
        copy = copy_for_signer(link=link) if link else None
    except (LinkSpent, Refused):
        copy = None
    return as_download(copy, "pdf", "signed-authorization") if copy else spent(request)
