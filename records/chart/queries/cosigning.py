"""Whose signature a note has and waits for. Every function takes a note that a doorway has opened."""

from dataclasses import dataclass
from datetime import datetime

from practice.people.models import Staff
from practice.people.policies import supervisors_of

from ..models import ChartNote, CosignatureRequest, NoteSignature
from ..rules.cosigning import Decision, Round
from ..rules.notes import NoteState
from .notes import note_written


@dataclass(frozen=True, slots=True)
class Returned:
    """One return: who, when, why, and the note as it was signed then."""

    signature: NoteSignature
    signed_at: datetime
    written: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A supervisor who was asked, and where that stands: "waiting", or "no longer supervises this treatment"."""

    supervisor: Staff
    asked_at: datetime
    gone: bool


def round_of(note: ChartNote) -> Round:
    """Who was asked about the present version, who supervises today, who has co-signed it."""
    cosigned = note.signatures.filter(version=note.version, decision=Decision.COSIGNED)
    return Round(
        asked=set(note.cosignature_requests.filter(version=note.version).values_list("supervisor_id", flat=True)),
        supervising=set(supervisors_of(note.patient, trainee=note.author).values_list("pk", flat=True)),
        cosigned=set(cosigned.values_list("staff_id", flat=True)),
    )


def cosignatures(note: ChartNote) -> list[NoteSignature]:
    """Who co-signed the note as it stands, in their order."""
    return [
        one for one in note.signatures.all() if (one.version, one.decision) == (note.version, Decision.COSIGNED.value)
    ]


def waiting_supervisors(note: ChartNote, current: Round) -> list[Waiting]:
    """Who was asked about the present version and has not decided."""
    asked = note.cosignature_requests.filter(version=note.version).exclude(supervisor__in=current.cosigned)
    return [
        Waiting(row.supervisor, row.asked_at, row.supervisor_id in current.gone)
        for row in asked.select_related("supervisor")
    ]


def returns_of(note: ChartNote) -> list[Returned]:
    """Every return of the note, the latest first: for its author and its supervisors alone."""
    kept = {version.version: version for version in note.returned_versions.select_related("format")}
    rows = note.signatures.filter(decision=Decision.RETURNED).select_related("staff").order_by("-at")
    found = []
    for signature in rows:
        version = kept[signature.version]
        shown = ChartNote(format=version.format, sections=version.sections)
        found.append(Returned(signature, version.signed_at, note_written(shown)))
    return found


def request_to(staff: Staff, note: ChartNote) -> CosignatureRequest | None:
    """What this person is asked to decide about the note now, if anything."""
    if note.state != NoteState.AWAITING:
        return None
    decided = note.signatures.filter(version=note.version, staff=staff)
    asked = note.cosignature_requests.filter(version=note.version, supervisor=staff).first()
    return None if asked is None or decided.exists() else asked
