"""Answering the patient when a therapist decided not to release under their authorization."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from practice.infrastructure.days import today
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.refusals import Refused
from practice.people.queries import letter_address

from .. import policies
from ..actions.declining import make_answer, record_answer_sent
from ..forms.recording import HappenedForm
from .recording import staff_of


@require_POST
def authorization_answer_new(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """Make the letter, addressed as the patient wants letters today."""
    staff = staff_of(request)
    authorization = policies.open_authorization(staff, authorization_id)
    try:
        make_answer(by=staff, authorization=authorization)
    except PdfFailed:
        messages.error(request, "The letter could not be made. Nothing was kept. Try again in a moment.")
    else:
        messages.success(request, "The letter is ready. Print it, send it, and say when it went out.")
    return redirect("authorization-open", authorization.pk)


@require_safe
def authorization_answer(request: HttpRequest, authorization_id: UUID, letter_id: UUID) -> HttpResponse:
    """The letter as it was made."""
    letter = policies.open_answer_letter(staff_of(request), authorization_id, letter_id)
    response = HttpResponse(bytes(letter.pdf), content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="answer.pdf"'
    return response


@require_http_methods(["GET", "POST"])
def authorization_answer_sent(request: HttpRequest, authorization_id: UUID, letter_id: UUID) -> HttpResponse:
    """Say when and how the letter went to the patient."""
    staff = staff_of(request)
    letter = policies.open_answer_letter(staff, authorization_id, letter_id)
    form = HappenedForm(
        request.POST or None,
        initial={"on": today()},
        ask_day="Sent on",
        ask_how="How, for example “by mail” or “handed over at the desk”",
    )
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            record_answer_sent(
                by=staff,
                authorization=letter.authorization,
                letter_id=letter.pk,
                sent_on=given["on"],
                how=given["how"],
            )
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
        else:
            messages.success(request, "Recorded: the patient was sent the answer.")
            return redirect("authorization-open", authorization_id)
    patient = letter.authorization.patient
    context = {"patient": patient, "letter": letter, "form": form, "to": letter_address(patient, today())}
    return render(request, "authorizations/answer_sent.html", context)
