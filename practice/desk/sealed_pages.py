"""Pages where the sealed note and the chart meet: moving a sentence, and a sheet to jot on during a session."""

from typing import Any, cast
from uuid import UUID

from django import forms
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal, Refused
from practice.infrastructure.templatetags.look import day, time_of_day
from practice.people.models import Patient, Staff
from practice.people.policies import open_chart
from records.chart.models import ChartNote, Encounter
from records.chart.policies import notes_visible_to
from records.chart.queries.sessions import on_lists
from records.chart.rules.sessions import SessionState
from records.psychotherapy import vault
from records.psychotherapy.forms import MOST_SAVES
from records.psychotherapy.ids import given_to
from records.psychotherapy.rules import LONGEST_TEXT, EventKind, Exclusion
from records.psychotherapy.sheets import marks_of, sheet_context
from records.psychotherapy.vault import Passage, StaleDraft

from .links import path_to
from .moving import Move, Place, move_in, move_out, places_for, warning_to_move_in
from .session_people import patients_in


def _place_in_text() -> forms.IntegerField:
    return forms.IntegerField(required=False, min_value=0, max_value=4 * LONGEST_TEXT)


class MoveForm(forms.Form):
    """What a page says about the sentence it moves, at both ends."""

    token = forms.UUIDField()
    sentence = forms.CharField(strip=False, max_length=LONGEST_TEXT)
    version = forms.IntegerField(min_value=0, max_value=MOST_SAVES)
    at = _place_in_text()  # in the sealed text
    kind = forms.ChoiceField(choices=Exclusion.choices, required=False)
    patient = forms.UUIDField(required=False)
    note = forms.UUIDField(required=False)
    section = forms.CharField(required=False, max_length=60)
    chart_version = forms.IntegerField(required=False, min_value=0, max_value=MOST_SAVES)
    chart_at = _place_in_text()  # in the section
    sure = forms.BooleanField(required=False)

    def clean_sentence(self) -> str:
        sentence: str = self.cleaned_data["sentence"].replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")
        if not sentence.strip():
            raise forms.ValidationError("Choose a sentence.")
        return sentence

    @property
    def passage(self) -> Passage:
        given = self.cleaned_data
        return Passage(given["token"], given["sentence"], given["at"], given["version"])


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters()
def sentence_out(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """GET: where sentences of a sealed draft can go. POST: moves one there. JSON, for its author's page alone."""
    staff = cast(Staff, request.user)
    head = vault.head_of_mine(staff, draft_id)
    if head is None or not head.is_draft:
        vault.record_event(staff, EventKind.REFUSED, note=draft_id)
        raise Http404
    if request.method == "GET":
        return JsonResponse({"places": [_place(one) for one in places_for(staff, head, _asked_note(request))]})
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _problem("This sentence could not be moved. Load the page again, then try once more.", status=422)
    given = form.cleaned_data
    return _answer(
        lambda: move_out(
            by=staff,
            draft_id=draft_id,
            passage=form.passage,
            exclusion=given["kind"],
            patient_id=given["patient"],
            note_id=given["note"],
            section=given["section"],
            chart_version=given["chart_version"],
            chart_at=given["chart_at"],
        ),
        "Moved to the progress note",
    )


def _asked_note(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("note", ""))
    except ValueError:
        return None


def _place(place: Place) -> dict[str, Any]:
    told: dict[str, Any] = {
        "patient": str(place.patient.pk),
        "name": place.patient.legal_name,
        "note": str(place.note.pk) if place.note else "",
        "sections": [{"key": key, "label": label} for key, label in place.sections],
        "defaults": place.defaults,
    }
    return told | (_told(place.refusal) if place.refusal else {})


def _told(refusal: Refusal) -> dict[str, str]:
    return {"problem": f"{refusal.words} {refusal.remedy}".strip(), "href": refusal.link}


def _problem(words: str, *, status: int) -> JsonResponse:
    return JsonResponse({"problem": words}, status=status)


@require_POST
@sensitive_post_parameters()
def sentence_in(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Moves a sentence of a progress note still being written into the author's sealed draft, begun or blank."""
    staff = cast(Staff, request.user)
    form = MoveForm(request.POST)
    mine = given_to(staff.pk, draft_id) or vault.head_of_mine(staff, draft_id) is not None
    if not staff.is_clinical or not mine:
        vault.record_event(staff, EventKind.REFUSED, note=draft_id)
        raise Http404
    given = form.cleaned_data if form.is_valid() else {}
    if not all(given.get(name) is not None for name in ("note", "chart_version", "chart_at")):
        return _problem("This sentence could not be moved. Load the page again, then try once more.", status=422)
    note = ChartNote.objects.filter(pk=given["note"]).select_related("format", "patient").first()
    if note is None or not notes_visible_to(staff, note.patient).filter(pk=note.pk).exists():
        raise Http404
    if not given["sure"] and (warning := warning_to_move_in(note, given["sentence"])):
        return JsonResponse({"warning": warning}, status=409)
    return _answer(
        lambda: move_in(
            by=staff,
            draft_id=draft_id,
            passage=form.passage,
            note_id=note.pk,
            section=given["section"],
            chart_version=given["chart_version"],
            chart_at=given["chart_at"],
            exclusion=given["kind"],
        ),
        "Moved to the psychotherapy note",
    )


def _answer(move: Any, words: str) -> HttpResponse:
    """Both ends of a move for the page that shows them; what was not moved, and why, as a sentence."""
    try:
        made: Move | None = move()
    except Refused as refused:
        return JsonResponse(_told(refused.refusal), status=422)
    except StaleDraft as stale:
        return JsonResponse(_told(stale.refusal), status=409)
    if made is None:
        raise Http404
    return JsonResponse({"words": words, "sealed": _sealed_end(made), "chart": _chart_end(made)})


def _sealed_end(made: Move) -> dict[str, Any]:
    sealed = made.sealed
    told = {"version": sealed.version, "saved_at": time_of_day(sealed.saved_at), "marks": marks_of(sealed.text) or []}
    return told | ({"edit": sealed.edit} if sealed.edit else {"text": sealed.text})


def _chart_end(made: Move) -> dict[str, Any]:
    chart = made.chart
    told: dict[str, Any] = {"note": str(chart.note.pk), "section": chart.section, "label": chart.label}
    told |= {"version": chart.note.version, "saved_at": time_of_day(chart.note.saved_at), "on": day(chart.note.on)}
    told["href"] = path_to("note-edit", chart.note.pk)
    return told | ({"edit": chart.edit} if chart.edit else {"text": chart.note.sections.get(chart.section, "")})


@require_GET
def jot(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """One quiet field for use during a session: the same sealed draft that stands beside the progress note."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    session = _session(staff, patient, request.GET.get("session", ""))
    context = sheet_context(
        request,
        patient=patient,
        session_id=session.pk if session else None,
        session_on=timezone.localdate(session.started_at) if session else today(),
        also=[one for one in patients_in(session, staff) if one != patient.pk] if session else (),
        next=request.get_full_path(),
    )
    return render(request, "desk/jot.html", {"initials": initials(patient.legal_name), "patient": patient, **context})


def initials(name: str) -> str:
    """A patient as a page shows them that others may see over a shoulder: "T. L."."""
    return " ".join(f"{part[0]}." for part in name.split() if part[0].isalpha())


def _session(staff: Staff, patient: Patient, asked: str) -> Encounter | None:
    """The session asked for; else the person's own of today that is closest to now."""
    theirs = Encounter.objects.filter(pk__in=on_lists(patient).values("encounter_id"))
    theirs = theirs.exclude(state=SessionState.CANCELLED)
    try:
        return theirs.filter(pk=UUID(asked)).first()
    except ValueError:
        now = timezone.now()
        of_today = theirs.filter(clinician=staff, started_at__date=today())
        return min(of_today, key=lambda one: abs(one.started_at - now), default=None)
