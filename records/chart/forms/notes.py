"""Forms of a note: they check and convert what was typed; they never save."""

from typing import Any
from uuid import uuid4

from django import forms

from practice.people.models import Patient, Staff

from ..models import ChartNote, Encounter, NoteFormat
from ..queries.notes import formats, text_differences, usual_format
from ..queries.sessions import session_words
from ..rules.notes import NOTE_LIMIT, clean_sections, note_refusal, nothing_written


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
