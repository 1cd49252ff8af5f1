"""Writing: one draft row per note, rewritten under a fresh key at each save, until its author signs it."""

import hashlib
from collections.abc import Collection
from datetime import date
from typing import Final, Literal
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.keys import KeyUnavailable
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff
from records.psychotherapy.models import Destruction, Draft, DraftBranch, Note, WrappedKey
from records.psychotherapy.policies import refusal_to_begin, refusal_to_keep, refusal_to_name
from records.psychotherapy.rules import STALE, TEXT_EMPTY, TEXTS_DIFFER, UNREADABLE, EventKind, Subject

from .attachments import delete_of_draft, heads
from .holding import refuse_to_change, refuse_to_lose
from .seals import open_text, place_of_branch, place_of_text, seal_text
from .session import ALIAS, lock, open_as, write_event, write_event_once_a_sitting
from .values import Branch, DraftText, NoteHead, Saved, StaleDraft

Choice = Literal["append", "swap", "discard"]
_BETWEEN: Final = "\n\n"


def save_draft(
    staff: Staff,
    *,
    draft_id: UUID,
    patients: list[UUID],
    session: UUID | None,
    session_on: date,
    text: str,
    base_version: int,
    addendum_to: UUID | None = None,
) -> Saved:
    """Saves the text of a draft, or begins it. `base_version` is the version the editor started from, 0 for a new one.

    A text saved over a newer one is kept beside it and reported as a conflict; the same text saved again (a repeated
    request) is simply saved. Raises Refused when the person may not keep such notes (P-04) or may not write about a
    patient named; that attempt is written down. Raises nothing that contains text.
    """
    with open_as(staff) as actor:
        lock(draft_id)
        wanted = Draft(id=draft_id, author=actor, patients=sorted(set(patients)), session=session, version=1)
        wanted.session_on, wanted.addendum_to = session_on, addendum_to
        stored = Draft.objects.filter(pk=draft_id, author=actor).first()
        if stored is None and (base_version or _is_signed(draft_id, actor)):
            return _too_late(actor, draft_id)
        refusal = _refusal_to_save(staff, stored, wanted)
        if refusal is not None:
            write_event(actor, EventKind.REFUSED, note=draft_id, detail=refusal.code)
        else:
            saved = _begin(wanted, text) if stored is None else _go_on(stored, wanted, text, base_version)
    if refusal is not None:
        raise Refused(refusal)
    return saved


def _refusal_to_save(staff: Staff, stored: Draft | None, wanted: Draft) -> Refusal | None:
    """Asked when a note is begun, and for everybody newly named. A draft under way is not taken from its author."""
    if wanted.addendum_to is not None:
        return None if stored else refusal_to_keep(staff)
    if stored is None:
        return refusal_to_begin(staff, wanted.patients)
    named = set(wanted.patients) - set(stored.patients)
    return refusal_to_name(staff, named) if named or not wanted.patients else None


def _begin(draft: Draft, text: str) -> Saved:
    if draft.addendum_to is not None:
        root = Note.objects.filter(pk=draft.addendum_to, author=draft.author, addendum_to=None).first()
        if root is None or Destruction.objects.filter(note=root.id, destroyed_at__isnull=False).exists():
            return _absent(draft.author, draft.id)
        draft.patients, draft.session, draft.session_on = root.patients, root.session, root.session_on
    try:
        with transaction.atomic(using=ALIAS):
            _seal_into(draft, text)
            draft.save(force_insert=True)
    except IntegrityError:  # an id that somebody else's draft has: the answer is that of an id nobody has
        return _absent(draft.author, draft.id)
    except (Unreadable, KeyUnavailable):
        return Saved("unreadable", draft.id)
    write_event_once_a_sitting(draft.author, EventKind.SAVED, draft.id)
    return Saved("saved", draft.id, draft.version, draft.saved_at)


def _go_on(stored: Draft, wanted: Draft, text: str, base_version: int) -> Saved:
    try:
        current = _text_of(stored)
        if text != current and base_version != stored.version:
            _keep_beside(stored, text, base_version)
            return Saved("conflict", stored.id, stored.version, stored.saved_at)
        as_is = (stored.patients, stored.session_on, stored.session)
        # what was jotted down joins its session, and leaves none
        now = (wanted.patients, wanted.session_on, stored.session or wanted.session)
        if stored.addendum_to is not None:
            now = as_is
        if text != current or now != as_is:
            refuse_to_change(stored)
            stored.patients, stored.session_on, stored.session = now
            _rewrite(stored, text)
    except StaleDraft as asked_for:
        raise Refused(asked_for.refusal) from None
    except (Unreadable, KeyUnavailable):
        write_event(stored.author, EventKind.UNREADABLE, author=stored.author, note=stored.id)
        return Saved("unreadable", stored.id, stored.version)
    write_event_once_a_sitting(stored.author, EventKind.SAVED, stored.id)
    return Saved("saved", stored.id, stored.version, stored.saved_at)


def _is_signed(draft_id: UUID, actor: UUID) -> bool:
    return Note.objects.filter(pk=draft_id, author=actor).exists()


def _too_late(actor: UUID, draft_id: UUID) -> Saved:
    """The draft was signed or discarded since the page was shown, or was never this person's."""
    return Saved("signed", draft_id) if _is_signed(draft_id, actor) else _absent(actor, draft_id)


def _absent(actor: UUID, draft_id: UUID) -> Saved:
    write_event(actor, EventKind.REFUSED, note=draft_id)
    return Saved("absent", draft_id)


def _text_of(draft: Draft) -> str:
    return open_text(draft.sealed, key=draft.key, place=place_of_text(draft)).decode()


def _seal_into(draft: Draft, text: str) -> None:
    draft.saved_at = timezone.now()
    draft.key, draft.sealed = seal_text(
        text.encode(), kind=Subject.DRAFT, subject=draft.id, author=draft.author, place=place_of_text(draft)
    )


def _rewrite(draft: Draft, text: str) -> None:
    old_key = draft.key
    draft.version += 1
    _seal_into(draft, text)
    draft.save(force_update=True)
    WrappedKey.objects.filter(pk=old_key).delete()


def _keep_beside(draft: Draft, text: str, base_version: int) -> None:
    if any(branch.text == text for branch in _branches(draft.id)):
        return  # the same save, repeated
    branch = DraftBranch(draft=draft.id, author=draft.author, base_version=base_version)
    branch.key, branch.sealed = seal_text(
        text.encode(), kind=Subject.BRANCH, subject=branch.id, author=draft.author, place=place_of_branch(branch)
    )
    branch.save(force_insert=True)


def _branches(draft_id: UUID) -> tuple[Branch, ...]:
    rows = DraftBranch.objects.filter(draft=draft_id).order_by("saved_at")
    return tuple(Branch(row.id, _text_of_branch(row), row.saved_at) for row in rows)


def _text_of_branch(row: DraftBranch) -> str | None:
    try:
        return open_text(row.sealed, key=row.key, place=place_of_branch(row)).decode()
    except Unreadable:
        return None


def _delete_branch(row: DraftBranch) -> None:
    WrappedKey.objects.filter(pk=row.key).delete()
    row.delete()


def open_draft(staff: Staff, draft_id: UUID) -> DraftText | None:
    """The draft to go on writing, or None for everybody but its author; either way it is written down."""
    with open_as(staff) as actor:
        draft = Draft.objects.filter(pk=draft_id, author=actor).first()
        if draft is None:
            write_event(actor, EventKind.REFUSED, note=draft_id)
            return None
        shown = text_of_draft(draft)
        if shown.text is None:
            write_event(actor, EventKind.UNREADABLE, author=actor, note=draft_id)
        else:
            write_event_once_a_sitting(actor, EventKind.OPENED, draft_id)
        return shown


def text_of_draft(draft: Draft) -> DraftText:
    """A draft row as a plain value, opened as far as it opens. Inside an open vault only."""
    try:
        text: str | None = _text_of(draft)
    except Unreadable:
        text = None
    return DraftText(head_of(draft), draft.version, text, _branches(draft.id), heads(draft.id))


def head_of(row: Draft | Note) -> NoteHead:
    """What lists show of a row."""
    signed_at = row.signed_at if isinstance(row, Note) else None
    saved_at = row.signed_at if isinstance(row, Note) else row.saved_at
    return NoteHead(
        row.id, row.author, tuple(row.patients), row.session, row.session_on, row.addendum_to, saved_at, signed_at
    )


def settle_branch(staff: Staff, *, draft_id: UUID, branch_id: UUID, choice: Choice, version: int) -> bool:
    """Decides about one of two kept texts: `append` it below the draft's, `swap` the two, or `discard` it.

    False when draft or branch is not (any longer) the person's. Raises StaleDraft when the draft has changed since the
    page was shown, or when either text cannot be opened now: nothing is thrown away unread.
    """
    with open_as(staff) as actor:
        lock(draft_id)
        draft = Draft.objects.filter(pk=draft_id, author=actor).first()
        row = DraftBranch.objects.filter(pk=branch_id, draft=draft_id, author=actor).first()
        if draft is None or row is None:
            write_event(actor, EventKind.REFUSED, note=draft_id)
            return False
        shown, other = text_of_draft(draft), _text_of_branch(row)
        if shown.text is None or other is None:
            raise StaleDraft(UNREADABLE)
        if draft.version != version:
            raise StaleDraft(STALE)
        if choice == "discard":
            refuse_to_lose(draft)
        refuse_to_change(draft)
        _delete_branch(row)
        if choice == "append":
            _rewrite(draft, shown.text.rstrip() + _BETWEEN + other)
        elif choice == "swap":
            _rewrite(draft, other)
            _keep_beside(draft, shown.text, version)
        write_event_once_a_sitting(actor, EventKind.SAVED, draft_id)
        return True


def discard_draft(staff: Staff, *, draft_id: UUID, version: int) -> bool:
    """Deletes a draft and its keys for good. False when it is not the person's; StaleDraft when it has changed
    since.
    """
    with open_as(staff) as actor:
        lock(draft_id)
        draft = Draft.objects.filter(pk=draft_id, author=actor).first()
        if draft is None:
            write_event(actor, EventKind.REFUSED, note=draft_id)
            return False
        if draft.version != version:
            raise StaleDraft(STALE)
        if text_of_draft(draft).text is None:
            raise StaleDraft(UNREADABLE)
        refuse_to_lose(draft)
        delete_of_draft(draft_id)
        _delete(draft)
        write_event(actor, EventKind.DISCARDED, author=actor, note=draft_id)
        return True


def _delete(draft: Draft) -> None:
    for row in DraftBranch.objects.filter(draft=draft.id):
        _delete_branch(row)
    WrappedKey.objects.filter(pk=draft.key).delete()
    draft.delete()


def sign(staff: Staff, *, draft_id: UUID, version: int, attached: Collection[UUID] | None = None) -> NoteHead | None:
    """Signs the draft exactly as its author was shown it (`version`); it can never be changed after that.

    `attached`: the files they were shown with it. None when it is not the person's. Raises StaleDraft when it changed
    since, is empty, cannot be opened, or when a second text waits for a decision. The hash of the sealed note stands in
    the event.
    """
    with open_as(staff) as actor:
        lock(draft_id)
        draft = Draft.objects.filter(pk=draft_id, author=actor).first()
        if draft is None:
            write_event(actor, EventKind.REFUSED, note=draft_id)
            return None
        shown = text_of_draft(draft)
        _check_signable(shown, version)
        if attached is not None and set(attached) != {head.id for head in shown.attachments}:
            raise StaleDraft(STALE)
        note = _signed(draft, shown.text or "")
        _delete(draft)
        kind = EventKind.SIGNED if note.addendum_to is None else EventKind.ADDENDUM
        write_event(actor, kind, author=actor, note=note.id, detail=note.sealed_sha256)
        return head_of(note)


def _check_signable(shown: DraftText, version: int) -> None:
    refusal = None
    if shown.text is None:
        refusal = UNREADABLE
    elif shown.version != version:
        refusal = STALE
    elif shown.branches:
        refusal = TEXTS_DIFFER
    elif not (shown.text.strip() or shown.attachments):
        refusal = TEXT_EMPTY
    if refusal:
        raise StaleDraft(refusal)


def _signed(draft: Draft, text: str) -> Note:
    note = Note(id=draft.id, author=draft.author, patients=draft.patients, session=draft.session, version=draft.version)
    note.session_on, note.addendum_to, note.created_at = draft.session_on, draft.addendum_to, draft.created_at
    note.key, note.sealed = seal_text(
        text.encode(), kind=Subject.NOTE, subject=note.id, author=note.author, place=place_of_text(note)
    )
    note.sealed_sha256 = hashlib.sha256(note.sealed).hexdigest()
    note.save(force_insert=True)
    return note
