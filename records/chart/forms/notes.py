"""Forms of a note: they check and convert what was typed; they never save."""

from datetime import date
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.utils import timezone

from practice.people.models import Patient, Staff

from ..models import ChartNote, Encounter, NoteFormat
from ..queries.carrying import carried_days, earlier_notes
from ..queries.cosigning import returns_of
from ..queries.formats import formats, usual_format
from ..queries.group_notes import shared_written
from ..queries.notes import text_differences
from ..queries.sessions import on_lists, session_words
from ..rules.cosigning import refusal_to_return
from ..rules.formats import Section, SectionKind, section_kind
from ..rules.notes import NOTE_LIMIT, CancelKind, clean_sections, note_refusal, nothing_written, reason_refusal


class NewNoteForm(forms.Form):
    """A note for a session that is on record, or for today or a past day without one.

    Without a format it is the one this author usually writes in for the patient.
    """

    session = forms.ModelChoiceField(queryset=Encounter.objects.none(), required=False)
    on = forms.DateField(
        label="Day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": "Write the day as year-month-day."},
    )
    format = forms.ModelChoiceField(
        label="Note format", queryset=NoteFormat.objects.none(), empty_label=None, required=False
    )

    def __init__(self, *args: Any, by: Staff, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sessions = Encounter.objects.filter(pk__in=on_lists(patient).values("encounter_id"))
        self.fields["session"].queryset = sessions  # type: ignore[attr-defined]
        choice = self.fields["format"]
        choice.queryset = formats()  # type: ignore[attr-defined]
        choice.label_from_instance = lambda one: one.name  # type: ignore[attr-defined]
        self.usual = usual_format(by, patient)
        self.born = patient.birth_date
        self.initial.setdefault("format", self.usual)
        self.initial.setdefault("on", timezone.localdate())

    def clean_on(self) -> date | None:
        on: date | None = self.cleaned_data["on"]
        if on and on > timezone.localdate():
            raise forms.ValidationError("A note is not about a day to come. Choose today or a past day.")
        if on and self.born and on < self.born:
            raise forms.ValidationError("This is before the patient was born.")
        return on

    def clean_format(self) -> NoteFormat:
        chosen = self.cleaned_data["format"] or self.usual
        if chosen is None:
            raise forms.ValidationError("Choose a format.")
        return cast(NoteFormat, chosen)


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
                widget=_section_widget(section, rows=16 if lone else 4),
            )

    @property
    def sections(self) -> list[forms.BoundField]:
        """The text fields, in the order of the format."""
        return [self[f"s_{key}"] for key in self.note.format.keys]

    @property
    def parts(self) -> list[tuple[forms.BoundField, date | None]]:
        """The text fields, each with the day of the note its text was brought over from, while that is unchecked."""
        days = carried_days(self.note)
        return [(self[f"s_{key}"], days.get(key)) for key in self.note.format.keys]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        typed = {key: self.data.get(f"s_{key}", "") for key in self.note.format.keys}
        cleaned["sections"] = clean_sections(self.note.format.keys, typed)
        if refusal := note_refusal(cleaned["sections"]):
            self.add_error(None, f"{refusal.words} {refusal.remedy}")
        return cleaned


def _section_widget(section: Section, *, rows: int) -> forms.Widget:
    kind = section_kind(section)
    if kind == SectionKind.CHOICE:
        choices = [("", "Choose"), *((choice, choice) for choice in section["choices"])]
        return forms.Select(choices=choices, attrs={"class": "form-select"})
    if kind == SectionKind.LINE:
        return forms.TextInput(attrs={"class": "form-control", "maxlength": 300})
    return forms.Textarea(attrs={"rows": rows, "class": "form-control written-in"})


class LateReasonForm(forms.Form):
    """Why a late entry is late; may stay empty."""

    late_reason = forms.CharField(
        label="Why it is late (may stay empty)",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_late_reason(self) -> str:
        reason = str(self.cleaned_data["late_reason"])
        if refusal := reason_refusal(reason, needed=False):
            raise forms.ValidationError(f"{refusal.words} {refusal.remedy}")
        return reason


class CancelForm(forms.Form):
    """Why a signed note is cancelled."""

    kind = forms.ChoiceField(
        label="What happened",
        choices=CancelKind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say which of the two it is."},
    )
    reason = forms.CharField(
        label="Reason",
        help_text="It stands beside the cancelled note. Name no other patient in it.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean_reason(self) -> str:
        reason = str(self.cleaned_data["reason"])
        if refusal := reason_refusal(reason, needed=True):
            raise forms.ValidationError(f"{refusal.words} {refusal.remedy}")
        return reason


class ReturnForm(forms.Form):
    """What a supervisor asks to be mended."""

    comment = forms.CharField(
        label="Comment for the author",
        help_text="The author and the supervisors of this treatment see it, nobody else. It is no part of the chart.",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean_comment(self) -> str:
        comment = str(self.cleaned_data["comment"])
        if refusal := refusal_to_return(comment):
            raise forms.ValidationError(f"{refusal.words} {refusal.remedy}")
        return comment


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
        "shared": shared_written(note),
        "note_limit": NOTE_LIMIT,
        "other_formats": formats().exclude(pk=note.format_id) if may_change else (),
        "returns": returns_of(note),
        "may_bring": earlier_notes(note).exists(),
    }
