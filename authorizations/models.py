"""What a patient has agreed to, and what they took back."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from practice.infrastructure.fields import EncryptedBinaryField, EncryptedTextField

from .rules import PnScope, RecordClass, RevocationKind, SignerRole


class Authorization(models.Model):
    """One signed authorization as it was received (elements A1 to A7, statements RS1 to RS4 of 164.508(c)).

    What the paper says is not changed afterwards; what the practice learns later has its own columns
    (`updatable_columns`). The state is derived, never stored.
    """

    append_only = True
    updatable_columns = (
        "event_known_on",
        "event_known_how",
        "known_false_note",
        "known_false_on",
        "copy_given_on",
        "copy_method",
        "recorded_in_error_at",
        "recorded_in_error_reason",
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="authorizations")
    record_classes = ArrayField(models.CharField(max_length=10, choices=RecordClass.choices), default=list)
    combined_with = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    conditioned_on = models.CharField(max_length=300, blank=True)
    # A1
    info_description = EncryptedTextField(blank=True, default="")
    chart_from = models.DateField(null=True, blank=True)
    chart_to = models.DateField(null=True, blank=True)
    pn_scope = models.CharField(max_length=20, choices=PnScope.choices, blank=True)
    pn_originator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    pn_from = models.DateField(null=True, blank=True)
    pn_to = models.DateField(null=True, blank=True)
    pn_session_dates = ArrayField(models.DateField(), default=list, blank=True)
    # A2, A3
    discloser = models.CharField(max_length=300, blank=True)
    recipient_name = models.CharField(max_length=300, blank=True)
    recipient_class = models.CharField(max_length=300, blank=True)
    recipient_address = models.TextField(blank=True)
    # A4, A5
    purpose = EncryptedTextField(blank=True, default="")
    individual_initiated = models.BooleanField(default=False)
    is_research = models.BooleanField(default=False)
    expires_on = models.DateField(null=True, blank=True)
    expires_event = EncryptedTextField(blank=True, default="")
    # A6, A7
    signed_on = models.DateField(null=True, blank=True)
    signature_present = models.BooleanField(default=False)
    signer_role = models.CharField(max_length=30, choices=SignerRole.choices, default=SignerRole.INDIVIDUAL)
    signer_name = models.CharField(max_length=200, blank=True)
    representative = models.ForeignKey(
        "people.PersonalRepresentative", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    authority_description = models.TextField(blank=True)
    # RS1 to RS4
    stmt_revocation = models.BooleanField(default=False)
    stmt_conditioning = models.BooleanField(default=False)
    stmt_redisclosure = models.BooleanField(default=False)
    remuneration_involved = models.BooleanField(default=False)
    stmt_remuneration = models.BooleanField(default=False)
    practice_sought = models.BooleanField(
        default=True, help_text="The practice asked for it (F2: copy to the patient)."
    )
    # the signed paper
    scan = EncryptedBinaryField(null=True, blank=True)
    scan_kind = models.CharField(max_length=10, blank=True)
    scan_sha256 = models.CharField(max_length=64, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    # learned later
    event_known_on = models.DateField(null=True, blank=True)
    event_known_how = models.CharField(max_length=300, blank=True)
    known_false_on = models.DateField(null=True, blank=True)
    known_false_note = EncryptedTextField(blank=True, default="")
    copy_given_on = models.DateField(null=True, blank=True)
    copy_method = models.CharField(max_length=100, blank=True)
    recorded_in_error_at = models.DateTimeField(null=True, blank=True)
    recorded_in_error_reason = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["patient", "-recorded_at"])]

    def __str__(self) -> str:
        return f"authorization {self.pk}"


class Revocation(models.Model):
    """A patient took an authorization back: in writing it ends it, by word of mouth it puts it on hold (P-06)."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authorization = models.ForeignKey(Authorization, on_delete=models.PROTECT, related_name="revocations")
    kind = models.CharField(max_length=10, choices=RevocationKind.choices)
    received_at = models.DateTimeField()
    received_how = models.CharField(max_length=200, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["received_at"]

    def __str__(self) -> str:
        return f"revocation {self.pk}"
