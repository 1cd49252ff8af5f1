"""Choosing what of a chart is printed for use inside the practice."""

from typing import Any

from django import forms

from ..paper import ReleaseItemInfo

MOST = 1_000  # items on one print; more would not be rendered in time


class PrintForm(forms.Form):
    """The items to print. Cleaned: `items`, their ids."""

    items = forms.TypedMultipleChoiceField(
        choices=(),
        error_messages={
            "required": "Choose what to print.",
            "invalid_choice": "The chart has changed meanwhile. Choose again.",
        },
    )

    def __init__(self, *args: Any, items: list[ReleaseItemInfo], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["items"].choices = [(str(item.id), item.title) for item in items]  # type: ignore[attr-defined]

    def clean_items(self) -> list[str]:
        chosen: list[str] = self.cleaned_data["items"]
        if len(chosen) > MOST:
            raise forms.ValidationError(f"One print holds up to {MOST} items; {len(chosen)} are chosen.")
        return chosen
