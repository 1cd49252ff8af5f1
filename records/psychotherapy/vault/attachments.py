"""Files that belong to a note: sealed like its text, under a key of their own that the author's key wraps.

Author, note, part and key id are bound to each sealed part, patients and day are not: those may be corrected while the
note is a draft. The text of the note is bound to them, and an attachment is opened only where that text opens. Nothing
of a file is logged, counted or named outside this database.
"""

import hashlib
import json
import secrets
from collections.abc import Collection
from uuid import UUID

from practice.infrastructure.copies import TakenIn
from practice.infrastructure.envelope import KEY_BYTES, Binding, Unreadable, open_key, open_sealed, seal, seal_key
from practice.infrastructure.keys import KeyUnavailable, keyring
from practice.people.models import Staff
from records.psychotherapy.models import Attachment, AuthorKey, Draft
from records.psychotherapy.rules import MOST_ATTACHMENTS, TOO_MANY_ATTACHMENTS, UNREADABLE, EventKind

from .holding import refuse_to_lose
from .seals import current_author_key, unwrap_author_key
from .session import lock, open_as, write_event
from .values import AttachedFile, AttachmentHead, StaleDraft

LONGEST_NAME = 200


def attach(staff: Staff, *, draft_id: UUID, name: str, taken: TakenIn) -> AttachmentHead | None:
    """Seals a checked file and its safe copy beside a draft of the person's own; None for every other id.

    The same file attached again (two clicks) is attached once. Raises StaleDraft when there are too many already, or
    the keys are not there.
    """
    with open_as(staff) as actor:
        lock(draft_id)
        if not Draft.objects.filter(pk=draft_id, author=actor).exists():
            write_event(actor, EventKind.REFUSED, note=draft_id)
            return None
        there = heads(draft_id)
        if same := next((head for head in there if head.sha256 == taken.sha256), None):
            return same
        if len(there) >= MOST_ATTACHMENTS:
            raise StaleDraft(TOO_MANY_ATTACHMENTS)
        try:
            row = _sealed(actor, draft_id, name, taken)
        except (Unreadable, KeyUnavailable):
            raise StaleDraft(UNREADABLE) from None
        row.save(force_insert=True)
        sha256 = hashlib.sha256(row.original).hexdigest()
        write_event(actor, EventKind.ATTACHED, author=actor, note=draft_id, detail=sha256)
        return _head(row)


def remove_attachment(staff: Staff, attachment_id: UUID) -> UUID | None:
    """Takes a file off a draft, for good. Out: the draft; None when it is not the person's, or its note is signed.

    Raises StaleDraft when it must be kept.
    """
    with open_as(staff) as actor:
        row = Attachment.objects.filter(pk=attachment_id, author=actor).defer("shown", "original").first()
        if row is not None:
            lock(row.note)
        draft = Draft.objects.filter(pk=row.note, author=actor).first() if row else None
        if row is None or draft is None:
            write_event(actor, EventKind.REFUSED)
            return None
        refuse_to_lose(draft)
        Attachment.objects.filter(pk=attachment_id).delete()
        write_event(actor, EventKind.ATTACHMENT_REMOVED, author=actor, note=row.note)
        return row.note


def has_attachments(staff: Staff, draft_id: UUID) -> bool:
    """Whether something is attached to a draft of the person's own: a drawing alone can be signed."""
    with open_as(staff) as actor:
        return Attachment.objects.filter(note=draft_id, author=actor).exists()


def heads(note: UUID) -> tuple[AttachmentHead, ...]:
    """What is attached to a draft or note, in the order it came. Inside an open vault only."""
    rows = Attachment.objects.filter(note=note).defer("shown", "original").order_by("added_at", "pk")
    return tuple(_head(row) for row in rows)


def files(note: UUID) -> tuple[AttachedFile, ...]:
    """The shown copies of a note's attachments. Raises Unreadable when one does not open. Inside an open vault only."""
    rows = Attachment.objects.filter(note=note).defer("original").order_by("added_at", "pk")
    return tuple(file_of(row) for row in rows)


def file_of(row: Attachment, *, original: bool = False) -> AttachedFile:
    """The shown copy of an attachment, or the file as it came. Raises Unreadable. Inside an open vault only."""
    key = _key(row)
    head = _about(row, key)
    part = "original" if original else "shown"
    data = open_sealed(bytes(getattr(row, part)), key=key, binding=_place(row, part))
    return AttachedFile(head, head.kind if original else head.shown_kind, data)


def delete_of_draft(draft_id: UUID) -> None:
    """A draft that is discarded takes its attachments with it. Inside an open vault only."""
    Attachment.objects.filter(note=draft_id).delete()


def destroy_keys_of(notes: Collection[UUID]) -> None:
    """Empties the keys of what is attached to destroyed notes: no part opens again. Inside an open vault only."""
    Attachment.objects.filter(note__in=notes).update(wrapped=b"")


def _sealed(author: UUID, note: UUID, name: str, taken: TakenIn) -> Attachment:
    author_key, key_of_author = current_author_key(author)
    row, fresh = Attachment(author=author, note=note, author_key=author_key.id), secrets.token_bytes(KEY_BYTES)
    row.wrapped = seal_key(fresh, key=key_of_author, binding=_place(row, "key"))
    about = {"name": name[:LONGEST_NAME], "kind": taken.kind, "shown": taken.copy_kind, "pages": taken.pages}
    about["sha256"] = taken.sha256
    parts = {"about": json.dumps(about).encode(), "shown": taken.copy, "original": taken.data}
    for part, plain in parts.items():
        setattr(row, part, seal(plain, key=fresh, binding=_place(row, part)))
    return row


def _place(row: Attachment, part: str) -> Binding:
    """What a part is bound to."""
    ids = (str(row.id), str(row.author), str(row.note), str(row.author_key))
    return ("psychotherapy", keyring().practice_id, "attachment", *ids, part)


def _key(row: Attachment) -> bytes:
    author_key = AuthorKey.objects.filter(pk=row.author_key, author=row.author).first()
    if author_key is None or not row.wrapped:
        raise Unreadable
    try:
        return open_key(bytes(row.wrapped), key=unwrap_author_key(author_key), binding=_place(row, "key"))
    except KeyUnavailable:
        raise Unreadable from None


def _head(row: Attachment) -> AttachmentHead:
    try:
        return _about(row, _key(row))
    except Unreadable:
        return AttachmentHead(row.id, row.note, row.added_at)


def _about(row: Attachment, key: bytes) -> AttachmentHead:
    told = json.loads(open_sealed(bytes(row.about), key=key, binding=_place(row, "about")))
    return AttachmentHead(
        row.id, row.note, row.added_at, told["name"], told["kind"], told["shown"], told["pages"], told["sha256"]
    )
