"""Forms of legal papers and compelled releases: they check and convert; they save nothing."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from authorizations.forms.recording import ScanField, SessionDatesField, StaffField, day_field, text_field
from disclosures.releases.forms import NotesHandOverForm
from disclosures.releases.models import Release
from practice.infrastructure.days import today
from practice.infrastructure.templatetags.look import day
from practice.people.models import Patient, Staff
from practice.people.rules import Act, Role, may
from records.psychotherapy.compelled_rules import Scope
from records.psychotherapy.policies import authors_for_custody

from .models import LegalPaper
from .policies import seconds_to
from .rules import ANSWERS, RECIPIENTS, EntryKind, Names, PaperKind

DAYS_HELP = "With commas between them, for example 03/14/2026."
AGAIN = "Choose the scan once more: the browser does not keep it when a form comes back."
CHOOSE = ("", "Choose")


class PaperForm(forms.Form):
    """A paper as it came in: who signed it, what it asks for in its own words, until when."""

    kind = forms.ChoiceField(
        label="What it is",
        choices=[CHOOSE, *PaperKind.choices],
        help_text="Look at who signed it. What an attorney or a clerk signed is not an order.",
        error_messages={"required": "Say what it is, by who signed it."},
    )
    issuer = text_field(
        "Who sent it",
        required=True,
        help_text="Court, agency or attorney.",
        error_messages={"required": "Name the court, agency or attorney."},
    )
    signed_by = text_field("Signed by")
    reference = text_field("Caption, docket or case number")
    law = text_field("Law it rests on, if it names one")
    received_on = day_field("Received on", required=True)
    response_due_on = day_field(
        "Answer due on", help_text="As the paper says: the court or the sender sets it. Empty when it says none."
    )
    due_before = forms.BooleanField(label="The paper says so: the day was over when it came", required=False)
    scope = text_field(
        "What it asks for, word for word",
        limit=6000,
        rows=4,
        required=True,
        error_messages={"required": "Copy what it asks for, word for word."},
    )
    names_notes = forms.ChoiceField(
        label="Does it name psychotherapy notes?",
        choices=Names.choices,
        widget=forms.RadioSelect,
        help_text="As the paper reads, whether anybody keeps such notes or not.",
        error_messages={"required": "Say whether it names them."},
    )
    session_days = SessionDatesField(label="Single days it names", required=False, help_text=DAYS_HELP)
    scope_from = day_field("Everything from")
    scope_to = day_field("to")
    later_days = forms.BooleanField(label="The paper itself names sessions held after it came", required=False)
    recipient_name = text_field(
        "Who is to receive the records",
        required=True,
        error_messages={"required": "Name who is to receive the records."},
    )
    recipient_kind = forms.ChoiceField(
        label="What the recipient is",
        choices=[CHOOSE, *((kind.value, kind.label) for kind in RECIPIENTS)],
        error_messages={"required": "Choose what the recipient is."},
    )
    recipient_address = text_field("Postal address", limit=1000, rows=2)
    purpose = text_field(
        "What for",
        limit=1000,
        required=True,
        help_text="Proceeding or investigation, as the patient may read it in an accounting.",
        error_messages={"required": "Say what for."},
    )
    verified = text_field(
        "How you know that it is genuine",
        limit=1000,
        required=True,
        help_text="For example: called the clerk on the court’s published number, badge seen.",
        error_messages={"required": "Say how you know that it is genuine."},
    )
    document = ScanField(
        label="Scan of the paper",
        help_text="PDF, JPEG or PNG, up to 15 MB. It is kept sealed, as it came.",
        error_messages={"required": "Choose the scan of the paper."},
    )
    hold = forms.BooleanField(
        label="Keep everything: put a litigation hold on this patient’s record", required=False, initial=True
    )

    def __init__(self, *args: Any, by: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may(by.roles, Act.POLICY_CHANGE):
            del self.fields["hold"]

    @property
    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        parts = [
            ("The paper", ["kind", "issuer", "signed_by", "reference", "law", "received_on", "response_due_on",
                           "due_before", "document", "verified"]),
            ("What it asks for", ["scope", "names_notes", "session_days", "scope_from", "scope_to", "later_days"]),
            ("For whom", ["recipient_name", "recipient_kind", "recipient_address", "purpose", "hold"]),
        ]  # fmt: skip
        return [(title, [self[name] for name in names if self._shown(name)]) for title, names in parts]

    def _shown(self, name: str) -> bool:
        """Whether a day is meant as typed is asked only where it looks like a slip."""
        if name not in self.ASKED_OF:
            return name in self.fields
        return bool(self[name].value()) or any(self.has_error(one, "sure") for one in self.ASKED_OF[name])

    ASKED_OF = {"due_before": ("response_due_on",), "later_days": ("session_days", "scope_to")}

    def clean_received_on(self) -> Any:
        day = self.cleaned_data["received_on"]
        if day > today():
            raise forms.ValidationError("This day has not come yet.")
        return day

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        refusal = Scope(first=data.get("scope_from"), last=data.get("scope_to"), days=(today(),)).refusal()
        if refusal or bool(data.get("scope_from")) != bool(data.get("scope_to")):
            self.add_error("scope_to", refusal.words if refusal else "Give both days, the first and the last.")
        if received := data.get("received_on"):
            self._ask_again(data, received)
        if self.errors and self.files and not self.has_error("document"):
            self.add_error("document", AGAIN)
        return data

    def _ask_again(self, data: dict[str, Any], received: date) -> None:
        """A paper is not changed once it is recorded, so what is more likely a slip is asked about first."""
        due, came = data.get("response_due_on"), day(received)
        if due and due < received and not data.get("due_before"):
            words = f"This day is before {came}, the day it came. Correct one of them, or tick below that it is so."
            self.add_error("response_due_on", forms.ValidationError(words, code="sure"))
        named = Scope(tuple(data.get("session_days") or ()), data.get("scope_from"), data.get("scope_to"))
        if not named.ends_by(received) and not data.get("later_days"):
            words = f"This goes beyond {came}, the day it came. A paper reaches the sessions held until then: end it "
            words += "on that day, or tick below that its own words name later ones."
            field = "scope_to" if Scope(named.days).ends_by(received) else "session_days"
            self.add_error(field, forms.ValidationError(words, code="sure"))

    def fill(self, paper: LegalPaper) -> LegalPaper:
        """Put what was typed onto an unsaved paper."""
        for name in self.fields:
            if name not in ("document", "hold", *self.ASKED_OF):
                setattr(paper, name, self.cleaned_data[name])
        return paper


class EntryForm(forms.Form):
    """Counsel's review, the patient's notice, or a response."""

    code = forms.ChoiceField(widget=forms.RadioSelect, error_messages={"required": "Choose one."})
    on = day_field("On which day", required=True)
    about = forms.ModelChoiceField(
        label="Which patient", queryset=Patient.objects.none(), empty_label="Choose",
        error_messages={"required": "Choose which of the patients."},
    )  # fmt: skip
    name = text_field("Who")
    words = text_field("In words", limit=4000, rows=3)
    release = forms.ModelChoiceField(
        label="The release by which it was complied with", required=False, queryset=Release.objects.none(),
        empty_label="None",
    )  # fmt: skip

    LABELS = {
        EntryKind.COUNSEL: ("What counsel says", "Counsel’s name", "Counsel’s advice, in short"),
        EntryKind.NOTICE: ("Does the patient know?", "By whom", "How; where you tried; or what forbids it"),
        EntryKind.RESPONSE: ("What was done", "With whom", "In words"),
        EntryKind.REACH: ("What the paper says", "", "The words of the paper that name them"),
    }

    def __init__(
        self, *args: Any, kind: EntryKind, releases: Any = None, named: Sequence[Patient] = (), **kwargs: Any
    ) -> None:
        """`named`: the patients whom the paper names, where there are several, as far as this person knows them."""
        super().__init__(*args, **kwargs)
        if kind == EntryKind.NOTICE and named:
            about: Any = self.fields["about"]
            about.queryset = Patient.objects.filter(pk__in=[one.pk for one in named]).order_by("sort_name")
            about.label_from_instance = lambda one: one.legal_name
        else:
            del self.fields["about"]
        code: Any = self.fields["code"]
        code.choices = ANSWERS[kind].choices
        self.fields["code"].label, self.fields["name"].label, self.fields["words"].label = self.LABELS[kind]
        if kind == EntryKind.REACH:
            del self.fields["name"]
        if kind == EntryKind.COUNSEL:
            self.fields["name"].required = True
            self.fields["name"].error_messages["required"] = "Name counsel."
        if kind != EntryKind.RESPONSE or not releases:
            del self.fields["release"]
        else:
            release: Any = self.fields["release"]
            release.queryset = releases
            release.label_from_instance = lambda one: f"{one.number}, to {one.recipient_name}"


class NameForm(forms.Form):
    """Another patient whom the paper names: looked for by number or name, then chosen."""

    who = text_field(
        "Number or name",
        limit=100,
        required=True,
        help_text="As the paper writes it.",
        error_messages={"required": "Type a number or a part of the name."},
    )


class CompelledForm(forms.Form):
    """The first of two people: whose notes, which sessions, who confirms, who hands the file over."""

    author = StaffField(
        label="Whose notes the paper asks for",
        queryset=Staff.objects.none(),
        empty_label="Choose",
        help_text="Everybody is listed who may have kept such notes, whether they kept any or not.",
        error_messages={"required": "Say whose notes."},
    )
    session_days = SessionDatesField(label="Sessions of single days", required=False, help_text=DAYS_HELP)
    first = day_field("Sessions from")
    last = day_field("to")
    second = StaffField(
        label="The second person, who confirms",
        queryset=Staff.objects.none(),
        empty_label="Choose",
        error_messages={"required": "Name the second person."},
    )
    named_staff = forms.ModelMultipleChoiceField(
        label="Who may hand the locked file over",
        queryset=Staff.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Name at least one person."},
    )
    smallest = forms.BooleanField(
        label="I compared this with the paper: it asks for no less, and this is no more",
        error_messages={"required": "Compare it with the paper first."},
    )

    def __init__(self, *args: Any, by: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        roles = [str(Role.FRONT_DESK), str(Role.COMPLIANCE_OFFICER)]
        author: Any = self.fields["author"]
        second: Any = self.fields["second"]
        named: Any = self.fields["named_staff"]
        author.queryset = authors_for_custody(by)
        if by.is_clinical:  # one's own notes too
            author.queryset |= Staff.objects.filter(pk=by.pk).distinct()
        second.queryset = seconds_to(by)
        named.queryset = Staff.objects.filter(roles__overlap=roles, is_active=True).order_by("full_name")
        named.label_from_instance = lambda staff: staff.display_name
        if not seconds_to(by).exists():
            del self.fields["second"]
        elif (others := named.queryset.exclude(pk=by.pk)).exists():
            named.queryset = others  # who begins is given a part of the passphrase, so somebody else hands over

    def scope(self) -> Scope:
        """The sessions as chosen."""
        data = self.cleaned_data
        return Scope(tuple(data.get("session_days") or ()), data.get("first"), data.get("last"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and (refusal := self.scope().refusal()):
            self.add_error("last", f"{refusal.words} {refusal.remedy}".strip())
        return data


class CompelledHandOverForm(NotesHandOverForm):
    """What the person at the desk knows; what the recipient is stands on the paper."""

    recipient_kind = None  # type: ignore[assignment]
