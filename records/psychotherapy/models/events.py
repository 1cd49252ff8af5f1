"""What happened to sealed notes."""

from django.db import models
from django.utils import timezone

from ..rules import EventKind
from .base import APP, MAINTENANCE, REVIEW, SealedModel


class Event(SealedModel):
    """What happened to sealed notes: metadata only, written in the same transaction as the act."""

    append_only = True
    login_privileges = {APP: ("SELECT", "INSERT"), REVIEW: ("SELECT",), MAINTENANCE: ("INSERT",)}

    at = models.DateTimeField(default=timezone.now)
    actor = models.UUIDField(null=True, blank=True, db_index=True, help_text="Empty for work on keys.")
    kind = models.CharField(max_length=30, choices=EventKind.choices)
    author = models.UUIDField(null=True, blank=True, db_index=True, help_text="The author of the notes concerned.")
    note = models.UUIDField(null=True, blank=True, db_index=True)
    package = models.UUIDField(null=True, blank=True, db_index=True)
    detail = models.CharField(max_length=100, blank=True, help_text="A code, an id or a hash, never text.")

    class Meta(SealedModel.Meta):
        verbose_name = "psychotherapy event"
