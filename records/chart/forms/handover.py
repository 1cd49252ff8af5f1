"""The form for handing a patient over."""

from datetime import timedelta
from typing import Any

from django import forms

from practice.infrastructure.days import today
from practice.infrastructure.templatetags.look import day as day_words
from practice.people.forms.fields import DayField
from practice.people.forms.patients import StaffChoice
from practice.people.models import Patient, Staff
from practice.people.queries import treating_clinicians

from ..models import ChartNote
from ..queries.handover import own_summaries
from ..rules.handover import HandoverFacts, HandoverKind, handover_refusals


class SummaryChoice(forms.ModelChoiceField):
    """A signed summary, by its format and day."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.format.name}, {day_words(obj.on)}"


class HandoverForm(forms.Form):
    """Who takes over, from when, and what they should know."""

    kind = forms.ChoiceField(
        label="What happens", choices=HandoverKind.choices, widget=forms.RadioSelect, initial=HandoverKind.TRANSFER
    )
    to = StaffChoice(label="To", queryset=Staff.objects.none(), empty_label="Choose", required=False)
    from_on = DayField(label="Their first day", required=False)
    until_on = DayField(label="Their last day", required=False, help_text="Of the cover.")
    last_day = DayField(label="Your last day", required=False)
    note = SummaryChoice(
        label="Summary in the chart",
        queryset=ChartNote.objects.none(),
        required=False,
        empty_label="None, it stands below",
        help_text="A treatment or discharge summary of yours that is signed.",
    )
    summary = forms.CharField(
        label="What the next person must know",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10}),
        help_text="Where the treatment stands, risk, medication, what is agreed, what is open. "
        "It becomes part of the chart.",
    )

    def __init__(self, *args: Any, by: Staff, patient: Patient, treats: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by, self.treats = by, treats
        self.fields["to"].queryset = treating_clinicians().exclude(pk=by.pk)  # type: ignore[attr-defined]
        summaries = own_summaries(by, patient)
        self.fields["note"].queryset = summaries  # type: ignore[attr-defined]
        if not summaries.exists():
            del self.fields["note"]
        if not self.is_bound:
            self.initial.update(from_on=today() + timedelta(days=1), last_day=today())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        facts = HandoverFacts(
            kind=HandoverKind(cleaned["kind"]),
            to_somebody=cleaned["to"] is not None,
            to_self=cleaned["to"] == self.by,
            from_on=cleaned["from_on"],
            until_on=cleaned["until_on"],
            last_day=cleaned["last_day"],
            summary=cleaned["summary"],
            has_note=cleaned.get("note") is not None,
        )
        for name, refusal in handover_refusals(facts, treats=self.treats, on=today()).items():
            self.add_error(name or None, f"{refusal.words} {refusal.remedy}".strip())
        return cleaned

    def given(self) -> dict[str, Any]:
        """The values that fit the kind, once the form is valid: what is not asked for it is left out."""
        values = {name: self.cleaned_data.get(name) for name in ("to", "from_on", "until_on", "last_day", "note")}
        kind = HandoverKind(self.cleaned_data["kind"])
        unused = {
            HandoverKind.TRANSFER: ("until_on",),
            HandoverKind.COVER: ("last_day",),
            HandoverKind.END: ("to", "from_on", "until_on"),
        }[kind]
        return values | dict.fromkeys(unused) | {"kind": kind, "summary": self.cleaned_data["summary"]}
