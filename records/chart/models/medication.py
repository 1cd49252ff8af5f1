"""Medication with its changes, and its monitoring."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.fields import EncryptedTextField

from ..rules.medication import Every, MedicationChange, PrescribedWhere, every_words
from ..rules.partial_days import partial_words
from .base import CANNOT_BE_OPENED, Imported
from .sessions import Encounter


class Medication(Imported):
    """A medication prescribed here or elsewhere. A change, a stop or a correction is a new row that supersedes it."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="medications")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    code_system = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=60, blank=True)
    title = models.CharField(max_length=400)
    status = models.CharField(max_length=40, blank=True)
    intent = models.CharField(max_length=40, blank=True)
    prescriber = models.CharField(max_length=200, blank=True, help_text="Somebody outside, by name.")
    dosage = EncryptedTextField(blank=True, default="")
    started_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    where = models.CharField(max_length=10, choices=PrescribedWhere.choices, blank=True, default="")
    prescribed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    route = EncryptedTextField(null=True, blank=True)  # empty in rows that an import brought
    frequency = EncryptedTextField(null=True, blank=True)
    comment = EncryptedTextField(null=True, blank=True, help_text="Why it was stopped, changed or corrected.")
    change = models.CharField(max_length=10, choices=MedicationChange.choices, default=MedicationChange.STARTED)
    changed_on = models.DateField(null=True, blank=True, help_text="The day from which this row holds.")
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta(Imported.Meta):
        abstract = False
        indexes = [models.Index(fields=["patient", "-started_on"])]
        constraints = [
            *Imported.Meta.constraints,
            models.CheckConstraint(
                condition=Q(change="started") | Q(supersedes__isnull=False),
                name="%(app_label)s_%(class)s_change_of_something",
            ),
            models.CheckConstraint(
                condition=~Q(change="stopped") | Q(ended_on__isnull=False),
                name="%(app_label)s_%(class)s_stopped_with_day",
            ),
        ]

    def __str__(self) -> str:
        return f"medication {self.pk}"

    @property
    def shown_dosage(self) -> str:
        """Dose, route and frequency for a list: what cannot be opened says so, and the list still stands."""
        try:
            return ", ".join(filter(None, [self.dosage, self.route, self.frequency]))
        except Unreadable:
            return CANNOT_BE_OPENED

    @property
    def shown_comment(self) -> str:
        """The reason for a page; what cannot be opened says so."""
        try:
            return self.comment or ""
        except Unreadable:
            return CANNOT_BE_OPENED

    @property
    def shown_prescriber(self) -> str:
        """Who prescribed it: one of us, or the name somebody wrote down."""
        return self.prescribed_by.display_name if self.prescribed_by else self.prescriber

    @property
    def start_words(self) -> str:
        """Since when, as exactly as it is known."""
        return partial_words(self.started_on.isoformat() if self.started_on else self.as_given.get("started_on", ""))

    @property
    def end_words(self) -> str:
        """Until when, as exactly as it is known."""
        return partial_words(self.ended_on.isoformat() if self.ended_on else self.as_given.get("ended_on", ""))


class MonitoringPlan(models.Model):
    """What is looked after while a medication is taken, how often, when first. A new rhythm is a new plan."""

    append_only = True
    updatable_columns = ("ended_on",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    medication = models.ForeignKey(
        Medication, on_delete=models.PROTECT, related_name="monitoring", help_text="The first row of its history."
    )
    what = EncryptedTextField()
    every = models.PositiveSmallIntegerField()
    unit = models.CharField(max_length=10, choices=Every.choices, default=Every.WEEKS)
    first_due_on = models.DateField()
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)
    ended_on = models.DateField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["set_at"]
        constraints = [
            models.CheckConstraint(condition=Q(every__gte=1, every__lte=104), name="%(app_label)s_%(class)s_every"),
        ]

    def __str__(self) -> str:
        return f"monitoring plan {self.pk}"

    @property
    def shown(self) -> str:
        """What is looked after, for a list."""
        try:
            return self.what or ""
        except Unreadable:
            return CANNOT_BE_OPENED

    @property
    def how_often(self) -> str:
        """ "every 12 weeks" """
        return every_words(self.every, self.unit)

    @property
    def due_on(self) -> date | None:
        """When it is due next: after the last time it was done, else first; None once it is ended."""
        if self.ended_on:
            return None
        last = max(self.done.all(), key=lambda done: (done.done_on, done.recorded_at), default=None)
        return last.next_due_on if last else self.first_due_on


class MonitoringDone(models.Model):
    """Monitoring was done: the day, the result, and when it is due again."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(MonitoringPlan, on_delete=models.PROTECT, related_name="done")
    done_on = models.DateField()
    result = EncryptedTextField(blank=True, default="")
    next_due_on = models.DateField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["-done_on", "-recorded_at"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "done_on"], name="%(app_label)s_%(class)s_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"monitoring done {self.pk}"

    @property
    def words(self) -> str:
        """What was looked after for which medication, for a search. Raises Unreadable."""
        return f"{self.plan.what} {self.plan.medication.title}"

    @property
    def shown(self) -> str:
        """The result for a list."""
        try:
            return self.result or ""
        except Unreadable:
            return CANNOT_BE_OPENED
