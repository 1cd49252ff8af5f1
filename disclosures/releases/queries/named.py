"""Whom a release concerns beside its patient: those whom one order names together."""

from collections.abc import Iterable
from uuid import UUID

from disclosures.ledger.entries import EntryKind
from disclosures.ledger.models import Entry
from practice.people.models import Patient

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
    """The entry of each other patient of whom something left with it, as it was first made: whom the same order names,
    and whom a joint or group record speaks of. Whoever shows their names has to know that the reader may see them.
    """
    rows = Entry.objects.filter(release_id=release.pk, kind=EntryKind.DISCLOSURE).order_by("-index")
    rows = rows.exclude(patient_id=release.patient_id)
    return list({row.patient_id: row for row in rows.select_related("patient")}.values())


def named_with(release: Release) -> list[Patient]:
    """The other patients of whom it holds records because the same order names them: its cover names them as well."""
    named = others_named(release)
    found = entries_about_others(release) if named else []
    return [one.patient for one in found if one.patient and one.patient.pk in named]
