"""What a session must be to stand. Pure: values in, refusal or value out."""

from datetime import datetime, timedelta

from django.db import models

from practice.infrastructure.refusals import Refusal

LONGEST_SESSION = timedelta(hours=12)


# A clock a little ahead of the server's is not the future.
CLOCK_SLACK = timedelta(minutes=2)

FURTHEST_PLANNED = timedelta(days=731)


class SessionKind(models.TextChoices):
    INDIVIDUAL = "individual", "Individual"
    COUPLE = "couple", "Couple"
    FAMILY = "family", "Family"
    GROUP = "group", "Group"
    JOINT = "joint", "Joint"
    OTHER = "other", "Other encounter"


class Modality(models.TextChoices):
    IN_PERSON = "in_person", "In person"
    ELSEWHERE = "elsewhere", "In person, elsewhere"
    VIDEO = "video", "Video"
    PHONE = "phone", "Phone"
    OTHER = "other", "Not known"


# Where the patient was is asked for these: licensing looks at it.
TELEHEALTH = (Modality.VIDEO, Modality.PHONE)


class SessionState(models.TextChoices):
    """Planned until its hour has come; then on record, whoever attended; or cancelled ahead of time."""

    PLANNED = "planned", "Planned"
    RECORDED = "recorded", "On record"
    CANCELLED = "cancelled", "Cancelled"


class Attendance(models.TextChoices):
    """Whether a patient was there. Each participant of a session has their own."""

    EXPECTED = "expected", "Expected"
    ATTENDED = "attended", "Attended"
    LATE_CANCEL = "late_cancel", "Late cancel"
    NO_SHOW = "no_show", "No show"


ABSENT = (Attendance.LATE_CANCEL, Attendance.NO_SHOW)
SAID = [choice for choice in Attendance.choices if choice[0] != Attendance.EXPECTED]


class CancelReason(models.TextChoices):
    PATIENT = "patient", "The patient cancelled in time"
    PRACTICE = "practice", "We cancelled"
    ENDED = "ended", "Treatment ended or was transferred"
    OTHER = "other", "Another reason"
    IN_ERROR = "in_error", "Entered in error"


# Why a planned session is called off; one that is on record is struck out, as entered in error.
CALLED_OFF = [choice for choice in CancelReason.choices if choice[0] != CancelReason.IN_ERROR]

# Sessions that more than one person attends.
TOGETHER = (SessionKind.COUPLE, SessionKind.FAMILY, SessionKind.GROUP)


def alone_refusal(*, kind: str, patients: int, others_present: str) -> Refusal | None:
    """What a form asks of a couple, family or group session that names one person only; None when it need not."""
    if kind not in TOGETHER or patients > 1 or others_present.strip():
        return None
    return Refusal(
        "SESSION_ALONE",
        f"A {SessionKind(kind).label.lower()} session has at least two patients on its list.",
        "Tick who else took part, or name under “Others present” who else was there.",
    )


def session_refusals(
    *,
    started_at: datetime,
    stopped_at: datetime | None,
    now: datetime,
    kind: str,
    patients: int,
    planned: bool = False,
) -> dict[str, Refusal]:
    """Why a session cannot be as given, by the field it is about; empty when it can. Times are aware.

    A planned session lies ahead (at most a day behind); every other one has begun.
    """
    found: dict[str, Refusal] = {}
    if planned and started_at < now - timedelta(days=1):
        found["start"] = Refusal(
            "SESSION_PLANNED_IN_PAST",
            "This day has passed, so nothing can be planned on it.",
            "Record the session instead, or choose another day.",
        )
    elif planned and started_at > now + FURTHEST_PLANNED:
        found["start"] = Refusal("SESSION_PLANNED_TOO_FAR", "This is more than two years ahead.", "Check the day.")
    elif not planned and started_at > now + CLOCK_SLACK:
        found["start"] = Refusal(
            "SESSION_IN_FUTURE",
            "This session would start in the future.",
            "Record a session once it has begun. One to come is planned.",
        )
    elif not planned and stopped_at is not None and stopped_at > now + CLOCK_SLACK:
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


def attendance_refusal(*, attendance: str, code: str) -> Refusal | None:
    """Why a code cannot stand beside this attendance, or None: nothing was furnished to a patient who was not there."""
    if code and attendance != Attendance.ATTENDED:
        return Refusal(
            "CODE_WITHOUT_SESSION",
            "A session code stands for a session that was held, and this patient was not there.",
            "Take the code out, or correct the attendance.",
        )
    return None


def minutes_between(started_at: datetime, stopped_at: datetime | None) -> int | None:
    """Whole minutes of a session, or None while its end is not known."""
    return None if stopped_at is None else int((stopped_at - started_at).total_seconds() // 60)
