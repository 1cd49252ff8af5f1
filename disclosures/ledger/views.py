"""Pages of disclosures, accountings and the ledger: doorway, form, action, redirect."""

from pathlib import Path
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from disclosures.ledger import actions, issuing, policies, queries, verify_accounting
from disclosures.ledger.forms import AccountingForm, CorrectionForm, SuspensionEndForm, SuspensionForm
from disclosures.ledger.models import Accounting
from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.refusals import Refusal, Refused
from practice.infrastructure.templatetags.look import day
from practice.people.models import Staff
from practice.people.policies import require_act
from practice.people.rules import Act, may
from practice.worklist.queries import tasks_about
from practice.worklist.rules import TaskKind, TaskState

PER_PAGE, LOG_PER_PAGE = 50, 20
NOT_SIGNED = Refusal(
    "ACCOUNTING_NOT_SIGNED",
    "This accounting cannot leave: its entry in the disclosure ledger is not under a signed checkpoint.",
    "Tell whoever runs this computer; the ledger must be verified first.",
)
VERIFIER = Path(verify_accounting.__file__)


@require_safe
def disclosure_list(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """A patient's current disclosures, newest first, and the accountings issued."""
    staff = cast(Staff, request.user)
    patient = policies.open_disclosures(staff, patient_id)
    newest_first = policies.disclosures_visible_to(staff, patient)[::-1]
    page = Paginator(newest_first, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "patient": patient,
        "page": page,
        "lines": [(line, line.suspended_on(today())) for line in page.object_list],
        "accountings": policies.accountings_visible_to(staff, patient),
        "may_issue": may(staff.roles, Act.ACCOUNTING_PREPARE),
    }
    return render(request, "ledger/disclosure_list.html", context)


@require_safe
def disclosure_open(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """One disclosure: what the log says of it, what was entered later, what can be done."""
    staff = cast(Staff, request.user)
    current = policies.open_disclosure(staff, entry_id)
    context = {
        "patient": current.entry.patient,
        "current": current,
        "public": current.entry.public,
        "statements": [(statement, statement.holds_on(today())) for statement in current.statements],
        "suspended": current.suspended_on(today()),
        "signed": queries.covered_by_checkpoint(current.entry),
        "may_correct": may(staff.roles, Act.ACCOUNTING_PREPARE),
    }
    return render(request, "ledger/disclosure_open.html", context)


@require_http_methods(["GET", "POST"])
def disclosure_correct(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Replace an entry by a corrected one, with the reason; the old one stays in the log."""
    staff = cast(Staff, request.user)
    require_act(staff, Act.ACCOUNTING_PREPARE)
    current = policies.open_disclosure(staff, entry_id)
    form = CorrectionForm(request.POST or None, current=current)
    if request.method == "POST" and form.is_valid():
        replacement = form.replacement()
        succession = actions.supersede(
            by=staff, entry_id=entry_id, reason=form.cleaned_data["reason"], replacement=replacement
        )
        _sign(request)
        messages.success(request, "Corrected. The old entry stays in the log with your reason.")
        if replacement:
            return redirect("disclosure-open", succession.public["by"])
        return redirect("disclosure-list", current.entry.patient_id)
    context: dict[str, Any] = {"patient": current.entry.patient, "current": current, "form": form}
    context["with_it"] = len(queries.entries_with(current.entry))
    return render(request, "ledger/disclosure_correct.html", context)


@require_http_methods(["GET", "POST"])
def disclosure_suspend(request: HttpRequest, entry_id: UUID) -> HttpResponse:
    """Record an agency's statement that keeps a disclosure out of accountings; only where the rule allows (R-084)."""
    staff = cast(Staff, request.user)
    require_act(staff, Act.ACCOUNTING_PREPARE)
    current = policies.open_disclosure(staff, entry_id)
    first = {"received_on": today(), "agency": current.entry.public["recipient"]["name"]}
    if request.method == "POST" and "none" in request.POST:
        actions.record_no_suspension(by=staff, entry_id=entry_id)
        messages.success(request, "Noted: there is no statement that suspends it. Accountings list it.")
        return redirect("disclosure-open", entry_id)
    form = SuspensionForm(request.POST or None, initial=first)
    if request.method == "POST" and current.suspendable and form.is_valid():
        given = form.cleaned_data
        actions.suspend(
            by=staff,
            entry_id=entry_id,
            statement=form.statement(),
            agency=given["agency"],
            official=given["official"],
            reference=given["reference"],
        )
        actions.sign_checkpoint()
        last = day(form.statement().last_day())
        messages.success(request, f"Recorded. Accountings leave it out, without a trace, through {last}.")
        return redirect("disclosure-open", entry_id)
    asked = tasks_about(TaskKind.SUSPENSION_STATEMENT, current.entry).filter(state=TaskState.OPEN).exists()
    context = {"patient": current.entry.patient, "current": current, "form": form, "asked": asked}
    return render(request, "ledger/disclosure_suspend.html", context)


@require_http_methods(["GET", "POST"])
def suspension_end(request: HttpRequest, entry_id: UUID, suspension_id: UUID) -> HttpResponse:
    """Record that an agency gave a suspension up."""
    staff = cast(Staff, request.user)
    require_act(staff, Act.ACCOUNTING_PREPARE)
    current = policies.open_disclosure(staff, entry_id)
    statement = policies.open_statement(staff, current, suspension_id)
    form = SuspensionEndForm(request.POST or None, statement=statement.suspension, initial={"last_day": today()})
    if request.method == "POST" and form.is_valid():
        actions.end_suspension(by=staff, entry_id=entry_id, suspension_id=suspension_id, **form.cleaned_data)
        _sign(request)
        messages.success(request, "Recorded. From the next day accountings list it again.")
        return redirect("disclosure-open", entry_id)
    context = {"patient": current.entry.patient, "current": current, "statement": statement, "form": form}
    return render(request, "ledger/suspension_end.html", context)


@require_http_methods(["GET", "POST"])
def accounting_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Ask for the days, show what would be listed and why, then issue."""
    staff = cast(Staff, request.user)
    require_act(staff, Act.ACCOUNTING_PREPARE)
    patient = policies.open_disclosures(staff, patient_id)
    first = {"requested_on": today(), "received_on": today(), "summaries": True}
    form = AccountingForm(request.POST or None, initial=first)
    context = {"patient": patient, "form": form, "draft": None}
    if request.method == "POST" and form.is_valid():
        asked = form.request_of(form.cleaned_data)
        if "issue" in request.POST:
            return _issue(request, staff, patient_id, asked)
        context["draft"] = issuing.draft(patient=patient, request=asked)
    return render(request, "ledger/accounting_new.html", context)


def _sign(request: HttpRequest) -> None:
    """Signs what was entered. When that fails the entry stands all the same, and the person is told."""
    try:
        actions.sign_checkpoint()
    except (actions.LedgerBroken, OSError):
        messages.warning(
            request,
            "It is entered, but the ledger could not sign a checkpoint. Tell whoever runs this computer today: nothing "
            "can be handed over until the ledger is verified.",
        )


def _why_not_issued(failed: Exception) -> str:
    if isinstance(failed, PdfFailed):
        return "The pages could not be made. Try again; if it stays so, tell whoever runs this computer."
    if isinstance(failed, OSError):
        return "The checkpoint file cannot be written. Tell whoever runs this computer."
    return "The disclosure ledger is not what was signed. Verify it, and tell whoever runs this computer."


def _issue(request: HttpRequest, staff: Staff, patient_id: UUID, asked: issuing.Request) -> HttpResponse:
    try:
        accounting = actions.prepare_accounting(
            by=staff,
            patient=policies.open_disclosures(staff, patient_id),
            requested_on=asked.requested_on,
            received_on=asked.received_on,
            asked_from=asked.asked_from,
            asked_to=asked.asked_to,
            summaries=asked.summaries,
        )
    except (actions.LedgerBroken, OSError, PdfFailed) as failed:
        messages.error(request, f"Not issued. {_why_not_issued(failed)}")
        return redirect("accounting-new", patient_id)
    messages.success(request, f"Issued {accounting.number}. Print it or save it, and give it to the patient.")
    return redirect("accounting-open", accounting.pk)


@require_safe
def accounting_list(request: HttpRequest) -> HttpResponse:
    """All accountings issued, newest first."""
    require_act(cast(Staff, request.user), Act.ACCOUNTING_PREPARE)
    rows = Accounting.objects.defer("pdf", "data", "decisions").select_related("patient", "prepared_by")
    page = Paginator(rows.order_by("-prepared_at"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "ledger/accounting_list.html", {"page": page})


@require_safe
def accounting_open(request: HttpRequest, accounting_id: UUID) -> HttpResponse:
    """An issued accounting; the decision on each entry for the compliance officer alone."""
    staff = cast(Staff, request.user)
    accounting = policies.open_accounting(staff, accounting_id)
    officer = may(staff.roles, Act.ACCOUNTING_PREPARE)
    context = {
        "patient": accounting.patient,
        "accounting": accounting,
        "decisions": queries.decisions_in_words(accounting) if officer else [],
        "supplement": officer and tasks_about(TaskKind.ACCOUNTING_SUPPLEMENT, accounting).filter(state="open").exists(),
    }
    return render(request, "ledger/accounting_open.html", context)


@require_POST
def supplement_offered(request: HttpRequest, accounting_id: UUID) -> HttpResponse:
    """Note that the patient was offered what an ended suspension had kept out."""
    staff = cast(Staff, request.user)
    require_act(staff, Act.ACCOUNTING_PREPARE)
    accounting = policies.open_accounting(staff, accounting_id)
    actions.record_supplement_offered(by=staff, accounting=accounting)
    messages.success(request, "Noted. If the patient wants it, issue a new accounting.")
    return redirect("accounting-open", accounting.pk)


@require_safe
def accounting_pdf(request: HttpRequest, accounting_id: UUID) -> HttpResponse:
    """The pages exactly as issued."""
    accounting = _to_hand_over(request, accounting_id)
    return _file(accounting.pdf, "application/pdf", f"{accounting.number}.pdf")


@require_safe
def accounting_data(request: HttpRequest, accounting_id: UUID) -> HttpResponse:
    """The data file exactly as issued."""
    accounting = _to_hand_over(request, accounting_id)
    return _file(accounting.data, "application/json", f"{accounting.number}.json")


def _to_hand_over(request: HttpRequest, accounting_id: UUID) -> Accounting:
    staff = cast(Staff, request.user)
    accounting = policies.open_accounting(staff, accounting_id)
    if not queries.accounting_is_signed(accounting):
        try:
            actions.sign_checkpoint()
        except (actions.LedgerBroken, OSError):
            raise Refused(NOT_SIGNED) from None
    record(by=staff, event=AuditEvent.DOWNLOADED, subject=accounting, patient_id=accounting.patient_id)
    return accounting


@require_safe
def accounting_verifier(request: HttpRequest) -> HttpResponse:
    """The program that checks an accounting without this product: for anybody in the practice, to give to anybody."""
    return _file(VERIFIER.read_bytes(), "text/x-python", VERIFIER.name)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type=kind,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


@require_safe
def ledger_state(request: HttpRequest) -> HttpResponse:
    """The log at a glance: last checkpoint, last verification, and its entries, newest first."""
    require_act(cast(Staff, request.user), Act.ACCOUNTING_PREPARE)
    page = Paginator(queries.newest_entries(), LOG_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "state": queries.ledger_state(),
        "page": page,
        "lines": queries.log_lines(page.object_list),
        "verifications": queries.recent_verifications(),
    }
    return render(request, "ledger/ledger_state.html", context)


@require_POST
def ledger_verify(request: HttpRequest) -> HttpResponse:
    """Verify the whole log now and keep the result."""
    report = actions.verify_ledger(by=cast(Staff, request.user))
    if report.ok:
        messages.success(request, f"Verified: {report.size} entries, {report.covered} under a checkpoint.")
    else:
        messages.error(request, f"Not verified. {report.finding}")
    return redirect("ledger-state")
