"""Commit, deliver, close: no bytes leave without a signed entry, no entry says what did not happen.

Commit is one transaction: lock the authorization, ask the gate again, change the release, append the entry last. The
checkpoint is signed after it. Deliver gives only bytes whose hash stands in an entry under a signed checkpoint.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from authorizations.actions import lock_for_release
from authorizations.actions.restrictions import lock_restrictions
from authorizations.models import Authorization
from authorizations.queries.disclosers import other_discloser
from authorizations.rules import RecordClass
from disclosures.ledger.actions import LedgerBroken, append_delivery
from disclosures.ledger.queries import signed_entry_for
from disclosures.ledger.rules import Basis
from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import local_date, today
from practice.infrastructure.pages import page
from practice.infrastructure.refusals import Refusal, Refused
from practice.outside.actions import stop_links_to
from practice.outside.rules import LinkPurpose
from practice.people.models import Patient, Staff
from practice.worklist.actions import close_task
from practice.worklist.rules import TaskKind
from records.psychotherapy import vault
from records.psychotherapy.rules import EventKind

from ..models import Release, Reliance
from ..policies import check_may_open_package, refusal_to_open_package, releases_visible_to
from ..queries import entry_of, gate_items, package_of, proposal_of
from ..queries.frozen import changes_since_approval
from ..queries.named import entries_about_others, named_in
from ..queries.others import Relied, SpeaksOf, agreed_by, days_by_patient, spoken_of, with_others
from ..rules import Decision, Item, Method, ReleaseState, decide
from ..rules.ways import AGREED
from ..signals import compelled_leaves
from .emergency import ask_not_to_use_further
from .ended import ask_about_end
from .gate import GateRefused, check_move, record_refusal
from .ledger import append_entries, append_entry, append_others_of_chart, sign
from .prepare import locked_release, next_number


def commit_release(*, by: Staff, release_id: UUID | str, identity: str = "") -> Release:
    """Hand over an approved chart release: its entry is written and signed; from here it counts as disclosed.

    `identity` says how whoever stands at the desk was known, beside how the recipient was when it was prepared (R-144).
    Raises GateRefused with every reason when the gate says no now (a revocation that came first wins), Refused when it
    has moved on or has no package. Nothing is changed then. Call outside a transaction.
    """
    try:
        release = _commit(by=by, release_id=release_id, identity=identity)
    except GateRefused as refused:
        _record_refused(by, release_id, refused.decision)
        raise
    sign()
    return release


@transaction.atomic
def _commit(*, by: Staff, release_id: UUID | str, identity: str = "") -> Release:
    release = locked_release(by, release_id)
    check_move(release, ReleaseState.COMMITTED)
    items = gate_items(release.items.all())
    spoken = spoken_of(release, items)
    decision, now, relied = ask_under_lock(release, items, spoken)
    package = package_of(release)
    if package is None:
        raise Refused(
            Refusal("NO_PACKAGE", "The locked file is not made yet.", "Make the locked file, then hand it over.")
        )
    check_unchanged(release)
    if identity.strip():
        release.identity_verified = f"{release.identity_verified}; at hand-over: {identity.strip()}"
    release.sha256, release.verdict = package.sha256, decision.as_record()
    release.state, release.committed_by, release.committed_at = ReleaseState.COMMITTED, by, now
    release.disclosed_on = local_date(now)
    release.save()
    close_task(kind=TaskKind.RELEASE_HAND_OVER, subject=release, by=by)
    ask_not_to_use_further(release, decision)
    record(by=by, event=AuditEvent.RELEASE_COMMITTED, subject=release, patient_id=release.patient_id)
    keep_reliance(release, relied, now)
    append_entry(by=by, release=release, decision=decision)
    agreed, days = agreed_by(relied), days_by_patient(items, spoken)
    append_others_of_chart(by=by, release=release, decision=decision, days=days, agreed=agreed)
    return release


def commit_notes_package(
    *,
    by: Staff,
    package_id: UUID,
    release: Release,
    fill: Callable[[Release, vault.PackageCover], None] | None = None,
) -> Release:
    """Hand over a package of psychotherapy notes that its author approved and named `by` for.

    In: an unsaved `release` with what the person at the desk says (kind of recipient, how identity was checked, how it
    leaves); everything else comes from the package and its authorization; without one, from what its author documented
    or, for one that a law or a court compels, from `fill`. Raises GateRefused with every reason, and Refused when there
    is nothing here for this person. While this runs the package cannot be withdrawn.
    """
    try:
        _hand_over_notes(by=by, package_id=package_id, release=release, fill=fill)
    except GateRefused as refused:
        record_refusal(by=by, release=release, decision=refused.decision)
        code = refused.decision.reasons[0].code
        vault.record_event(by, EventKind.REFUSED, package=package_id, detail=code)
        raise
    sign()
    return release


def _hand_over_notes(
    *, by: Staff, package_id: UUID, release: Release, fill: Callable[[Release, vault.PackageCover], None] | None
) -> None:
    """While the package is locked in the sealed database: what is refused is written down after that has ended."""
    with vault.handing_over(by, package_id) as cover:
        nothing = cover is None or Release.objects.filter(package=package_id).exists()
        # what is compelled has no authorization, and what has one is not compelled
        if nothing or cover is None or (cover.compelled is None) != (fill is None):
            raise Refused(
                Refusal(
                    "NOTHING_TO_HAND_OVER",
                    "There is nothing here that you can hand over.",
                    "Ask the therapist who prepared it.",
                )
            )
        (fill or (fill_from_claim if cover.own_ground else fill_from_package))(release, cover)
        _commit_notes(by=by, release=release, cover=cover)


@transaction.atomic
def _commit_notes(*, by: Staff, release: Release, cover: vault.PackageCover) -> None:
    items = items_of_cover(cover)
    decision, now, relied = ask_under_lock(release, items, cover.not_named, approved=cover.compelled is None)
    release.sha256, release.verdict = cover.sha256, decision.as_record()
    release.state, release.committed_by, release.committed_at = ReleaseState.COMMITTED, by, now
    release.disclosed_on = local_date(now)
    release.number = next_number()
    release.save(force_insert=True)
    for patient in Patient.objects.in_bulk(cover.about).values():
        record(by=by, event=AuditEvent.RELEASE_COMMITTED, subject=release, patient_id=patient.pk)
    keep_reliance(release, relied, now)
    append_entries(by=by, release=release, decision=decision, cover=cover, agreed=agreed_by(relied))


def items_of_cover(cover: vault.PackageCover) -> list[Item]:
    """The notes of a package as the gate sees them."""
    return [Item(str(note), day, originator_id=str(cover.author)) for note, day in cover.items]


class Weighed(NamedTuple):
    """What the gate said under the lock, as of which instant, and on whose authorizations besides the patient's."""

    decision: Decision
    at: datetime
    relied: Relied


def ask_under_lock(release: Release, items: list[Item], speaks_of: SpeaksOf, *, approved: bool = False) -> Weighed:
    """Lock what it rests on, the authorizations of others spoken of too, then ask the gate as of this instant.

    Raises GateRefused.
    """
    weighed = weigh_under_lock(release, items, speaks_of, approved=approved)
    if not weighed.decision.allowed:
        raise GateRefused(weighed.decision)
    return weighed


def weigh_under_lock(release: Release, items: list[Item], speaks_of: SpeaksOf, *, approved: bool) -> Weighed:
    """The same, for who looks at the answer themselves."""
    for patient_id in sorted(named_in(release)):
        lock_restrictions(patient_id)
    now, items, relied = lock_papers(release, items, speaks_of)
    return Weighed(decide(proposal_of(release, items, on=local_date(now), at=now, approved=approved)), now, relied)


def lock_papers(release: Release, items: list[Item], speaks_of: SpeaksOf) -> tuple[datetime, list[Item], Relied]:
    """Hold the authorizations of the patient and of the others spoken of until the transaction ends, always in one
    order. Out: the instant from which on nobody takes one back, the items as they then stand, and what they rest on.
    """
    _, papers = with_others(release, items, speaks_of, on=today())
    for pk in sorted({*papers, *filter(None, [release.authorization_id])}):
        held = lock_for_release(pk)
        if pk == release.authorization_id:
            release.authorization = held
    now = timezone.now()
    items, relied = with_others(release, items, speaks_of, on=local_date(now), at=now)
    if not relied.keys() <= papers.keys():
        # one was taken back before it was held, and another found in its place that nobody holds: the next try does
        items = [replace(item, others_agreed=False) for item in items]
    return now, items, relied


def keep_reliance(release: Release, relied: Relied, at: datetime, *, given_out: bool = False) -> None:
    """Write down on whose authorizations besides the patient's a release rests: at the commit, and when bytes leave."""
    for paper, days in sorted(relied.items()):
        Reliance.objects.get_or_create(
            release=release, authorization_id=paper, given_out=given_out, defaults={"days": sorted(days), "at": at}
        )


def _record_refused(by: Staff, release_id: UUID | str, decision: Decision) -> None:
    record_refusal(by=by, release=Release.objects.get(pk=release_id), decision=decision)


def fill_from_package(release: Release, cover: vault.PackageCover) -> None:
    """Put onto a release row what the package and its authorization say of it."""
    release.authorization = Authorization.objects.get(pk=cover.authorization_id)
    release.basis = Basis.B_AUTHORIZATION
    release.recipient_address = release.recipient_address or release.authorization.recipient_address
    release.purpose = release.authorization.purpose
    release.facts = at_the_desk(release) | {"within_class": "yes"}  # the author named the recipient
    if other_discloser(release.authorization):
        release.facts |= {"within_discloser": "yes"}  # nothing is packed before somebody said so
    _fill_from_cover(release, cover)


def fill_from_claim(release: Release, cover: vault.PackageCover) -> None:
    """Put onto a release row what the author documented when they packed it without an authorization."""
    identity, agreed = release.identity_verified, at_the_desk(release)
    for name in CLAIMED:
        if name != "recipient_address" or not release.recipient_address:  # where it is sent is the desk's to correct
            setattr(release, name, cover.claim[name])
    release.identity_verified = f"{release.identity_verified}; at hand-over: {identity}"
    release.facts = release.facts | agreed
    release.authorization = None
    _fill_from_cover(release, cover)


def at_the_desk(release: Release) -> dict[str, str]:
    """The one fact that is known only where it leaves: that the patient agreed to this way."""
    return {key: value for key, value in release.facts.items() if key == AGREED}


# What an author says of a release without an authorization; kept sealed with the package until it is committed.
CLAIMED = (
    "basis", "exception", "process", "counsel_review", "facts", "purpose", "recipient_kind", "recipient_address",
    "identity_verified",
)  # fmt: skip


def _fill_from_cover(release: Release, cover: vault.PackageCover) -> None:
    release.record_class, release.description = RecordClass.PN, cover.description
    release.patient_id, release.package = cover.patient, cover.id
    if cover.passages_out:
        release.facts = release.facts | {"passages_out": "yes"}
    release.recipient_name = cover.recipient_name
    release.smallest_set_confirmed = True  # the author chose the notes one by one and approved exactly these
    release.approver_id = cover.author
    release.prepared_by_id = release.approved_by_id = cover.approved_by  # the author, or the custodian of their notes
    release.prepared_at = release.approved_at = cover.approved_at


@dataclass(frozen=True, slots=True)
class Delivered:
    """The exact bytes that leave, and a file name that says nothing of the person."""

    content: bytes
    filename: str

    def __repr__(self) -> str:
        return f"<Delivered {self.filename}>"


def deliver(*, by: Staff, release_id: UUID | str, again: bool = False) -> Delivered:
    """Give out the bytes of a committed release: only those whose hash stands in an entry under a signed checkpoint.

    Everything is asked again each time, and whatever says no stops it: what is printed or fetched a second time is a
    leaving of its own, and only what left before stands (R-053).
    `again`: a download that broke off is repeated, though it counts as delivered. Raises Refused, GateRefused, or
    Release.DoesNotExist; then nothing left. Call outside a transaction.
    """
    release = releases_visible_to(by).get(pk=release_id)
    check_open(release, again=again)
    check_may_open_package(by, release)
    if signed_entry_for(release.sha256) is None:
        sign()  # an earlier signing may have failed after the entry was committed
    content = _bytes_of(by, release)
    if sha256(content).hexdigest() != release.sha256 or not _signed_for(release):
        raise Refused(
            Refusal(
                "NOT_UNDER_SIGNED_ENTRY",
                "These records cannot leave: their entry in the disclosure ledger is missing or not signed.",
                "Tell the compliance officer. Nothing has been given out.",
                "45 CFR 164.528(d)",
            )
        )
    try:
        cover = vault.package_cover(by, release.package) if release.package else None
        _note_served(by=by, release_id=release.pk, cover=cover, again=again)
    except GateRefused as refused:
        record_refusal(by=by, release=release, decision=refused.decision)
        raise
    return Delivered(content, f"{release.number}.pdf")


def _signed_for(release: Release) -> bool:
    entry = signed_entry_for(release.sha256)
    return entry is not None and entry.release_id == release.pk


def check_open(release: Release, *, again: bool = False) -> None:
    """Raises Refused unless the release is committed and not closed yet; or delivered, when it is given `again`."""
    if release.state != ReleaseState.COMMITTED and not (again and release.state == ReleaseState.DELIVERED):
        words = f"This release is “{ReleaseState(release.state).label.lower()}”: nothing is given out now."
        raise Refused(Refusal("NOT_OPEN", words, "Open the release to see where it stands."))


def _bytes_of(by: Staff, release: Release) -> bytes:
    if release.package is None:
        package = release.packages.filter(sha256=release.sha256).last()
        content = package.content if package else None
    else:
        content = vault.package_bytes(by, release.package)
    if content is None:
        raise Refused(
            Refusal("NO_BYTES", "The package is not there for you to give out.", "Ask the therapist who prepared it.")
        )
    return bytes(content)


@transaction.atomic
def _note_served(*, by: Staff, release_id: UUID, cover: vault.PackageCover | None, again: bool) -> None:
    release = locked_release(by, release_id)
    check_open(release, again=again)
    if refusal := refusal_to_open_package(by, release):
        raise Refused(refusal)  # somebody took it over in the same moment; written down where it is shown
    check_unchanged(release)
    _, now, relied = _still_allowed(release, cover)
    keep_reliance(release, relied, now, given_out=True)
    if release.served_at is None:
        release.served_at = now
        release.save(update_fields=["served_at"])
    record(by=by, event=AuditEvent.RELEASE_DELIVERED, subject=release, patient_id=release.patient_id, detail="served")


def check_unchanged(release: Release) -> None:
    """Raises Refused, naming each, when a document of a frozen package reads otherwise by now than it was approved.

    Inside the transaction that lets it leave: what is written in the chart after this came after it left.
    """
    changed = changes_since_approval(release)
    if not changed:
        return
    remedy = "Ask on the release's page for it to be read and approved anew; what was chosen and left out stays chosen."
    if release.served_at is not None:
        remedy = "Say how the hand-over ended. If the recipient should have what was corrected, prepare a new release."
    words = ". ".join(one.words for one in changed)
    link = page("release-open", release.pk)
    raise Refused(Refusal("CHANGED_SINCE_APPROVED", f"{words}.", remedy, "45 CFR 164.514(d)(3)(ii)", link))


def _still_allowed(release: Release, cover: vault.PackageCover | None) -> Weighed:
    """The gate's answer, unless something says no now that did not at commit: an authorization that ended or was
    entered wrongly, a restriction, another address, a policy, a legal paper that is over (R-053). Raises GateRefused,
    Refused.
    """
    items = items_of_cover(cover) if cover else gate_items(release.items.all())
    speaks_of = cover.not_named if cover else spoken_of(release, items)
    compelled = cover is not None and cover.compelled is not None
    if cover and compelled:
        _ask_paper(cover)
    approved = cover is not None and not compelled  # as at commit
    return ask_under_lock(release, items, speaks_of, approved=approved)


def _ask_paper(cover: vault.PackageCover) -> None:
    """Raises Refused when the legal paper does not compel it any more, and when nobody is there to say."""
    if not compelled_leaves.send(Release, cover=cover):
        raise Refused(Refusal("PAPER_NOT_ASKED", "It cannot be said whether the legal paper still compels this."))


def close_release(
    *,
    by: Staff,
    release_id: UUID | str,
    delivered: bool,
    on: date,
    receipt: str = "",
    reason: str = "",
    came_back: str = "",
) -> Release:
    """Say how a hand-over ended: delivered (how, on which day, receipt) or not delivered (reason). A further entry.

    What came back becomes front desk's task, and an incident to look at when somebody may have read it. Raises Refused
    for a day outside commit and today, without a reason, or when it is closed already.
    """
    release = end(
        by=by,
        release_id=release_id,
        delivered=delivered,
        on=on,
        receipt=receipt,
        reason=reason,
        came_back="" if delivered else came_back,
    )
    sign()
    return release


@transaction.atomic
def end(
    *,
    by: Staff,
    release_id: UUID | str,
    delivered: bool,
    on: date,
    receipt: str = "",
    reason: str = "",
    came_back: str = "",
) -> Release:
    """The same inside a greater act, which signs the checkpoint itself."""
    release = locked_release(by, release_id)
    following = ReleaseState.DELIVERED if delivered else ReleaseState.NOT_DELIVERED
    check_move(release, following)
    _check_end(release, delivered, on, reason)
    entry = entry_of(release)
    if entry is None:
        raise LedgerBroken("a committed release has no entry")
    release.state, release.closed_by, release.closed_at = following, by, timezone.now()
    release.closed_on, release.receipt, release.end_reason, release.came_back = on, receipt, reason, came_back
    release.save()
    ask_about_end(release)
    if not delivered:
        stop_links_to(by=by, purpose=LinkPurpose.DOWNLOAD, subject_id=release.pk)
    close_task(kind=TaskKind.RELEASE_UNCONFIRMED, subject=release, by=by)
    record(
        by=by,
        event=AuditEvent.RELEASE_CLOSED,
        subject=release,
        patient_id=release.patient_id,
        detail=following.value,
    )
    how = "downloaded" if delivered and release.method == Method.DOWNLOAD else release.method
    append_delivery(by=by, entry=entry, delivered=delivered, on=on, how=how, receipt=receipt, reason=reason)
    for one in entries_about_others(release):  # without what somebody wrote of this patient's hand-over
        append_delivery(by=by, entry=one, delivered=delivered, on=on, how=how, reason=reason and "It did not arrive")
    return release


def _check_end(release: Release, delivered: bool, on: date, reason: str) -> None:
    if release.disclosed_on is None or not release.disclosed_on <= on <= today():
        raise Refused(Refusal("WRONG_DAY", "The day must lie between the hand-over and today."))
    if not delivered and not reason.strip():
        raise Refused(Refusal("NO_REASON", "Say why it was not delivered."))
    if delivered and release.served_at is None:
        raise Refused(
            Refusal(
                "NOTHING_SERVED",
                "Nothing was given out yet, so it cannot have been delivered.",
                "Get the package first, or close it as not delivered.",
            )
        )
