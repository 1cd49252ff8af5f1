"""The form for a disclosure that already happened."""

from typing import Any

from django import forms

from authorizations.rules import RecordClass
from authorizations.rules.restrictions import ANY_KIND
from disclosures.ledger.rules import Basis
from practice.infrastructure.days import today
from practice.people.models import Staff

from ..rules import EXCEPTIONS_OF_BASIS, Item, Method, PNException, chart_facts, note_facts
from ..rules.restrictions import USES as RESTRICTABLE
from ..rules.ways import AGREED
from .release import DAY, WHOLE_CHART_EXEMPT, ReleaseFields, text

# a download leaves its own trace: nobody records one from memory
HAPPENED = [(method.value, method.label) for method in Method if method != Method.DOWNLOAD]


class RecordForm(ReleaseFields):
    """A disclosure that already happened."""

    own_first = [
        ("What happened", ["disclosed_on", "disclosed_time", "method", AGREED, "description", "dated_from", "dated_to",
                           "whole_chart", "justification", "other_documents", "names_others", "settled",
                           "exception", "author", "smallest_set_confirmed"]),
    ]  # fmt: skip

    record_class = forms.ChoiceField(
        label="What was given out",
        choices=[
            (RecordClass.CHART.value, RecordClass.CHART.label),
            (RecordClass.BILLING.value, RecordClass.BILLING.label),
            (RecordClass.PN.value, RecordClass.PN.label),
        ],
    )
    disclosed_on = forms.DateField(
        label="Day", widget=DAY, error_messages={"required": "Give the day.", "invalid": "Give the day as a date."}
    )
    disclosed_time = forms.TimeField(
        label="Time, if known",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        error_messages={"invalid": "Give the time as hours and minutes."},
    )
    method = forms.ChoiceField(label="How", choices=[("", "Choose"), *HAPPENED],
                               error_messages={"required": "Choose how it was given out."})  # fmt: skip
    description = text(
        "What, in a few words without its content",
        required="Say what was given out, for example: dates of attendance, progress notes of May 2026.",
        limit=300,
    )
    dated_from = forms.DateField(label="Records dated from", required=False, widget=DAY)
    dated_to = forms.DateField(label="to", required=False, widget=DAY)
    whole_chart = forms.BooleanField(label="It was the whole chart", required=False)
    justification = text("If it was the whole chart: why all of it", rows=2)
    other_documents = forms.BooleanField(label="Not only progress notes, also other documents", required=False)
    names_others = forms.BooleanField(label="It also spoke of another patient (joint or group session)", required=False)
    settled = forms.BooleanField(
        label="and each of them had authorized this same disclosure, or what speaks of them was left out",
        required=False,
    )
    exception = forms.ChoiceField(label="Exception", required=False, choices=[("", "Choose"), *PNException.choices])
    author = forms.ModelChoiceField(
        label="Who wrote the psychotherapy notes", required=False, queryset=Staff.objects.none(), empty_label="Choose"
    )

    smallest_set_confirmed = forms.BooleanField(label="No more was given out than was needed", required=False)

    def __init__(self, *args: Any, record_class: str, authors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipient_name"].label = "Who received it"
        notes = record_class == RecordClass.PN
        possible = EXCEPTIONS_OF_BASIS.get(Basis(self.basis), ())
        self.fields.pop("within_scope", None)  # asked before something leaves
        self._keep("author", "smallest_set_confirmed", only_if=notes)
        self._keep("whole_chart", only_if=not notes)
        self._keep("justification", only_if=not notes and self.basis not in WHOLE_CHART_EXEMPT)
        self._keep("other_documents", only_if=not notes and self.basis == Basis.B_PAYMENT)
        self._keep("dated_from", "dated_to", only_if=self.authorization is not None or self.basis in RESTRICTABLE)
        self._keep("exception", only_if=notes and len(possible) > 1)
        if notes:
            self.fields["author"].required = True
            self.fields["author"].error_messages["required"] = "Choose the therapist who wrote them."
            author: Any = self.fields["author"]
            author.queryset, author.label_from_instance = authors, lambda staff: staff.display_name
            self.ask_facts(fact for code in possible for fact in note_facts(code, self.basis))
        else:
            self.ask_facts(chart_facts(self.basis))
        self.fields["record_class"].widget = forms.HiddenInput()

    def described(self) -> Item:
        """What was given out, as whoever records it says: the gate weighs it as it weighs a document."""
        data = self.cleaned_data
        kind = ANY_KIND if data.get("other_documents") or data.get("whole_chart") else ""
        others, settled = bool(data.get("names_others")), bool(data.get("settled"))
        return Item("as described", kind=kind, names_others=others, others_agreed=settled)

    def clean_disclosed_on(self) -> Any:
        day = self.cleaned_data["disclosed_on"]
        if day > today():
            raise forms.ValidationError("This day has not come yet. Give the day on which it happened.")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("dated_from"), data.get("dated_to")
        if first and last and last < first:
            self.add_error("dated_to", "The last day is before the first.")
        covers = self.authorization and (self.authorization.covers_from or self.authorization.covers_to)
        if covers and not (first and last):
            self.add_error("dated_to", "The authorization covers certain days: say which days the records are from.")
        return data
