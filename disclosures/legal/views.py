"""Legal papers, and compelled releases under them. No page here differs by whether anybody keeps such notes, except
for the two people who carried a release out.
"""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from disclosures.releases.actions import GateRefused
from disclosures.releases.models import Release
from disclosures.releases.policies import releases_visible_to, require_release_work
from disclosures.releases.queries.remedies import explained
from disclosures.releases.rules import Decision
from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.copies import Busy
from practice.infrastructure.days import today
from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.refusals import Refusal, Refused
from practice.infrastructure.uploads import as_download
from practice.people.models import Patient, Staff
from records.psychotherapy import vault
from records.psychotherapy.compelled_rules import Compelled
from records.psychotherapy.vault import NotReleasable

from . import actions
from .documents import left_out_words, slip_pdf
from .forms import CompelledForm, CompelledHandOverForm, EntryForm, NameForm, PaperForm
from .lines import line_of, lines_of, steps_of
from .models import LegalPaper
from .policies import (
    open_paper,
    open_patient_for_paper,
    papers_visible_to,
    possible_seconds,
    refusal_of_new_sign_in,
    refusal_to_add,
    refusal_to_compel,
    refusal_to_name_patients,
)
from .queries import (
    entries_of,
    is_answered,
    later_words,
    named_lines,
    named_patients,
    named_scope,
    paper_facts,
    paper_lines,
    patients_found,
    reasons_now,
    scope_of,
)
from .rules import CHART_BASIS, NOTES_BASIS, EntryKind, Names, PaperKind, refusal_to_name

ENTRY_TITLES = {
    EntryKind.COUNSEL: "Record counsel’s review",
    EntryKind.NOTICE: "Record whether the patient knows",
    EntryKind.RESPONSE: "Record a response",
    EntryKind.REACH: "Record whether it names sessions after it came",
}


# --- Papers -----------------------------------------------------------------------------------------------------------


@require_safe
def legal_paper_list(request: HttpRequest) -> HttpResponse:
    """Every legal paper this person may see, those to be answered first."""
    staff = cast(Staff, request.user)
    require_release_work(staff)
    lines = paper_lines(staff)
    context = {"waiting": [one for one in lines if one.waiting], "rest": [one for one in lines if not one.waiting]}
    return render(request, "legal/papers.html", context)


@require_http_methods(["GET", "POST"])
def legal_paper_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """A paper came in: what it is, what it asks for, until when."""
    staff = cast(Staff, request.user)
    patient = open_patient_for_paper(staff, patient_id)
    form = PaperForm(request.POST or None, request.FILES or None, by=staff, initial={"received_on": today()})
    if request.method == "POST" and form.is_valid():
        paper = form.fill(LegalPaper(patient=patient))
        data = form.cleaned_data
        made = actions.record_paper(by=staff, paper=paper, document=data["document"], hold=bool(data.get("hold")))
        messages.success(request, f"{made.number} is recorded. The compliance officer is asked for counsel’s review.")
        return redirect("legal-paper-open", made.pk)
    context = {"patient": patient, "form": form, "lines": paper_lines(staff, patient_id=patient.pk)}
    return render(request, "legal/paper_new.html", context, status=422 if form.errors else 200)


@require_safe
def legal_paper_open(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """One paper: its words, its clock, what was done about it, and what can be done next."""
    staff = cast(Staff, request.user)
    paper = open_paper(staff, paper_id)
    kind, begun = PaperKind(paper.kind), []
    if refusal_to_compel(staff) is None:
        begun = lines_of(staff, [one for one in vault.my_compelled(staff) if one.ground == paper.pk])
    context = {
        "paper": paper,
        "patient": paper.patient,
        "entries": entries_of(paper, staff),
        "facts": paper_facts(paper, today()),
        "named": named_lines(paper, staff),
        "may_name": refusal_to_name_patients(staff) is None,
        "answered": is_answered(paper.entries.all()),
        "chart_basis": CHART_BASIS.get(kind),
        "asks_for_notes": paper.names_notes != Names.NOT,
        "opens_notes": kind in NOTES_BASIS,
        "notes_basis": NOTES_BASIS.get(kind) if staff.is_clinical else None,
        "may_compel": refusal_to_compel(staff) is None,
        "may_counsel": refusal_to_add(staff, EntryKind.COUNSEL) is None,
        "may_reach": refusal_to_add(staff, EntryKind.REACH) is None,
        "ends_when_it_came": not named_scope(paper).within(scope_of(paper)),
        "later_words": later_words(paper),
        "begun": begun,
    }
    return render(request, "legal/paper.html", context)


@require_safe
def legal_paper_document(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """The scan, as it came, as a download."""
    staff = cast(Staff, request.user)
    paper = LegalPaper.objects.get(pk=open_paper(staff, paper_id).pk)
    record(by=staff, event=AuditEvent.VIEWED, subject=paper, patient_id=paper.patient_id, detail="legal_paper_scan")
    return as_download(paper.document, paper.document_kind, paper.number)


@require_http_methods(["GET", "POST"])
def legal_paper_add(request: HttpRequest, paper_id: UUID, kind: str) -> HttpResponse:
    """Counsel's review, the patient's notice, or a response."""
    staff = cast(Staff, request.user)
    paper = open_paper(staff, paper_id)
    if kind not in EntryKind.values:
        raise Http404
    entry_kind = EntryKind(kind)
    if refusal := refusal_to_add(staff, entry_kind):
        raise Refused(refusal)
    releases = releases_visible_to(staff).filter(patient=paper.patient).order_by("-prepared_at")
    lines = named_lines(paper, staff)
    named = [one.patient for one in lines if one.patient] if len(lines) > 1 else []
    form = EntryForm(request.POST or None, kind=entry_kind, releases=releases, named=named, initial={"on": today()})
    if request.method == "POST" and form.is_valid():
        try:
            actions.add_entry(by=staff, paper=paper, kind=entry_kind, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
        else:
            messages.success(request, "Recorded.")
            return redirect("legal-paper-open", paper.pk)
    context = {
        "paper": paper,
        "patient": paper.patient,
        "form": form,
        "title": ENTRY_TITLES[entry_kind],
        "named": lines if entry_kind == EntryKind.COUNSEL and len(lines) > 1 else [],
    }
    return render(request, "legal/paper_add.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def legal_paper_name(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """Another patient whom the paper names: looked for, put down, or taken off a list they never belonged on.

    What is typed goes by POST: no name in an address.
    """
    staff = cast(Staff, request.user)
    paper = open_paper(staff, paper_id)
    if refusal := refusal_to_name_patients(staff):
        raise Refused(refusal)
    if chosen := request.POST.get("patient"):
        named = request.POST.get("named") != "no"
        actions.name_patient(by=staff, paper=paper, patient_id=_uuid(chosen), named=named)
        done = "Put down. Counsel’s review is asked for again." if named else "Taken off. Counsel is asked again."
        messages.success(request, done)
        return redirect("legal-paper-open", paper.pk)
    form = NameForm(request.POST or None)
    found = patients_found(staff, form.cleaned_data["who"]) if request.method == "POST" and form.is_valid() else None
    already = set(named_patients(paper))
    refusal = refusal_to_name(PaperKind(paper.kind), Names(paper.names_notes), again=False)
    context = {
        "paper": paper,
        "patient": paper.patient,
        "form": form,
        "found": None if found is None else [(one, one.pk in already) for one in found],
        "refusals": [refusal] if refusal else [],
    }
    return render(request, "legal/paper_name.html", context, status=422 if form.errors else 200)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404 from None


# --- Compelled releases -----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def compelled_new(request: HttpRequest, paper_id: UUID) -> HttpResponse:
    """The first of two people begins."""
    staff = cast(Staff, request.user)
    paper = open_paper(staff, paper_id)
    if refusal := refusal_to_compel(staff):
        raise Refused(refusal)
    alone = not possible_seconds(staff)
    reach = scope_of(paper)
    days = ", ".join(f"{one:%m/%d/%Y}" for one in reach.days)
    initial = {"session_days": days, "first": reach.first, "last": reach.last}
    form = CompelledForm(request.POST or None, by=staff, initial=initial)
    reasons = reasons_now(paper, reach, on=today(), alone=alone)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            made = actions.start_compelled(
                by=staff,
                paper=paper,
                author=data["author"],
                scope=form.scope(),
                second=data.get("second"),
                named_staff=list(data["named_staff"]),
            )
        except actions.NotCompelled as refused:
            reasons = refused.reasons
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
        else:
            messages.success(request, "Begun. Nothing is opened until the rest is done.")
            return redirect("compelled-open", made.id)
    context = {
        "paper": paper,
        "patient": paper.patient,
        "named": named_lines(paper, staff),
        "form": form,
        "reasons": reasons,
        "alone": alone,
        "ends_when_it_came": not named_scope(paper).within(reach),
    }
    return render(request, "legal/compelled_new.html", context, status=422 if form.errors else 200)


@require_GET
def compelled_list(request: HttpRequest) -> HttpResponse:
    """Every compelled release that names this person or their notes. The same page for everybody."""
    staff = cast(Staff, request.user)
    context = {"lines": lines_of(staff, vault.my_compelled(staff))}
    return render(request, "legal/compelled_list.html", context)


def _open(request: HttpRequest, compelled_id: UUID) -> tuple[Staff, Compelled]:
    """The doorway: the two, the author, the custodian of the author's notes; 404 for everybody else, written down."""
    staff = cast(Staff, request.user)
    found = vault.compelled_of_mine(staff, compelled_id)
    if found is None:
        raise Http404
    return staff, found


@require_GET
@never_cache
def compelled_open(request: HttpRequest, compelled_id: UUID) -> HttpResponse:
    """How far it is, and the one thing this person can do."""
    staff, found = _open(request, compelled_id)
    if found.author == staff.pk:
        vault.written_down_as_read(staff, found)
    return _compelled_page(request, staff, found)


def _compelled_page(
    request: HttpRequest, staff: Staff, found: Compelled, reasons: list[Refusal] | None = None
) -> HttpResponse:
    now, two = timezone.now(), found.is_one_of_two(staff.pk)
    paper = actions.paper_of(found) if two else None
    is_author = found.author == staff.pk
    cover = vault.package_cover(staff, found.package) if (two or is_author) and found.package else None
    context = {
        "one": found,
        "line": line_of(staff, found),
        "steps": steps_of(found, cover),
        "paper": paper,
        "later_words": later_words(paper) if paper and not found.scope.ends_by(paper.received_on) else "",
        "sees_paper": two and papers_visible_to(staff).filter(pk=found.ground).exists(),
        "is_two": two,
        "is_author": is_author,
        "may_confirm": found.may_confirm(staff.pk),
        "may_pack": found.may_pack(staff.pk, now),
        "may_stop": found.may_stop(staff.pk),
        "cover": cover if two else None,
        "handed_over_at": cover.handed_over_at if cover else None,
        "left_out_words": left_out_words(found.others_left_out) if two else "",
        "reasons": reasons or [],
    }
    return render(request, "legal/compelled.html", context, status=409 if reasons else 200)


@require_safe
def compelled_paper(request: HttpRequest, compelled_id: UUID) -> HttpResponse:
    """The scan of the paper, for the two who must compare, whatever else they may see of the patient."""
    staff, found = _open(request, compelled_id)
    if not found.is_one_of_two(staff.pk):
        raise Http404
    paper = actions.paper_of(found)
    record(by=staff, event=AuditEvent.VIEWED, subject=paper, patient_id=paper.patient_id, detail="legal_paper_scan")
    return as_download(paper.document, paper.document_kind, paper.number)


@require_POST
def compelled_confirm(request: HttpRequest, compelled_id: UUID) -> HttpResponse:
    """The second person confirms; the file is made at once."""
    staff, found = _open(request, compelled_id)
    try:
        actions.confirm_compelled(by=staff, compelled=found)
    except actions.NotCompelled as refused:
        return _compelled_page(request, staff, found, refused.reasons)
    return _pack(request, *_open(request, compelled_id))


@require_POST
def compelled_pack(request: HttpRequest, compelled_id: UUID) -> HttpResponse:
    """Carries it out: after the waiting time of a solo practice, or when making the file had failed."""
    return _pack(request, *_open(request, compelled_id))


def _pack(request: HttpRequest, staff: Staff, found: Compelled) -> HttpResponse:
    try:
        done = actions.pack_compelled(by=staff, compelled=found)
    except actions.NotCompelled as refused:
        return _compelled_page(request, staff, found, refused.reasons)
    except NotReleasable as refused:
        return _compelled_page(request, staff, found, [refused.refusal])
    except (PdfFailed, Busy):
        messages.error(request, "The file could not be made. Nothing was changed. Try again in a moment.")
        return redirect("compelled-open", found.id)
    if done.package:
        messages.success(request, "The locked file is made. Each of you prints one part of its passphrase.")
    return redirect("compelled-open", found.id)


@require_POST
def compelled_stop(request: HttpRequest, compelled_id: UUID) -> HttpResponse:
    """Either of the two stops it."""
    staff, found = _open(request, compelled_id)
    actions.stop_compelled(by=staff, compelled=found)
    messages.success(request, "Stopped. It can be begun anew from the paper.")
    return redirect("compelled-open", found.id)


@require_POST
@never_cache
def compelled_slip(request: HttpRequest, compelled_id: UUID) -> HttpResponse:
    """This person's part of the passphrase on a slip for the recipient."""
    staff, found = _open(request, compelled_id)
    if found.is_one_of_two(staff.pk) and (refusal := refusal_of_new_sign_in(staff)):
        raise Refused(refusal)  # a sign-in taken over since
    try:
        parts = vault.my_passphrase_parts(staff, found.id)
        if parts is None:
            raise Http404
        sheet = slip_pdf(parts, found, actions.paper_of(found))
    except (Unreadable, PdfFailed):
        messages.error(request, "The slip could not be made. Try again in a moment.")
        return redirect("compelled-open", found.id)
    response = HttpResponse(sheet, content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="passphrase-slip.pdf"'
    return response


@require_POST
def compelled_withdraw(request: HttpRequest, compelled_id: UUID) -> HttpResponse:
    """Either of the two takes the file back before it is handed over."""
    staff, found = _open(request, compelled_id)
    if not found.is_one_of_two(staff.pk) or found.package is None:
        raise Http404
    if vault.withdraw_package(staff, found.package):
        messages.success(request, "Withdrawn. Nobody can hand this file over any more.")
    else:
        messages.error(request, "It was handed over or withdrawn already. Nothing was changed.")
    return redirect("compelled-open", found.id)


@require_http_methods(["GET", "POST"])
def compelled_hand_over(request: HttpRequest, package_id: UUID) -> HttpResponse:
    """For the staff the two named: to whom, under what paper; the file stays locked. 404 for everybody else."""
    staff = cast(Staff, request.user)
    require_release_work(staff)
    cover = vault.package_cover(staff, package_id)
    if cover is None or cover.compelled is None or staff.pk not in cover.named_staff:
        raise Http404
    if committed := Release.objects.filter(package=cover.id).first():
        return redirect("release-open", committed.pk)
    paper, decision = LegalPaper.objects.select_related("patient").get(pk=cover.authorization_id), None
    form = CompelledHandOverForm(request.POST or None, initial={"recipient_address": paper.recipient_address})
    if request.method == "POST" and form.is_valid():
        try:
            release = actions.hand_over_compelled(by=staff, package_id=cover.id, release=Release(**form.cleaned_data))
        except GateRefused as refused:
            decision = explained(refused.decision, patient_id=paper.patient_id)
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
        else:
            messages.success(request, "It is in the ledger. Now get the locked file and hand it over.")
            return redirect("release-open", release.pk)
    return _hand_over_page(request, cover, paper, form, decision)


def _hand_over_page(
    request: HttpRequest,
    cover: vault.PackageCover,
    paper: LegalPaper,
    form: CompelledHandOverForm,
    decision: Decision | None,
) -> HttpResponse:
    patients = Patient.objects.in_bulk(cover.about)
    context = {
        "cover": cover,
        "paper": paper,
        "patient": paper.patient,
        "about": [patients[one] for one in cover.about],
        "left_out_words": left_out_words(cover.others_left_out),
        "form": form,
        "decision": decision,
    }
    return render(request, "legal/hand_over.html", context)
