"""Forms for when a package leaves: who takes it and how, how its passphrase is given, how it ended."""

from typing import Any, cast

from django import forms

from practice.infrastructure.days import today
from practice.outside.forms import offer_no_calls
from practice.outside.rules import CodeGiven
from practice.people.confidential import LetterAddress

from ..models import Release
from ..rules import PACKAGE_METHODS, CameBack, Method
from ..rules.ways import AGREED
from .release import (
    ADDRESS_HELP,
    DAY,
    FAX_HELP,
    ReleaseFields,
    agreement,
    ask_address,
    ask_agreement,
    ask_fax_number,
    text,
)


class NotesHandOverForm(forms.Form):
    """What the person at the desk knows when handing over a package of psychotherapy notes."""

    recipient_kind = ReleaseFields.base_fields["recipient_kind"]
    identity_verified = text(
        "How you know it is them",
        required="Say how you know it is them.",
        help_text="For example: identity card seen, called back on a published number.",
        limit=500,
    )
    method = forms.ChoiceField(
        label="How it leaves",
        choices=[
            ("", "Choose"),
            (Method.LOCKED_FILE.value, "As a locked file"),
            (Method.MAIL.value, "As a locked file on a medium, by mail"),
        ],
        error_messages={"required": "Choose how it is handed over."},
    )
    recipient_address = text("Postal address", rows=2, limit=1000, help_text="As on the envelope; needed for mail.")
    way_agreed = ReleaseFields.base_fields[AGREED]

    def __init__(self, *args: Any, asked: tuple[LetterAddress, ...] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_agreement(self, asked)

    def filled(self) -> dict[str, Any]:
        """What was typed, by the field names of a release."""
        return {name: value for name, value in self.cleaned_data.items() if name != AGREED} | {"facts": agreement(self)}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        ask_address(self, data)
        return data


class WayForm(forms.Form):
    """How and where a package to the patient goes, once they asked to be reached in a certain way."""

    method = forms.ChoiceField(
        label="How it leaves", choices=[(method.value, method.label) for method in PACKAGE_METHODS]
    )
    recipient_address = text("Postal address", rows=3, limit=1000, help_text=ADDRESS_HELP)
    fax_number = text("Fax number", help_text=FAX_HELP, limit=40)
    way_agreed = ReleaseFields.base_fields[AGREED]

    def __init__(self, *args: Any, asked: tuple[LetterAddress, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_agreement(self, asked)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        ask_address(self, data)
        ask_fax_number(self, data)
        return data

    def settled(self) -> dict[str, str]:
        """What was typed, as the action takes it."""
        data = self.cleaned_data
        return {
            "method": data["method"],
            "address": data["recipient_address"],
            "fax_number": data["fax_number"],
            "agreed": agreement(self).get(AGREED, ""),
        }


class CloseForm(forms.Form):
    """How a hand-over ended."""

    outcome = forms.ChoiceField(
        label="How it ended",
        widget=forms.RadioSelect,
        choices=[
            ("delivered", "It arrived"),
            ("returned", "It came back"),
            ("not_delivered", "It did not arrive"),
        ],
        error_messages={"required": "Say whether it arrived."},
    )
    came_back = forms.ChoiceField(
        label="If it came back: how it looks",
        required=False,
        choices=[("", "Choose"), *CameBack.choices],
        help_text="What somebody may have read is looked at by the compliance officer.",
    )
    on = forms.DateField(label="On which day", widget=DAY, error_messages={"required": "Give the day."})
    receipt = text("Receipt or confirmation", help_text="Signed for by, fax report, reply of the recipient.", limit=300)
    reason = text(
        "If it did not arrive or came back: why", help_text="For a returned letter: what the post says.", limit=300
    )

    def __init__(self, *args: Any, release: Release, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.release = release

    def clean_on(self) -> Any:
        day = self.cleaned_data["on"]
        if day > today():
            raise forms.ValidationError("This day has not come yet.")
        if self.release.disclosed_on and day < self.release.disclosed_on:
            raise forms.ValidationError("It cannot have arrived before it was handed over.")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") in ("not_delivered", "returned") and not data.get("reason"):
            self.add_error("reason", "Say why it did not arrive.")
        if data.get("outcome") == "returned" and not data.get("came_back"):
            self.add_error("came_back", "Say whether somebody may have opened it.")
        if data.get("outcome") != "returned":
            data["came_back"] = ""
        return data


class AtTheDeskForm(forms.Form):
    """Who stands there: asked of what is given from hand to hand, since identity was checked days before (R-144)."""

    identity = text(
        "How you know it is them",
        required="Say how you know that it is them.",
        help_text="For example: identity card seen, known to the practice.",
        limit=200,
    )

    def __init__(self, *args: Any, release: Release, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if release.method != Method.IN_PERSON:
            del self.fields["identity"]


class ReasonForm(forms.Form):
    """Why a release is taken back before hand-over."""

    reason = text("Reason", required="Say why it is withdrawn.", limit=300)


class TakeOverForm(forms.Form):
    """Why somebody else than who entered the hand-over opens the package and hands it over."""

    reason = text(
        "Why you hand it over",
        required="Say why you hand it over.",
        help_text="For example: Dana is out today, and the patient is here for it.",
        limit=300,
    )


class EmergencyForm(forms.Form):
    """It still is an emergency."""

    why = text(
        "What is the emergency, and what of these records its treatment needs",
        required="Say what the emergency is, and what its treatment needs.",
        limit=500,
    )


class ReturnForm(forms.Form):
    """What was done about a release that did not reach its recipient."""

    done = text(
        "What was done",
        required="Say what was done.",
        help_text="For example: told the patient, kept for them to collect, shredded, not needed any more.",
        limit=300,
    )


class ToldForm(forms.Form):
    """How the passphrase of a locked file reaches the patient; asked where they want to be reached in a certain way."""

    told = forms.ChoiceField(
        label="How you give them the passphrase", required=False, choices=CodeGiven.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: Any, no_calls: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if no_calls:
            offer_no_calls(cast(forms.ChoiceField, self.fields["told"]))

    @property
    def how(self) -> CodeGiven | None:
        """What was chosen, once the form is valid."""
        chosen = self.cleaned_data["told"]
        return CodeGiven(chosen) if chosen else None
