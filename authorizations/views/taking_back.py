"""Pages of taking an authorization back: the revocation, the form for it, the hold that ends, who was told."""

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import local_date, today
from practice.infrastructure.pdf import PdfFailed
from practice.people.policies import require_act
from practice.people.queries import representatives
from practice.people.rules import Act

from .. import policies, queries
from ..actions import record_event_known, record_revocation
from ..actions.taking_back import lift_hold, record_form_sent, record_told
from ..documents.revocation_form import revocation_form as form_pdf
from ..forms.taking_back import EventKnownForm, GoOnForm, NoticeForm, RevocationForm
from ..models import Authorization
from ..queries.same import others_to_take_back
from .recording import dated_event, small_form, staff_of

REVOKE_WORDS = (
    "In writing it ends at the minute it was received. By word of mouth it is put on hold, and the patient is sent the "
    "form to sign."
)
GO_ON_WORDS = (
    "The patient called to stop and now writes that you may go on. A call is not enough: what they wrote and signed is "
    "kept with the authorization."
)


@require_http_methods(["GET", "POST"])
def authorization_revoke(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    staff = staff_of(request)
    authorization = policies.open_authorization(staff, authorization_id)
    policies.check_may_record(staff, authorization.patient)
    initial = {"received_at": timezone.localtime().replace(second=0, microsecond=0)}
    form = RevocationForm(
        request.POST or None,
        request.FILES or None,
        initial=initial,
        authorization=authorization,
        others=others_to_take_back(authorization, today(), staff),
        acting=[one.row for one in representatives(authorization.patient, today()) if not one.refusal and one.is_shown],
    )
    if request.method == "POST" and form.is_valid():
        given, also = form.cleaned_data, form.chosen_too()
        written = given["written"] == "yes"
        event = record_revocation(
            by=staff,
            authorization=authorization,
            written=written,
            received_at=given["received_at"],
            how=form.how_in_words(),
            paper=given["scan"],
            also=also,
        )
        together = f" Recorded on {len(also) + 1} authorizations, each with a page of its own." if also else ""
        if written:
            messages.success(request, f"Revoked. Nothing more goes out under it.{together}")
            return redirect("revocation-open", event.pk)
        said = f"{'On hold. Nothing goes out.' if event.holds else 'Recorded.'}{together}"
        messages.success(request, f"{said} Send the patient the revocation form to sign.")
        return redirect("authorization-open", authorization.pk)
    return small_form(request, authorization, form, "Record a revocation", "Record it", REVOKE_WORDS)


@require_http_methods(["GET", "POST"])
def authorization_go_on(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """The way out of a hold that keeps the authorization: the patient writes to go on after all."""
    staff = staff_of(request)
    authorization = policies.open_authorization(staff, authorization_id)
    policies.check_may_record(staff, authorization.patient)
    held_since = queries.facts_of(authorization).held_since
    initial = {"received_at": timezone.localtime().replace(second=0, microsecond=0)}
    form = GoOnForm(request.POST or None, request.FILES or None, initial=initial, held_since=held_since)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        lift_hold(
            by=staff,
            authorization=authorization,
            received_at=given["received_at"],
            how=given["how"],
            paper=given["scan"],
        )
        messages.success(request, "The hold is lifted. The authorization stands as it was signed.")
        return redirect("authorization-open", authorization.pk)
    return small_form(
        request, authorization, form, "The patient wants to go on after all", "Lift the hold", GO_ON_WORDS
    )


@require_http_methods(["GET", "POST"])
def authorization_event_known(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """The event of this authorization, and of every other one of the patient that ends with the same."""
    staff = staff_of(request)
    authorization = policies.open_authorization(staff, authorization_id)
    policies.check_may_record(staff, authorization.patient)
    form = EventKnownForm(
        request.POST or None,
        initial={"on": today()},
        ask_day="The practice learned of it on",
        ask_how="How the practice learned of it",
        not_before=(queries.facts_of(authorization).signed_on, "This is before the day of the signature."),
        twins=queries.ended_by_the_same(authorization, today(), staff),
    )
    if request.method == "POST" and form.is_valid():
        given, also = form.cleaned_data, form.chosen_too()
        record_event_known(
            by=staff,
            authorization=authorization,
            known_on=given["on"],
            how=given["how"],
            occurred_on=given["occurred_on"],
            also=also,
        )
        messages.success(request, f"Recorded on {len(also) + 1} authorizations." if also else "Recorded.")
        return redirect("authorization-open", authorization.pk)
    event = f"It ends when this happens: “{authorization.expires_event}”. " if authorization.expires_event else ""
    words = f"{event}From the day the practice learns of it, nothing more is released under this authorization."
    return small_form(request, authorization, form, "The event has happened", "Record it", words)


def since_held(row: Authorization) -> tuple[date | None, str]:
    """The form answers a call: it cannot have gone out before."""
    held_since = queries.facts_of(row).held_since
    return local_date(held_since) if held_since else None, "This is before the day on which the patient called."


@require_http_methods(["GET", "POST"])
def authorization_form_sent(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    words = "After a call the patient is sent the form, to put it into writing. Until it comes back nothing goes out."
    return dated_event(
        request,
        authorization_id,
        {
            "ask_day": "Sent on",
            "ask_how": "How, for example “by mail” or “handed over at the desk”",
            "not_before": since_held,
        },
        lambda by, row, on, how: record_form_sent(by=by, authorization=row, sent_on=on, how=how),
        ("The revocation form was sent", words),
    )


@require_http_methods(["GET", "POST"])
def notice_told(request: HttpRequest, notice_id: UUID) -> HttpResponse:
    """Say when and how a recipient or business associate was told of a revocation, or why they need not be told."""
    staff = staff_of(request)
    notice = policies.open_notice(staff, notice_id)
    authorization = notice.event.authorization
    policies.check_may_record(staff, authorization.patient)
    form = NoticeForm(
        request.POST or None,
        initial={"on": today()},
        since=notice.event.happened_on,
        ask_day="Told, or decided, on",
        ask_how="How, and who was spoken to or written to; or why they need not be told",
    )
    if request.method == "POST" and form.is_valid():
        need_not = form.cleaned_data["told"] == "no"
        record_told(
            by=staff,
            authorization=authorization,
            notice_id=notice.pk,
            told_on=form.cleaned_data["on"],
            how=form.cleaned_data["how"],
            need_not=need_not,
        )
        messages.success(
            request, f"Recorded: {notice.recipient_name} {'need not be told' if need_not else 'was told'}."
        )
        return redirect("revocation-open", notice.event_id)
    context = {
        "patient": authorization.patient,
        "notice": notice,
        "line": queries.line_of(authorization, today()),
        "form": form,
    }
    return render(request, "authorizations/notice_told.html", context)


@require_safe
def revocation_form(request: HttpRequest, authorization_id: UUID) -> HttpResponse:
    """The form with which a patient takes this authorization back, filled in but for the signature."""
    staff = staff_of(request)
    authorization = policies.open_authorization(staff, authorization_id)
    record(
        by=staff,
        event=AuditEvent.PRINTED,
        subject=authorization,
        patient_id=authorization.patient_id,
        detail="revocation_form",
    )
    back = reverse("authorization-open", args=[authorization.pk])
    return _form(request, back, queries.line_of(authorization, local_date(timezone.now())))


@require_safe
def revocation_form_blank(request: HttpRequest) -> HttpResponse:
    """The same form with nothing filled in, for the waiting room."""
    require_act(staff_of(request), Act.AUTHORIZATION_RECORD)
    return _form(request, "/", None)


def _form(request: HttpRequest, back: str, line: queries.AuthorizationLine | None) -> HttpResponse:
    try:
        pdf = form_pdf(line)
    except PdfFailed:
        messages.error(request, "The form could not be made. Try again in a moment.")
        return redirect(back)
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = 'inline; filename="revocation-form.pdf"'
    return response
