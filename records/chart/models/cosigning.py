"""What is added to a note by signing it: signatures, requests to co-sign, returned versions, a cancellation."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from practice.infrastructure.fields import EncryptedJSONField, EncryptedTextField

from ..rules.cosigning import Decision, SignerRole
from ..rules.notes import CancelKind
from .notes import ChartNote, NoteFormat


class NoteSignature(models.Model):
    """Who decided what about which version of a note, as what, and when. A comment goes with a return."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.ForeignKey(ChartNote, on_delete=models.PROTECT, related_name="signatures")
    version = models.PositiveIntegerField()
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=10, choices=SignerRole.choices)
    decision = models.CharField(max_length=10, choices=Decision.choices)
    comment = EncryptedTextField(blank=True, default="")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["note", "version", "staff"], name="%(app_label)s_%(class)s_once"),
        ]

    def __str__(self) -> str:
        return f"note signature {self.pk}"


class CosignatureRequest(models.Model):
    """A supervisor is asked to co-sign one version of a trainee's note."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.ForeignKey(ChartNote, on_delete=models.PROTECT, related_name="cosignature_requests")
    version = models.PositiveIntegerField()
    supervisor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["note", "version", "supervisor"], name="%(app_label)s_%(class)s_once"),
        ]

    def __str__(self) -> str:
        return f"co-signature request {self.pk}"


class NoteVersion(models.Model):
    """A trainee's note as it was signed and returned: kept, while the draft goes on."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.ForeignKey(ChartNote, on_delete=models.PROTECT, related_name="returned_versions")
    version = models.PositiveIntegerField()
    format = models.ForeignKey(NoteFormat, on_delete=models.PROTECT, related_name="+")
    sections = EncryptedJSONField(default=dict)
    signed_at = models.DateTimeField()
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["version"]
        constraints = [
            models.UniqueConstraint(fields=["note", "version"], name="%(app_label)s_%(class)s_once"),
        ]

    def __str__(self) -> str:
        return f"returned note version {self.pk}"


class NoteCancellation(models.Model):
    """A signed note is cancelled: by whom, when, why. Its text stays."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.OneToOneField(ChartNote, on_delete=models.PROTECT, related_name="cancellation")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=CancelKind.choices)
    reason = EncryptedTextField()
    cancelled_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"note cancellation {self.pk}"
