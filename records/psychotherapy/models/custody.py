"""Custody of the notes of an author who has left, died or cannot act."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from ..custody_rules import LONGEST_WAIT_DAYS, SHORTEST_WAIT_DAYS, CustodyReason, Opening
from .base import APP, REVIEW, SealedModel


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
