"""A patient handed over, with the summary that goes along; and that it was read."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.fields import EncryptedTextField

from ..rules.handover import HandoverKind
from .base import CANNOT_BE_OPENED
from .notes import ChartNote


class Handover(models.Model):
    """Who hands a patient over to whom, from when, with what they should know. Nothing sealed goes along: R-022."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="handovers")
    kind = models.CharField(max_length=10, choices=HandoverKind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    from_on = models.DateField(help_text="The first day of whoever comes; where nobody comes, the last of who goes.")
    until_on = models.DateField(null=True, blank=True, help_text="The last day of a cover.")
    last_day = models.DateField(null=True, blank=True, help_text="The last day of who hands over.")
    summary = EncryptedTextField(blank=True, default="")
    note = models.ForeignKey(ChartNote, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["patient", "-made_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="end", to__isnull=True) | ~Q(kind="end") & Q(to__isnull=False),
                name="%(app_label)s_%(class)s_to_somebody",
            ),
            models.CheckConstraint(
                condition=Q(kind="cover", until_on__gte=F("from_on")) | ~Q(kind="cover") & Q(last_day__isnull=False),
                name="%(app_label)s_%(class)s_with_days",
            ),
        ]

    def __str__(self) -> str:
        return f"handover {self.pk}"

    @property
    def title(self) -> str:
        """What it is called in a list."""
        return {
            HandoverKind.TRANSFER: "Handed over",
            HandoverKind.COVER: "Cover arranged",
            HandoverKind.END: "Care ended",
        }[HandoverKind(self.kind)]

    @property
    def shown_summary(self) -> str:
        """The summary for a page: one that cannot be opened says so, and the page still stands."""
        try:
            return self.summary or ""
        except Unreadable:
            return CANNOT_BE_OPENED


class HandoverRead(models.Model):
    """Whoever took over has read the summary."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    handover = models.OneToOneField(Handover, on_delete=models.PROTECT, related_name="read")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"handover read {self.pk}"
