"""What a patient has agreed to, and what happened to it since. Rows are added, never changed."""

import uuid

from auditlog.registry import auditlog
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from practice.infrastructure.fields import EncryptedBinaryField, EncryptedTextField

from ..rules import (
    REPEATABLE,
    CombinedWith,
    ConditionedOn,
    ConditioningGround,
    ConditioningStatement,
    EventKind,
    MinorRule,
    PnScope,
    RecordClass,
    SignatureMethod,
    SignerRole,
)
from ..rules.preparing import InfoKind


class Authorization(models.Model):
    """One authorization as the paper says it: elements A1 to A7, statements RS1 to RS4 (164.508(c)).

    The state is derived (R-061), never stored. What the practice learns later is an `AuthorizationEvent`. A paper with
    defects is recorded all the same: it is evidence of what the patient signed.
    """

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="authorizations")
    # A1: the information. Sessions are named by date, never by note: nothing here may show that notes exist.
    record_classes = ArrayField(models.CharField(max_length=10, choices=RecordClass.choices), default=list)
    info_description = EncryptedTextField(blank=True, default="")
    covers_from = models.DateField(null=True, blank=True)
    covers_to = models.DateField(null=True, blank=True)
    pn_scope = models.CharField(max_length=20, choices=PnScope.choices, blank=True)
    pn_originator = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    pn_session_dates = ArrayField(models.DateField(), default=list, blank=True)
    info_kinds = ArrayField(models.CharField(max_length=12, choices=InfoKind.choices), default=list, blank=True)
    # A2, A3: from whom, to whom
    discloser = models.CharField(max_length=300, blank=True)
    recipient_name = models.CharField(max_length=300, blank=True)
    recipient_class = models.CharField(max_length=300, blank=True)
    recipient_address = models.TextField(blank=True)
    # A4, A5: what for, until when
    purpose = EncryptedTextField(blank=True, default="")
    individual_initiated = models.BooleanField(default=False)
    research = models.BooleanField(default=False)
    expires_on = models.DateField(null=True, blank=True)
    expires_event = EncryptedTextField(blank=True, default="")
    expires_event_relates = models.BooleanField(default=False)
    # A6, A7: who signed
    signature_method = models.CharField(max_length=12, choices=SignatureMethod.choices, blank=True)
    signed_on = models.DateField(null=True, blank=True)
    signer_role = models.CharField(max_length=30, choices=SignerRole.choices, default=SignerRole.INDIVIDUAL)
    signer_name = models.CharField(max_length=300, blank=True)
    name_confirmed = models.BooleanField(
        default=False, help_text="The name is written so on the paper, and somebody found it to be the same person."
    )
    representative = models.ForeignKey(
        "people.PersonalRepresentative", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    authority_description = EncryptedTextField(blank=True, default="")
    minor_rule = models.CharField(max_length=12, choices=MinorRule.choices, blank=True)
    # RS1 to RS4: the statements
    stmt_revocation = models.BooleanField(default=False)
    stmt_conditioning = models.CharField(max_length=20, choices=ConditioningStatement.choices, blank=True)
    stmt_redisclosure = models.BooleanField(default=False)
    remuneration_applies = models.BooleanField(default=False)
    stmt_remuneration = models.BooleanField(default=False)
    # D4: what it is joined with, what depends on it
    combined_with = ArrayField(models.CharField(max_length=30, choices=CombinedWith.choices), default=list, blank=True)
    conditioned_on = models.CharField(max_length=20, choices=ConditionedOn.choices, blank=True)
    conditioning_ground = models.CharField(max_length=20, choices=ConditioningGround.choices, blank=True)
    # where it came from; the version is null for a paper of somebody else's making
    template_version = models.ForeignKey(
        "authorizations.FormVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    prepared_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="followers")
    received_at = models.DateTimeField(default=timezone.now)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["-received_at"]
        indexes = [models.Index(fields=["patient", "-received_at"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(record_classes__contained_by=RecordClass.values),
                name="%(app_label)s_%(class)s_known_records",
            ),
            models.CheckConstraint(
                condition=Q(info_kinds__contained_by=InfoKind.values), name="%(app_label)s_%(class)s_known_marks"
            ),
            models.CheckConstraint(
                condition=Q(received_at__lte=models.F("recorded_at")), name="%(app_label)s_%(class)s_received_first"
            ),
        ]

    def __str__(self) -> str:
        return f"authorization {self.pk}"


class SignedPaper(models.Model):
    """The scan of a signed paper, sealed: the form, or what the patient wrote about it later.

    Kept as it came in; shown as pictures of its pages, drawn in a process of its own.
    """

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authorization = models.ForeignKey(Authorization, on_delete=models.PROTECT, related_name="papers")
    data = EncryptedBinaryField()
    event = models.ForeignKey(
        "authorizations.AuthorizationEvent",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="papers",
        help_text="What it tells, when it is not the signed form: a revocation, or to go on after all.",
    )
    to_compare = models.BooleanField(
        default=False, help_text="It came in after what it says had been entered: somebody holds them together."
    )
    kind = models.CharField(max_length=4, choices=[("pdf", "PDF"), ("jpeg", "JPEG"), ("png", "PNG")])
    size = models.PositiveIntegerField(help_text="Bytes.")
    pages = models.PositiveSmallIntegerField(default=1)
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
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
        return f"signed paper {self.pk}"

    @property
    def numbers(self) -> range:
        """The numbers of its pages."""
        return range(1, self.pages + 1)


class AuthorizationEvent(models.Model):
    """One thing that happened to an authorization: a revocation, an event known, a copy given.

    `happened_on` is the practice-local day; a revocation also has the instant it was received, because what was handed
    over a minute earlier stands (R-052, R-053). `holds` says that an oral revocation stops releases (P-06) until the
    patient writes: to take it back, or to go on after all (`HOLD_LIFTED`). `occurred_on` is the day an event that ends
    it happened in the world, where that is known; what counts is `happened_on`, when the practice learned of it.
    """

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    authorization = models.ForeignKey(Authorization, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=24, choices=EventKind.choices)
    happened_on = models.DateField()
    received_at = models.DateTimeField(null=True, blank=True)
    occurred_on = models.DateField(null=True, blank=True)
    how = EncryptedTextField(default="")
    holds = models.BooleanField(default=False)
    policy_version = models.UUIDField(null=True, blank=True, help_text="The P-06 setting that decided `holds`.")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Nobody where a signer took the copy by the link.",
    )
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["happened_on", "received_at", "recorded_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["authorization", "kind"],
                condition=~Q(kind__in=sorted(REPEATABLE)),
                name="%(app_label)s_%(class)s_each_kind_once",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[EventKind.WRITTEN_REVOCATION, EventKind.ORAL_REVOCATION, EventKind.HOLD_LIFTED])
                | Q(received_at__isnull=False),
                name="%(app_label)s_%(class)s_revoked_at_a_minute",
            ),
            models.CheckConstraint(
                condition=Q(received_at__isnull=True) | Q(received_at__lte=models.F("recorded_at")),
                name="%(app_label)s_%(class)s_received_before_recorded",
            ),
            models.CheckConstraint(
                condition=Q(holds=False) | Q(kind=EventKind.ORAL_REVOCATION),
                name="%(app_label)s_%(class)s_only_a_call_holds",
            ),
            models.CheckConstraint(
                condition=Q(recorded_by__isnull=False) | Q(kind__in=[EventKind.COPY_GIVEN, EventKind.SIGNING_DECLINED]),
                name="%(app_label)s_%(class)s_recorded_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(occurred_on__isnull=True)
                | Q(kind=EventKind.EXPIRY_EVENT_KNOWN, occurred_on__lte=models.F("happened_on")),
                name="%(app_label)s_%(class)s_occurred_before_known",
            ),
        ]

    def __str__(self) -> str:
        return f"authorization event {self.pk}"


# names, addresses, free text and sealed fields stay out of the change history
auditlog.register(
    Authorization,
    exclude_fields=[
        "info_description",
        "recipient_name",
        "recipient_class",
        "recipient_address",
        "discloser",
        "purpose",
        "expires_event",
        "signer_name",
        "authority_description",
        "pn_session_dates",
    ],
)
auditlog.register(SignedPaper, exclude_fields=["data"])
auditlog.register(AuthorizationEvent, exclude_fields=["how"])
