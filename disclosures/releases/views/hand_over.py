"""Handing over: the locked file, the commit, the bytes, the end; and packages of psychotherapy notes by their cover."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from authorizations.queries import for_release
from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from practice.people.queries import asked_ways
from records.psychotherapy import vault

from .. import actions
from ..documents import cover_sheet
from ..forms import AtTheDeskForm, CloseForm, NotesHandOverForm, ReasonForm, ToldForm
from ..forms.without_authorization import OwnGroundHandOverForm
from ..models import Release
from ..policies import open_release, require_release_work
from ..queries import asked_of, package_of, postal_address, verdict_now
from ..queries.blocked import block_of, covers_blocked
from ..queries.frozen import changes_since_approval
from ..queries.release import may_not_call
from ..queries.remedies import explained
from ..queries.steps import sent_words
from ..queries.wishes import wishes_about
from ..rules import Decision, Method, ReleaseState
from ..rules.ways import in_words
from .prepare import same_person


@require_http_methods(["GET", "POST"])
def release_hand_over(request: HttpRequest, release_id: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    if release.method == Method.DOWNLOAD:
        return redirect("release-link", release.pk)
    if release.state != ReleaseState.APPROVED:
        return redirect("release-open", release.pk)
    decision, desk = None, AtTheDeskForm(request.POST if request.method == "POST" else None, release=release)
    if desk.is_valid():
        try:
            identity = desk.cleaned_data.get("identity", "")
            actions.commit_release(by=staff, release_id=release.pk, identity=identity)
            messages.success(request, "It is in the ledger. Now get the package and hand it over.")
            return redirect("release-open", release.pk)
        except actions.GateRefused as refused:
            decision = refused.decision
    return _hand_over_page(request, release, decision or verdict_now(release), desk=desk)


def _hand_over_page(
    request: HttpRequest,
    release: Release,
    decision: Decision,
    passphrase: str = "",
    told: ToldForm | None = None,
    desk: AtTheDeskForm | None = None,
) -> HttpResponse:
    package = package_of(release)
    wishes = asked_of(release)
    asked = wishes if release.method == Method.LOCKED_FILE else ()
    context = {
        "wishes": wishes_about(release),
        "may_settle": bool(wishes) and release.state == ReleaseState.APPROVED,
        "release": release,
        "patient": release.patient,
        "decision": explained(decision, patient_id=release.patient_id, authorization_id=release.authorization_id),
        "package": package,
        "changed": changes_since_approval(release) if decision.allowed else [],  # else that says why
        "must_lock": release.method == Method.LOCKED_FILE and package is None,
        "passphrase": passphrase,
        "told": (told or ToldForm(no_calls=may_not_call(release) is not None)) if asked else None,
        "asked": in_words(asked),
        "desk": desk or AtTheDeskForm(release=release),
    }
    return render(request, "releases/hand_over.html", context)


@require_POST
def release_lock(request: HttpRequest, release_id: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    if release.method == Method.DOWNLOAD:  # its file is locked together with the link
        return redirect("release-link", release.pk)
    form, passphrase = ToldForm(request.POST, no_calls=may_not_call(release) is not None), ""
    if form.is_valid():
        try:
            passphrase = actions.lock_package(by=staff, release_id=release.pk, told=form.how)
        except Refused as refused:
            if not asked_of(release):  # then the form asks nothing, and it is not about an answer of theirs
                raise
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
    # shown in this answer only: kept in no session, no message and no log
    return _hand_over_page(request, release, verdict_now(release), passphrase, form)


@require_POST
def release_package(request: HttpRequest, release_id: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    try:
        given = actions.deliver(by=staff, release_id=release.pk)
    except actions.GateRefused as refused:
        decision = explained(refused.decision, patient_id=release.patient_id, authorization_id=release.authorization_id)
        context = {"release": release, "patient": release.patient, "decision": decision}
        return render(request, "releases/stopped.html", context, status=409)
    response = HttpResponse(given.content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{given.filename}"'
    return response


@require_safe
def release_cover(request: HttpRequest, release_id: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    if release.state not in (ReleaseState.COMMITTED, ReleaseState.DELIVERED, ReleaseState.NOT_DELIVERED):
        raise Http404
    record(by=staff, event=AuditEvent.PRINTED, subject=release, patient_id=release.patient_id, detail="cover")
    try:
        sheet = cover_sheet(release)
    except PdfFailed:
        messages.error(request, "The cover sheet could not be made. Try again in a moment.")
        return redirect("release-open", release.pk)
    response = HttpResponse(sheet, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{release.number}-cover.pdf"'
    return response


@require_http_methods(["GET", "POST"])
def release_close(request: HttpRequest, release_id: str) -> HttpResponse:
    staff = cast(Staff, request.user)
    release = open_release(staff, release_id)
    if release.state != ReleaseState.COMMITTED:
        return redirect("release-open", release.pk)
    if release.served_at is None:
        return _nothing_left(request, staff, release)
    sent = sent_words(release)
    initial = {"on": today(), "receipt": f"{sent}; not confirmed by them" if sent else ""}
    form = CloseForm(request.POST or None, release=release, initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            actions.close_release(
                by=staff,
                release_id=release.pk,
                delivered=data["outcome"] == "delivered",
                on=data["on"],
                receipt=data["receipt"],
                reason=data["reason"],
                came_back=data["came_back"],
            )
            messages.success(request, "Saved. This release is closed.")
            return redirect("release-open", release.pk)
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
    return render(request, "releases/close.html", {"release": release, "patient": release.patient, "form": form})


def _nothing_left(request: HttpRequest, staff: Staff, release: Release) -> HttpResponse:
    """Nothing was given out: there is one way to close it. Why is asked only where the product does not know it."""
    blocked = block_of(release).words
    form = None if blocked else ReasonForm(request.POST or None)
    if request.method == "POST" and (form is None or form.is_valid()):
        reason = f"Nothing left. {form.cleaned_data['reason'] if form else blocked}"
        actions.close_release(by=staff, release_id=release.pk, delivered=False, on=today(), reason=reason)
        messages.success(request, "Saved. This release is closed: nothing left.")
        return redirect("release-open", release.pk)
    context = {"release": release, "patient": release.patient, "blocked": blocked, "form": form}
    return render(request, "releases/nothing_left.html", context)


@require_http_methods(["GET", "POST"])
def notes_hand_over(request: HttpRequest, package_id: str) -> HttpResponse:
    """The cover sheet of a package of psychotherapy notes, for the staff its author named; 404 for everybody else."""
    staff = cast(Staff, request.user)
    require_release_work(staff)
    cover = vault.package_cover(staff, package_id)  # type: ignore[arg-type]
    if cover is None or staff.pk not in cover.named_staff:
        raise Http404
    committed = Release.objects.filter(package=cover.id).first()
    if committed is not None:
        return redirect("release-open", committed.pk)
    if cover.compelled is not None:
        return redirect("compelled-hand-over", cover.id)
    patient, claim = Patient.objects.get(pk=cover.patient), vault.package_claim(staff, cover.id)
    authorization = None if cover.own_ground else for_release(cover.authorization_id)
    to_patient = same_person(cover.recipient_name, patient)
    named = authorization.recipient_address if authorization else claim["recipient_address"]
    address = postal_address(patient) if to_patient else named
    form_class = OwnGroundHandOverForm if cover.own_ground else NotesHandOverForm
    asked = asked_ways(patient, today())
    form, decision = form_class(request.POST or None, asked=asked, initial={"recipient_address": address}), None
    if request.method == "POST" and form.is_valid():
        try:
            release = actions.commit_notes_package(by=staff, package_id=cover.id, release=Release(**form.filled()))
            messages.success(request, "It is in the ledger. Now get the locked file and hand it over.")
            return redirect("release-open", release.pk)
        except actions.GateRefused as refused:
            paper = authorization.pk if authorization else None
            decision = explained(refused.decision, patient_id=patient.pk, authorization_id=paper, form=form)
    block = covers_blocked([cover]).get(cover.id)
    context = {
        "cover": cover,
        "patient": patient,
        "blocked": block.words if block else "",
        "author": Staff.objects.get(pk=cover.author),
        "custodian": Staff.objects.get(pk=cover.approved_by) if cover.approved_by != cover.author else None,
        "authorization": authorization,
        "purpose": authorization.purpose if authorization else claim["purpose"],
        "address": address,
        "form": form,
        "decision": decision,
    }
    return render(request, "releases/notes_hand_over.html", context)
