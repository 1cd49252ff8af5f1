"""Forms of the compliance officer and, for the profile, of the administrator."""

from datetime import date
from typing import Any

from django import forms

from practice.infrastructure.days import today

from .models import BusinessAssociate, PracticeProfile
from .rules import LONGEST_ANSWER, PlacementTopic, PolicySpec, Value


class PolicyForm(forms.Form):
    """A new value for one policy, from a day, with the reason. Offers only what does at least as much as the rule."""

    from_on = forms.DateField(
        label="From", widget=forms.DateInput(attrs={"type": "date"}), error_messages={"required": "Choose a day."}
    )
    reason = forms.CharField(
        label="Reason",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept with the change and shown in its history.",
        error_messages={"required": "Say why the practice changes this."},
    )

    def __init__(self, *args: Any, spec: PolicySpec, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.spec = spec
        value: forms.Field
        if spec.is_number:
            value = forms.IntegerField(
                label=f"New value, in {spec.unit}",
                min_value=spec.smallest,
                max_value=spec.largest,
                help_text=f"From {spec.smallest} to {spec.largest} {spec.unit}.",
                error_messages={
                    "required": f"Give a number of {spec.unit}.",
                    "invalid": f"Give a whole number of {spec.unit}.",
                    "max_value": f"At most {spec.largest} {spec.unit}: more would be less than the rule requires.",
                    "min_value": f"At least {spec.smallest} {spec.unit}.",
                },
            )
        else:
            value = forms.ChoiceField(
                label="New value",
                choices=[(key, words) for key, (_, words) in spec.choices.items()],
                widget=forms.RadioSelect,
                error_messages={"required": "Choose one.", "invalid_choice": "Choose one of the values offered."},
            )
        self.fields = {"value": value, **self.fields}

    def clean_value(self) -> Value:
        chosen = self.cleaned_data["value"]
        return chosen if self.spec.is_number else self.spec.choices[chosen][0]

    def clean_from_on(self) -> date:
        day: date = self.cleaned_data["from_on"]
        if day < today():
            raise forms.ValidationError("A change starts today or later: what a policy decided stays decided.")
        return day


class ProfileForm(forms.ModelForm):
    """What stands at the head of every letter. Checks only; the action saves."""

    class Meta:
        model = PracticeProfile
        fields = [
            "name",
            "address",
            "phone",
            "privacy_contact_title",
            "privacy_contact_name",
            "privacy_contact_phone",
        ]
        labels = {
            "name": "Name of the practice",
            "address": "Address",
            "phone": "Phone",
            "privacy_contact_title": "Privacy contact: title",
            "privacy_contact_name": "Privacy contact: name",
            "privacy_contact_phone": "Privacy contact: phone",
        }
        help_texts = {"privacy_contact_title": "Letters must name a person or an office that answers questions."}
        widgets = {"address": forms.Textarea(attrs={"rows": 3})}
        error_messages = {
            "name": {"required": "Give the name that stands on letters."},
            "address": {"required": "Give the address that stands on letters."},
            "phone": {"required": "Give a phone number."},
            "privacy_contact_phone": {"required": "Letters must give a phone number for questions."},
        }


class AssociateForm(forms.ModelForm):
    """Who handles records for the practice. Checks only; the action saves."""

    class Meta:
        model = BusinessAssociate
        fields = ["name", "what_for", "contact", "agreement_on", "acts_on_authorizations", "ended_on"]
        labels = {
            "name": "Name",
            "what_for": "What they do for the practice",
            "contact": "How to reach them",
            "agreement_on": "Agreement signed on",
            "acts_on_authorizations": "They release or pass on records that a patient authorized",
            "ended_on": "Worked for the practice until",
        }
        help_texts = {
            "contact": "Address or telephone: where a notice goes.",
            "agreement_on": "The business associate agreement on file. Leave it empty when there is none.",
            "acts_on_authorizations": "Then they are told when a patient takes an authorization back.",
            "ended_on": "Leave it empty while they work for the practice.",
        }
        widgets = {
            "contact": forms.Textarea(attrs={"rows": 3}),
            "agreement_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "ended_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }
        error_messages = {
            "name": {"required": "Give the name."},
            "what_for": {"required": "Say what they do for the practice."},
            "agreement_on": {"invalid": "Give a day, for example 03/14/2026."},
            "ended_on": {"invalid": "Give a day, for example 03/14/2026."},
        }

    def clean_agreement_on(self) -> date | None:
        day: date | None = self.cleaned_data["agreement_on"]
        if day and day > today():
            raise forms.ValidationError("This is in the future: give the day it was signed.")
        return day


class AskForm(forms.Form):
    """What belongs where: the kind of information, and nothing else."""

    topic = forms.ChoiceField(
        label="What is it about?",
        choices=PlacementTopic.choices,
        help_text="The compliance officer sees your name and this choice: no patient, no text, not where you asked.",
        error_messages={"required": "Choose what it is about.", "invalid_choice": "Choose one of these."},
    )


class AnswerForm(forms.Form):
    """The compliance officer's answer."""

    answer = forms.CharField(
        label="Your answer",
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="General guidance in plain words. You are not told what was written, and need not be.",
        error_messages={"required": "Write what belongs where, in plain words."},
    )
