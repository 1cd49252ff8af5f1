"""Forms of a session of several patients."""

from typing import Any

from django import forms

from practice.people.models import Patient, Staff
from practice.people.policies import charts_visible_to

from ..models import Encounter
from ..rules.notes import clean_sections, note_refusal


class SharedForm(forms.Form):
    """The shared part. `version` is what it was typed on top of."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_000_000_000)
    text = forms.CharField(
        label="About the session as a whole",
        required=False,
        strip=False,
        help_text="Topic, course and what was done, without anybody’s name: it stands in every participant’s chart.",
        widget=forms.Textarea(attrs={"rows": 7, "class": "form-control written-in"}),
    )

    def clean_text(self) -> str:
        texts = clean_sections(["text"], {"text": self.data.get(self.add_prefix("text"), "")})
        if refusal := note_refusal(texts):
            raise forms.ValidationError(f"{refusal.words} {refusal.remedy}")
        return texts["text"]


class AddParticipantForm(forms.Form):
    """Somebody in the clinician's care who is not on the list."""

    patient = forms.ModelChoiceField(
        label="Patient",
        queryset=Patient.objects.none(),
        error_messages={
            "required": "Choose who took part.",
            "invalid_choice": "Choose a patient in your care who is not on the list yet.",
        },
    )

    def __init__(self, *args: Any, by: Staff, session: Encounter, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = session.participations.filter(taken_off=False).values("patient_id")
        choice = self.fields["patient"]
        choice.queryset = charts_visible_to(by).exclude(pk__in=listed).order_by("sort_name")  # type: ignore[attr-defined]
        choice.label_from_instance = lambda one: f"{one.sort_name} ({one.number})"  # type: ignore[attr-defined]
