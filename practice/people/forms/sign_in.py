"""Codes and first passwords."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.cache import cache

from ..models import Staff
from .fields import empty

# Longer than a code can be valid with the tolerated drift: one period before, one after, and its own.
USED_FOR = 150


class UsedOnce:
    """A code that was accepted is not accepted again, by whichever form it comes (RFC 6238, 5.2)."""

    user: Staff

    def clean_code(self) -> str:
        code: str = super().clean_code()  # type: ignore[misc]
        if not cache.add(f"code-used:{self.user.pk}:{''.join(code.split())}", True, timeout=USED_FOR):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(UsedOnce, AuthenticateForm):
    """The code at sign-in."""


class CodeAgainForm(UsedOnce, ReauthenticateForm):
    """The code before a change to one's sign-in."""


class FirstCodeForm(UsedOnce, ActivateTOTPForm):
    """The code that shows the authenticator app is set up. It counts as shown just now: the recovery codes follow."""

    def clean_code(self) -> str:
        code = super().clean_code()
        record_authentication(context.request, self.user, method="mfa", reauthenticated=True)
        return code


class FirstPasswordForm(forms.Form):
    """The password somebody chooses with their invitation."""

    password = forms.CharField(
        label="Choose a password",
        strip=False,
        max_length=1000,
        error_messages=empty("Choose a password."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="The same password again",
        strip=False,
        max_length=1000,
        error_messages=empty("Type the same password again."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.staff = staff
        self.fields["password"].help_text = " ".join(password_validators_help_texts())

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        validate_password(password, self.staff)
        return password

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "password" in cleaned and cleaned.get("again") not in (None, cleaned["password"]):
            self.add_error("again", "The two passwords differ.")
        return cleaned
