"""A link that opens one thing for one person without an account."""

import uuid
from datetime import datetime

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from practice.audit.history import keep_history

from .rules import GRACE, CodeGiven, LinkClosed, LinkPurpose

WHOLE_HASH = r"^[0-9a-f]{64}$"


class Link(models.Model):
    """One link: what it opens, for whom, and what became of it. Token, code and pass are kept as hashes only.

    A row here never tells whether psychotherapy notes exist: packages of them leave no row in this database before
    they are handed over, so there are no links to them.
    """

    append_only = True
    updatable_columns = (
        "failed", "passed_at", "pass_hash", "left_passes", "pass_until", "used_at", "served", "closed_at", "closed_why",
        "closed_by",
    )  # fmt: skip

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    purpose = models.CharField(max_length=10, choices=LinkPurpose.choices)
    subject_id = models.UUIDField(help_text="The authorization to sign, or the release to download.")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="+")
    representative = models.ForeignKey(
        "people.PersonalRepresentative", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    token_hash = models.CharField(max_length=64, unique=True)
    code_hash = models.CharField(max_length=64)
    code_given = models.CharField(max_length=10, choices=CodeGiven.choices)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    failed = models.PositiveSmallIntegerField(default=0)
    passed_at = models.DateTimeField(null=True, blank=True)
    pass_hash = models.CharField(max_length=64, blank=True)
    left_passes = ArrayField(
        models.CharField(max_length=64),
        default=list,
        blank=True,
        help_text="Hashes of the passes that another device took over: those devices may be told so.",
    )
    pass_until = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    served = models.PositiveSmallIntegerField(default=0)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_why = models.CharField(max_length=20, choices=LinkClosed.choices, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        default_permissions = ()
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["subject_id"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("made_at")), name="%(app_label)s_%(class)s_ends"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_why="") | (Q(closed_at__isnull=False) & ~Q(closed_why="")),
                name="%(app_label)s_%(class)s_closed_why",
            ),
            models.CheckConstraint(
                condition=Q(token_hash__regex=WHOLE_HASH, code_hash__regex=WHOLE_HASH),
                name="%(app_label)s_%(class)s_hashes",
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.pk}"

    def may_be_answered(self, now: datetime) -> bool:
        """Whether the right answers would open it."""
        return self.closed_at is None and self.used_at is None and now < self.expires_at

    def is_passed(self, now: datetime) -> bool:
        """Whether whoever holds its pass may go on; after its use, for as long as a broken download takes."""
        if self.closed_at or not self.pass_hash or self.pass_until is None or now >= self.pass_until:
            return False
        return self.used_at is None or (self.purpose == LinkPurpose.DOWNLOAD and now < self.used_at + GRACE)

    def is_finished(self, now: datetime) -> bool:
        """Whether the browser that used it may still look at what came of it."""
        return bool(self.pass_hash and self.used_at and not self.closed_at and now < self.used_at + GRACE)

    @property
    def state_words(self) -> str:
        """Where it stands, for staff."""
        now = timezone.now()
        if self.used_at:
            return "Used"
        if self.closed_at:
            return LinkClosed(self.closed_why).label
        if now >= self.expires_at:
            return "Expired without being used"
        return "Opened, not finished yet" if self.passed_at else "Waiting to be opened"


keep_history(
    Link,
    plain=[
        "purpose", "subject_id", "patient", "code_given", "expires_at", "failed", "passed_at", "used_at", "closed_at",
        "closed_why",
    ],
    leave_out=["token_hash", "code_hash", "pass_hash", "left_passes"],
)  # fmt: skip
