"""Sealed notes against plain rows, and the patient page with few and with many notes."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from itertools import count

from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from practice.infrastructure.days import today
from practice.people.models import Patient, PersonalRepresentative, Staff
from practice.people.rules import RepresentativeKind
from records.chart.actions.notes import start_note
from records.chart.models import ChartNote, NoteFormat
from records.chart.rules.notes import NoteState
from records.psychotherapy import vault

from .fixtures import clinician_with_patient
from .measure import Row, by_turns

TEXT = "She told the story as though it had happened to the chair beside her. " * 60


def sealed_note() -> list[Row]:
    """Open a draft of 4,200 characters and save it changed, through the vault; against get and save of a plain row."""
    hale, patient = clinician_with_patient()
    draft_id, numbers = uuid.uuid4(), count()
    place = {"patients": [patient.pk], "session": None, "session_on": today()}
    vault.save_draft(hale, draft_id=draft_id, text=TEXT, base_version=0, **place)
    plain = PersonalRepresentative.objects.create(
        patient=patient, name="A", kind=RepresentativeKind.PARENT, authority=TEXT, from_on=today()
    )

    def ours() -> None:
        draft = vault.open_draft(hale, draft_id)
        assert draft is not None
        saved = vault.save_draft(
            hale, draft_id=draft_id, text=f"{TEXT} {next(numbers)}", base_version=draft.version, **place
        )
        assert saved.version == draft.version + 1

    def baseline() -> None:
        with transaction.atomic():
            row = PersonalRepresentative.objects.get(pk=plain.pk)
        with transaction.atomic():
            row.authority = f"{TEXT} {next(numbers)}"
            row.save()

    mine, theirs = by_turns(ours, baseline, turns=60)
    return [Row("open and save a sealed note of 4,200 characters", mine, "plain ORM get and save", theirs)]


def patient_page() -> list[Row]:
    """The patient page with 2,000 notes against the same page with 10; the number of queries must be the same."""
    return _with_many_notes("patient page", lambda patient, _author: reverse("patient-page", args=[patient.pk]))


def note_page() -> list[Row]:
    """The page on which a note is written, of a patient with 2,000 notes, chart and sealed, against one with 10."""

    def draft(patient: Patient, author: Staff) -> str:
        form = NoteFormat.objects.order_by("position").first()
        assert form is not None
        return reverse("note-edit", args=[start_note(by=author, patient=patient, format=form).pk])

    return _with_many_notes("page of a note", draft)


def _with_many_notes(what: str, address: Callable[[Patient, Staff], str]) -> list[Row]:
    hale, few = clinician_with_patient()
    _hale, many = clinician_with_patient(hale)
    for patient, number in ((few, 10), (many, 2_000)):
        write_notes(hale, patient, number)
    places = [address(patient, hale) for patient in (few, many)]
    client = Client()
    client.force_login(hale, backend="allauth.account.auth_backends.AuthenticationBackend")

    def page(place: str) -> int:
        with (
            CaptureQueriesContext(connection) as everyday,
            CaptureQueriesContext(connections["psychotherapy"]) as sealed,
        ):
            assert client.get(place).status_code == 200
        return len(everyday) + len(sealed)

    page(places[0])
    queries = [page(place) for place in places]
    assert queries[0] == queries[1], f"queries grow with notes: {queries}"
    mine, theirs = by_turns(lambda: page(places[1]), lambda: page(places[0]), turns=10)
    note = f"{queries[1]} queries with 2,000 notes, {queries[0]} with 10"
    return [Row(f"{what} with 2,000 notes", mine, "the same page with 10 notes", theirs, note)]


def write_notes(author: Staff, patient: Patient, number: int) -> None:
    """Signed progress notes of this many days, one a day."""
    form = NoteFormat.objects.order_by("position").first()
    assert form is not None
    ChartNote.objects.bulk_create(
        ChartNote(
            patient=patient,
            author=author,
            format=form,
            on=today() - timedelta(days=day),
            state=NoteState.SIGNED,
            signed_at=timezone.now(),
            sections={key: TEXT[:400] for key in form.keys},
        )
        for day in range(number)
    )
