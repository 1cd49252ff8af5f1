"""Sessions, for pages and paper. Every function takes a chart that a doorway has opened."""

from django.db.models import Exists, OuterRef, QuerySet

from practice.people.models import Patient, Staff

from ..models import ChartNote, Encounter
from ..rules.notes import NoteState
from ..rules.sessions import SessionKind, minutes_between


def session_words(encounter: Encounter) -> str:
    """A session in a few words: "53 min, video"."""
    minutes = minutes_between(encounter.started_at, encounter.stopped_at)
    length = f"{minutes} min" if minutes is not None else ""
    place = encounter.get_modality_display().lower() if encounter.modality != "other" else ""
    return ", ".join(filter(None, [length, place]))


def session_title(encounter: Encounter) -> str:
    """What a session is called: by its imported title, else by its kind."""
    kind = SessionKind(encounter.kind)
    return encounter.title or (kind.label if kind == SessionKind.OTHER else f"{kind.label} session")


def sessions_to_write(author: Staff, patient: Patient, *, limit: int = 10) -> QuerySet[Encounter]:
    """The author's latest sessions with a patient that have no note of theirs yet."""
    noted = ChartNote.objects.filter(author=author, patient=patient, encounter=OuterRef("pk"))
    noted = noted.exclude(state=NoteState.CANCELLED)
    rows = Encounter.objects.filter(~Exists(noted), clinician=author, participations__patient=patient)
    return rows.order_by("-started_at")[:limit]
