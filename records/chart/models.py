"""The general chart: sessions, progress notes, and what was imported."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.fields import EncryptedJSONField, EncryptedTextField

from .rules import Modality, NoteState, ResultCategory, SessionKind, shown_value

CANNOT_BE_OPENED = "Cannot be opened. It is kept unchanged; tell your administrator."


class Imported(models.Model):
    """Where an imported row came from, so that importing again changes nothing twice."""

    source_system = models.CharField(
        max_length=640, blank=True, default="", help_text="The patient's record there: system and number."
    )
    source_id = models.CharField(max_length=200, blank=True, default="")
    as_given = models.JSONField(
        default=dict, blank=True, help_text='Days that were given as less than a day: {"onset_on": "2011-05"}.'
    )

    class Meta:
        abstract = True
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["source_system", "source_id"],
                condition=~Q(source_id=""),
                name="%(app_label)s_%(class)s_imported_once",
            ),
        ]


class Encounter(Imported):
    """A meeting with one or more patients ("session" on screen): start, stop, modality, participants (R-002)."""

    # A session is never deleted; its times are corrected until a signed note stands on it (actions.correct_session).
    append_only = True
    updatable_columns = ("kind", "modality", "started_at", "stopped_at", "others_present")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinician = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="encounters"
    )
    outside_clinician = models.CharField(max_length=200, blank=True, help_text="Named by an imported record.")
    kind = models.CharField(max_length=20, choices=SessionKind.choices, default=SessionKind.INDIVIDUAL)
    modality = models.CharField(max_length=20, choices=Modality.choices, default=Modality.IN_PERSON)
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    others_present = EncryptedTextField(blank=True, default="", help_text="Who else was there, without a chart here.")
    title = models.CharField(max_length=400, blank=True)
    code = models.CharField(max_length=60, blank=True)
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta(Imported.Meta):
        abstract = False
        indexes = [models.Index(fields=["clinician", "-started_at"])]
        constraints = [
            *Imported.Meta.constraints,
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(stopped_at__gte=F("started_at")),
                name="%(app_label)s_%(class)s_stops_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"session {self.pk}"


class Participation(models.Model):
    """A patient took part in a session."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="participations")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="participations")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["encounter", "patient"], name="%(app_label)s_%(class)s_once"),
        ]

    def __str__(self) -> str:
        return f"participation {self.pk}"


class NoteFormat(models.Model):
    """The sections of a progress note, as data: SOAP, DAP, BIRP, free form. A change is a new version."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(max_length=60)
    sections = models.JSONField(help_text="List of {key, label, hint}.")
    position = models.PositiveSmallIntegerField(default=0)

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


class ChartNote(models.Model):
    """A progress note. A draft is one row, rewritten; once signed the database refuses every change."""

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

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["patient", "-on"]),
            models.Index(fields=["author", "state"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state="draft", signed_at__isnull=True) | Q(state="signed", signed_at__isnull=False),
                name="%(app_label)s_%(class)s_signed_with_time",
            ),
        ]

    def __str__(self) -> str:
        return f"chart note {self.pk}"

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
    signed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["signed_at"]

    def __str__(self) -> str:
        return f"addendum {self.pk}"


class Diagnosis(Imported):
    """A condition with its code, onset and status."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="diagnoses")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    code_system = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=400)
    clinical_status = models.CharField(max_length=40, blank=True)
    verification_status = models.CharField(max_length=40, blank=True)
    onset_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    recorded_on = models.DateField(null=True, blank=True)

    class Meta(Imported.Meta):
        abstract = False
        indexes = [models.Index(fields=["patient", "-onset_on"])]

    def __str__(self) -> str:
        return f"diagnosis {self.pk}"


class Medication(Imported):
    """A medication prescribed here or elsewhere."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="medications")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    code_system = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=400)
    status = models.CharField(max_length=40, blank=True)
    intent = models.CharField(max_length=40, blank=True)
    prescriber = models.CharField(max_length=200, blank=True)
    dosage = EncryptedTextField(blank=True, default="")
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)

    class Meta(Imported.Meta):
        abstract = False
        indexes = [models.Index(fields=["patient", "-started_on"])]

    def __str__(self) -> str:
        return f"medication {self.pk}"

    @property
    def shown_dosage(self) -> str:
        """The dosage for a list: one that cannot be opened says so, and the list still stands."""
        try:
            return self.dosage or ""
        except Unreadable:
            return CANNOT_BE_OPENED


class CarePlan(Imported):
    """A plan of care as imported: its kind, its dates and its activities."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="care_plans")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=400)
    status = models.CharField(max_length=40, blank=True)
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    activities = EncryptedJSONField(default=list)

    class Meta(Imported.Meta):
        abstract = False
        indexes = [models.Index(fields=["patient", "-started_on"])]

    def __str__(self) -> str:
        return f"care plan {self.pk}"


class Result(Imported):
    """A dated result: questionnaire, vital sign, laboratory value or social history."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="results")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    category = models.CharField(max_length=20, choices=ResultCategory.choices)
    code_system = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=400)
    taken_at = models.DateTimeField()
    number = models.DecimalField(max_digits=36, decimal_places=18, null=True, blank=True)
    unit = models.CharField(max_length=60, blank=True)
    text = EncryptedTextField(blank=True, default="")
    components = EncryptedJSONField(default=list)

    class Meta(Imported.Meta):
        abstract = False
        indexes = [models.Index(fields=["patient", "category", "-taken_at"])]

    def __str__(self) -> str:
        return f"result {self.pk}"

    @property
    def shown(self) -> str:
        """The value as people read it: "182.93 cm", "< 5 mg/dL", "Never smoker"; components in their order."""
        try:
            return shown_value(self.number, self.unit, self.text or "", self.components or [])
        except Unreadable:
            return CANNOT_BE_OPENED
