"""Bringing sections over from the last note: doorway, choice, action, redirect."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from practice.infrastructure.refusals import Refused
from practice.people.models import Staff

from .. import policies
from ..actions.carrying import bring_over
from ..queries.carrying import offered, sources_of


@require_http_methods(["GET", "POST"])
def note_bring(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """The last note, section by section with a box each; what is ticked is copied into the draft and marked there."""
    staff = cast(Staff, request.user)
    note = policies.open_draft(staff, note_id)
    sources = sources_of(note)
    if request.method == "POST":
        chosen = next((one for one in sources if str(one.pk) == request.POST.get("source")), None)
        keys = request.POST.getlist("keys")
        if chosen is None or not keys:
            messages.error(request, "Nothing was brought over: tick at least one section.")
            return redirect("note-bring", note.pk)
        try:
            bring_over(by=staff, note_id=note.pk, source_id=chosen.pk, keys=keys)
        except Refused as refused:
            messages.error(request, f"Nothing was brought over. {refused.refusal.words} {refused.refusal.remedy}")
            return redirect("note-bring", note.pk)
        messages.success(request, "Brought over. Each section says so until you have edited it.")
        return redirect("note-edit", note.pk)
    shown = [{"note": source, "parts": offered(note, source)} for source in sources]
    return render(request, "chart/note_bring.html", {"note": note, "patient": note.patient, "sources": shown})
