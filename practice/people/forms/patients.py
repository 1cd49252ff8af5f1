"""Forms about patients: names, addresses, people around them, and who cares for them."""

from typing import Any

from django import forms

from practice.infrastructure.days import today
from practice.infrastructure.uploads import CheckedUpload, UploadRefused, check_upload

from ..confidential import Means, missing_of_place
from ..models import Patient, Staff
from ..queries import ways_not_over
from ..rules import AddressUse, AloneGround, CareRole, Details, NameUse, RepresentativeKind, TelecomKind
from .fields import DayField, LineField, PastDayField, empty, ends_before_start


class DetailsForm(forms.Form):
    """What a patient is called and when they were born."""

    given_names = LineField(label="Given names", max_length=150, required=False)
    family_name = LineField(
        label="Family name",
        max_length=140,
        help_text="Or the only name, where there is one.",
        error_messages=empty("Give the family name."),
    )
    preferred_name = LineField(label="Called", max_length=200, required=False, help_text="If it differs.")
    pronouns = LineField(max_length=60, required=False)
    birth_date = PastDayField(label="Born", required=False, help_text="Leave empty if not known.")
    language = LineField(max_length=60, required=False)
    died_on = PastDayField(label="Died", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if ends_before_start(cleaned, "birth_date", "died_on"):
            self.add_error("died_on", "This is before the birth date.")
        return cleaned

    def details(self) -> Details:
        """The values, once the form is valid."""
        return Details(**{name: value for name, value in self.cleaned_data.items() if name in DetailsForm.base_fields})

    @staticmethod
    def initial_of(patient: Patient) -> dict[str, Any]:
        """What stands in the form of a patient on record. The sort name keeps family and given names apart."""
        family, _comma, given = patient.sort_name.partition(", ")
        plain = {name: getattr(patient, name) for name in DetailsForm.base_fields if hasattr(patient, name)}
        return plain | {"family_name": family, "given_names": given}


class StaffChoice(forms.ModelChoiceField):
    """A member of staff, by name."""

    default_error_messages = {"invalid_choice": "Choose somebody from the list."}

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.display_name)

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except forms.ValidationError as exc:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice") from exc


class NewPatientForm(DetailsForm):
    """A new patient; front desk also says who treats them."""

    treating = StaffChoice(
        label="Treating clinician", queryset=Staff.objects.none(), required=False, empty_label="Decided later"
    )
    field_order = ["given_names", "family_name", "preferred_name", "pronouns", "birth_date", "treating"]

    def __init__(self, *args: Any, clinicians: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["died_on"]
        if clinicians is None:
            del self.fields["treating"]
        else:
            self.fields["treating"].queryset = clinicians  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    """The last day of care."""

    closed_on = PastDayField(label="Last day of care", error_messages=empty("Give the last day of care."))

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient = patient

    def clean_closed_on(self) -> Any:
        day = self.cleaned_data["closed_on"]
        if day < self.patient.opened_on:
            first = f"{self.patient.opened_on:%b %-d, %Y}"
            raise forms.ValidationError(f"Care began on {first}. Give that day or a later one.")
        return day


class NameForm(forms.Form):
    """Another name."""

    text = LineField(label="Name", max_length=300, error_messages=empty("Give the name."))
    use = forms.ChoiceField(
        label="What kind",
        choices=[c for c in NameUse.choices if c[0] != NameUse.LEGAL],
        error_messages=empty("Choose what kind of name this is."),
    )


class PlaceForm(forms.Form):
    """A place as on an envelope."""

    city = LineField(max_length=120, required=False)
    state = LineField(max_length=40, required=False)
    postal_code = LineField(label="ZIP code", max_length=20, required=False)
    country = LineField(max_length=60, required=False)


PLACE = ("lines", "city", "state", "postal_code", "country")


class ContactWishForm(PlaceForm):
    """How the patient asked to be reached (164.522(b)). Taken as given: no form here or elsewhere asks why."""

    means = forms.ChoiceField(
        label="The patient wants to be reached",
        choices=Means.choices,
        widget=forms.RadioSelect,
        error_messages=empty("Choose the way."),
    )
    value = LineField(
        label="Number or e-mail address", max_length=200, required=False, help_text="For e-mail, telephone or fax."
    )
    lines = forms.CharField(
        label="Street or box, as on the envelope",
        max_length=400,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For mail, with city, state and ZIP code; for another country, with the country.",
    )
    payment = LineField(
        label="How bills are paid",
        max_length=300,
        required=False,
        help_text="Only if the practice needs to know, for example: pays at each session.",
    )
    from_on = DayField(label="From", initial=today, error_messages=empty("Give the first day."))
    older = forms.ChoiceField(
        label="What the patient asked for before",
        widget=forms.RadioSelect,
        initial="ends",
        error_messages=empty("Say whether it ends."),
    )
    field_order = ["means", *PLACE, "value", "from_on", "older", "payment"]

    def __init__(self, *args: Any, patient: Patient, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.patient, older = patient, ways_not_over(patient, today())
        if not older:
            del self.fields["older"]
            return
        named = "; ".join(f"{way.means.label}: {way.one_line}" for way in older)
        field: Any = self.fields["older"]
        field.choices = [("ends", f"It ends the day before. {named}"), ("holds", "Both hold")]
        field.help_text = "Both hold only where the patient says so. One for the same way always ends."

    def clean_from_on(self) -> Any:
        day = self.cleaned_data["from_on"]
        if day < self.patient.opened_on:
            first = f"{self.patient.opened_on:%b %-d, %Y}"
            raise forms.ValidationError(f"The patient's first day here was {first}. Give that day or a later one.")
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        means, value = cleaned.get("means"), cleaned.get("value", "")
        if means == Means.MAIL:
            for field, refusal in missing_of_place(**{name: cleaned.get(name, "") for name in PLACE}):
                self.add_error(field, refusal.remedy)
        if means == Means.EMAIL and "@" not in value[1:-1]:
            self.add_error("value", "Give the e-mail address, with an @ in it.")
        if means in (Means.PHONE, Means.FAX) and not any(char.isdigit() for char in value):
            self.add_error("value", "Give the number.")
        return cleaned

    def wish(self) -> dict[str, Any]:
        """The values for `record_contact_wish`, once the form is valid: a place for mail only."""
        data = self.cleaned_data
        wish = {name: data[name] for name in ("means", "from_on", "payment")}
        wish["beside"] = data.get("older") == "holds"
        if data["means"] != Means.MAIL:
            return wish | {"value": data["value"]}
        return wish | {name: data[name] for name in PLACE}


class AddressForm(PlaceForm):
    """Where letters go, unless the patient asked for another way."""

    use = forms.ChoiceField(
        label="Use",
        choices=[choice for choice in AddressUse.choices if choice[0] != AddressUse.CONFIDENTIAL],
        error_messages=empty("Choose what this address is for."),
    )
    lines = forms.CharField(
        label="Street, as on the envelope",
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages=empty("Give the street or the box, as on the envelope."),
    )
    from_on = DayField(
        label="Good from", initial=today, error_messages=empty("Give the first day this address is good.")
    )
    field_order = ["use", "lines", "city", "state", "postal_code", "country", "from_on"]


class TelecomForm(forms.Form):
    """A number or an e-mail address."""

    kind = forms.ChoiceField(choices=TelecomKind.choices, error_messages=empty("Choose what it is."))
    value = LineField(
        label="Number or address", max_length=200, error_messages=empty("Give the number or the e-mail address.")
    )
    use = LineField(label="Which one", max_length=30, required=False, help_text="For example: mobile, work.")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        kind, value = cleaned.get("kind"), cleaned.get("value", "")
        if kind == TelecomKind.EMAIL and value and "@" not in value[1:-1]:
            self.add_error("value", "An e-mail address has an @ in it.")
        if kind in (TelecomKind.PHONE, TelecomKind.FAX) and value and not any(char.isdigit() for char in value):
            self.add_error("value", "A telephone number has digits in it.")
        return cleaned


class ContactForm(forms.Form):
    """Somebody to call."""

    name = LineField(max_length=200, error_messages=empty("Give the name."))
    relationship = LineField(max_length=100, required=False)
    phone = LineField(max_length=60, required=False)
    emergency = forms.BooleanField(label="Call in an emergency", required=False)


class RepresentativeForm(forms.Form):
    """Somebody who acts for the patient, and by what authority."""

    name = LineField(max_length=200, error_messages=empty("Give the name."))
    kind = forms.ChoiceField(
        label="Acts as", choices=RepresentativeKind.choices, error_messages=empty("Choose as what they act.")
    )
    authority = forms.CharField(
        label="What gives the authority",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="The document seen and its date, for example letters of guardianship.",
        error_messages=empty("Say what gives them the authority."),
    )
    from_on = PastDayField(
        label="Since",
        help_text="The day from which the document gives the authority. Over a minor it ends at 18: the guardian of an "
        "adult is recorded anew, since the court's order.",
        error_messages=empty("Give the day since when they act."),
    )
    until_on = DayField(label="Until", required=False, help_text="Leave empty when open.")
    phone = LineField(max_length=60, required=False)
    address = forms.CharField(max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if ends_before_start(cleaned):
            self.add_error("until_on", "The last day is before the first day.")
        return cleaned


class AuthorityPaperForm(forms.Form):
    """The scan of the document that shows a representative's authority; cleans to a `CheckedUpload`."""

    scan = forms.FileField(
        label="Scan of the document",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "application/pdf,image/jpeg,image/png"}),
        help_text="PDF, JPEG or PNG, up to 15 MB.",
        error_messages=empty("Choose the file."),
    )

    def clean_scan(self) -> CheckedUpload:
        try:
            return check_upload(self.cleaned_data["scan"])
        except UploadRefused as refused:
            raise forms.ValidationError(f"{refused.refusal.words} {refused.refusal.remedy}") from None


class DeclineForm(forms.Form):
    """Why somebody is not treated as the patient's representative."""

    reason = LineField(
        label="Reason",
        max_length=300,
        help_text="What makes you believe it is not in the patient's interest.",
        error_messages=empty("Nothing is decided yet: write the reason."),
    )


class RecognizeForm(forms.Form):
    """Why somebody is treated as the patient's representative again."""

    reason = LineField(
        label="Why they may act again",
        max_length=300,
        help_text="The decision that is taken back stays on record, with its reason.",
        error_messages=empty("Nothing is decided yet: write the reason."),
    )


class MinorAloneForm(forms.Form):
    """Why a minor acts alone, and since when."""

    ground = forms.ChoiceField(
        label="On what ground",
        choices=AloneGround.choices,
        widget=forms.RadioSelect,
        error_messages=empty("Choose the ground."),
    )
    holds_from = PastDayField(
        label="Since",
        initial=today,
        help_text="The day of the consent or of the agreement. It decides who may sign.",
        error_messages=empty("Give the day."),
    )
    reason = LineField(
        label="What it rests on",
        max_length=300,
        help_text="The law or the paper, what the care is, and who told you. Kept in the record.",
        error_messages=empty("Nothing is decided yet: write what it rests on."),
    )


class MinorAloneEndForm(forms.Form):
    """Why a minor does not act alone any more."""

    reason = LineField(
        label="Why it ends",
        max_length=300,
        help_text="For example: they asked that their mother act for them.",
        error_messages=empty("Nothing is decided yet: write the reason."),
    )


class LastDayForm(forms.Form):
    """The last day of something."""

    until_on = DayField(label="Last day", initial=today, error_messages=empty("Give the last day."))


class CareForm(forms.Form):
    """Who cares for the patient, as what, from when until when."""

    staff = StaffChoice(
        label="Who", queryset=Staff.objects.none(), empty_label="Choose", error_messages=empty("Choose who.")
    )
    role = forms.ChoiceField(label="As", choices=CareRole.choices, error_messages=empty("Choose as what."))
    from_on = DayField(label="From", initial=today, error_messages=empty("Give the first day."))
    until_on = DayField(label="Until, the last day", required=False, help_text="Cover needs one.")

    def __init__(self, *args: Any, clinicians: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["staff"].queryset = clinicians  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if ends_before_start(cleaned):
            self.add_error("until_on", "The last day is before the first day.")
        return cleaned
