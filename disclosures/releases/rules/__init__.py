"""The gate, what it asks for, and the order of a release. Pure: values in, values out."""

from .codes import Act, LegalProcess, MinimumNecessary, PNException, RecipientKind, TreatmentOverride
from .documentation import EXCEPTION_FACTS, EXCEPTIONS_OF_BASIS, Fact, chart_facts, note_facts
from .gate import can_go_on, decide
from .proposal import Decision, Item, PaperSays, Policies, PolicyRefusal, Proposal, Reach
from .shared import exception_of, minimum_necessary
from .states import (
    LEAVES_AS_FILE,
    MOVES,
    PACKAGE_METHODS,
    UNCONFIRMED_AFTER_HOURS,
    CameBack,
    Method,
    ReleaseKind,
    ReleaseState,
    may_move,
)

__all__ = [
    "EXCEPTIONS_OF_BASIS",
    "EXCEPTION_FACTS",
    "LEAVES_AS_FILE",
    "MOVES",
    "PACKAGE_METHODS",
    "UNCONFIRMED_AFTER_HOURS",
    "Act",
    "CameBack",
    "Decision",
    "Fact",
    "Item",
    "LegalProcess",
    "Method",
    "MinimumNecessary",
    "PNException",
    "PaperSays",
    "Policies",
    "PolicyRefusal",
    "Proposal",
    "Reach",
    "RecipientKind",
    "ReleaseKind",
    "ReleaseState",
    "TreatmentOverride",
    "can_go_on",
    "chart_facts",
    "decide",
    "exception_of",
    "may_move",
    "minimum_necessary",
    "note_facts",
]
