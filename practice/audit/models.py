"""The audit trail: who did what to which record, and when. Append-only."""

from auditlog.models import AbstractLogEntry
from django.db import models

from .rules import AuditEvent, Outcome


class AuditEntry(AbstractLogEntry):
    """One act, or one change of a row. Our log model for django-auditlog, in its own table from the first migration.

    `object_repr` is always the opaque `__str__` of the record; `changes` carries masked values only.
    """

    append_only = True

    event = models.CharField(max_length=30, choices=AuditEvent.choices, default=AuditEvent.CHANGED)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.DONE)
    detail = models.CharField(max_length=60, blank=True, help_text="A code, never text.")
    patient_id = models.UUIDField(null=True, blank=True)

    class Meta(AbstractLogEntry.Meta):
        abstract = False
        default_permissions = ()
        indexes = [
            models.Index(fields=["patient_id", "-timestamp"], name="audit_by_patient"),
            models.Index(fields=["actor", "-timestamp"], name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"audit entry {self.pk}"
