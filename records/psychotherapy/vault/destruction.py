"""Destruction of signed notes by their author: ordered, waited for, carried out or cancelled.

What is destroyed are the keys of the note and of its addenda: the sealed bytes that stay open for nobody any more. The
row stays and says that there was a note. A trigger of the database lets the keys go only under a due order.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from practice.infrastructure.refusals import Refusal
from practice.people.models import Staff
from records.psychotherapy.custody_rules import ORDER_DAYS
from records.psychotherapy.models import Destruction, Draft, Note, NoteRedaction, Package, WrappedKey
from records.psychotherapy.rules import EventKind, Subject

from .attachments import destroy_keys_of
from .drafts import head_of
from .session import lock, open_as, write_event
from .values import Kept, NoteHead, Order

Allowed = Callable[[NoteHead], Refusal | None]

NOT_THERE = Refusal("PN_NOT_THERE", "What you chose is not there any more.", "Choose again from the list.")
ADDENDUM_BEGUN = Refusal(
    "PN_ADDENDUM_BEGUN", "An addendum to this note is begun and not signed.", "Sign it or discard it first."
)
NOT_YET = Refusal("PN_NOT_YET", "The waiting time of this order is not over.")


class NotDestroyed(Exception):
    """Nothing was ordered or destroyed; carries the refusal to show."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


def living(rows: QuerySet[Note]) -> QuerySet[Note]:
    """Notes whose keys still exist: the destroyed ones and their addenda left out. Inside an open vault."""
    gone = Destruction.objects.filter(
        note=Coalesce(OuterRef("addendum_to"), OuterRef("pk")), destroyed_at__isnull=False
    )
    return rows.exclude(Exists(gone))


def when_destroyed(note: Note) -> datetime | None:
    """When a note (or the note that an addendum adds to) was destroyed, or None. Inside an open vault."""
    row = Destruction.objects.filter(note=note.addendum_to or note.id, destroyed_at__isnull=False).first()
    return row.destroyed_at if row else None


def my_kept_notes(staff: Staff) -> list[Kept]:
    """The author's own signed notes, oldest session first, each with its order of destruction if there is one.

    Those that were destroyed stand in the list too, with the day.
    """
    with open_as(staff) as actor:
        rows = Note.objects.filter(author=actor, addendum_to=None).defer("sealed").order_by("session_on", "signed_at")
        orders = {row.note: _order(row) for row in Destruction.objects.filter(author=actor, cancelled_at=None)}
        packages: dict[UUID, int] = {}
        for notes in Package.objects.filter(author=actor).values_list("notes", flat=True):
            for note in notes:
                packages[note] = packages.get(note, 0) + 1
        return [Kept(head_of(row), orders.get(row.id), packages.get(row.id, 0)) for row in rows]


def my_due_destructions(staff: Staff) -> int:
    """How many orders of this author wait to be carried out or cancelled now."""
    with open_as(staff) as actor:
        due = Q(author=actor, cancelled_at=None, destroyed_at=None, due_at__lte=timezone.now())
        return Destruction.objects.aggregate(due=Count("pk", filter=due))["due"]


def order_destruction(staff: Staff, note_ids: Collection[UUID], *, allowed: Allowed) -> list[Order]:
    """Orders the destruction of these notes of the author's; all of them or, with NotDestroyed, none.

    `allowed` says why a note must be kept: retention and litigation holds are known elsewhere.
    """
    with open_as(staff) as actor:
        made = []
        for note_id in sorted(set(note_ids)):
            lock(note_id)
            row = living(Note.objects.filter(pk=note_id, author=actor, addendum_to=None)).defer("sealed").first()
            if row is None or Destruction.objects.filter(note=note_id, cancelled_at=None).exists():
                raise NotDestroyed(NOT_THERE)
            _check(row, allowed)
            due_at = timezone.now() + timedelta(days=ORDER_DAYS)
            order = Destruction.objects.create(author=actor, note=note_id, due_at=due_at)
            write_event(actor, EventKind.DESTRUCTION_ORDERED, author=actor, note=note_id, detail=str(order.id))
            made.append(_order(order))
        if not made:
            raise NotDestroyed(NOT_THERE)
        return made


def cancel_destruction(staff: Staff, order_id: UUID) -> bool:
    """Takes an order back. False when it is not the person's, or was cancelled or carried out already."""
    with open_as(staff) as actor:
        row = _waiting(actor, order_id)
        if row is None:
            return False
        Destruction.objects.filter(pk=order_id).update(cancelled_at=timezone.now())
        write_event(actor, EventKind.DESTRUCTION_CANCELLED, author=actor, note=row.note, detail=str(order_id))
        return True


def destroy(staff: Staff, order_id: UUID, *, allowed: Allowed) -> bool:
    """Carries out a due order: the keys of the note and its addenda are deleted, once and for good.

    False when there is no such order of this person's. Raises NotDestroyed when it is not due, or the note must be kept
    after all (`allowed` is asked again).
    """
    with open_as(staff) as actor:
        order = _waiting(actor, order_id)
        if order is None:
            return False
        note = Note.objects.filter(pk=order.note, author=actor).defer("sealed").get()
        if order.due_at > timezone.now():
            raise NotDestroyed(NOT_YET)
        _check(note, allowed)
        rows = list(Note.objects.filter(Q(pk=note.id) | Q(addendum_to=note.id), author=actor).defer("sealed"))
        keys = WrappedKey.objects.filter(pk__in=[row.key for row in rows], kind=Subject.NOTE, author=actor)
        if keys.delete()[0] != len(rows):
            raise RuntimeError("the keys of a note and its addenda were not all there to be deleted")
        destroy_keys_of([row.id for row in rows])
        redactions = NoteRedaction.objects.filter(note__in=[row.id for row in rows], author=actor).values("pk")
        WrappedKey.objects.filter(subject__in=redactions, kind=Subject.REDACTION, author=actor).delete()
        Destruction.objects.filter(pk=order_id).update(destroyed_at=timezone.now())
        for row in rows:
            write_event(actor, EventKind.DESTROYED, author=actor, note=row.id, detail=row.sealed_sha256)
        return True


def _waiting(actor: UUID, order_id: UUID) -> Destruction | None:
    """An order of this person's that is neither cancelled nor carried out, locked; its absence is written down."""
    lock(order_id)
    row = Destruction.objects.filter(pk=order_id, author=actor, cancelled_at=None, destroyed_at=None).first()
    if row is None:
        write_event(actor, EventKind.REFUSED, detail=str(order_id))
        return None
    lock(row.note)
    return row


def _check(note: Note, allowed: Allowed) -> None:
    if refusal := allowed(head_of(note)):
        raise NotDestroyed(refusal)
    if Draft.objects.filter(addendum_to=note.id).exists():
        raise NotDestroyed(ADDENDUM_BEGUN)


def _order(row: Destruction) -> Order:
    return Order(row.id, row.note, row.ordered_at, row.due_at, row.destroyed_at)
