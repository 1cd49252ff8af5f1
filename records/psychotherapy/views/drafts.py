"""Writing and signing."""

from datetime import date
from typing import Any, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal, Refused
from practice.infrastructure.templatetags.look import time_of_day
from practice.people.models import Staff
from practice.people.policies import open_chart
from records.psychotherapy import vault
from records.psychotherapy.forms import DraftForm
from records.psychotherapy.ids import given_to, new_id
from records.psychotherapy.policies import refusal_to_keep
from records.psychotherapy.rules import UNREADABLE, EventKind
from records.psychotherapy.sheets import blank, editor, header_of, marks_of, names_of, shown
from records.psychotherapy.vault import DraftText, Saved, StaleDraft

GONE = "This draft is no longer there; perhaps you discarded it in another window. Saving again keeps your text anew."
SIGNED = "This note was signed in another window. Saving again keeps your text as an addendum, to be signed later."
NOTHING_TO_SIGN = "Nothing is written yet, so there is nothing to sign."
BOTH_KEPT = "You saved this note in another window meanwhile. Both texts are kept."


@require_GET
def draft_new(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Gives the note its id, so that reloading the page finds it again."""
    path = reverse("psychotherapy-draft-begin", args=[patient_id, new_id(cast(Staff, request.user).pk)])
    query = request.GET.urlencode()
    return redirect(f"{path}?{query}" if query else path)


@require_GET
def draft_begin(request: HttpRequest, patient_id: UUID, draft_id: UUID) -> HttpResponse:
    """A blank sheet about a patient, for the session and day given in the address."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    if refusal := refusal_to_keep(staff):
        raise Refused(refusal)
    if begun := vault.head_of_mine(staff, draft_id):
        return redirect("psychotherapy-draft-edit" if begun.is_draft else "psychotherapy-note-open", draft_id)
    sheet = blank(staff, draft_id, [patient.pk], _day(request), session=_session(request))
    return render(request, "psychotherapy/draft.html", {"sheet": sheet, "patient": patient})


def _day(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        return today()


def _session(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("session", ""))
    except ValueError:
        return None


@require_GET
def draft_edit(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The draft to go on with, and beside it whatever another window saved."""
    staff = cast(Staff, request.user)
    draft = _open(staff, draft_id)
    context = {"sheet": editor(staff, draft), **_about(staff, draft)}
    return render(request, "psychotherapy/draft.html", context)


def _open(staff: Staff, draft_id: UUID) -> DraftText:
    draft = vault.open_draft(staff, draft_id)
    if draft is None:
        raise Http404
    return draft


def _about(staff: Staff, draft: DraftText) -> dict[str, Any]:
    """The draft, whom it speaks of, and the header that stands above it."""
    names = sorted(names_of(draft.head.patients).values())
    return {"draft": draft, "names": names, "patient": header_of(staff, draft.head.patients)}


@require_POST
@sensitive_post_parameters()
def draft_save(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Saves, in the background (JSON) or by the button. A text that could not be saved always comes back."""
    staff = cast(Staff, request.user)
    if not staff.is_clinical:
        vault.record_event(staff, EventKind.REFUSED, note=draft_id)
        raise Http404
    form = DraftForm(request.POST, staff=staff, named=_named_already(staff, draft_id))
    to_sign = form.is_valid() and request.POST.get("then") == "sign"
    if to_sign and not (form.cleaned_data["text"].strip() or vault.has_attachments(staff, draft_id)):
        form.add_error("text", NOTHING_TO_SIGN)  # an empty draft is not begun by looking for the way to sign
    if not form.is_valid():
        return _not_saved(request, form, draft_id, _first_error(form))
    if not given_to(staff.pk, draft_id) and vault.head_of_mine(staff, draft_id) is None:
        # the same answer whether somebody else has a note of this id or nobody has
        vault.record_event(staff, EventKind.REFUSED, note=draft_id)
        return _gone(request, form, GONE, addendum_to=None)
    asked = form.cleaned_data
    try:
        saved = vault.save_draft(
            staff,
            draft_id=draft_id,
            patients=[patient.pk for patient in asked["patients"]],
            session=asked["session"],
            session_on=asked["session_on"],
            text=asked["text"],
            base_version=asked["version"],
            addendum_to=asked["addendum_to"],
        )
    except Refused as refused:
        return _not_saved(request, form, draft_id, _sentence(refused.refusal))
    return _answer(request, form, saved)


def _named_already(staff: Staff, draft_id: UUID) -> tuple[UUID, ...]:
    """Patients the stored draft names: they stay, even when the care for them has ended."""
    head = vault.head_of_mine(staff, draft_id)
    return head.patients if head else ()


def _sentence(refusal: Refusal) -> str:
    return f"{refusal.words} {refusal.remedy}".strip()


def _first_error(form: DraftForm) -> str:
    return str(next(iter(form.errors.values()))[0])


def _in_background(request: HttpRequest) -> bool:
    return request.headers.get("X-Requested-With") == "autosave"


def _answer(request: HttpRequest, form: DraftForm, saved: Saved) -> HttpResponse:
    edit = reverse("psychotherapy-draft-edit", args=[saved.id])
    if saved.outcome == "saved":
        if _in_background(request):
            told = {"saved_at": time_of_day(saved.saved_at), "version": saved.version}
            return JsonResponse(told | {"marks": _places(marks_of(form.cleaned_data["text"]))})
        return redirect(_where_next(request, form, saved))
    if saved.outcome == "conflict":
        if _in_background(request):
            return JsonResponse({"problem": BOTH_KEPT, "href": edit}, status=409)
        messages.warning(request, BOTH_KEPT)
        return redirect(edit)
    if saved.outcome == "unreadable":
        return _not_saved(request, form, saved.id, _sentence(UNREADABLE))
    if saved.outcome == "signed":
        return _gone(request, form, SIGNED, addendum_to=saved.id)
    return _gone(request, form, GONE, addendum_to=None)


def _places(marks: list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Where the marks are and why. The page has the text: the answer does not repeat it."""
    return [{key: mark[key] for key in ("start", "end", "kind", "reason")} for mark in marks or ()]


def _where_next(request: HttpRequest, form: DraftForm, saved: Saved) -> str:
    back = _here(request, form.cleaned_data["next"])
    if request.POST.get("then") == "attach":
        return reverse("psychotherapy-attachment-new", args=[saved.id])
    if request.POST.get("then") == "sign":
        onward = f"?{urlencode({'next': back})}" if back else ""
        return reverse("psychotherapy-draft-sign", args=[saved.id]) + onward
    return back or reverse("psychotherapy-draft-edit", args=[saved.id])


def _here(request: HttpRequest, wanted: str) -> str:
    """The page to go back to, such as the note page with the progress note beside; "" for anywhere but this product."""
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if wanted and allowed else ""


def _not_saved(request: HttpRequest, form: DraftForm, draft_id: UUID, problem: str) -> HttpResponse:
    if _in_background(request):
        return JsonResponse({"problem": f"Not saved: {problem}"}, status=422)
    context = {"sheet": shown(form, draft_id), "problem": "" if form.errors else problem}
    return render(request, "psychotherapy/draft.html", context, status=422)


def _gone(request: HttpRequest, form: DraftForm, words: str, *, addendum_to: UUID | None) -> HttpResponse:
    """The text as it was typed, as a new draft: an addendum when the note was signed meanwhile."""
    if _in_background(request):
        return JsonResponse({"problem": f"Not saved. {words}"}, status=422)
    staff, again = cast(Staff, request.user), request.POST.copy()
    again["version"] = "0"
    if addendum_to:
        again["addendum_to"] = str(addendum_to)
    named = [patient.pk for patient in form.cleaned_data["patients"]]
    fresh = DraftForm(again, staff=staff, named=named)
    context = {"sheet": shown(fresh, new_id(staff.pk)), "problem": words}
    return render(request, "psychotherapy/draft.html", context, status=409)


@require_http_methods(["GET", "POST"])
def draft_sign(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Shows the note as it will stand; signs exactly that."""
    staff = cast(Staff, request.user)
    if request.method == "POST":
        return _sign(request, staff, draft_id)
    draft = _open(staff, draft_id)
    if draft.text is None or draft.branches or not (draft.text.strip() or draft.attachments):
        # what cannot be opened, and two texts, are told by the page itself
        if draft.text is not None and not draft.branches:
            messages.error(request, NOTHING_TO_SIGN)
        return redirect("psychotherapy-draft-edit", draft_id)
    back = _here(request, request.GET.get("next", ""))
    return render(request, "psychotherapy/sign.html", _about(staff, draft) | {"back": back})


def _sign(request: HttpRequest, staff: Staff, draft_id: UUID) -> HttpResponse:
    try:
        head = vault.sign(staff, draft_id=draft_id, version=_version(request), attached=_attached(request))
    except StaleDraft as stale:
        messages.error(request, _sentence(stale.refusal))
        return redirect("psychotherapy-draft-edit", draft_id)
    if head is None:
        raise Http404
    messages.success(request, "Signed and sealed. It stays as it is; you can add to it.")
    back = _here(request, request.POST.get("next", ""))
    return redirect(back) if back else redirect("psychotherapy-note-open", head.addendum_to or head.id)


def _attached(request: HttpRequest) -> list[UUID]:
    """The files that stood on the page that signs."""
    try:
        return [UUID(one) for one in request.POST.getlist("attached")]
    except ValueError:
        return []


def _version(request: HttpRequest) -> int:
    value = request.POST.get("version", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else -1


@require_http_methods(["GET", "POST"])
def draft_discard(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Asks once more, then deletes the draft and its key for good."""
    staff = cast(Staff, request.user)
    if request.method == "GET":
        draft = _open(staff, draft_id)
        return render(request, "psychotherapy/discard.html", _about(staff, draft))
    try:
        discarded = vault.discard_draft(staff, draft_id=draft_id, version=_version(request))
    except StaleDraft as stale:
        messages.error(request, _sentence(stale.refusal).replace("signed", "discarded"))
        return redirect("psychotherapy-draft-edit", draft_id)
    if not discarded:
        raise Http404
    messages.success(request, "The draft was discarded. Nothing of it is kept.")
    return redirect("psychotherapy-home")


@require_POST
def branch_settle(request: HttpRequest, draft_id: UUID, branch_id: UUID) -> HttpResponse:
    """Decides about one of two kept texts."""
    choice = request.POST.get("choice", "")
    if choice not in ("append", "swap", "discard"):
        raise Http404
    try:
        settled = vault.settle_branch(
            cast(Staff, request.user),
            draft_id=draft_id,
            branch_id=branch_id,
            choice=choice,  # type: ignore[arg-type]
            version=_version(request),
        )
    except StaleDraft as stale:
        messages.error(request, _sentence(stale.refusal))
        return redirect("psychotherapy-draft-edit", draft_id)
    if not settled:
        raise Http404
    return redirect("psychotherapy-draft-edit", draft_id)
