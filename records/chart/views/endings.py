"""Cancelling a signed note: doorway, form, action, redirect."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from practice.infrastructure.refusals import Refused
from practice.people.models import Staff

from .. import policies
from ..actions.endings import cancel_note
from ..forms.notes import CancelForm
from ..rules.notes import CancelKind
from .shown import note_shown


@require_http_methods(["GET", "POST"])
def note_cancel(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Cancel a note that was signed, with the reason; its text stays readable."""
    staff = cast(Staff, request.user)
    note = policies.open_note(staff, note_id)
    policies.check_cancel(staff, note)
    form = CancelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            cancel_note(by=staff, note_id=note.pk, kind=CancelKind(given["kind"]), reason=given["reason"])
        except Refused as refused:
            messages.error(request, f"Not cancelled. {refused.refusal.words} {refused.refusal.remedy}")
        else:
            messages.success(request, "The note is cancelled. It stays readable and says so.")
        return redirect("note-open", note.pk)
    return render(request, "chart/note_cancel.html", {**note_shown(note, staff), "form": form})
