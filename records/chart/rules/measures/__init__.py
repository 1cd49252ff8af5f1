"""The measures this practice can take, each version as data; how they are scored, and when one is due again. Pure.

LOINC codes: PHQ-9, GAD-7 and AUDIT-C as public FHIR guides name them; for PCL-5 none is given, since none could be
confirmed (70221-7 is the older PCL-C).
"""

from datetime import date, timedelta

from django.db import models

from . import audit_c, gad_7, pcl_5, phq_9
from .scale import Band, Cluster, Cut, Definition, Item, Option, Score, refusal_to_keep, score

DEFINITIONS = {(one.code, one.version): one for one in (phq_9.V1, gad_7.V1, pcl_5.V1, audit_c.V1)}

MOST_WEEKS = 52
# How long a tablet may lie untouched before the questions on it are covered, in seconds.
COVERED_AFTER = 5 * 60


class AlarmAct(models.TextChoices):
    """What a clinician did about a marked thought of death or self-harm."""

    ASSESSED = "assessed", "I assessed the risk with the patient"
    SAFETY_PLAN = "safety_plan", "We made or went over the safety plan"
    EMERGENCY = "emergency", "I called emergency services, 988 or a crisis team"
    CONSULTED = "consulted", "I spoke with a colleague, a supervisor or somebody close to the patient"
    KNOWN = "known", "It is known and unchanged, and the plan in place holds"
    MISTAKE = "mistake", "It was ticked by mistake: I asked, and the patient has no such thoughts"


def current() -> list[Definition]:
    """The newest version of every measure, in the order they are offered."""
    newest: dict[str, Definition] = {}
    for one in DEFINITIONS.values():
        if one.code not in newest or newest[one.code].version < one.version:
            newest[one.code] = one
    return list(newest.values())


def current_of(code: str) -> Definition | None:
    """The newest version of one measure, or None where there is no such measure."""
    return next((one for one in current() if one.code == code), None)


def definition(code: str, version: int) -> Definition:
    """The version that answers were given to. Raises KeyError: answers never outlive their definition."""
    return DEFINITIONS[code, version]


def of_loinc_total(code: str) -> Definition | None:
    """The measure whose total an imported result states, by its LOINC code."""
    return next((one for one in current() if code and one.loinc_total == code), None)


def due_on(*, last_on: date | None, set_on: date, every_weeks: int) -> date | None:
    """When a measure that repeats is due next: n weeks after it was last taken, at once where it never was.

    None when it does not repeat. What was taken before the repeat was set counts: nobody is asked twice in a week.
    """
    if every_weeks < 1:
        return None
    return set_on if last_on is None else max(set_on, last_on + timedelta(weeks=every_weeks))


__all__ = [
    "COVERED_AFTER",
    "DEFINITIONS",
    "MOST_WEEKS",
    "AlarmAct",
    "Band",
    "Cluster",
    "Cut",
    "Definition",
    "Item",
    "Option",
    "Score",
    "current",
    "current_of",
    "definition",
    "due_on",
    "of_loinc_total",
    "refusal_to_keep",
    "score",
]
