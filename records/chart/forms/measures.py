"""Forms of measures: they check and convert what was ticked; they never save."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone

from practice.infrastructure.days import today
from practice.people.models import Patient

from ..models import Measure
from ..rules.measures import MOST_WEEKS, AlarmAct, Definition, Item, current

TEXT_LIMIT = 20_000


class MeasureForm(forms.Form):
    """The items of one measure. `answers` is what was chosen, `missing` the scored items that were not answered."""

    def __init__(
        self, *args: Any, definition: Definition, answers: dict[str, int] | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.definition = definition
        for item in definition.items:
            self.fields[f"i_{item.key}"] = forms.ChoiceField(
                label=item.text,
                choices=[(str(place), option.label) for place, option in enumerate(item.options)],
                required=False,
                initial=str(answers[item.key]) if answers and item.key in answers else None,
                error_messages={"invalid_choice": "Choose one of the answers."},
            )

    @property
    def questions(self) -> list[tuple[Item, forms.BoundField, str]]:
        """Each item with its field and what is chosen now."""
        return [
            (item, self[name], str(self[name].value() or ""))
            for item in self.definition.items
            if (name := f"i_{item.key}")
        ]

    @property
    def answers(self) -> dict[str, int]:
        """The place of the chosen option by the key of the item; after is_valid."""
        chosen = {item.key: self.cleaned_data.get(f"i_{item.key}") for item in self.definition.items}
        return {key: int(place) for key, place in chosen.items() if place}

    @property
    def missing(self) -> list[Item]:
        """Scored items without an answer; after is_valid."""
        return [item for item in self.definition.items if item.scored and item.key not in self.answers]


class EnteredMeasureForm(MeasureForm):
    """A measure as staff enters it: with the day it was answered. Cleaned: taken_at, aware."""

    taken_on = forms.DateField(
        label="Answered on",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Say on which day it was answered.", "invalid": "Write the day as year-month-day."},
    )

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient = patient
        self.fields["taken_on"].initial = kwargs.get("initial", {}).get("taken_on") or today()

    def clean_taken_on(self) -> Any:
        day = self.cleaned_data["taken_on"]
        if day > today():
            raise forms.ValidationError("This day lies in the future. Give the day it was answered.")
        if self.patient.birth_date and day < self.patient.birth_date:
            raise forms.ValidationError("This is before the patient was born.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        day = cleaned.get("taken_on")
        if day is not None:
            # today with the time; an earlier day with its day alone
            midnight = timezone.make_aware(datetime.combine(day, time.min))
            cleaned["taken_at"] = timezone.now() if day == today() else midnight
        return cleaned


class CorrectMeasureForm(EnteredMeasureForm):
    """The right answers of a measure that was entered in error, and what was wrong."""

    reason = forms.CharField(
        label="What was wrong",
        help_text="It stands beside the earlier answers, which are kept.",
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say what was wrong.", "max_length": "Keep this shorter."},
    )

    def __init__(self, *args: Any, measure: Measure, **kwargs: Any) -> None:
        self.taken_at = measure.taken_at
        kept = {"definition": measure.definition, "answers": measure.answers, "patient": measure.patient}
        initial = {"taken_on": timezone.localdate(measure.taken_at)}
        super().__init__(*args, **kept, initial=initial, **kwargs)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("taken_on") == timezone.localdate(self.taken_at):
            cleaned["taken_at"] = self.taken_at
        return cleaned


class AlarmForm(forms.Form):
    """What was done about a marked thought of death or self-harm."""

    did = forms.MultipleChoiceField(
        label="What did you do?",
        choices=AlarmAct.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one: this stays open until somebody says what was done."},
    )
    note = forms.CharField(
        label="In your words (may stay empty)",
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"max_length": "Keep this shorter; the rest belongs in the note."},
    )


class RepeatForm(forms.Form):
    """How often a measure is taken."""

    code = forms.ChoiceField(label="Measure")
    every_weeks = forms.IntegerField(
        label="Every how many weeks",
        min_value=0,
        max_value=MOST_WEEKS,
        help_text="0 ends it.",
        error_messages={
            "required": "Give a number of weeks.",
            "invalid": "Give a number of weeks.",
            "min_value": "Give 0 to end it, or 1 to 52 weeks.",
            "max_value": "Give 0 to end it, or 1 to 52 weeks.",
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].choices = [(one.code, one.title) for one in current()]  # type: ignore[attr-defined]
