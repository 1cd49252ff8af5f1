"""A release: from what was chosen to what was handed over."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from practice.infrastructure.fields import EncryptedBinaryField, EncryptedTextField


class ReleaseKind(models.TextChoices):
    CHART = "chart", "Chart"
    PSYCHOTHERAPY = "psychotherapy", "Psychotherapy notes"


class ReleaseState(models.TextChoices):
    """The order of a release; the allowed moves are in rules.MOVES."""

    DRAFT = "draft", "Being prepared"
    AWAITING_APPROVAL = "awaiting_approval", "Waiting for the clinician"
    APPROVED = "approved", "Approved"
    COMMITTED = "committed", "Committed"
    DELIVERED = "delivered", "Delivered"
    NOT_DELIVERED = "not_delivered", "Not delivered"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Release(models.Model):
    """What is to leave, to whom, why, on what basis. A psychotherapy release appears here only when it is committed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20, unique=True)
    kind = models.CharField(max_length=20, choices=ReleaseKind.choices)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="releases")
    basis = models.CharField(max_length=40)
    authorization = models.ForeignKey(
        "authorizations.Authorization", on_delete=models.PROTECT, null=True, blank=True, related_name="releases"
    )
    exception = models.JSONField(
        default=dict, blank=True, help_text="The documentation a basis asks for; codes and references."
    )
    recipient_name = models.CharField(max_length=300)
    recipient_type = models.CharField(max_length=40, blank=True)
    recipient_address = models.TextField(blank=True)
    purpose = EncryptedTextField(blank=True, default="")
    description = models.CharField(max_length=300, blank=True)
    method = models.CharField(max_length=30, blank=True)
    whole_chart = models.BooleanField(default=False)
    justification = EncryptedTextField(blank=True, default="")
    min_necessary = EncryptedTextField(blank=True, default="")
    identity_verified_by = models.CharField(max_length=200, blank=True)
    state = models.CharField(max_length=20, choices=ReleaseState.choices, default=ReleaseState.DRAFT)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(default=timezone.now)
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    committed_at = models.DateTimeField(null=True, blank=True)
    disclosed_on = models.DateField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    receipt = models.CharField(max_length=300, blank=True)
    end_reason = models.CharField(max_length=300, blank=True)
    verdict = models.JSONField(default=dict, blank=True, help_text="What the gate said at commit.")

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["state", "-prepared_at"]), models.Index(fields=["patient", "-prepared_at"])]

    def __str__(self) -> str:
        return f"release {self.number}"


class ReleaseItem(models.Model):
    """One thing of the chart that was chosen: its kind, id, date and title, never its text."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=30)
    object_id = models.UUIDField()
    on = models.DateField()
    title = models.CharField(max_length=300)
    removed_by_approver = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["release", "kind", "object_id"], name="%(app_label)s_%(class)s_once"),
        ]

    def __str__(self) -> str:
        return f"release item {self.pk}"


class ChartPackage(models.Model):
    """The frozen bytes of a chart release, encrypted at rest, with the hash of exactly what is handed over."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="packages")
    content = EncryptedBinaryField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    locked = models.BooleanField(default=False, help_text="Opens with a passphrase that is not kept here.")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(size__gt=0), name="%(app_label)s_%(class)s_not_empty")]

    def __str__(self) -> str:
        return f"chart package {self.pk}"
