"""The audit trail: who did what to which record, and when. Append-only."""

from typing import Any
from uuid import UUID

from auditlog.models import AbstractLogEntry, LogEntryManager
from django.db import models

from .rules import AuditEvent, Outcome


class AuditEntryManager(LogEntryManager):
    """Adds to each entry of a change which patient it is about, and never asks a record how it calls itself."""

    def log_create(self, instance: models.Model, force_log: bool = False, **kwargs: Any) -> "AuditEntry | None":
        kwargs["object_repr"] = opaque(instance)
        kwargs.setdefault("patient_id", patient_of(instance))
        return super().log_create(instance, force_log=force_log, **kwargs)


def opaque(instance: models.Model) -> str:
    """What an entry calls a record: its kind and id."""
    return f"{instance._meta.verbose_name} {instance.pk}"


def patient_of(instance: models.Model) -> UUID | None:
    """The patient a record is about, when it is a patient or links to one."""
    if instance._meta.label == "people.Patient":
        return instance.pk
    return getattr(instance, "patient_id", None)


class AuditEntry(AbstractLogEntry):
    """One act, or one change of a row. Our log model for django-auditlog, in its own table from the first migration.

    `object_repr` is always the kind and id of the record; `changes` carries masked values only.
    """

    append_only = True

    event = models.CharField(max_length=30, choices=AuditEvent.choices, default=AuditEvent.CHANGED)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.DONE)
    detail = models.CharField(max_length=60, blank=True, help_text="A code, never text.")
    patient_id = models.UUIDField(null=True, blank=True)

    objects = AuditEntryManager()

    class Meta(AbstractLogEntry.Meta):
        abstract = False
        verbose_name = "audit trail"
        default_permissions = ()
        indexes = [
            models.Index(fields=["patient_id", "-timestamp"], name="audit_by_patient"),
            models.Index(fields=["actor", "-timestamp"], name="audit_by_actor"),
        ]

    def __str__(self) -> str:
        return f"audit entry {self.pk}"
