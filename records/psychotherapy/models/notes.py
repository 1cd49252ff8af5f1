"""Notes and what is part of them: drafts, attachments, moved sentences, what is left out, orders to destroy."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from ..rules import Direction, Exclusion
from .base import APP, REVIEW, SealedModel


class Draft(SealedModel):
    """A note being written: one row, rewritten under a fresh key at each save. Its id becomes the note's."""

    login_privileges = {APP: ("SELECT", "INSERT", "UPDATE", "DELETE")}

    author = models.UUIDField(db_index=True)
    patients = ArrayField(models.UUIDField(), help_text="Everybody the note speaks of.")
    session = models.UUIDField(null=True, blank=True, db_index=True)
    session_on = models.DateField()
    addendum_to = models.UUIDField(null=True, blank=True)
    version = models.PositiveIntegerField(help_text="Counts saves; the editor names the one it started from.")
    key = models.UUIDField(help_text="The wrapped key of this text.")
    sealed = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta(SealedModel.Meta):
        verbose_name = "psychotherapy draft"


class DraftBranch(SealedModel):
    """A text that was saved over a newer one: kept beside the draft until its author has decided."""

    login_privileges = {APP: ("SELECT", "INSERT", "DELETE")}

    draft = models.UUIDField(db_index=True)
    author = models.UUIDField(db_index=True)
    base_version = models.PositiveIntegerField()
    key = models.UUIDField()
    sealed = models.BinaryField()
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta(SealedModel.Meta):
        verbose_name = "psychotherapy draft branch"


class Attachment(SealedModel):
    """A photograph, drawing or PDF that belongs to a note. Named by the id that draft and note share, so that signing
    seals nothing anew; from then on the row stays.

    Three sealed parts under one key of its own, which the author's key wraps: what it is called and is, the copy that
    is shown, and the file as it came.
    """

    login_privileges = {APP: ("SELECT", "INSERT", "UPDATE(wrapped)", "DELETE")}

    author = models.UUIDField(db_index=True)
    note = models.UUIDField(db_index=True, help_text="The draft, and the note that it becomes.")
    author_key = models.UUIDField()
    wrapped = models.BinaryField(help_text="The key of the three parts; emptied when the note is destroyed.")
    about = models.BinaryField()
    shown = models.BinaryField()
    original = models.BinaryField()
    added_at = models.DateTimeField(default=timezone.now)

    class Meta(SealedModel.Meta):
        verbose_name = "attachment"


class Note(SealedModel):
    """A signed psychotherapy note, or a signed addendum to one. Never copied per patient (R-008), never changed."""

    append_only = True
    login_privileges = {APP: ("SELECT", "INSERT")}

    author = models.UUIDField(db_index=True)
    patients = ArrayField(models.UUIDField(), help_text="Everybody the note speaks of.")
    session = models.UUIDField(null=True, blank=True, db_index=True)
    session_on = models.DateField()
    addendum_to = models.UUIDField(null=True, blank=True, db_index=True)
    version = models.PositiveIntegerField(help_text="The draft version that was read and signed.")
    key = models.UUIDField()
    sealed = models.BinaryField()
    sealed_sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    signed_at = models.DateTimeField(default=timezone.now)

    class Meta(SealedModel.Meta):
        verbose_name = "psychotherapy note"
        indexes = [models.Index(fields=["author", "-session_on"], name="pn_by_author")]


class Moved(SealedModel):
    """Where a sentence of a note went, or came from: it stands here alone, for the author of the note.

    Its id comes of the token of the move, so that a move tried again is made once. No text, and no plain hash of one: a
    short sentence could be guessed from it. `fingerprint` is keyed with the token, which is kept nowhere.
    """

    append_only = True
    login_privileges = {APP: ("SELECT", "INSERT")}

    author = models.UUIDField(db_index=True)
    draft = models.UUIDField(db_index=True, help_text="The draft, and the note that it becomes.")
    chart_note = models.UUIDField(help_text="The progress note at the other end.")
    direction = models.CharField(max_length=3, choices=Direction.choices)
    exclusion = models.CharField(max_length=30, choices=Exclusion.choices, blank=True)
    fingerprint = models.CharField(max_length=64, help_text="Of direction, section, progress note and sentence.")
    at = models.DateTimeField(default=timezone.now)

    class Meta(SealedModel.Meta):
        verbose_name = "moved sentence"


class NoteRedaction(SealedModel):
    """What its author leaves out of a note when it is released for one of its patients (R-008): the author's alone.

    Where the passages stand, and why, is sealed; the note itself never changes. The newest row for a note and a patient
    holds; one without a passage takes the earlier ones back.
    """

    append_only = True
    login_privileges = {APP: ("SELECT", "INSERT")}

    author = models.UUIDField(db_index=True)
    note = models.UUIDField(db_index=True)
    patient = models.UUIDField(help_text="For whose release.")
    key = models.UUIDField()
    sealed = models.BinaryField(help_text="Positions, the reason, and which text they hold for.")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta(SealedModel.Meta):
        verbose_name = "redaction of a note"


class Destruction(SealedModel):
    """The order of an author to destroy a signed note with its addenda: delayed, cancellable, then carried out.

    What is destroyed are the keys; the row of the note stays and says that there was one.
    """

    never_deleted = True
    login_privileges = {APP: ("SELECT", "INSERT", "UPDATE(cancelled_at, destroyed_at)"), REVIEW: ("SELECT",)}

    author = models.UUIDField(db_index=True)
    note = models.UUIDField(db_index=True)
    ordered_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(help_text="Before this no key can be deleted.")
    cancelled_at = models.DateTimeField(null=True, blank=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    class Meta(SealedModel.Meta):
        verbose_name = "order of destruction"
        constraints = [
            models.UniqueConstraint(
                fields=["note"],
                condition=models.Q(cancelled_at__isnull=True),
                name="%(app_label)s_%(class)s_one_order",
            ),
            models.CheckConstraint(
                condition=models.Q(cancelled_at__isnull=True) | models.Q(destroyed_at__isnull=True),
                name="%(app_label)s_%(class)s_cancelled_or_done",
            ),
        ]
