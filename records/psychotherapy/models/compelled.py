"""Releases that a law or a court compels, carried out by two people who read nothing."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from ..compelled_rules import LONGEST_SOLO_WAIT_DAYS, SHORTEST_SOLO_WAIT_DAYS
from ..compelled_rules import CompelledStep as CompelledStepKind
from ..custody_rules import Opening
from .base import APP, REVIEW, SealedModel


class Compelled(SealedModel):
    """A release that a legal paper compels, as the first of two people began it, whether there are notes or not.

    Never changed: what the second person confirms is what the first began. `ground` is the paper, which stands in the
    practice's database. `seed` makes the two parts of the passphrase, wrapped by the root key and bound to this row.
    """

    append_only = True
    login_privileges = {
        APP: ("SELECT", "INSERT"),
        REVIEW: (
            "SELECT(id, author, patients, ground, paper_kind, session_days, sessions_from, sessions_to, started_by, "
            "second, waits_days, recipient_name, named_staff, started_at)",
        ),
    }

    author = models.UUIDField(db_index=True)
    patients = ArrayField(models.UUIDField(), help_text="Everybody the paper names; first whose paper it is.")
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
            models.CheckConstraint(condition=~models.Q(patients=[]), name="%(app_label)s_%(class)s_names_patients"),
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
