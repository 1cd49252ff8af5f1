"""Forms of a session: they check and convert what was typed; they never save."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to

from ..models import Encounter, NoteFormat
from ..queries.notes import formats, usual_format
from ..rules.sessions import Modality, SessionKind, session_refusals

KINDS = [choice for choice in SessionKind.choices if choice[0] != SessionKind.OTHER]


class SessionForm(forms.Form):
    """A session: day, start, end, who and how. Cleaned: started_at and stopped_at, aware."""

    day = forms.DateField(
        label="Day",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Say on which day it was.", "invalid": "Write the day as year-month-day."},
    )
    start = forms.TimeField(
        label="Start",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": "Say when it began.", "invalid": "Write the time as hours:minutes."},
    )
    stop = forms.TimeField(
        label="End",
        required=False,
        help_text="Leave empty while the session lasts.",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": "Write the time as hours:minutes."},
    )
    kind = forms.ChoiceField(label="Kind", choices=KINDS)
    modality = forms.ChoiceField(label="Place", choices=Modality.choices)
    others = forms.ModelMultipleChoiceField(
        label="Other patients who took part",
        queryset=Patient.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="For a couple, family, group or joint session. Only patients in your care are listed.",
    )
    others_present = forms.CharField(
        label="Others present",
        max_length=300,
        required=False,
        help_text="For example: mother, interpreter.",
        error_messages={"max_length": "Keep this to 300 characters; more belongs in the note."},
    )

    def __init__(
        self, *args: Any, by: Staff, patient: Patient, session: Encounter | None = None, **kwargs: Any
    ) -> None:
        self.session = session
        self.patient = patient
        super().__init__(*args, **kwargs)
        others: QuerySet[Patient] = charts_visible_to(by).exclude(pk=patient.pk).order_by("sort_name")
        choice = self.fields["others"]
        choice.queryset = others  # type: ignore[attr-defined]
        choice.label_from_instance = lambda other: f"{other.sort_name} ({other.number})"  # type: ignore[attr-defined]
        if session is not None or not others.exists():
            del self.fields["others"]

    @staticmethod
    def initial_of(session: Encounter) -> dict[str, Any]:
        """A session as this form shows it."""
        started = timezone.localtime(session.started_at)
        stopped = timezone.localtime(session.stopped_at) if session.stopped_at else None
        return {
            "day": started.date(),
            "start": started.time(),
            "stop": stopped.time() if stopped else None,
            "kind": session.kind,
            "modality": session.modality,
            "others_present": session.others_present,
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day, start, stop = cleaned.get("day"), cleaned.get("start"), cleaned.get("stop")
        if day is None or start is None:
            return cleaned
        if self.patient.birth_date and day < self.patient.birth_date:
            self.add_error("day", "This is before the patient was born.")
            return cleaned
        cleaned["started_at"] = _local(day, start)
        cleaned["stopped_at"] = _local(day, stop) if stop is not None else None
        patients = self.session.participations.count() if self.session else 1 + len(cleaned.get("others") or [])
        refusals = session_refusals(
            started_at=cleaned["started_at"],
            stopped_at=cleaned["stopped_at"],
            now=timezone.now(),
            kind=cleaned.get("kind", ""),
            patients=patients,
        )
        for name, refusal in refusals.items():
            self.add_error(name, f"{refusal.words} {refusal.remedy}")
        return cleaned


class NewSessionForm(SessionForm):
    """A new session with the format of the note that is written about it."""

    format = forms.ModelChoiceField(label="Note format", queryset=NoteFormat.objects.none(), empty_label=None)

    def __init__(self, *args: Any, by: Staff, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, by=by, patient=patient, **kwargs)
        choice = self.fields["format"]
        choice.queryset = formats()  # type: ignore[attr-defined]
        choice.label_from_instance = lambda one: one.name  # type: ignore[attr-defined]
        if not self.is_bound:
            now = timezone.localtime()
            last = Encounter.objects.filter(clinician=by).order_by("-started_at").first()
            self.initial = {
                "day": now.date(),
                "start": now.replace(minute=now.minute // 5 * 5).time(),
                "modality": last.modality if last else Modality.IN_PERSON,
                "format": usual_format(by),
            }


def _local(day: Any, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))
