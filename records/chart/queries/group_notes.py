"""What the notes of a session of several patients share. Every function takes a session that a doorway has opened."""

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from practice.people.models import Patient, PatientName

from ..models import ChartNote, Encounter, Participation, SharedPart
from ..rules.names import names_found
from ..rules.notes import NoteState

SHARED_LABEL = "About the session as a whole"


def carries_shared_part(note: ChartNote) -> bool:
    """Whether a note comes with the shared part: the notes of whoever held the session do, another's do not."""
    return note.encounter is not None and note.encounter.clinician_id == note.author_id


def shared_text(encounter: Encounter) -> str:
    """The shared part of a session; "" when there is none."""
    try:
        return encounter.shared_part.text or ""
    except SharedPart.DoesNotExist:
        return ""


def shared_written(note: ChartNote) -> list[dict[str, str]]:
    """The shared part as it stands under a note, as label and text; empty when there is none."""
    if note.encounter is None or not carries_shared_part(note):
        return []
    text = shared_text(note.encounter)
    return [{"label": SHARED_LABEL, "text": text}] if text.strip() else []


def shared_is_fixed(encounter: Encounter) -> bool:
    """Whether a note that carries the shared part is signed, so that it no longer changes."""
    signed = ChartNote.objects.filter(encounter=encounter, author_id=encounter.clinician_id)
    return signed.exclude(state=NoteState.DRAFT).exists()


def names_in_shared(encounter: Encounter, text: str) -> list[str]:
    """The words of the text by which it names any participant of a session of several patients."""
    parts = encounter.participations.filter(taken_off=False).select_related("patient")
    patients = [part.patient for part in parts]
    if len(patients) < 2:
        return []
    names = [name for one in patients for name in (one.legal_name, one.preferred_name, one.sort_name) if name]
    names += PatientName.objects.filter(patient__in=patients).values_list("text", flat=True)
    return names_found(text, names)


def others_named(
    note_ids: Iterable[UUID], patient: Patient, texts: Mapping[UUID, str] | None = None
) -> dict[UUID, frozenset[UUID]]:
    """For notes of one patient on sessions of several: the other patients of the session whom each note names (R-008).

    By id of the note, those that name nobody left out. Every text that leaves with the note is read: its sections, the
    shared part, its addenda; or `texts`, by note, where something is left out of it.
    """
    notes = ChartNote.objects.filter(pk__in=on_joint_sessions(note_ids), patient=patient)
    rows = list(notes.select_related("encounter", "format").prefetch_related("addenda"))
    found = {note.pk: frozenset(_others_in(note, patient, (texts or {}).get(note.pk))) for note in rows}
    return {pk: others for pk, others in found.items() if others}


def on_joint_sessions(note_ids: Iterable[UUID]) -> set[UUID]:
    """Of these notes, those on sessions of several patients."""
    several = Count("encounter__participations", filter=Q(encounter__participations__taken_off=False))
    notes = ChartNote.objects.filter(pk__in=note_ids, encounter__isnull=False).annotate(several=several)
    return set(notes.filter(several__gt=1).values_list("pk", flat=True))


def joint_notes_about(patient: Patient) -> QuerySet[ChartNote]:
    """The notes of other patients on sessions at which this one was as well: those that may speak of them."""
    sat_in = Participation.objects.filter(patient=patient, taken_off=False).values("encounter")
    return ChartNote.objects.filter(encounter__in=sat_in).exclude(patient=patient)


def _others_in(note: ChartNote, patient: Patient, whole: str | None) -> Iterator[UUID]:
    if note.encounter is None:
        return
    if whole is None:
        added = (one.text for one in note.addenda.all())
        texts = [*(note.sections or {}).values(), shared_text(note.encounter), *added]
        whole = "\n".join(str(text) for text in texts if text)
    parts = note.encounter.participations.filter(taken_off=False).exclude(patient=patient).select_related("patient")
    for part in parts:
        one = part.patient
        names = [name for name in (one.legal_name, one.preferred_name, one.sort_name) if name]
        if names_found(whole, [*names, *PatientName.objects.filter(patient=one).values_list("text", flat=True)]):
            yield one.pk
