"""The legal papers on record about a patient. Who keeps them stands above this app, and registers here.

A release under legal process names its paper, and the gate is told each time what that paper's record says by then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol
from uuid import UUID

from practice.people.models import Patient

from ..models import Release
from ..rules import PaperSays
from ..rules.shared import OF_THE_NAMED

PAPER = "paper"  # the fact of a release that holds the paper's id
COMPELLED = "compelled"  # that of one that two people had packed; its author's own under a paper is none


@dataclass(frozen=True, slots=True)
class PaperOnRecord:
    """A paper as somebody who prepares a release chooses it. `days`: those it names, as the gate reads them of a
    release; `facts`: what else of the documentation stands on it.
    """

    id: UUID
    label: str
    process: str
    recipient_name: str
    recipient_kind: str
    recipient_address: str
    purpose: str
    verified: str
    counsel: str
    named: frozenset[UUID] = frozenset()  # everybody it names
    days: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)


class Keeper(Protocol):
    """Who keeps legal papers."""

    def about(self, patient: Patient) -> list[PaperOnRecord]:
        """The papers about a patient, newest first."""

    def says(self, paper_id: UUID, release: Release, on: date) -> PaperSays | None:
        """What the record of a paper says to a release on a day; None where it does not name the patient."""

    def names(self, paper_id: UUID, release: Release) -> set[UUID]:
        """The patients whom a paper names for such a release; nobody where it does not name the release's own."""


_kept_by: list[Keeper] = []


def papers_are_kept_by(keeper: Keeper) -> None:
    """Say who keeps legal papers; the app that does calls this when it starts."""
    _kept_by[:] = [keeper]


def papers_about(patient: Patient) -> list[PaperOnRecord]:
    """The legal papers on record about a patient, newest first."""
    return [paper for keeper in _kept_by for paper in keeper.about(patient)]


def what_its_paper_says(release: Release, on: date) -> PaperSays | None:
    """What the record of the paper says that a release rests on; None where none is on record."""
    named = release.facts.get(PAPER, "")
    if not named or not release.patient_id:
        return None
    return next((keeper.says(UUID(named), release, on) for keeper in _kept_by), None)


def named_by_its_paper(release: Release) -> set[UUID]:
    """The patients whom the legal paper names that a release rests on: what it demands reaches them and nobody else."""
    named = release.facts.get(PAPER, "") if release.basis in OF_THE_NAMED else ""
    if not named or not release.patient_id:
        return set()
    return {one for keeper in _kept_by for one in keeper.names(UUID(named), release)}


def named_by_any(papers: Iterable[PaperOnRecord], basis: str) -> set[UUID]:
    """The same before one of these papers is chosen: whom any of them names."""
    return {one for paper in papers for one in paper.named} if basis in OF_THE_NAMED else set()


def known_from(papers: Iterable[PaperOnRecord], chosen: str) -> dict[str, str]:
    """What a form knows already where somebody came from a paper's page: recipient, days, and what else it says."""
    for one in papers:
        if str(one.id) == chosen:
            return {
                "paper": chosen,
                "recipient_name": one.recipient_name,
                "recipient_kind": one.recipient_kind,
                "recipient_address": one.recipient_address,
                "purpose": one.purpose,
                "identity_verified": one.verified,
                **one.days,
                **{f"fact_{key}": value for key, value in one.facts.items()},
            }
    return {}
