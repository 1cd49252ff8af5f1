"""What a draft could bring over from earlier notes, and what it did. Takes a draft that a doorway has opened."""

from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from ..models import ChartNote
from ..rules.carrying import unchecked
from ..rules.formats import prose_keys
from ..rules.notes import NoteState

MOST_ALIKE = 8  # notes in the format of the draft to choose from
MOST_OTHERS = 4


@dataclass(frozen=True, slots=True)
class Part:
    """One section of an earlier note that says something, and whether the draft's format has a place for it."""

    key: str
    label: str
    text: str
    fits: bool


def sources_of(note: ChartNote) -> list[ChartNote]:
    """The last notes of this patient before the draft: those in its format first, then those with a section that fits.

    Of each kind the author's own come before the team's, the newest first. A short call between two sessions so does
    not hide the note of the last session.
    """
    ordered = earlier_notes(note).select_related("format", "author").defer("sections").order_by("-on", "-signed_at")
    alike = ordered.filter(format__code=note.format.code)
    others = ordered.exclude(format__code=note.format.code)
    own = alike.filter(author_id=note.author_id)[:1]  # however much the team wrote since
    found = list(dict.fromkeys([*own, *alike[:MOST_ALIKE], *others[:MOST_OTHERS]]))
    return sorted(
        found,
        key=lambda one: (one.format.code != note.format.code, not fits(note, one), one.author_id != note.author_id),
    )


def fits(note: ChartNote, source: ChartNote) -> bool:
    """Whether the draft's format has a place for any section of the source's."""
    return not set(prose_keys(note.format.sections)).isdisjoint(prose_keys(source.format.sections))


def earlier_notes(note: ChartNote) -> QuerySet[ChartNote]:
    """The signed notes of this patient up to the day of the draft, those that await a co-signature too."""
    signed = ChartNote.objects.filter(state__in=[NoteState.SIGNED, NoteState.AWAITING])
    return signed.filter(patient_id=note.patient_id, on__lte=note.on)


def offered(note: ChartNote, source: ChartNote) -> list[Part]:
    """The written text sections of the source, in its order."""
    places = set(prose_keys(note.format.sections))
    prose = set(prose_keys(source.format.sections))
    return [
        Part(section["key"], section["label"], text, section["key"] in places)
        for section in source.format.sections
        if section["key"] in prose and (text := source.sections.get(section["key"], "").strip())
    ]


def carried_days(note: ChartNote) -> dict[str, date]:
    """The sections that stand as they were brought over, with the day of the note they came from."""
    return {key: date.fromisoformat(on) for key, on in unchecked(note.carried).items()}
