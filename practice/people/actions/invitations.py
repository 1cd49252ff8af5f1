"""One-use ways in: made by an administrator, handed over in person, good for a few days, kept as a hash."""

import hashlib
import secrets
from datetime import timedelta

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.refusals import Refusal, Refused

from ..models import Invitation, Staff
from ..policies import check_act
from ..rules import Act

GOOD_FOR = timedelta(days=7)
LINK_SPENT = Refusal(
    "INVITATION_SPENT",
    "This link does not work: it was used, replaced, or is older than seven days.",
    "Ask the administrator of the practice for a new one.",
)


@transaction.atomic
def make_way_in(*, by: Staff, staff: Staff) -> str:
    """Replace everything `staff` signs in with by one new link, for a first day, a forgotten password or a lost phone.

    Ends their sign-ins, forgets password and second factor, withdraws earlier links. Out: the token, shown once and
    kept only as a hash. Raises Refused unless `by` is another administrator, or when `staff` is deactivated.
    """
    check_act(by, Act.STAFF_MANAGE)
    if by == staff:
        raise Refused(
            Refusal("WAY_IN_OWN", "You cannot replace your own way in.", "Use a recovery code, or ask a colleague.")
        )
    if not staff.is_active:
        raise Refused(Refusal("STAFF_INACTIVE", "This person is deactivated.", "Reactivate them first."))
    return new_invitation(by=by, staff=staff)


def new_invitation(*, by: Staff, staff: Staff) -> str:
    """Write the invitation, for actions that have checked who asks. Call in a transaction. Out: the token."""
    forget_sign_in(staff)
    now = timezone.now()
    for earlier in Invitation.objects.filter(staff=staff, used_at=None, withdrawn_at=None):
        earlier.withdrawn_at = now
        earlier.save(update_fields=["withdrawn_at"])
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        staff=staff, token_hash=hash_of(token), made_by=by, made_at=now, expires_at=now + GOOD_FOR
    )
    return token


def forget_sign_in(staff: Staff) -> None:
    """No password, no second factor, no open sign-in: nothing works until an invitation is used."""
    staff.set_unusable_password()
    staff.save(update_fields=["password"])
    Authenticator.objects.filter(user=staff).delete()
    end_sign_ins(staff)


def end_sign_ins(staff: Staff) -> int:
    """End every open sign-in of a person. Out: how many."""
    open_ones = list(UserSession.objects.filter(user=staff))
    for sign_in in open_ones:
        sign_in.end()
    return len(open_ones)


def hash_of(token: str) -> str:
    """What is kept of a token. It has 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


def invitation_of(token_hash: str) -> Invitation:
    """The invitation behind a hash while it still works. Raises Refused, in the same words for every reason."""
    found = Invitation.objects.select_related("staff").filter(token_hash=token_hash).first()
    if found is None or found.used_at or found.withdrawn_at or found.expires_at <= timezone.now():
        raise Refused(LINK_SPENT)
    if not found.staff.is_active:
        raise Refused(LINK_SPENT)
    return found


@transaction.atomic
def accept_invitation(*, token_hash: str, password: str) -> Staff:
    """Use up the invitation and set the password. Out: who may now sign in. Raises Refused when it does not work."""
    Invitation.objects.select_for_update().filter(token_hash=token_hash).first()
    invitation = invitation_of(token_hash)
    invitation.used_at = timezone.now()
    invitation.save(update_fields=["used_at"])
    staff = invitation.staff
    staff.set_password(password)
    staff.save(update_fields=["password"])
    record(by=staff, event=AuditEvent.RECORDED, subject=staff, detail="invitation_used")
    return staff
