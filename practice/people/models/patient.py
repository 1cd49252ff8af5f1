"""Patients: who they are, and how they are reached."""

import uuid
from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from practice.audit.history import keep_history
from practice.infrastructure.fields import EncryptedTextField

from ..confidential import Means
from ..rules import AddressUse, AloneGround, NameUse, TelecomKind, ground_on
from .staff import Staff


class Patient(models.Model):
    """A person in care. Closed, never deleted."""

    never_deleted = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(unique=True, help_text="The number on letters and labels.")
    legal_name = models.CharField(max_length=300)
    sort_name = models.CharField(max_length=300, help_text="Family name first, for lists.")
    preferred_name = models.CharField(max_length=200, blank=True)
    pronouns = models.CharField(max_length=60, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    sex = models.CharField(max_length=40, blank=True)
    died_on = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=60, blank=True)
    litigation_hold = models.BooleanField(default=False)
    opened_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        permissions = [("open_chart", "May open the chart")]
        default_permissions = ()
        indexes = [models.Index(fields=["sort_name"]), models.Index(fields=["birth_date"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="%(app_label)s_%(class)s_closed_after_opened",
            ),
        ]

    def __str__(self) -> str:
        return f"patient {self.pk}"

    def ground_alone_on(self, on: date) -> str:
        """Why this minor acts as the individual on a day, or nothing: a later decision changes no earlier signature."""
        return ground_on(((one.holds_from, one.ground) for one in self.acting_alone.all()), on)

    def acts_alone_on(self, on: date) -> bool:
        return bool(self.ground_alone_on(on))


class MinorAlone(models.Model):
    """A clinician's decision that a minor acts as the individual (R-145, M1 to M3), or no longer does, and why."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="acting_alone")
    ground = models.CharField(
        max_length=12, choices=AloneGround.choices, blank=True, help_text="Empty: no longer alone from this day on."
    )
    reason = EncryptedTextField()
    holds_from = models.DateField()
    decided_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["decided_at"]

    def __str__(self) -> str:
        return f"minor acting alone {self.pk}"


class PatientName(models.Model):
    """Every name a patient is or was known by, as given."""

    never_deleted = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="names")
    use = models.CharField(max_length=20, choices=NameUse.choices)
    text = models.CharField(max_length=300)

    def __str__(self) -> str:
        return f"patient name {self.pk}"


class PatientIdentifier(models.Model):
    """A number that another system gave the patient."""

    never_deleted = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="identifiers")
    system = models.CharField(max_length=300, blank=True)
    kind = models.CharField(max_length=120, blank=True)
    value = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "system", "value"], name="%(app_label)s_%(class)s_once"),
        ]

    def __str__(self) -> str:
        return f"patient identifier {self.pk}"


class PatientAddress(models.Model):
    """Where a patient can be written to. The confidential one, when active, is used for every letter (R-225)."""

    never_deleted = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="addresses")
    use = models.CharField(max_length=20, choices=AddressUse.choices)
    lines = models.TextField(help_text="As it goes on the envelope.")
    city = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=40, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    country = models.CharField(max_length=60, blank=True)
    from_on = models.DateField(null=True, blank=True)
    until_on = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return f"patient address {self.pk}"


class ContactWish(models.Model):
    """How a patient asked to be reached (164.522(b)): by what way and where. Taken as given: no reason is kept.

    By mail, `address` is the confidential address, and its days are the wish's; otherwise `value` is the number or the
    e-mail address. `payment` says how bills are paid, which the practice may ask.
    """

    never_deleted = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contact_wishes")
    means = models.CharField(max_length=10, choices=Means.choices)
    address = models.OneToOneField(
        PatientAddress, on_delete=models.PROTECT, null=True, blank=True, related_name="contact_wish"
    )
    value = models.CharField(max_length=200, blank=True)
    payment = models.CharField(max_length=300, blank=True)
    received_on = models.DateField()
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    recorded_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["from_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(means=Means.MAIL, address__isnull=False)
                | (~Q(means=Means.MAIL) & Q(address__isnull=True) & ~Q(value="")),
                name="%(app_label)s_%(class)s_says_where",
            ),
        ]

    def __str__(self) -> str:
        return f"contact wish {self.pk}"


class PatientTelecom(models.Model):
    """A telephone number, fax number or e-mail address of the patient."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="telecoms")
    kind = models.CharField(max_length=10, choices=TelecomKind.choices)
    use = models.CharField(max_length=30, blank=True)
    value = models.CharField(max_length=200)
    confidential = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"patient telecom {self.pk}"


class PatientContact(models.Model):
    """Somebody to call about the patient; not by itself somebody who may receive records."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="contacts")
    name = models.CharField(max_length=200)
    relationship = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    emergency = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"patient contact {self.pk}"


keep_history(
    Patient,
    plain=[
        "id", "number", "litigation_hold", "opened_on", "closed_on", "created_at",
    ],
)  # fmt: skip
keep_history(
    MinorAlone,
    plain=["id", "patient", "ground", "holds_from", "decided_by", "decided_at"],
    leave_out=["reason"],
)
keep_history(PatientName, plain=["id", "patient", "use"])
keep_history(PatientIdentifier, plain=["id", "patient"])
keep_history(PatientAddress, plain=["id", "patient", "use", "from_on", "until_on"])
keep_history(
    ContactWish,
    plain=["id", "patient", "means", "address", "received_on", "from_on", "until_on", "recorded_by", "recorded_at"],
)
keep_history(PatientTelecom, plain=["id", "patient", "kind", "use", "confidential"])
keep_history(PatientContact, plain=["id", "patient", "emergency"])
