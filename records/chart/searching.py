"""Searching one patient's chart by words, kind and days.

Narrative is encrypted in the database, so the rows of this one patient are opened in memory and looked at. Nothing of
it, and nothing of what was sought, is stored or logged.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from practice.infrastructure.envelope import Unreadable
from practice.people.models import Patient, Staff

from .models import ChartNote
from .queries.group_notes import shared_written
from .timeline import LOADERS, EntryKind, Span, TimelineEntry, rows_of

MOST = 200

# Where the words of each kind stand: attributes, which may hold text, numbers, or lists and mappings of them.
WORDS: dict[EntryKind, tuple[str, ...]] = {
    EntryKind.SESSION: ("title", "get_kind_display", "clinician", "outside_clinician", "others_present", "code"),
    EntryKind.MEASURE: ("title", "words"),
    EntryKind.RESULT: ("title", "shown"),
    EntryKind.DIAGNOSIS: ("code", "title"),
    EntryKind.COURSE: ("words", "comment"),
    EntryKind.OBSERVATION: ("get_kind_display", "text"),
    EntryKind.MEDICATION: ("title", "dosage", "route", "frequency", "comment", "shown_prescriber"),
    EntryKind.MONITORING: ("words", "result"),
    EntryKind.TREATMENT_PLAN: ("content",),
    EntryKind.PLAN_REVIEW: ("get_outcome_display", "progress", "text"),
    EntryKind.PLAN: ("title", "activities"),
    EntryKind.RISK: ("findings",),
    EntryKind.SAFETY: ("parts", "reason"),
    EntryKind.HANDOVER: ("title", "summary"),
    EntryKind.DOCUMENT: ("get_kind_display", "source"),
}


def search_chart(patient: Patient, staff: Staff, words: str, span: Span) -> list[TimelineEntry]:
    """Entries in which every word occurs, newest first, at most MOST. The caller has passed the doorway of the chart.

    What cannot be opened is found too, and says so on the page: it is not hidden by its own fault.
    """
    sought = [word.lower() for word in words.split()]
    found = [entry for kind, rows in rows_of(patient, staff, span).items() for entry in _entries(kind, rows, sought)]
    return sorted(found, key=lambda entry: (entry.on or date.min, str(entry.id)), reverse=True)[:MOST]


def _entries(kind: EntryKind, rows: Any, sought: list[str]) -> Iterator[TimelineEntry]:
    days = dict(rows.values_list("pk", "day"))
    for row in LOADERS[kind]().filter(pk__in=list(days)).iterator(chunk_size=200):
        if _has_words(kind, row, sought):
            yield TimelineEntry(kind, row.pk, days[row.pk], row)


def _has_words(kind: EntryKind, row: Any, sought: list[str]) -> bool:
    try:
        text = " ".join(_note_words(row) if kind == EntryKind.NOTE else _row_words(kind, row)).lower()
    except Unreadable:
        return True
    return all(word in text for word in sought)


def _note_words(note: ChartNote) -> Iterator[str]:
    yield note.title
    yield from note.sections.values()
    yield from (part["text"] for part in shared_written(note))
    yield from (added.text for added in note.addenda.all())


def _row_words(kind: EntryKind, row: Any) -> Iterator[str]:
    for name in WORDS[kind]:
        value = getattr(row, name)
        yield from _flat(value() if callable(value) else value)


def _flat(value: Any) -> Iterable[str]:
    """Every text in a value, however deep."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        return (text for part in value for text in _flat(part))
    return [] if value is None else [getattr(value, "display_name", None) or str(value)]
