"""Forms of planned sessions: copy forward, move, cancel."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone

from ..models import Encounter
from ..rules.series import INTERVALS, MOST_COPIES, series_refusal
from ..rules.sessions import CALLED_OFF
from .sessions import WhenForm


class CopyForm(forms.Form):
    """How often a session is planned again. Cleaned: weeks, times, until."""

    weeks = forms.TypedChoiceField(label="Again", choices=INTERVALS, coerce=int, initial=1)
    times = forms.IntegerField(
        label="How many times",
        required=False,
        min_value=1,
        max_value=MOST_COPIES,
        error_messages={
            "invalid": "Write how often as a number.",
            "min_value": "Plan at least one.",
            "max_value": f"At most {MOST_COPIES} can be planned at once.",
        },
    )
    until = forms.DateField(
        label="Or until",
        required=False,
        help_text="The last day, if it comes first.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Write the day as year-month-day."},
    )

    def __init__(self, *args: Any, session: Encounter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.session = session
        if not self.is_bound:
            self.initial = {"weeks": 1, "times": 1}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        first = timezone.localdate(self.session.started_at) + timedelta(weeks=cleaned["weeks"])
        first = max(first, timezone.localdate())
        if refusal := series_refusal(times=cleaned.get("times"), until=cleaned.get("until"), first=first):
            name = "until" if refusal.code == "SERIES_ENDS_EARLY" else "times"
            self.add_error(name, f"{refusal.words} {refusal.remedy}".strip())
        return cleaned


class MoveForm(WhenForm):
    """Another day or time for a planned session."""

    planned = True

    def __init__(self, *args: Any, session: Encounter, **kwargs: Any) -> None:
        started = timezone.localtime(session.started_at)
        stopped = timezone.localtime(session.stopped_at) if session.stopped_at else None
        initial = {"day": started.date(), "start": started.time(), "stop": stopped.time() if stopped else None}
        super().__init__(*args, **({"initial": initial} | kwargs))
        self.fields["stop"].help_text = ""


class CancelForm(forms.Form):
    """Why a planned session is called off."""

    reason = forms.ChoiceField(label="Reason", choices=CALLED_OFF, widget=forms.RadioSelect)
    words = forms.CharField(
        label="More about it",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept in the chart.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].error_messages["required"] = "Say why it is cancelled."


class StrikeForm(forms.Form):
    """What was wrong with a session that should not be on record."""

    reason = forms.CharField(
        label="What was wrong",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For example: recorded twice. Kept in the chart.",
        error_messages={"required": "Say what was wrong."},
    )
