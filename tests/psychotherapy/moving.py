"""What the tests of moved sentences share."""

from uuid import UUID, uuid4

from django.utils import timezone

from practice.desk.moving import Move, move_out
from practice.people.models import Patient, Staff
from records.chart.actions.sessions import start_session
from records.chart.models import ChartNote, Encounter
from records.psychotherapy import vault
from records.psychotherapy.rules import Exclusion
from records.psychotherapy.vault import Passage

DOSE = "Sertraline went up to 75 mg last week."
TEXT = f"🕊 He watched my face. {DOSE} I held back."
LEFT = "🕊 He watched my face. I held back."
KIND = Exclusion.MEDICATION.value


class Stopped(Exception):
    """The process is gone between the two databases."""


def passage(text: str = DOSE, *, version: int = 1, token: UUID | None = None, at: int | None = None) -> Passage:
    return Passage(token or uuid4(), text, at, version)


def sealed_text(staff: Staff, draft_id: UUID) -> str | None:
    draft = vault.open_draft(staff, draft_id)
    return draft.text if draft else None


def chart_texts(patient: Patient) -> dict[str, str]:
    """What the one progress note of a patient says, section by section, empty ones left out."""
    return {key: text for key, text in ChartNote.objects.get(patient=patient).sections.items() if text}


def out(hale: Staff, draft: UUID, moved: Passage | None = None, **more: object) -> Move | None:
    return move_out(by=hale, draft_id=draft, passage=moved or passage(), exclusion=KIND, **more)  # type: ignore[arg-type]


def session_today(hale: Staff, patient: Patient, *others: Patient) -> Encounter:
    kind = "couple" if others else "individual"
    return start_session(by=hale, patient=patient, others=others, kind=kind, started_at=timezone.now())
