"""The one writer of audit events that are not changes of a row."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.contrib.contenttypes.models import ContentType
from django.db import models

from .models import AuditEntry
from .rules import AuditEvent, Outcome

if TYPE_CHECKING:
    from practice.people.models import Staff


def record(
    *,
    by: "Staff | None",
    event: AuditEvent,
    subject: models.Model | None = None,
    subject_type: type[models.Model] | None = None,
    subject_id: str = "",
    patient_id: UUID | None = None,
    outcome: Outcome = Outcome.DONE,
    detail: str = "",
    data: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Write one act into the audit trail, in the caller's transaction.

    In: the record acted on, or its model and the id that was asked for; `detail` is a code, never text; `data`
    more codes, kept beside it.
    Raises ValueError when neither a record nor a model is given.
    """
    # the class by `_meta`: a lazy request.user would answer for itself
    model = subject._meta.model if subject is not None else subject_type
    if model is None:
        raise ValueError("an audit entry needs a record or its model")
    pk = str(subject.pk) if subject is not None else subject_id
    return AuditEntry.objects.create(
        content_type=ContentType.objects.get_for_model(model),
        object_pk=pk,
        object_repr=f"{model._meta.verbose_name} {pk}",
        action=AuditEntry.Action.ACCESS,
        changes={},
        actor=by,
        event=event,
        outcome=outcome,
        detail=detail,
        patient_id=patient_id,
        additional_data=dict(data) if data else None,
    )
