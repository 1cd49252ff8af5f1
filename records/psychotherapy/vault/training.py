"""Training grants: the one way somebody else reads a sealed note (R-023, 45 CFR 164.508(a)(2)(i)(B))."""

from datetime import date, datetime
from uuid import UUID

from practice.people.models import Staff
from records.psychotherapy.models import TrainingGrant
from records.psychotherapy.rules import EventKind

from .session import open_as, write_event
from .values import Grant


def give_training_grant(
    staff: Staff,
    *,
    to: Staff,
    patients: list[UUID],
    sessions_from: date,
    sessions_to: date,
    program: str,
    skill_area: str,
    starts_at: datetime,
    ends_at: datetime,
) -> Grant:
    """Lets `to` read the signed notes `staff` wrote about these patients and days, between two instants.

    A note that also speaks of somebody not named stays closed. It ends by itself; it is never changed.
    """
    with open_as(staff) as actor:
        row = TrainingGrant(author=actor, grantee=to.pk, patients=sorted(set(patients)), program=program)
        row.skill_area, row.sessions_from, row.sessions_to = skill_area, sessions_from, sessions_to
        row.starts_at, row.ends_at = starts_at, ends_at
        row.save(force_insert=True)
        write_event(actor, EventKind.GRANTED, author=actor, detail=str(row.id))
        return _grant(row)


def my_training_grants(staff: Staff) -> list[Grant]:
    """Grants the person gave or was given, latest end first."""
    with open_as(staff):
        return [_grant(row) for row in TrainingGrant.objects.order_by("-ends_at")]


def _grant(row: TrainingGrant) -> Grant:
    return Grant(
        row.id,
        row.author,
        row.grantee,
        tuple(row.patients),
        row.sessions_from,
        row.sessions_to,
        row.program,
        row.skill_area,
        row.starts_at,
        row.ends_at,
    )
