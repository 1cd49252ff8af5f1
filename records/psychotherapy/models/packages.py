"""Locked packages on their way out."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from .base import APP, REVIEW, SealedModel


class Package(SealedModel):
    """A locked release package: a PDF that opens with a passphrase kept nowhere here, sealed once more at rest."""

    login_privileges = {
        APP: ("SELECT", "INSERT", "UPDATE(withdrawn_at)"),
        REVIEW: (
            "SELECT(id, author, patient, named_too, authorization_id, notes, session_days, sha256, size, named_staff, "
            "made_at, approved_by, approved_at, hand_over_until, withdrawn_at, compelled)",
        ),
    }

    author = models.UUIDField(db_index=True)
    patient = models.UUIDField(help_text="Whose release this is.")
    named_too = ArrayField(
        models.UUIDField(),
        default=list,
        blank=True,
        help_text="Other patients a legal paper names, whom these notes speak of.",
    )
    authorization_id = models.UUIDField()
    recipient_name = models.CharField(max_length=300)
    description = models.CharField(max_length=300, help_text="As the ledger will say it: session dates, no content.")
    notes = ArrayField(models.UUIDField())
    session_days = ArrayField(models.DateField(), help_text="The session of each note, in the order of `notes`.")
    speaks_of = models.JSONField(default=dict, help_text="By note: the other patients it speaks of, by their ids.")
    passages_out = models.BooleanField(default=False, help_text="Whether its author left passages out; not which.")
    others_left_out = models.BooleanField(
        default=False, help_text="Whether notes that a law or a court compels stayed out: they speak of others too."
    )
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
