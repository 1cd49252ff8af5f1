"""Training grants: the one way somebody else reads a sealed note (R-023, 45 CFR 164.508(a)(2)(i)(B))."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from practice.people.models import Staff
from records.psychotherapy.models import Event, TrainingGrant
from records.psychotherapy.rules import SHOWN_EVENTS, EventKind

from .session import lock, open_as, write_event
from .values import Grant, Happened


def give_training_grant(
    staff: Staff,
    *,
    to: Staff,
    patients: list[UUID],
    sessions_from: date,
    sessions_to: date,
    program: str,
    supervisor: Staff,
    trainees: Sequence[Staff],
    skill_area: str,
    identity_considered: bool,
    starts_at: datetime,
    ends_at: datetime,
) -> Grant:
    """Lets `to` read the signed notes `staff` wrote about these patients and days, between two instants.

    A note that also speaks of somebody not named stays closed. It ends by itself, or when it is taken back. Raises
    ValueError unless `to` is one of the trainees or their supervisor: nobody else reads for training.
    """
    if to not in (supervisor, *trainees):
        raise ValueError("a grant is given to who learns or supervises")
    with open_as(staff) as actor:
        row = TrainingGrant(author=actor, grantee=to.pk, patients=sorted(set(patients)), program=program)
        row.supervisor, row.trainees = supervisor.pk, [one.pk for one in trainees]
        row.skill_area, row.identity_considered = skill_area, identity_considered
        row.sessions_from, row.sessions_to = sessions_from, sessions_to
        row.starts_at, row.ends_at = starts_at, ends_at
        row.save(force_insert=True)
        write_event(actor, EventKind.GRANTED, author=actor, detail=str(row.id))
        return _grant(row)


def end_training_grant(staff: Staff, grant_id: UUID) -> bool:
    """Takes a grant back at once. False when it is not the person's, or was taken back already."""
    with open_as(staff) as actor:
        lock(grant_id)
        given = TrainingGrant.objects.filter(pk=grant_id, author=actor, ends=None).first()
        if given is None or TrainingGrant.objects.filter(ends=grant_id, author=actor).exists():
            return False
        row = TrainingGrant(author=actor, grantee=given.grantee, patients=[], program=given.program, ends=grant_id)
        row.supervisor, row.trainees = given.supervisor, given.trainees
        row.skill_area, row.identity_considered = given.skill_area, given.identity_considered
        row.sessions_from, row.sessions_to = given.sessions_from, given.sessions_to
        row.starts_at, row.ends_at = given.starts_at, given.ends_at
        row.save(force_insert=True)
        write_event(actor, EventKind.GRANT_ENDED, author=actor, detail=str(grant_id))
        return True


def my_training_grants(staff: Staff) -> list[Grant]:
    """Grants the person gave or was given, latest end first, with those taken back marked so.

    With one's own stands every opening by the other person while it held: whom, when, which note.
    """
    with open_as(staff) as actor:
        rows = list(TrainingGrant.objects.order_by("-ends_at"))
        taken_back = {(row.ends, row.author): row.granted_at for row in rows if row.ends}
        given = [row for row in rows if row.ends is None]
        read = _readings(actor, {row.grantee for row in given if row.author == actor})
        return [_grant(row, taken_back.get((row.id, row.author)), read.get(row.grantee, [])) for row in given]


def _readings(author: UUID, readers: set[UUID]) -> dict[UUID, list[Happened]]:
    """Who of these opened which note of the author's, newest first."""
    found: dict[UUID, list[Happened]] = {}
    if readers:
        events = Event.objects.filter(author=author, actor__in=readers, kind=EventKind.OPENED).order_by("-at")
        for row in events[:SHOWN_EVENTS]:
            if row.actor:
                found.setdefault(row.actor, []).append(Happened(row.at, "Opened", row.actor, row.note))
    return found


def _grant(row: TrainingGrant, taken_back_at: datetime | None = None, read: Sequence[Happened] = ()) -> Grant:
    until = min(row.ends_at, taken_back_at or row.ends_at)
    return Grant(
        row.id,
        row.author,
        row.grantee,
        tuple(row.patients),
        row.sessions_from,
        row.sessions_to,
        row.program,
        row.supervisor,
        tuple(row.trainees),
        row.skill_area,
        row.identity_considered,
        row.starts_at,
        row.ends_at,
        taken_back_at,
        tuple(one for one in read if row.starts_at <= one.at <= until),
    )
