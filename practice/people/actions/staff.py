"""Who works here, with which roles and licenses."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from practice.audit.actions import record
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refusal, Refused

from ..models import CareRelationship, License, Staff
from ..policies import check_act
from ..rules import OUTSIDE, Act, LicenseKind, Role
from .care import finish_care
from .invitations import end_sign_ins, new_invitation, withdraw_invitations


@transaction.atomic
def invite_staff(
    *, by: Staff, username: str, full_name: str, roles: Iterable[str], title: str = "", email: str = ""
) -> tuple[Staff, str]:
    """Create a member of staff and a one-use link for them. Out: the person and the token.

    Raises Refused unless `by` manages staff; IntegrityError when the username is taken.
    """
    check_act(by, Act.STAFF_MANAGE)
    staff = Staff.objects.create_user(username, full_name=full_name, title=title, email=email, roles=_ordered(roles))
    return staff, new_invitation(by=by, staff=staff)


@transaction.atomic
def first_administrator(*, username: str, full_name: str) -> tuple[Staff, str]:
    """Make the administrator of a new practice and their link. Raises Refused as soon as there is one."""
    if Staff.objects.filter(is_active=True, roles__contains=[Role.ADMINISTRATOR]).exists():
        raise Refused(
            Refusal(
                "ADMINISTRATOR_EXISTS",
                "This practice has an administrator.",
                "They can invite people on the staff page.",
            )
        )
    staff = Staff.objects.create_user(username, full_name=full_name, roles=[Role.ADMINISTRATOR])
    return staff, new_invitation(by=staff, staff=staff)


@transaction.atomic
def change_staff(
    *, by: Staff, staff: Staff, full_name: str, roles: Iterable[str], title: str = "", email: str = ""
) -> None:
    """Change name and roles; roles count from the next page on.

    Raises Refused for one's own roles while another administrator could do it, and for the last administrator.
    """
    check_act(by, Act.STAFF_MANAGE)
    wanted = _ordered(roles)
    others = _other_administrators(staff)
    if wanted != _ordered(staff.roles):
        if by == staff and others:
            raise Refused(Refusal("STAFF_OWN_ROLES", "You cannot change your own roles.", "Ask another administrator."))
        if Role.ADMINISTRATOR in staff.roles and Role.ADMINISTRATOR not in wanted and not others:
            raise Refused(_last_administrator())
    staff.full_name, staff.title, staff.email, staff.roles = full_name, title, email, wanted
    staff.save(update_fields=["full_name", "title", "email", "roles"])


@transaction.atomic
def deactivate_staff(*, by: Staff, staff: Staff) -> None:
    """End a person's work here: every sign-in ends at once, every chart closes to them. Undone by `reactivate_staff`.

    Raises Refused for oneself and for the last administrator.
    """
    check_act(by, Act.STAFF_MANAGE)
    if by == staff:
        raise Refused(Refusal("STAFF_SELF", "You cannot deactivate yourself.", "Ask another administrator."))
    if Role.ADMINISTRATOR in staff.roles and not _other_administrators(staff):
        raise Refused(_last_administrator())
    day = today()
    staff.is_active, staff.deactivated_at = False, timezone.now()
    staff.save(update_fields=["is_active", "deactivated_at"])
    held = CareRelationship.objects.filter(staff=staff).filter(Q(until_on__isnull=True) | Q(until_on__gte=day))
    for care in held.select_related("patient", "staff"):
        finish_care(by=by, care=care, until_on=day if care.from_on <= day else _never(care))
    end_sign_ins(staff)
    withdraw_invitations(staff)  # nobody waits out a link behind the back of somebody who cannot sign in
    record(by=by, event=AuditEvent.ACCESS_ENDED, subject=staff, detail="deactivated")


@transaction.atomic
def reactivate_staff(*, by: Staff, staff: Staff) -> None:
    """Take a person back: they sign in as before, and no chart is open to them. A lost sign-in is `make_way_in`'s."""
    check_act(by, Act.STAFF_MANAGE)
    staff.is_active = True  # the day of the deactivation stays: sign-ins from before it stay closed
    staff.save(update_fields=["is_active"])
    record(by=by, event=AuditEvent.ACCESS_GIVEN, subject=staff, detail="reactivated")


@transaction.atomic
def add_license(
    *,
    by: Staff,
    staff: Staff,
    kind: LicenseKind,
    number: str,
    state: str,
    expires_on: date,
    issued_on: date | None = None,
    supervisor: Staff | None = None,
) -> License:
    """Record a license. A trainee's registration names the supervisor who answers for them (P-04)."""
    check_act(by, Act.STAFF_MANAGE)
    _check_supervisor(kind, staff, supervisor)
    return License.objects.create(
        staff=staff,
        kind=kind,
        number=number,
        state=state,
        issued_on=issued_on,
        expires_on=expires_on,
        supervisor=supervisor,
    )


@transaction.atomic
def change_license(
    *,
    by: Staff,
    item: License,
    number: str,
    state: str,
    expires_on: date,
    issued_on: date | None,
    supervisor: Staff | None,
) -> None:
    """Correct or renew a license; its kind stays. Ended by its last day, never removed."""
    check_act(by, Act.STAFF_MANAGE)
    _check_supervisor(LicenseKind(item.kind), item.staff, supervisor)
    item.number, item.state, item.expires_on = number, state, expires_on
    item.issued_on, item.supervisor = issued_on, supervisor
    item.save()


def _check_supervisor(kind: LicenseKind, staff: Staff, supervisor: Staff | None) -> None:
    if kind != LicenseKind.SUPERVISED_TRAINEE:
        return
    if supervisor is None or supervisor == staff or not supervisor.has_role(Role.SUPERVISOR):
        raise Refused(
            Refusal(
                "LICENSE_NO_SUPERVISOR",
                "A registered trainee needs a supervisor.",
                "Choose one with the role supervisor.",
            )
        )


def _never(care: CareRelationship) -> date:
    """The last day of a relationship that is called off before it began."""
    return date.fromordinal(care.from_on.toordinal() - 1)


def _other_administrators(staff: Staff) -> bool:
    found = Staff.objects.filter(is_active=True, roles__contains=[Role.ADMINISTRATOR]).exclude(pk=staff.pk)
    return found.exists()


def _last_administrator() -> Refusal:
    return Refusal(
        "STAFF_LAST_ADMINISTRATOR",
        "This is the only administrator of the practice.",
        "Make somebody else administrator first.",
    )


def _ordered(roles: Iterable[str]) -> list[str]:
    """Known roles, each once, in the order of the matrix."""
    given = set(roles)
    return [role.value for role in Role if role.value in given]


def keep_outside_author(*, ident: UUID, full_name: str, title: str) -> Staff:
    """Somebody who wrote in a chart that was taken over and never worked here: kept by name, with no way to sign in.

    Call in the transaction that takes the chart over; whoever asked for it was checked there.
    """
    staff = Staff(pk=ident, username=f"{OUTSIDE}{ident}", full_name=full_name, title=title, is_active=False)
    staff.set_unusable_password()
    staff.save(force_insert=True)
    return staff
