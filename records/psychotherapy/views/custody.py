"""Custody of the notes of an author who cannot act. Everything here is about people; a note appears in none of it.

What there is to pack is shown to the custodian alone, by the day of the session, for one authorization at a time.
"""

from dataclasses import dataclass
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from authorizations.queries import AuthorizationLine
from authorizations.queries.disclosers import other_discloser
from practice.infrastructure.copies import Busy
from practice.infrastructure.days import today
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.refusals import Refused
from practice.infrastructure.templatetags.look import day
from practice.people.models import Staff
from practice.people.policies import require_role
from practice.people.rules import CLINICAL_ROLES
from records.psychotherapy import custody_actions as actions
from records.psychotherapy import vault
from records.psychotherapy.custody_forms import CustodyPackageForm, HappenedForm, NameForm, ProposeForm
from records.psychotherapy.custody_rules import Step, Transfer
from records.psychotherapy.ids import new_id
from records.psychotherapy.policies import refusal_to_propose_custody
from records.psychotherapy.vault import NotReleasable


@dataclass(frozen=True, slots=True)
class TransferLine:
    """One transfer with the names of those in it, and what the person looking can do."""

    transfer: Transfer
    author: str
    custodian: str
    proposed_by: str
    second: str
    stopped_by: str
    steps: frozenset[Step]
    mine: bool
    custodian_is_me: bool

    @property
    def confirms(self) -> bool:
        return Step.CONFIRM in self.steps

    @property
    def takes(self) -> bool:
        return Step.TAKE in self.steps

    @property
    def stops(self) -> bool:
        return Step.STOP in self.steps


@require_GET
def custody_list(request: HttpRequest) -> HttpResponse:
    """Every transfer that names this person. The same page for everybody, with what they may begin."""
    staff = cast(Staff, request.user)
    context = {
        "lines": lines_of(staff, vault.my_transfers(staff)),
        "may_propose": refusal_to_propose_custody(staff) is None,
        "may_name": staff.is_clinical,
    }
    return render(request, "psychotherapy/custody_list.html", context)


def lines_of(staff: Staff, transfers: list[Transfer]) -> list[TransferLine]:
    """Transfers as this person sees them."""
    involved = {
        person
        for one in transfers
        for person in (one.author, one.custodian, one.proposed_by, one.second, one.stopped_by)
        if person
    }
    people, now = Staff.objects.in_bulk(involved), timezone.now()
    return [
        TransferLine(
            one,
            people[one.author].display_name,
            people[one.custodian].display_name,
            people[one.proposed_by].display_name,
            people[one.second].display_name,
            people[one.stopped_by].display_name if one.stopped_by else "",
            one.steps_of(staff.pk, now),
            one.author == staff.pk,
            one.custodian == staff.pk,
        )
        for one in transfers
    ]


@require_http_methods(["GET", "POST"])
def custody_new(request: HttpRequest) -> HttpResponse:
    """The first of two people proposes a transfer."""
    staff = cast(Staff, request.user)
    if refusal := refusal_to_propose_custody(staff):
        raise Refused(refusal)
    form = ProposeForm(request.POST or None, by=staff)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.propose_custody(by=staff, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, _sentence(refused))
        else:
            messages.success(request, "Proposed. Nothing changes until the second person has confirmed.")
            return redirect("psychotherapy-custody-open", made.id)
    return render(request, "psychotherapy/custody_new.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def custody_name(request: HttpRequest) -> HttpResponse:
    """An author names in advance who shall have custody."""
    staff = cast(Staff, request.user)
    require_role(staff, *sorted(CLINICAL_ROLES))
    form = NameForm(request.POST or None, by=staff)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.name_custodian(by=staff, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, _sentence(refused))
        else:
            messages.success(request, "Named. Tell them, and keep their sign-in and license in order.")
            return redirect("psychotherapy-custody-open", made.id)
    return render(request, "psychotherapy/custody_name.html", {"form": form}, status=422 if form.errors else 200)


def _sentence(refused: Refused) -> str:
    return f"{refused.refusal.words} {refused.refusal.remedy}".strip()


def _open(request: HttpRequest, custody_id: UUID) -> tuple[Staff, Transfer]:
    """The doorway: those whom the transfer names, and nobody else."""
    staff = cast(Staff, request.user)
    transfer = vault.transfer_of_mine(staff, custody_id)
    if transfer is None:
        raise Http404
    return staff, transfer


@require_GET
def custody_open(request: HttpRequest, custody_id: UUID) -> HttpResponse:
    """One transfer, step by step; for a custodian in effect, what is asked of them and what they packed."""
    staff, transfer = _open(request, custody_id)
    return _page(request, staff, transfer, HappenedForm())


def _page(request: HttpRequest, staff: Staff, transfer: Transfer, happened: HappenedForm) -> HttpResponse:
    asked: list[AuthorizationLine] = actions.requests_in_custody(staff, transfer, today())
    packages = []
    if transfer.in_effect and transfer.custodian == staff.pk:
        covers = [cover for cover in vault.my_packages(staff) if cover.approved_by == staff.pk]
        packages = [cover for cover in covers if cover.author == transfer.author]
    made = {cover.authorization_id for cover in packages if cover.withdrawn_at is None}
    (shown,) = lines_of(staff, [transfer])
    context = {
        "line": shown,
        "steps": steps_of(shown),
        "asked": [(line, line.authorization.pk in made) for line in asked],
        "packages": packages,
        "happened": happened,
    }
    return render(request, "psychotherapy/custody_open.html", context, status=422 if happened.errors else 200)


def steps_of(line: TransferLine) -> list[dict[str, object]]:
    """The way of a transfer as a list of steps: proposed, confirmed, waited for, taken."""
    one, now = line.transfer, timezone.now()
    over = one.stopped_at is not None
    waited = bool(one.effect_at and one.effect_at <= now)
    first = "Named in advance" if one.in_advance else "Proposed"
    proposed = {"title": first, "words": f"{line.proposed_by}, {day(one.proposed_at)}", "state": "done"}
    confirmed = {"title": "Confirmed", "words": f"By {line.second}", "state": "waiting"}
    if one.confirmed_at:
        confirmed |= {"words": f"{line.second}, {day(one.confirmed_at)}", "state": "done"}
    waiting = {"title": "Waiting time", "words": f"{one.waits_days} days from then", "state": "waiting"}
    if one.effect_at:
        waiting |= {"words": f"Until {day(one.effect_at)}", "state": "done" if waited else "next"}
    taken = {"title": "Custody", "words": f"Taken by {line.custodian}", "state": "waiting"}
    if one.taken_at:
        taken |= {"words": f"{line.custodian}, since {day(one.taken_at)}", "state": "done"}
    elif waited:
        taken |= {"state": "next"}
    if one.confirmed_at is None and not over:
        confirmed["state"] = "next"
    steps: list[dict[str, object]] = [dict(step) for step in (proposed, confirmed, waiting, taken)]
    if over:
        steps = [step for step in steps if step["state"] == "done"]
        assert one.stopped_at  # noqa: S101 - for the type checker
        title = "Ended" if one.taken_at else "Stopped"
        words = f"{line.stopped_by}, {day(one.stopped_at)}"
        steps.append({"title": title, "words": words, "state": "refused"})
    return steps


@require_POST
def custody_confirm(request: HttpRequest, custody_id: UUID) -> HttpResponse:
    """The second of two people confirms."""
    staff, transfer = _open(request, custody_id)
    form = HappenedForm(request.POST)
    if transfer.in_advance and not form.is_valid() and Step.CONFIRM in transfer.steps_of(staff.pk, timezone.now()):
        return _page(request, staff, transfer, form)
    reason = form.cleaned_data["reason"] if transfer.in_advance and form.is_valid() else ""
    actions.confirm_custody(by=staff, transfer=transfer, reason=reason)
    return _done(request, transfer, "Confirmed. The waiting time has begun; the author is told and can stop it.")


@require_POST
def custody_take(request: HttpRequest, custody_id: UUID) -> HttpResponse:
    """The custodian takes custody after the waiting time."""
    staff, transfer = _open(request, custody_id)
    actions.take_custody(by=staff, transfer=transfer)
    return _done(request, transfer, "You have custody. You can read no note; you can have packed what is asked for.")


@require_POST
def custody_stop(request: HttpRequest, custody_id: UUID) -> HttpResponse:
    """Anybody named stops the transfer, or ends the custody."""
    staff, transfer = _open(request, custody_id)
    actions.stop_custody(by=staff, transfer=transfer)
    return _done(request, transfer, "Stopped. Whoever still thinks it necessary proposes it anew.")


def _done(request: HttpRequest, transfer: Transfer, words: str) -> HttpResponse:
    messages.success(request, words)
    return redirect("psychotherapy-custody-open", transfer.id)


# --- What an authorization asks for -----------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@never_cache
def custody_package(request: HttpRequest, custody_id: UUID, authorization_id: UUID) -> HttpResponse:
    """The custodian chooses sessions by their day; the file is made and locked, and its text is shown to nobody."""
    staff, transfer = _open(request, custody_id)
    lines = actions.requests_in_custody(staff, transfer, today())
    line = next((one for one in lines if one.authorization.pk == authorization_id), None)
    if line is None:
        raise Http404
    offer = actions.offer_in_custody(by=staff, transfer=transfer, authorization=line.authorization, on=today())
    form = _form(request, staff, offer)
    if request.method == "POST" and form.is_valid():
        return _pack(request, staff, transfer, offer, form)
    return _offer_page(request, transfer, offer, form, 422 if form.errors else 200)


def _form(request: HttpRequest, staff: Staff, offer: actions.CustodyOffer) -> CustodyPackageForm:
    choices = [(str(one.head.id), str(one.head.id)) for one in offer.sessions]
    given = {"custodian": staff, "choices": choices, "recipients": list(offer.recipients)}
    given["other_discloser"] = other_discloser(offer.authorization)
    if request.method == "POST":
        return CustodyPackageForm(request.POST, **given)  # type: ignore[arg-type]
    return CustodyPackageForm(initial={"package": new_id(staff.pk)}, **given)  # type: ignore[arg-type]


def _offer_page(
    request: HttpRequest, transfer: Transfer, offer: actions.CustodyOffer, form: CustodyPackageForm, status: int
) -> HttpResponse:
    author = Staff.objects.get(pk=transfer.author)
    context = {"transfer": transfer, "offer": offer, "form": form, "author": author}
    return render(request, "psychotherapy/custody_package.html", context, status=status)


def _pack(
    request: HttpRequest, staff: Staff, transfer: Transfer, offer: actions.CustodyOffer, form: CustodyPackageForm
) -> HttpResponse:
    asked = form.cleaned_data
    try:
        made = actions.pack_in_custody(
            by=staff,
            transfer=transfer,
            authorization=offer.authorization,
            package_id=asked["package"],
            note_ids=[UUID(note) for note in asked["notes"]],
            recipient=asked["recipient"],
            named_staff=list(asked["named_staff"]),
            on=today(),
            us_in_other_words=asked.get("us_in_other_words", False),
        )
    except NotReleasable as refused:
        form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
        return _offer_page(request, transfer, offer, form, 409)
    except (PdfFailed, Busy):
        form.add_error(None, "The file could not be made. Nothing was changed. Try again in a moment.")
        return _offer_page(request, transfer, offer, form, 409)
    named = ", ".join(person.display_name for person in asked["named_staff"])
    context = {"made": made, "transfer": transfer, "named": named}
    return render(request, "psychotherapy/custody_packed.html", context)
