"""Whom a release concerns beside its patient: those whom one order names together."""

from collections.abc import Iterable
from uuid import UUID

from disclosures.ledger.entries import EntryKind
from disclosures.ledger.models import Entry

from ..models import Release

NAMED_TOO = "named_too"  # the fact that holds their ids


def others_named(release: Release) -> list[UUID]:
    """The other patients that the same order names and the same file is about; almost always nobody."""
    return [UUID(one) for one in release.facts.get(NAMED_TOO, "").split()]


def named_fact(others: Iterable[UUID]) -> dict[str, str]:
    """They as a fact of a release; nothing where there is nobody."""
    ids = " ".join(str(one) for one in others)
    return {NAMED_TOO: ids} if ids else {}


def named_in(release: Release) -> set[UUID]:
    """Everybody it concerns."""
    return {release.patient_id, *others_named(release)}


def entries_about_others(release: Release) -> list[Entry]:
    """The entry of each of them, as it was first made."""
    rows = Entry.objects.filter(
        release_id=release.pk, kind=EntryKind.DISCLOSURE, patient_id__in=others_named(release)
    ).order_by("-index")
    return list({row.patient_id: row for row in rows.select_related("patient")}.values())
