"""The disclosure ledger: an append-only Merkle log, its signed checkpoints, and the accountings issued from it."""

import json
import uuid
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property

from disclosures.ledger.entries import EntryKind
from practice.infrastructure.fields import EncryptedBinaryField, EncryptedJSONField


class Entry(models.Model):
    """One leaf of the log. `body` is the public canonical JSON that the leaf hashes; `internal` never leaves.

    The typed columns are derived from the body for queries; verification compares them with it.
    """

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    index = models.BigIntegerField(unique=True, help_text="Leaf index: gap-free, given under the lock.")
    kind = models.CharField(max_length=20, choices=EntryKind.choices)
    body = models.TextField()
    internal = models.TextField()
    recorded_at = models.DateTimeField()
    # derived
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, null=True, related_name="ledger_entries")
    disclosed_on = models.DateField(null=True)
    basis = models.CharField(max_length=40, blank=True)
    includes_pn = models.BooleanField(default=False)
    rule_accountable = models.BooleanField(default=False)
    artefact_sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    release_id = models.UUIDField(null=True, db_index=True)
    about = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="later")

    class Meta:
        default_permissions = ()
        verbose_name_plural = "entries"
        ordering = ["index"]
        indexes = [models.Index(fields=["patient", "disclosed_on"])]

    def __str__(self) -> str:
        return f"ledger entry {self.index}"

    @cached_property
    def public(self) -> dict[str, Any]:
        """The body as values."""
        value: dict[str, Any] = json.loads(self.body)
        return value

    @cached_property
    def private(self) -> dict[str, Any]:
        """The internal text as values; never leaves the practice."""
        value: dict[str, Any] = json.loads(self.internal)
        return value


class Node(models.Model):
    """The hash of a complete subtree (RFC 6962), leaves included, so that a proof is a few index reads."""

    append_only = True

    id = models.BigAutoField(primary_key=True)
    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.BinaryField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["level", "index"], name="%(app_label)s_%(class)s_once"),
        ]

    def __str__(self) -> str:
        return f"node {self.level}/{self.index}"


class Checkpoint(models.Model):
    """A signed statement of the log's size and root, also written to a file outside the database."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    size = models.BigIntegerField(unique=True)
    root = models.BinaryField()
    note = models.TextField(help_text="The signed text as exported.")
    signed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["size"]

    def __str__(self) -> str:
        return f"checkpoint {self.size}"


class Verification(models.Model):
    """That the ledger was verified, when, up to which size, and what was found."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=timezone.now)
    size = models.BigIntegerField()
    ok = models.BooleanField()
    finding = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"verification {self.pk}"


class Accounting(models.Model):
    """An accounting as it was issued (R-101): frozen bytes, decisions per entry, and the checkpoint they stand on."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(max_length=20, unique=True)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="accountings")
    requested_on = models.DateField()
    received_on = models.DateField()
    window_from = models.DateField()
    window_to = models.DateField()
    provided_on = models.DateField()
    due_on = models.DateField()
    free = models.BooleanField(default=True, help_text="The first in its twelve months: free by right.")
    entries_listed = models.PositiveIntegerField()
    pn_authors = ArrayField(
        models.UUIDField(),
        default=list,
        help_text="Authors of the psychotherapy notes it speaks of; no others read it.",
    )
    lists_pn = models.BooleanField(default=False)
    decisions = EncryptedJSONField(default=list)
    policies = models.JSONField(default=dict)
    pdf = EncryptedBinaryField()
    pdf_sha256 = models.CharField(max_length=64)
    data = EncryptedBinaryField(help_text="accounting.json: the rows, their proofs and the checkpoint.")
    data_sha256 = models.CharField(max_length=64)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, null=True, related_name="+")
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["patient", "-prepared_at"])]

    def __str__(self) -> str:
        return f"accounting {self.number}"
