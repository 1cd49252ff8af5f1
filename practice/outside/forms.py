"""What a link asks, and what is asked of staff who make one."""

from datetime import date
from typing import Any, cast

from django import forms

from practice.infrastructure.days import today

from .rules import CODE_LENGTH, GOOD_FOR_DAYS, CodeGiven, plain_code

NO_CALLS = "Not by telephone: the patient asked to be reached in another way. Give it in person."
NO_DAY = "Enter the date of birth as year, month and day."


class AnswerForm(forms.Form):
    """The two questions. Every complete answer is treated alike, whatever link it is for."""

    birth_date = forms.DateField(
        label="Date of birth of the patient",
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "bday", "min": "1900-01-01"}, format="%Y-%m-%d"),
        error_messages={"required": NO_DAY, "invalid": NO_DAY},
    )
    code = forms.CharField(
        label="Code",
        max_length=20,
        help_text="Eight letters and figures that the practice gave you by telephone or in person.",
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": "Enter the code.", "max_length": "The code has eight letters and figures."},
    )

    def clean_birth_date(self) -> date:
        day: date = self.cleaned_data["birth_date"]
        if day > today():
            raise forms.ValidationError(NO_DAY)
        return day

    def clean_code(self) -> str:
        code = plain_code(self.cleaned_data["code"])
        if len(code) != CODE_LENGTH:
            raise forms.ValidationError("The code has eight letters and figures.")
        return code


def offer_no_calls(field: forms.ChoiceField) -> None:
    """Offer the telephone no more, and say why: the patient asked to be reached in another way (R-224)."""
    field.choices = [(CodeGiven.IN_PERSON.value, CodeGiven.IN_PERSON.label)]
    field.initial = CodeGiven.IN_PERSON.value
    field.help_text = f"{NO_CALLS} {field.help_text}".strip()
    field.error_messages["invalid_choice"] = NO_CALLS


class LinkForm(forms.Form):
    """How long a new link holds, and how its code reaches the person."""

    code_given = forms.ChoiceField(
        label="How you give the code",
        choices=CodeGiven.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say how you give the code."},
    )
    days = forms.TypedChoiceField(
        label="The link works for",
        choices=[(days, f"{days} day{'' if days == 1 else 's'}") for days in GOOD_FOR_DAYS],
        coerce=int,
        initial=3,
    )

    def __init__(self, *args: Any, no_calls: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = cast(forms.ChoiceField, self.fields["code_given"])
        code.help_text = "Never in the message that holds the link."
        if no_calls:
            offer_no_calls(code)
