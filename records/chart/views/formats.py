"""Pages of note formats: the list, a copy, its sections. Each: doorway, form, action, redirect."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from practice.infrastructure.refusals import Refused
from practice.people.models import Staff
from practice.people.policies import require_role

from ..actions.formats import change_format_sections, copy_format, restore_format, retire_format
from ..forms.formats import LIMITS, OwnFormatForm
from ..models import NoteFormat
from ..policies import FORMAT_MAKERS
from ..queries.formats import newest


@require_GET
def format_list(request: HttpRequest) -> HttpResponse:
    """Every format with its sections: those in use, and those retired."""
    require_role(cast(Staff, request.user), *FORMAT_MAKERS)
    found = list(newest().select_related("made_by", "copied_from"))
    context = {
        "formats": [one for one in found if not one.retired],
        "retired": [one for one in found if one.retired],
    }
    return render(request, "chart/format_list.html", context)


def _opened(request: HttpRequest, format_id: UUID) -> tuple[Staff, NoteFormat]:
    """The doorway: by role, then the format as it is or was."""
    staff = cast(Staff, request.user)
    require_role(staff, *FORMAT_MAKERS)
    return staff, get_object_or_404(NoteFormat, pk=format_id)


@require_POST
def format_copy(request: HttpRequest, format_id: UUID) -> HttpResponse:
    """A copy of a format, to be changed on the next page."""
    staff, source = _opened(request, format_id)
    made = copy_format(by=staff, source_id=source.pk)
    messages.success(request, "Here is the copy. Give it a name and change its sections.")
    return redirect("format-edit", made.pk)


@require_http_methods(["GET", "POST"])
def format_edit(request: HttpRequest, format_id: UUID) -> HttpResponse:
    """Name and sections of a format of the practice's own; buttons for rows save nothing yet."""
    staff, base = _opened(request, format_id)
    if not base.is_own:
        return render(request, "chart/format_shown.html", {"format": base})
    if request.POST.get("row"):
        return _edit_page(request, base, OwnFormatForm(base=base, typed=request.POST))
    form = OwnFormatForm(request.POST or None, base=base)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            made = change_format_sections(
                by=staff,
                base_id=base.pk,
                name=given["name"],
                sections=given["sections"],
                occasional=given["occasional"],
            )
        except Refused as refused:
            form.add_error(None, f"{refused.refusal.words} {refused.refusal.remedy}")
        else:
            words = "Saved as a new version. Notes already written keep theirs." if made != base else "Nothing changed."
            messages.success(request, words)
            return redirect("format-list")
    return _edit_page(request, base, form)


def _edit_page(request: HttpRequest, base: NoteFormat, form: OwnFormatForm) -> HttpResponse:
    return render(request, "chart/format_edit.html", {"format": base, "form": form, "limits": LIMITS})


@require_POST
def format_retire(request: HttpRequest, format_id: UUID) -> HttpResponse:
    """Offer a format no longer."""
    staff, base = _opened(request, format_id)
    try:
        retire_format(by=staff, base_id=base.pk)
        messages.success(request, f"{base.name} is no longer offered. Notes written in it stay as they are.")
    except Refused as refused:
        messages.error(request, f"{refused.refusal.words} {refused.refusal.remedy}")
    return redirect("format-list")


@require_POST
def format_restore(request: HttpRequest, format_id: UUID) -> HttpResponse:
    """Offer a retired format again."""
    staff, base = _opened(request, format_id)
    try:
        restore_format(by=staff, base_id=base.pk)
        messages.success(request, f"{base.name} is offered again.")
    except Refused as refused:
        messages.error(request, f"{refused.refusal.words} {refused.refusal.remedy}")
    return redirect("format-list")
