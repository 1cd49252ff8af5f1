"""Asking the gate on behalf of an act, and writing down that it said no."""

from practice.audit.actions import record
from practice.audit.rules import AuditEvent, Outcome
from practice.infrastructure.refusals import Refusal, Refused
from practice.people.models import Staff

from ..models import Release
from ..rules import Decision, ReleaseState, may_move


class GateRefused(Exception):
    """The gate said no. Carries the whole decision; the message is its codes, never its words."""

    def __init__(self, decision: Decision) -> None:
        super().__init__(" ".join(sorted(decision.codes())))
        self.decision = decision


def record_refusal(*, by: Staff, release: Release, decision: Decision) -> None:
    """Write one audit line for a refused release: its first reason's code, and beside it every code and whether the law
    or a policy says no. Call outside the transaction that failed.

    Of psychotherapy notes that have not left, the everyday database learns only that something was refused: the codes
    would say that there are such notes. They stand in the sealed log.
    """
    if release.is_notes and release._state.adding:
        record(
            by=by,
            event=AuditEvent.REFUSED,
            subject=None,
            subject_type=Release,
            patient_id=release.patient_id,
            outcome=Outcome.REFUSED,
            detail="gate_refused",
        )
        return
    first = decision.reasons[0].code.lower()
    saved = not release._state.adding
    record(
        by=by,
        event=AuditEvent.REFUSED,
        subject=release if saved else None,
        subject_type=Release,
        patient_id=release.patient_id,
        outcome=Outcome.REFUSED,
        detail=f"gate_{first}"[:60],
        data=decision.as_record(),
    )


def check_move(release: Release, following: ReleaseState) -> None:
    """Raises Refused when a release cannot become `following` from where it stands now (somebody was faster)."""
    if may_move(release.state, following):
        return
    raise Refused(
        Refusal(
            "RELEASE_MOVED_ON",
            f"This release is now “{ReleaseState(release.state).label.lower()}”, so that step is not open.",
            "Open the release again to see where it stands.",
        )
    )
