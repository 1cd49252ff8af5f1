"""The page of a revocation: what was handed over before, what is stopped, who was told, the letter to the patient."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from authorizations.forms.taking_back import ToldForm
from authorizations.models import RevocationLetter
from authorizations.policies import notices_visible_to, open_written_revocation
from authorizations.queries import line_of
from authorizations.rules import RecordClass
from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.refusals import Refused
from practice.people.confidential import goes_elsewhere
from practice.people.models import Staff
from practice.people.queries import letter_address
from practice.people.rules import Act, Role, may

from ..actions.taking_back import make_letter, record_letter_sent
from ..policies import check_may_confirm, refusal_to_confirm
from ..queries.taking_back import handed_over_under, letters_of, stopped_under, visible_among


@require_safe
def revocation_open(request: HttpRequest, event_id: UUID) -> HttpResponse:
    staff = cast(Staff, request.user)
    event = open_written_revocation(staff, event_id)
    authorization = event.authorization
    if event.received_at is None:
        raise Http404
    handed = visible_among(staff, handed_over_under(authorization, event.received_at))
    to = letter_address(authorization.patient, today())
    may_confirm = refusal_to_confirm(staff, authorization) is None
    context = {
        "patient": authorization.patient,
        "authorization": authorization,
        "event": event,
        "line": line_of(authorization, today()),
        "before": [one for one in handed if not one.late],
        "late": [one for one in handed if one.late],
        "stopped": stopped_under(authorization, staff),
        "notices": notices_visible_to(staff).filter(event=event),
        "papers": event.papers.defer("data"),
        "may_record": may(staff.roles, Act.AUTHORIZATION_RECORD),
        "may_confirm": may_confirm,
        "letters": [(one, goes_elsewhere(one.address, to)) for one in letters_of(event)] if may_confirm else [],
        "to": to,
        # said of every form for psychotherapy notes, whether any were released or not
        "not_all_shown": RecordClass.PN in authorization.record_classes and not staff.has_role(Role.COMPLIANCE_OFFICER),
    }
    return render(request, "releases/revocation.html", context)


@require_POST
def revocation_letter_new(request: HttpRequest, event_id: UUID) -> HttpResponse:
    staff = cast(Staff, request.user)
    event = open_written_revocation(staff, event_id)
    try:
        letter = make_letter(by=staff, event=event)
    except PdfFailed:
        messages.error(request, "The letter could not be made. Nothing was kept. Try again in a moment.")
    else:
        messages.success(request, f"Letter {letter.number} is ready. Print it, send it, and say when it went out.")
    return redirect("revocation-open", event.pk)


@require_safe
def revocation_letter(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """The letter as it was made."""
    letter = _letter(request, letter_id)
    record(
        by=cast(Staff, request.user),
        event=AuditEvent.PRINTED,
        subject=letter,
        patient_id=letter.event.authorization.patient_id,
    )
    response = HttpResponse(bytes(letter.pdf), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{letter.number}.pdf"'
    return response


@require_http_methods(["GET", "POST"])
def revocation_letter_sent(request: HttpRequest, letter_id: UUID) -> HttpResponse:
    """Say when and how the letter went to the patient."""
    letter = _letter(request, letter_id)
    form = ToldForm(
        request.POST or None,
        initial={"on": today()},
        since=letter.event.happened_on,
        ask_day="Sent on",
        ask_how="How, for example “by mail” or “handed over at the desk”",
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            record_letter_sent(by=cast(Staff, request.user), letter_id=letter.pk, sent_on=given["on"], how=given["how"])
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
        else:
            messages.success(request, "Recorded: the patient was sent the confirmation.")
            return redirect("revocation-open", letter.event_id)
    patient = letter.event.authorization.patient
    context = {"patient": patient, "letter": letter, "form": form, "to": letter_address(patient, today())}
    return render(request, "releases/revocation_letter_sent.html", context)


def _letter(request: HttpRequest, letter_id: UUID) -> RevocationLetter:
    """The doorway to one letter: as to its revocation, for who may know all that it lists."""
    staff = cast(Staff, request.user)
    letter = RevocationLetter.objects.filter(pk=letter_id).first()
    if letter is None:
        raise Http404
    letter.event = open_written_revocation(staff, letter.event_id)
    check_may_confirm(staff, letter.event.authorization)
    return letter
