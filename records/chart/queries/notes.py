"""Notes and formats, for pages and paper. Every function takes a chart that a doorway has opened."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet

from practice.infrastructure.templatetags.look import day, time_of_day
from practice.people.models import Staff

from ..models import ChartNote
from ..rules.notes import NoteState
from .carrying import carried_days
from .formats import formats, usual_format

__all__ = ["drafts_of", "formats", "late_words", "note_written", "text_differences", "usual_format"]


def drafts_of(author: Staff) -> QuerySet[ChartNote]:
    """A person's own drafts, oldest first: what is still to be signed."""
    drafts = ChartNote.objects.filter(author=author, state=NoteState.DRAFT)
    return drafts.select_related("patient", "encounter", "format").order_by("on", "created_at")


def note_written(note: ChartNote, sections: Mapping[str, str] | None = None) -> list[dict[str, Any]]:
    """The sections of a note (or of another text for it) that say something: key, label, text, and `carried`.

    `carried` is the day of the note it was brought over from, while it stands as it was brought.
    """
    texts = note.sections if sections is None else sections
    days = carried_days(note)
    return [
        {"key": key, "label": section["label"], "text": text, "carried": days.get(key)}
        for section in note.format.sections
        if (text := texts.get(key := section["key"], "")).strip()
    ]


def late_words(note: ChartNote) -> str:
    """A late entry with both times: "session Nov 3, 2026, written Nov 21, 2026, 2:03 pm"; "" for a note in time."""
    if not note.is_late:
        return ""
    about = "session" if note.encounter_id else "about"
    return f"{about} {day(note.on)}, written {day(note.written_at)}, {time_of_day(note.written_at)}"


def text_differences(note: ChartNote, other: Mapping[str, str]) -> list[dict[str, str]]:
    """The sections in which another text differs from the draft: label, the draft's text, the other's."""
    return [
        {"label": section["label"], "draft": note.sections.get(key, ""), "other": other.get(key, "")}
        for section in note.format.sections
        if note.sections.get(key := section["key"], "") != other.get(key, "")
    ]
