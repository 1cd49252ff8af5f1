"""Whether what was approved still reads as it did: each item kept in a package, against the chart as it stands."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max

from practice.audit.models import AuditEntry
from practice.audit.rules import AuditEvent
from practice.infrastructure.templatetags.look import day as day_words
from records.chart.documents import blocks_found, release_items
from records.chart.paper import Block
from records.chart.reading import what_changed

from ..models import Redaction, Release, ReleaseItem
from ..rules import ReleaseState
from .redaction import TextChanged, as_it_leaves, redactions_of

# A package that may still leave, for the first time or again.
OPEN = (ReleaseState.APPROVED, ReleaseState.COMMITTED)
# What the audit trail of a chart says that changes nothing in it.
LOOKED = (
    AuditEvent.VIEWED, AuditEvent.PRINTED, AuditEvent.EXPORTED, AuditEvent.DOWNLOADED, AuditEvent.SEARCHED,
    AuditEvent.REFUSED,
)  # fmt: skip
BURNT_TEXT = "it reads otherwise where a passage was left out"


@dataclass(frozen=True, slots=True)
class Changed:
    """One document of a package that does not read any more as it did when it was approved."""

    on: date | None
    title: str
    how: tuple[str, ...]

    @property
    def words(self) -> str:
        """ "Nov 3, 2026, Progress note by Dr. Hale: changed since it was approved: an addendum was added"."""
        named = ", ".join(filter(None, [day_words(self.on), self.title]))
        return f"{named}: changed since it was approved: {'; '.join(self.how)}"


def changes_since_approval(release: Release) -> list[Changed]:
    """The documents of a frozen package that the chart says otherwise now, in their order; of notes never any.

    As many queries for a whole chart as for a few documents: it is asked each time something is to leave.
    """
    kept = [row for row in release.items.all() if not row.removed]
    if not kept:
        return []
    blocks = {block.id: block for block in blocks_found([row.object_id for row in kept], patient=release.patient)}
    cuts: dict[UUID, list[Redaction]] = defaultdict(list)
    for cut in redactions_of(release, kept):
        cuts[cut.item.object_id].append(cut)
    found = []
    for row in kept:
        block, words = blocks.get(row.object_id), []
        try:
            words = what_changed(row.as_approved, _leaving(block, cuts[row.object_id]))
        except TextChanged:
            words = [BURNT_TEXT]
        if words:
            found.append(Changed(row.on, row.title, tuple(words)))
    return found


def _leaving(block: Block | None, cuts: Sequence[Redaction]) -> Block | None:
    return as_it_leaves([block], cuts)[0] if block is not None else None


def in_short(changed: Sequence[Changed]) -> str:
    """For a line of a list: "2 documents changed since it was approved"; the page of the release names them."""
    count = len(changed)
    return f"{count} document{'' if count == 1 else 's'} changed since it was approved." if count else ""


def changed_among(releases: Iterable[Release]) -> dict[UUID, list[Changed]]:
    """Of these releases, those whose package is open and reads otherwise than the chart, by id.

    For lists: only where something was written in a chart since (one query says so for all) are its documents read.
    """
    waiting = [row for row in releases if row.state in OPEN and row.approved_at and not row.is_notes]
    written = _last_written(waiting)
    late = [
        row for row in waiting if row.approved_at and written.get(row.patient_id, row.approved_at) > row.approved_at
    ]
    return {row.pk: changed for row in late if (changed := changes_since_approval(row))}


def _last_written(releases: Sequence[Release]) -> dict[UUID, datetime]:
    """When something was last written in the charts of these releases since the first of them was approved."""
    moments = [row.approved_at for row in releases if row.approved_at]
    if not moments:
        return {}
    about = AuditEntry.objects.filter(
        content_type__app_label="chart",
        patient_id__in={row.patient_id for row in releases},
        timestamp__gt=min(moments),
    ).exclude(event__in=LOOKED)
    return {row["patient_id"]: row["last"] for row in about.values("patient_id").annotate(last=Max("timestamp"))}


def items_in_chart(release: Release) -> list[ReleaseItem]:
    """The items of a release that its patient's chart still has."""
    here = {(info.kind, info.id) for info in release_items(release.patient)}
    return [row for row in release.items.all() if (row.kind, row.object_id) in here]


def items_to_read(release: Release) -> list[ReleaseItem]:
    """The items a clinician reads before approving: all but those left out that the chart has no more."""
    rows = list(release.items.all())
    if not any(row.removed for row in rows):
        return rows
    here = {row.pk for row in items_in_chart(release)}
    return [row for row in rows if not row.removed or row.pk in here]
