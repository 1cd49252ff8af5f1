"""Who cares for whom, and the permission to open the chart that comes of it."""

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from guardian.models import UserObjectPermissionBase

from practice.audit.history import keep_history

from ..rules import CareRole
from .patient import Patient
from .staff import Staff


class CareRelationship(models.Model):
    """Who cares for whom, from when until when. It alone writes the permission to open the chart.

    A relationship called off before it began ends on the day before its first day.
    """

    append_only = True
    updatable_columns = ("until_on",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="care_relationships")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="care_relationships")
    role = models.CharField(max_length=20, choices=CareRole.choices)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True, help_text="The last day, inclusive.")
    made_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["staff", "patient"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on") - timedelta(days=1)),
                name="%(app_label)s_%(class)s_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["patient", "staff", "role", "from_on"], name="%(app_label)s_%(class)s_once"
            ),
        ]

    def __str__(self) -> str:
        return f"care relationship {self.pk}"


class PatientPermission(UserObjectPermissionBase):
    """guardian's object permission for charts, with a direct foreign key; written by care relationships only."""

    content_object = models.ForeignKey(Patient, on_delete=models.PROTECT)

    class Meta(UserObjectPermissionBase.Meta):
        default_permissions = ()

    def __str__(self) -> str:
        return f"chart permission {self.pk}"


keep_history(CareRelationship, plain=["id", "patient", "staff", "role", "from_on", "until_on", "made_by", "made_at"])
