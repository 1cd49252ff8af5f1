"""Handing a patient over: who takes over, from when, and with what summary. Pure: values in, refusals out."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import models

from practice.infrastructure.refusals import Refusal

SUMMARY_LONGEST = 20_000  # characters
SEALED_STAY = "Psychotherapy notes are not handed over: whoever takes over has the chart, and nothing apart from it."
SEALED_CITE = "45 CFR 164.508(a)(2)(i)(A): the originator's own use for treatment, nobody else's."


class HandoverKind(models.TextChoices):
    TRANSFER = "transfer", "Somebody else takes over"
    COVER = "cover", "Somebody covers for a time"
    END = "end", "The care by me ends"


@dataclass(frozen=True, kw_only=True, slots=True)
class HandoverFacts:
    """What is asked for. `from_on`, `until_on`: first and last day of whoever comes; `last_day`: of who hands over."""

    kind: HandoverKind
    to_somebody: bool
    to_self: bool
    from_on: date | None
    until_on: date | None
    last_day: date | None
    summary: str
    has_note: bool


def handover_refusals(facts: HandoverFacts, *, treats: bool, on: date) -> dict[str, Refusal]:
    """Why this cannot be done on a day, by the field it is about ("" for all of it); empty when it can.

    The summary is written here, or stands in a signed summary that is named; the other person starts with it.
    """
    found: dict[str, Refusal] = {}
    if not treats:
        found[""] = Refusal(
            "HANDOVER_NOT_TREATING",
            "A patient is handed over by the clinician who treats them.",
            "Ask the treating clinician, or let the front desk say who cares for the patient.",
        )
    if not facts.summary.strip() and not facts.has_note:
        found["summary"] = Refusal(
            "HANDOVER_NO_SUMMARY", "There is no summary.", "Write what the next person must know, or name a signed one."
        )
    elif len(facts.summary) > SUMMARY_LONGEST:
        found["summary"] = Refusal(
            "HANDOVER_SUMMARY_LONG",
            f"This summary has {len(facts.summary):,} characters; one holds up to {SUMMARY_LONGEST:,}.",
            "Write a treatment summary in the chart and name it here.",
        )
    return found | (_end(facts, on) if facts.kind == HandoverKind.END else _to_somebody(facts, on))


def _end(facts: HandoverFacts, on: date) -> dict[str, Refusal]:
    if facts.last_day is None:
        return {"last_day": Refusal("HANDOVER_NO_LAST_DAY", "Say which day is your last.")}
    if facts.last_day < on:
        return {"last_day": Refusal("HANDOVER_PAST", "This day has passed.", "Today is the earliest.")}
    return {}


def _to_somebody(facts: HandoverFacts, on: date) -> dict[str, Refusal]:
    found = {}
    if not facts.to_somebody:
        found["to"] = Refusal("HANDOVER_TO_NOBODY", "Choose who it is.")
    elif facts.to_self:
        found["to"] = Refusal("HANDOVER_TO_SELF", "You treat this patient already.", "Choose a colleague.")
    if facts.from_on is None:
        found["from_on"] = Refusal("HANDOVER_NO_FIRST_DAY", "Say from which day.")
    elif facts.from_on < on:
        found["from_on"] = Refusal("HANDOVER_PAST", "This day has passed.", "Today is the earliest.")
    elif facts.kind == HandoverKind.COVER:
        if facts.until_on is None:
            found["until_on"] = Refusal("HANDOVER_NO_END", "Cover needs a last day.")
        elif facts.until_on < facts.from_on:
            found["until_on"] = Refusal("HANDOVER_ENDS_BEFORE_START", "The last day is before the first day.")
    elif facts.last_day is None:
        found["last_day"] = Refusal("HANDOVER_NO_LAST_DAY", "Say which day is your last.")
    elif facts.last_day < max(on, facts.from_on - timedelta(days=1)):
        found["last_day"] = Refusal(
            "HANDOVER_GAP",
            "Between your last day and the first day of the next there would be nobody.",
            "Stay until the day before they begin, or longer.",
        )
    return found
