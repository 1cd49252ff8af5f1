"""On whose agreement besides the patient's a release rested."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from practice.audit.history import keep_history


class Reliance(models.Model):
    """A joint or group record left, because another patient it speaks of had authorized the same release (R-008).

    Written with the entry when the hand-over is committed, and again when bytes are given out (`given_out`), since
    everything is asked anew then and the agreement may be a later paper. `days`: of the sessions the records are about.
    Whoever takes that authorization back is told of it by these rows; the patient whose release it was is not named.
    """

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey("releases.Release", on_delete=models.PROTECT, related_name="reliances")
    authorization = models.ForeignKey("authorizations.Authorization", on_delete=models.PROTECT, related_name="+")
    given_out = models.BooleanField(default=False)
    days = ArrayField(models.DateField())
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "authorization", "given_out"], name="%(app_label)s_%(class)s_once"
            ),
        ]

    def __str__(self) -> str:
        return f"reliance {self.pk}"


keep_history(Reliance, plain=["release", "authorization", "given_out", "days", "at"])
