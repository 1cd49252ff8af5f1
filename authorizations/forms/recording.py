"""Forms for authorizations. They check and convert; they save nothing.

Almost nothing is required: what is missing on the paper is a defect to be shown, not a mistake of the person who types.
"""

import re
from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any, cast
from uuid import UUID

from django import forms
from django.utils import timezone

from practice.infrastructure.days import local_date, today
from practice.infrastructure.uploads import CheckedUpload, UploadRefused, check_upload
from practice.people.models import Patient, PersonalRepresentative, Staff
from practice.people.rules import CLINICAL_ROLES, is_declined

from .. import rules
from ..actions import Elements
from ..models import Authorization, FormVersion, Signature
from ..queries import AuthorizationLine, facts_of
from ..queries.same import ended_of, recorded_before
from ..rules.preparing import InfoKind
from ..rules.signing import ABSENT

DAY_FORMATS = ("%Y-%m-%d", "%m/%d/%Y")
BAD_DAY = "Give a day, for example 03/14/2026."
# A paper may lack nearly everything; a record of which none of this is known is a slip of the hand.
SOMETHING = (
    "record_classes",
    "info_description",
    "recipient_name",
    "recipient_class",
    "signed_on",
    "signer_name",
    "scan",
)
NOTHING_ENTERED = "Nothing was entered: say at least which records and who may receive them, or add the scan."


def day_field(label: str, **more: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": BAD_DAY, "required": "Give the day."},
        **{"required": False, **more},
    )


def text_field(label: str, limit: int = 300, rows: int = 0, **more: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, max_length=limit, widget=widget, **{"required": False, **more})


class SessionDatesField(forms.CharField):
    """Days, one to a line or with commas between them, as a list of dates."""

    def __init__(self, **more: Any) -> None:
        given = {
            "label": "Session dates",
            "required": False,
            "max_length": 4000,
            "widget": forms.Textarea(attrs={"rows": 3}),
            "help_text": "One to a line, for example 03/14/2026.",
        }
        super().__init__(**{**given, **more})

    def to_python(self, value: Any) -> Any:
        """A list of dates, sorted, each once."""
        if isinstance(value, list):
            return value
        parts = [part.strip() for part in re.split(r"[\n,;]+", value or "") if part.strip()]
        return sorted({self._day(part) for part in parts})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(f"{day:%m/%d/%Y}" for day in value) if isinstance(value, list) else value

    def _day(self, part: str) -> date:
        for style in DAY_FORMATS:
            try:
                return datetime.strptime(part, style).date()  # noqa: DTZ007 a day has no zone
            except ValueError:
                continue
        raise forms.ValidationError(f"“{part[:40]}” is not a day. {BAD_DAY}")


class ScanField(forms.FileField):
    """A scan, checked by parsing; cleans to a `CheckedUpload`, or None where none was chosen."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"accept": "application/pdf,image/jpeg,image/png"}
        super().__init__(allow_empty_file=True, widget=forms.FileInput(attrs=attrs), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> CheckedUpload | None:
        file = super().clean(data, initial)
        if not file:
            return None
        try:
            return check_upload(file)
        except UploadRefused as refused:
            raise forms.ValidationError(f"{refused.refusal.words} {refused.refusal.remedy}") from None


class StaffField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Staff) -> str:
        return obj.display_name


class RepresentativeField(forms.ModelChoiceField):
    def label_from_instance(self, obj: PersonalRepresentative) -> str:
        return f"{obj.name}, {obj.get_kind_display().lower()}"


class VersionField(forms.ModelChoiceField):
    def label_from_instance(self, obj: FormVersion) -> str:
        return f"{obj.code}: {obj.title}"


class AuthorizationForm(forms.Form):
    """What stands on a signed paper, in the order of the law's checklist."""

    template_version = VersionField(
        label="Printed on our own form",
        queryset=FormVersion.objects.none(),
        required=False,
        empty_label="No: a form of somebody else",
        help_text="The code stands in the foot of the paper. A form of ours counts if counsel had approved it.",
    )
    record_classes = forms.MultipleChoiceField(
        label="Records it names",
        choices=rules.RecordClass.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Tick everything this one form covers, as it stands on the paper.",
    )
    info_description = text_field(
        "Description on the form",
        4000,
        3,
        help_text="In its own words. “All records” does not name psychotherapy notes.",
    )
    info_kinds = forms.MultipleChoiceField(
        label="Kinds of chart records these words name",
        choices=InfoKind.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Only where that is clear. They are ticked beforehand when a release is prepared, and then "
        "compared with the words.",
    )
    covers_from = day_field("Records from", help_text="If the form names a period.")
    covers_to = day_field("Records to")
    pn_scope = forms.ChoiceField(label="Which psychotherapy notes", choices=rules.PnScope.choices, required=False)
    pn_originator = StaffField(
        label="Therapist who keeps the notes", queryset=Staff.objects.none(), required=False, empty_label="Not named"
    )
    pn_session_dates = SessionDatesField()
    discloser = text_field("Who may release the records")
    recipient_name = text_field(
        "Who may receive them", help_text="A person or an office. Several with a semicolon between them."
    )
    recipient_class = text_field("Or what kind of recipient", help_text="If the form names a group: “my doctors”.")
    recipient_address = text_field("Address of the recipient", 1000, 2)
    purpose = text_field("Purpose", 2000, 2)
    individual_initiated = forms.BooleanField(label="The patient started this, not the practice", required=False)
    research = forms.BooleanField(label="It is for research", required=False)
    expires_on = day_field("Ends on")
    expires_event = text_field("Or ends when", 500, help_text="An event, in the words of the form.")
    expires_event_relates = forms.BooleanField(label="The event concerns the patient or the purpose", required=False)
    signature_method = forms.ChoiceField(
        label="Signature",
        choices=rules.SignatureMethod.choices,
        required=False,
        help_text="As you see it on the paper.",
    )
    signed_on = day_field("Date beside the signature")
    signer_role = forms.ChoiceField(label="Signed by", choices=rules.SignerRole.choices)
    signer_name = text_field("Name of the signer", help_text="As it is written on the paper.")
    name_confirmed = forms.BooleanField(
        label="The name is written so on the paper; it is the same person",
        required=False,
        help_text="Only where it is not the name on record: a short form, a former name.",
    )
    representative = RepresentativeField(
        label="Representative on file",
        queryset=PersonalRepresentative.objects.none(),
        required=False,
        empty_label="None of those on file",
    )
    authority_description = text_field(
        "Authority, as the form describes it", 1000, 2, help_text="For example “mother, custody order of 2024”."
    )
    minor_rule = forms.ChoiceField(
        label="Does the minor act alone?",
        choices=rules.MinorRule.choices,
        required=False,
        help_text="Only where state law or an agreement says so. Ask the clinician.",
    )
    stmt_revocation = forms.BooleanField(label="How to take it back in writing", required=False)
    stmt_redisclosure = forms.BooleanField(label="That the recipient may pass the records on", required=False)
    stmt_conditioning = forms.ChoiceField(
        label="Whether care or payment depends on signing",
        choices=rules.ConditioningStatement.choices,
        required=False,
    )
    conditioned_on = forms.ChoiceField(
        label="What would be withheld without a signature", choices=rules.ConditionedOn.choices, required=False
    )
    conditioning_ground = forms.ChoiceField(label="Reason", choices=rules.ConditioningGround.choices, required=False)
    remuneration_applies = forms.BooleanField(label="Somebody pays the practice for this release", required=False)
    stmt_remuneration = forms.BooleanField(label="The form says that the practice is paid", required=False)
    combined_with = forms.MultipleChoiceField(
        label="Also on the same document",
        choices=rules.CombinedWith.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    received_on = day_field("Came in on", required=True)
    scan = ScanField(
        label="Scan of the signed paper",
        required=False,
        help_text="PDF, JPEG or PNG, up to 15 MB. It may be added later; until then nothing can be released.",
    )

    another_paper = forms.BooleanField(
        label="It is another paper: I compared them",
        required=False,
        help_text="One paper is recorded once, however often it comes in: by fax and by mail.",
    )
    why = text_field("What was wrong with the record", 500, 2)

    def __init__(
        self,
        *args: Any,
        patient: Patient,
        has_scan: bool = False,
        correcting: bool = False,
        besides: Collection[UUID] = (),
        **kwargs: Any,
    ) -> None:
        """`besides`: the record that is corrected, and those it corrects itself."""
        super().__init__(*args, **kwargs)
        self.patient, self.besides = patient, besides
        self.looks_like: AuthorizationLine | None = None
        self.fields["why"].required = correcting
        self.fields["why"].error_messages["required"] = "Say it in a few words."
        self.has_scan = has_scan
        cast(VersionField, self.fields["template_version"]).queryset = FormVersion.objects.order_by("kind", "-number")
        clinicians = Staff.objects.filter(roles__overlap=list(CLINICAL_ROLES)).order_by("full_name")
        cast(StaffField, self.fields["pn_originator"]).queryset = clinicians
        representatives = PersonalRepresentative.objects.filter(patient=patient).order_by("name")
        cast(RepresentativeField, self.fields["representative"]).queryset = representatives

    def clean_signed_on(self) -> date | None:
        return not_in_future(self.cleaned_data["signed_on"])

    def clean_received_on(self) -> date | None:
        return not_in_future(self.cleaned_data["received_on"])

    def clean_representative(self) -> PersonalRepresentative | None:
        chosen: PersonalRepresentative | None = self.cleaned_data["representative"]
        if chosen is not None and is_declined(chosen.declined, today()):
            raise forms.ValidationError("The practice has decided not to treat this person as a representative.")
        return chosen

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("signature_method"):  # only what is prepared here is our form before somebody signs it
            given["template_version"] = None
        if rules.RecordClass.CHART not in given.get("record_classes", ()):
            given["info_kinds"] = []
        start, end = given.get("covers_from"), given.get("covers_to")
        if start and end and end < start:
            self.add_error("covers_to", "This is before the first day.")
        signed, received = given.get("signed_on"), given.get("received_on")
        if signed and not given.get("signature_method"):
            self.add_error("signature_method", "Say how it was signed: a date beside a signature was entered.")
        if signed and received and received < signed:
            self.add_error("received_on", "It cannot have come in before it was signed.")
        if not self.has_scan and not any(given.get(name) or self.has_error(name) for name in SOMETHING):
            self.add_error(None, NOTHING_ENTERED)
        self._compare(given)
        if self.errors and self.files and not self.has_error("scan"):
            self.add_error("scan", "Choose the scan once more: the browser does not keep it when a form comes back.")
        return given

    def _compare(self, given: dict[str, Any]) -> None:
        """Say that what is entered looks like a paper on record; somebody has to say that it is another."""
        found = recorded_before(
            self.patient,
            on=today(),
            signed_on=given.get("signed_on"),
            record_classes=given.get("record_classes", ()),
            recipient_name=given.get("recipient_name", ""),
            recipient_class=given.get("recipient_class", ""),
            sha256=given["scan"].sha256 if given.get("scan") else "",
            besides=self.besides,
        )
        self.looks_like = ended_of(found) or next(iter(found), None)
        if self.looks_like and not given.get("another_paper"):
            self.add_error("another_paper", "Compare the two. If it is the same paper, it is not recorded once more.")

    def elements(self) -> Elements:
        """What the actions take."""
        apart = ("received_on", "scan", "why", "another_paper")
        given = {name: value for name, value in self.cleaned_data.items() if name not in apart}
        return cast(Elements, given)

    def received_at(self, known: datetime | None = None) -> datetime:
        """The moment of receipt: as it was known, where the day is the same; now for today, noon of an earlier day."""
        day: date = self.cleaned_data["received_on"]
        if known and local_date(known) == day:
            return known
        return timezone.now() if day == today() else timezone.make_aware(datetime.combine(day, time(12)))


def initial_of(authorization: Authorization) -> dict[str, Any]:
    """What was entered before, for a correction."""
    names = Elements.__annotations__
    return {
        **{name: getattr(authorization, name) for name in names},
        "received_on": local_date(authorization.received_at),
        **_initial_of_signature(authorization),
    }


def _initial_of_signature(authorization: Authorization) -> dict[str, Any]:
    """What a signature added to a prepared form, and what its paper lacked."""
    signature: Signature | None = getattr(authorization, "signature", None)
    if signature is None:
        return {}
    facts = facts_of(authorization)
    names = {"signer_role", *(name for absent in ABSENT.values() for name in absent)}
    return {
        **{name: getattr(facts, name) for name in names},
        "signer_name": signature.signer_name,
        "representative": signature.representative,
    }


class HappenedForm(forms.Form):
    """A day and a few words about something that happened."""

    on = day_field("Day", required=True)
    how = text_field("How", 500, 2)

    def __init__(
        self,
        *args: Any,
        ask_day: str,
        ask_how: str,
        how_required: bool = True,
        not_before: tuple[date | None, str] = (None, ""),
        **kwargs: Any,
    ) -> None:
        """`not_before`: a day before which it cannot have happened, and the sentence that says so."""
        super().__init__(*args, **kwargs)
        self.not_before = not_before
        self.fields["on"].label = ask_day
        self.fields["how"].label = ask_how
        self.fields["how"].required = how_required
        self.fields["how"].error_messages["required"] = "Say it in a few words."

    def clean_on(self) -> date | None:
        day, (first, sentence) = not_in_future(self.cleaned_data["on"]), self.not_before
        if day and first and day < first:
            raise forms.ValidationError(sentence)
        return day


class ReasonForm(forms.Form):
    why = text_field("Why", 500, 2, required=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["why"].error_messages["required"] = "Say it in a few words."


class ScanForm(forms.Form):
    scan = ScanField(
        label="Scan of the signed paper",
        help_text="PDF, JPEG or PNG, up to 15 MB.",
        error_messages={"required": "Choose the file."},
    )


def not_in_future(day: date | None) -> date | None:
    """The day, if one was given. Raises ValidationError for a day to come."""
    if day is not None and day > today():
        raise forms.ValidationError("This day is in the future.")
    return day
