"""What the practice is and the policies it has set."""

import uuid

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from practice.audit.history import keep_history
from practice.infrastructure.fields import EncryptedTextField

from .rules import PlacementTopic


class PracticeProfile(models.Model):
    """The practice as it stands on letters: one row."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(max_length=200)
    address = models.TextField()
    phone = models.CharField(max_length=60)
    privacy_contact_title = models.CharField(max_length=120, default="Privacy officer")
    privacy_contact_name = models.CharField(max_length=200, blank=True)
    privacy_contact_phone = models.CharField(max_length=60)
    log_origin = models.CharField(max_length=120, help_text="Names the disclosure log in its signed checkpoints.")

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="%(app_label)s_%(class)s_one_row"),
        ]

    def __str__(self) -> str:
        return "practice profile"


class PolicySetting(models.Model):
    """One dated value of a policy P-… (rules, section 15). A change is a new row: records name their version."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=10)
    value = models.JSONField()
    from_on = models.DateField()
    reason = models.CharField(max_length=500)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["code", "from_on", "set_at"]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^P-\d\d$"), name="%(app_label)s_%(class)s_code"),
            models.CheckConstraint(condition=Q(reason__regex=r"\S"), name="%(app_label)s_%(class)s_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"policy {self.code} from {self.from_on}"


class PlacementQuestion(models.Model):
    """A clinician asks the compliance officer what belongs in the chart: by kind of information, and nothing else.

    It names no patient, carries no text and says nothing of where it was asked: anybody who writes notes can ask it, at
    any time. The answer is general guidance in the officer's own words.
    """

    append_only = True
    updatable_columns = ("answer", "answered_by", "answered_at", "seen_at")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    topic = models.CharField(max_length=30, choices=PlacementTopic.choices)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    answer = EncryptedTextField(blank=True, default="")
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True, help_text="When the asker read the answer.")

    class Meta:
        default_permissions = ()
        ordering = ["-asked_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["asked_by", "topic"],
                condition=Q(answered_at__isnull=True),
                name="%(app_label)s_%(class)s_one_open",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, seen_at__isnull=True)
                | Q(answered_at__isnull=False, answered_by__isnull=False),
                name="%(app_label)s_%(class)s_answered_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"placement question {self.pk}"


class BusinessAssociate(models.Model):
    """Somebody outside who handles records for the practice (160.103, R-240): who, what for, agreement on file, ended.

    `acts_on_authorizations`: they release or pass on records when a patient has authorized it, so they must be told
    when one is taken back (P-05).
    """

    never_deleted = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    what_for = models.CharField(max_length=300)
    contact = models.TextField(blank=True, help_text="How to reach them.")
    agreement_on = models.DateField(null=True, blank=True, help_text="Day of the signed agreement on file.")
    acts_on_authorizations = models.BooleanField(default=False)
    ended_on = models.DateField(null=True, blank=True, help_text="Last day they worked for the practice.")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["name", "recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(name__regex=r"\S", what_for__regex=r"\S"), name="%(app_label)s_%(class)s_is_described"
            ),
        ]

    def __str__(self) -> str:
        return f"business associate {self.pk}"


auditlog.register(PracticeProfile, include_fields=["privacy_contact_title", "log_origin"])
auditlog.register(PolicySetting, exclude_fields=["reason"])
keep_history(BusinessAssociate, plain=["agreement_on", "acts_on_authorizations", "ended_on"], leave_out=["contact"])
