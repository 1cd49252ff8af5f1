"""A person's own abbreviations. They concern nobody else, so nothing of them stands in the audit trail."""

from django.db import transaction

from practice.infrastructure.refusals import Refused

from ..models import Shorthand, Staff
from ..rules import shorthand_refusal


@transaction.atomic
def set_shorthand(*, by: Staff, short: str, long: str) -> None:
    """Write `short` out as `long` from now on, also where it stood for something else. Raises Refused."""
    row = _own(by)
    if refusal := shorthand_refusal(short, long, others=len(row.entries.keys() - {short})):
        raise Refused(refusal)
    row.entries = {**row.entries, short: long}
    row.save()


@transaction.atomic
def forget_shorthand(*, by: Staff, short: str) -> None:
    """Leave `short` as it is typed from now on."""
    row = _own(by)
    row.entries = {key: long for key, long in row.entries.items() if key != short}
    row.save()


def _own(by: Staff) -> Shorthand:
    """The one row of this person, locked until the transaction ends."""
    Shorthand.objects.get_or_create(staff=by)
    return Shorthand.objects.select_for_update().get(staff=by)
