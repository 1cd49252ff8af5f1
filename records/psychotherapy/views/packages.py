"""Release packages, for their author."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from authorizations.actions.declining import take_back_decline
from authorizations.documents import reason_of
from authorizations.models import Authorization
from authorizations.policies import open_authorization
from authorizations.queries import AuthorizationLine, line_of
from authorizations.queries.disclosers import other_discloser
from authorizations.queries.others import LACKS_OTHERS
from authorizations.queries.taking_back import ended_among
from practice.infrastructure.copies import Busy
from practice.infrastructure.days import today
from practice.infrastructure.pdf import PdfFailed
from practice.people.models import Staff
from practice.people.policies import require_role
from practice.people.rules import CLINICAL_ROLES
from records.psychotherapy import vault
from records.psychotherapy.actions import ReleaseOffer, approve_package, decline_release, offer_release
from records.psychotherapy.forms import DeclineForm, PackageForm
from records.psychotherapy.ids import new_id
from records.psychotherapy.kept import KEPT, put_back
from records.psychotherapy.queries import lacking_others
from records.psychotherapy.sheets import names_of
from records.psychotherapy.vault import NotReleasable, PackageCover

DECLINE_WORDS = (
    "An authorization permits a release and does not oblige you. The patient is told by letter that you decided not to "
    "release psychotherapy notes under it; the letter gives no reason and does not say whether there are any."
)
TAKE_BACK_WORDS = "You decided not to release under this authorization. Taken back, you can release under it again."


@dataclass(frozen=True, slots=True)
class PackageLine:
    """One package in its author's list."""

    cover: PackageCover
    patient: str
    staff: str
    blocked: str = ""  # why it may not leave any more, where its authorization has ended or is on hold


@require_GET
def package_list(request: HttpRequest) -> HttpResponse:
    """What the author approved: waiting for the hand-over, handed over, withdrawn."""
    staff = cast(Staff, request.user)
    require_role(staff, *sorted(CLINICAL_ROLES))
    return render(request, "psychotherapy/packages.html", {"lines": _lines(vault.my_packages(staff))})


def _lines(covers: list[PackageCover]) -> list[PackageLine]:
    patients = names_of(cover.patient for cover in covers)
    people = Staff.objects.in_bulk({person for cover in covers for person in cover.named_staff})
    waiting = [cover.authorization_id for cover in covers if cover.waiting]
    ended = ended_among(waiting, today(), timezone.now()) if waiting else {}
    lacking = lacking_others(cover for cover in covers if cover.waiting)
    return [
        PackageLine(
            cover,
            patients.get(cover.patient, ""),
            ", ".join(people[person].display_name for person in cover.named_staff if person in people),
            _blocked(cover, ended, lacking),
        )
        for cover in covers
    ]


def _blocked(cover: PackageCover, ended: Mapping[UUID, AuthorizationLine], lacking: Collection[UUID]) -> str:
    if line := ended.get(cover.authorization_id):
        return reason_of(line)
    return LACKS_OTHERS if cover.id in lacking else ""


@require_http_methods(["GET", "POST"])
@never_cache
def package_new(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """The author reads, chooses the smallest set, approves; the passphrase is on the answer to that and nowhere
    else.
    """
    staff = cast(Staff, request.user)
    require_role(staff, *sorted(CLINICAL_ROLES))
    authorization = open_authorization(staff, authorization_id)
    offer = offer_release(by=staff, authorization=authorization, on=today())
    form = _form(request, staff, offer)
    if form.is_valid():
        return _approve(request, staff, authorization, offer, form)
    return _page(request, offer, form)


def _form(request: HttpRequest, staff: Staff, offer: ReleaseOffer) -> PackageForm:
    choices = [(str(one.head.id), str(one.head.id)) for one in offer.notes]
    given = {"author": staff, "choices": choices, "recipients": list(offer.recipients)}
    given["other_discloser"] = other_discloser(offer.authorization)
    if request.method == "POST" and KEPT not in request.POST:
        return PackageForm(request.POST, **given)  # type: ignore[arg-type]
    form = PackageForm(initial={"package": new_id(staff.pk)}, **given)  # type: ignore[arg-type]
    if request.method == "POST":
        put_back(form, request.POST, but=["smallest"])  # what leaves was changed meanwhile
    return form


def _page(request: HttpRequest, offer: ReleaseOffer, form: PackageForm, status: int = 200) -> HttpResponse:
    line = line_of(offer.authorization, today())
    context = {"offer": offer, "form": form, "patient": offer.authorization.patient, "line": line}
    staff = cast(Staff, request.user)
    context["declined"] = str(staff.pk) in line.facts.declined_by
    context["may_decline"] = not offer.refusals and offer.authorization.pn_originator in (None, staff)
    return render(request, "psychotherapy/package_new.html", context, status=status)


def _approve(
    request: HttpRequest, staff: Staff, authorization: Authorization, offer: ReleaseOffer, form: PackageForm
) -> HttpResponse:
    asked = form.cleaned_data
    try:
        made = approve_package(
            by=staff,
            authorization=authorization,
            package_id=asked["package"],
            note_ids=[UUID(note) for note in asked["notes"]],
            recipient=asked["recipient"],
            named_staff=list(asked["named_staff"]),
            on=today(),
            us_in_other_words=asked.get("us_in_other_words", False),
        )
    except NotReleasable as refused:
        form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
        return _page(request, offer, form, status=409)
    except (PdfFailed, Busy):
        form.add_error(None, "The file could not be made. Nothing was changed. Try again in a moment.")
        return _page(request, offer, form, status=409)
    context = {"made": made, "line": _lines([made.cover])[0], "patient": authorization.patient}
    return render(request, "psychotherapy/package_made.html", context)


@require_http_methods(["GET", "POST"])
def package_decline(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """The therapist releases nothing under it, or takes that back. The same page whether they keep notes or not."""
    staff = cast(Staff, request.user)
    require_role(staff, *sorted(CLINICAL_ROLES))
    authorization = open_authorization(staff, authorization_id)
    line = line_of(authorization, today())
    declined = str(staff.pk) in line.facts.declined_by
    form = (Form if declined else DeclineForm)(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if declined:
            take_back_decline(by=staff, authorization=authorization)
            messages.success(request, "Taken back. You can release under this authorization again.")
        else:
            decline_release(by=staff, authorization=authorization, reason=form.cleaned_data["reason"])
            messages.success(request, "Declined. Front desk sends the patient the answer.")
        return redirect("authorization-open", authorization.pk)
    context = {"patient": authorization.patient, "line": line, "form": form, "title": "Decline the release"}
    context |= {"button": "Decline", "words": DECLINE_WORDS}
    if declined:
        context |= {"title": "Take the decision back", "button": "Take it back", "words": TAKE_BACK_WORDS}
    return render(request, "authorizations/small_form.html", context)


@require_POST
def package_withdraw(request: HttpRequest, package_id: UUID) -> HttpResponse:
    """Takes an approved package back before anybody handed it over."""
    staff = cast(Staff, request.user)
    withdrawn = vault.withdraw_package(staff, package_id)
    if withdrawn is None:
        raise Http404
    if withdrawn:
        messages.success(request, "Withdrawn. Nobody can hand this package over any more.")
    else:
        messages.error(request, "This package was handed over or withdrawn already. Nothing was changed.")
    return redirect("psychotherapy-package-list" if staff.is_clinical else "psychotherapy-custody-list")
