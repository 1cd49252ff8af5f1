"""Custody: when an author cannot act, somebody named can have their notes packed for release, and can read none.

A transfer is about an author, never about a note: it is the same whether there are notes or not. Each step is checked
here and again by a trigger of the database. What is opened in custody is opened by a `CustodyOpening` of the same
transaction: outside `_opening` the database shows the custodian no row of the author's.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from functools import partial
from uuid import UUID

from django.db import connections
from django.utils import timezone

from practice.infrastructure.blackout import burn, plain
from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.pdf import lock_pdf, new_passphrase
from practice.infrastructure.refusals import Refusal
from practice.people.models import Staff
from records.psychotherapy.custody_rules import CustodyReason, Opening, Step, Transfer
from records.psychotherapy.models import Custody, CustodyOpening, Note, Package
from records.psychotherapy.rules import EventKind, refusal_to_release

from .destruction import living
from .drafts import head_of
from .notes import text_of_note
from .packages import (
    NOTHING_CHOSEN,
    Covered,
    NotReleasable,
    Render,
    fill_package,
    keep_package,
    refuse_second,
    still_to_agree,
    with_files,
)
from .redaction import left_out_of
from .session import ALIAS, lock, open_as, write_event
from .values import Releasable, SealedPackage

NOT_IN_EFFECT = Refusal("CUSTODY_NOT_IN_EFFECT", "You do not have custody of these notes.")
NOT_BOTH = Refusal(
    "CUSTODY_NOT_BOTH",
    "Whoever packs notes in custody is given the passphrase, so somebody else hands the file over.",
    "Name somebody else for the hand-over.",
)
KINDS = {
    Step.CONFIRM: EventKind.CUSTODY_CONFIRMED,
    Step.TAKE: EventKind.CUSTODY_TAKEN,
    Step.STOP: EventKind.CUSTODY_STOPPED,
}


def propose_custody(
    staff: Staff,
    *,
    author: UUID,
    custodian: UUID,
    second: UUID,
    reason: CustodyReason,
    waits_days: int,
    contact: str = "",
) -> Transfer:
    """Begins a transfer of custody, to be confirmed by `second`. Who may, and who may be named, is asked before."""
    with open_as(staff) as actor:
        row = Custody(author=author, custodian=custodian, proposed_by=actor, second=second, reason=reason)
        row.waits_days, row.contact = waits_days, contact
        row.save(force_insert=True)
        write_event(actor, EventKind.CUSTODY_PROPOSED, author=author, detail=str(row.id))
        return _transfer(row)


def my_transfers(staff: Staff) -> list[Transfer]:
    """Every transfer of custody that names this person, the newest first. Nobody sees another."""
    with open_as(staff):
        return [_transfer(row) for row in Custody.objects.order_by("-proposed_at")]


def transfer_of_mine(staff: Staff, custody_id: UUID) -> Transfer | None:
    """One transfer that names this person, or None; an attempt on another is written down."""
    with open_as(staff) as actor:
        row = _named(actor, custody_id)
        return _transfer(row) if row else None


def take_step(staff: Staff, custody_id: UUID, step: Step, *, reason: str = "") -> bool | None:
    """Confirms, takes or stops. None when the transfer does not name this person, False when the step is not theirs.

    `reason` is what happened, for a custodian named in advance.
    """
    with open_as(staff) as actor:
        lock(custody_id)
        row = _named(actor, custody_id)
        if row is None:
            return None
        now = timezone.now()
        if step not in _transfer(row).steps_of(actor, now):
            write_event(actor, EventKind.REFUSED, author=row.author, detail=f"{step} {custody_id}")
            return False
        changes: dict[Step, dict[str, object]] = {
            Step.CONFIRM: {"confirmed_at": now, "confirmed_reason": reason},
            Step.TAKE: {"taken_at": now},
            Step.STOP: {"stopped_at": now, "stopped_by": actor},
        }
        Custody.objects.filter(pk=custody_id).update(**changes[step])
        write_event(actor, KINDS[step], author=row.author, detail=str(custody_id))
        return True


def sessions_in_custody(
    staff: Staff, custody_id: UUID, *, patient_id: UUID, ground: UUID, covered: Covered
) -> list[Releasable]:
    """The sessions that the author signed notes of about one patient, oldest first, without any text.

    For one authorization (`ground`), which is written down with the opening. What may not leave has its reason. Raises
    NotReleasable unless this person has custody now.
    """
    with open_as(staff) as actor:
        custody = _in_effect(actor, custody_id)
        with _opening(custody, Opening.INDEX, ground=ground, patient=patient_id):
            rows = living(Note.objects.filter(author=custody.author, patients__contains=[patient_id])).defer("sealed")
            return [_listed(row, patient_id, covered) for row in rows.order_by("session_on", "signed_at")]


def pack_in_custody(
    *,
    by: Staff,
    custody_id: UUID,
    package_id: UUID,
    patient_id: UUID,
    authorization_id: UUID,
    recipient_name: str,
    note_ids: Collection[UUID],
    named_staff: Collection[UUID],
    covered: Covered,
    render: Render,
) -> SealedPackage:
    """As `prepare_package`, for notes in custody: rendered, locked and sealed in one transaction, shown to nobody.

    The package stays the author's. Raises NotReleasable; then nothing was made and nothing was opened.
    """
    passphrase = new_passphrase()
    with open_as(by) as actor:
        custody = _in_effect(actor, custody_id)
        refuse_second(package_id)
        if actor in named_staff:
            raise NotReleasable(NOT_BOTH)
        package = Package(id=package_id, patient=patient_id, authorization_id=authorization_id, author=custody.author)
        package.approved_by, package.recipient_name = actor, recipient_name
        package.named_staff = sorted(set(named_staff))
        wanted = {"ground": authorization_id, "patient": patient_id, "notes": set(note_ids), "package": package_id}
        with _opening(custody, Opening.PACKAGE, **wanted):  # type: ignore[arg-type]
            chosen = _texts(custody.author, set(note_ids), patient_id, covered)
            locked = lock_pdf(render(chosen), passphrase)
            fill_package(package, chosen, locked)
            cover = keep_package(actor, package, locked)
        for one in chosen:
            kind, note = EventKind.PACKAGE_PREPARED, one.head.id
            write_event(actor, kind, author=custody.author, note=note, package=package_id, detail=str(custody_id))
        return SealedPackage(cover, passphrase)


def _texts(author: UUID, note_ids: set[UUID], patient_id: UUID, covered: Covered) -> list[Releasable]:
    """The chosen notes with their texts, less what their author left out, for the rendering alone."""
    rows = living(Note.objects.filter(author=author, pk__in=note_ids)).order_by("session_on", "signed_at")
    chosen = []
    for row in rows:
        head = head_of(row)
        try:
            text, cuts = text_of_note(row), left_out_of(row, patient_id)
        except Unreadable:  # then nobody knows what its author left out
            text, cuts = None, None
        patients = still_to_agree(head, covered)
        ask = partial(refusal_to_release, patients=patients, patient=patient_id)
        refusal = ask(readable=text is not None) or covered(head)
        if text is None or refusal is not None:
            raise NotReleasable(refusal or NOTHING_CHOSEN)
        spans = cuts.spans if cuts else ()
        chosen.append(with_files(Releasable(head, burn(plain(text), spans), None, passages_out=len(spans))))
    if not chosen or len(chosen) != len(note_ids):
        raise NotReleasable(NOTHING_CHOSEN)
    return chosen


def _listed(row: Note, patient_id: UUID, covered: Covered) -> Releasable:
    head = head_of(row)
    patients = still_to_agree(head, covered)
    refusal = refusal_to_release(patients=patients, patient=patient_id, readable=True) or covered(head)
    return Releasable(head, None, refusal)


@contextmanager
def _opening(
    custody: Custody,
    kind: Opening,
    *,
    ground: UUID,
    patient: UUID,
    notes: Collection[UUID] = (),
    package: UUID | None = None,
) -> Iterator[None]:
    """Writes down what is opened, then lets the database show it until the block ends. Inside an open vault."""
    row = CustodyOpening(custody=custody.id, author=custody.author, opened_by=custody.custodian, kind=kind)
    row.ground, row.patient, row.notes, row.package = ground, patient, sorted(notes), package
    row.save(force_insert=True)
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT set_config('app.opening', %s, true)", [str(row.id)])
        yield
        cursor.execute("SELECT set_config('app.opening', '', true)")


def _named(actor: UUID, custody_id: UUID) -> Custody | None:
    """Row-level security shows a transfer to those it names only."""
    row = Custody.objects.filter(pk=custody_id).first()
    if row is None or actor not in (row.author, row.custodian, row.proposed_by, row.second):
        write_event(actor, EventKind.REFUSED, detail=str(custody_id))
        return None
    return row


def _in_effect(actor: UUID, custody_id: UUID) -> Custody:
    row = Custody.objects.filter(pk=custody_id, custodian=actor, taken_at__isnull=False, stopped_at=None).first()
    if row is None:
        raise NotReleasable(NOT_IN_EFFECT)
    return row


def _transfer(row: Custody) -> Transfer:
    return Transfer(
        id=row.id,
        author=row.author,
        custodian=row.custodian,
        proposed_by=row.proposed_by,
        second=row.second,
        reason=CustodyReason(row.reason),
        contact=row.contact,
        waits_days=row.waits_days,
        proposed_at=row.proposed_at,
        confirmed_at=row.confirmed_at,
        confirmed_reason=row.confirmed_reason,
        taken_at=row.taken_at,
        stopped_at=row.stopped_at,
        stopped_by=row.stopped_by,
    )
