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

PAPER = "paper"  # the fact of a release that holds the paper's id


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
    days: Mapping[str, str] = field(default_factory=dict)
    facts: Mapping[str, str] = field(default_factory=dict)


class Keeper(Protocol):
    """Who keeps legal papers."""

    def about(self, patient: Patient) -> list[PaperOnRecord]:
        """The papers about a patient, newest first."""

    def says(self, paper_id: UUID, release: Release, on: date) -> PaperSays | None:
        """What the record of a paper says to a release on a day; None where it does not name the patient."""


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


def known_from(papers: Iterable[PaperOnRecord], chosen: str) -> dict[str, str]:
    """What a form knows already where somebody came from a paper's page: the paper, its recipient, what for."""
    for one in papers:
        if str(one.id) == chosen:
            return {
                "paper": chosen,
                "recipient_name": one.recipient_name,
                "recipient_kind": one.recipient_kind,
                "recipient_address": one.recipient_address,
                "purpose": one.purpose,
                "identity_verified": one.verified,
            }
    return {}
