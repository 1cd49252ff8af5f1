"""What the patient is told when a therapist releases nothing under an authorization."""

import uuid

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from practice.infrastructure.fields import EncryptedBinaryField, EncryptedTextField

from .authorization import Authorization


class AnswerLetter(models.Model):
    """The letter to the patient that a therapist releases nothing under an authorization (R-059), as it was made.

    One may be made again, when the first came back or the patient wants letters elsewhere. `sent_on` and the way it
    went are said once, of the one that went out.
    """

    append_only = True
    updatable_columns = ("sent_on", "sent_how", "sent_by")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authorization = models.ForeignKey(Authorization, on_delete=models.PROTECT, related_name="answer_letters")
    address = models.TextField(blank=True, help_text="Where it goes, as on the envelope.")
    pdf = EncryptedBinaryField()
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    sent_on = models.DateField(null=True, blank=True)
    sent_how = EncryptedTextField(default="")
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        default_permissions = ()
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="%(app_label)s_%(class)s_whole_hash"
            ),
            models.CheckConstraint(
                condition=Q(sent_on__isnull=True, sent_by__isnull=True)
                | Q(sent_on__isnull=False, sent_by__isnull=False),
                name="%(app_label)s_%(class)s_sent_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"answer letter {self.pk}"


auditlog.register(AnswerLetter, exclude_fields=["address", "pdf", "sent_how"])
