"""The general chart: sessions, progress notes, and what was imported."""

from .base import CANNOT_BE_OPENED, Imported
from .diagnoses import Diagnosis
from .medication import Medication
from .notes import ChartAddendum, ChartDraftBranch, ChartNote, NoteFormat
from .plans import CarePlan
from .results import Result
from .sessions import Encounter, Participation

__all__ = [
    "CANNOT_BE_OPENED",
    "CarePlan",
    "ChartAddendum",
    "ChartDraftBranch",
    "ChartNote",
    "Diagnosis",
    "Encounter",
    "Imported",
    "Medication",
    "NoteFormat",
    "Participation",
    "Result",
]
