"""Medication."""

import uuid

from django.db import models

from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.fields import EncryptedTextField

from .base import CANNOT_BE_OPENED, Imported
from .sessions import Encounter


class Medication(Imported):
    """A medication prescribed here or elsewhere."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="medications")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    code_system = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=400)
    status = models.CharField(max_length=40, blank=True)
    intent = models.CharField(max_length=40, blank=True)
    prescriber = models.CharField(max_length=200, blank=True)
    dosage = EncryptedTextField(blank=True, default="")
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta(Imported.Meta):
        abstract = False
        indexes = [models.Index(fields=["patient", "-started_on"])]

    def __str__(self) -> str:
        return f"medication {self.pk}"

    @property
    def shown_dosage(self) -> str:
        """The dosage for a list: one that cannot be opened says so, and the list still stands."""
        try:
            return self.dosage or ""
        except Unreadable:
            return CANNOT_BE_OPENED
