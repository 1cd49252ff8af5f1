"""On which days a patient has a session on file. The chart knows, which stands above this app: it registers here."""

from collections.abc import Callable, Collection
from datetime import date

from practice.people.models import Patient

Ask = Callable[[Patient], Collection[date]]
_told_by: list[Ask] = []


def session_days_are_told_by(ask: Ask) -> None:
    """Say who knows the days of sessions; the app that keeps them calls this when it starts."""
    _told_by[:] = [ask]


def session_days(patient: Patient) -> frozenset[date]:
    """The practice-local days on which a patient has a session on file, planned ones included."""
    return frozenset(day for ask in _told_by for day in ask(patient))
