"""Psychotherapy notes: their own database, their own login, row-level security on every table.

No foreign key leaves this database: staff, patients and sessions are plain UUIDs. `login_privileges` is the grid of
logins and tables; the row policies stand in the first migration. Nothing here is registered with the change history.
"""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

APP = "psychotherapy_app"
REVIEW = "psychotherapy_review"
MAINTENANCE = "psychotherapy_maintenance"


class AuthorKey(models.Model):
    """The key of one author, wrapped by the root key. Re-wrapped by the maintenance login when the root key changes."""

    login_privileges: ClassVar[dict[str, tuple[str, ...]]] = {
        APP: ("SELECT", "INSERT"),
        MAINTENANCE: ("SELECT", "UPDATE(root_key_id, wrapped)"),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    author = models.UUIDField(db_index=True)
    root_key_id = models.CharField(max_length=40)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "author key"


class WrappedKey(models.Model):
    """The key of one sealed text, wrapped by its author's key."""

    login_privileges: ClassVar[dict[str, tuple[str, ...]]] = {
        APP: ("SELECT", "INSERT", "DELETE"),
        MAINTENANCE: ("SELECT", "UPDATE(author_key, wrapped)"),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    author = models.UUIDField(db_index=True)
    patients = ArrayField(models.UUIDField(), default=list)
    author_key = models.UUIDField()
    wrapped = models.BinaryField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "wrapped key"


class Draft(models.Model):
    """A note being written: one row, rewritten under a fresh key at each save."""

    login_privileges: ClassVar[dict[str, tuple[str, ...]]] = {APP: ("SELECT", "INSERT", "UPDATE", "DELETE")}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False, help_text="The note's id.")
    author = models.UUIDField(db_index=True)
    patients = ArrayField(models.UUIDField(), default=list)
    session = models.UUIDField(null=True, blank=True)
    session_on = models.DateField()
    addendum_to = models.UUIDField(null=True, blank=True)
    version = models.PositiveIntegerField(
        default=1, help_text="Counts saves; the editor names the one it started from."
    )
    key = models.UUIDField(help_text="The wrapped key of this text.")
    sealed = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "psychotherapy draft"


class DraftBranch(models.Model):
    """A text saved over a newer draft: kept beside it until the author signs or discards."""

    login_privileges: ClassVar[dict[str, tuple[str, ...]]] = {APP: ("SELECT", "INSERT", "DELETE")}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    draft = models.UUIDField(db_index=True)
    author = models.UUIDField(db_index=True)
    patients = ArrayField(models.UUIDField(), default=list)
    base_version = models.PositiveIntegerField()
    key = models.UUIDField()
    sealed = models.BinaryField()
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "psychotherapy draft branch"


class Note(models.Model):
    """A signed psychotherapy note, or a signed addendum to one. Never copied per patient (R-008)."""

    append_only = True
    login_privileges: ClassVar[dict[str, tuple[str, ...]]] = {APP: ("SELECT", "INSERT")}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    author = models.UUIDField(db_index=True)
    patients = ArrayField(models.UUIDField(), default=list, help_text="Everybody the note speaks of.")
    session = models.UUIDField(null=True, blank=True)
    session_on = models.DateField()
    addendum_to = models.UUIDField(null=True, blank=True, db_index=True)
    version = models.PositiveIntegerField(default=1)
    key = models.UUIDField()
    sealed = models.BinaryField()
    sealed_sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    signed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "psychotherapy note"


class TrainingGrant(models.Model):
    """A supervisor or trainee of a training program may read, for named patients, between two instants (R-023)."""

    append_only = True
    login_privileges: ClassVar[dict[str, tuple[str, ...]]] = {APP: ("SELECT", "INSERT"), REVIEW: ("SELECT",)}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    author = models.UUIDField(db_index=True)
    grantee = models.UUIDField(db_index=True)
    patients = ArrayField(models.UUIDField(), default=list)
    program = models.CharField(max_length=200)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    granted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "training grant"


class Event(models.Model):
    """What happened to sealed notes: metadata only, written in the same transaction as the act."""

    append_only = True
    login_privileges: ClassVar[dict[str, tuple[str, ...]]] = {
        APP: ("SELECT", "INSERT"),
        REVIEW: ("SELECT",),
        MAINTENANCE: ("INSERT",),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField(default=timezone.now)
    actor = models.UUIDField(db_index=True)
    author = models.UUIDField(null=True, blank=True, db_index=True, help_text="The author of the notes concerned.")
    note = models.UUIDField(null=True, blank=True, db_index=True)
    kind = models.CharField(max_length=30)
    detail = models.CharField(max_length=100, blank=True, help_text="A code, an id or a hash, never text.")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "psychotherapy event"


class Package(models.Model):
    """A locked release package: bytes that nobody here can open without the recipient's passphrase."""

    login_privileges: ClassVar[dict[str, tuple[str, ...]]] = {
        APP: ("SELECT", "INSERT", "UPDATE(approved_at, withdrawn_at, named_staff)"),
        REVIEW: (
            "SELECT(id, author, patients, authorization_id, items, sha256, size, made_at, approved_at, withdrawn_at)",
        ),
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    author = models.UUIDField(db_index=True)
    patients = ArrayField(models.UUIDField(), default=list)
    patient = models.UUIDField(help_text="Whose release this is.")
    authorization_id = models.UUIDField(null=True, blank=True)
    recipient_name = models.CharField(max_length=300)
    items = models.JSONField(help_text="Session dates and kinds; no text.")
    description = models.CharField(
        max_length=300, help_text='As the ledger will say it: "psychotherapy notes, sessions of ...".'
    )
    notes = ArrayField(models.UUIDField(), default=list)
    key = models.UUIDField()
    locked = models.BinaryField(help_text="The locked PDF, sealed once more at rest.")
    sha256 = models.CharField(max_length=64, help_text="Of the exact bytes handed over.")
    size = models.PositiveIntegerField()
    named_staff = ArrayField(models.UUIDField(), default=list)
    made_at = models.DateTimeField(default=timezone.now)
    approved_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return "sealed package"
