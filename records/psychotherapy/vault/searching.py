"""Searching the person's own sealed texts: opened in memory, one after the other, for this request only."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any, Final
from uuid import UUID

from practice.infrastructure.envelope import Unreadable
from practice.people.models import Staff
from records.psychotherapy.models import Draft, DraftBranch, Note
from records.psychotherapy.rules import EventKind, Subject
from records.psychotherapy.words import around, holds, words_of

from .destruction import living
from .drafts import head_of
from .seals import Opener, place_of_branch, place_of_text
from .session import open_as, write_event
from .values import Found, Hit, NoteHead

SHOWN: Final = 100
_AT_ONCE: Final = 200  # rows fetched at a time

Kind = str  # "note", "addendum" or "draft"
KINDS: Final[tuple[Kind, ...]] = ("note", "addendum", "draft")


@dataclass(frozen=True, slots=True)
class _Sealed:
    head: NoteHead
    open: Callable[[], bytes]


def search_mine(
    staff: Staff,
    sought: str,
    *,
    kinds: Collection[Kind] = KINDS,
    patient: UUID | None = None,
    first: date | None = None,
    last: date | None = None,
) -> Found:
    """The person's own notes, addenda and drafts that hold every word of `sought`, newest session first.

    Words in any order, in any case; words in quotation marks together. What cannot be opened now is named, never passed
    over. That there was a search is written down, not what was sought.
    """
    words = words_of(sought)
    hits: list[Hit] = []
    unreadable: list[NoteHead] = []
    searched = total = 0
    with open_as(staff) as actor:
        write_event(actor, EventKind.SEARCHED, author=actor)
        for one in _texts(actor, kinds, _narrowed(patient, first, last)) if words else ():
            searched += 1
            try:
                text = one.open().decode()
            except Unreadable:
                unreadable.append(one.head)
                continue
            if holds(text, words):
                total += 1
                if len(hits) < SHOWN:
                    hits.append(Hit(one.head, around(text, words)))
    hits.sort(key=lambda hit: (hit.head.session_on, hit.head.saved_at), reverse=True)
    return Found(tuple(hits), total, searched, tuple(dict.fromkeys(unreadable)))


def _narrowed(patient: UUID | None, first: date | None, last: date | None) -> dict[str, Any]:
    wanted: dict[str, Any] = {"patients__contains": [patient]} if patient else {}
    if first:
        wanted["session_on__gte"] = first
    if last:
        wanted["session_on__lte"] = last
    return wanted


def _texts(actor: UUID, kinds: Collection[Kind], wanted: dict[str, Any]) -> Iterator[_Sealed]:
    opener = Opener(actor, (Subject.NOTE, Subject.DRAFT, Subject.BRANCH))
    notes, drafts = living(Note.objects.filter(author=actor, **wanted)), Draft.objects.filter(author=actor, **wanted)
    if "note" not in kinds:
        notes = notes.exclude(addendum_to=None)
    if "addendum" not in kinds:
        notes = notes.filter(addendum_to=None)
    rows: Iterator[Draft | Note] = chain(
        drafts.order_by("-session_on") if "draft" in kinds else (),
        notes.order_by("-session_on", "-signed_at").iterator(_AT_ONCE) if {"note", "addendum"} & set(kinds) else (),
    )
    for row in rows:
        yield _Sealed(head_of(row), _opening(opener, row, place_of_text))
        if isinstance(row, Draft):
            for branch in DraftBranch.objects.filter(draft=row.id, author=actor).order_by("saved_at"):
                yield _Sealed(head_of(row), _opening(opener, branch, place_of_branch))


def _opening(opener: Opener, row: Any, place: Callable[[Any], Any]) -> Callable[[], bytes]:
    return lambda: opener.open(row.sealed, key=row.key, place=place(row))
