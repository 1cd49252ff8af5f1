"""Compelled releases: what a law or a court names is packed by two people and shown to neither.

Who began it, for whom and which sessions never changes; the second person confirms exactly that. The database opens
the author's rows to neither of them but under a `CompelledOpening` of the transaction that packs, and takes such an
opening only when both have done their part (a solo practice: the author alone, after the waiting time). The passphrase
has two parts, made of a seed under the root key: each of the two prints one, and one alone opens nothing.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connections
from django.utils import timezone

from practice.infrastructure.envelope import KEY_BYTES, Unreadable, encode_binding
from practice.infrastructure.keys import KeyUnavailable, keyring
from practice.infrastructure.pdf import lock_pdf, passphrase_of
from practice.infrastructure.refusals import Refusal
from practice.people.models import Staff
from records.psychotherapy.compelled_rules import Compelled as CompelledValue
from records.psychotherapy.compelled_rules import CompelledStep as Kind
from records.psychotherapy.compelled_rules import PassphrasePart, Scope, spoken_of
from records.psychotherapy.custody_rules import Opening
from records.psychotherapy.models import Compelled, CompelledOpening, CompelledStep, Draft, Event, Note, Package
from records.psychotherapy.rules import EventKind

from .destruction import living
from .drafts import head_of
from .notes import text_of_note
from .packages import NotReleasable, fill_package, keep_package, with_files
from .seals import PURPOSE, open_text, place_of_text
from .session import ALIAS, lock, open_as, write_event
from .values import Releasable

PARTS: Final = (1, 2)
RenderCompelled = Callable[[list[Releasable], bool], bytes]
NOT_NOW = Refusal(
    "COMPELLED_NOT_NOW",
    "This compelled release is not yours to carry out now, or it is over. Nothing was changed.",
    "Open it again to see where it stands.",
)
SHUT = Refusal(
    "COMPELLED_UNREADABLE",
    "Something within the scope cannot be opened now: it is kept, unchanged. Nothing was made.",
    "Whoever keeps the practice's keys can bring the missing one back.",
)


def start_compelled(
    staff: Staff,
    *,
    author: UUID,
    patients: Sequence[UUID],
    ground: UUID,
    paper_kind: str,
    scope: Scope,
    second: UUID | None,
    waits_days: int,
    recipient_name: str,
    named_staff: Collection[UUID],
) -> CompelledValue:
    """The first of two people begins. Who may, and whether the paper allows it, is asked before. Opens nothing."""
    with open_as(staff) as actor:
        row = Compelled(author=author, patients=list(patients), ground=ground, paper_kind=paper_kind, started_by=actor)
        row.session_days, row.sessions_from, row.sessions_to = sorted(set(scope.days)), scope.first, scope.last
        row.second, row.waits_days = second, waits_days if second is None else 0
        row.recipient_name, row.named_staff = recipient_name, sorted(set(named_staff))
        fresh = secrets.token_bytes(KEY_BYTES)
        row.seed_root_key, row.seed = keyring().wrap(PURPOSE, fresh, _place_of_seed(row))
        row.save(force_insert=True)
        write_event(actor, EventKind.COMPELLED_STARTED, author=author, detail=str(row.id))
        return _values([Compelled.objects.get(pk=row.pk)])[0]


def my_compelled(staff: Staff) -> list[CompelledValue]:
    """Every compelled release this person is named in, or whose author they are or have custody for; newest first."""
    with open_as(staff):
        return _values(Compelled.objects.order_by("-started_at"))


def compelled_of_mine(staff: Staff, compelled_id: UUID) -> CompelledValue | None:
    """One of them, or None; an attempt on another is written down."""
    with open_as(staff) as actor:
        row = _seen(actor, compelled_id)
        return _values([row])[0] if row else None


def confirm_compelled(staff: Staff, compelled_id: UUID) -> bool | None:
    """The second person confirms what the first began. False when it is not theirs to confirm now, None: not seen."""
    return _step(staff, compelled_id, Kind.CONFIRMED, EventKind.COMPELLED_CONFIRMED, CompelledValue.may_confirm)


def stop_compelled(staff: Staff, compelled_id: UUID) -> bool | None:
    """Either of the two stops it before it is carried out. The author cannot."""
    return _step(staff, compelled_id, Kind.STOPPED, EventKind.COMPELLED_STOPPED, CompelledValue.may_stop)


def pack_compelled(*, by: Staff, compelled_id: UUID, package_id: UUID, render: RenderCompelled) -> CompelledValue:
    """Carries it out, once: what is within the scope goes through `render` into a locked file, shown to nobody.
    `render` is told too whether something stayed out.

    Without anything within the scope the answer is that, written down, and known to the two alone. Notes that also
    speak of somebody whom the paper does not name stay out. Raises NotReleasable; then nothing was made and nothing was
    opened.
    """
    with open_as(by) as actor:
        lock(compelled_id)
        row = _seen(actor, compelled_id)
        if row is None or not _values([row])[0].may_pack(actor, timezone.now()):
            raise NotReleasable(NOT_NOW)
        with _opening(row, actor, Opening.INDEX, None):
            about = [_of_named_alone(row, one) for one in _within(row)]
        others = not all(about)
        if not any(about):
            with _opening(row, actor, Opening.INDEX, None):
                _written(row, actor, Kind.EMPTY, others=others)
            write_event(actor, EventKind.COMPELLED_EMPTY, detail=str(row.id))
        else:
            _pack(row, actor, package_id, render, others)
        return _values([row])[0]


def _pack(row: Compelled, actor: UUID, package_id: UUID, render: RenderCompelled, others: bool) -> None:
    package = Package(id=package_id, authorization_id=row.ground, author=row.author)
    package.approved_by, package.compelled, package.others_left_out = actor, row.id, others
    package.recipient_name, package.named_staff = row.recipient_name, row.named_staff
    with _opening(row, actor, Opening.PACKAGE, package_id):
        # asked again here: the database shows an author who is one of the two every note of their own
        chosen = [_text(one) for one in _within(row) if _of_named_alone(row, one)]
        package.patient, *package.named_too = spoken_of(row.patients, [one.head.patients for one in chosen])
        locked = lock_pdf(render(chosen, others), "-".join(_part(row, number) for number in PARTS))
        fill_package(package, chosen, locked)
        keep_package(actor, package, locked)
        _written(row, actor, Kind.PACKED, package=package_id, others=others)
    for one in chosen:
        kind, detail = EventKind.COMPELLED_PACKED, str(row.id)
        write_event(actor, kind, author=row.author, note=one.head.id, package=package_id, detail=detail)


def my_passphrase_parts(staff: Staff, compelled_id: UUID) -> list[PassphrasePart] | None:
    """The part of the passphrase that is this person's to print for the recipient; both for who acts alone.

    None for everybody else, before the file was made, and after it was withdrawn. Written down. Raises Unreadable.
    """
    with open_as(staff) as actor:
        row = _seen(actor, compelled_id)
        found = _values([row])[0] if row else None
        if row is None or found is None or found.package is None or not found.is_one_of_two(actor):
            write_event(actor, EventKind.REFUSED, detail=str(compelled_id))
            return None
        if Package.objects.filter(pk=found.package, withdrawn_at__isnull=False).exists():
            return None
        numbers = PARTS if found.alone else ((1,) if actor == row.started_by else (2,))
        write_event(actor, EventKind.COMPELLED_SLIP, author=row.author, package=found.package, detail=str(row.id))
        return [PassphrasePart(number, _part(row, number)) for number in numbers]


def written_down_as_read(staff: Staff, one: CompelledValue) -> None:
    """Their author looked at how it stands: until something more happens there is nothing new to tell them."""
    with open_as(staff) as actor:
        write_event(actor, EventKind.COMPELLED_READ, author=one.author, detail=str(one.id))


def news_to_author(staff: Staff, found: Collection[CompelledValue]) -> dict[UUID, datetime | None]:
    """Of these, those of this person's notes carried out by others, whose beginning or leaving they have not looked at
    since; with when the file left, if it did. Nothing here tells whether anything was found.
    """
    mine = [one for one in found if one.author == staff.pk and not one.is_one_of_two(staff.pk)]
    if not mine:
        return {}
    with open_as(staff) as actor:
        looks = Event.objects.filter(actor=actor, kind=EventKind.COMPELLED_READ)
        looks = looks.filter(detail__in=[str(one.id) for one in mine]).order_by("at")
        read = dict(looks.values_list("detail", "at"))
        handed = Event.objects.filter(package__in=[one.package for one in mine if one.package])
        left = dict(handed.filter(kind=EventKind.PACKAGE_HANDED_OVER).values_list("package", "at"))
        news = {one.id: (left.get(one.package), one.started_at) for one in mine}
        return {
            one: left_at
            for one, (left_at, begun_at) in news.items()
            if str(one) not in read or read[str(one)] < (left_at or begun_at)
        }


def slips_to_print(staff: Staff, made: Collection[CompelledValue]) -> list[CompelledValue]:
    """Of these, whose file is made: those of whose passphrase this person has not printed the part that is theirs.

    Without it the recipient opens nothing. A file that was withdrawn, or not handed over in time, needs none.
    """
    with open_as(staff) as actor:
        ids = [one.package for one in made if one.package and one.is_one_of_two(actor)]
        events = Event.objects.filter(package__in=ids).values_list("package", "kind", "actor")
        printed = {package for package, kind, who in events if kind == EventKind.COMPELLED_SLIP and who == actor}
        left = {package for package, kind, _ in events if package and kind == EventKind.PACKAGE_HANDED_OVER}
        late = Package.objects.filter(pk__in=ids, hand_over_until__lte=timezone.now()).exclude(pk__in=left)
        taken_back = Package.objects.filter(pk__in=ids, withdrawn_at__isnull=False)
        over = set(late.union(taken_back).values_list("pk", flat=True))
        return [one for one in made if one.package in ids and one.package not in printed | over]


def _part(row: Compelled, number: int) -> str:
    """One part: 99 bits of its own."""
    try:
        seed = keyring().unwrap(PURPOSE, row.seed_root_key, bytes(row.seed), _place_of_seed(row))
    except KeyUnavailable:
        raise Unreadable from None
    return passphrase_of(hmac.new(seed, f"part {number}".encode(), hashlib.sha512).digest())


def _place_of_seed(row: Compelled) -> bytes:
    """What a seed is bound to: moved to another release it does not open."""
    ids = (row.id, row.author, len(row.patients), *row.patients, row.ground, row.started_by, row.second or "")
    return encode_binding(("compelled seed", keyring().practice_id, *(str(one) for one in ids)))


def _within(row: Compelled) -> list[Note | Draft]:
    """Signed notes, addenda, and what was begun and not signed, of the sessions named; only inside an opening."""
    scope = _scope(row)
    notes = living(Note.objects.filter(author=row.author, patients__overlap=row.patients))
    drafts = Draft.objects.filter(author=row.author, patients__overlap=row.patients)
    found: list[Note | Draft] = [*notes.order_by("session_on", "signed_at"), *drafts.order_by("session_on", "saved_at")]
    return sorted((one for one in found if scope.covers(one.session_on)), key=lambda one: one.session_on)


def _of_named_alone(row: Compelled, one: Note | Draft) -> bool:
    """Whether it speaks of nobody but those whom the paper names."""
    return set(one.patients) <= set(row.patients)


def _text(one: Note | Draft) -> Releasable:
    try:
        text = (
            text_of_note(one)
            if isinstance(one, Note)
            else open_text(one.sealed, key=one.key, place=place_of_text(one)).decode()
        )
    except Unreadable:
        text = None
    if text is None:
        raise NotReleasable(SHUT)
    return with_files(Releasable(head_of(one), text, None))


@contextmanager
def _opening(row: Compelled, actor: UUID, kind: Opening, package: UUID | None) -> Iterator[None]:
    """Writes down what is opened, then lets the database show it until the block ends. Inside an open vault."""
    opening = CompelledOpening(compelled=row.id, opened_by=actor, kind=kind, package=package)
    opening.save(force_insert=True)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT set_config('app.opening', %s, true)", [str(opening.id)])
        yield
        cursor.execute("SELECT set_config('app.opening', '', true)")


def _written(row: Compelled, actor: UUID, kind: Kind, *, package: UUID | None = None, others: bool = False) -> None:
    step = CompelledStep(compelled=row.id, kind=kind, by=actor, package=package, others_left_out=others)
    step.save(force_insert=True)


def _step(
    staff: Staff, compelled_id: UUID, kind: Kind, event: EventKind, may: Callable[[CompelledValue, UUID], bool]
) -> bool | None:
    with open_as(staff) as actor:
        lock(compelled_id)
        row = _seen(actor, compelled_id)
        if row is None:
            return None
        if not may(_values([row])[0], actor):
            write_event(actor, EventKind.REFUSED, author=row.author, detail=f"{kind} {compelled_id}")
            return False
        _written(row, actor, kind)
        write_event(actor, event, author=row.author, detail=str(compelled_id))
        return True


def _seen(actor: UUID, compelled_id: UUID) -> Compelled | None:
    """Row-level security shows it to the two, to the author, and to the custodian of the author's notes."""
    row = Compelled.objects.filter(pk=compelled_id).first()
    if row is None:
        write_event(actor, EventKind.REFUSED, detail=str(compelled_id))
    return row


def _scope(row: Compelled) -> Scope:
    return Scope(tuple(row.session_days), row.sessions_from, row.sessions_to)


def _values(rows: Collection[Compelled] | Iterator[Compelled]) -> list[CompelledValue]:
    found = list(rows)
    steps: dict[tuple[UUID, str], CompelledStep] = {
        (step.compelled, step.kind): step
        for step in CompelledStep.objects.filter(compelled__in=[row.id for row in found])
    }
    return [_value(row, {kind: steps.get((row.id, kind.value)) for kind in Kind}) for row in found]


def _value(row: Compelled, steps: dict[Kind, CompelledStep | None]) -> CompelledValue:
    def at(kind: Kind) -> datetime | None:
        step = steps[kind]
        return step.at if step else None

    stopped, packed, empty = steps[Kind.STOPPED], steps[Kind.PACKED], steps[Kind.EMPTY]
    return CompelledValue(
        id=row.id,
        author=row.author,
        patients=tuple(row.patients),
        ground=row.ground,
        paper_kind=row.paper_kind,
        scope=_scope(row),
        started_by=row.started_by,
        second=row.second,
        waits_days=row.waits_days,
        recipient_name=row.recipient_name,
        named_staff=tuple(row.named_staff),
        started_at=row.started_at,
        confirmed_at=at(Kind.CONFIRMED),
        stopped_at=at(Kind.STOPPED),
        stopped_by=stopped.by if stopped else None,
        packed_at=at(Kind.PACKED),
        packed_by=packed.by if packed else None,
        package=packed.package if packed else None,
        empty_at=at(Kind.EMPTY),
        others_left_out=bool((packed and packed.others_left_out) or (empty and empty.others_left_out)),
    )
