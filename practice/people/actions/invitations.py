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
from ..queries import unused_invitations
from ..rules import Act, Role

GOOD_FOR = timedelta(days=7)
WAITS = timedelta(days=3)
SETTLED = timedelta(days=30)  # how long a second person must have held a sign-in of their own
LINK_SPENT = Refusal(
    "INVITATION_SPENT",
    "This link does not work: it was used, replaced, or is older than seven days.",
    "Ask the administrator of the practice for a new one.",
)

LINK_EARLY = Refusal(
    "INVITATION_EARLY",
    "This link does not open yet.",
    "It opens three days after it was made, or when the compliance officer or a second administrator confirms it.",
)


@transaction.atomic
def make_way_in(*, by: Staff, staff: Staff) -> str:
    """One new link in place of everything `staff` signs in with: a first day, a forgotten password, a lost phone.

    Whoever holds the link becomes that person, and reads what they wrote. So for somebody who has signed in before it
    opens only after WAITS, in which they are shown it at every sign-in and can stop it, or when a second colleague
    confirms it; until then everything stays as it is. Out: the token, shown once and kept only as a hash. Raises
    Refused unless `by` is another administrator, or when `staff` is deactivated.
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
    withdraw_invitations(staff)
    now = timezone.now()
    opens_at = now + WAITS if has_signed_in(staff) else now
    token = secrets.token_urlsafe(32)
    Invitation.objects.create(
        staff=staff,
        token_hash=hash_of(token),
        made_by=by,
        made_at=now,
        opens_at=opens_at,
        expires_at=opens_at + GOOD_FOR,
    )
    record(by=by, event=AuditEvent.ACCESS_GIVEN, subject=staff, detail="way_in_asked")
    return token


@transaction.atomic
def confirm_way_in(*, by: Staff, invitation: Invitation) -> None:
    """Open a waiting link now: a second person has spoken with its owner. Raises Refused for anybody but such a one."""
    if refusal := refusal_to_confirm(by, invitation):
        raise Refused(refusal)
    invitation.opens_at, invitation.confirmed_by = timezone.now(), by
    invitation.save(update_fields=["opens_at", "confirmed_by"])
    record(by=by, event=AuditEvent.ACCESS_GIVEN, subject=invitation.staff, detail="way_in_confirmed")


def refusal_to_confirm(by: Staff, invitation: Invitation) -> Refusal | None:
    """Why `by` may not open a waiting link, or None. Two people: not who made it, and nobody they could just invent."""
    if not (by.is_active and by.has_role(Role.COMPLIANCE_OFFICER, Role.ADMINISTRATOR)):
        return Refusal("WAY_IN_ROLE", "The compliance officer or another administrator confirms a new way in.")
    if by in (invitation.made_by, invitation.staff):
        return Refusal(
            "WAY_IN_TWO_PEOPLE",
            "A second person confirms a new way in: not who made it, and not who gets it.",
            "Ask the compliance officer or another administrator, or wait.",
        )
    if not has_settled(by):
        return Refusal(
            "WAY_IN_TOO_NEW",
            "Whoever confirms a new way in has held a sign-in of their own here for thirty days.",
            "Ask somebody who has been here longer, or wait.",
        )
    return None


def has_settled(staff: Staff) -> bool:
    """Whether a sign-in has been one person's for SETTLED: an account somebody just made for themselves is no second
    person, and neither is one that somebody just took over.
    """
    since = timezone.now() - SETTLED
    return staff.joined_at <= since and not staff.invitations.filter(used_at__gt=since).exists()


@transaction.atomic
def stop_way_in(*, by: Staff) -> int:
    """Withdraw every waiting link to one's own sign-in: one did not ask for it. Out: how many."""
    stopped = withdraw_invitations(by)
    if stopped:
        record(by=by, event=AuditEvent.ACCESS_ENDED, subject=by, detail="way_in_stopped")
    return stopped


def withdraw_invitations(staff: Staff) -> int:
    """Make every unused link of a person useless. Out: how many."""
    unused = list(unused_invitations(staff))
    for invitation in unused:
        invitation.withdrawn_at = timezone.now()
        invitation.save(update_fields=["withdrawn_at"])
    return len(unused)


def has_signed_in(staff: Staff) -> bool:
    """Whether there is anything behind this sign-in yet that somebody else could take over."""
    return staff.has_usable_password() or staff.last_login is not None


def forget_sign_in(staff: Staff) -> None:
    """No password, no second factor, no open sign-in."""
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
    if found.opens_at > timezone.now():
        raise Refused(LINK_EARLY)
    return found


@transaction.atomic
def accept_invitation(*, token_hash: str, password: str) -> Staff:
    """Use up the invitation: what there was to sign in with is gone, the new password holds. Out: who may now sign in.

    Raises Refused when the invitation does not work.
    """
    Invitation.objects.select_for_update().filter(token_hash=token_hash).first()
    invitation = invitation_of(token_hash)
    invitation.used_at = timezone.now()
    invitation.save(update_fields=["used_at"])
    staff = invitation.staff
    forget_sign_in(staff)
    staff.set_password(password)
    staff.save(update_fields=["password"])
    record(by=staff, event=AuditEvent.RECORDED, subject=staff, detail="invitation_used")
    return staff
