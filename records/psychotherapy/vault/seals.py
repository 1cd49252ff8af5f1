"""Which key opens which text, and what every text is bound to.

    root key --wraps--> author key --wraps--> key of one text (a fresh one per version) --seals--> text

A package's key is wrapped by the root key itself, bound to the package: staff who hand it over have no part in its
author's key. A text is bound to practice, subject, patients, author, version, session, what it adds to, part and
key id: moved to another row, or with any of these columns edited by whoever, it does not open.
"""

import secrets
from collections.abc import Collection
from uuid import UUID

from practice.infrastructure.envelope import (
    KEY_BYTES,
    Binding,
    Unreadable,
    encode_binding,
    open_key,
    open_sealed,
    seal,
    seal_key,
)
from practice.infrastructure.keys import KeyUnavailable, keyring
from records.psychotherapy.models import (
    AuthorKey,
    Draft,
    DraftBranch,
    Note,
    NoteRedaction,
    Package,
    WrappedKey,
)
from records.psychotherapy.rules import Subject

from .session import lock

PURPOSE = "sealed"


def place_of_text(row: Draft | Note) -> Binding:
    """The binding of a draft's or note's own text."""
    kind = Subject.NOTE if isinstance(row, Note) else Subject.DRAFT
    return (
        "psychotherapy",
        keyring().practice_id,
        kind.value,
        str(row.id),
        *_ids(row.patients),
        str(row.author),
        row.version,
        str(row.session or ""),
        row.session_on.isoformat(),
        str(row.addendum_to or ""),
        "text",
    )


def place_of_branch(branch: DraftBranch) -> Binding:
    """The binding of a draft's other text. Not to the draft's patients and dates: those may change while it waits."""
    parts = (str(branch.id), str(branch.draft), str(branch.author), branch.base_version)
    return ("psychotherapy", keyring().practice_id, Subject.BRANCH.value, *parts, "text")


def place_of_package(package: Package) -> Binding:
    """The binding of a package's locked file: to everything its cover says."""
    return (
        "psychotherapy",
        keyring().practice_id,
        Subject.PACKAGE.value,
        str(package.id),
        str(package.author),
        str(package.patient),
        str(package.authorization_id),
        package.recipient_name,
        package.description,
        package.sha256,
        package.size,
        *_ids(package.notes),
        *(day.isoformat() for day in package.session_days),
        *_ids(package.named_staff),
        *([str(package.approved_by)] if package.approved_by else []),
        *([str(package.compelled)] if package.compelled else []),
        *(_ids(package.named_too) if package.named_too else []),
        "file",
    )


def place_of_claim(package: Package) -> Binding:
    """The binding of what the author documented for this package: to the same cover, as another part."""
    return (*place_of_package(package)[:-1], "claim")


def place_of_redaction(row: NoteRedaction) -> Binding:
    """The binding of what is left out of a note for one patient's releases."""
    parts = (str(row.id), str(row.author), str(row.note), str(row.patient))
    return ("psychotherapy", keyring().practice_id, Subject.REDACTION.value, *parts, "passages")


def _ids(ids: list[UUID]) -> tuple[str | int, ...]:
    """How many, then which: two lists side by side never run into each other."""
    return (len(ids), *(str(one) for one in ids))


def seal_text(plain: bytes, *, kind: Subject, subject: UUID, author: UUID, place: Binding) -> tuple[UUID, bytes]:
    """Seals under a fresh key, stores that key wrapped, and returns (wrapped key's id, ciphertext)."""
    fresh = secrets.token_bytes(KEY_BYTES)
    wrapped = WrappedKey(author=author, kind=kind, subject=subject)
    if kind == Subject.PACKAGE:
        aad = encode_binding(_place_of_key(wrapped))
        wrapped.root_key_id, wrapped.wrapped = keyring().wrap(PURPOSE, fresh, aad)
    else:
        author_key, key = current_author_key(author)
        wrapped.author_key = author_key.id
        wrapped.wrapped = seal_key(fresh, key=key, binding=(*_place_of_key(wrapped), str(author_key.id)))
    wrapped.save(force_insert=True)
    return wrapped.id, seal(plain, key=fresh, binding=(*place, str(wrapped.id)))


def seal_beside(plain: bytes, *, key: UUID, place: Binding) -> bytes:
    """Seals another part under the key that `seal_text` made for its neighbour. Raises `Unreadable`."""
    try:
        return seal(plain, key=_unwrap(WrappedKey.objects.get(pk=key)), binding=(*place, str(key)))
    except KeyUnavailable:
        raise Unreadable from None


def open_text(blob: bytes | memoryview, *, key: UUID, place: Binding) -> bytes:
    """Opens what `seal_text` made. Raises `Unreadable` for whatever reason it does not open."""
    try:
        wrapped = WrappedKey.objects.filter(pk=key).first()
        if wrapped is None:
            raise Unreadable
        return open_sealed(bytes(blob), key=_unwrap(wrapped), binding=(*place, str(key)))
    except KeyUnavailable:
        raise Unreadable from None


class Opener:
    """Opens many texts of one author: their wrapped keys read at once, each author's key unwrapped once."""

    def __init__(self, author: UUID, kinds: Collection[Subject]) -> None:
        rows = WrappedKey.objects.filter(author=author, kind__in=kinds)
        self._wrapped = {row.id: row for row in rows}
        self._authors = {row.id: row for row in AuthorKey.objects.filter(author=author)}
        self._keys: dict[UUID, bytes] = {}

    def open(self, blob: bytes | memoryview, *, key: UUID, place: Binding) -> bytes:
        """As `open_text`. Raises `Unreadable` for whatever reason it does not open."""
        wrapped = self._wrapped.get(key)
        author_key = self._authors.get(wrapped.author_key) if wrapped and wrapped.author_key else None
        if wrapped is None or author_key is None:
            raise Unreadable
        binding = (*_place_of_key(wrapped), str(author_key.id))
        opened = open_key(bytes(wrapped.wrapped), key=self._author_key(author_key), binding=binding)
        return open_sealed(bytes(blob), key=opened, binding=(*place, str(key)))

    def _author_key(self, row: AuthorKey) -> bytes:
        if row.id not in self._keys:
            try:
                self._keys[row.id] = unwrap_author_key(row)
            except KeyUnavailable:
                raise Unreadable from None
        return self._keys[row.id]


def _unwrap(wrapped: WrappedKey) -> bytes:
    if wrapped.author_key is None:
        aad = encode_binding(_place_of_key(wrapped))
        return keyring().unwrap(PURPOSE, wrapped.root_key_id, bytes(wrapped.wrapped), aad)
    author_key = AuthorKey.objects.filter(pk=wrapped.author_key, author=wrapped.author).first()
    if author_key is None:
        raise Unreadable
    binding = (*_place_of_key(wrapped), str(author_key.id))
    return open_key(bytes(wrapped.wrapped), key=unwrap_author_key(author_key), binding=binding)


def current_author_key(author: UUID) -> tuple[AuthorKey, bytes]:
    """The author's newest key, made when there is none. Inside an open vault. Raises Unreadable or KeyUnavailable."""
    lock(author)  # two first notes at once make one key
    found = AuthorKey.objects.filter(author=author).order_by("-created_at").first()
    if found is not None:
        return found, unwrap_author_key(found)
    fresh = secrets.token_bytes(KEY_BYTES)
    made = AuthorKey(author=author)
    made.root_key_id, made.wrapped = keyring().wrap(PURPOSE, fresh, place_of_author_key(made))
    made.save(force_insert=True)
    return made, fresh


def unwrap_author_key(row: AuthorKey) -> bytes:
    """The key itself. Raises Unreadable or KeyUnavailable."""
    return keyring().unwrap(PURPOSE, row.root_key_id, bytes(row.wrapped), place_of_author_key(row))


def place_of_author_key(row: AuthorKey) -> bytes:
    """What an author's key is bound to under the root key."""
    return encode_binding(("author key", keyring().practice_id, str(row.id), str(row.author)))


def place_of_package_key(row: WrappedKey) -> bytes:
    """What a package's key is bound to under the root key."""
    return encode_binding(_place_of_key(row))


def _place_of_key(row: WrappedKey) -> Binding:
    return ("text key", keyring().practice_id, str(row.id), str(row.author), str(row.kind), str(row.subject))
