"""What every table of the sealed database shares, and the logins that reach it."""

import uuid
from typing import ClassVar

from django.db import models

APP = "psychotherapy_app"
REVIEW = "psychotherapy_review"
MAINTENANCE = "psychotherapy_maintenance"

Privileges = dict[str, tuple[str, ...]]


class SealedModel(models.Model):
    """What every table here shares: an opaque id, and no permission that would name the table elsewhere."""

    login_privileges: ClassVar[Privileges] = {}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"
