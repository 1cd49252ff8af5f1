"""Lists and reading."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from practice.people.models import Staff
from practice.people.policies import open_chart, require_role
from practice.people.rules import CLINICAL_ROLES
from records.psychotherapy import vault
from records.psychotherapy.ids import new_id
from records.psychotherapy.policies import refusal_to_keep
from records.psychotherapy.rules import Exclusion
from records.psychotherapy.sheets import LABELS, blank, header_of, names_of
from records.psychotherapy.vault import NoteHead, NoteText


@dataclass(frozen=True, slots=True)
class Line:
    """One note in a list, with the names of those it speaks of and, for training, its author's."""

    head: NoteHead
    names: str
    author: str = ""


def _lines(heads: Iterable[NoteHead]) -> list[Line]:
    heads = list(heads)
    names = names_of(patient for head in heads for patient in head.patients)
    return [Line(head, ", ".join(sorted(names.get(patient, "") for patient in head.patients))) for head in heads]


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The author's own drafts and notes about everybody, and what others opened to them for training."""
    staff = cast(Staff, request.user)
    require_role(staff, *sorted(CLINICAL_ROLES))
    context = {
        "drafts": _lines(vault.my_drafts(staff)),
        "notes": _lines(vault.my_notes(staff)),
        "opened": _with_authors(_lines(vault.notes_opened_to(staff))),
        "refusal": refusal_to_keep(staff),
    }
    return render(request, "psychotherapy/home.html", context)


def _with_authors(lines: list[Line]) -> list[Line]:
    people = Staff.objects.in_bulk({line.head.author for line in lines})
    return [Line(line.head, line.names, people[line.head.author].display_name) for line in lines]


@require_GET
def note_list(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The author's own notes about one patient: the tab that every clinician has, whether or not there are any."""
    staff = cast(Staff, request.user)
    patient = open_chart(staff, patient_id)
    context = {
        "patient": patient,
        "drafts": _lines(vault.my_drafts(staff, patient.pk)),
        "notes": _lines(vault.my_notes(staff, patient.pk)),
        "opened": _with_authors(_lines(vault.notes_opened_to(staff, patient.pk))),
        "refusal": refusal_to_keep(staff),
        **LABELS,
    }
    return render(request, "psychotherapy/list.html", context)


def _read(staff: Staff, note_id: UUID, *, printing: bool = False) -> NoteText:
    note = vault.read(staff, note_id, printing=printing)
    if note is None:
        raise Http404
    return note


def _page(request: HttpRequest, note: NoteText, template: str) -> HttpResponse:
    people = Staff.objects.in_bulk({note.head.author, *(event.actor for event in note.history)})
    history = [(event, people[event.actor].display_name) for event in note.history if event.actor in people]
    names = sorted(names_of(note.head.patients).values())
    patient = header_of(cast(Staff, request.user), note.head.patients)
    moved = vault.moved_sentences(cast(Staff, request.user), note.head.id) if note.mine else []
    kinds = dict(Exclusion.choices)
    context: dict[str, Any] = {"note": note, "names": names, "patient": patient, "history": history}
    context["moved"] = [(line, kinds.get(line.exclusion, "")) for line in moved]
    return render(request, template, context | {"author": people[note.head.author]} | LABELS)


@require_GET
def note_open(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """A signed note and its addenda; an addendum leads to its note."""
    note = _read(cast(Staff, request.user), note_id)
    if note.head.addendum_to:
        return redirect("psychotherapy-note-open", note.head.addendum_to)
    return _page(request, note, "psychotherapy/note.html")


@require_GET
def note_print(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """The note on paper for its author, marked on every page; written down as a print."""
    note = _read(cast(Staff, request.user), note_id, printing=True)
    if not note.mine or note.text is None:
        raise Http404
    return _page(request, note, "psychotherapy/print.html")


@require_GET
def addendum_new(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """A blank sheet for an addendum, or the one already begun."""
    staff = cast(Staff, request.user)
    note = _read(staff, note_id)
    if not note.mine or note.head.addendum_to or note.destroyed_at:
        raise Http404
    if note.open_addendum:
        return redirect("psychotherapy-draft-edit", note.open_addendum)
    head = note.head
    if refusal := refusal_to_keep(staff):
        # shown, not raised: a refusal in the practice's audit trail would tell that there is a note to add to
        sheet = {**LABELS, "refusal": refusal, "is_addendum": True}
    else:
        sheet = blank(
            staff, new_id(staff.pk), head.patients, head.session_on, session=head.session, addendum_to=head.id
        )
    names = sorted(names_of(head.patients).values())
    return render(request, "psychotherapy/draft.html", {"sheet": sheet, "names": names})
