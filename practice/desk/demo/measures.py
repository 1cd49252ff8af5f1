"""Measures, a risk assessment and a safety plan of one patient; entered as staff would enter them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from practice.infrastructure.days import today
from records.chart.actions.measures import answer_alarm, record_measure, repeat_measure
from records.chart.actions.safety import begin_plan, record_risk, save_plan, sign_plan
from records.chart.rules.measures import AlarmAct, Definition, current_of
from records.chart.rules.safety import RiskLevel

from .practice import Demo

# Places of the answers, item by item.
PHQ_9: dict[int, tuple[int, ...]] = {
    35: (2, 3, 2, 2, 2, 2, 1, 1, 2, 2),
    14: (2, 2, 2, 2, 1, 2, 1, 1, 0, 1),
    0: (1, 2, 2, 1, 1, 1, 1, 0, 1, 1),
}
GAD_7: dict[int, tuple[int, ...]] = {35: (1, 1, 1, 1, 0, 1, 0, 1), 0: (1, 1, 0, 1, 0, 1, 0, 0)}
PLAN = {
    "signs": "Not sleeping two nights in a row.\nNot answering my sister's messages.\n“What is the point.”",
    "coping": "Walk to the reservoir and back.\nThe cello, twenty minutes, no sheet music.\nA cold shower.",
    "places": "Coffee at Lindy's, mornings. The chess table at the library.",
    "people": "Ingrid (sister), (217) 555-0133\nMarcus from the quartet, (217) 555-0171",
    "professionals": "Dr. Hale, (217) 555-0140\nMemorial Hospital emergency department, 701 N 1st St",
    "environment": "Ingrid keeps the spare medication; one week at a time in the house.",
    "living": "Nils growing up. The quartet in May.",
}
RISK = {
    "ideation": "Passive: “not waking up would be easier”, two or three evenings a week, minutes. No wish to act.",
    "plan": "None.",
    "intent": "None. “I would not do that to Nils.”",
    "means": "Medication at home; sister keeps the reserve since today.",
    "protective": "Son, quartet, sister. Comes to sessions and says so when it is bad.",
    "action": "Safety plan made together. Weekly sessions. Calls before the next one if the evenings get longer.",
}


def fill_measures(demo: Demo) -> None:
    """Three PHQ-9 (a marked item 9 that was answered, and one that is open), two GAD-7, risk and safety plan."""
    patient, therapist = demo.patients["Lindqvist"], demo.therapist_of("Lindqvist")
    who: dict[str, Any] = {"by": therapist, "patient": patient}
    phq_9, gad_7 = _definition("phq-9"), _definition("gad-7")
    repeat_measure(**who, definition=phq_9, every_weeks=2)
    for ago, places in PHQ_9.items():
        measure = record_measure(**who, definition=phq_9, answers=_answers(places), taken_at=_ago(ago))
        if ago and measure.alarm:
            did = [AlarmAct.ASSESSED, AlarmAct.SAFETY_PLAN]
            note = "Asked at once. Passive thoughts, no plan, no intent. Plan made together, see there."
            answer_alarm(by=therapist, measure=measure, did=did, note=note)
    for ago, places in GAD_7.items():
        record_measure(**who, definition=gad_7, answers=_answers(places), taken_at=_ago(ago))
    record_risk(**who, on=today() - timedelta(days=35), level=RiskLevel.LOW, findings=RISK)
    begin_plan(**who)
    saved = save_plan(**who, parts=PLAN, review_on=today() + timedelta(days=21), base_version=1)
    sign_plan(**who, seen_version=saved.draft.version)


def _definition(code: str) -> Definition:
    found = current_of(code)
    assert found is not None  # noqa: S101 - the demo names measures that are there
    return found


def _answers(places: tuple[int, ...]) -> dict[str, int]:
    return {str(item): place for item, place in enumerate(places, start=1)}


def _ago(days: int) -> Any:
    return timezone.now() - timedelta(days=days, minutes=40)
