"""Forms about staff: who they are, what they may do, what they hold."""

import re
from typing import Any

from django import forms

from ..models import Staff
from ..rules import LicenseKind, Role
from .fields import STATES, DayField, LineField, empty, ends_before_start
from .patients import StaffChoice

NO_ROLE = "none"
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{2,59}")


class StaffForm(forms.Form):
    """Name and roles."""

    title = LineField(max_length=40, required=False, help_text="Shown before the name, for example Dr.")
    full_name = LineField(label="Name", max_length=200, error_messages=empty("Give the name."))
    email = forms.EmailField(
        label="E-mail",
        required=False,
        help_text="For colleagues; nobody signs in with it.",
        error_messages={"invalid": "This is not a whole e-mail address, such as m.hale@example.org."},
    )
    roles = forms.MultipleChoiceField(
        choices=[*Role.choices, (NO_ROLE, "None: somebody from outside, such as a custodian named in advance")],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one role: without one a person can do nothing."},
    )

    def clean_roles(self) -> list[str]:
        roles: list[str] = self.cleaned_data["roles"]
        if NO_ROLE in roles and len(roles) > 1:
            raise forms.ValidationError("Either a role or none.")
        return [role for role in roles if role != NO_ROLE]


class NewStaffForm(StaffForm):
    """Somebody new, with the name they sign in by."""

    username = LineField(
        label="Signs in as",
        max_length=60,
        help_text="Small letters, digits, dot, hyphen. It cannot be changed later.",
        error_messages=empty("Give the name they sign in by."),
    )
    field_order = ["title", "full_name", "username", "email", "roles"]

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"].lower()
        if not USERNAME.fullmatch(username):
            raise forms.ValidationError("Use 3 to 60 small letters, digits, dots or hyphens, such as m.hale.")
        if Staff.objects.filter(username__iexact=username).exists():
            raise forms.ValidationError("Somebody signs in with this name already. Choose another.")
        return username


class LicenseForm(forms.Form):
    """A license, or the registration of a supervised trainee."""

    kind = forms.ChoiceField(
        label="License", choices=LicenseKind.choices, error_messages=empty("Choose the kind of license.")
    )
    number = LineField(max_length=60, error_messages=empty("Give the number on the license."))
    state = forms.ChoiceField(
        choices=[(state, state) for state in STATES], error_messages=empty("Choose the state that licensed them.")
    )
    issued_on = DayField(label="Issued", required=False)
    expires_on = DayField(
        label="Expires, the last day", error_messages=empty("Give the last day on which the license is good.")
    )
    supervisor = StaffChoice(
        queryset=Staff.objects.none(), required=False, empty_label="Nobody", help_text="For a registered trainee."
    )

    def __init__(self, *args: Any, supervisors: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["supervisor"].queryset = supervisors  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if ends_before_start(cleaned, "issued_on", "expires_on"):
            self.add_error("expires_on", "It would expire before it was issued.")
        if cleaned.get("kind") == LicenseKind.SUPERVISED_TRAINEE and not cleaned.get("supervisor"):
            self.add_error("supervisor", "A registered trainee needs somebody who supervises them.")
        return cleaned
