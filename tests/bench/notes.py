"""Sealed notes against plain rows, and the patient page with few and with many notes."""

import uuid
from datetime import timedelta
from itertools import count

from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from practice.infrastructure.days import today
from practice.people.models import PersonalRepresentative
from practice.people.rules import RepresentativeKind
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
    hale, few = clinician_with_patient()
    _hale, many = clinician_with_patient(hale)
    form = NoteFormat.objects.first()
    assert form is not None
    for patient, number in ((few, 10), (many, 2_000)):
        ChartNote.objects.bulk_create(
            ChartNote(
                patient=patient,
                author=hale,
                format=form,
                on=today() - timedelta(days=day),
                state=NoteState.SIGNED,
                signed_at=timezone.now(),
                sections={key: TEXT[:400] for key in form.keys},
            )
            for day in range(number)
        )
    client = Client()
    client.force_login(hale, backend="allauth.account.auth_backends.AuthenticationBackend")

    def page(patient_id: uuid.UUID) -> int:
        with (
            CaptureQueriesContext(connection) as everyday,
            CaptureQueriesContext(connections["psychotherapy"]) as sealed,
        ):
            assert client.get(reverse("patient-page", args=[patient_id])).status_code == 200
        return len(everyday) + len(sealed)

    page(few.pk)
    queries = page(few.pk), page(many.pk)
    assert queries[0] == queries[1], f"queries grow with notes: {queries}"
    mine, theirs = by_turns(lambda: page(many.pk), lambda: page(few.pk), turns=10)
    note = f"{queries[1]} queries with 2,000 notes, {queries[0]} with 10"
    return [Row("patient page with 2,000 notes", mine, "the same page with 10 notes", theirs, note)]
