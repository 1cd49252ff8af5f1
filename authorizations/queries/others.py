"""What other patients, of whom a joint or group record also speaks, have authorized (R-008)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ..models import Authorization
from ..policies import with_facts
from ..rules import AuthorizationFacts, ItemAsked, RecordClass, covers
from .standing import active_from

# Said of a release that waits. Whether somebody else has signed, or taken it back, is theirs: nobody is told.
LACKS_OTHERS = "It also speaks of another patient whose authorization for this release is missing."


@dataclass(frozen=True, slots=True)
class ReleaseAsked:
    """One patient's release, as the authorizations of the others are asked about it: what kind of records, to whom,
    what for, on which practice-local day and, where it is known, at which instant.

    `ours`: the names this practice goes by. Of another's form too nobody has said that it means us in other words.
    To whom is a name: a group that another's form names ("my doctors") is theirs, and nobody has said that this
    recipient is of it, whatever the patient's own form calls them.
    """

    record_class: RecordClass | str
    recipient_name: str
    purpose: str
    on: date
    at: datetime | None = None
    ours: Collection[str] = ()

    def is_covered(self, facts: AuthorizationFacts, item: ItemAsked) -> bool:
        """Whether an authorization, if it stands, permits this same release of one item."""
        return not covers(
            facts,
            record_class=self.record_class,
            recipient_name=self.recipient_name,
            purpose=self.purpose,
            items=[item],
            on=self.on,
            ours=self.ours,
        )


def agreements_of(patient_ids: Collection[UUID], asked: ReleaseAsked, item: ItemAsked) -> dict[UUID, UUID]:
    """Which of these patients have an active authorization that covers the same release of one item.

    Out: patient id to the id of their authorization. Asked for another patient's release: no doorway is passed, and
    nothing of the authorization is shown to anybody.
    """
    rows = Authorization.objects.filter(patient_id__in=patient_ids, record_classes__contains=[asked.record_class])
    found: dict[UUID, UUID] = {}
    for line in active_from(with_facts(rows).order_by("recorded_at"), asked.on, asked.at):
        if asked.is_covered(line.facts, item):
            found.setdefault(line.authorization.patient_id, line.authorization.pk)
    return found
