"""What medication can be, and when it is looked after next. Pure: values in, refusal or value out."""

from calendar import monthrange
from datetime import date, timedelta

from django.db import models

from practice.infrastructure.refusals import Refusal

MOST_EVERY = 104


class PrescribedWhere(models.TextChoices):
    HERE = "here", "By us"
    ELSEWHERE = "elsewhere", "By somebody else"


class MedicationChange(models.TextChoices):
    """What a row says about the row before it. Rows that were imported, or are the first, say "started"."""

    STARTED = "started", "Started"
    CHANGED = "changed", "Changed"
    STOPPED = "stopped", "Stopped"
    CORRECTED = "corrected", "Corrected"


class Every(models.TextChoices):
    WEEKS = "weeks", "weeks"
    MONTHS = "months", "months"


def months_after(day: date, months: int) -> date:
    """The same day `months` later; the last day of a month that is too short: Jan 31 and one month is Feb 28."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def next_due(done_on: date, every: int, unit: str, anchor: date | None = None) -> date:
    """When monitoring is due again after it was done: `every` weeks or months later.

    With `anchor`, the first due day, a plan by months keeps to the anchor's day of the month where the month has it:
    monthly from Jan 31 is due Feb 28 and then Mar 31, not Mar 28.
    """
    if unit == Every.WEEKS:
        return done_on + timedelta(weeks=every)
    due = months_after(done_on, every)
    at_end = done_on.day == monthrange(done_on.year, done_on.month)[1]
    if anchor and at_end and anchor.day > done_on.day:
        return due.replace(day=min(anchor.day, monthrange(due.year, due.month)[1]))
    return due


def every_words(every: int, unit: str) -> str:
    """How often, as people say it: "every 12 weeks", "every month"."""
    return f"every {unit.removesuffix('s')}" if every == 1 else f"every {every} {unit}"


def prescriber_refusal(where: str, named: bool) -> Refusal | None:
    """What is asked of a medication prescribed here that names nobody, or None."""
    if where != PrescribedWhere.HERE or named:
        return None
    return Refusal(
        "MEDICATION_NO_PRESCRIBER",
        "Who of us prescribed it?",
        "Choose the prescriber, or say that it was prescribed by somebody else.",
    )


def medication_refusals(
    *, started_on: date | None, ended_on: date | None, today: date, born: date | None = None
) -> dict[str, Refusal]:
    """Why medication cannot have been taken from and until then, by field; empty when it can."""
    found: dict[str, Refusal] = {}
    if started_on and born and started_on.year < born.year:
        found["started"] = Refusal("MEDICATION_BEFORE_BIRTH", "This is before the patient was born.", "Check the year.")
    if ended_on and ended_on > today:
        found["ended_on"] = Refusal(
            "MEDICATION_ENDS_LATER", "This day is in the future.", "Stop it here on the day it is stopped."
        )
    elif started_on and ended_on and ended_on < started_on:
        found["ended_on"] = Refusal("MEDICATION_ENDS_FIRST", "This would end before it began.", "Check both days.")
    return found


def change_refusals(
    *, change: str, on: date, today: date, last_on: date | None, ended: bool, superseded: bool
) -> dict[str, Refusal]:
    """Why a change, a stop or a correction cannot be written as given, by field; empty when it can."""
    if superseded:
        return {
            "__all__": Refusal(
                "MEDICATION_CHANGED_SINCE",
                "Somebody changed this medication in the meantime.",
                "Look at what it says now, then change that.",
            )
        }
    if ended and change != MedicationChange.CORRECTED:
        return {
            "__all__": Refusal(
                "MEDICATION_ENDED", "This medication was stopped.", "If it is taken again, add it as a new medication."
            )
        }
    if on > today:
        return {"on": Refusal("MEDICATION_IN_FUTURE", "This day is in the future.", "Write it once it is so.")}
    if last_on and on < last_on:
        return {
            "on": Refusal(
                "MEDICATION_BEFORE_LAST",
                f"The history goes on from {last_on:%b} {last_on.day}, {last_on.year}.",
                "Choose that day or a later one.",
            )
        }
    return {}


def monitoring_refusals(*, every: int, first_due_on: date, today: date) -> dict[str, Refusal]:
    """Why a monitoring plan cannot be as given, by field; empty when it can."""
    found: dict[str, Refusal] = {}
    if not 1 <= every <= MOST_EVERY:
        found["every"] = Refusal("MONITORING_EVERY", f"This is a number from 1 to {MOST_EVERY}.")
    if first_due_on < today - timedelta(days=366):
        found["first_due_on"] = Refusal(
            "MONITORING_LONG_AGO", "This is more than a year ago.", "Say when it is due next."
        )
    return found


def done_refusals(*, done_on: date, today: date, last_done_on: date | None, ended: bool) -> dict[str, Refusal]:
    """Why monitoring cannot have been done then, by field; empty when it can."""
    if ended:
        return {
            "__all__": Refusal("MONITORING_ENDED", "This monitoring was ended.", "Begin a new one if it is needed.")
        }
    if done_on > today:
        return {"done_on": Refusal("MONITORING_IN_FUTURE", "This day is in the future.", "Enter it once it is done.")}
    if last_done_on and done_on < last_done_on:
        return {
            "done_on": Refusal(
                "MONITORING_BEFORE_LAST",
                f"It was last done on {last_done_on:%b} {last_done_on.day}, {last_done_on.year}.",
                "Choose that day or a later one.",
            )
        }
    return {}
