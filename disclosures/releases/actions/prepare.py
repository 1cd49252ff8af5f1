"""From a choice to a frozen package: prepare, approve, lock. Nothing here is logged as disclosed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from authorizations.rules import RecordClass
from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.pdf import lock_pdf, new_passphrase
from practice.infrastructure.refusals import Refusal, Refused
from practice.outside.rules import CodeGiven
from practice.people.models import Staff
from practice.people.rules import Role
from practice.worklist.actions import add_task, close_task
from practice.worklist.rules import TaskKind
from records.chart.documents import ReleaseItemInfo, release_items
from records.chart.paper import Block
from records.chart.reading import as_read, reading_of

from ..documents import chart_package
from ..documents.package import blocks_of
from ..models import ChartPackage, Redaction, Release, ReleaseItem
from ..policies import check_may_approve, open_patient_for_release, refusal_to_approve, releases_visible_to
from ..queries import asked_of, item_key, proposal_of
from ..queries.frozen import items_to_read
from ..queries.redaction import redactions_of
from ..queries.release import item_of, may_not_call, verdict_on
from ..rules import LEAVES_AS_FILE, PACKAGE_METHODS, Decision, ReleaseState, decide
from ..rules.extent import as_good_as_whole
from .gate import GateRefused, check_move, record_refusal


def prepare_release(*, by: Staff, release: Release, keys: Collection[str], approver: Staff) -> Release:
    """Save what a form has put together as a chart release that waits for `approver`; nothing is disclosed.

    In: an unsaved `release` with patient, basis, recipient and the rest; `keys` name lines of the chart's index.
    Raises Http404 for a patient `by` may not work on, Refused for what cannot be chosen, GateRefused with all reasons.
    """
    open_patient_for_release(by, release.patient_id)
    chosen = _chosen(release, keys)
    _check_choice(release, approver)
    check_data(release)
    decision = decide(proposal_of(release, [item_of(info) for info in chosen], on=today()))
    if not decision.allowed:
        record_refusal(by=by, release=release, decision=decision)
        raise GateRefused(decision)
    release.prepared_by, release.approver = by, approver
    release.state, release.record_class = ReleaseState.AWAITING_APPROVAL, RecordClass.CHART
    release.description = describe(chosen)
    release.verdict = decision.as_record()
    note_override(by=by, release=release, decision=decision)
    _save_prepared(by=by, release=release, chosen=chosen)
    return release


def _chosen(release: Release, keys: Collection[str]) -> list[ReleaseItemInfo]:
    index = release_items(release.patient)
    chosen = [info for info in index if item_key(info) in set(keys)]
    if len(chosen) != len(set(keys)):
        raise Refused(
            Refusal(
                "ITEMS_GONE",
                "Some of the documents chosen are not in this chart.",
                "Choose again from the list as it stands now.",
            )
        )
    release.every_item = bool(chosen) and len(chosen) == len(index)
    release.whole_chart = as_good_as_whole([info.kind for info in chosen], [info.kind for info in index])
    return chosen


def _check_choice(release: Release, approver: Staff) -> None:
    if release.authorization and release.authorization.patient_id != release.patient_id:
        raise Refused(
            Refusal(
                "AUTHORIZATION_OF_ANOTHER",
                "That authorization is another patient's.",
                "Choose one of this patient's authorizations, or record theirs.",
                "45 CFR 164.508(a)(1)",
            )
        )
    if refusal := refusal_to_approve(approver, release.patient):
        raise Refused(refusal)
    if release.method not in PACKAGE_METHODS:
        raise Refused(Refusal("METHOD_MISSING", "It is not said how it leaves.", "Choose how it is handed over."))


def check_data(release: Release) -> None:
    """Data for another system leaves inside a locked file. Raises Refused."""
    if release.with_data and release.method not in LEAVES_AS_FILE:
        raise Refused(
            Refusal(
                "DATA_ON_PAPER",
                "Data for another records system leaves as a file, not on paper.",
                "Choose “Locked file”, or leave the data out.",
            )
        )


def _check_still_whole(release: Release, kept: Collection[ReleaseItem]) -> None:
    """A whole chart as data is what was chosen and read: nothing may have come to it since. Raises Refused."""
    if not (release.with_data and release.every_item):
        return
    now = {(info.kind, info.id) for info in release_items(release.patient)}
    if now != {(row.kind, row.object_id) for row in kept}:
        raise Refused(
            Refusal(
                "CHART_HAS_GROWN",
                "Something was added to this chart since the release was prepared, so this is not all of it.",
                "Withdraw this release and prepare it again from the chart as it stands.",
            )
        )


@transaction.atomic
def _save_prepared(*, by: Staff, release: Release, chosen: list[ReleaseItemInfo]) -> None:
    release.number = next_number()
    release.save(force_insert=True)
    for position, info in enumerate(chosen):
        ReleaseItem.objects.create(
            release=release, position=position, kind=info.kind, object_id=info.id, on=info.on, title=info.title
        )
    add_task(
        kind=TaskKind.RELEASE_APPROVAL, due_on=None, subject=release, patient=release.patient, person=release.approver
    )
    detail = f"p14_{release.override_code}" if release.override_code else ""
    record(by=by, event=AuditEvent.RELEASE_PREPARED, subject=release, patient_id=release.patient_id, detail=detail)


def note_override(*, by: Staff, release: Release, decision: Decision) -> None:
    """Put onto an unsaved release who went on without the patient's permission, when and why, and who called it an
    emergency; nothing if unneeded."""
    used = decision.override
    release.override_code, release.override_reason = used, release.override_reason if used else ""
    release.override_by, release.override_at = (by, timezone.now()) if used else (None, None)
    if not release.emergency:
        release.emergency_by, release.emergency_at = None, None
    elif release.emergency_at is None:  # prepared again, it stays the word of who called it one
        release.emergency_by, release.emergency_at = by, timezone.now()


def next_number() -> str:
    """The next release number, such as "REL-2026-0012"; call inside the transaction that uses it."""
    advisory_lock("release number")
    prefix = f"REL-{today().year}-"
    last = Release.objects.filter(number__startswith=prefix).aggregate(last=Max("number"))["last"]
    return f"{prefix}{int(last.removeprefix(prefix)) + 1 if last else 1:04d}"


def describe(chosen: Collection[ReleaseItemInfo], *, left_out: bool = False) -> str:
    """What is given, as the ledger will say it: how many and from when to when, and whether passages were left out; no
    title, no content.
    """
    words = _dated(chosen)
    return f"{words}; some passages left out" if left_out else words


def _dated(chosen: Collection[ReleaseItemInfo]) -> str:
    days = sorted(info.on for info in chosen if info.on)
    count = f"{len(chosen)} document{'' if len(chosen) == 1 else 's'} of the chart"
    if not days:
        return count
    first, last = (f"{day:%b} {day.day}, {day.year}" for day in (days[0], days[-1]))
    return f"{count}, dated {first}" if first == last else f"{count}, dated {first} to {last}"


TOLD_HOW = Refusal(
    "NOT_SAID_HOW_TOLD",
    "The patient asked to be reached in a certain way, and it is not said how the passphrase reaches them.",
    "Say how you give the passphrase.",
    "45 CFR 164.522(b)(1)(i)",
)
CHANGED_SINCE_READ = Refusal(
    "CHANGED_SINCE_READ",
    "Something in these documents was added or corrected after you opened the page.",
    "Nothing is approved. Open the release again and read it as it stands now.",
)
WAY = ("method", "recipient_address", "fax_number")
WAY_CHANGED = Refusal(
    "WAY_CHANGED",
    "How or where this release goes was settled anew while its package was made.",
    "Nothing is approved. Look where it goes now, then approve.",
    "45 CFR 164.522(b)(1)",
)


def approve_release(*, by: Staff, release_id: UUID | str, keep: Collection[str], read: str = "") -> Release:
    """A clinician of the patient has read it: freeze what they kept as the package that may be handed over.

    In: ids of the items kept; the others are left out. `read`: `reading_of` what they were shown, where it was a page;
    what reads otherwise by now is not approved unread. Raises Refused for anybody else or when it moved on meanwhile,
    GateRefused when the gate says no today, PdfFailed when the package could not be made (nothing is changed then).
    """
    release = releases_visible_to(by).select_related("patient", "authorization").get(pk=release_id)
    check_may_approve(by, release)
    check_move(release, ReleaseState.APPROVED)
    rows = items_to_read(release)
    wanted = {str(item) for item in keep}
    for row in rows:
        row.removed = str(row.pk) not in wanted
    kept = [row for row in rows if not row.removed]
    release.every_item = release.every_item and len(kept) == len(rows)
    index = release_items(release.patient)
    release.whole_chart = as_good_as_whole([row.kind for row in kept], [info.kind for info in index])
    check_data(release)
    _check_still_whole(release, kept)
    decision = verdict_on(release, rows)
    if not decision.allowed:
        record_refusal(by=by, release=release, decision=decision)
        raise GateRefused(decision)
    blocks = blocks_of(release, rows)  # read once: what is compared, what the paper is made of, what is kept of it
    if read and read != reading_of(blocks):
        raise Refused(CHANGED_SINCE_READ)
    left_out = redactions_of(release, kept)
    leaving = {block.id: block for block in blocks if block.id in {row.object_id for row in kept}}
    release.description = describe([_as_told(row, leaving) for row in kept], left_out=bool(left_out))
    # takes seconds: no transaction is held meanwhile
    pdf, pages = chart_package(release, kept, approved_by=by, redactions=left_out, read=list(leaving.values()))
    return _freeze(
        by=by, approved=release, rows=rows, read=blocks, left_out=left_out, pdf=pdf, pages=pages, decision=decision
    )


def _as_told(row: ReleaseItem, leaving: Mapping[UUID, Block]) -> ReleaseItemInfo:
    """An item for the words of the ledger, which name no day that was left out of it."""
    on = None if leaving[row.object_id].day_out else row.on
    return ReleaseItemInfo(row.kind, row.object_id, on, "")


@transaction.atomic
def _freeze(
    *,
    by: Staff,
    approved: Release,
    rows: Sequence[ReleaseItem],
    read: Sequence[Block],
    left_out: Sequence[Redaction],
    pdf: bytes,
    pages: int,
    decision: Decision,
) -> Release:
    """Keep the package, and of each document how it read. `approved`: the release as it was put together and read.

    Everything is read once more under the lock: what somebody wrote while the paper was made is not approved unread,
    and what they write after this is found when the package is to leave.
    """
    release = Release.objects.select_for_update(of=("self",)).select_related("patient").get(pk=approved.pk)
    check_move(release, ReleaseState.APPROVED)
    if any(getattr(release, name) != getattr(approved, name) for name in WAY):
        raise Refused(WAY_CHANGED)  # the first page says where it goes
    kept = [row for row in rows if not row.removed]
    release.whole_chart, release.every_item = approved.whole_chart, approved.every_item
    _check_still_whole(release, kept)
    if reading_of(blocks_of(release, rows)) != reading_of(read):
        raise Refused(CHANGED_SINCE_READ)
    _check_same(release, kept, left_out)
    of = {block.id: block for block in read}
    for row in rows:
        row.as_approved = {} if row.removed else as_read(of[row.object_id])
        row.save(update_fields=["removed", "as_approved"])
    release.description = approved.description
    release.state, release.approved_by, release.approved_at = ReleaseState.APPROVED, by, timezone.now()
    release.verdict = decision.as_record()
    release.save()
    add_package(by=by, release=release, content=pdf, pages=pages, locked=False)
    close_task(kind=TaskKind.RELEASE_APPROVAL, subject=release, by=by)
    add_task(
        kind=TaskKind.RELEASE_HAND_OVER,
        due_on=None,
        subject=release,
        patient=release.patient,
        role=Role.FRONT_DESK,
    )
    record(by=by, event=AuditEvent.RELEASE_APPROVED, subject=release, patient_id=release.patient_id)
    return release


def _check_same(release: Release, kept: Collection[ReleaseItem], left_out: Collection[Redaction]) -> None:
    """Raises Refused when somebody marked more, or took something back, while the paper was made."""
    if {row.pk for row in redactions_of(release, kept)} != {row.pk for row in left_out}:
        words = "Something more was left out, or taken back, while the package was made."
        raise Refused(Refusal("REDACTIONS_CHANGED", words, "Read it as it stands now, then approve."))


def add_package(*, by: Staff, release: Release, content: bytes, pages: int, locked: bool) -> ChartPackage:
    """Keep bytes as they would be handed over, encrypted at rest, with their SHA-256."""
    return ChartPackage.objects.create(
        release=release,
        content=content,
        sha256=sha256(content).hexdigest(),
        size=len(content),
        pages=pages,
        locked=locked,
        made_by=by,
    )


@transaction.atomic
def lock_package(*, by: Staff, release_id: UUID | str, told: CodeGiven | None = None) -> str:
    """Make the locked file (AES-256) of an approved package. Out: its passphrase, shown once and kept nowhere.

    Doing it again makes another file with another passphrase; the newest is the one that leaves. `told`: how the
    recipient is given the passphrase; has to be said where the patient asked to be reached in a certain way.
    """
    release = locked_release(by, release_id)
    check_move(release, ReleaseState.COMMITTED)
    if release.method not in LEAVES_AS_FILE:
        raise Refused(Refusal("NOT_A_FILE", "This release leaves on paper; there is nothing to lock."))
    check_told(release, told)
    plain = release.packages.filter(locked=False).latest("made_at")
    passphrase = new_passphrase()
    add_package(by=by, release=release, content=lock_pdf(plain.content, passphrase), pages=plain.pages, locked=True)
    record(by=by, event=AuditEvent.CHANGED, subject=release, patient_id=release.patient_id, detail="locked_file")
    return passphrase


def check_told(release: Release, told: CodeGiven | None) -> None:
    """Raises Refused unless the recipient may be told code or passphrase this way (R-224)."""
    if told == CodeGiven.IN_PERSON or not asked_of(release):
        return
    if told is None:
        raise Refused(TOLD_HOW)
    if refusal := may_not_call(release):
        raise Refused(replace(refusal, remedy="Give it in person."))


def locked_release(by: Staff, release_id: UUID | str) -> Release:
    """The release under a row lock, if this person may see it; raises Release.DoesNotExist otherwise."""
    visible = releases_visible_to(by).filter(pk=release_id)
    return (
        Release.objects.select_for_update(of=("self",)).select_related("patient", "authorization").get(pk__in=visible)
    )
