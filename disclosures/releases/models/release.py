"""A release: from what was chosen to what was handed over, and what was recorded after the fact."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from authorizations.rules import RecordClass
from disclosures.ledger.rules import Basis
from practice.audit.history import keep_history
from practice.infrastructure.fields import EncryptedBinaryField, EncryptedJSONField, EncryptedTextField
from practice.worklist.rules import TaskKind

from ..rules import CameBack, LegalProcess, Method, PNException, RecipientKind, ReleaseState, TreatmentOverride

SHA256 = r"^[0-9a-f]{64}$"


class Release(models.Model):
    """What leaves, to whom, why and on what basis; from COMMITTED on its ledger entry stands.

    A release of psychotherapy notes has a row here only when it is committed (or recorded by its author): until then
    it lives with the notes. `package` is then the id of the package there, and nothing else of it is kept here.
    """

    never_deleted = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20, unique=True)
    record_class = models.CharField(max_length=10, choices=RecordClass.choices)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="releases")
    state = models.CharField(max_length=20, choices=ReleaseState.choices)
    # on what ground
    basis = models.CharField(max_length=40, choices=Basis.choices)
    exception = models.CharField(max_length=40, choices=PNException.choices, blank=True)
    process = models.CharField(max_length=40, choices=LegalProcess.choices, blank=True)
    authorization = models.ForeignKey(
        "authorizations.Authorization", on_delete=models.PROTECT, null=True, blank=True, related_name="releases"
    )
    facts = EncryptedJSONField(default=dict, help_text="What the basis asks to be documented.")
    # called emergency treatment (164.522(a)(1)(iii)), for which a restriction and P-14 give way: why, who, when
    emergency = models.BooleanField(default=False)
    emergency_why = EncryptedTextField(default="")
    emergency_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    emergency_at = models.DateTimeField(null=True, blank=True)
    treatment_permission = EncryptedTextField(default="")
    # sharing with an outside provider before the patient's permission is on file (P-14): why, who, when
    override_code = models.CharField(max_length=20, choices=TreatmentOverride.choices, blank=True)
    override_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    override_at = models.DateTimeField(null=True, blank=True)
    override_reason = EncryptedTextField(default="", help_text="What else is to be said of it.")
    authority = EncryptedTextField(default="")
    counsel_review = EncryptedTextField(default="")
    # to whom and what for
    recipient_name = models.CharField(max_length=300)
    recipient_kind = models.CharField(max_length=40, choices=RecipientKind.choices)
    recipient_address = models.TextField(blank=True)
    identity_verified = EncryptedTextField(default="")
    purpose = EncryptedTextField(default="")
    description = EncryptedTextField(default="", help_text="What was given, as the ledger says it; no content.")
    method = models.CharField(max_length=20, choices=Method.choices)
    fax_number = models.CharField(max_length=40, blank=True, help_text="As it was dialled.")
    # how much
    whole_chart = models.BooleanField(default=False, help_text="As good as all of it (R-185).")
    every_item = models.BooleanField(default=False, help_text="All of it, without exception.")
    with_data = models.BooleanField(default=False, help_text="The whole chart as FHIR R4 inside the file too.")
    justification = EncryptedTextField(default="")
    smallest_set_confirmed = models.BooleanField(default=False)
    # who and when
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(default=timezone.now)
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    committed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    committed_at = models.DateTimeField(null=True, blank=True)
    disclosed_on = models.DateField(null=True, blank=True, help_text="Practice-local day.")
    served_at = models.DateTimeField(null=True, blank=True, help_text="When the first byte was given out.")
    sent_whole_at = models.DateTimeField(
        null=True, blank=True, help_text="When the last byte of a download had gone out."
    )
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_on = models.DateField(null=True, blank=True, help_text="The day it arrived or came back.")
    receipt = EncryptedTextField(default="")
    end_reason = EncryptedTextField(default="")
    came_back = models.CharField(max_length=10, choices=CameBack.choices, blank=True)
    after_return = EncryptedTextField(default="", help_text="What was done once it came back or did not leave.")
    # what was frozen and what the gate said
    package = models.UUIDField(null=True, blank=True, unique=True)
    sha256 = models.CharField(max_length=64, blank=True, help_text="Of the exact bytes handed over.")
    verdict = models.JSONField(default=dict, blank=True, help_text="The gate's last answer: codes only.")
    # a warning that was entered in a minute, and completed afterwards
    minimum_entry = models.BooleanField(default=False)
    completed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["state", "-prepared_at"]), models.Index(fields=["patient", "-prepared_at"])]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ReleaseState.values), name="%(app_label)s_%(class)s_state"),
            models.CheckConstraint(
                condition=~Q(state__in=[ReleaseState.COMMITTED, ReleaseState.DELIVERED, ReleaseState.NOT_DELIVERED])
                | Q(
                    committed_by__isnull=False,
                    committed_at__isnull=False,
                    approved_at__isnull=False,
                    disclosed_on__isnull=False,
                    sha256__regex=SHA256,
                ),
                name="%(app_label)s_%(class)s_committed_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[ReleaseState.DELIVERED, ReleaseState.NOT_DELIVERED])
                | Q(closed_by__isnull=False, closed_at__isnull=False),
                name="%(app_label)s_%(class)s_closed_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(came_back="") | Q(state=ReleaseState.NOT_DELIVERED),
                name="%(app_label)s_%(class)s_came_back_undelivered",
            ),
            models.CheckConstraint(
                condition=Q(served_at__isnull=True) | Q(committed_at__isnull=False),
                name="%(app_label)s_%(class)s_served_after_commit",
            ),
            models.CheckConstraint(
                condition=~Q(record_class=RecordClass.PN)
                | Q(
                    state__in=[
                        ReleaseState.COMMITTED,
                        ReleaseState.DELIVERED,
                        ReleaseState.NOT_DELIVERED,
                        ReleaseState.RECORDED,
                    ]
                ),
                name="%(app_label)s_%(class)s_notes_show_when_committed",
            ),
            models.CheckConstraint(
                condition=Q(override_code="", override_by__isnull=True, override_at__isnull=True)
                | (~Q(override_code="") & Q(override_by__isnull=False, override_at__isnull=False)),
                name="%(app_label)s_%(class)s_override_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(minimum_entry=False) | Q(state=ReleaseState.RECORDED),
                name="%(app_label)s_%(class)s_minimum_is_recorded",
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True, completed_by__isnull=True)
                | Q(completed_at__isnull=False, completed_by__isnull=False, minimum_entry=True),
                name="%(app_label)s_%(class)s_completed_by_somebody",
            ),
            models.CheckConstraint(
                condition=~Q(recipient_name__regex=r"^\s*$"), name="%(app_label)s_%(class)s_to_somebody"
            ),
        ]

    def __str__(self) -> str:
        return f"release {self.pk}"

    @property
    def awaits_completion(self) -> bool:
        """Whether only the minimum of a warning stands here, and the rest is still to be written."""
        return self.minimum_entry and self.completed_at is None

    @property
    def is_notes(self) -> bool:
        """Whether psychotherapy notes leave."""
        return self.record_class == RecordClass.PN

    @property
    def handed_over_by(self) -> Any:
        """Who gets the package and hands it over: whoever entered that, or who took it over last; None before."""
        others = list(self.taken_over.all())
        return others[-1].by if others else self.committed_by

    @property
    def unsettled(self) -> TaskKind | None:
        """What somebody is asked for once it ended without reaching its recipient; None when nothing is, or any more.

        A hand-over that was stopped before anything was given out, or a release that whoever prepared it took back,
        asks for nothing.
        """
        if self.after_return:
            return None
        if self.came_back:
            return TaskKind.RELEASE_RETURNED
        if self.state == ReleaseState.NOT_DELIVERED and self.served_at:
            return TaskKind.RELEASE_FAILED
        if self.state == ReleaseState.WITHDRAWN and self.closed_by_id != self.prepared_by_id:
            return TaskKind.RELEASE_TURNED_DOWN
        return None


class ReleaseItem(models.Model):
    """One document of the chart that was chosen: its kind, id, date and title, never its text."""

    never_deleted = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=30)
    object_id = models.UUIDField()
    on = models.DateField(null=True, blank=True)
    title = EncryptedTextField(default="")
    removed = models.BooleanField(default=False, help_text="Left out by the clinician who approved.")
    as_approved: Any = EncryptedJSONField(default=dict, help_text="Hashes by which it is known again as it was read.")

    class Meta:
        default_permissions = ()
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["release", "kind", "object_id"], name="%(app_label)s_%(class)s_once"),
        ]

    def __str__(self) -> str:
        return f"release item {self.pk}"


class ChartPackage(models.Model):
    """The frozen bytes of a chart release, encrypted at rest, with the hash of exactly what is handed over."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    release = models.ForeignKey(Release, on_delete=models.PROTECT, related_name="packages")
    content = EncryptedBinaryField()
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="Bytes.")
    pages = models.PositiveIntegerField()
    locked = models.BooleanField(default=False, help_text="Opens with a passphrase that is not kept here.")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["made_at"]
        constraints = [
            models.CheckConstraint(condition=Q(size__gt=0), name="%(app_label)s_%(class)s_not_empty"),
            models.CheckConstraint(condition=Q(sha256__regex=SHA256), name="%(app_label)s_%(class)s_whole_hash"),
        ]

    def __str__(self) -> str:
        return f"chart package {self.pk}"


# Codes, days and links are kept with their values, names and addresses only as changed; encrypted fields are not named.
keep_history(
    Release,
    plain=[
        "number", "record_class", "state", "basis", "exception", "process", "emergency", "method", "whole_chart",
        "every_item", "with_data",
        "recipient_kind", "smallest_set_confirmed", "approved_at", "committed_at", "disclosed_on", "served_at",
        "sent_whole_at", "closed_at", "closed_on", "came_back", "package", "sha256", "override_code", "override_at",
        "emergency_at", "minimum_entry", "completed_at",
    ],
    leave_out=[
        "facts", "treatment_permission", "override_reason", "emergency_why", "authority", "counsel_review",
        "identity_verified", "purpose", "description", "justification", "receipt", "end_reason", "after_return",
    ],
)  # fmt: skip
keep_history(ReleaseItem, plain=["kind", "object_id", "on", "removed"], leave_out=["title", "as_approved"])
keep_history(ChartPackage, plain=["sha256", "size", "locked"], leave_out=["content"])
