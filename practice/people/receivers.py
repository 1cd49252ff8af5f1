"""What happens around a sign-in: its clocks start, and the audit trail hears of it."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed, authenticator_added
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from practice.audit.actions import record
from practice.audit.rules import AuditEvent, Outcome

from .handed_over import taken_back
from .middleware import begin_sign_in
from .models import Staff


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: Staff, **kwargs: Any) -> None:
    begin_sign_in(request)
    taken_back(request)
    record(by=user, event=AuditEvent.SIGNED_IN, subject=user)


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: Staff | None, **kwargs: Any) -> None:
    request.signed_out = True  # type: ignore[attr-defined]
    if user is not None:
        record(by=user, event=AuditEvent.SIGNED_OUT, subject=user)


@receiver(user_login_failed)
def wrong_password(credentials: dict[str, Any], **kwargs: Any) -> None:
    """What was typed as a name is not kept: people type passwords there."""
    known = Staff.objects.filter(username__iexact=str(credentials.get("username", ""))).first()
    _failed(known, "password")


@receiver(authenticator_added)
def code_shown(request: HttpRequest, user: Staff, authenticator: Authenticator, **kwargs: Any) -> None:
    """Whoever set up the app has just shown its code: the recovery codes that follow need not ask for it again."""
    if authenticator.type == Authenticator.Type.TOTP:
        record_authentication(request, user, method="mfa", type=Authenticator.Type.TOTP, reauthenticated=True)


@receiver(authentication_failed)
def wrong_code(user: Staff, **kwargs: Any) -> None:
    _failed(user, "code")


def _failed(staff: Staff | None, detail: str) -> None:
    record(
        by=None,
        event=AuditEvent.SIGN_IN_FAILED,
        subject_type=Staff,
        subject_id=str(staff.pk) if staff else "unknown",
        outcome=Outcome.REFUSED,
        detail=detail,
    )
