"""Legal papers as they came in, and what was done about them. Both only grow.

Whether psychotherapy notes were packed under a paper stands with the notes; here it shows when a release is committed.
"""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from disclosures.releases.rules import RecipientKind
from practice.infrastructure.fields import EncryptedBinaryField, EncryptedTextField

from .rules import EntryKind, Names, PaperKind

SHA256 = r"^[0-9a-f]{64}$"


class LegalPaper(models.Model):
    """A subpoena, order, warrant, demand or request about one patient's records, with its scan and its own words."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20, unique=True)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="legal_papers")
    kind = models.CharField(max_length=40, choices=PaperKind.choices)
    issuer = EncryptedTextField(help_text="Court, body, agency or attorney.")
    reference = EncryptedTextField(default="", help_text="Caption and docket or case number.")
    signed_by = EncryptedTextField(default="")
    law = EncryptedTextField(default="", help_text="The law it rests on.")
    scope = EncryptedTextField(help_text="Word for word.")
    names_notes = models.CharField(max_length=10, choices=Names.choices)
    session_days = ArrayField(models.DateField(), default=list, blank=True)
    scope_from = models.DateField(null=True, blank=True)
    scope_to = models.DateField(null=True, blank=True)
    received_on = models.DateField()
    response_due_on = models.DateField(null=True, blank=True, help_text="As the paper says; empty when it says none.")
    recipient_name = EncryptedTextField()
    recipient_kind = models.CharField(max_length=40, choices=RecipientKind.choices)
    recipient_address = EncryptedTextField(default="")
    purpose = EncryptedTextField()
    verified = EncryptedTextField(help_text="How identity and authority of the sender were checked.")
    document = EncryptedBinaryField()
    document_kind = models.CharField(max_length=4, choices=[("pdf", "PDF"), ("jpeg", "JPEG"), ("png", "PNG")])
    document_sha256 = models.CharField(max_length=64)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["patient", "-recorded_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=PaperKind.values), name="%(app_label)s_%(class)s_kind"),
            models.CheckConstraint(
                condition=Q(document_sha256__regex=SHA256), name="%(app_label)s_%(class)s_whole_hash"
            ),
            models.CheckConstraint(
                condition=Q(scope_from__isnull=True, scope_to__isnull=True)
                | Q(scope_from__isnull=False, scope_to__gte=models.F("scope_from"), scope_to__isnull=False),
                name="%(app_label)s_%(class)s_scope_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"legal paper {self.pk}"


class Naming(models.Model):
    """That a paper expressly names another patient too, or, later, that this was put down by mistake."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    paper = models.ForeignKey(LegalPaper, on_delete=models.PROTECT, related_name="namings")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="+")
    named = models.BooleanField(help_text="The newest row for a patient holds.")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["recorded_at"]

    def __str__(self) -> str:
        return f"naming in a legal paper {self.pk}"


class PaperEntry(models.Model):
    """Counsel's review, the patient's notice, or a response: who, when, which, in words. Later ones come beside it."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    paper = models.ForeignKey(LegalPaper, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    code = models.CharField(max_length=30)
    on = models.DateField()
    name = EncryptedTextField(default="", help_text="Counsel, or whoever was told or answered.")
    words = EncryptedTextField(default="")
    about = models.ForeignKey(
        "people.Patient",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Which of the patients it names was told; empty: the one whose paper it is.",
    )
    release = models.ForeignKey(
        "releases.Release", on_delete=models.PROTECT, null=True, blank=True, related_name="paper_entries"
    )
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["recorded_at"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=EntryKind.values), name="%(app_label)s_%(class)s_kind"),
        ]

    def __str__(self) -> str:
        return f"entry about a legal paper {self.pk}"
