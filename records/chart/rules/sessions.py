"""What a session must be to stand. Pure: values in, refusal or value out."""

from datetime import datetime, timedelta

from django.db import models

from practice.infrastructure.refusals import Refusal

LONGEST_SESSION = timedelta(hours=12)


# A clock a little ahead of the server's is not the future.
CLOCK_SLACK = timedelta(minutes=2)


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


def session_refusals(
    *, started_at: datetime, stopped_at: datetime | None, now: datetime, kind: str, patients: int
) -> dict[str, Refusal]:
    """Why a session cannot be as given, by the field it is about; empty when it can. Times are aware."""
    found: dict[str, Refusal] = {}
    if started_at > now + CLOCK_SLACK:
        found["start"] = Refusal(
            "SESSION_IN_FUTURE", "This session would start in the future.", "Record a session once it has begun."
        )
    elif stopped_at is not None and stopped_at > now + CLOCK_SLACK:
        found["stop"] = Refusal(
            "SESSION_STOPS_IN_FUTURE",
            "This session would end in the future.",
            "Leave the end empty while the session lasts.",
        )
    elif stopped_at is not None and stopped_at <= started_at:
        found["stop"] = Refusal("SESSION_ENDS_BEFORE_START", "The end is not after the start.", "Check both times.")
    elif stopped_at is not None and stopped_at - started_at > LONGEST_SESSION:
        found["stop"] = Refusal(
            "SESSION_TOO_LONG", "This session would last more than 12 hours.", "Check the day and both times."
        )
    if kind == SessionKind.INDIVIDUAL and patients > 1:
        found["kind"] = Refusal(
            "SESSION_NOT_INDIVIDUAL",
            "An individual session has one patient.",
            "Choose couple, family, group or joint, or take the other patients out.",
        )
    return found


def minutes_between(started_at: datetime, stopped_at: datetime | None) -> int | None:
    """Whole minutes of a session, or None while its end is not known."""
    return None if stopped_at is None else int((stopped_at - started_at).total_seconds() // 60)
