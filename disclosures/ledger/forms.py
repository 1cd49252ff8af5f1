"""Forms of the ledger and of accountings. They check and convert; the actions decide and write."""

from datetime import date
from typing import Any

from django import forms

from disclosures.ledger.bases import Basis, staff_words
from disclosures.ledger.issuing import Request, request_defects
from disclosures.ledger.particulars import Particulars, Recipient, entry_defects
from disclosures.ledger.queries import Current
from disclosures.ledger.suspensions import Suspension, SuspensionDefect, SuspensionKind, suspension_defects
from practice.infrastructure.days import today
from practice.people.forms.fields import DayField, LineField

BAD_DAY = {"required": "Choose a day.", "invalid": "This is not a day. Write it as 2026-11-21."}

# Which field a defect stands at.
SUSPENSION_FIELDS = {
    SuspensionDefect.NO_IMPEDIMENT: "states_impediment",
    SuspensionDefect.NO_AGENCY: "agency",
    SuspensionDefect.ENDS_BEFORE: "until",
    SuspensionDefect.IN_FUTURE: "statement_on",
    SuspensionDefect.RECEIVED_BEFORE: "received_on",
}
ENTRY_FIELDS = {
    "NO_RECIPIENT": "recipient_name",
    "NO_DESCRIPTION": "description",
    "NO_PURPOSE": "purpose",
    "IN_FUTURE": "disclosed_on",
}


def day(label: str, *, required: bool = True, help_text: str = "") -> DayField:
    return DayField(label=label, required=required, help_text=help_text, error_messages=BAD_DAY)


class AccountingForm(forms.Form):
    """What was asked for: the days drive the six years and the clock (D-7)."""

    requested_on = day("Request dated", help_text="The six years are counted back from this day.")
    received_on = day("Received on", help_text="The 60 days to answer are counted from this day.")
    asked_from = day("Only from", required=False, help_text="If the patient asked for a shorter period.")
    asked_to = day("Only up to", required=False)
    summaries = forms.BooleanField(
        label="Put repeated disclosures together",
        required=False,
        initial=True,
        help_text="Same recipient, same purpose, same ground: the first in full, how often, and the last day.",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("requested_on") and cleaned.get("received_on"):
            for field, words in request_defects(self.request_of(cleaned), today=today()).items():
                self.add_error(field, words)
        return cleaned

    @staticmethod
    def request_of(cleaned: dict[str, Any]) -> Request:
        """The request as the rules take it."""
        return Request(
            cleaned["requested_on"],
            cleaned["received_on"],
            cleaned.get("asked_from"),
            cleaned.get("asked_to"),
            bool(cleaned.get("summaries")),
        )


class SuspensionForm(forms.Form):
    """A statement of an oversight agency or a law enforcement official."""

    kind = forms.ChoiceField(
        label="How was it made?",
        choices=SuspensionKind.choices,
        widget=forms.RadioSelect,
        help_text="An oral statement, or a written one without a last day, holds for 30 days.",
        error_messages={"required": "Choose one."},
    )
    agency = LineField(label="Agency", max_length=200, error_messages={"required": "Name the agency."})
    official = LineField(label="Official who made it", max_length=200, required=False)
    statement_on = day("Day of the statement")
    received_on = day("Day we had it", help_text="A written statement works from this day.")
    until = day("Last day it asks for", required=False)
    states_impediment = forms.BooleanField(
        label="It states that an accounting would be reasonably likely to impede the agency’s activities",
        required=False,
    )
    reference = LineField(
        label="Where the statement is kept", max_length=200, required=False, help_text="File or letter number."
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("kind") == SuspensionKind.SUSP_ORAL and not cleaned.get("official"):
            self.add_error("official", "The rule asks for the identity of who made an oral statement.")
        if all(cleaned.get(name) for name in ("kind", "statement_on", "received_on")):
            given = self.statement()
            for defect in suspension_defects(given, agency=cleaned.get("agency", "x"), suspendable=True, today=today()):
                self.add_error(SUSPENSION_FIELDS[defect], str(defect.label))
        return cleaned

    def statement(self) -> Suspension:
        """The statement as the rules take it."""
        given = self.cleaned_data
        return Suspension(
            SuspensionKind(given["kind"]),
            given["statement_on"],
            given["received_on"],
            given.get("until"),
            bool(given.get("states_impediment")),
        )


class SuspensionEndForm(forms.Form):
    """That the agency gave its suspension up before its last day."""

    last_day = day("Last day it holds")
    reason = forms.CharField(
        label="Who ended it, and how you know",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say who ended it and how you know."},
    )

    def __init__(self, *args: Any, statement: Suspension, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.statement = statement

    def clean_last_day(self) -> date:
        chosen: date = self.cleaned_data["last_day"]
        if not self.statement.first_day() <= chosen <= self.statement.last_day():
            raise forms.ValidationError("The day must lie within the suspension.")
        return chosen


class CorrectionForm(forms.Form):
    """What an entry should have said, or that nothing like it happened; and why it is corrected."""

    withdraw = forms.BooleanField(
        label="Withdraw it: nothing like this happened",
        required=False,
        help_text="For an entry made by mistake or for the wrong patient. The fields below then do not count.",
    )
    disclosed_on = day("Day of the disclosure", required=False)
    recipient_name = LineField(label="Given to", max_length=300, required=False)
    recipient_address = forms.CharField(
        label="Address",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Leave empty if it is not known.",
    )
    description = LineField(
        label="What was given", max_length=300, required=False, help_text="In a few words, without clinical content."
    )
    purpose = LineField(
        label="Why", max_length=500, required=False, help_text="So that the patient understands the ground."
    )
    basis = forms.ChoiceField(label="Legal ground", choices=[(one, staff_words(one)) for one in Basis], required=False)
    reason = forms.CharField(
        label="Reason for the correction",
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept with the old entry; never part of an accounting.",
        error_messages={"required": "Say why the entry is corrected."},
    )

    def __init__(self, *args: Any, current: Current, **kwargs: Any) -> None:
        public = current.entry.public
        initial = {
            "disclosed_on": public["disclosed_on"],
            "recipient_name": public["recipient"]["name"],
            "recipient_address": public["recipient"]["address"],
            "description": public["what"],
            "purpose": public["purpose"],
            "basis": public["basis"],
        }
        super().__init__(*args, **{**kwargs, "initial": initial})
        self.current = current

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("withdraw"):
            for name in ENTRY_FIELDS.values():
                self.errors.pop(name, None)
            return cleaned
        if not cleaned.get("disclosed_on"):
            if "disclosed_on" not in self.errors:
                self.add_error("disclosed_on", "Choose a day.")
            return cleaned
        for defect in entry_defects(self._particulars(cleaned), today=today()):
            self.add_error(ENTRY_FIELDS.get(defect.value, "recipient_address"), str(defect.label))
        if not self.errors and self._particulars(cleaned) == self._before():
            self.add_error(None, "Nothing was changed, so there is nothing to correct.")
        return cleaned

    def replacement(self) -> Particulars | None:
        """The corrected particulars, or None to withdraw the entry."""
        return None if self.cleaned_data["withdraw"] else self._particulars(self.cleaned_data)

    def _particulars(self, given: dict[str, Any]) -> Particulars:
        return self._like_the_entry(
            disclosed_on=given["disclosed_on"],
            recipient=(given.get("recipient_name", ""), given.get("recipient_address", "").replace("\r\n", "\n")),
            description=given.get("description", ""),
            purpose=given.get("purpose", ""),
            basis=Basis(given.get("basis") or self.current.entry.basis),
        )

    def _before(self) -> Particulars:
        public = self.current.entry.public
        return self._like_the_entry(
            disclosed_on=date.fromisoformat(public["disclosed_on"]),
            recipient=(public["recipient"]["name"], public["recipient"]["address"]),
            description=public["what"],
            purpose=public["purpose"],
            basis=Basis(public["basis"]),
        )

    def _like_the_entry(self, *, recipient: tuple[str, str], **given: Any) -> Particulars:
        public, facts = self.current.entry.public, self.current.facts
        return Particulars(
            **given,
            recipient=Recipient(recipient[0], public["recipient"]["type"], recipient[1]),
            record_classes=tuple(public["record_classes"]),
            includes_pn=facts.includes_pn,
            pn_authors=self.current.author_ids,
            also_512f=facts.also_512f,
            via_ehr=facts.via_ehr,
            method=public["method"],
            research=facts.research,
        )
