"""Joint and group records: whose agreement besides the patient's a release needs, and whether it is there (R-008)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from authorizations.models import Authorization
from authorizations.queries.disclosers import our_names
from authorizations.queries.others import ReleaseAsked, agreements_of
from authorizations.rules import ItemAsked
from records.chart.documents import render_context
from records.chart.passages import parts_of
from records.chart.queries.group_notes import others_named

from ..models import Release
from ..rules import Item
from ..rules.redaction import RedactionReason
from ..rules.shared import asks_others
from .papers import named_by_its_paper
from .redaction import TextChanged, as_it_leaves, redactions_of

SpeaksOf = Mapping[str, Collection[UUID]]  # by the key of an item: the other patients it speaks of
Relied = Mapping[UUID, Collection[date]]  # by the id of another's authorization: the days of what rests on it


def spoken_of(release: Release, items: Iterable[Item]) -> SpeaksOf:
    """Of the chosen documents of the chart: which other patients their notes name as they leave."""
    keys = {UUID(item.key.split(":")[-1]): item.key for item in items if item.kind == "note"}
    named = others_named(keys, release.patient)
    if named and (texts := _without_others(release, named)):
        named = {pk: named[pk] for pk in named if pk not in texts} | others_named(texts, release.patient, texts)
    return {keys[pk]: others for pk, others in named.items()}


def _without_others(release: Release, notes: Collection[UUID]) -> dict[UUID, str]:
    """Of these notes, those of which a clinician left out what is about somebody else: how they read without it."""
    if release.pk is None:
        return {}
    rows = [row for row in redactions_of(release) if row.item.object_id in notes]
    marked = {row.item.object_id for row in rows if row.reason == RedactionReason.ANOTHER_PERSON}
    try:
        blocks = as_it_leaves(render_context(sorted(marked), patient=release.patient), rows) if marked else []
    except (LookupError, TextChanged):
        return {}  # not as it was when the passages were marked: then they do not count
    return {block.id: "\n".join(part.text for part in parts_of(block)) for block in blocks}


def with_others(
    release: Release, items: Sequence[Item], speaks_of: SpeaksOf, *, on: date, at: datetime | None = None
) -> tuple[list[Item], Relied]:
    """The items as the gate sees them, and the authorizations of others on which that rests, to be locked and kept.

    Whom the legal paper names beside the patient is not asked.
    """
    asked, named = release_asked(release, on=on, at=at), named_by_its_paper(release)
    found, relied = [], defaultdict[UUID, set[date]](set)
    for item in items:
        others = frozenset(speaks_of.get(item.key, ()))
        if not others:
            found.append(item)
            continue
        agreed = agreements_of(others - named, asked, ItemAsked(item.key, item.on, item.originator_id, item.kind))
        if asks_others(release.basis, emergency=release.emergency):
            for paper in agreed.values():
                relied[paper].update(filter(None, [item.on]))
        found.append(replace(item, names_others=True, others_agreed=agreed.keys() >= others - named))
    return found, relied


def agreed_by(relied: Relied) -> dict[UUID, Authorization]:
    """Of what a release rests on, by whose authorization it is; of several the first."""
    papers = Authorization.objects.filter(pk__in=relied).order_by("-pk")
    return {paper.patient_id: paper for paper in papers}


def days_by_patient(items: Iterable[Item], speaks_of: SpeaksOf) -> dict[UUID, set[date]]:
    """By other patient: the days of those items that speak of them."""
    found = defaultdict[UUID, set[date]](set)
    for item in items:
        for other in speaks_of.get(item.key, ()):
            found[other].update(filter(None, [item.on]))
    return found


def release_asked(release: Release, *, on: date, at: datetime | None = None) -> ReleaseAsked:
    """A release as the authorizations of others are asked about it."""
    return ReleaseAsked(release.record_class, release.recipient_name, release.purpose, on, at, our_names())
