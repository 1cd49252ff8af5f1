"""Staff, patients, those who act for them, and who cares for whom."""

import uuid
from datetime import date, timedelta
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac
from guardian.models import UserObjectPermissionBase

from practice.audit.history import keep_history
from practice.infrastructure.fields import EncryptedBinaryField, EncryptedJSONField

from .confidential import Means
from .rules import (
    CLINICAL_ROLES,
    OUTSIDE,
    AddressUse,
    CareRole,
    LicenseKind,
    NameUse,
    RepresentativeKind,
    Role,
    TelecomKind,
)


class StaffManager(BaseUserManager["Staff"]):
    """Makes staff. There is no superuser: nobody passes every check."""

    def create_user(self, username: str, password: str | None = None, **fields: object) -> "Staff":
        staff = self.model(username=self.model.normalize_username(username), **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff


class Staff(AbstractBaseUser, PermissionsMixin):
    """A member of the workforce and their sign-in. One account per person (164.312(a), unique user identification)."""

    never_deleted = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(max_length=60, unique=True)
    full_name = models.CharField(max_length=200)
    title = models.CharField(max_length=40, blank=True, help_text="Shown before the name, for example Dr.")
    email = models.EmailField(blank=True)
    roles = ArrayField(models.CharField(max_length=30, choices=Role.choices), default=list, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = False
    joined_at = models.DateTimeField(default=timezone.now)
    deactivated_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[StaffManager] = StaffManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name_plural = "staff"
        constraints = [
            models.CheckConstraint(condition=Q(is_superuser=False), name="%(app_label)s_%(class)s_nobody_is_superuser"),
        ]

    def __str__(self) -> str:
        return f"staff {self.pk}"

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Django's hash of what a sign-in stands on, with the last deactivation in it: that ends them all, for good."""
        stands_on = f"{self.password} {self.deactivated_at}"
        return salted_hmac("people.Staff.sign-in", stands_on, secret=secret, algorithm="sha256").hexdigest()

    @property
    def display_name(self) -> str:
        outside = " (outside)" if self.username.startswith(OUTSIDE) else ""
        return f"{self.title} {self.full_name}{outside}".strip()

    def has_role(self, *roles: str) -> bool:
        return any(role in self.roles for role in roles)

    @property
    def is_clinical(self) -> bool:
        return bool(CLINICAL_ROLES.intersection(self.roles))


class Invitation(models.Model):
    """A one-use way in: for a new member of staff at once, for anybody else after a wait or a colleague's word.

    Only the hash of the token is kept.
    """

    append_only = True
    updatable_columns = ("used_at", "withdrawn_at", "opens_at", "confirmed_by")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="invitations")
    token_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    opens_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class License(models.Model):
    """What entitles a clinician to practise, with the state that issued it and its last day (P-04)."""

    never_deleted = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="licenses")
    kind = models.CharField(max_length=40, choices=LicenseKind.choices)
    number = models.CharField(max_length=60)
    state = models.CharField(max_length=2)
    issued_on = models.DateField(null=True, blank=True)
    expires_on = models.DateField()
    supervisor = models.ForeignKey(
        Staff,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="supervised_licenses",
        help_text="Who answers for a registered trainee.",
    )

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(issued_on__isnull=True) | Q(expires_on__gte=F("issued_on")),
                name="%(app_label)s_%(class)s_expires_after_issue",
            ),
            models.CheckConstraint(
                condition=Q(supervisor__isnull=True) | ~Q(supervisor=F("staff")),
                name="%(app_label)s_%(class)s_supervised_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"license {self.pk}"


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
    minor_consents_alone = models.BooleanField(
        default=False, help_text="The minor lawfully consented to this care alone (R-145, M1 to M3)."
    )
    minor_alone_from = models.DateField(null=True, blank=True, help_text="Empty: not known, from the start.")
    minor_alone_until = models.DateField(null=True, blank=True, help_text="The first day on which no longer.")
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

    def acts_alone_on(self, on: date) -> bool:
        """Whether this minor acted alone on a day: a tick set or taken away later changes no earlier signature."""
        if not self.minor_consents_alone and self.minor_alone_until is None:
            return False
        begun = self.minor_alone_from is None or self.minor_alone_from <= on
        return begun and (self.minor_alone_until is None or on < self.minor_alone_until)


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


class PersonalRepresentative(models.Model):
    """A person with legal authority to act for the patient (R-145); never deleted, ended by date."""

    never_deleted = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="representatives")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=30, choices=RepresentativeKind.choices)
    authority = models.TextField(
        help_text="What gives the authority, for example letters of guardianship and their date."
    )
    phone = models.CharField(max_length=60, blank=True)
    address = models.TextField(blank=True)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True)
    not_recognized_reason = models.CharField(max_length=300, blank=True, help_text="164.502(g)(5), when declined.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
                name="%(app_label)s_%(class)s_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"personal representative {self.pk}"


class RepresentativePaper(models.Model):
    """The document that shows a representative's authority (R-144), sealed; kept as it came in, never rendered."""

    append_only = True

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    representative = models.ForeignKey(PersonalRepresentative, on_delete=models.PROTECT, related_name="papers")
    data = EncryptedBinaryField()
    kind = models.CharField(max_length=4, choices=[("pdf", "PDF"), ("jpeg", "JPEG"), ("png", "PNG")])
    size = models.PositiveIntegerField(help_text="Bytes.")
    sha256 = models.CharField(max_length=64)
    added_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["added_at"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["pdf", "jpeg", "png"]), name="%(app_label)s_%(class)s_kind"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="%(app_label)s_%(class)s_whole_hash"
            ),
            models.CheckConstraint(condition=Q(size__gt=0), name="%(app_label)s_%(class)s_not_empty"),
        ]

    def __str__(self) -> str:
        return f"representative paper {self.pk}"


class CareRelationship(models.Model):
    """Who cares for whom, from when until when. It alone writes the permission to open the chart.

    A relationship called off before it began ends on the day before its first day.
    """

    append_only = True
    updatable_columns = ("until_on",)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="care_relationships")
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="care_relationships")
    role = models.CharField(max_length=20, choices=CareRole.choices)
    from_on = models.DateField()
    until_on = models.DateField(null=True, blank=True, help_text="The last day, inclusive.")
    made_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["staff", "patient"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on") - timedelta(days=1)),
                name="%(app_label)s_%(class)s_ends_after_start",
            ),
            models.UniqueConstraint(
                fields=["patient", "staff", "role", "from_on"], name="%(app_label)s_%(class)s_once"
            ),
        ]

    def __str__(self) -> str:
        return f"care relationship {self.pk}"


class PatientPermission(UserObjectPermissionBase):
    """guardian's object permission for charts, with a direct foreign key; written by care relationships only."""

    content_object = models.ForeignKey(Patient, on_delete=models.PROTECT)

    class Meta(UserObjectPermissionBase.Meta):
        default_permissions = ()

    def __str__(self) -> str:
        return f"chart permission {self.pk}"


class Shorthand(models.Model):
    """One person's own abbreviations, which their editor writes out: {"pt": "patient"}. Nobody else is shown them."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    staff = models.OneToOneField(Staff, on_delete=models.PROTECT, related_name="shorthand")
    entries = EncryptedJSONField(default=dict)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"shorthand {self.pk}"


keep_history(
    Staff,
    plain=["id", "roles", "is_active", "is_superuser", "joined_at", "deactivated_at"],
    leave_out=["password", "last_login"],
)
keep_history(
    Invitation,
    plain=["id", "staff", "made_by", "made_at", "opens_at", "confirmed_by", "expires_at", "used_at", "withdrawn_at"],
    leave_out=["token_hash"],
)
keep_history(License, plain=["id", "staff", "kind", "state", "issued_on", "expires_on", "supervisor"])
keep_history(
    Patient,
    plain=[
        "id", "number", "minor_consents_alone", "minor_alone_from", "minor_alone_until", "litigation_hold", "opened_on",
        "closed_on", "created_at",
    ],
)  # fmt: skip
keep_history(PatientName, plain=["id", "patient", "use"])
keep_history(PatientIdentifier, plain=["id", "patient"])
keep_history(PatientAddress, plain=["id", "patient", "use", "from_on", "until_on"])
keep_history(
    ContactWish,
    plain=["id", "patient", "means", "address", "received_on", "from_on", "until_on", "recorded_by", "recorded_at"],
)
keep_history(PatientTelecom, plain=["id", "patient", "kind", "use", "confidential"])
keep_history(PatientContact, plain=["id", "patient", "emergency"])
keep_history(PersonalRepresentative, plain=["id", "patient", "kind", "from_on", "until_on"])
keep_history(
    RepresentativePaper,
    plain=["id", "representative", "kind", "size", "sha256", "added_by", "added_at"],
    leave_out=["data"],
)
keep_history(CareRelationship, plain=["id", "patient", "staff", "role", "from_on", "until_on", "made_by", "made_at"])
