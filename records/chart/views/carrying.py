"""Bringing sections over from an earlier note: doorway, choice, action, redirect."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from practice.infrastructure.refusals import Refused
from practice.people.models import Staff

from .. import policies
from ..actions.carrying import bring_over
from ..queries.carrying import fits, offered, sources_of


@require_http_methods(["GET", "POST"])
def note_bring(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """The last notes to choose from; the chosen one section by section with a box each. What is ticked is copied into
    the draft and marked there.
    """
    staff = cast(Staff, request.user)
    note = policies.open_draft(staff, note_id)
    sources = sources_of(note)
    if request.method == "POST":
        chosen = next((one for one in sources if str(one.pk) == request.POST.get("source")), None)
        keys = request.POST.getlist("keys")
        if chosen is None or not keys:
            messages.error(request, "Nothing was brought over: tick at least one section.")
            back = reverse("note-bring", args=[note.pk])
            return redirect(f"{back}?from={chosen.pk}" if chosen else back)
        try:
            bring_over(by=staff, note_id=note.pk, source_id=chosen.pk, keys=keys)
        except Refused as refused:
            messages.error(request, f"Nothing was brought over. {refused.refusal.words} {refused.refusal.remedy}")
            return redirect("note-bring", note.pk)
        messages.success(request, "Brought over. Each section says so until you have edited it.")
        return redirect("note-edit", note.pk)
    source = next((one for one in sources if str(one.pk) == request.GET.get("from")), next(iter(sources), None))
    parts = offered(note, source) if source else []
    context = {
        "note": note,
        "patient": note.patient,
        "sources": [(one, fits(note, one)) for one in sources],
        "source": source,
        "parts": parts,
        "may_bring": any(part.fits for part in parts),
    }
    return render(request, "chart/note_bring.html", context)
