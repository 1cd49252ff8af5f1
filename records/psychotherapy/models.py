"""Psychotherapy notes: their own database, their own logins, row-level security on every table.

No foreign key leaves this database: staff, patients and sessions are plain UUIDs. `login_privileges` is the grid of
logins and tables; the row policies and the triggers stand in migration 0002. Nothing here is registered with the change
history, and nothing outside `vault` touches these classes.
"""

import uuid
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from .compelled_rules import LONGEST_SOLO_WAIT_DAYS, SHORTEST_SOLO_WAIT_DAYS
from .compelled_rules import CompelledStep as CompelledStepKind
from .custody_rules import LONGEST_WAIT_DAYS, SHORTEST_WAIT_DAYS, CustodyReason, Opening
from .rules import Direction, EventKind, Exclusion, Subject

APP = "psychotherapy_app"
REVIEW = "psychotherapy_review"
MAINTENANCE = "psychotherapy_maintenance"

Privileges = dict[str, tuple[str, ...]]


class SealedModel(models.Model):
    """What every table here shares: an opaque id, and no permission that would name the table elsewhere."""

    login_privileges: ClassVar[Privileges] = {}

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class AuthorKey(SealedModel):
    """The key of one author, wrapped by the root key. The newest wraps; older ones open what they wrapped."""

    login_privileges = {APP: ("SELECT", "INSERT"), MAINTENANCE: ("SELECT", "UPDATE(root_key_id, wrapped)")}

    author = models.UUIDField(db_index=True)
    root_key_id = models.CharField(max_length=40)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(SealedModel.Meta):
        verbose_name = "author key"


class WrappedKey(SealedModel):
    """The key of one sealed text, wrapped by its author's key; of a package, by the root key.

    A package is opened by the staff named for its hand-over, who have no part in its author's key.
    """

    login_privileges = {
        APP: ("SELECT", "INSERT", "DELETE"),
        MAINTENANCE: ("SELECT", "UPDATE(author_key, root_key_id, wrapped)"),
    }

    author = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=10, choices=Subject.choices)
    subject = models.UUIDField(db_index=True, help_text="The draft, branch, note or package that it opens.")
    author_key = models.UUIDField(null=True, blank=True)
    root_key_id = models.CharField(max_length=40, blank=True)
    wrapped = models.BinaryField()

    class Meta(SealedModel.Meta):
        verbose_name = "wrapped key"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="package", author_key__isnull=True) & ~models.Q(root_key_id="")
                | ~models.Q(kind="package") & models.Q(author_key__isnull=False, root_key_id=""),
                name="%(app_label)s_%(class)s_wrapped_once",
            ),
        ]


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


class TrainingGrant(SealedModel):
    """The author lets one supervisor or trainee of a training program read signed notes, between two instants.

    R-023: program, supervisor, trainee, patients and days of the sessions, purpose. 45 CFR 164.508(a)(2)(i)(B).
    It ends by itself; taken back earlier, it has a second row that names it in `ends`.
    """

    append_only = True
    login_privileges = {APP: ("SELECT", "INSERT"), REVIEW: ("SELECT",)}

    author = models.UUIDField(db_index=True)
    grantee = models.UUIDField(db_index=True)
    patients = ArrayField(models.UUIDField(), help_text="Every patient of a note must be named here.")
    sessions_from = models.DateField()
    sessions_to = models.DateField()
    program = models.CharField(max_length=200)
    skill_area = models.CharField(max_length=100)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    granted_at = models.DateTimeField(default=timezone.now)
    ends = models.UUIDField(null=True, blank=True, help_text="The grant that this row takes back.")

    class Meta(SealedModel.Meta):
        verbose_name = "training grant"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="%(app_label)s_%(class)s_ends_after_start"
            ),
            # of one author: whoever was given a grant must not be able to stand in the way of its end
            models.UniqueConstraint(fields=["author", "ends"], name="%(app_label)s_%(class)s_taken_back_once"),
            models.CheckConstraint(
                condition=~models.Q(grantee=models.F("author")), name="%(app_label)s_%(class)s_to_somebody_else"
            ),
        ]


class Custody(SealedModel):
    """A transfer of custody over one author's notes, whether there are any or not: who proposed, who confirms, to whom.

    One row is its whole story; a trigger lets each step happen once, in order, by the right person, at the database's
    own time. Custody is not reading: what it opens is in `CustodyOpening`.
    """

    never_deleted = True
    login_privileges = {
        APP: ("SELECT", "INSERT", "UPDATE(confirmed_at, confirmed_reason, taken_at, stopped_at, stopped_by)"),
        REVIEW: ("SELECT",),
    }

    author = models.UUIDField(db_index=True)
    custodian = models.UUIDField(db_index=True)
    proposed_by = models.UUIDField()
    second = models.UUIDField(help_text="Who confirms.")
    reason = models.CharField(max_length=20, choices=CustodyReason.choices)
    contact = models.CharField(max_length=300, blank=True, help_text="How an outside custodian is reached.")
    waits_days = models.PositiveSmallIntegerField(help_text="From the confirmation.")
    proposed_at = models.DateTimeField(default=timezone.now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_reason = models.CharField(max_length=20, blank=True, choices=CustodyReason.choices)
    taken_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.UUIDField(null=True, blank=True)

    class Meta(SealedModel.Meta):
        verbose_name = "transfer of custody"
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(custodian=models.F("author")) & ~models.Q(second=models.F("author")),
                name="%(app_label)s_%(class)s_to_somebody_else",
            ),
            models.CheckConstraint(
                condition=~models.Q(proposed_by=models.F("second")) & ~models.Q(proposed_by=models.F("custodian")),
                name="%(app_label)s_%(class)s_two_people",
            ),
            models.CheckConstraint(
                condition=models.Q(reason="in_advance", proposed_by=models.F("author"), second=models.F("custodian"))
                | ~models.Q(reason="in_advance")
                & ~models.Q(proposed_by=models.F("author"))
                & ~models.Q(second=models.F("custodian")),
                name="%(app_label)s_%(class)s_alone_only_in_advance",
            ),
            models.CheckConstraint(
                condition=models.Q(waits_days__range=(SHORTEST_WAIT_DAYS, LONGEST_WAIT_DAYS)),
                name="%(app_label)s_%(class)s_waits",
            ),
        ]


class CustodyOpening(SealedModel):
    """What a custodian opened: for one transaction, for one authorization, written down before anything opens.

    The database's row policies open an author's rows to the custodian only under an opening that this very transaction
    wrote. `index` shows which sessions there are notes of and no key; `package` lets the named notes be rendered.
    """

    append_only = True
    login_privileges = {APP: ("SELECT", "INSERT"), REVIEW: ("SELECT",)}

    custody = models.UUIDField(db_index=True)
    author = models.UUIDField()
    opened_by = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Opening.choices)
    ground = models.UUIDField(help_text="The authorization that asks for the notes.")
    patient = models.UUIDField()
    notes = ArrayField(models.UUIDField(), default=list, blank=True)
    package = models.UUIDField(null=True, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    in_transaction = models.BigIntegerField(default=0, help_text="Set by the database.")

    class Meta(SealedModel.Meta):
        verbose_name = "opening in custody"


class Compelled(SealedModel):
    """A release that a legal paper compels, as the first of two people began it, whether there are notes or not.

    Never changed: what the second person confirms is what the first began. `ground` is the paper, which stands in the
    practice's database. `seed` makes the two parts of the passphrase, wrapped by the root key and bound to this row.
    """

    append_only = True
    login_privileges = {
        APP: ("SELECT", "INSERT"),
        REVIEW: (
            "SELECT(id, author, patient, ground, paper_kind, session_days, sessions_from, sessions_to, started_by, "
            "second, waits_days, recipient_name, named_staff, started_at)",
        ),
    }

    author = models.UUIDField(db_index=True)
    patient = models.UUIDField()
    ground = models.UUIDField(help_text="The legal paper.")
    paper_kind = models.CharField(max_length=40, help_text="A code.")
    session_days = ArrayField(models.DateField(), default=list, blank=True)
    sessions_from = models.DateField(null=True, blank=True)
    sessions_to = models.DateField(null=True, blank=True)
    started_by = models.UUIDField()
    second = models.UUIDField(null=True, blank=True, help_text="Who confirms; empty in a solo practice.")
    waits_days = models.PositiveSmallIntegerField(default=0, help_text="In a solo practice, from the start.")
    recipient_name = models.CharField(max_length=300)
    named_staff = ArrayField(models.UUIDField())
    seed_root_key = models.CharField(max_length=40)
    seed = models.BinaryField()
    started_at = models.DateTimeField(default=timezone.now, help_text="Set by the database.")

    class Meta(SealedModel.Meta):
        verbose_name = "compelled release"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(second__isnull=False, waits_days=0) & ~models.Q(second=models.F("started_by"))
                | models.Q(
                    second__isnull=True,
                    started_by=models.F("author"),
                    waits_days__range=(SHORTEST_SOLO_WAIT_DAYS, LONGEST_SOLO_WAIT_DAYS),
                ),
                name="%(app_label)s_%(class)s_two_or_own_and_later",
            ),
            models.CheckConstraint(
                condition=~models.Q(session_days=[])
                | models.Q(
                    sessions_from__isnull=False,
                    sessions_to__isnull=False,
                    sessions_to__gte=models.F("sessions_from"),
                ),
                name="%(app_label)s_%(class)s_names_sessions",
            ),
        ]


class CompelledStep(SealedModel):
    """What happened to a compelled release since: confirmed by the second person, stopped, packed, found empty."""

    append_only = True
    login_privileges = {APP: ("SELECT", "INSERT"), REVIEW: ("SELECT",)}

    compelled = models.UUIDField(db_index=True)
    kind = models.CharField(max_length=10, choices=CompelledStepKind.choices)
    by = models.UUIDField()
    package = models.UUIDField(null=True, blank=True)
    others_left_out = models.BooleanField(default=False, help_text="Notes that also speak of others stayed out.")
    at = models.DateTimeField(default=timezone.now, help_text="Set by the database.")

    class Meta(SealedModel.Meta):
        verbose_name = "step of a compelled release"
        constraints = [
            models.UniqueConstraint(fields=["compelled", "kind"], name="%(app_label)s_%(class)s_once"),
        ]


class CompelledOpening(SealedModel):
    """What one of the two opened: for one transaction, and only while the packing runs. Shown to nobody.

    As with `CustodyOpening`, the row policies open an author's rows only under an opening that this very transaction
    wrote, and the database takes one only when both people have done their part.
    """

    append_only = True
    login_privileges = {APP: ("SELECT", "INSERT"), REVIEW: ("SELECT",)}

    compelled = models.UUIDField(db_index=True)
    opened_by = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Opening.choices)
    package = models.UUIDField(null=True, blank=True)
    opened_at = models.DateTimeField(default=timezone.now)
    in_transaction = models.BigIntegerField(default=0, help_text="Set by the database.")

    class Meta(SealedModel.Meta):
        verbose_name = "opening for a compelled release"


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


class Event(SealedModel):
    """What happened to sealed notes: metadata only, written in the same transaction as the act."""

    append_only = True
    login_privileges = {APP: ("SELECT", "INSERT"), REVIEW: ("SELECT",), MAINTENANCE: ("INSERT",)}

    at = models.DateTimeField(default=timezone.now)
    actor = models.UUIDField(null=True, blank=True, db_index=True, help_text="Empty for work on keys.")
    kind = models.CharField(max_length=30, choices=EventKind.choices)
    author = models.UUIDField(null=True, blank=True, db_index=True, help_text="The author of the notes concerned.")
    note = models.UUIDField(null=True, blank=True, db_index=True)
    package = models.UUIDField(null=True, blank=True, db_index=True)
    detail = models.CharField(max_length=100, blank=True, help_text="A code, an id or a hash, never text.")

    class Meta(SealedModel.Meta):
        verbose_name = "psychotherapy event"


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


class Package(SealedModel):
    """A locked release package: a PDF that opens with a passphrase kept nowhere here, sealed once more at rest."""

    login_privileges = {
        APP: ("SELECT", "INSERT", "UPDATE(withdrawn_at)"),
        REVIEW: (
            "SELECT(id, author, patient, authorization_id, notes, session_days, sha256, size, named_staff, made_at, "
            "approved_by, approved_at, hand_over_until, withdrawn_at, compelled)",
        ),
    }

    author = models.UUIDField(db_index=True)
    patient = models.UUIDField(help_text="Whose release this is.")
    authorization_id = models.UUIDField()
    recipient_name = models.CharField(max_length=300)
    description = models.CharField(max_length=300, help_text="As the ledger will say it: session dates, no content.")
    notes = ArrayField(models.UUIDField())
    session_days = ArrayField(models.DateField(), help_text="The session of each note, in the order of `notes`.")
    speaks_of = models.JSONField(default=dict, help_text="By note: the other patients it speaks of, by their ids.")
    key = models.UUIDField()
    sealed = models.BinaryField(help_text="The locked PDF, sealed.")
    sha256 = models.CharField(max_length=64, help_text="Of the exact bytes handed over, before sealing.")
    size = models.PositiveIntegerField()
    named_staff = ArrayField(models.UUIDField())
    made_at = models.DateTimeField(default=timezone.now)
    approved_by = models.UUIDField(null=True, blank=True, help_text="The custodian; empty when it was the author.")
    approved_at = models.DateTimeField()
    hand_over_until = models.DateTimeField(help_text="After this the named staff cannot reach it any more.")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    compelled = models.UUIDField(null=True, blank=True, help_text="The compelled release it was made for.")
    claim = models.BinaryField(
        null=True, blank=True, help_text="Without an authorization: what its author documented, sealed as the file is."
    )

    class Meta(SealedModel.Meta):
        verbose_name = "sealed package"
