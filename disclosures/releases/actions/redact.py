"""Leaving passages, pages and areas of pages out of what is to leave, before it is approved.

The record itself is not touched.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure import copies
from practice.infrastructure.blackout import Span, fingerprint
from practice.infrastructure.copies import Area
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff
from records.chart.filed_documents import copy_fingerprint, page_counts
from records.chart.paper import Block
from records.chart.passages import is_on_page, parts_of

from ..documents import plain_blocks_of
from ..models import Redaction, Release, ReleaseItem
from ..policies import check_may_approve
from ..queries.redaction import area_of, redactions_of
from ..rules import ReleaseState
from ..rules.redaction import RedactionReason
from .prepare import locked_release


@dataclass(frozen=True, slots=True)
class Passage:
    """What somebody marked: characters of one text of an item."""

    part: str
    span: Span


@dataclass(frozen=True, slots=True)
class BlackArea:
    """What somebody drew: an area of one page of the copy of a document."""

    page: int
    area: Area


NOT_THERE = Refusal(
    "PASSAGE_NOT_THERE", "What was marked is not in this document any more.", "Look at it again and mark it anew."
)
NOTHING = Refusal("PASSAGE_NONE", "Nothing is marked.", "Tick a sentence or a page, choose words, or add an area.")
NO_REASON = Refusal("PASSAGE_NO_REASON", "It is not said why this is left out.", "Choose a reason, or write it down.")
PAST = Refusal(
    "PASSAGE_TOO_LATE",
    "This release is approved: its package is frozen.",
    "Withdraw it and prepare it again to leave out more.",
)


@transaction.atomic
def black_out(
    *,
    by: Staff,
    release_id: UUID | str,
    item_id: UUID | str,
    passages: Sequence[Passage] = (),
    pages: Collection[int] = (),
    areas: Sequence[BlackArea] = (),
    reason: str,
    words: str = "",
) -> list[Redaction]:
    """A clinician of the patient leaves passages, pages and areas of one item out of what leaves, and says why.

    Raises Refused: nothing marked, no reason, approved already, what was marked is not there, or more pages would leave
    as pictures than a package is made with. Then nothing changes.
    """
    item = _open_item(by, release_id, item_id)
    if not passages and not pages and not areas:
        raise Refused(NOTHING)
    if reason not in RedactionReason.values or (reason == RedactionReason.OTHER and not words.strip()):
        raise Refused(NO_REASON)
    [block] = plain_blocks_of(item.release, [item])
    wheres = _wheres(block, passages, pages) + _areas(block, areas)
    if not wheres:
        raise Refused(NOTHING)
    made = [
        Redaction.objects.create(item=item, reason=reason, words=words.strip(), where=where, made_by=by)
        for where in wheres
    ]
    if (pages or areas) and _pages_as_pictures(item.release) > copies.MOST_PICTURES:
        raise Refused(copies.TOO_MANY_PICTURES)
    _note(by, item, "left_out")
    return made


def _wheres(block: Block, passages: Sequence[Passage], pages: Collection[int]) -> list[dict[str, object]]:
    texts = {part.key: part.text for part in parts_of(block)}
    found: list[dict[str, object]] = []
    for passage in passages:
        text, span = texts.get(passage.part, ""), passage.span
        if not 0 <= span.start < span.end <= len(text):
            raise Refused(NOT_THERE)
        if text[span.start : span.end].strip():
            found.append(
                {"part": passage.part, "start": span.start, "end": span.end, "of": fingerprint(text)},
            )
    if not all(1 <= page <= block.pages for page in pages):
        raise Refused(NOT_THERE)
    return found + [{"page": page} for page in sorted(set(pages))]


def _areas(block: Block, areas: Sequence[BlackArea]) -> list[dict[str, object]]:
    if not all(1 <= one.page <= block.pages and is_on_page(one.area) for one in areas):
        raise Refused(NOT_THERE)
    of = copy_fingerprint(block.id) if areas else ""
    return [{"page": one.page, "area": list(one.area), "of": of} for one in areas]


def _pages_as_pictures(release: Release) -> int:
    """How many pages of documents stay of which a page or an area is left out."""
    rows = [row for row in redactions_of(release, release.items.all()) if "page" in row.where]
    gone = {(row.item.object_id, row.where["page"]) for row in rows if not area_of(row)}
    return sum(page_counts({row.item.object_id for row in rows}).values()) - len(gone)


@transaction.atomic
def take_back(*, by: Staff, release_id: UUID | str, item_id: UUID | str, redaction_id: UUID | str) -> None:
    """What was left out stays in after all. Raises Refused when the package is frozen, Http404 for no such passage."""
    item = _open_item(by, release_id, item_id)
    row = item.redactions.filter(pk=redaction_id, taken_back_at=None).first()
    if row is None:
        raise Http404
    row.taken_back_by, row.taken_back_at = by, timezone.now()
    row.save(update_fields=["taken_back_by", "taken_back_at"])
    _note(by, item, "taken_back")


@transaction.atomic
def keep_items(*, by: Staff, release_id: UUID | str, keep: Collection[str]) -> None:
    """Remember which documents are ticked while their clinician goes on reading; nothing is approved by it."""
    release = _open(by, release_id)
    for row in release.items.all():
        removed = str(row.pk) not in set(keep)
        if row.removed != removed:
            row.removed = removed
            row.save(update_fields=["removed"])


def _open(by: Staff, release_id: UUID | str) -> Release:
    try:
        release = locked_release(by, release_id)
    except Release.DoesNotExist:
        raise Http404 from None
    check_may_approve(by, release)
    if release.state != ReleaseState.AWAITING_APPROVAL:
        raise Refused(PAST)
    return release


def _open_item(by: Staff, release_id: UUID | str, item_id: UUID | str) -> ReleaseItem:
    item = _open(by, release_id).items.select_related("release__patient").filter(pk=item_id).first()
    if item is None:
        raise Http404
    return item


def _note(by: Staff, item: ReleaseItem, detail: str) -> None:
    patient_id = item.release.patient_id
    record(by=by, event=AuditEvent.REDACTED, subject=item.release, patient_id=patient_id, detail=detail)
