"""Diagnoses with their history, and what is observed beside them."""

import uuid
from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from practice.infrastructure.envelope import Unreadable
from practice.infrastructure.fields import EncryptedTextField

from ..rules.diagnoses import ClinicalStatus, ObservationKind, Verification
from ..rules.partial_days import first_day, partial_words
from .base import CANNOT_BE_OPENED, Imported
from .sessions import Encounter


class Diagnosis(Imported):
    """A condition with its code and onset. Where it stands is in its history (`DiagnosisStatus`).

    What an import brought keeps the status it came with until somebody here says more; such a row may be given an
    ICD-10-CM code by a row of its own that stands for it.
    """

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="diagnoses")
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    code_system = models.CharField(max_length=120, blank=True)
    code = models.CharField(max_length=60, blank=True)
    release_label = models.CharField(
        max_length=10, blank=True, default="", help_text="Of ICD-10-CM, where chosen here."
    )
    title = models.CharField(max_length=400)
    clinical_status = models.CharField(max_length=40, blank=True, help_text="As imported; the history decides.")
    verification_status = models.CharField(max_length=40, blank=True, help_text="As imported.")
    onset_on = models.DateField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True)
    recorded_on = models.DateField(null=True, blank=True)
    stands_for = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="coded_as", help_text="An imported row."
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta(Imported.Meta):
        abstract = False
        indexes = [models.Index(fields=["patient", "-onset_on"])]

    def __str__(self) -> str:
        return f"diagnosis {self.pk}"

    @property
    def onset_words(self) -> str:
        """When it began, as exactly as it is known; "" where it is not."""
        return partial_words(self.onset_on.isoformat() if self.onset_on else self.as_given.get("onset_on", ""))

    @property
    def first_onset_day(self) -> date | None:
        """The first day its onset can mean."""
        return self.onset_on or first_day(self.as_given.get("onset_on", ""))


class DiagnosisStatus(models.Model):
    """One line of a diagnosis's history. Lines are only added; the newest is the current one.

    The database holds that at most one line of a diagnosis is current, that at most one diagnosis of a patient is the
    primary one and is in force, and at the end of every transaction that one is, where any is in force.
    """

    append_only = True
    updatable_columns = ("current",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    diagnosis = models.ForeignKey(Diagnosis, on_delete=models.PROTECT, related_name="history")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="+")
    status = models.CharField(max_length=20, choices=ClinicalStatus.choices)
    verification = models.CharField(max_length=20, choices=Verification.choices)
    primary = models.BooleanField(default=False)
    on = models.DateField(help_text="The day from which this holds.")
    comment = EncryptedTextField(blank=True, default="")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    current = models.BooleanField(default=True)

    class Meta:
        default_permissions = ()
        ordering = ["recorded_at"]
        indexes = [models.Index(fields=["patient", "-on"])]
        constraints = [
            models.UniqueConstraint(
                fields=["diagnosis"], condition=Q(current=True), name="%(app_label)s_%(class)s_one_current"
            ),
            models.UniqueConstraint(
                fields=["patient"], condition=Q(current=True, primary=True), name="%(app_label)s_%(class)s_one_primary"
            ),
            models.CheckConstraint(
                condition=Q(primary=False) | Q(status__in=["active", "partial_remission", "full_remission"]),
                name="%(app_label)s_%(class)s_primary_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"diagnosis status {self.pk}"

    @property
    def words(self) -> str:
        """What is said of which diagnosis, for a search: "F41.1 Generalized anxiety disorder, resolved"."""
        return f"{self.diagnosis.code} {self.diagnosis.title}, {self.get_status_display()}".lstrip()

    @property
    def shown_comment(self) -> str:
        """The comment for a page; one that cannot be opened says so, and the page still stands."""
        try:
            return self.comment or ""
        except Unreadable:
            return CANNOT_BE_OPENED


class Observation(models.Model):
    """Symptoms, functional status or prognosis as of a day. A mistake is corrected by an entry that takes its place."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="observations")
    kind = models.CharField(max_length=20, choices=ObservationKind.choices)
    on = models.DateField()
    text = EncryptedTextField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["patient", "kind", "-on"])]

    def __str__(self) -> str:
        return f"observation {self.pk}"

    @property
    def shown(self) -> str:
        """The text for a list; one that cannot be opened says so, and the list still stands."""
        try:
            return self.text or ""
        except Unreadable:
            return CANNOT_BE_OPENED
