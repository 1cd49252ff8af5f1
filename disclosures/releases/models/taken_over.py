"""Who hands a printed package over in place of who entered the hand-over."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from practice.audit.history import keep_history
from practice.infrastructure.fields import EncryptedTextField


class TakenOver(models.Model):
    """Somebody else than who entered the hand-over opens and hands over the package, and says why.

    A printed package opens in clear text: of everybody who may work on a release only one person at a time gets it.
    """

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey("releases.Release", on_delete=models.PROTECT, related_name="taken_over")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = EncryptedTextField(default="")

    class Meta:
        default_permissions = ()
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"taken over {self.pk}"


keep_history(TakenOver, plain=["release", "at"], leave_out=["reason"])
