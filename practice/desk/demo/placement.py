"""What belongs where: a question answered, a question open, and a sealed draft with sentences for the chart in it."""

import uuid

from practice.compliance.actions import answer_placement, ask_placement
from practice.compliance.rules import PlacementTopic
from practice.people.models import Staff
from practice.people.rules import Role
from records.psychotherapy import vault

from .practice import Demo

ANSWER = (
    "Every dose, every change of a dose and every report of whether it was taken goes into the chart, whoever tells it. "
    "What a medication means to the patient, what it is feared or wished for, can stay in your psychotherapy note."
)
JOTTED = (
    "He came in out of breath and sat down in his coat. The story of the train again, and again nobody meets him at the "
    "station. Sertraline went up to 75 mg last week.\n\nI caught myself wanting to be the one who waits on the platform. "
    "PHQ-9 today 11, was 15. Next time: what would it mean to be met?"
)


def fill_placement(demo: Demo) -> None:
    """The therapist with the most to do asks; the compliance officer has answered one of two questions."""
    asker = _first(demo, Role.CLINICIAN)
    officer = _first(demo, Role.COMPLIANCE_OFFICER)
    answered = ask_placement(by=asker, topic=PlacementTopic.MEDICATION)
    answer_placement(by=officer, question_id=answered.pk, answer=ANSWER)
    ask_placement(by=asker, topic=PlacementTopic.PROGRESS)
    family = next(family for family in demo.patients if demo.therapist_of(family) == asker)
    vault.save_draft(
        asker,
        draft_id=uuid.UUID(int=demo.rng.getrandbits(128), version=4),
        patients=[demo.patients[family].pk],
        session=None,
        session_on=demo.day,
        text=JOTTED,
        base_version=0,
    )


def _first(demo: Demo, role: Role) -> Staff:
    return next(staff for staff in demo.staff.values() if staff.has_role(role))
