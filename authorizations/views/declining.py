"""Answering the patient when a therapist decided not to release under their authorization."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.refusals import Refusal, Refused

from .. import policies, queries
from ..actions.declining import record_answer_sent
from ..documents.declining import declined_letter
from .recording import dated_event, staff_of

NOT_DECLINED = Refusal(
    "NOT_DECLINED",
    "Nobody decided against a release under this authorization, so there is no letter.",
    "See its history.",
    "Practice policy P-09",
)


@require_safe
def authorization_answer(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """The letter, addressed as the patient wants letters today."""
    staff = staff_of(request)
    authorization = policies.open_authorization(staff, authorization_id)
    policies.check_may_record(staff, authorization.patient)
    line = queries.line_of(authorization, today())
    if not line.facts.declined_by:
        raise Refused(NOT_DECLINED)
    try:
        pdf = declined_letter(line)
    except PdfFailed:
        messages.error(request, "The letter could not be made. Try again in a moment.")
        return redirect("authorization-open", authorization.pk)
    patient_id = authorization.patient_id
    record(by=staff, event=AuditEvent.PRINTED, subject=authorization, patient_id=patient_id, detail="answer")
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="answer.pdf"'
    return response


@require_http_methods(["GET", "POST"])
def authorization_answer_sent(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    words = "The patient is told of the therapist’s decision. Until then it stays on the list of what is to do."
    return dated_event(
        request,
        authorization_id,
        {"ask_day": "Sent on", "ask_how": "How, for example “by mail” or “handed over at the desk”"},
        lambda by, row, on, how: record_answer_sent(by=by, authorization=row, sent_on=on, how=how),
        ("The letter to the patient was sent", words),
    )
