"""The questions a link asks; and, on the clinic's side, what became of a link."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from practice.people.models import Staff

from .actions import pass_link, stop_link
from .forms import AnswerForm
from .models import Link
from .passes import give_pass, passed_link
from .policies import open_link
from .rules import LinkPurpose, hash_of

# Where whoever has passed goes on, on the outside host, and where staff find what a link is about.
OUTSIDE_PLACES = {LinkPurpose.SIGN: "outside-sign", LinkPurpose.DOWNLOAD: "outside-download"}
CLINIC_PLACES = {LinkPurpose.SIGN: "authorization-open", LinkPurpose.DOWNLOAD: "release-open"}


@require_http_methods(["GET", "HEAD", "POST"])
def link_answer(request: HttpRequest, token: str) -> HttpResponse:
    """The two questions. Reading the page changes nothing, so whoever opens links ahead of people uses none up."""
    held = passed_link(request)
    if held is not None and held.token_hash == hash_of(token):
        return redirect(_place(held))
    form, refused = AnswerForm(request.POST or None), False
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        secret = pass_link(token=token, birth_date=data["birth_date"], code=data["code"])
        if secret:
            return give_pass(redirect("outside-go-on"), secret)
        refused = True
    return render(request, "outside/answer.html", {"form": form, "refused": refused})


@require_safe
def outside_go_on(request: HttpRequest) -> HttpResponse:
    """To what the link is for; its address is left behind."""
    link = passed_link(request)
    return redirect(_place(link)) if link else redirect("outside-spent")


def _place(link: Link) -> str:
    return reverse(OUTSIDE_PLACES[LinkPurpose(link.purpose)])


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain; charset=utf-8")


@require_http_methods(["GET", "POST"])
def link_open(request: HttpRequest, link_id: str) -> HttpResponse:
    """One link, for staff: what became of it, and the way to stop it."""
    staff = cast(Staff, request.user)
    link = open_link(staff, link_id)
    back = reverse(CLINIC_PLACES[LinkPurpose(link.purpose)], args=[link.subject_id])
    if request.method == "POST":
        stop_link(by=staff, link=link)
        messages.success(request, "Saved. The link does not work any more.")
        return redirect(back)
    return render(request, "outside/link.html", {"link": link, "patient": link.patient, "back": back})
