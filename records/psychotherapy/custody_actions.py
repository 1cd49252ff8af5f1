"""Transfers of custody, packages in custody, and the destruction of signed notes: what asks both databases."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.db import transaction

from authorizations.models import Authorization
from authorizations.queries import AuthorizationLine, sealed_notes_asked_of_author
from practice.compliance.queries import policies_in_force, policy
from practice.infrastructure.days import local_date, today
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Patient, Staff

from . import policies, vault
from .actions import check_discloser, covered_by, refusals_of
from .custody_rules import (
    HAPPENED,
    CareFacts,
    CustodyReason,
    Step,
    Transfer,
    kept_through,
    last_backup_ends_on,
    refusal_of_people,
    refusal_to_destroy,
)
from .documents import package_pdf
from .vault import Kept, NoteHead, NotReleasable, Releasable, SealedPackage

ALREADY = Refusal(
    "CUSTODY_PROPOSED_ALREADY",
    "A transfer of custody for this author that names you stands already.",
    "Stop that one first, or see it through.",
)
NOT_NOW = Refusal("CUSTODY_NOT_NOW", "This step is not yours to take now. Nothing was changed.")
WHAT_HAPPENED = Refusal("CUSTODY_NO_REASON", "Say what happened to the author.")


# --- Transfers --------------------------------------------------------------------------------------------------------


def propose_custody(*, by: Staff, author: Staff, custodian: Staff, second: Staff, reason: CustodyReason) -> Transfer:
    """The first of two people proposes that `custodian` takes custody of whatever `author` keeps.

    Raises Refused: for a role that may not, for people who may not stand together, for a second transfer.
    """
    _refuse(policies.refusal_to_propose_custody(by))
    _refuse(policies.refusal_to_confirm_custody(second))
    _refuse(WHAT_HAPPENED if reason not in HAPPENED else None)
    _check_people(by, author, custodian, second)
    days = policy("P-28", today()).value
    return vault.propose_custody(
        by, author=author.pk, custodian=custodian.pk, second=second.pk, reason=reason, waits_days=_number(days)
    )


def name_custodian(*, by: Staff, custodian: Staff, waits_days: int, contact: str) -> Transfer:
    """An author names in advance who shall have custody: the first of two people. The second is the custodian, who
    confirms when the time has come. The way of a solo practice. Raises Refused.
    """
    _check_people(by, by, custodian, custodian)
    return vault.propose_custody(
        by,
        author=by.pk,
        custodian=custodian.pk,
        second=custodian.pk,
        reason=CustodyReason.IN_ADVANCE,
        waits_days=waits_days,
        contact=contact,
    )


def _check_people(by: Staff, author: Staff, custodian: Staff, second: Staff) -> None:
    _refuse(refusal_of_people(author=author.pk, custodian=custodian.pk, proposed_by=by.pk, second=second.pk))
    if not policies.custodians_for(author).filter(pk=custodian.pk).exists():
        words = "A custodian has a sign-in here and a license in force."
        raise Refused(Refusal("CUSTODY_NO_LICENSE", words, "An administrator can invite them and add the license."))
    standing = [one for one in vault.my_transfers(by) if one.author == author.pk and one.stopped_at is None]
    _refuse(ALREADY if standing else None)


def confirm_custody(*, by: Staff, transfer: Transfer, reason: str = "") -> None:
    """The second person confirms; the waiting time begins. `reason`: what happened, where it was named in advance."""
    if not transfer.in_advance:
        _refuse(policies.refusal_to_confirm_custody(by))
    elif reason not in HAPPENED:
        raise Refused(WHAT_HAPPENED)
    _step(by, transfer, Step.CONFIRM, reason if transfer.in_advance else "")


def take_custody(*, by: Staff, transfer: Transfer) -> None:
    """The custodian takes custody, once the waiting time is over."""
    _step(by, transfer, Step.TAKE)


def stop_custody(*, by: Staff, transfer: Transfer) -> None:
    """Anybody named stops a transfer, or ends a custody that is in effect. It does not come back."""
    _step(by, transfer, Step.STOP)


def _step(by: Staff, transfer: Transfer, step: Step, reason: str = "") -> None:
    if not vault.take_step(by, transfer.id, step, reason=reason):
        raise Refused(NOT_NOW)


def _refuse(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise Refused(refusal)


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("this policy is a number")
    return value


# --- Packages in custody ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CustodyOffer:
    """What a custodian can decide about one authorization: sessions by their day, and why others stay out."""

    authorization: Authorization
    refusals: tuple[Refusal, ...]
    sessions: tuple[Releasable, ...]
    left_out: tuple[Releasable, ...]
    recipients: tuple[str, ...]


def requests_in_custody(by: Staff, transfer: Transfer, on: date) -> list[AuthorizationLine]:
    """Authorizations in effect that ask for the notes of this author; none unless `by` has custody now."""
    if not (transfer.in_effect and transfer.custodian == by.pk):
        return []
    return sealed_notes_asked_of_author(transfer.author, on)


def offer_in_custody(*, by: Staff, transfer: Transfer, authorization: Authorization, on: date) -> CustodyOffer:
    """The days of the sessions that the authorization names, without any text. Written down as an opening."""
    refusals = refusals_of(authorization, on)
    recipients = tuple(name.strip() for name in authorization.recipient_name.split(";") if name.strip())
    if refusals:
        return CustodyOffer(authorization, refusals, (), (), recipients)
    found = vault.sessions_in_custody(
        by,
        transfer.id,
        patient_id=authorization.patient_id,
        ground=authorization.pk,
        covered=covered_by(authorization, on),
    )
    sessions = tuple(one for one in found if one.refusal is None)
    return CustodyOffer(authorization, (), sessions, tuple(one for one in found if one.refusal), recipients)


def pack_in_custody(
    *,
    by: Staff,
    transfer: Transfer,
    authorization: Authorization,
    package_id: UUID,
    note_ids: Collection[UUID],
    recipient: str,
    named_staff: Collection[Staff],
    on: date,
    us_in_other_words: bool = False,
) -> SealedPackage:
    """Packs the notes of these sessions, shown to nobody. Raises NotReleasable; then nothing was made."""
    if refusals := refusals_of(authorization, on):
        raise NotReleasable(refusals[0])
    check_discloser(authorization, us_in_other_words)
    patient, author = authorization.patient, Staff.objects.get(pk=transfer.author)
    return vault.pack_in_custody(
        by=by,
        custody_id=transfer.id,
        package_id=package_id,
        patient_id=patient.pk,
        authorization_id=authorization.pk,
        recipient_name=recipient,
        note_ids=note_ids,
        named_staff=[person.pk for person in named_staff],
        covered=covered_by(authorization, on, recipient),
        render=lambda chosen: package_pdf(
            chosen, author=author, custodian=by, patient=patient, recipient=recipient, package_id=package_id, on=on
        ),
    )


# --- Destruction ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class KeptLine:
    """One signed note in its author's list of retention. `through`: kept until then; None while care goes on.

    `refusal`: why it may not be destroyed today. `backup_ends_on`: the last day of a backup that still holds it, were
    it destroyed at the first moment possible (or when it was); None when the practice has not said.
    """

    kept: Kept
    through: date | None
    refusal: Refusal | None
    backup_ends_on: date | None


class Retention:
    """What the practice's policies say about notes: facts of their patients are read once, and locked when asked."""

    def __init__(self, heads: Iterable[NoteHead], on: date, *, lock: bool = False) -> None:
        ids = {patient for head in heads for patient in head.patients}
        rows = Patient.objects.filter(pk__in=ids)
        rows = rows.order_by("pk").select_for_update() if lock else rows
        self._facts = {
            row.pk: CareFacts(row.opened_on, row.closed_on, row.birth_date, row.litigation_hold) for row in rows
        }
        values = policies_in_force(on)
        self._years, self._age, self._on = _number(values["P-29"].value), _number(values["P-30"].value), on

    def refusal(self, head: NoteHead) -> Refusal | None:
        """Why this note may not be destroyed today, or None."""
        named = len(set(head.patients))
        years, age = self._years, self._age
        return refusal_to_destroy(self._of(head), head.session_on, named=named, years=years, minor_age=age, on=self._on)

    def through(self, head: NoteHead) -> date | None:
        """The last day on which it must be kept, or None while that is not known."""
        return kept_through(self._of(head), head.session_on, years=self._years, minor_age=self._age)

    def _of(self, head: NoteHead) -> list[CareFacts]:
        return [self._facts[patient] for patient in set(head.patients) if patient in self._facts]


def kept_notes(by: Staff, on: date) -> list[KeptLine]:
    """Every signed note of the author's, with how long it is kept and what was ordered about it."""
    found = vault.my_kept_notes(by)
    retention = Retention((one.head for one in found), on)
    return [_kept_line(one, retention, on) for one in found]


def _kept_line(one: Kept, retention: Retention, on: date) -> KeptLine:
    goes_on = on
    if one.order:
        goes_on = max(on, local_date(one.order.due_at)) if one.order.destroyed_at is None else on
        goes_on = local_date(one.order.destroyed_at) if one.order.destroyed_at else goes_on
    backup = last_backup_ends_on(goes_on, settings.BACKUP_DAYS)
    return KeptLine(one, retention.through(one.head), retention.refusal(one.head), backup)


def order_destruction(*, by: Staff, note_ids: Collection[UUID], on: date) -> int:
    """Orders the destruction of these notes. Raises vault.NotDestroyed when one of them must be kept; then none is."""
    heads = [one.head for one in vault.my_kept_notes(by) if one.head.id in set(note_ids)]
    retention = Retention(heads, on)
    return len(vault.order_destruction(by, note_ids, allowed=retention.refusal))


@transaction.atomic
def destroy(*, by: Staff, order_id: UUID, on: date) -> bool:
    """Carries out an order. The patients' rows are locked meanwhile: a litigation hold comes before it or after it.

    Raises vault.NotDestroyed when it is not due, or the note must be kept after all. False when there is no such order.
    """
    heads = [one.head for one in vault.my_kept_notes(by) if one.order and one.order.id == order_id]
    retention = Retention(heads, on, lock=True)
    return vault.destroy(by, order_id, allowed=retention.refusal)
