"""Sessions, who took part in them, and what a group's notes share."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from practice.infrastructure.fields import EncryptedTextField

from ..rules.sessions import Attendance, CancelReason, Modality, SessionKind, SessionState
from .base import Imported


class Encounter(Imported):
    """A meeting with one or more patients ("session" on screen): start, stop, modality, participants (R-002).

    A planned one has not taken place: its times are intentions, until somebody says how it went.
    """

    # A session is never deleted; it is corrected or struck out while no signed note stands on it (correct_session).
    append_only = True
    updatable_columns = (
        "kind",
        "modality",
        "started_at",
        "stopped_at",
        "others_present",
        "state",
        "times_as_planned",
        "cancel_reason",
        "cancel_words",
    )

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
    state = models.CharField(max_length=10, choices=SessionState.choices, default=SessionState.RECORDED)
    times_as_planned = models.BooleanField(
        default=False, help_text="The times on record were planned, and nobody has confirmed them yet."
    )
    copied_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="copies", help_text="Copied forward from."
    )
    cancel_reason = models.CharField(max_length=10, choices=CancelReason.choices, blank=True, default="")
    cancel_words = EncryptedTextField(null=True, blank=True)

    class Meta(Imported.Meta):
        abstract = False
        indexes = [models.Index(fields=["clinician", "-started_at"])]
        constraints = [
            *Imported.Meta.constraints,
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(stopped_at__gte=F("started_at")),
                name="%(app_label)s_%(class)s_stops_after_start",
            ),
            models.CheckConstraint(
                condition=(
                    Q(state=SessionState.CANCELLED) & ~Q(cancel_reason="")
                    | ~Q(state=SessionState.CANCELLED) & Q(cancel_reason="")
                ),
                name="%(app_label)s_%(class)s_cancelled_with_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"session {self.pk}"

    @property
    def is_planned(self) -> bool:
        return self.state == SessionState.PLANNED


class Participation(models.Model):
    """A patient took part in a session, or was expected to: attendance and code are each patient's own."""

    # Somebody who was put on the list by mistake is taken off it; the row stays.
    append_only = True
    updatable_columns = ("attendance", "cpt", "add_ons", "code_reason", "patient_place", "taken_off")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="participations")
    patient = models.ForeignKey("people.Patient", on_delete=models.PROTECT, related_name="participations")
    attendance = models.CharField(max_length=12, choices=Attendance.choices, default=Attendance.ATTENDED)
    cpt = models.CharField(max_length=5, blank=True, default="", help_text="The session code, as a number only.")
    add_ons = models.JSONField(blank=True, default=list, help_text="Codes that stand beside it.")
    code_reason = EncryptedTextField(null=True, blank=True, help_text="Why the code stands though times differ.")
    patient_place = models.CharField(
        max_length=120, blank=True, default="", help_text="State or place of the patient during telehealth."
    )
    taken_off = models.BooleanField(default=False)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["encounter", "patient"], name="%(app_label)s_%(class)s_once"),
            models.CheckConstraint(
                condition=Q(cpt="") | Q(attendance=Attendance.ATTENDED),
                name="%(app_label)s_%(class)s_code_when_attended",
            ),
        ]

    def __str__(self) -> str:
        return f"participation {self.pk}"


class SessionChange(models.Model):
    """What a session on record said before it was corrected, in words: when, how, who else, and one patient's code."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    encounter = models.ForeignKey(Encounter, on_delete=models.PROTECT, related_name="corrections")
    was = EncryptedTextField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["changed_at"]

    def __str__(self) -> str:
        return f"session change {self.pk}"


class AttendanceChange(models.Model):
    """What was said about a patient's attendance before it was said otherwise."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    participation = models.ForeignKey(Participation, on_delete=models.PROTECT, related_name="changes")
    was = models.CharField(max_length=12, choices=Attendance.choices)
    now = models.CharField(max_length=12, choices=Attendance.choices)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["changed_at"]

    def __str__(self) -> str:
        return f"attendance change {self.pk}"


class SharedPart(models.Model):
    """What each participant's note of a group session has in common. It names nobody.

    It is written by whoever held the session, and stands from the moment their first note on it is signed: a trigger
    refuses every change from then on.
    """

    never_deleted = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    encounter = models.OneToOneField(Encounter, on_delete=models.PROTECT, related_name="shared_part")
    text = EncryptedTextField(blank=True, default="")
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"shared part {self.pk}"
