"""Risk assessments and safety plans."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from practice.infrastructure.fields import EncryptedJSONField, EncryptedTextField


class RiskAssessment(models.Model):
    """What a clinician found about the risk of suicide or harm on a day, and their judgment. It only grows."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="risk_assessments")
    on = models.DateField(help_text="The day of the assessment (practice-local).")
    findings = EncryptedJSONField(help_text="Texts by the keys of RISK_PARTS, and the level.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["patient", "-on"])]

    def __str__(self) -> str:
        return f"risk assessment {self.pk}"


class SafetyPlan(models.Model):
    """One signed version of the patient's safety plan; or, with `ended`, that there is none from here on."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="safety_plans")
    number = models.PositiveIntegerField()
    parts = EncryptedJSONField(help_text="Texts by the keys of PLAN_PARTS; none where it ended.")
    review_on = models.DateField(null=True, blank=True)
    ended = models.BooleanField(default=False)
    reason = EncryptedTextField(blank=True, default="", help_text="Why there is none from here on.")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["patient", "number"], name="%(app_label)s_%(class)s_number"),
            models.CheckConstraint(
                condition=Q(ended=True, review_on__isnull=True) | Q(ended=False, review_on__isnull=False),
                name="%(app_label)s_%(class)s_has_review",
            ),
        ]

    def __str__(self) -> str:
        return f"safety plan {self.pk}"


class SafetyPlanDraft(models.Model):
    """The one draft of a patient's next safety plan, shared by those who treat the patient."""

    patient = models.OneToOneField(
        "people.Patient", on_delete=models.PROTECT, primary_key=True, related_name="safety_plan_draft"
    )
    parts = EncryptedJSONField(default=dict)
    review_on = models.DateField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1, help_text="Counts saves.")
    window = models.CharField(max_length=36, blank=True, default="", help_text="The opened page that saved last.")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"safety plan draft {self.pk}"
