"""Treatment plans: one draft for each patient, signed versions, agreements, reviews, goals worked on in notes."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from practice.infrastructure.fields import EncryptedJSONField, EncryptedTextField
from practice.people.rules import CareRole

from ..rules.treatment import AgreementHow, ReviewCadence, ReviewOutcome
from .notes import ChartNote


class PlanVersion(models.Model):
    """A signed version of a patient's treatment plan. It stands as it is; a change is the next version (R-002)."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="plan_versions")
    number = models.PositiveIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_role = models.CharField(max_length=20, choices=CareRole.choices, help_text="Their part in the care then.")
    on = models.DateField(help_text="The day of signing (practice-local).")
    signed_at = models.DateTimeField(default=timezone.now)
    review_every = models.PositiveSmallIntegerField(choices=ReviewCadence.choices, help_text="Days.")
    content = EncryptedJSONField()

    class Meta:
        default_permissions = ()
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["patient", "number"], name="%(app_label)s_%(class)s_numbered_once"),
        ]

    def __str__(self) -> str:
        return f"treatment plan {self.pk}"


class PlanDraft(models.Model):
    """The next version being written: one row, rewritten, for whoever cares for the patient."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.OneToOneField("people.Patient", on_delete=models.PROTECT, related_name="plan_draft")
    based_on = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    begun_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1, help_text="Counts saves.")
    window = models.CharField(max_length=36, blank=True, default="", help_text="The opened page that saved last.")
    content = EncryptedJSONField()
    begun_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"treatment plan draft {self.pk}"


class PlanDraftBranch(models.Model):
    """A text that was saved over a newer draft: kept beside it until one of the two is chosen."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.ForeignKey(PlanDraft, on_delete=models.CASCADE, related_name="branches")
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    base_version = models.PositiveIntegerField()
    window = models.CharField(max_length=36, blank=True, default="", help_text="The opened page it was typed in.")
    content = EncryptedJSONField()
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"treatment plan draft branch {self.pk}"


class PlanAgreement(models.Model):
    """How the patient, or who acts for the patient, took a version, on a day. A later answer is a further row."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="agreements")
    on = models.DateField()
    how = models.CharField(max_length=10, choices=AgreementHow.choices)
    representative = models.ForeignKey(
        "people.PersonalRepresentative",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Empty: the patient.",
    )
    text = EncryptedTextField(blank=True, default="")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["-on", "-recorded_at"]

    def __str__(self) -> str:
        return f"plan agreement {self.pk}"


class PlanReview(models.Model):
    """A look back at a version on a day: whether it continues, and where each goal stands."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="reviews")
    on = models.DateField()
    outcome = models.CharField(max_length=10, choices=ReviewOutcome.choices)
    progress = EncryptedJSONField(default=dict)
    text = EncryptedTextField(blank=True, default="")
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["-on", "-recorded_at"]

    def __str__(self) -> str:
        return f"plan review {self.pk}"


class GoalWorkedOn(models.Model):
    """A progress note ticks a goal of the plan, as it stood in a version. With the note's signature it stands too."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.ForeignKey(ChartNote, on_delete=models.CASCADE, related_name="goals_worked_on")
    version = models.ForeignKey(PlanVersion, on_delete=models.PROTECT, related_name="+")
    goal_id = models.UUIDField(help_text="The goal's lasting id in the plan.")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["note", "goal_id"], name="%(app_label)s_%(class)s_ticked_once"),
        ]

    def __str__(self) -> str:
        return f"goal worked on {self.pk}"
