"""A patient covered by a colleague for two weeks, with what they should know; and a person's own abbreviations."""

from datetime import timedelta

from practice.infrastructure.days import today
from practice.people.actions.shorthand import set_shorthand
from records.chart.actions.handover import hand_over
from records.chart.rules.handover import HandoverKind

from .practice import Demo

SUMMARY = (
    "Exposure work is half done; the next step is the staff meeting. Sleeps badly before each one and knows it.\n"
    "No thoughts of self-harm at the last three sessions. Sertraline 50 mg by the psychiatrist, no change planned.\n"
    "Please keep the Tuesday call, ten minutes, and do not begin anything new while I am away."
)
SHORT = {"pt": "patient", "c/o": "complains of", "si": "suicidal ideation", "hx": "history", "w/o": "without"}


def fill_handover(demo: Demo) -> None:
    """Through the acts themselves, so that the task of whoever covers is there as in use."""
    therapist, colleague = demo.staff["therapist"], demo.staff["therapist2"]
    theirs = [key for key, about in demo.about.items() if about.therapist == "therapist" and not about.ended_weeks_ago]
    hand_over(
        by=therapist,
        patient=demo.patients[theirs[-1]],
        kind=HandoverKind.COVER,
        to=colleague,
        from_on=today(),
        until_on=today() + timedelta(days=14),
        summary=SUMMARY,
    )
    for short, long in SHORT.items():
        set_shorthand(by=therapist, short=short, long=long)
