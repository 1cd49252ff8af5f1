"""What is left out of an item of a release: a passage of its text, a page of its copy, or an area of a page."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from practice.audit.history import keep_history
from practice.infrastructure.fields import EncryptedJSONField, EncryptedTextField

from ..rules.redaction import RedactionReason


class Redaction(models.Model):
    """A clinician leaves a passage, a page or an area of a page out of what leaves. The record itself stays as it is.

    `where` names the text, the positions and the fingerprint of the text they hold for; or the page; or the page, the
    area as fractions of it and the fingerprint of the copy they hold for. What stands there is not kept a second time.
    Taken back before the package is frozen, it stays with who did so and when.
    """

    append_only = True
    updatable_columns = ("taken_back_by", "taken_back_at")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    item = models.ForeignKey("releases.ReleaseItem", on_delete=models.PROTECT, related_name="redactions")
    reason = models.CharField(max_length=20, choices=RedactionReason.choices)
    words = EncryptedTextField(default="", help_text="The reason in the clinician's words.")
    where: Any = EncryptedJSONField(default=dict)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    taken_back_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    taken_back_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(reason__in=RedactionReason.values), name="%(app_label)s_%(class)s_reason"
            ),
            models.CheckConstraint(
                condition=Q(taken_back_by__isnull=True, taken_back_at__isnull=True)
                | Q(taken_back_by__isnull=False, taken_back_at__isnull=False),
                name="%(app_label)s_%(class)s_taken_back_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"redaction {self.pk}"


keep_history(Redaction, plain=["item", "reason", "made_at", "taken_back_at"], leave_out=["words", "where"])
