"""Tasks: anything somebody must do by a date. Never about psychotherapy notes, which are computed live."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from .rules import TaskKind, TaskState


class Task(models.Model):
    """One thing to do, for a role or for a person, linked to the record where the work is done."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40, choices=TaskKind.choices)
    due_on = models.DateField(null=True, blank=True)
    role = models.CharField(max_length=30, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    subject_type = models.CharField(max_length=60, help_text="app_label.model of the record")
    subject_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=TaskState.choices, default=TaskState.OPEN)
    made_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    drop_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["state", "due_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_type", "subject_id"],
                condition=Q(state="open"),
                name="%(app_label)s_%(class)s_one_open",
            ),
            models.CheckConstraint(
                condition=(Q(person__isnull=False) | ~Q(role="")), name="%(app_label)s_%(class)s_has_somebody"
            ),
            models.CheckConstraint(
                condition=~Q(state="dropped") | ~Q(drop_reason=""), name="%(app_label)s_%(class)s_dropped_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"task {self.pk}"
