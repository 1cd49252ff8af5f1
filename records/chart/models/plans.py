"""Plans of care as imported."""

import uuid

from django.db import models

from practice.infrastructure.fields import EncryptedJSONField

from .base import Imported
from .sessions import Encounter


class CarePlan(Imported):
    """A plan of care as imported: its kind, its dates and its activities."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="care_plans")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=400)
    status = models.CharField(max_length=40, blank=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    activities = EncryptedJSONField(default=list)

    class Meta(Imported.Meta):
        abstract = False
        indexes = [models.Index(fields=["patient", "-started_on"])]

    def __str__(self) -> str:
        return f"care plan {self.pk}"
