"""Note formats, notes, texts kept beside a draft, addenda."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.fields import EncryptedJSONField, EncryptedTextField

from ..rules.notes import NoteState, is_late_entry
from .base import CANNOT_BE_OPENED
from .sessions import Encounter

OWN = "own-"


class NoteFormat(models.Model):
    """The sections of a note, as data. A change is a new version, by name, sections or retirement: rows never change.

    What a practice made for itself names who made it and what it was copied from.
    """

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=60)
    sections = models.JSONField(help_text="List of {key, label, hint}, some with kind, choices and required.")
    position = models.PositiveSmallIntegerField(default=0)
    occasional = models.BooleanField(default=False, help_text="Not proposed for the next session: intake, summaries.")
    retired = models.BooleanField(default=False, help_text="No longer offered for new notes.")
    copied_from = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="%(app_label)s_%(class)s_once"),
        ]

    def __str__(self) -> str:
        return f"note format {self.code} {self.version}"

    @property
    def keys(self) -> list[str]:
        """The keys of its sections, in their order."""
        return [section["key"] for section in self.sections]

    @property
    def is_own(self) -> bool:
        """Whether the practice made it, from a copy: those that come with the product are only retired."""
        return self.code.startswith(OWN)


class ChartNote(models.Model):
    """A note of the chart. A draft is one row, rewritten; once signed the database refuses every change.

    After that only the state moves, and only as actions and triggers allow: co-signed, returned, cancelled.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="chart_notes")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, null=True, blank=True, related_name="notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="chart_notes")
    format = models.ForeignKey(NoteFormat, on_delete=models.PROTECT, related_name="+")
    on = models.DateField(help_text="The day the note is about (practice-local).")
    state = models.CharField(max_length=10, choices=NoteState.choices, default=NoteState.DRAFT)
    version = models.PositiveIntegerField(default=1, help_text="Counts saves of the draft.")
    window = models.CharField(max_length=36, blank=True, default="", help_text="The opened page that saved last.")
    sections = EncryptedJSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)
    signed_at = models.DateTimeField(null=True, blank=True)
    written_at = models.DateTimeField(null=True, blank=True, help_text="When its first word was saved.")
    late_reason = EncryptedTextField(null=True, blank=True, help_text="Why a late entry is late, if its author said.")
    carried = models.JSONField(
        default=dict, blank=True, help_text="Sections brought over: {key: {note, on, edited}}, never text."
    )

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["patient", "-on"]),
            models.Index(fields=["author", "state"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", signed_at__isnull=True)
                | Q(state__in=["awaiting", "signed", "cancelled"], signed_at__isnull=False),
                name="%(app_label)s_%(class)s_signed_with_time",
            ),
        ]

    def __str__(self) -> str:
        return f"chart note {self.pk}"

    @property
    def title(self) -> str:
        """What it is called: a progress note, or by its format where that is for occasions (intake, summary)."""
        return self.format.name if self.format.occasional else "Progress note"

    @property
    def is_draft(self) -> bool:
        """Whether it can still be written in."""
        return self.state == NoteState.DRAFT

    @property
    def is_late(self) -> bool:
        """Whether its first word was saved more than a day after the session (or the day) it is about."""
        session = self.encounter
        happened = (session.stopped_at or session.started_at) if session else self.on
        return is_late_entry(happened, timezone.localtime(self.written_at) if self.written_at else None)

    @property
    def opening(self) -> str:
        """What is written, in one line for a list; a note that cannot be opened says so, and the list still stands."""
        try:
            return " ".join(text for key in self.format.keys if (text := self.sections.get(key, "")))
        except Unreadable:
            return CANNOT_BE_OPENED


class ChartDraftBranch(models.Model):
    """A text that was saved over a newer draft: kept beside it until the note is signed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.ForeignKey(ChartNote, on_delete=models.CASCADE, related_name="branches")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    base_version = models.PositiveIntegerField()
    window = models.CharField(max_length=36, blank=True, default="", help_text="The opened page it was typed in.")
    sections = EncryptedJSONField(default=dict)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"chart draft branch {self.pk}"


class ChartAddendum(models.Model):
    """A signed addition to a signed note."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.ForeignKey(ChartNote, on_delete=models.PROTECT, related_name="addenda")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = EncryptedTextField()
    by_trainee = models.BooleanField(default=False, help_text="Its author was under supervision for this patient.")
    signed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["signed_at"]

    def __str__(self) -> str:
        return f"addendum {self.pk}"
