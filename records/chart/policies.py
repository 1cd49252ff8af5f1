"""Who may open which session and which note. Lists and doorways come from the same rule.

A draft is its author's alone: for everybody else it does not exist. A signed note is for whoever may open the chart.
"""

from typing import NoReturn
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet
from django.http import Http404

from practice.audit.actions import record
from practice.audit.rules import AuditEvent, Outcome
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to, may_open_chart, open_chart

from .models import ChartNote, Encounter
from .rules.notes import NoteState


def notes_visible_to(staff: Staff, patient: Patient) -> QuerySet[ChartNote]:
    """The notes of a patient that this person may read: signed ones, and drafts of their own."""
    if not may_open_chart(staff, patient):
        return ChartNote.objects.none()
    return patient.chart_notes.filter(readable_by(staff))


def readable_by(staff: Staff) -> Q:
    """The rule about drafts, for querysets of notes of a chart that is open already."""
    return Q(state=NoteState.SIGNED) | Q(author=staff)


def open_note(staff: Staff, note_id: UUID | str) -> ChartNote:
    """The doorway to one note. Raises Refused or Http404 as the chart's doorway does; 404 for another's draft."""
    note = ChartNote.objects.select_related("format", "author", "encounter", "patient").filter(pk=note_id).first()
    if note is None:
        _absent(staff, ChartNote, note_id)
    open_chart(staff, note.patient_id)
    if note.state == NoteState.DRAFT and note.author_id != staff.pk:
        _absent(staff, ChartNote, note_id, note.patient_id)
    record(by=staff, event=AuditEvent.VIEWED, subject=note, patient_id=note.patient_id, detail=note.state)
    return note


def open_draft(staff: Staff, note_id: UUID | str) -> ChartNote:
    """The doorway to a draft one may write in. Raises Refused when the note is signed."""
    note = open_note(staff, note_id)
    if note.state == NoteState.SIGNED:
        record(
            by=staff,
            event=AuditEvent.REFUSED,
            subject=note,
            patient_id=note.patient_id,
            outcome=Outcome.REFUSED,
            detail="note_signed",
        )
        raise Refused(note_is_signed())
    return note


def draft_to_save(staff: Staff, note_id: UUID | str) -> ChartNote:
    """The doorway for saving, which a page does by itself every few seconds: what is allowed is not recorded here.

    The action records one line per sitting. What is refused is refused and recorded as `open_draft` does.
    """
    own = ChartNote.objects.filter(pk=note_id, author=staff, state=NoteState.DRAFT)
    draft = own.filter(patient__in=charts_visible_to(staff)).select_related("format", "patient", "encounter").first()
    return draft or open_draft(staff, note_id)


def open_session(staff: Staff, encounter_id: UUID | str) -> tuple[Encounter, list[Patient]]:
    """The doorway to one session: itself, and its patients whose charts this person may open.

    The names of the other patients of a group are not given. Without any, the refusal is that of the first chart.
    """
    encounter = Encounter.objects.select_related("clinician").filter(pk=encounter_id).first()
    if encounter is None:
        _absent(staff, Encounter, encounter_id)
    patients = list(charts_visible_to(staff).filter(participations__encounter=encounter).order_by("sort_name"))
    if not patients:
        first = encounter.participations.order_by("pk").first()
        if first is None:
            _absent(staff, Encounter, encounter_id)
        patients = [open_chart(staff, first.patient_id)]
    for patient in patients:
        record(by=staff, event=AuditEvent.VIEWED, subject=encounter, patient_id=patient.pk, detail="session")
    return encounter, patients


def note_is_signed() -> Refusal:
    """Why a signed note does not change."""
    return Refusal(
        "NOTE_SIGNED",
        "This note is signed and no longer changes.",
        "Add an addendum: it stands below the note with its own date and signature.",
    )


def _absent(staff: Staff, model: type[models.Model], ident: UUID | str, patient_id: UUID | None = None) -> NoReturn:
    record(
        by=staff,
        event=AuditEvent.REFUSED,
        subject_type=model,
        subject_id=str(ident),
        patient_id=patient_id,
        outcome=Outcome.REFUSED,
        detail="not_found",
    )
    raise Http404
