"""Fields for days, as several forms of the chart have them."""

from typing import Any

from django import forms

from ..rules.partial_days import NotADay, read_partial


class DayField(forms.DateField):
    """A whole day, chosen in the browser's calendar."""

    def __init__(self, *, label: str, required: bool = True, **kwargs: Any) -> None:
        super().__init__(
            label=label,
            required=required,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            error_messages={"required": "Say on which day.", "invalid": "Write the day as year-month-day."},
            **kwargs,
        )


class PartialDayField(forms.CharField):
    """A day, a month or a year. Cleaned: "2023-02-03", "2023-02", "2023" or ""."""

    def __init__(self, *, label: str, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", "As exactly as it is known: Feb 3, 2023, or Feb 2023, or 2023.")
        super().__init__(label=label, required=False, max_length=30, **kwargs)

    def clean(self, value: Any) -> str:
        try:
            return read_partial(super().clean(value))
        except NotADay as error:
            raise forms.ValidationError(str(error), code="not_a_day") from error


def put_refusals(form: forms.Form, refusals: dict[str, Any], **names: str) -> None:
    """Show refusals at the fields they are about, or above the form where it has no such field."""
    for about, refusal in refusals.items():
        name = names.get(about, about)
        words = f"{refusal.words} {refusal.remedy}".strip()
        form.add_error(name if name in form.fields else None, words)
