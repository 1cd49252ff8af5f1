"""How a prepared authorization was signed: who, what they saw and put there, and who knew them (R-058, R-144)."""

import uuid

from auditlog.registry import auditlog
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from practice.infrastructure.fields import EncryptedBinaryField, EncryptedJSONField, EncryptedTextField

from ..rules import SignerRole
from ..rules.choices import IdentityCheck, SignatureMark, SignatureWay
from ..rules.signing import ELEMENTS
from .authorization import Authorization

ELECTRONIC = Q(way__in=[SignatureWay.TABLET, SignatureWay.LINK])


class Signature(models.Model):
    """The one signature under a prepared form; with it a draft is signed. The form itself stays as it was prepared.

    `document_sha256` is of the text that was shown, or of the scan. `not_on_paper` are the elements that the scan of a
    signed paper lacks. `recorded_by` is nobody where the signer was alone with their own device.
    """

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authorization = models.OneToOneField(Authorization, on_delete=models.PROTECT, related_name="signature")
    way = models.CharField(max_length=8, choices=SignatureWay.choices)
    mark = models.CharField(max_length=8, choices=SignatureMark.choices)
    signed_on = models.DateField(null=True, blank=True, help_text="Practice-local; empty where a paper has no date.")
    signed_at = models.DateTimeField(null=True, blank=True)
    zone = models.CharField(max_length=60, blank=True, help_text="The zone in which the signer was shown the time.")
    signer_role = models.CharField(max_length=30, choices=SignerRole.choices)
    signer_name = models.CharField(max_length=300)
    representative = models.ForeignKey(
        "people.PersonalRepresentative", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    authority_description = EncryptedTextField(blank=True, default="")
    intent_words = models.TextField(blank=True, help_text="The attestation of the form, as long as it is.")
    consent_words = models.CharField(max_length=300, blank=True, help_text="To signing electronically.")
    identity_checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    identity_how = models.CharField(max_length=20, choices=IdentityCheck.choices)
    document_sha256 = models.CharField(max_length=64)
    not_on_paper = ArrayField(models.CharField(max_length=4), default=list, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    device = models.CharField(max_length=300, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(way=SignatureWay.PAPER, mark=SignatureMark.HAND)
                | Q(
                    ELECTRONIC,
                    ~Q(mark=SignatureMark.HAND) & ~Q(intent_words="") & ~Q(consent_words="") & ~Q(zone=""),
                    signed_at__isnull=False,
                    signed_on__isnull=False,
                    not_on_paper=[],
                ),
                name="%(app_label)s_%(class)s_says_how",
            ),
            models.CheckConstraint(
                condition=Q(not_on_paper__contained_by=list(ELEMENTS)), name="%(app_label)s_%(class)s_known_elements"
            ),
            models.CheckConstraint(
                condition=Q(document_sha256__regex=r"^[0-9a-f]{64}$"), name="%(app_label)s_%(class)s_whole_hash"
            ),
            models.CheckConstraint(
                condition=Q(recorded_by__isnull=False) | Q(way=SignatureWay.LINK),
                name="%(app_label)s_%(class)s_recorded_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"signature {self.pk}"


class SignedDocument(models.Model):
    """What was signed on a screen, frozen: the text that was shown, the mark put under it, and the PDF of both."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    signature = models.OneToOneField(Signature, on_delete=models.PROTECT, related_name="document")
    shown = EncryptedTextField()
    typed = EncryptedTextField(blank=True, default="")
    drawn = EncryptedJSONField(default=list)
    pdf = EncryptedBinaryField()
    size = models.PositiveIntegerField(help_text="Bytes of the PDF.")
    pdf_sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(pdf_sha256__regex=r"^[0-9a-f]{64}$"), name="%(app_label)s_%(class)s_whole_hash"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="%(app_label)s_%(class)s_not_empty"),
        ]

    def __str__(self) -> str:
        return f"signed document {self.pk}"


auditlog.register(Signature, exclude_fields=["signer_name", "authority_description", "ip", "device"])
auditlog.register(SignedDocument, exclude_fields=["shown", "typed", "drawn", "pdf"])
