"""Sessions and notes that the chart's tests begin with."""

from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from practice.people.models import Patient, Staff
from records.chart.actions.notes import save_draft, sign_note, start_note
from records.chart.actions.sessions import EXPECTED, start_session
from records.chart.models import ChartNote, Encounter, NoteFormat
from tests.everybody import make_patient


def recently() -> datetime:
    """Yesterday at two in the afternoon, at the practice."""
    return (timezone.localtime() - timedelta(days=1)).replace(hour=14, minute=0, second=0, microsecond=0)


def url(name: str, *ids: object) -> str:
    return reverse(name, args=ids)


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


@pytest.fixture
def haddads(hale: Staff) -> list[Patient]:
    """Leila, Samir and Grace, who come to one group."""
    born = timezone.localdate().replace(year=1985, day=1)
    return [
        make_patient(30001, "Leila", "Haddad", born, treated_by=hale),
        make_patient(30002, "Samir", "Haddad-Quist", born, treated_by=hale),
        make_patient(30003, "Grace", "Tallchief", born, treated_by=hale),
    ]


@pytest.fixture
def group(hale: Staff, haddads: list[Patient]) -> Encounter:
    """The group of all three, held yesterday."""
    began = recently()
    return start_session(
        by=hale,
        patient=haddads[0],
        others=haddads[1:],
        kind="group",
        started_at=began,
        stopped_at=began + timedelta(minutes=90),
    )


@pytest.fixture
def planned(hale: Staff, lindqvist: Patient) -> Encounter:
    """A session of Tobias Lindqvist that is planned for today."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    begins = max(midnight, timezone.now() - timedelta(minutes=20))  # today, also for tests that run just after midnight
    return start_session(
        by=hale, patient=lindqvist, started_at=begins, stopped_at=begins + timedelta(minutes=50), presence=EXPECTED
    )
