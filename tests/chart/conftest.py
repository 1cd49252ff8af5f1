"""Sessions and notes that the chart's tests begin with."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from practice.people.models import Patient, Staff
from records.chart.actions.notes import save_draft, sign_note, start_note
from records.chart.actions.sessions import start_session
from records.chart.models import ChartNote, Encounter, NoteFormat


def recently() -> datetime:
    """Yesterday at two in the afternoon, at the practice."""
    return (timezone.localtime() - timedelta(days=1)).replace(hour=14, minute=0, second=0, microsecond=0)


@pytest.fixture
def dap(db: None) -> NoteFormat:
    return NoteFormat.objects.get(code="dap")


@pytest.fixture
def session(hale: Staff, lindqvist: Patient) -> Encounter:
    began = recently()
    return start_session(
        by=hale, patient=lindqvist, started_at=began, stopped_at=began + timedelta(minutes=53), modality="video"
    )


@pytest.fixture
def draft(hale: Staff, lindqvist: Patient, session: Encounter, dap: NoteFormat) -> ChartNote:
    note = start_note(by=hale, patient=lindqvist, format=dap, encounter=session)
    texts = {"data": "Sleeping five hours.", "assessment": "Anxiety, improving.", "plan": "Continue weekly."}
    return save_draft(by=hale, note_id=note.pk, sections=texts, base_version=1, window="first").note


@pytest.fixture
def signed(hale: Staff, draft: ChartNote) -> ChartNote:
    return sign_note(by=hale, note_id=draft.pk, seen_version=draft.version)
