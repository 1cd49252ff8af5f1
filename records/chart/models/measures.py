"""Measures: what was answered, what was entered in error, who was alarmed, what was done, and what repeats."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from practice.infrastructure.fields import EncryptedJSONField, EncryptedTextField

from ..rules import measures as rules


class Measure(models.Model):
    """One measure as it was answered. The answers are encrypted; the score can be asked for."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="measures")
    code = models.CharField(max_length=20)
    version = models.PositiveSmallIntegerField()
    taken_at = models.DateTimeField()
    answers = EncryptedJSONField(help_text="The place of the chosen option by the key of the item.")
    total = models.PositiveSmallIntegerField(null=True, blank=True, help_text="None while a scored item is missing.")
    alarm = models.BooleanField(default=False, help_text="A thought of death or self-harm was marked.")
    by_patient = models.BooleanField(default=False, help_text="Answered by the patient on a handed-over screen.")
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", help_text="Or who handed the screen over."
    )
    entered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["patient", "code", "-taken_at"]),
            models.Index(fields=["patient"], condition=Q(alarm=True), name="chart_measure_alarms"),
        ]

    def __str__(self) -> str:
        return f"measure {self.pk}"

    @property
    def definition(self) -> rules.Definition:
        """The version it was answered by."""
        return rules.definition(self.code, self.version)

    @property
    def title(self) -> str:
        """What the measure is called: "PHQ-9"."""
        return self.definition.title

    @property
    def band(self) -> str:
        """What the total is called: "moderate"; "" without a total."""
        return "" if self.total is None else self.definition.band_of(self.total)

    @property
    def words(self) -> str:
        """The score in words: "14 (moderate)", or "no total"."""
        return f"{self.total} ({self.band})" if self.total is not None else "no total"


class MeasureInError(models.Model):
    """A measure that was entered in error: it stays, no longer counts, and says why and what took its place."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    measure = models.OneToOneField(Measure, on_delete=models.PROTECT, related_name="in_error")
    replaced_by = models.OneToOneField(
        Measure, on_delete=models.PROTECT, null=True, blank=True, related_name="replaces"
    )
    reason = EncryptedTextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(replaced_by__isnull=True) | ~Q(replaced_by=models.F("measure")),
                name="%(app_label)s_%(class)s_not_by_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"measure in error {self.pk}"


class MeasureAlarm(models.Model):
    """Who was called when a thought of death or self-harm was marked: one row for each clinician, each with a task."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="alarms")
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["measure", "staff"], name="%(app_label)s_%(class)s_once"),
        ]

    def __str__(self) -> str:
        return f"measure alarm {self.pk}"


class AlarmAnswer(models.Model):
    """What a clinician did about the alarm of a measure. With it the alarm is answered, for everybody."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    measure = models.OneToOneField(Measure, on_delete=models.PROTECT, related_name="alarm_answer")
    did = EncryptedJSONField(help_text="List of AlarmAct.")
    note = EncryptedTextField(blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"alarm answer {self.pk}"


class MeasureRepeat(models.Model):
    """A measure is to be taken every n weeks, from a day on; the newest row of a measure holds, and 0 ends it."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="measure_repeats")
    code = models.CharField(max_length=20)
    every_weeks = models.PositiveSmallIntegerField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(every_weeks__lte=rules.MOST_WEEKS), name="%(app_label)s_%(class)s_within_a_year"
            ),
        ]

    def __str__(self) -> str:
        return f"measure repeat {self.pk}"
