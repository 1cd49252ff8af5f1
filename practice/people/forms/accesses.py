"""What to look for in the audit trail."""

from typing import Any

from django import forms

from practice.audit.rules import AuditEvent, Outcome

from ..models import Staff
from ..rules import patient_number_from
from .fields import DayField, ends_before_start
from .patients import StaffChoice


class AccessFilterForm(forms.Form):
    """Who, what, about which patient, when."""

    actor = StaffChoice(label="Who", queryset=Staff.objects.order_by("full_name"), required=False, empty_label="All")
    event = forms.ChoiceField(label="What", choices=[("", "Anything"), *AuditEvent.choices], required=False)
    outcome = forms.ChoiceField(label="How it ended", choices=[("", "Either way"), *Outcome.choices], required=False)
    # what is asked stands in the address, so the browser itself keeps names out of it
    number = forms.CharField(
        label="Patient number",
        max_length=12,
        required=False,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "pattern": "[0-9 #]*", "title": "Digits only, such as 20388."}
        ),
    )
    from_on = DayField(label="From", required=False)
    until_on = DayField(label="Until", required=False)

    def clean_number(self) -> int | None:
        typed: str = self.cleaned_data["number"]
        number = patient_number_from(typed) if typed else None
        if typed and number is None:
            raise forms.ValidationError("A patient number has digits only, such as 20388.")
        return number

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if ends_before_start(cleaned):
            self.add_error("until_on", "This is before the first day.")
        return cleaned
