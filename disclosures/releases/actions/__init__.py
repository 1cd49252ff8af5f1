"""What can be done with a release. Each act checks, writes and records in one transaction."""

from .ended import prepare_again, settle_end, withdraw_release
from .gate import GateRefused
from .hand_over import Delivered, close_release, commit_notes_package, commit_release, deliver
from .past import record_past_disclosure
from .prepare import approve_release, lock_package, prepare_release
from .reconcile import reconcile

__all__ = [
    "Delivered",
    "GateRefused",
    "approve_release",
    "close_release",
    "commit_notes_package",
    "commit_release",
    "deliver",
    "lock_package",
    "prepare_again",
    "prepare_release",
    "reconcile",
    "record_past_disclosure",
    "settle_end",
    "withdraw_release",
]
