"""The sealed sheet: the same editor on its own page and beside a progress note."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from practice.compliance.queries import policy
from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from records.psychotherapy import vault
from records.psychotherapy.forms import DraftForm
from records.psychotherapy.guard import belongs_in_chart
from records.psychotherapy.passages import units as units_of
from records.psychotherapy.policies import patients_to_name, refusal_to_keep
from records.psychotherapy.rules import IN_THE_CHART, IN_THE_SEALED_NOTE, SEALED_UNCHANGED, Exclusion

LABELS = {
    "in_chart": IN_THE_CHART,
    "in_note": IN_THE_SEALED_NOTE,
    "exclusions": Exclusion.labels,
    "sealed_unchanged": SEALED_UNCHANGED,
}


def sheet_context(
    request: HttpRequest,
    *,
    patient: Patient,
    session_id: UUID | None,
    session_on: date,
    also: Iterable[UUID] = (),
    next: str = "",
) -> dict[str, Any]:
    """Context for `psychotherapy/sheet.html` beside the progress note of a session; `next` is where saving returns to.

    `also` are the other patients of the session: a new note is taken to speak of them too, until its author says
    otherwise (R-008).

    The caller's doorway has opened the chart. Whatever there is or is not, there is a sheet.
    """
    staff: Staff = request.user  # type: ignore[assignment]
    found = vault.sheet(staff, patient_id=patient.pk, session=session_id, session_on=session_on)
    if found.draft is not None:
        return {"sheet": editor(staff, found.draft, next=next, session=session_id) | {"notes": found.notes}}
    refusal = refusal_to_keep(staff)
    if found.notes or refusal:
        return {"sheet": {**LABELS, "notes": found.notes, "refusal": None if found.notes else refusal}}
    return {"sheet": blank(staff, found.blank_id, [patient.pk, *also], session_on, session=session_id, next=next)}


def editor(staff: Staff, draft: vault.DraftText, *, next: str = "", session: UUID | None = None) -> dict[str, Any]:
    """The sheet of a draft: its editor, or nothing to type in when the stored text cannot be opened now.

    A draft that belongs to no session yet joins `session` at its next save.
    """
    head = draft.head
    if draft.text is None:
        return {**LABELS, "draft": draft, "unreadable": True}
    form = DraftForm(
        staff=staff,
        named=head.patients,
        initial={
            "text": draft.text,
            "session_on": head.session_on,
            "patients": head.patients,
            "version": draft.version,
            "session": head.session or session,
            "addendum_to": head.addendum_to,
            "next": next,
        },
    )
    return shown(form, head.id, saved_at=head.saved_at, draft=draft)


def blank(
    staff: Staff,
    draft_id: UUID,
    patients: Iterable[UUID],
    session_on: date,
    *,
    session: UUID | None = None,
    addendum_to: UUID | None = None,
    next: str = "",
) -> dict[str, Any]:
    """The sheet of a note not begun yet. Its id is made here, so that a repeated first save is one draft."""
    named = list(patients)
    initial: dict[str, Any] = {"text": "", "session_on": session_on, "patients": named, "version": 0}
    initial |= {"session": session, "addendum_to": addendum_to, "next": next}
    return shown(DraftForm(staff=staff, named=named, initial=initial), draft_id)


def shown(form: DraftForm, draft_id: UUID, **more: Any) -> dict[str, Any]:
    """The sheet around a form, bound or not."""
    save = reverse("psychotherapy-draft-save", args=[draft_id])
    addendum = bool(form["addendum_to"].value())
    marks = marks_of(form["text"].value() or "")
    sheet = {"form": form, "save": save, "draft_id": draft_id, "is_addendum": addendum, "marks": marks}
    sheet["speaks_of"] = _chosen(form)
    return {**LABELS, **sheet, **more}


def _chosen(form: DraftForm) -> str:
    """Whom the note speaks of, as the form stands: names (R-008)."""
    return ", ".join(sorted(str(box.data["label"]) for box in form["patients"] if box.data["selected"]))


def marks_of(text: str) -> list[dict[str, Any]] | None:
    """What the definition guard marks in the author's own text, for the author's page; None when P-20 is switched off.

    Nothing of it is stored or logged. `start` and `end` count as browsers do, in UTF-16 units, lines ending in one.
    """
    if not policy("P-20", today()).value:
        return None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    found, at, units = [], 0, 0
    for mark in belongs_in_chart(text):
        start = units + units_of(text[at : mark.start])
        sentence = text[mark.start : mark.end]
        at, units = mark.end, start + units_of(sentence)
        found.append(
            {"start": start, "end": units, "kind": mark.category.value, "reason": mark.reason, "sentence": sentence}
        )
    return found


def header_of(staff: Staff, patients: Collection[UUID]) -> Patient | None:
    """The patient whose header stands above a note: of one person's note only, while their chart is open to the
    reader.
    """
    if len(patients) != 1:
        return None
    return patients_to_name(staff).filter(pk__in=patients).first()


def names_of(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Patients' names by id, for heads of the author's own notes."""
    rows = Patient.objects.filter(pk__in=set(ids)).values_list("pk", "legal_name")
    return dict(rows)
