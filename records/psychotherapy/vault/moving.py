"""A sentence that leaves a draft for the progress note, or comes into it from there.

Each function is one transaction on the sealed side alone. The caller saves at the other end before `take_passage`, and
takes away there after `put_passage`: whatever stops in between leaves the sentence in both places, never in none. The
token names the row that says where it went; the same token again changes nothing, and is refused for another sentence,
direction or place.
"""

import hmac
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from uuid import UUID, uuid5

from practice.infrastructure.refusals import Refused
from practice.people.models import Staff
from records.psychotherapy.models import Draft, Moved
from records.psychotherapy.passages import Edit, code_points, holds, put_in, taken_out
from records.psychotherapy.policies import refusal_to_begin
from records.psychotherapy.rules import (
    CHANGED_MEANWHILE,
    OTHER_MOVE,
    SENTENCE_GONE,
    UNREADABLE,
    Direction,
    EventKind,
    text_too_long,
    too_long,
)

from .drafts import _begin, _rewrite, head_of, text_of_draft
from .holding import refuse_to_change
from .session import lock, open_as, write_event, write_event_once_a_sitting
from .values import MovedSentence, MovedText, NoteHead, Passage, StaleDraft


def passage_in_draft(
    staff: Staff, draft_id: UUID, passage: Passage, *, section: str
) -> tuple[NoteHead, UUID | None] | None:
    """The head of the person's own draft that holds the passage; None, written down, when the draft is not theirs.

    With it the progress note that took the passage, when this very move took it out already. Raises StaleDraft when it
    is not in the draft otherwise, or when its token has moved something else.
    """
    with open_as(staff) as actor:
        draft = _own(actor, draft_id)
        if draft is None:
            return None
        held = Moved.objects.filter(pk=_row_id(actor, draft_id, passage), author=actor).first()
        if held is None:
            _without(_text_at(draft, passage.version), passage)
            refuse_to_change(draft)  # before the sentence is saved at the other end
        else:
            _was_made(_row_of(actor, draft_id, passage, Direction.OUT, section, held.chart_note))
        return head_of(draft), held.chart_note if held else None


def take_passage(
    staff: Staff, draft_id: UUID, passage: Passage, *, section: str, chart_note: UUID, exclusion: str
) -> MovedText | None:
    """Takes a passage out of the draft, once it is saved elsewhere. None when the draft is not the person's.

    The caller holds the progress note and has seen the passage in it.
    """
    with open_as(staff) as actor:
        lock(draft_id)
        draft = _own(actor, draft_id)
        if draft is None:
            return None
        row = _row_of(actor, draft_id, passage, Direction.OUT, section, chart_note, exclusion)
        return _move(draft, row, passage, _without)


def put_passage(
    staff: Staff,
    draft_id: UUID,
    passage: Passage,
    *,
    patients: list[UUID],
    session: UUID | None,
    session_on: date,
    section: str,
    chart_note: UUID,
    exclusion: str,
) -> MovedText | None:
    """Puts a passage into the draft, before it is taken away elsewhere; begins the draft when its version is 0.

    None when the draft is not the person's. Raises Refused when they may not begin a note about these patients,
    StaleDraft when the draft has changed since the page was shown.
    """
    refusal = None
    with open_as(staff) as actor:
        lock(draft_id)
        draft = Draft.objects.filter(pk=draft_id, author=actor).first()
        row = _row_of(actor, draft_id, passage, Direction.IN, section, chart_note, exclusion)
        if draft is not None:
            return _move(draft, row, passage, _together)
        if passage.version:
            write_event(actor, EventKind.REFUSED, note=draft_id)
            return None
        refusal = refusal_to_begin(staff, patients)
        if refusal is None:
            draft = Draft(id=draft_id, author=actor, patients=sorted(set(patients)), session=session, version=1)
            draft.session_on = session_on
            return _begun_with(draft, row, passage)
        write_event(actor, EventKind.REFUSED, note=draft_id, detail=refusal.code)
    raise Refused(refusal)


def was_moved(staff: Staff, draft_id: UUID, passage: Passage, *, section: str, chart_note: UUID) -> bool:
    """Whether this very move into the draft was made before. Raises StaleDraft when its token moved something else."""
    with open_as(staff) as actor:
        return _was_made(_row_of(actor, draft_id, passage, Direction.IN, section, chart_note))


def passage_stands(staff: Staff, draft_id: UUID, passage: Passage) -> bool:
    """Whether the passage stands in the person's draft now. Asked before it is taken out at the other end."""
    with open_as(staff) as actor:
        lock(draft_id)
        draft = _own(actor, draft_id)
        return draft is not None and holds(_text_of(draft), passage.text)


def _own(actor: UUID, draft_id: UUID) -> Draft | None:
    draft = Draft.objects.filter(pk=draft_id, author=actor).first()
    if draft is None:
        write_event(actor, EventKind.REFUSED, note=draft_id)
    return draft


def _row_id(actor: UUID, draft_id: UUID, passage: Passage) -> UUID:
    """An id that nobody else's token can become."""
    return uuid5(actor, f"{draft_id} {passage.token}")


def _row_of(
    actor: UUID,
    draft_id: UUID,
    passage: Passage,
    direction: Direction,
    section: str,
    chart_note: UUID,
    exclusion: str = "",
) -> Moved:
    """The row of a move, unsaved; `section` as it was asked for."""
    said = "\0".join((direction, section, str(chart_note), passage.text)).encode()
    return Moved(
        id=_row_id(actor, draft_id, passage),
        author=actor,
        draft=draft_id,
        direction=direction,
        chart_note=chart_note,
        exclusion=exclusion,
        fingerprint=hmac.new(passage.token.bytes, said, sha256).hexdigest(),
    )


def _was_made(row: Moved) -> bool:
    """Whether this very move was made. Raises StaleDraft when another one was, with the same token."""
    held = Moved.objects.filter(pk=row.id, author=row.author).first()
    if held is not None and held.fingerprint != row.fingerprint:
        raise StaleDraft(OTHER_MOVE)
    return held is not None


def _without(text: str, passage: Passage) -> Edit:
    edit = taken_out(text, passage.text.strip(), code_points(text, passage.at or 0))
    if edit is None:
        raise StaleDraft(SENTENCE_GONE)
    return edit


def _together(text: str, passage: Passage) -> Edit:
    return put_in(text, passage.text, None if passage.at is None else code_points(text, passage.at))


def _begun_with(draft: Draft, row: Moved, passage: Passage) -> MovedText | None:
    edit = _together("", passage)
    if _begin(draft, edit.text).outcome != "saved":
        return None
    _write_down(row)
    return MovedText(draft.id, draft.version, draft.saved_at, edit.text, edit.for_browser(""))


def _move(draft: Draft, row: Moved, passage: Passage, change: Callable[[str, Passage], Edit]) -> MovedText:
    if _was_made(row):
        return MovedText(draft.id, draft.version, draft.saved_at, _text_of(draft), None)
    text = _text_at(draft, passage.version)
    edit = change(text, passage)
    after = edit.applied(text)
    if text_too_long(after):
        raise StaleDraft(too_long(after))
    refuse_to_change(draft)
    _rewrite(draft, after)
    _write_down(row)
    return MovedText(draft.id, draft.version, draft.saved_at, after, edit.for_browser(text))


def _text_at(draft: Draft, version: int) -> str:
    """The text of a draft that is still as the page saw it."""
    if draft.version != version:
        raise StaleDraft(CHANGED_MEANWHILE)
    return _text_of(draft)


def _text_of(draft: Draft) -> str:
    text = text_of_draft(draft).text
    if text is None:
        raise StaleDraft(UNREADABLE)
    return text


def _write_down(row: Moved) -> None:
    row.save(force_insert=True)
    kind = EventKind.MOVED_OUT if row.direction == Direction.OUT else EventKind.MOVED_IN
    write_event(row.author, kind, author=row.author, note=row.draft, detail=row.exclusion)
    write_event_once_a_sitting(row.author, EventKind.SAVED, row.draft)


def moved_sentences(staff: Staff, note_id: UUID) -> list[MovedSentence]:
    """Which sentences left a note of the person's own or came into it, oldest first: when, why, which chart note."""
    with open_as(staff) as actor:
        rows = Moved.objects.filter(author=actor, draft=note_id).order_by("at")
        return [MovedSentence(row.at, Direction(row.direction), row.exclusion, row.chart_note) for row in rows]
