"""Authorizations under 45 CFR 164.508: vocabulary and validity. Pure."""

from django.db import models


class RecordClass(models.TextChoices):
    PN = "PN", "Psychotherapy notes"
    CHART = "CHART", "Chart"
    BILLING = "BILLING", "Billing"


class PnScope(models.TextChoices):
    """Which psychotherapy notes the form names (A1)."""

    ALL_BY_ORIGINATOR = "ALL_BY_ORIGINATOR", "All psychotherapy notes by the therapist named"
    DATE_RANGE = "DATE_RANGE", "Notes of sessions in a date range"
    SESSION_DATES = "SESSION_DATES", "Notes of the session dates listed"


class SignerRole(models.TextChoices):
    INDIVIDUAL = "INDIVIDUAL", "The patient"
    PARENT = "PARENT", "Parent"
    GUARDIAN = "GUARDIAN", "Guardian"
    HEALTH_CARE_AGENT = "HEALTH_CARE_AGENT", "Health-care agent"
    EXECUTOR_ADMINISTRATOR = "EXECUTOR_ADMINISTRATOR", "Executor or administrator of the estate"
    OTHER_PR = "OTHER_PR", "Other personal representative"
    MINOR_AS_INDIVIDUAL = "MINOR_AS_INDIVIDUAL", "The minor, who consented alone"


class RevocationKind(models.TextChoices):
    WRITTEN = "WRITTEN", "In writing"
    ORAL = "ORAL", "By word of mouth"
