"""Pages of releases: doorway, form, action, redirect."""

from .ask import gate_ask
from .download import release_link
from .ended import release_again, release_returned, release_withdraw
from .hand_over import (
    notes_hand_over,
    release_close,
    release_cover,
    release_hand_over,
    release_lock,
    release_package,
)
from .lists import patient_releases, release_open, worklist
from .prepare import release_approve, release_new
from .record import disclosure_record
from .redact import release_page, release_redact
from .taking_back import revocation_letter, revocation_letter_new, revocation_letter_sent, revocation_open
from .threat import threat_complete, threat_new

__all__ = [
    "disclosure_record",
    "gate_ask",
    "notes_hand_over",
    "patient_releases",
    "release_again",
    "release_approve",
    "release_close",
    "release_cover",
    "release_hand_over",
    "release_link",
    "release_lock",
    "release_new",
    "release_open",
    "release_package",
    "release_page",
    "release_redact",
    "release_returned",
    "release_withdraw",
    "revocation_letter",
    "revocation_letter_new",
    "revocation_letter_sent",
    "revocation_open",
    "threat_complete",
    "threat_new",
    "worklist",
]
