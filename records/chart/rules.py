"""Chart vocabulary. Pure."""

from django.db import models


class SessionKind(models.TextChoices):
    INDIVIDUAL = "individual", "Individual"
    COUPLE = "couple", "Couple"
    FAMILY = "family", "Family"
    GROUP = "group", "Group"
    JOINT = "joint", "Joint"
    OTHER = "other", "Other encounter"


class Modality(models.TextChoices):
    IN_PERSON = "in_person", "In person"
    VIDEO = "video", "Video"
    PHONE = "phone", "Phone"
    OTHER = "other", "Elsewhere or not known"


class NoteState(models.TextChoices):
    DRAFT = "draft", "Draft"
    SIGNED = "signed", "Signed"


class ResultCategory(models.TextChoices):
    SURVEY = "survey", "Questionnaire"
    VITAL_SIGNS = "vital-signs", "Vital signs"
    LABORATORY = "laboratory", "Laboratory"
    SOCIAL_HISTORY = "social-history", "Social history"
