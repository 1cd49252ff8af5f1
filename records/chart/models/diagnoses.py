"""Diagnoses."""

import uuid

from django.db import models

from .base import Imported
from .sessions import Encounter


class Diagnosis(Imported):
    """A condition with its code, onset and status."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="diagnoses")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    code_system = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=400)
    clinical_status = models.CharField(max_length=40, blank=True)
    verification_status = models.CharField(max_length=40, blank=True)
    onset_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    recorded_on = models.DateField(null=True, blank=True)

    class Meta(Imported.Meta):
        abstract = False
        indexes = [models.Index(fields=["patient", "-onset_on"])]

    def __str__(self) -> str:
        return f"diagnosis {self.pk}"
