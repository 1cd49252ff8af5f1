"""Pages of a patient's requests for restriction: doorway, form, action, redirect."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from practice.infrastructure.days import today
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.refusals import Refused
from practice.infrastructure.uploads import as_download
from practice.people.confidential import goes_elsewhere
from practice.people.queries import letter_address
from practice.people.rules import Act, may

from .. import policies
from ..actions import restrictions as actions
from ..documents.restrictions import history_of
from ..forms.restrictions import (
    AnswerForm,
    MistakeForm,
    PaidInFullForm,
    PatientEndsForm,
    RestrictionForm,
    TellForm,
    ToldForm,
)
from ..models import Restriction, RestrictionPaper
from ..queries.restrictions import RestrictionLine, letters_of, line_of_restriction, missing_sessions
from ..rules.restrictions import RestrictionEventKind, RestrictionState, refusal_to_mark_as_error
from .recording import staff_of

GET_POST = require_http_methods(["GET", "POST"])
PAID_WORDS = (
    "The patient, or somebody else than the plan, paid for these sessions in full and asks that the health plan is not "
    "told. There is nothing to decide: it is in force as soon as it is recorded, and only the patient can end it."
)
ASKED_WORDS = (
    "A patient may ask that something is not used or given out for treatment, payment, the practice's own operations, "
    "or to family. Take it down as it was said. The compliance officer answers."
)


@GET_POST
def restriction_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Take down a request; `?paid=1` is the short form for sessions that were paid in full."""
    staff = staff_of(request)
    patient = policies.open_patient_authorizations(staff, patient_id)
    policies.check_may_record(staff, patient)
    paid = bool(request.GET.get("paid"))
    kind: Any = PaidInFullForm if paid else RestrictionForm
    form = kind(request.POST or None, patient=patient)
    if request.method == "POST" and form.is_valid():
        made = actions.record_restriction(
            by=staff, patient=patient, received_on=form.cleaned_data["received_on"], **form.asked()
        )
        words = "In force. Now tell the patient." if paid else "Recorded. The compliance officer answers it."
        messages.success(request, words)
        return redirect("restriction-open", made.pk)
    context = {
        "patient": patient,
        "form": form,
        "paid": paid,
        "title": "Sessions paid in full" if paid else "Request for restriction",
        "words": PAID_WORDS if paid else ASKED_WORDS,
        "back": reverse("authorization-list", args=[patient.pk]),
        "button": "Record it",
    }
    return render(request, "authorizations/restriction_form.html", context)


@require_safe
def restriction_open(request: HttpRequest, restriction_id: UUID) -> HttpResponse:
    staff = staff_of(request)
    row = policies.open_restriction(staff, restriction_id)
    line = line_of_restriction(row)
    may_record = may(staff.roles, Act.AUTHORIZATION_RECORD)
    answers = policies.may_answer_restrictions(staff)
    letter_to = letter_address(row.patient, today())
    context = {
        "patient": row.patient,
        "line": line,
        "missing": missing_sessions(line),
        "steps": _steps(line, may_record, answers),
        "history": history_of(line),
        "papers": RestrictionPaper.objects.filter(event__restriction=row).defer("data").select_related("added_by"),
        "letters": [(letter, goes_elsewhere(letter.address, letter_to)) for letter in letters_of(row)],
        "letter_to": letter_to,
        "may_record": may_record,
        "may_answer": answers,
        "may_mark": refusal_to_mark_as_error(line.facts) is None,
        "answered": line.state not in (RestrictionState.WAITING, RestrictionState.ERROR),
        "can_give_notice": line.state == RestrictionState.IN_FORCE,
    }
    return render(request, "authorizations/restriction.html", context)


def _steps(line: RestrictionLine, may_record: bool, answers: bool) -> list[dict[str, str]]:
    """Answer, letter, told: where the request stands on its way to the patient."""
    row, kinds = line.row, {event.kind for event in line.row.events.all()}
    waiting, told = line.state == RestrictionState.WAITING, RestrictionEventKind.LETTER_SENT in kinds
    if line.state == RestrictionState.ERROR:
        return []
    answer = {"title": "Answer", "state": "done", "words": "Agreed to."}
    if line.facts.paid_in_full:
        answer["words"] = "Nothing to decide: it was paid in full, so it is agreed to by law."
    elif line.facts.refused_on:
        answer["words"] = "Not agreed to."
    if waiting:
        answer |= {"state": "next", "words": "It does not bind before the practice agrees."}
        if answers:
            answer |= {"href": reverse("restriction-answer", args=[row.pk]), "button": "Answer it"}
        else:
            answer["words"] += " Waiting on the compliance officer."
    tell = {"title": "Tell the patient", "state": "waiting", "words": "After the answer."}
    if told:
        tell |= {"state": "done", "words": "The patient was told."}
    elif not waiting:
        tell |= {"state": "next", "words": "Make the letter below, send it where the patient wants letters, say when."}
        if may_record:
            tell |= {"href": reverse("restriction-told", args=[row.pk]), "button": "It was sent or said"}
    return [answer, tell]


@GET_POST
def restriction_answer(request: HttpRequest, restriction_id: UUID) -> HttpResponse:
    """The practice's answer. What was paid in full cannot be refused, and the form says so."""
    staff = staff_of(request)
    row = policies.open_restriction(staff, restriction_id)
    policies.check_may_answer_restriction(staff, row)
    return _step(
        request,
        row,
        AnswerForm(request.POST or None),
        lambda data: actions.answer_restriction(
            by=staff, restriction=row, agreed=data["agreed"] == "yes", on=data["on"], words=data["words"]
        ),
        title="Answer the request",
        words="What is agreed to binds everybody in the practice, except in an emergency, until it is ended.",
        done="Answered. Now tell the patient.",
    )


@GET_POST
def restriction_end(request: HttpRequest, restriction_id: UUID) -> HttpResponse:
    """The patient ends it, in writing or by word of mouth."""
    staff = staff_of(request)
    row = policies.open_restriction(staff, restriction_id)
    policies.check_may_record(staff, row.patient)
    return _step(
        request,
        row,
        PatientEndsForm(request.POST or None, request.FILES or None),
        lambda data: actions.end_by_patient(
            by=staff,
            restriction=row,
            in_writing=data["in_writing"] == "yes",
            on=data["on"],
            words=data["words"],
            paper=data["scan"],
        ),
        title="The patient ends it",
        words="From today on it does not bind any more.",
        done="Ended, as the patient wished.",
    )


@GET_POST
def restriction_notice(request: HttpRequest, restriction_id: UUID) -> HttpResponse:
    """The practice told the patient that it ends: for what comes later only."""
    staff = staff_of(request)
    row = policies.open_restriction(staff, restriction_id)
    policies.check_may_answer_restriction(staff, row)
    return _step(
        request,
        row,
        ToldForm(request.POST or None, when="The patient was told on", ask="How they were told"),
        lambda data: actions.end_by_notice(by=staff, restriction=row, on=data["on"], words=data["words"]),
        title="The practice ends it",
        words="Tell the patient first: the letter is made on the page before this one. Everything that was on record "
        "up to the day the patient was told stays restricted.",
        done="It ends for what comes after that day.",
    )


@GET_POST
def restriction_told(request: HttpRequest, restriction_id: UUID) -> HttpResponse:
    """The answer reached the patient."""
    staff = staff_of(request)
    row = policies.open_restriction(staff, restriction_id)
    policies.check_may_record(staff, row.patient)
    return _step(
        request,
        row,
        TellForm(request.POST or None, has_letter=letters_of(row).exists()),
        lambda data: actions.record_letter_sent(
            by=staff, restriction=row, on=data["on"], words=data["words"], by_mouth=data.get("way") == "mouth"
        ),
        title="The patient was told",
        words="When the answer was sent or said, and how.",
        done="Noted.",
    )


@GET_POST
def restriction_mistake(request: HttpRequest, restriction_id: UUID) -> HttpResponse:
    """It was never asked so: the wrong patient, the wrong session."""
    staff = staff_of(request)
    row = policies.open_restriction(staff, restriction_id)
    policies.check_may_answer_restriction(staff, row)
    return _step(
        request,
        row,
        MistakeForm(request.POST or None),
        lambda data: actions.mark_restriction_as_error(by=staff, restriction=row, words=data["words"]),
        title="Recorded by mistake",
        words="For a slip of the hand only: the patient never asked for this. It stays on record, marked as wrong.",
        done="Marked. It binds no more.",
    )


@require_POST
def restriction_letter_new(request: HttpRequest, restriction_id: UUID) -> HttpResponse:
    """Make the letter: the answer, or with `notice` that the practice ends it."""
    staff = staff_of(request)
    row = policies.open_restriction(staff, restriction_id)
    notice = bool(request.POST.get("notice"))
    if notice:
        policies.check_may_answer_restriction(staff, row)
    try:
        actions.make_restriction_letter(by=staff, restriction=row, notice=notice)
        messages.success(request, "The letter is made. Open it below to print or send it.")
    except PdfFailed:
        messages.error(request, "The letter could not be made. Nothing was changed. Try again in a moment.")
    return redirect("restriction-open", row.pk)


@require_safe
def restriction_letter(request: HttpRequest, restriction_id: UUID, letter_id: UUID) -> HttpResponse:
    letter = policies.open_restriction_letter(staff_of(request), restriction_id, letter_id)
    return as_download(letter.data, "pdf", "letter-about-a-restriction")


@require_safe
def restriction_paper(request: HttpRequest, restriction_id: UUID, paper_id: UUID) -> HttpResponse:
    paper = policies.open_restriction_paper(staff_of(request), restriction_id, paper_id)
    return as_download(paper.data, paper.kind, "end-of-a-restriction")


def _step(
    request: HttpRequest, row: Restriction, form: forms.Form, act: Callable[[dict[str, Any]], Any], **page: str
) -> HttpResponse:
    """One act on a request: what was typed comes back with the reason when it may not be."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
            messages.success(request, page["done"])
            return redirect("restriction-open", row.pk)
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
    back = reverse("restriction-open", args=[row.pk])
    context = {"patient": row.patient, "form": form, "back": back, "button": "Record it", **page}
    return render(request, "authorizations/restriction_form.html", context)
