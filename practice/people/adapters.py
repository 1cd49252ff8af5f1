"""How sign-in (django-allauth) behaves here: no sign-up, one sentence for every failure, secrets sealed."""

import base64
import json
import secrets
from typing import TYPE_CHECKING, Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.stagekit import clear_login
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.utils import is_mfa_enabled
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from practice.infrastructure.envelope import open_sealed, seal
from practice.infrastructure.keys import keyring

from .handed_over import TAKEN_BACK
from .queries import unused_invitations

if TYPE_CHECKING:
    from .models import Staff

PURPOSE = "sign-in"
BINDING = ("practice", "second factor")


class SignIn(DefaultAccountAdapter):
    """Accounts come from invitations only; whether a name exists is never told."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> "Staff | None":
        """Somebody deactivated gets the same sentence as somebody who mistyped."""
        staff = super().authenticate(request, **credentials)
        return staff if staff is not None and staff.is_active else None

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Whoever takes back a screen that was handed over goes on from there."""
        if TAKEN_BACK in request.session:
            return reverse("hand-over-back")
        url: str = super().get_login_redirect_url(request)
        return url

    def post_login(self, request: HttpRequest, user: "Staff", **kwargs: Any) -> HttpResponse:
        """While somebody has asked for a new way into this sign-in, its owner hears of it first."""
        response: HttpResponse = super().post_login(request, user, **kwargs)
        if unused_invitations(user).exists():
            response["Location"] = reverse("way-in-own")
        return response

    def respond_user_inactive(self, request: HttpRequest, user: "Staff") -> HttpResponse:
        """Deactivated between the password and the code: back to the start, without a reason."""
        clear_login(request)
        return redirect("account_login")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """A person without a second factor has just typed the only thing they have: do not ask for it twice."""
        user = context.request.user
        if app == "allauth.mfa" and user.is_authenticated and not is_mfa_enabled(user):
            return False
        return super().is_reauthentication_required(app=app, **kwargs)

    def get_reauthentication_methods(self, user: "Staff") -> list[dict[str, Any]]:
        """Before changing how they sign in, a person shows a code again: the password alone is not enough."""
        return [{"id": "mfa_reauthenticate", "description": "Use your code", "url": reverse("mfa_reauthenticate")}]

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """No banner for having signed in or out: the page that follows says it already."""

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing about sign-ins leaves by mail; the audit trail has it."""


class SecondFactor(DefaultMFAAdapter):
    """Secrets of authenticator apps and recovery codes are sealed with a key that the keyring wraps."""

    def encrypt(self, text: str) -> str:
        key = secrets.token_bytes(32)
        key_id, wrapped = keyring().wrap(PURPOSE, key, _aad())
        sealed = seal(text.encode(), key=key, binding=BINDING)
        return json.dumps({"key": key_id, "wrapped": _text(wrapped), "sealed": _text(sealed)})

    def decrypt(self, encrypted_text: str) -> str:
        """Raises when the stored value was not made by `encrypt`: a plain secret in the table is never accepted."""
        stored = json.loads(encrypted_text)
        key = keyring().unwrap(PURPOSE, stored["key"], base64.b64decode(stored["wrapped"]), _aad())
        return open_sealed(base64.b64decode(stored["sealed"]), key=key, binding=BINDING).decode()


def _aad() -> bytes:
    return b"/".join(part.encode() for part in BINDING)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
