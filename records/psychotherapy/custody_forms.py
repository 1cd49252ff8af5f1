"""What is said about custody and about the end of retention. Forms check and convert; they change nothing."""

from typing import Any

from django import forms

from practice.people.models import Staff

from .custody_rules import ADVANCE_WAIT_DAYS, HAPPENED, LONGEST_WAIT_DAYS, SHORTEST_WAIT_DAYS, CustodyReason
from .forms import PackageForm, SeveralStaffField, StaffField
from .policies import authors_for_custody, custodians_for, seconds_for, staff_to_hand_over_for

REASONS = [(reason.value, reason.label) for reason in HAPPENED]


class CustodianField(StaffField):
    """A person by name, with the license that lets them have custody."""

    def label_from_instance(self, obj: Staff) -> str:
        held = ", ".join(sorted({f"{item.get_kind_display()}, {item.state}" for item in obj.licenses.all()}))
        return f"{obj.display_name} ({held})"


class ProposeForm(forms.Form):
    """The first of two people: whose notes, to whom, why, and who is the second."""

    author = StaffField(
        queryset=Staff.objects.none(),
        empty_label="Choose",
        label="Who can no longer act",
        help_text="Everybody who may have kept psychotherapy notes is listed. Nobody here can see whether they did.",
        error_messages={"required": "Say who can no longer act."},
    )
    reason = forms.ChoiceField(
        label="What happened",
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": "Say what happened."},
    )
    custodian = CustodianField(
        queryset=Staff.objects.none(),
        empty_label="Choose",
        label="Who takes custody",
        help_text="Somebody with a license in force and a sign-in here. They will not be able to read any note.",
        error_messages={"required": "Say who takes custody."},
    )
    second = StaffField(
        queryset=Staff.objects.none(),
        empty_label="Choose",
        label="Who confirms",
        help_text="A second person, who knows for themselves what happened.",
        error_messages={"required": "Say who confirms."},
    )

    def __init__(self, *args: Any, by: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["author"].queryset = authors_for_custody(by)
        fields["custodian"].queryset = custodians_for(by).prefetch_related("licenses")
        fields["second"].queryset = seconds_for(by)

    def clean_reason(self) -> CustodyReason:
        return CustodyReason(self.cleaned_data["reason"])


class NameForm(forms.Form):
    """An author names in advance who shall have custody of their notes."""

    custodian = CustodianField(
        queryset=Staff.objects.none(),
        empty_label="Choose",
        label="Custodian",
        help_text="A colleague, or somebody from outside who was invited for this and has a license in force.",
        error_messages={"required": "Say who shall have custody."},
    )
    contact = forms.CharField(
        label="How they are reached",
        max_length=300,
        help_text="Telephone and address, for whoever settles your affairs.",
        error_messages={"required": "Say how they are reached."},
    )
    waits_days = forms.IntegerField(
        label="Days of waiting",
        initial=ADVANCE_WAIT_DAYS,
        min_value=SHORTEST_WAIT_DAYS,
        max_value=LONGEST_WAIT_DAYS,
        help_text="After they say that you cannot act. Until then you can stop it, so let it be longer than a holiday.",
        error_messages={"required": "Give the days of waiting as a number."},
    )

    def __init__(self, *args: Any, by: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["custodian"].queryset = custodians_for(by).prefetch_related("licenses")


class HappenedForm(forms.Form):
    """What a custodian named in advance says when the time has come."""

    reason = forms.ChoiceField(
        label="What happened",
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": "Say what happened."},
    )


class CustodyPackageForm(PackageForm):
    """Which sessions leave and who hands the file over; the custodian has read none of it and will not."""

    def __init__(self, *args: Any, custodian: Staff, **kwargs: Any) -> None:
        super().__init__(*args, author=custodian, **kwargs)
        staff, smallest = self.fields["named_staff"], self.fields["smallest"]
        assert isinstance(staff, SeveralStaffField)  # noqa: S101 - for the type checker
        staff.queryset = staff_to_hand_over_for(custodian)
        smallest.label = "These are the fewest sessions that satisfy the authorization."
        smallest.error_messages["required"] = "Confirm that no session can be left out."


class DestroyForm(forms.Form):
    """Which notes past their retention an author wants destroyed."""

    notes = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one note.", "invalid_choice": "Choose from the notes listed."},
    )
    understood = forms.BooleanField(
        label="I know that nobody can bring them back once this is carried out.",
        error_messages={"required": "Confirm that nobody can bring them back."},
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        notes: Any = self.fields["notes"]
        notes.choices = choices
