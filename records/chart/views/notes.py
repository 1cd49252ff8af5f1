"""Pages of notes. Each: doorway, form, action, redirect."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.compliance.queries import practice_profile
from practice.infrastructure.pdf import PdfFailed
from practice.infrastructure.refusals import Refused
from practice.infrastructure.templatetags.look import time_of_day
from practice.people.models import Staff
from practice.people.policies import open_chart, supervisors_of, works_under_supervision

from .. import documents, policies
from ..actions.notes import (
    add_addendum,
    change_format,
    discard_draft,
    discard_other_text,
    save_draft,
    sign_note,
    start_note,
    use_other_text,
)
from ..actions.treatment import tick_goals
from ..forms.notes import AddendumForm, FormatForm, LateReasonForm, NewNoteForm, NoteForm, note_sheet
from ..models import ChartNote
from ..queries.notes import note_written
from ..rules.formats import missing_labels
from ..rules.notes import NoteState, refusal_to_add
from .shown import note_shown


@require_POST
def note_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Begin a note for a session on record, or for today without a session."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    form = NewNoteForm(request.POST, by=staff, patient=patient)
    if not form.is_valid():
        why = " ".join(str(error) for error in form.errors.get("on", []))
        messages.error(request, f"This note could not be begun. {why or 'Choose the session and the format again.'}")
        return redirect("session-new", patient.pk)
    given = form.cleaned_data
    note = start_note(by=staff, patient=patient, format=given["format"], encounter=given["session"], on=given["on"])
    return redirect("note-edit", note.pk)


@require_GET
def note_open(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """A note as it stands, with its addenda; the author of a draft goes to write it."""
    note = policies.open_note(cast(Staff, request.user), note_id)
    if note.state == NoteState.DRAFT:
        return redirect("note-edit", note.pk)
    return _note_page(request, note, AddendumForm())


def _note_page(request: HttpRequest, note: ChartNote, form: AddendumForm) -> HttpResponse:
    context = {**note_shown(note, cast(Staff, request.user)), "form": form}
    return render(request, "chart/note.html", context)


def _draft_page(request: HttpRequest, note: ChartNote, form: NoteForm) -> HttpResponse:
    """The draft with what was typed and why it was not saved. Writing itself is on the desk's page, `note-edit`."""
    return render(request, "chart/note_edit.html", {"patient": note.patient, **note_sheet(note, form)})


@require_POST
def note_save(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Save the draft. A page that saves by itself is answered in JSON; with a button it goes where the button says."""
    staff = cast(Staff, request.user)
    note = policies.draft_to_save(staff, note_id)
    by_itself = request.headers.get("X-Requested-With") == "autosave"
    edit = reverse("note-edit", args=[note.pk])
    form = NoteForm(request.POST, note=note)
    if not form.is_valid():
        problem = (
            " ".join(map(str, form.non_field_errors()))
            or "This page is too old to save from. Copy your text and reload."
        )
        return JsonResponse({"problem": problem}, status=422) if by_itself else _draft_page(request, note, form)
    saved = save_draft(
        by=staff,
        note_id=note.pk,
        sections=form.cleaned_data["sections"],
        base_version=form.cleaned_data["version"],
        window=form.cleaned_data["window"],
    )
    if "goals_shown" in request.POST and not saved.branch:
        tick_goals(by=staff, note_id=note.pk, goal_ids=request.POST.getlist("goal"))
    if saved.branch:
        problem = "This draft was saved from another window too. Both texts are kept."
        if by_itself:
            return JsonResponse(
                {"problem": problem, "href": f"{edit}?texts={saved.note.version}#two-texts"}, status=409
            )
        messages.warning(request, f"{problem} Choose below.")
        return redirect(f"{edit}#two-texts")
    if by_itself:
        return JsonResponse({"saved_at": time_of_day(saved.note.saved_at), "version": saved.note.version})
    following = {"sign": "note-sign", "bring": "note-bring"}.get(request.POST.get("then", ""), "note-edit")
    return redirect(following, note.pk)


@require_POST
def note_format(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Write an empty draft in another format."""
    staff = cast(Staff, request.user)
    note = policies.open_draft(staff, note_id)
    form = FormatForm(request.POST)
    if form.is_valid():
        try:
            change_format(by=staff, note_id=note.pk, format=form.cleaned_data["format"])
        except Refused as refused:
            messages.error(request, f"{refused.refusal.words} {refused.refusal.remedy}")
    return redirect("note-edit", note.pk)


@require_http_methods(["GET", "POST"])
def note_sign(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """The note as it will stand; then signed."""
    staff = cast(Staff, request.user)
    note = policies.open_draft(staff, note_id)
    form = LateReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            seen = int(request.POST.get("seen_version", ""))
        except ValueError:
            seen = -1
        try:
            signed = sign_note(
                by=staff, note_id=note.pk, seen_version=seen, late_reason=form.cleaned_data["late_reason"]
            )
        except Refused as refused:
            messages.error(request, f"Not signed. {refused.refusal.words} {refused.refusal.remedy}")
            return redirect("note-edit", note.pk)
        words = "Signed. From now on this note only takes addenda."
        if signed.state == NoteState.AWAITING:
            words = "Signed. It now waits for your supervisors, and no longer changes."
        messages.success(request, words)
        return redirect("note-open", note.pk)
    if problem := _not_ready(note):
        messages.error(request, problem)
        return redirect("note-edit", note.pk)
    under = works_under_supervision(staff, note.patient)
    context = {
        **note_shown(note, staff),
        "form": form,
        "supervisors": supervisors_of(note.patient, trainee=staff) if under else (),
    }
    return render(request, "chart/note_sign.html", context)


def _not_ready(note: ChartNote) -> str:
    """Why there is nothing to show for signing yet, or ""."""
    if not note_written(note):
        return "Nothing is written yet, so there is nothing to sign."
    if note.branches.exists():
        return "Two texts of this note are kept. Choose one of them, then sign."
    missing = missing_labels(note.format.sections, note.sections)
    return f"Fill in {' and '.join(missing)}, then sign." if missing else ""


@require_POST
def note_addendum(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Add a signed addition to a signed note."""
    staff = cast(Staff, request.user)
    note = policies.open_note(staff, note_id)
    form = AddendumForm(request.POST)
    if not form.is_valid():
        return _note_page(request, note, form)
    if refusal := refusal_to_add(note.state):
        messages.error(request, f"Not added. {refusal.words} {refusal.remedy}")
        return _note_page(request, note, form)
    add_addendum(by=staff, note_id=note.pk, text=form.cleaned_data["text"])
    messages.success(request, "The addendum is signed and stands below the note.")
    return redirect("note-open", note.pk)


@require_http_methods(["GET", "POST"])
def note_discard(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Let go of a draft, asked once more."""
    staff = cast(Staff, request.user)
    note = policies.open_draft(staff, note_id)
    if request.method == "POST":
        patient_id = note.patient_id
        try:
            discard_draft(by=staff, note_id=note.pk)
        except Refused as refused:
            messages.error(request, f"Not discarded. {refused.refusal.words} {refused.refusal.remedy}")
            return redirect("note-edit", note.pk)
        messages.success(request, "The draft is discarded.")
        return redirect("patient-page", patient_id)
    context = {
        "title": "Discard this draft?",
        "words": "Its text cannot be brought back. The session stays on record.",
        "button": "Discard the draft",
        "back": reverse("note-edit", args=[note.pk]),
        "danger": True,
    }
    return render(request, "components/confirm.html", context)


@require_POST
def note_text_use(request: HttpRequest, note_id: UUID, text_id: UUID) -> HttpResponse:
    """Of two texts of a draft, take the other one; this one is kept in its place."""
    staff = cast(Staff, request.user)
    note = policies.open_draft(staff, note_id)
    get_object_or_404(note.branches, pk=text_id)
    use_other_text(by=staff, note_id=note.pk, branch_id=text_id)
    messages.success(request, "The other text is now the draft. The text before it is kept beside it.")
    return redirect("note-edit", note.pk)


@require_POST
def note_text_discard(request: HttpRequest, note_id: UUID, text_id: UUID) -> HttpResponse:
    """Of two texts of a draft, let go of the other one."""
    staff = cast(Staff, request.user)
    note = policies.open_draft(staff, note_id)
    discard_other_text(by=staff, note_id=note.pk, branch_id=text_id)
    messages.success(request, "The other text is discarded.")
    return redirect("note-edit", note.pk)


@require_GET
def note_print(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """One note as a PDF for use inside the practice, marked so on every page."""
    staff = cast(Staff, request.user)
    note = policies.open_note(staff, note_id)
    try:
        pdf = documents.internal_note_pdf(note, practice=practice_profile(), printed_by=staff)
    except PdfFailed:
        messages.error(request, "The PDF could not be made. Try again; if it fails again, tell your administrator.")
        return redirect("note-open", note.pk)
    record(by=staff, event=AuditEvent.PRINTED, subject=note, patient_id=note.patient_id, detail="internal_copy")
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="progress-note-{note.on}-internal-copy.pdf"'
    return response
