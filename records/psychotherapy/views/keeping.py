"""How long an author's signed notes are kept, and their destruction after that."""

from typing import cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from practice.compliance.queries import policies_in_force
from practice.infrastructure.days import add_days, today
from practice.infrastructure.templatetags.look import day
from practice.people.models import Staff
from practice.people.policies import require_role
from practice.people.rules import CLINICAL_ROLES
from records.psychotherapy import custody_actions as actions
from records.psychotherapy import vault
from records.psychotherapy.custody_actions import KeptLine
from records.psychotherapy.custody_forms import DestroyForm
from records.psychotherapy.custody_rules import ORDER_DAYS, last_backup_ends_on
from records.psychotherapy.sheets import names_of
from records.psychotherapy.vault import NotDestroyed

SHOWN_PAST, SHOWN_KEPT = 200, 50


@require_http_methods(["GET", "POST"])
def keeping_list(request: HttpRequest) -> HttpResponse:
    """Orders that wait, notes past their retention, what must be kept, what was destroyed."""
    staff = cast(Staff, request.user)
    require_role(staff, *sorted(CLINICAL_ROLES))
    lines = actions.kept_notes(staff, today())
    past = [line for line in lines if line.kept.order is None and line.refusal is None][:SHOWN_PAST]
    form = DestroyForm(request.POST or None, choices=[(str(line.kept.head.id), "") for line in past])
    if request.method == "POST" and form.is_valid():
        try:
            chosen = [UUID(note) for note in form.cleaned_data["notes"]]
            count = actions.order_destruction(by=staff, note_ids=chosen, on=today())
        except NotDestroyed as refused:
            form.add_error(None, _sentence(refused))
        else:
            due = add_days(today(), ORDER_DAYS)
            said = "The destruction of one note is" if count == 1 else f"The destruction of {count} notes is"
            messages.success(request, f"{said} ordered. Until {day(due)} nothing happens, and you can cancel it.")
            return redirect("psychotherapy-keeping-list")
    return _page(request, lines, past, form)


def _page(request: HttpRequest, lines: list[KeptLine], past: list[KeptLine], form: DestroyForm) -> HttpResponse:
    names = names_of(patient for line in lines for patient in line.kept.head.patients)

    def rows(found: list[KeptLine]) -> list[tuple[KeptLine, str]]:
        return [(line, _names(line, names)) for line in found]

    kept = [line for line in lines if line.kept.order is None and line.refusal is not None]
    values, now = policies_in_force(today()), timezone.now()
    ordered = [line for line in lines if line.kept.order and not line.kept.order.destroyed_at]
    context = {
        "ordered": [(line, name, line.kept.order and line.kept.order.due_at <= now) for line, name in rows(ordered)],
        "past": rows(past),
        "kept": rows(kept[:SHOWN_KEPT]),
        "kept_count": len(kept),
        "destroyed": rows([line for line in lines if line.kept.order and line.kept.order.destroyed_at]),
        "form": form,
        "chosen": form["notes"].value() or [],
        "days": ORDER_DAYS,
        "years": values["P-29"].value,
        "age": values["P-30"].value,
        "backup_days": settings.BACKUP_DAYS,
        "backup_ends_on": last_backup_ends_on(add_days(today(), ORDER_DAYS), settings.BACKUP_DAYS),
    }
    return render(request, "psychotherapy/keeping.html", context, status=422 if form.errors else 200)


def _names(line: KeptLine, names: dict[UUID, str]) -> str:
    return ", ".join(sorted(names.get(patient, "") for patient in line.kept.head.patients))


def _sentence(refused: NotDestroyed) -> str:
    return f"{refused.refusal.words} {refused.refusal.remedy}".strip()


@require_POST
def destruction_cancel(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Takes an order back."""
    if not vault.cancel_destruction(cast(Staff, request.user), order_id):
        raise Http404
    messages.success(request, "Cancelled. The note stays as it is.")
    return redirect("psychotherapy-keeping-list")


@require_http_methods(["GET", "POST"])
def destruction_carry_out(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """Asks once more, then destroys: what was ordered is never carried out by itself."""
    staff = cast(Staff, request.user)
    lines = actions.kept_notes(staff, today())
    line = next((one for one in lines if one.kept.order and one.kept.order.id == order_id), None)
    if line is None or line.kept.order is None or line.kept.order.destroyed_at:
        raise Http404
    if request.method == "POST":
        try:
            done = actions.destroy(by=staff, order_id=order_id, on=today())
        except NotDestroyed as refused:
            messages.error(request, f"Nothing was destroyed. {_sentence(refused)}")
            return redirect("psychotherapy-keeping-list")
        if not done:
            raise Http404
        messages.success(request, "Destroyed. That it was stays in your own record of events.")
        return redirect("psychotherapy-keeping-list")
    context = {
        "line": line,
        "names": _names(line, names_of(line.kept.head.patients)),
        "due": line.kept.order.due_at <= timezone.now(),
        "backup_days": settings.BACKUP_DAYS,
    }
    return render(request, "psychotherapy/destroy.html", context)
