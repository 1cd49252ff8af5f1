"""How a model keeps its change history: every value is masked unless its field is named as plain."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from auditlog.context import set_actor
from auditlog.registry import auditlog
from django.db import models

if TYPE_CHECKING:
    from practice.people.models import Staff

MASK = "•••"


def written_by(staff: "Staff") -> AbstractContextManager[None]:
    """`with written_by(staff):` names who changes rows where no request does: in commands and background work."""
    return set_actor(staff)


def mask_whole(value: str) -> str:
    """Nothing of the value remains, not even its length; an empty one stays visibly empty."""
    return "" if value in ("", "None") else MASK


def keep_history(model: type[models.Model], *, plain: Iterable[str] = (), leave_out: Iterable[str] = ()) -> None:
    """Write an audit entry for each creation, change and deletion of a row of `model`.

    `plain` fields (codes, dates, links) are kept with their values; all others only say that they changed; fields in
    `leave_out` are not mentioned at all. A field added later is masked until somebody names it. Raises ValueError for a
    name that is not a field.
    """
    names = {field.name for field in model._meta.concrete_fields}
    if unknown := (set(plain) | set(leave_out)) - names:
        raise ValueError(f"{model._meta.label} has no field {', '.join(sorted(unknown))}")
    kept = names - set(leave_out)
    auditlog.register(
        model,
        include_fields=sorted(kept),
        exclude_fields=sorted(names - kept),
        mask_fields=sorted(kept - set(plain)),
        mask_callable=f"{__name__}.{mask_whole.__name__}",
    )
