"""Files of a sealed note: put on a draft, taken off it, shown to whoever may read the note."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from practice.infrastructure.copies import MAX_BYTES, as_original, as_page
from practice.people.models import Staff
from records.psychotherapy import vault
from records.psychotherapy.forms import AttachForm
from records.psychotherapy.sheets import header_of, names_of
from records.psychotherapy.vault import AttachedFile, DraftText, StaleDraft

NAME = "attachment"  # of a file that is shown or fetched: what it is called stays in the page


@require_http_methods(["GET", "POST"])
def attachment_new(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """What is attached to a draft, and more of it. A page that sends each file by itself is answered in JSON."""
    staff = cast(Staff, request.user)
    draft = vault.open_draft(staff, draft_id)  # before a byte of the file is looked at
    if draft is None:
        raise Http404
    form = AttachForm(request.POST or None, request.FILES or None)
    by_itself = request.headers.get("X-Requested-With") == "filing"
    if request.method == "POST" and form.is_valid():
        try:
            _attach(staff, draft, form)
        except StaleDraft as stale:
            form.add_error("scans", f"{stale.refusal.words} {stale.refusal.remedy}".strip())
        else:
            if by_itself:
                return JsonResponse({"filed": "Attached and sealed."}, status=201)
            messages.success(request, "Attached and sealed.")
            return redirect("psychotherapy-attachment-new", draft_id)
    if by_itself:
        return JsonResponse({"problems": form.errors.get_json_data()}, status=422)
    patients = draft.head.patients
    context = {
        "draft": draft,
        "form": form,
        "names": sorted(names_of(patients).values()),
        "patient": header_of(staff, patients),
        "max_bytes": MAX_BYTES,
    }
    return render(request, "psychotherapy/attach.html", context)


def _attach(staff: Staff, draft: DraftText, form: AttachForm) -> None:
    for name, taken in form.cleaned_data["scans"]:
        if vault.attach(staff, draft_id=draft.head.id, name=name, taken=taken) is None:
            raise Http404


@require_GET
def attachment_open(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """The copy that is shown, for whoever may read the note. No browser keeps it."""
    file = _file(request, attachment_id, original=False)
    return as_page(file.data, file.kind, NAME)


@require_GET
def attachment_original(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """The file as it came, for the author of the note alone, as a download."""
    file = _file(request, attachment_id, original=True)
    return as_original(file.data, file.kind, NAME)


def _file(request: HttpRequest, attachment_id: UUID, *, original: bool) -> AttachedFile:
    file = vault.open_attachment(cast(Staff, request.user), attachment_id, original=original)
    if file is None:
        raise Http404
    return file


@require_POST
def attachment_remove(request: HttpRequest, attachment_id: UUID) -> HttpResponse:
    """Take a file off a draft, for good."""
    try:
        draft_id = vault.remove_attachment(cast(Staff, request.user), attachment_id)
    except StaleDraft as kept:
        messages.error(request, f"{kept.refusal.words} {kept.refusal.remedy}")
        return redirect("psychotherapy-home")
    if draft_id is None:
        raise Http404
    messages.success(request, "The file was taken off. Nothing of it is kept.")
    return redirect("psychotherapy-attachment-new", draft_id)
