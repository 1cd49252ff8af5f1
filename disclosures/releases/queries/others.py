"""Joint and group records: whose agreement besides the patient's a release needs, and whether it is there (R-008)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from authorizations.queries.others import agreements_of
from authorizations.rules import ItemAsked
from records.chart.queries.group_notes import others_named

from ..models import Release
from ..rules import Item

SpeaksOf = Mapping[str, Collection[UUID]]  # by the key of an item: the other patients it speaks of


def spoken_of(release: Release, items: Iterable[Item]) -> SpeaksOf:
    """Of the chosen documents of the chart: which other patients their notes name."""
    keys = {UUID(item.key.split(":")[-1]): item.key for item in items if item.kind == "note"}
    return {keys[pk]: others for pk, others in others_named(keys, release.patient).items()}


def with_others(
    release: Release, items: Sequence[Item], speaks_of: SpeaksOf, *, on: date, at: datetime | None = None
) -> tuple[list[Item], set[UUID]]:
    """The items as the gate sees them, and the authorizations of others on which that rests, to be locked."""
    found, papers = [], set[UUID]()
    for item in items:
        others = frozenset(speaks_of.get(item.key, ()))
        if not others:
            found.append(item)
            continue
        agreed = agreements_of(
            others,
            record_class=release.record_class,
            recipient_name=release.recipient_name,
            recipient_class=_class_named(release),
            purpose=release.purpose,
            item=ItemAsked(item.key, item.on, item.originator_id, item.kind),
            on=on,
            at=at,
        )
        papers.update(agreed.values())
        found.append(replace(item, names_others=True, others_agreed=agreed.keys() >= others))
    return found, papers


def _class_named(release: Release) -> str:
    """The group an authorization names, once somebody said that the recipient is of it."""
    if release.authorization is None or not release.facts.get("within_class"):
        return ""
    return release.authorization.recipient_class
