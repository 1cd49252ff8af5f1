"""What a list says about a patient's own part in a session: `{% load sessions %}`."""

from typing import Any

from django import template

from ..queries.sessions import presence_words
from ..rules.sessions import SessionState

register = template.Library()


@register.filter
def seat_words(session: Any, patient: Any) -> str:
    """What became of a session for this patient: "no show", "late cancel", "cancelled"; "" for one that was held.

    Reads participations that were fetched before.
    """
    if session.state == SessionState.CANCELLED:
        return "cancelled"
    return next((presence_words(part) for part in session.participations.all() if part.patient_id == patient.pk), "")
