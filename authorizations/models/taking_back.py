"""What follows when a patient takes an authorization back: who must be told, and the letter that confirms it."""

import uuid

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from practice.infrastructure.fields import EncryptedBinaryField, EncryptedTextField

from .authorization import AuthorizationEvent


class RevocationNotice(models.Model):
    """One recipient or business associate who may still act on a revoked authorization and must be told (P-05).

    Answered once: they were told, or they need not be told (`need_not`, with the day of that decision and the reason in
    `how`). To tell somebody who holds nothing would say something about the patient without any permission left.
    `officer_only`: a recipient known only from a release of psychotherapy notes, which others do not see.
    """

    append_only = True
    updatable_columns = ("told_on", "how", "told_by", "told_at", "need_not")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(AuthorizationEvent, on_delete=models.PROTECT, related_name="notices")
    associate = models.ForeignKey(
        "compliance.BusinessAssociate", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recipient_name = models.CharField(max_length=300)
    recipient_address = models.TextField(blank=True)
    officer_only = models.BooleanField(default=False)
    made_at = models.DateTimeField(default=timezone.now)
    told_on = models.DateField(null=True, blank=True)
    how = EncryptedTextField(default="")
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    told_at = models.DateTimeField(null=True, blank=True)
    need_not = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        ordering = ["made_at", "recipient_name"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "recipient_name"],
                condition=Q(associate__isnull=True),
                name="%(app_label)s_%(class)s_each_recipient_once",
            ),
            models.UniqueConstraint(
                fields=["event", "associate"],
                condition=Q(associate__isnull=False),
                name="%(app_label)s_%(class)s_each_associate_once",
            ),
            models.CheckConstraint(
                condition=Q(told_on__isnull=True, told_by__isnull=True, told_at__isnull=True, need_not=False)
                | Q(told_on__isnull=False, told_by__isnull=False, told_at__isnull=False),
                name="%(app_label)s_%(class)s_told_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(recipient_name__regex=r"\S"), name="%(app_label)s_%(class)s_to_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"revocation notice {self.pk}"


class RevocationLetter(models.Model):
    """The letter to the patient that confirms a revocation, as it was made: frozen bytes and where it goes.

    One may be made again, when the first came back or something it lists was corrected; each keeps its number.
    """

    append_only = True
    updatable_columns = ("sent_on", "sent_how", "sent_by")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20, unique=True)
    event = models.ForeignKey(AuthorizationEvent, on_delete=models.PROTECT, related_name="letters")
    address = models.TextField(blank=True, help_text="Where it goes, as on the envelope.")
    pdf = EncryptedBinaryField()
    sha256 = models.CharField(max_length=64)
    listed = models.PositiveIntegerField(help_text="How many disclosures it lists.")
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
        return f"revocation letter {self.pk}"


auditlog.register(RevocationNotice, exclude_fields=["recipient_name", "recipient_address", "how"])
auditlog.register(RevocationLetter, exclude_fields=["address", "pdf", "sent_how"])
