"""Members of the workforce: their sign-in, how they come in, what entitles them to practise."""

import uuid
from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from practice.audit.history import keep_history
from practice.infrastructure.fields import EncryptedJSONField

from ..rules import CLINICAL_ROLES, OUTSIDE, LicenseKind, Role


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
