"""Training grants (R-023)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from .base import APP, REVIEW, SealedModel


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
    supervisor = models.UUIDField(help_text="Who supervises the training.")
    trainees = ArrayField(models.UUIDField(), help_text="Who learns by it; the supervisor may read, too.")
    skill_area = models.CharField(max_length=100)
    identity_considered = models.BooleanField(help_text="Whether taking the patient's identity out was considered.")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    granted_at = models.DateTimeField(default=timezone.now)
    ends = models.UUIDField(null=True, blank=True, help_text="The grant that this row takes back.")

    class Meta(SealedModel.Meta):
        verbose_name = "training grant"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(trainees__len__gt=0), name="%(app_label)s_%(class)s_somebody_learns"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="%(app_label)s_%(class)s_ends_after_start"
            ),
            # of one author: whoever was given a grant must not be able to stand in the way of its end
            models.UniqueConstraint(fields=["author", "ends"], name="%(app_label)s_%(class)s_taken_back_once"),
            models.CheckConstraint(
                condition=~models.Q(grantee=models.F("author")), name="%(app_label)s_%(class)s_to_somebody_else"
            ),
        ]
