"""What is asked when a patient takes an authorization back, or wants to go on after all."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.utils import timezone

from practice.infrastructure.days import local_date
from practice.infrastructure.templatetags.look import day as day_words
from practice.people.models import PersonalRepresentative

from ..models import Authorization
from ..queries import AuthorizationLine, facts_of
from ..queries.same import same_recipient
from .recording import HappenedForm, ScanField, day_field, not_in_future, text_field


def moment_field(label: str, help_text: str) -> forms.DateTimeField:
    """A practice-local day and time, to the minute."""
    return forms.DateTimeField(
        label=label,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=help_text,
        error_messages={
            "required": "Give day and time.",
            "invalid": "Give day and time, for example 04/03/2026 14:30.",
        },
    )


class WithOthersForm(forms.Form):
    """Asks of which other authorizations of the patient the same is true."""

    also = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        required=False,
        error_messages={"invalid_choice": "This list has changed meanwhile. Open the page again."},
    )

    def offer(self, lines: Sequence[AuthorizationLine], ticked: Collection[AuthorizationLine]) -> None:
        """Show these to be ticked, some of them ticked beforehand; nothing is asked where there is none."""
        self.others = {str(line.authorization.pk): line for line in lines}
        if not lines:
            del self.fields["also"]
            return
        also = cast(forms.MultipleChoiceField, self.fields["also"])
        also.choices = [(key, _in_words(line)) for key, line in self.others.items()]
        also.initial = [str(line.authorization.pk) for line in ticked]

    def chosen_too(self) -> list[Authorization]:
        """The authorizations left ticked."""
        return [self.others[key].authorization for key in self.cleaned_data.get("also", [])]


def _in_words(line: AuthorizationLine) -> str:
    signed = f", signed {day_words(line.signed_on)}" if line.signed_on else ""
    return f"{line.records} to {line.recipient}{signed}. {line.status.label}"


class RevocationForm(WithOthersForm):
    """How and when the patient took it back, and what else with it."""

    written = forms.ChoiceField(
        label="How",
        choices=[("yes", "In writing"), ("no", "By word of mouth")],
        widget=forms.RadioSelect,
        error_messages={"required": "Choose one."},
    )
    by_whom = forms.ChoiceField(
        label="Who takes it back",
        widget=forms.RadioSelect,
        error_messages={"required": "Say who takes it back.", "invalid_choice": "Choose from the people listed."},
    )
    received_at = moment_field(
        "Received at", "To the minute: what was handed over before stands, nothing after may go out."
    )
    how = text_field(
        "How it came in, and how you know who it was from",
        500,
        2,
        help_text="For example “letter by mail, signature as on the form” or “called front desk, said the birth date”.",
    )
    scan = ScanField(
        label="Scan of what was written",
        required=False,
        help_text="PDF, JPEG or PNG, up to 15 MB, if there is one.",
    )

    field_order = ("written", "by_whom", "received_at", "how", "scan", "also")

    def __init__(
        self,
        *args: Any,
        authorization: Authorization,
        others: Sequence[AuthorizationLine],
        acting: Sequence[PersonalRepresentative],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.acting = {str(row.pk): f"{row.name}, {row.get_kind_display().lower()}" for row in acting}
        by_whom = cast(forms.ChoiceField, self.fields["by_whom"])
        by_whom.choices = [("patient", "The patient"), *self.acting.items(), ("other", "Somebody else")]
        self.signed_on = facts_of(authorization).signed_on
        self.fields["also"].label = "What the patient wrote or said also takes back"
        self.fields["also"].help_text = "The same recipient is ticked. Untick only what the patient did not mean."
        self.offer(others, [line for line in others if same_recipient(line.authorization, authorization)])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("written") == "yes" and given.get("by_whom") == "other":
            self.add_error(
                "by_whom",
                "Only the patient, or somebody on record as acting for them, takes it back in writing. Record it as by "
                "word of mouth: nothing goes out meanwhile, and the patient is asked.",
            )
        return given

    def how_in_words(self) -> str:
        """How it came in, and from whom where that was not the patient."""
        who = self.acting.get(self.cleaned_data["by_whom"], "")
        who = "Somebody else" if self.cleaned_data["by_whom"] == "other" else who
        return ": ".join(filter(None, [who, str(self.cleaned_data["how"])]))

    def clean_received_at(self) -> datetime:
        received: datetime = self.cleaned_data["received_at"]
        if received > timezone.now():
            raise forms.ValidationError("This is in the future.")
        if self.signed_on and local_date(received) < self.signed_on:
            raise forms.ValidationError("This is before the authorization was signed.")
        return received

    def clean_also(self) -> list[str]:
        chosen, received = self.cleaned_data["also"], self.cleaned_data.get("received_at")
        later = [self.others[key].signed_on for key in chosen if received and self.others[key].signed_on]
        if received and any(day > local_date(received) for day in later if day):
            raise forms.ValidationError("One of these was signed after that day. Untick it, or check the day.")
        return cast(list[str], chosen)


class GoOnForm(forms.Form):
    """What the patient wrote, after a call to stop, to go on after all."""

    received_at = moment_field("Received at", "To the minute: from then on the authorization may be used again.")
    how = text_field("How it came in", 500, 2, help_text="For example “letter by mail” or “signed at the desk”.")
    scan = ScanField(
        label="Scan of what the patient wrote and signed",
        help_text="PDF, JPEG or PNG, up to 15 MB.",
        error_messages={"required": "A hold is lifted by the patient’s own writing. Add the scan of it."},
    )

    def __init__(self, *args: Any, held_since: datetime | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held_since = held_since

    def clean_received_at(self) -> datetime:
        received: datetime = self.cleaned_data["received_at"]
        if received > timezone.now():
            raise forms.ValidationError("This is in the future.")
        if self.held_since and received <= self.held_since:
            raise forms.ValidationError("This is before the patient called to stop, so it does not answer that call.")
        return received


class EventKnownForm(HappenedForm, WithOthersForm):
    """When and how the practice learned that the event happened, and when it did."""

    occurred_on = day_field("The event itself happened on", help_text="If you know it. It may be earlier.")

    field_order = ("on", "how", "occurred_on", "also")

    def __init__(self, *args: Any, twins: Sequence[AuthorizationLine], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["also"].label = "It also ends"
        self.fields[
            "also"
        ].help_text = "They end with an event in the same words. Untick one only if another event is meant there."
        self.offer(twins, twins)

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        occurred, known = not_in_future(found.get("occurred_on")), found.get("on")
        if occurred and known and occurred > known:
            self.add_error("occurred_on", "This is after the practice learned of it. Check the two days.")
        return found


class ToldForm(HappenedForm):
    """When and how somebody was told; not before there was something to tell."""

    def __init__(self, *args: Any, since: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.since = since

    def clean_on(self) -> date | None:
        day = super().clean_on()
        if day is not None and day < self.since:
            raise forms.ValidationError("This is before the revocation came in.")
        return day


class NoticeForm(ToldForm):
    """Whether a recipient or business associate was told of a revocation, or need not be told."""

    told = forms.ChoiceField(
        label="What was done",
        choices=[("yes", "They were told"), ("no", "They need not be told")],
        widget=forms.RadioSelect,
        help_text="Somebody who holds nothing and knows of nothing would only learn that there is a patient.",
        error_messages={"required": "Choose one."},
    )

    field_order = ("told", "on", "how")
