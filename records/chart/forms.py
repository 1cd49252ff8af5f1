"""Forms of the chart: they check and convert what was typed; they never save."""

from datetime import datetime, time
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils import timezone

from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to

from .models import ChartNote, Encounter, NoteFormat
from .queries import formats, session_words, text_differences, usual_format
from .rules import (
    NOTE_LIMIT,
    Modality,
    SessionKind,
    clean_sections,
    note_refusal,
    nothing_written,
    session_refusals,
)

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


class NewNoteForm(forms.Form):
    """A note for a session that is on record, or for today without one."""

    session = forms.ModelChoiceField(queryset=Encounter.objects.none(), required=False)
    format = forms.ModelChoiceField(label="Note format", queryset=NoteFormat.objects.none(), empty_label=None)

    def __init__(self, *args: Any, by: Staff, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sessions = Encounter.objects.filter(participations__patient=patient)
        self.fields["session"].queryset = sessions  # type: ignore[attr-defined]
        choice = self.fields["format"]
        choice.queryset = formats()  # type: ignore[attr-defined]
        choice.label_from_instance = lambda one: one.name  # type: ignore[attr-defined]
        self.initial.setdefault("format", usual_format(by))


class FormatForm(forms.Form):
    """Another format for an empty draft."""

    format = forms.ModelChoiceField(queryset=NoteFormat.objects.all())


class NoteForm(forms.Form):
    """The sections of a draft. `version` is what it was typed on top of, `window` the opened page."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_000_000_000)
    window = forms.CharField(widget=forms.HiddenInput, max_length=36, required=False)

    def __init__(self, *args: Any, note: ChartNote, **kwargs: Any) -> None:
        self.note = note
        initial = {f"s_{key}": text for key, text in note.sections.items()}
        initial |= {"version": note.version, "window": str(uuid4())}
        super().__init__(*args, **{**kwargs, "initial": initial})
        lone = len(note.format.sections) == 1
        for section in note.format.sections:
            self.fields[f"s_{section['key']}"] = forms.CharField(
                label=section["label"],
                help_text=section["hint"],
                required=False,
                strip=False,
                widget=forms.Textarea(attrs={"rows": 16 if lone else 4, "class": "form-control written-in"}),
            )

    @property
    def sections(self) -> list[forms.BoundField]:
        """The text fields, in the order of the format."""
        return [self[f"s_{key}"] for key in self.note.format.keys]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        typed = {key: self.data.get(f"s_{key}", "") for key in self.note.format.keys}
        cleaned["sections"] = clean_sections(self.note.format.keys, typed)
        if refusal := note_refusal(cleaned["sections"]):
            self.add_error(None, f"{refusal.words} {refusal.remedy}")
        return cleaned


class AddendumForm(forms.Form):
    """An addition to a signed note."""

    text = forms.CharField(
        label="Addendum",
        strip=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write what is to be added."},
    )

    def clean_text(self) -> str:
        texts = clean_sections(["text"], self.cleaned_data)
        if not texts["text"].strip():
            raise forms.ValidationError("Write what is to be added.")
        if refusal := note_refusal(texts):
            raise forms.ValidationError(f"{refusal.words} {refusal.remedy}")
        return texts["text"]


def note_sheet(note: ChartNote, form: NoteForm | None = None) -> dict[str, Any]:
    """What templates/chart/note_form.html needs: the draft, its form, its session, and other texts kept beside it."""
    others = [
        {"id": branch.pk, "saved_at": branch.saved_at, "parts": text_differences(note, branch.sections)}
        for branch in note.branches.order_by("saved_at")
    ]
    may_change = form is None and not others and nothing_written(note.sections)
    return {
        "note": note,
        "form": form or NoteForm(note=note),
        "other_texts": others,
        "session_words": session_words(note.encounter) if note.encounter else "",
        "note_limit": NOTE_LIMIT,
        "other_formats": formats().exclude(pk=note.format_id) if may_change else (),
    }


def _local(day: Any, at: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, at))
