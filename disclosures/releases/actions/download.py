"""A release that its recipient fetches by a one-time link: committed when they have passed its code, served once.

The link's maker stands as `by` for what happens when nobody of the practice is there; that it was the recipient who
opened and fetched it stands in the audit trail of the link.
"""

from dataclasses import dataclass, field
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal, Refused
from practice.outside.actions import NewLink, make_link, use_link
from practice.outside.models import Link
from practice.outside.rules import CodeGiven, LinkPurpose
from practice.outside.signals import LinkSpent
from practice.people.models import Staff

from ..models import Release
from ..policies import releases_visible_to
from ..queries import verdict_now
from ..queries.steps import sent_words
from ..rules import Method, ReleaseState
from .gate import GateRefused, check_move, record_refusal
from .hand_over import Delivered, check_unchanged, close_release, commit_release, deliver
from .prepare import check_told, lock_package, locked_release

OPENED = "the recipient said on the page of the link that the file opened"
NOT_BY_LINK = Refusal(
    "NOT_BY_LINK",
    "This release does not leave by a link.",
    "Hand it over as was chosen, or prepare it again as a secure download.",
)


@dataclass(frozen=True, slots=True)
class DownloadOffer:
    """A link to an approved release. Address, code and passphrase are shown once; "" where it was given before."""

    made: NewLink
    passphrase: str = field(repr=False)


def offer_download(*, by: Staff, release_id: UUID | str, days: int, code_given: CodeGiven) -> DownloadOffer:
    """Lock an approved release as a file and make the link to it; or a new link to one whose download never began.

    Nothing is disclosed yet. Raises GateRefused with every reason, Refused when it is not one to download or over.
    """
    try:
        return _offer(by=by, release_id=release_id, days=days, code_given=code_given)
    except GateRefused as refused:
        record_refusal(by=by, release=Release.objects.get(pk=release_id), decision=refused.decision)
        raise


@transaction.atomic
def _offer(*, by: Staff, release_id: UUID | str, days: int, code_given: CodeGiven) -> DownloadOffer:
    release = locked_release(by, release_id)
    if release.method != Method.DOWNLOAD:
        raise Refused(NOT_BY_LINK)
    check_told(release, code_given)
    passphrase = ""
    committed = release.state == ReleaseState.COMMITTED  # then its bytes, and so its passphrase, stand since
    if not committed:
        check_move(release, ReleaseState.COMMITTED)
    decision = verdict_now(release)
    if not decision.allowed:
        raise GateRefused(decision)
    check_unchanged(release)
    if not committed:
        passphrase = lock_package(by=by, release_id=release.pk, told=code_given)
    made = make_link(
        by=by,
        purpose=LinkPurpose.DOWNLOAD,
        subject_id=release.pk,
        patient=release.patient,
        days=days,
        code_given=code_given,
    )
    return DownloadOffer(made, passphrase)


def commit_by_link(*, link: Link) -> Release:
    """The recipient has passed the code: from here it counts as disclosed. Raises LinkSpent where it may not leave."""
    try:
        release = release_of(link)
        if release.state == ReleaseState.APPROVED:
            return commit_release(by=link.made_by, release_id=release.pk)
    except (GateRefused, Refused, Release.DoesNotExist):
        raise LinkSpent from None
    if release.state != ReleaseState.COMMITTED:
        raise LinkSpent
    return release


def release_of(link: Link) -> Release:
    """The release a link is for, as its maker may still see it. Raises Release.DoesNotExist."""
    return releases_visible_to(link.made_by).get(pk=link.subject_id, method=Method.DOWNLOAD)


def download(*, link: Link) -> Delivered:
    """The bytes, for the browser that passed the code; again for a few minutes, for a download that broke off.

    Raises LinkSpent for everything else: used, too late, stopped, taken back since. Call outside a transaction.
    """
    used = use_link(link=link)
    try:
        return deliver(by=link.made_by, release_id=link.subject_id, again=used.served > 1)
    except (GateRefused, Refused, Release.DoesNotExist):
        raise LinkSpent from None


@transaction.atomic
def note_sent_whole(*, link: Link) -> None:
    """The last byte has gone out to the recipient's device. Whether the file arrived and opens, only they can say."""
    release = locked_release(link.made_by, link.subject_id)
    if release.sent_whole_at is None:
        release.sent_whole_at = timezone.now()
        release.save(update_fields=["sent_whole_at"])
        record(
            by=None,
            event=AuditEvent.RELEASE_DELIVERED,
            subject=release,
            patient_id=release.patient_id,
            detail="sent_whole",
        )


def note_opened(*, link: Link) -> Release:
    """The recipient says that the file opened: it was delivered. Said twice, it is entered once.

    Raises LinkSpent when the file was not fetched with this link.
    """
    try:
        release = release_of(link)
    except Release.DoesNotExist:
        raise LinkSpent from None
    if link.used_at is None or release.served_at is None:
        raise LinkSpent
    if release.state == ReleaseState.COMMITTED:
        receipt = f"{sent_words(release) or 'Fetched with the one-time link'}; {OPENED}"
        release = close_release(by=link.made_by, release_id=release.pk, delivered=True, on=today(), receipt=receipt)
    return release
