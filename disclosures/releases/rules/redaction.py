"""Why a passage is left out of a package."""

from django.db.models import TextChoices


class RedactionReason(TextChoices):
    """Not why access is denied: that is decided on a request, with its own grounds (R-127)."""

    ANOTHER_PERSON = "another_person", "It is about somebody else"
    BEYOND = "beyond", "It goes beyond what was asked for"
    OTHER = "other", "Another reason"
