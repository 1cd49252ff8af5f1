"""What the views of this app share: one page for every form, one for every question."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from practice.infrastructure.refusals import Refused

from ..models import Patient, Staff


def staff_of(request: HttpRequest) -> Staff:
    """Who is asking: the middleware lets nobody else through."""
    return cast(Staff, request.user)


@dataclass(frozen=True, slots=True)
class Page:
    """A page with one form: its title, the words on the button, where it goes, whose record it is about."""

    title: str
    button: str
    back: str
    words: str = ""
    done: str = ""
    patient: Patient | None = None
    danger: bool = False


def form_page(request: HttpRequest, page: Page, form: forms.Form, act: Callable[[dict[str, Any]], Any]) -> HttpResponse:
    """Show the form; when it is sent and sound, act and go back. A refusal is a sentence above the fields."""
    if request.method == "POST" and form.is_valid():
        try:
            act(form.cleaned_data)
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}".strip())
        else:
            if page.done:
                messages.success(request, page.done)
            return redirect(page.back)
    return render(request, "people/form.html", {"page": page, "form": form, "patient": page.patient})
