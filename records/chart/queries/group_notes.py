"""What the notes of a session of several patients share. Every function takes a session that a doorway has opened."""

from practice.people.models import PatientName

from ..models import ChartNote, Encounter, SharedPart
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
