"""Forms of risk assessments and safety plans: they check and convert what was typed; they never save."""

from typing import Any
from uuid import uuid4

from django import forms

from practice.infrastructure.days import today

from ..models import SafetyPlanDraft
from ..rules.safety import (
    LONGEST_REVIEW,
    PLAN_PARTS,
    RISK_PARTS,
    USUAL_REVIEW,
    Part,
    RiskLevel,
    clean_parts,
    text_refusal,
)


class PartsForm(forms.Form):
    """One text for each part. Cleaned: `texts` by key."""

    parts: tuple[Part, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for part in self.parts:
            self.fields[f"p_{part.key}"] = forms.CharField(
                label=part.label,
                help_text=part.hint,
                required=False,
                strip=False,
                widget=forms.Textarea(attrs={"rows": 2, "class": "form-control written-in"}),
            )

    @property
    def texts(self) -> list[forms.BoundField]:
        """The fields of the parts, in their order."""
        return [self[f"p_{part.key}"] for part in self.parts]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["texts"] = clean_parts(self.parts, {part.key: self.data.get(f"p_{part.key}") for part in self.parts})
        if refusal := text_refusal(cleaned["texts"]):
            self.add_error(None, f"{refusal.words} {refusal.remedy}")
        return cleaned


class RiskForm(PartsForm):
    """A risk assessment."""

    parts = RISK_PARTS
    on = forms.DateField(
        label="Day of the assessment",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        initial=today,
        error_messages={"required": "Say on which day it was.", "invalid": "Write the day as year-month-day."},
    )
    level = forms.ChoiceField(
        label="How high do you judge the risk?",
        help_text="Your own judgment; nothing computes it.",
        choices=RiskLevel.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Say how high you judge the risk."},
    )

    def clean_on(self) -> Any:
        day = self.cleaned_data["on"]
        if day > today():
            raise forms.ValidationError("This day lies in the future. Give the day of the assessment.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not any(text.strip() for text in cleaned["texts"].values()):
            self.add_error(None, "Nothing is written yet. Write what you found, if only in a line.")
        return cleaned


def review_field(**kwargs: Any) -> forms.DateField:
    """The day on which a safety plan is looked at again."""
    return forms.DateField(
        label="Look at it again on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Set the day.", "invalid": "Write the day as year-month-day."},
        **kwargs,
    )


class PlanForm(PartsForm):
    """The draft of a safety plan. `version` is what it was typed on top of, `window` the opened page."""

    parts = PLAN_PARTS
    review_on = review_field(required=False)
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2_000_000_000)
    window = forms.CharField(widget=forms.HiddenInput, max_length=36, required=False)

    def __init__(self, *args: Any, draft: SafetyPlanDraft, **kwargs: Any) -> None:
        initial = {f"p_{key}": text for key, text in draft.parts.items()}
        initial |= {
            "version": draft.version,
            "window": str(uuid4()),
            "review_on": draft.review_on or today() + USUAL_REVIEW,
        }
        super().__init__(*args, **{**kwargs, "initial": initial})


class ReviewForm(forms.Form):
    """The plan holds; when it is looked at next."""

    review_on = review_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["review_on"].initial = today() + USUAL_REVIEW

    def clean_review_on(self) -> Any:
        day = self.cleaned_data["review_on"]
        if not today() < day <= today() + LONGEST_REVIEW:
            raise forms.ValidationError("Set a day after today, within a year.")
        return day


class EndPlanForm(forms.Form):
    """Why there is no safety plan from here on."""

    reason = forms.CharField(
        label="Why is there no safety plan from here on?",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why.", "max_length": "Keep this to 2,000 characters."},
    )
