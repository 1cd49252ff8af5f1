"""The form of one abbreviation."""

from typing import Any

from django import forms

from ..rules import LONG_LONGEST, SHORT_LONGEST, shorthand_refusal


class ShorthandForm(forms.Form):
    """What is typed, and what it becomes. `others`: how many abbreviations there are beside it."""

    short = forms.CharField(
        label="When I type",
        max_length=SHORT_LONGEST,
        help_text="One word, for example pt. Small letters serve for capitals too.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
        error_messages={"required": "Say what you type.", "max_length": f"Up to {SHORT_LONGEST} characters."},
    )
    long = forms.CharField(
        label="Write",
        max_length=LONG_LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what it becomes.", "max_length": f"Up to {LONG_LONGEST:,} characters."},
    )

    instead_of = forms.CharField(required=False, widget=forms.HiddenInput)  # the abbreviation whose meaning is given up

    def __init__(self, *args: Any, entries: dict[str, str], **kwargs: Any) -> None:
        self.entries = entries
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        others = len(self.entries.keys() - {cleaned["short"]})
        if refusal := shorthand_refusal(cleaned["short"], cleaned["long"], others=others):
            self.add_error(
                "long" if refusal.code in {"SHORTHAND_LONG", "SHORTHAND_ITSELF"} else "short",
                f"{refusal.words} {refusal.remedy}",
            )
        elif self._stands_for_something_else(cleaned):
            self.data = {**cleaned, "instead_of": cleaned["short"]}
            words = f"“{cleaned['short']}” is written out as “{self.entries[cleaned['short']]}” until now."
            self.add_error("long", f"{words} Press Keep again to write this instead.")
        return cleaned

    def _stands_for_something_else(self, cleaned: dict[str, Any]) -> bool:
        """Whether an older meaning would be lost, and nobody has agreed to that yet."""
        before = self.entries.get(cleaned["short"])
        return before not in (None, cleaned["long"]) and cleaned["instead_of"] != cleaned["short"]
