"""Dated results."""

import uuid

from django.db import models

from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.fields import EncryptedJSONField, EncryptedTextField

from ..rules.values import ResultCategory, shown_value
from .base import CANNOT_BE_OPENED, Imported
from .sessions import Encounter


class Result(Imported):
    """A dated result: questionnaire, vital sign, laboratory value or social history."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="results")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    category = models.CharField(max_length=20, choices=ResultCategory.choices)
    code_system = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=400)
    taken_at = models.DateTimeField()
    number = models.DecimalField(max_digits=36, decimal_places=18, null=True, blank=True)
    unit = models.CharField(max_length=60, blank=True)
    text = EncryptedTextField(blank=True, default="")
    components = EncryptedJSONField(default=list)

    class Meta(Imported.Meta):
        abstract = False
        indexes = [models.Index(fields=["patient", "category", "-taken_at"])]

    def __str__(self) -> str:
        return f"result {self.pk}"

    @property
    def shown(self) -> str:
        """The value as people read it: "182.93 cm", "< 5 mg/dL", "Never smoker"; components in their order."""
        try:
            return shown_value(self.number, self.unit, self.text or "", self.components or [])
        except Unreadable:
            return CANNOT_BE_OPENED
