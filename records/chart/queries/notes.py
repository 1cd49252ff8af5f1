"""Notes and formats, for pages and paper. Every function takes a chart that a doorway has opened."""

from collections.abc import Mapping

from django.db.models import OuterRef, QuerySet

from practice.people.models import Staff

from ..models import ChartNote, NoteFormat
from ..rules.notes import NoteState


def drafts_of(author: Staff) -> QuerySet[ChartNote]:
    """A person's own drafts, oldest first: what is still to be signed."""
    drafts = ChartNote.objects.filter(author=author, state=NoteState.DRAFT)
    return drafts.select_related("patient", "encounter", "format").order_by("on", "created_at")


def formats() -> QuerySet[NoteFormat]:
    """The newest version of each format, in their order."""
    newest = NoteFormat.objects.filter(code=OuterRef("code")).order_by("-version").values("version")[:1]
    return NoteFormat.objects.filter(version=newest).order_by("position")


def usual_format(author: Staff) -> NoteFormat | None:
    """The format the author used last, else the first there is."""
    last = ChartNote.objects.filter(author=author).select_related("format").order_by("-created_at").first()
    return last.format if last else formats().first()


def note_written(note: ChartNote, sections: Mapping[str, str] | None = None) -> list[dict[str, str]]:
    """The sections of a note (or of another text for it) that say something, as label and text."""
    texts = note.sections if sections is None else sections
    labels = [(section["label"], texts.get(section["key"], "")) for section in note.format.sections]
    return [{"label": label, "text": text} for label, text in labels if text.strip()]


def text_differences(note: ChartNote, other: Mapping[str, str]) -> list[dict[str, str]]:
    """The sections in which another text differs from the draft: label, the draft's text, the other's."""
    return [
        {"label": section["label"], "draft": note.sections.get(key, ""), "other": other.get(key, "")}
        for section in note.format.sections
        if note.sections.get(key := section["key"], "") != other.get(key, "")
    ]
