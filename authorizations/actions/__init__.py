"""Every act on what a patient has agreed to, one module per part."""

from .events import lock_for_release
from .recording import (
    Elements,
    add_paper,
    correct_authorization,
    record_authorization,
    record_compared,
    record_copy_given,
    record_event_known,
    record_fulfilled,
    record_known_false,
    record_mistaken,
)
from .taking_back import record_revocation

__all__ = [
    "Elements",
    "add_paper",
    "correct_authorization",
    "lock_for_release",
    "record_authorization",
    "record_compared",
    "record_copy_given",
    "record_event_known",
    "record_fulfilled",
    "record_known_false",
    "record_mistaken",
    "record_revocation",
]
