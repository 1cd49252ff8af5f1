"""Release packages: the author chooses and approves, the named staff hand over a file none of them can open.

A package is a PDF of the chosen notes, locked with a passphrase that is shown to the author once and kept nowhere, and
sealed once more at rest. Until its release is committed nothing outside this database tells of it.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from practice.infrastructure.blackout import burn, plain
from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.pdf import lock_pdf, new_passphrase
from practice.infrastructure.refusals import Refusal
from practice.people.models import Staff
from records.psychotherapy.models import Compelled, Event, Note, Package
from records.psychotherapy.rules import HAND_OVER_DAYS, EventKind, Subject, describe_release, refusal_to_release

from .attachments import files, heads
from .destruction import living
from .drafts import head_of
from .notes import text_of_note
from .redaction import left_out_of
from .seals import open_text, place_of_claim, place_of_package, seal_beside, seal_text
from .session import lock, open_as, write_event, write_event_once_a_sitting
from .values import NoteHead, PackageCover, Releasable, SealedPackage


class Covered(Protocol):
    """What an authorization says of a note: why it does not name it; and which other patients agreed as well."""

    def __call__(self, head: NoteHead) -> Refusal | None: ...

    def agreed(self, head: NoteHead) -> Collection[UUID]: ...

    def as_it_is(self, head: NoteHead) -> bool:
        """Whether nothing its author left out of it stays out: a law or a court is given the text as it is."""
        ...


Render = Callable[[list[Releasable]], bytes]


class NotReleasable(Exception):
    """What was chosen may not, or not as it is, be packed; carries the refusal to show."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


NOTHING_CHOSEN = Refusal("PN_NOTHING_CHOSEN", "Nothing was chosen.", "Choose the notes that leave.")
ATTACHMENT_SHUT = Refusal(
    "PN_ATTACHMENT_UNREADABLE", "A file attached to one of these notes cannot be opened now: it is kept, unchanged."
)
MADE_ALREADY = Refusal(
    "PN_PACKAGE_MADE",
    "This package was made already, and its passphrase was shown. It is not shown again.",
    "If you did not note it, withdraw the package and make it anew.",
)


def releasable(staff: Staff, *, patient_id: UUID, covered: Covered) -> list[Releasable]:
    """The author's signed notes and addenda that speak of this patient, oldest first, each to be read before approval.

    `covered` says for a note why the authorization does not name it. What may not leave is listed with its reason and
    without its text. Written down as an opening of each note whose text is shown.
    """
    with open_as(staff) as actor:
        rows = living(Note.objects.filter(author=actor, patients__contains=[patient_id])).order_by(
            "session_on", "signed_at"
        )
        found = [_releasable(row, patient_id, covered) for row in rows]
        for one in found:
            if one.refusal is None:
                write_event_once_a_sitting(actor, EventKind.OPENED, one.head.id)
        return found


def _releasable(row: Note, patient_id: UUID, covered: Covered) -> Releasable:
    head = head_of(row)
    try:
        cuts, readable = None if covered.as_it_is(head) else left_out_of(row, patient_id), True
    except Unreadable:
        cuts, readable = None, False
    patients = still_to_agree(head, covered)
    others_out = cuts is not None and cuts.nothing_left and set(patients) != {patient_id}
    ask = partial(refusal_to_release, patients=patients, patient=patient_id, redacted=others_out)
    refusal = ask(readable=readable) or covered(head)
    text = text_of_note(row) if refusal is None else None
    if refusal is None:
        refusal = ask(readable=text is not None)
    if text is None or refusal is not None:
        return Releasable(head, None, refusal)
    spans = cuts.spans if cuts else ()
    attached = () if others_out else heads(row.id)
    return Releasable(
        head, burn(plain(text), spans), None, attached, passages_out=len(spans), others_left_out=others_out
    )


def still_to_agree(head: NoteHead, covered: Covered) -> list[UUID]:
    """Whom a note speaks of, without the others who authorized this same release themselves (R-008)."""
    agreed = covered.agreed(head)
    return [patient for patient in head.patients if patient not in agreed]


def with_files(one: Releasable) -> Releasable:
    """The note with the shown copies of what leaves with it. Raises NotReleasable when one does not open."""
    if one.others_left_out:
        return one
    try:
        return replace(one, files=files(one.head.id))
    except Unreadable:
        raise NotReleasable(ATTACHMENT_SHUT) from None


def prepare_package(
    *,
    by: Staff,
    package_id: UUID,
    patient_id: UUID,
    authorization_id: UUID | None,
    recipient_name: str,
    note_ids: Collection[UUID],
    named_staff: Collection[UUID],
    covered: Covered,
    render: Render,
    claim: Mapping[str, Any] | None = None,
) -> SealedPackage:
    """Packs exactly these notes of the author's: rendered, locked, hashed, sealed, approved for hand-over.

    `render` makes the PDF of the notes it is given. The passphrase is in the returned value and nowhere else. The same
    `package_id` is packed once only. `claim`: what the author documents where there is no authorization; sealed with
    the file until the release is committed. Raises NotReleasable, or what `render` raises; then nothing was made.
    """
    if (authorization_id is None) != (claim is not None):
        raise ValueError("a package rests on an authorization or on a claim")
    chosen = _chosen(by, package_id, patient_id, set(note_ids), covered)
    passphrase = new_passphrase()
    locked = lock_pdf(render(chosen), passphrase)
    # without an authorization a package stands for itself: an id that no authorization has
    package = Package(id=package_id, patient=patient_id, authorization_id=authorization_id or package_id, author=by.pk)
    package.recipient_name, package.named_staff = recipient_name, sorted(set(named_staff))
    fill_package(package, chosen, locked)
    with open_as(by) as actor:
        refuse_second(package_id)
        return SealedPackage(keep_package(actor, package, locked, claim), passphrase)


def fill_package(package: Package, chosen: list[Releasable], locked: bytes) -> None:
    """Put onto an unsaved package what its notes and its file say."""
    now = timezone.now()
    package.notes, package.session_days = [one.head.id for one in chosen], [one.head.session_on for one in chosen]
    told = [one for one in chosen if not one.others_left_out]
    left = set() if package.named_too else {package.patient}  # of several patients each is entered with their own days
    others = {str(one.head.id): sorted(set(one.head.patients) - left) for one in told}
    package.speaks_of = {note: [str(patient) for patient in found] for note, found in others.items() if found}
    package.passages_out = any(one.passages_out for one in chosen)
    package.description = describe_release(one.head.session_on for one in chosen)
    package.sha256, package.size = hashlib.sha256(locked).hexdigest(), len(locked)
    package.made_at = package.approved_at = now
    package.hand_over_until = now + timedelta(days=HAND_OVER_DAYS)


def keep_package(actor: UUID, package: Package, locked: bytes, claim: Mapping[str, Any] | None = None) -> PackageCover:
    """Seal the file, save the package, write both events. Inside an open vault."""
    package.key, package.sealed = seal_text(
        locked, kind=Subject.PACKAGE, subject=package.id, author=package.author, place=place_of_package(package)
    )
    if claim is not None:
        package.claim = seal_beside(json.dumps(claim).encode(), key=package.key, place=place_of_claim(package))
    package.save(force_insert=True)
    for kind in (EventKind.PACKAGE_PREPARED, EventKind.PACKAGE_APPROVED):
        write_event(actor, kind, author=package.author, package=package.id, detail=package.sha256)
    return _cover(package)


def _chosen(by: Staff, package_id: UUID, patient_id: UUID, note_ids: set[UUID], covered: Covered) -> list[Releasable]:
    if not note_ids:
        raise NotReleasable(NOTHING_CHOSEN)
    with open_as(by) as actor:
        refuse_second(package_id)
        rows = living(Note.objects.filter(author=actor, pk__in=note_ids)).order_by("session_on", "signed_at")
        chosen = [_releasable(row, patient_id, covered) for row in rows]
        if len(chosen) != len(note_ids):
            raise NotReleasable(NOTHING_CHOSEN)
        for one in chosen:
            if one.refusal is not None:
                raise NotReleasable(one.refusal)
        return [with_files(one) for one in chosen]


def refuse_second(package_id: UUID) -> None:
    """Raises NotReleasable when a package of this id was made already. Inside an open vault; locks the id."""
    lock(package_id)
    if Package.objects.filter(pk=package_id).exists():
        raise NotReleasable(MADE_ALREADY)


def my_packages(staff: Staff, patient_id: UUID | None = None) -> list[PackageCover]:
    """The packages of this author's notes, and those this person packed in custody, newest first, with their fate."""
    with open_as(staff) as actor:
        rows = Package.objects.filter(Q(author=actor) | Q(approved_by=actor)).defer("sealed").order_by("-approved_at")
        if patient_id is not None:
            rows = rows.filter(patient=patient_id)
        return _covers(rows)


def packages_awaiting_hand_over(staff: Staff) -> list[PackageCover]:
    """Approved packages this person is named to hand over, oldest first. Empty for everybody who is not named."""
    with open_as(staff) as actor:
        return [cover for cover in _covers(_for_hand_over(actor).order_by("approved_at")) if cover.waiting]


def package_cover(staff: Staff, package_id: UUID) -> PackageCover | None:
    """The cover sheet, for the author or staff named for the hand-over; None for everybody else, and written down."""
    with open_as(staff) as actor:
        row = _reachable(actor).filter(pk=package_id).defer("sealed").first()
        if row is None:
            write_event(actor, EventKind.REFUSED, package=package_id)
            return None
        return _covers(Package.objects.filter(pk=package_id).defer("sealed"))[0]


def package_claim(staff: Staff, package_id: UUID) -> Mapping[str, Any]:
    """What the author documented for a package without an authorization, for who hands it over; empty for others.

    Raises Unreadable: then nothing may be handed over.
    """
    with open_as(staff) as actor:
        row = _for_hand_over(actor).filter(pk=package_id).defer("sealed").first()
        return _claim(row) if row else {}


def _claim(row: Package) -> dict[str, Any]:
    if row.claim is None:
        return {}
    found: dict[str, Any] = json.loads(open_text(row.claim, key=row.key, place=place_of_claim(row)))
    return found


def package_bytes(staff: Staff, package_id: UUID) -> bytes | None:
    """The exact locked bytes, for delivery: call it only when their hash stands in a signed ledger entry.

    None for everybody but author and named staff, and after withdrawal. Raises Unreadable when what opens is not what
    was approved: then nothing may be handed over.
    """
    with open_as(staff) as actor:
        row = _for_hand_over(actor).filter(pk=package_id).first()
        if row is None:
            write_event(actor, EventKind.REFUSED, package=package_id)
            return None
        locked = open_text(row.sealed, key=row.key, place=place_of_package(row))
        if hashlib.sha256(locked).hexdigest() != row.sha256:
            raise Unreadable
        write_event(actor, EventKind.PACKAGE_OPENED, author=row.author, package=row.id, detail=row.sha256)
        return locked


@contextmanager
def handing_over(staff: Staff, package_id: UUID) -> Iterator[PackageCover | None]:
    """Around the commit of a release: yields the cover, or None when there is nothing this person may hand over now.

    Until the block ends the author cannot withdraw the package and nobody else can commit it. The hand-over is written
    down when the block ends without an error; commit the release inside it.
    """
    with open_as(staff) as actor:
        lock(package_id)
        row = _for_hand_over(actor).filter(pk=package_id).defer("sealed").first()
        cover = _covers([row])[0] if row else None
        if row is None or cover is None or not cover.waiting:
            write_event(actor, EventKind.REFUSED, package=package_id)
            yield None
            return
        yield replace(cover, claim=_claim(row))
        write_event(actor, EventKind.PACKAGE_HANDED_OVER, author=cover.author, package=package_id, detail=cover.sha256)


def withdraw_package(staff: Staff, package_id: UUID) -> bool | None:
    """Author or custodian takes a package back. False when it was handed over already, None when it is not theirs.

    What a law or a court compels is taken back by either of the two who had it made, never by the author.
    """
    with open_as(staff) as actor:
        lock(package_id)
        theirs = Q(author=actor, compelled=None) | Q(approved_by=actor) | Q(compelled__in=_begun(actor))
        row = Package.objects.filter(theirs, pk=package_id).defer("sealed").first()
        if row is None:
            write_event(actor, EventKind.REFUSED, package=package_id)
            return None
        if not _covers([row])[0].waiting:
            return False
        changed = Package.objects.filter(pk=package_id, withdrawn_at=None).update(withdrawn_at=timezone.now())
        write_event(actor, EventKind.PACKAGE_WITHDRAWN, author=row.author, package=package_id)
        return changed == 1


def _reachable(actor: UUID) -> QuerySet[Package]:
    """By author, by name, or by the two who had it made; row-level security says the same."""
    named = Q(author=actor) | Q(approved_by=actor) | Q(named_staff__contains=[actor])
    return Package.objects.filter(named | Q(compelled__in=_begun(actor)))


def _begun(actor: UUID) -> QuerySet[Compelled]:
    """Compelled releases this person began or confirms."""
    return Compelled.objects.filter(Q(started_by=actor) | Q(second=actor)).values("pk")  # type: ignore[return-value]


def _for_hand_over(actor: UUID) -> QuerySet[Package]:
    """Named staff only, and the author only when named too: who approves is not thereby who hands over."""
    now = timezone.now()
    return Package.objects.filter(named_staff__contains=[actor], withdrawn_at=None, hand_over_until__gt=now)


def _covers(rows: Collection[Package] | QuerySet[Package]) -> list[PackageCover]:
    packages = list(rows)
    handed = dict(
        Event.objects.filter(package__in=[row.id for row in packages], kind=EventKind.PACKAGE_HANDED_OVER).values_list(
            "package", "at"
        )
    )
    return [_cover(row, handed.get(row.id)) for row in packages]


def _cover(row: Package, handed_over_at: datetime | None = None) -> PackageCover:
    return PackageCover(
        id=row.id,
        author=row.author,
        approved_by=row.approved_by or row.author,
        patient=row.patient,
        named_too=tuple(row.named_too),
        authorization_id=row.authorization_id,
        recipient_name=row.recipient_name,
        description=row.description,
        items=tuple(zip(row.notes, row.session_days, strict=True)),
        sha256=row.sha256,
        size=row.size,
        named_staff=tuple(row.named_staff),
        approved_at=row.approved_at,
        hand_over_until=row.hand_over_until,
        withdrawn_at=row.withdrawn_at,
        handed_over_at=handed_over_at,
        compelled=row.compelled,
        own_ground=row.claim is not None,
        passages_out=row.passages_out,
        others_left_out=row.others_left_out,
        speaks_of={note: tuple(map(UUID, found)) for note, found in row.speaks_of.items()},
    )
