"""Forms of requests for restriction. They check and convert; they save nothing."""

from datetime import date
from typing import Any

from django import forms

from practice.infrastructure.days import today
from practice.people.models import Patient, PersonalRepresentative
from practice.people.queries import refusal_to_act_for_patient

from ..actions.restrictions import Asked
from ..queries.on_file import session_days
from ..rules.restrictions import (
    PLAN_USES,
    RestrictedKind,
    RestrictedRecipient,
    RestrictedUse,
    RestrictionFacts,
    not_on_file,
    refusals_of_request,
)
from .recording import RepresentativeField, ScanField, SessionDatesField, day_field, text_field

# Where each thing that does not fit is said.
AT = {
    "RESTRICTION_USES": "uses",
    "RESTRICTION_DAYS": "covers_to",
    "RESTRICTION_PAID_WHICH": "session_dates",
    "RESTRICTION_PAID_TO_COME": "session_dates",
    "RESTRICTION_PERIOD_TO_COME": "covers_from",
}
WRITTEN = [("yes", "In writing"), ("no", "By word of mouth")]


def past_day(label: str, **more: Any) -> forms.DateField:
    return day_field(label, required=True, initial=today, **more)


def not_to_come(day: date) -> date:
    if day > today():
        raise forms.ValidationError("This day has not come yet.")
    return day


class AskedForm(forms.Form):
    """What every request says: who asked, when, how."""

    received_on = past_day("The practice received it on")
    in_writing = forms.ChoiceField(
        label="How", choices=WRITTEN, widget=forms.RadioSelect, error_messages={"required": "Say how it was asked."}
    )
    representative = RepresentativeField(
        label="Asked by", queryset=PersonalRepresentative.objects.none(), required=False, empty_label="The patient"
    )
    words = text_field("In the patient's words", 2000, 3, required=True, error_messages={"required": "Write it down."})
    session_dates = SessionDatesField(
        label="Days of sessions",
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One to a line, for example 03/14/2026.",
    )
    covers_from = day_field("Or a period: from")
    covers_to = day_field("to")

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["representative"]
        field.queryset = patient.representatives.all()
        if not field.queryset.exists():
            del self.fields["representative"]

    def clean_received_on(self) -> date:
        return not_to_come(self.cleaned_data["received_on"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        asked_by = data.get("representative")
        if (
            asked_by
            and "received_on" in data
            and (refusal := refusal_to_act_for_patient(asked_by, data["received_on"]))
        ):
            self.add_error("representative", f"{refusal.words} {refusal.remedy}".strip())
        if not self.errors:
            for refusal in refusals_of_request(self.facts()):
                words = f"{refusal.words} {refusal.remedy}"
                self.add_error(AT.get(refusal.code), words)
        return data

    def asked(self) -> Asked:
        """The request by the field names of `Restriction`, once the form is valid."""
        data = self.cleaned_data
        names = ("words", "session_dates", "covers_from", "covers_to")
        known: Any = {name: data[name] for name in names} | {
            "in_writing": data["in_writing"] == "yes",
            "representative": data.get("representative"),
        }
        return known | self.about()

    def about(self) -> Asked:
        """What the kind of request says of itself."""
        raise NotImplementedError

    def facts(self) -> RestrictionFacts:
        asked = self.asked()
        return RestrictionFacts(
            received_on=self.cleaned_data["received_on"],
            uses=frozenset(map(RestrictedUse, asked["uses"])),
            recipients=frozenset(map(RestrictedRecipient, asked["recipients"])),
            session_dates=frozenset(asked["session_dates"]),
            covers_from=asked["covers_from"],
            covers_to=asked["covers_to"],
            paid_in_full=asked.get("paid_in_full", False),
        )


class PaidInFullForm(AskedForm):
    """The plan is not to be told of sessions that were paid in full. Nothing else is asked: it must be agreed to."""

    payment_note = text_field(
        "How it was paid, and how you saw that", 500, help_text="For example: card, receipt 2231."
    )
    still_to_enter = forms.BooleanField(
        label="It is right all the same: the session is still to be entered", required=False
    )
    field_order = [
        "session_dates",
        "covers_from",
        "covers_to",
        "still_to_enter",
        "payment_note",
        "received_on",
        "in_writing",
    ]

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, patient=patient, **kwargs)
        self.patient = patient
        if not self.is_bound:
            del self.fields["still_to_enter"]  # asked only when a day without a session was given

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        missing = "" if self.errors else not_on_file(self.facts(), session_days(self.patient))
        if not missing:
            self.fields.pop("still_to_enter", None)
        elif not data.get("still_to_enter"):
            self.add_error("still_to_enter", f"There is no session of {missing} on file. Check the day and the year.")
        return data

    def about(self) -> Asked:
        return {
            "paid_in_full": True,
            "uses": sorted(PLAN_USES),
            "recipients": [RestrictedRecipient.PAYER],
            "payment_note": self.cleaned_data["payment_note"],
        }


class RestrictionForm(AskedForm):
    """Any other request: who is not to be told what, and for what."""

    uses = forms.MultipleChoiceField(
        label="Not to be used or given out for",
        choices=RestrictedUse.choices,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick at least one."},
    )
    recipients = forms.MultipleChoiceField(
        label="Not to",
        choices=RestrictedRecipient.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Nothing ticked: it may go to nobody.",
    )
    recipient_name = text_field("By name, if the patient named somebody", help_text="Several with a semicolon between.")
    kinds = forms.MultipleChoiceField(
        label="Which records",
        choices=RestrictedKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Nothing ticked: all records.",
    )
    field_order = [
        "words",
        "uses",
        "recipients",
        "recipient_name",
        "kinds",
        "session_dates",
        "covers_from",
        "covers_to",
    ]

    def about(self) -> Asked:
        data = self.cleaned_data
        return {
            "uses": data["uses"],
            "recipients": data["recipients"],
            "recipient_name": data["recipient_name"],
            "kinds": data["kinds"],
        }


class AnswerForm(forms.Form):
    """The practice's answer."""

    agreed = forms.ChoiceField(
        label="Answer",
        choices=[("yes", "We agree"), ("no", "We do not agree")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose the answer."},
    )
    on = past_day("From", help_text="What was given out before this day was not restricted.")
    words = text_field(
        "What the patient will read about it",
        2000,
        3,
        help_text="If you agree: limits, if any. If not: why not. To agree to a part, record that part as a request.",
    )

    def clean_on(self) -> date:
        return not_to_come(self.cleaned_data["on"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("agreed") == "no" and not data.get("words", "").strip():
            self.add_error("words", "Say why not, in words the patient can read.")
        return data


class PatientEndsForm(forms.Form):
    """The patient ends it."""

    in_writing = forms.ChoiceField(
        label="How", choices=WRITTEN, widget=forms.RadioSelect, error_messages={"required": "Say how."}
    )
    on = past_day("Said, or received by the practice, on", help_text="It counts from today: from when it is recorded.")
    scan = ScanField(
        label="If in writing: scan of what the patient wrote and signed",
        required=False,
        help_text="PDF, JPEG or PNG, up to 15 MB.",
    )
    words = text_field(
        "What was said or written, to whom", 2000, 3, help_text="Needed when it was said: this is the record of it."
    )

    def clean_on(self) -> date:
        return not_to_come(self.cleaned_data["on"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("in_writing") == "no" and not data.get("words", "").strip():
            self.add_error("words", "Write down what the patient said, and to whom.")
        if data.get("in_writing") == "yes" and "scan" not in self.errors and not data.get("scan"):
            self.add_error("scan", "Add the scan of what the patient wrote.")
        return data


class ToldForm(forms.Form):
    """A day and how: the letter sent, the notice given, the recipient asked."""

    on = past_day("On")
    words = text_field("How", 500, required=True, error_messages={"required": "Say how."})

    def __init__(self, *args: Any, when: str, ask: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["on"].label, self.fields["words"].label = when, ask

    def clean_on(self) -> date:
        return not_to_come(self.cleaned_data["on"])


class TellForm(ToldForm):
    """How the patient was told the answer: by the letter, where there is one, or by word of mouth."""

    way = forms.ChoiceField(
        label="The patient was told",
        choices=[("letter", "By the newest letter"), ("mouth", "By word of mouth")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how."},
    )
    field_order = ["way", "on", "words"]

    def __init__(self, *args: Any, has_letter: bool, **kwargs: Any) -> None:
        super().__init__(*args, when="Sent or said on", ask="How, for example “letter by mail”", **kwargs)
        if not has_letter:
            del self.fields["way"]


class MistakeForm(forms.Form):
    """What was recorded wrongly."""

    words = text_field("What the mistake was", 500, required=True, error_messages={"required": "Say what it was."})
