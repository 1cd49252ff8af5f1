"""The practice's own authorization forms: their words in versions, and what counsel said about each."""

import uuid

from auditlog.registry import auditlog
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from practice.infrastructure.days import local_date

from ..rules.form_versions import FormKind, Review, ReviewOutcome


class FormVersion(models.Model):
    """The words of one form as they were at a time; written once. Version 1 of each kind comes with the product."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=10, choices=FormKind.choices)
    number = models.PositiveIntegerField()
    texts = models.JSONField(help_text="By the keys of `rules.wording`.")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", help_text="Null: came along."
    )
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["kind", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="%(app_label)s_%(class)s_numbered"),
            models.CheckConstraint(condition=Q(kind__in=FormKind.values), name="%(app_label)s_%(class)s_known_kind"),
            models.CheckConstraint(condition=Q(number__gt=0), name="%(app_label)s_%(class)s_from_one"),
        ]

    def __str__(self) -> str:
        return f"form {self.code}"

    @property
    def code(self) -> str:
        """What stands in the foot of the paper: "PN-3", "CR-1"."""
        return f"{'PN' if self.kind == FormKind.PN else 'CR'}-{self.number}"

    @property
    def title(self) -> str:
        return str(self.texts.get("title", ""))

    def said(self) -> list[Review]:
        """What counsel said about it, as recorded."""
        rows = self.reviews.all()
        return [
            Review(row.reviewed_on, ReviewOutcome(row.outcome), local_date(row.recorded_at), row.recorded_at)
            for row in rows
        ]


class FormReview(models.Model):
    """Counsel read one version and said whether it may be used (P-22). A yearly review is one more of these."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    version = models.ForeignKey(FormVersion, on_delete=models.PROTECT, related_name="reviews")
    outcome = models.CharField(max_length=14, choices=ReviewOutcome.choices)
    counsel = models.CharField(max_length=200, help_text="Name and office of the lawyer.")
    reviewed_on = models.DateField()
    file_note = models.CharField(max_length=500, help_text="Where counsel's answer is kept.")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome__in=ReviewOutcome.values), name="%(app_label)s_%(class)s_known_outcome"
            ),
            models.CheckConstraint(
                condition=~Q(counsel="") & ~Q(file_note=""), name="%(app_label)s_%(class)s_names_counsel_and_note"
            ),
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"


auditlog.register(FormVersion, exclude_fields=["texts"])
auditlog.register(FormReview)
