"""Sessions and who took part."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from practice.infrastructure.fields import EncryptedTextField

from ..rules.sessions import Modality, SessionKind
from .base import Imported


class Encounter(Imported):
    """A meeting with one or more patients ("session" on screen): start, stop, modality, participants (R-002)."""

    # A session is never deleted; its times are corrected until a signed note stands on it (correct_session).
    append_only = True
    updatable_columns = ("kind", "modality", "started_at", "stopped_at", "others_present")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="encounters"
    )
    outside_clinician = models.CharField(max_length=200, blank=True, help_text="Named by an imported record.")
    kind = models.CharField(max_length=20, choices=SessionKind.choices, default=SessionKind.INDIVIDUAL)
    modality = models.CharField(max_length=20, choices=Modality.choices, default=Modality.IN_PERSON)
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    others_present = EncryptedTextField(blank=True, default="", help_text="Who else was there, without a chart here.")
    title = models.CharField(max_length=400, blank=True)
    code = models.CharField(max_length=60, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta(Imported.Meta):
        abstract = False
        indexes = [models.Index(fields=["clinician", "-started_at"])]
        constraints = [
            *Imported.Meta.constraints,
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(stopped_at__gte=F("started_at")),
                name="%(app_label)s_%(class)s_stops_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"session {self.pk}"


class Participation(models.Model):
    """A patient took part in a session."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="participations")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="participations")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["encounter", "patient"], name="%(app_label)s_%(class)s_once"),
        ]

    def __str__(self) -> str:
        return f"participation {self.pk}"
