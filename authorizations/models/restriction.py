"""What a patient asked the practice not to use or disclose, and what came of it. Rows are added, never changed."""

import uuid

from auditlog.registry import auditlog
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from practice.infrastructure.fields import EncryptedBinaryField, EncryptedTextField

from ..rules.restrictions import PLAN_USES, RestrictedKind, RestrictedRecipient, RestrictedUse, RestrictionEventKind


def _codes(choices: type[models.TextChoices], *, blank: bool = False) -> ArrayField:
    return ArrayField(models.CharField(max_length=24, choices=choices.choices), default=list, blank=blank)


class Restriction(models.Model):
    """One request as the patient made it (164.522(a)(1)(i)). Whether it binds is derived from its events, never stored.

    Empty recipients, days and kinds mean anybody and everything. `paid_in_full`: the health plan is not to be told of
    what somebody else than the plan paid in full; such a request is agreed to by law (R-221).
    """

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="restrictions")
    representative = models.ForeignKey(
        "people.PersonalRepresentative", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    in_writing = models.BooleanField(default=False)
    received_on = models.DateField(help_text="Practice-local day.")
    words = EncryptedTextField(default="", help_text="What was asked for, in the patient's words.")
    uses = _codes(RestrictedUse)
    recipients = _codes(RestrictedRecipient, blank=True)
    recipient_name = models.CharField(max_length=300, blank=True)
    session_dates = ArrayField(models.DateField(), default=list, blank=True)
    covers_from = models.DateField(null=True, blank=True)
    covers_to = models.DateField(null=True, blank=True)
    kinds = _codes(RestrictedKind, blank=True)
    paid_in_full = models.BooleanField(default=False)
    payment_note = EncryptedTextField(default="", help_text="How it was seen that it was paid.")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["-received_on", "-recorded_at"]
        indexes = [models.Index(fields=["patient", "-received_on"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(uses__contained_by=RestrictedUse.values, uses__len__gt=0),
                name="%(app_label)s_%(class)s_known_uses",
            ),
            models.CheckConstraint(
                condition=Q(recipients__contained_by=RestrictedRecipient.values),
                name="%(app_label)s_%(class)s_known_recipients",
            ),
            models.CheckConstraint(
                condition=Q(kinds__contained_by=RestrictedKind.values), name="%(app_label)s_%(class)s_known_kinds"
            ),
            models.CheckConstraint(
                condition=Q(paid_in_full=False)
                | Q(
                    recipients=[RestrictedRecipient.PAYER],
                    uses__contains=sorted(PLAN_USES),
                    uses__contained_by=sorted(PLAN_USES),
                ),
                name="%(app_label)s_%(class)s_paid_means_the_plan",
            ),
        ]

    def __str__(self) -> str:
        return f"restriction {self.pk}"


class RestrictionEvent(models.Model):
    """One thing that happened to a request: an answer, a letter, an end.

    The practice's no, and its notice that it ends, are refused by the database too for what was paid in full.
    `release` is the release whose recipient, in an emergency, was asked not to use it further.
    """

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=24, choices=RestrictionEventKind.choices)
    happened_on = models.DateField(help_text="Practice-local day.")
    words = EncryptedTextField(default="")
    release = models.UUIDField(null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["happened_on", "recorded_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=RestrictionEventKind.values), name="%(app_label)s_%(class)s_known_kind"
            ),
            models.CheckConstraint(
                condition=Q(release__isnull=True) | Q(kind=RestrictionEventKind.ASKED_NOT_FURTHER),
                name="%(app_label)s_%(class)s_release_of_an_emergency",
            ),
            models.UniqueConstraint(
                fields=["restriction"],
                condition=Q(kind__in=[RestrictionEventKind.AGREED, RestrictionEventKind.NOT_AGREED]),
                name="%(app_label)s_%(class)s_answered_once",
            ),
        ]

    def __str__(self) -> str:
        return f"restriction event {self.pk}"


class RestrictionLetter(models.Model):
    """A letter to the patient about a request, frozen as it was made: the answer, or that the practice ends it."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    restriction = models.ForeignKey(Restriction, on_delete=models.PROTECT, related_name="letters")
    address = models.TextField(blank=True, help_text="Where it goes, as on the envelope.")
    data = EncryptedBinaryField()
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["made_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="%(app_label)s_%(class)s_whole_hash"
            ),
        ]

    def __str__(self) -> str:
        return f"restriction letter {self.pk}"


class RestrictionPaper(models.Model):
    """The scan of what the patient wrote to end a restriction, sealed, as it came in (164.522(a)(2)(i))."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.OneToOneField(RestrictionEvent, on_delete=models.PROTECT, related_name="paper")
    data = EncryptedBinaryField()
    kind = models.CharField(max_length=4, choices=[("pdf", "PDF"), ("jpeg", "JPEG"), ("png", "PNG")])
    size = models.PositiveIntegerField(help_text="Bytes.")
    pages = models.PositiveSmallIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["pdf", "jpeg", "png"]), name="%(app_label)s_%(class)s_kind"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="%(app_label)s_%(class)s_whole_hash"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="%(app_label)s_%(class)s_not_empty"),
        ]

    def __str__(self) -> str:
        return f"restriction paper {self.pk}"


auditlog.register(
    Restriction,
    exclude_fields=["words", "payment_note", "recipient_name", "session_dates", "covers_from", "covers_to", "kinds"],
)
auditlog.register(RestrictionEvent, exclude_fields=["words"])
auditlog.register(RestrictionLetter, exclude_fields=["address", "data"])
auditlog.register(RestrictionPaper, exclude_fields=["data"])
