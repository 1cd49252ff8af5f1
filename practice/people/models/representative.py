"""Those who act for a patient, and what shows that they may."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from practice.audit.history import keep_history
from practice.infrastructure.fields import EncryptedBinaryField, EncryptedTextField

from ..rules import Periods, RepresentativeKind, declined_periods
from .patient import Patient
from .staff import Staff


class PersonalRepresentative(models.Model):
    """A person with legal authority to act for the patient (R-145); never deleted, ended by date."""

    never_deleted = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="representatives")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=30, choices=RepresentativeKind.choices)
    authority = models.TextField(
        help_text="What gives the authority, for example letters of guardianship and their date."
    )
    phone = models.CharField(max_length=60, blank=True)
    address = models.TextField(blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="%(app_label)s_%(class)s_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"personal representative {self.pk}"

    @property
    def declined(self) -> Periods:
        """When the practice did not recognize this person."""
        return declined_periods((one.decided_on, one.declined) for one in self.decisions.all())


class RepresentativeDecision(models.Model):
    """A clinician's decision not to treat somebody as the individual (164.502(g)(5)), or to do so again, and why."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    representative = models.ForeignKey(PersonalRepresentative, on_delete=models.PROTECT, related_name="decisions")
    declined = models.BooleanField(help_text="No longer recognized from this day on; false takes that back.")
    reason = EncryptedTextField()
    decided_on = models.DateField()
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["decided_at"]

    def __str__(self) -> str:
        return f"representative decision {self.pk}"

    @property
    def patient_id(self) -> uuid.UUID:
        """Whose record the change history puts it in."""
        return self.representative.patient_id


class RepresentativePaper(models.Model):
    """The document that shows a representative's authority (R-144), sealed; kept as it came in, never rendered."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    representative = models.ForeignKey(PersonalRepresentative, on_delete=models.PROTECT, related_name="papers")
    data = EncryptedBinaryField()
    kind = models.CharField(max_length=4, choices=[("pdf", "PDF"), ("jpeg", "JPEG"), ("png", "PNG")])
    size = models.PositiveIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["added_at"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["pdf", "jpeg", "png"]), name="%(app_label)s_%(class)s_kind"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="%(app_label)s_%(class)s_whole_hash"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="%(app_label)s_%(class)s_not_empty"),
        ]

    def __str__(self) -> str:
        return f"representative paper {self.pk}"


keep_history(PersonalRepresentative, plain=["id", "patient", "kind", "from_on", "until_on"])
keep_history(
    RepresentativeDecision,
    plain=["id", "representative", "declined", "decided_on", "decided_by", "decided_at"],
    leave_out=["reason"],
)
keep_history(
    RepresentativePaper,
    plain=["id", "representative", "kind", "size", "sha256", "added_by", "added_at"],
    leave_out=["data"],
)
