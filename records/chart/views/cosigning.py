"""Pages of a trainee's note on its way to stand. Each: doorway, form, action, redirect."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from practice.infrastructure.refusals import Refused
from practice.people.models import Staff

from .. import policies
from ..actions.cosigning import cosign, return_note, settle_note
from ..forms.notes import ReturnForm
from ..queries.cosigning import request_to
from ..rules.notes import NoteState
from .shown import note_shown


@require_http_methods(["GET", "POST"])
def note_cosign(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """The note as its author signed it, to be co-signed or returned with a comment."""
    staff = cast(Staff, request.user)
    asked = policies.open_request(staff, request_id)
    note = asked.note
    if request_to(staff, note) != asked:
        messages.info(request, "This version of the note no longer waits for your signature.")
        return redirect("patient-page", note.patient_id) if note.is_draft else redirect("note-open", note.pk)
    returning = request.POST.get("then") == "return"
    form = ReturnForm(request.POST if returning else None)
    if request.method == "POST" and (not returning or form.is_valid()):
        try:
            if returning:
                return_note(by=staff, request_id=asked.pk, comment=form.cleaned_data["comment"])
                messages.success(request, f"Returned to {note.author.display_name} with your comment.")
                return redirect("patient-page", note.patient_id)
            note = cosign(by=staff, request_id=asked.pk)
        except Refused as refused:
            messages.error(request, f"{refused.refusal.words} {refused.refusal.remedy}")
            return redirect("patient-page", note.patient_id)
        final = note.state == NoteState.SIGNED
        messages.success(request, "Co-signed. The note stands." if final else "Co-signed. It waits for the others.")
        return redirect("note-open", note.pk)
    return render(request, "chart/note_cosign.html", {**note_shown(note, staff), "form": form, "asked": asked})


@require_POST
def note_settle(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Go on without supervisors who no longer supervise this treatment."""
    staff = cast(Staff, request.user)
    note = policies.open_note(staff, note_id)
    policies.check_settle(staff, note)
    try:
        settled = settle_note(by=staff, note_id=note.pk)
    except Refused as refused:
        messages.error(request, f"{refused.refusal.words} {refused.refusal.remedy}")
        return redirect("note-open", note.pk)
    final = settled.state == NoteState.SIGNED
    messages.success(request, "The note stands." if final else "The supervisors of today are asked to co-sign.")
    return redirect("note-open", note.pk)
