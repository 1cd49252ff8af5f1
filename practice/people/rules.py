"""Roles, licences and relationships as values. No query, no clock."""

from django.db import models


class Role(models.TextChoices):
    """What a person does in the practice; one person may hold several."""

    CLINICIAN = "clinician", "Clinician"
    TRAINEE = "trainee", "Trainee"
    SUPERVISOR = "supervisor", "Supervisor"
    FRONT_DESK = "front_desk", "Front desk"
    COMPLIANCE_OFFICER = "compliance_officer", "Compliance officer"
    ADMINISTRATOR = "administrator", "Administrator"


CLINICAL_ROLES = frozenset({Role.CLINICIAN, Role.TRAINEE, Role.SUPERVISOR})


class LicenseKind(models.TextChoices):
    """What a mental health professional holds (P-04: an active licence, or registered supervised trainee)."""

    PSYCHOLOGIST = "psychologist", "Psychologist"
    PSYCHIATRIST = "psychiatrist", "Psychiatrist"
    CLINICAL_SOCIAL_WORKER = "clinical_social_worker", "Clinical social worker"
    PROFESSIONAL_COUNSELOR = "professional_counselor", "Professional counselor"
    MARRIAGE_FAMILY_THERAPIST = "marriage_family_therapist", "Marriage and family therapist"
    PSYCHIATRIC_NURSE = "psychiatric_nurse", "Psychiatric nurse practitioner"
    SUPERVISED_TRAINEE = "supervised_trainee", "Registered supervised trainee"


class CareRole(models.TextChoices):
    """Why a member of staff may open a patient's chart."""

    TREATING = "treating", "Treating clinician"
    COVERING = "covering", "Covering clinician"
    TRAINEE = "trainee", "Trainee under supervision"
    SUPERVISOR = "supervisor", "Supervisor of the treatment"


class NameUse(models.TextChoices):
    LEGAL = "legal", "Legal name"
    PREFERRED = "preferred", "Preferred name"
    FORMER = "former", "Former name"
    OTHER = "other", "Other name"


class AddressUse(models.TextChoices):
    HOME = "home", "Home"
    WORK = "work", "Work"
    CONFIDENTIAL = "confidential", "Confidential address"
    FORMER = "former", "Former address"
    OTHER = "other", "Other"


class TelecomKind(models.TextChoices):
    PHONE = "phone", "Phone"
    EMAIL = "email", "Email"
    FAX = "fax", "Fax"
    OTHER = "other", "Other"


class RepresentativeKind(models.TextChoices):
    """Who may act as the individual, within the scope of the representation (R-145, 45 CFR 164.502(g))."""

    PARENT = "PARENT", "Parent"
    GUARDIAN = "GUARDIAN", "Guardian"
    HEALTH_CARE_AGENT = "HEALTH_CARE_AGENT", "Health-care agent"
    EXECUTOR_ADMINISTRATOR = "EXECUTOR_ADMINISTRATOR", "Executor or administrator of the estate"
    OTHER_PR = "OTHER_PR", "Other personal representative"
