"""Documents received or scanned: the original, the copy that is shown, how it is filed, who read it."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.fields import EncryptedBinaryField, EncryptedTextField

from ..rules.documents import DocumentKind, filed_title
from .base import CANNOT_BE_OPENED

FILE_KINDS = ["pdf", "jpeg", "png", "tiff", "docx"]
COPY_KINDS = ["", "pdf", "jpeg", "png"]


class Document(models.Model):
    """A document as it came in, and the copy that is viewed and packaged. Neither changes, neither is deleted."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="documents")
    original = EncryptedBinaryField()
    kind = models.CharField(max_length=4, choices=[(kind, kind.upper()) for kind in FILE_KINDS])
    size = models.PositiveIntegerField(help_text="Bytes of the original.")
    sha256 = models.CharField(max_length=64, help_text="Of the original.")
    shown = EncryptedBinaryField(help_text="The copy; empty for a Word document.")
    shown_kind = models.CharField(
        max_length=4, blank=True, choices=[(kind, kind.upper()) for kind in COPY_KINDS if kind]
    )
    pages = models.PositiveIntegerField(default=0, help_text="Of the copy.")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["patient", "sha256"])]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=FILE_KINDS), name="%(app_label)s_%(class)s_kind"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="%(app_label)s_%(class)s_whole_hash"
            ),
            models.CheckConstraint(
                condition=Q(kind="docx", shown_kind="", pages=0)
                | (~Q(kind="docx") & Q(shown_kind__in=COPY_KINDS[1:], pages__gt=0)),
                name="%(app_label)s_%(class)s_copy_or_word",
            ),
        ]

    def __str__(self) -> str:
        return f"document {self.pk}"


class DocumentFiling(models.Model):
    """How a document is filed. A correction is a new row that takes the place of the one before."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="filings")
    replaces = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by")
    dated_on = models.DateField(help_text="The day that stands on the document.")
    kind = models.CharField(max_length=20, choices=DocumentKind.choices)
    source = EncryptedTextField(help_text="Whom it is from, as people write it.")
    from_outside = models.BooleanField(help_text="Received from somebody else; never a psychotherapy note (R-006).")
    filed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    filed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["filed_at"]
        indexes = [models.Index(fields=["document", "-dated_on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["document"], condition=Q(replaces__isnull=True), name="%(app_label)s_%(class)s_begins_once"
            ),
        ]

    def __str__(self) -> str:
        return f"filing {self.pk}"

    @property
    def title(self) -> str:
        """ "Report, Bayview Hospital"; a source that cannot be opened says so, and the list still stands."""
        try:
            return filed_title(self.kind, self.source)
        except Unreadable:
            return f"{self.get_kind_display()}. {CANNOT_BE_OPENED}"


class DocumentCancellation(models.Model):
    """A document that does not belong in this chart: it is kept, and not shown to those who read the chart."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.OneToOneField(Document, on_delete=models.PROTECT, related_name="cancellation")
    reason = EncryptedTextField()
    cancelled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"cancelled document {self.pk}"


class DocumentReading(models.Model):
    """Somebody was asked to read a document, or read it unasked: who, and when they said they had."""

    append_only = True
    updatable_columns = ("read_at",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="readings")
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["asked_at"]
        constraints = [
            models.UniqueConstraint(fields=["document", "reader"], name="%(app_label)s_%(class)s_once"),
        ]

    def __str__(self) -> str:
        return f"reading {self.pk}"
