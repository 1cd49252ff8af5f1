"""The patient page: one line of time, for those who may open the chart."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from records.chart.models import ChartAddendum, ChartNote, Diagnosis, Medication, NoteFormat, Result
from records.chart.rules.notes import NoteState
from records.chart.rules.values import ResultCategory
from records.chart.searching import WORDS, search_chart
from records.chart.timeline import EntryKind, Span, entries, timeline

SignedIn = Callable[[Staff], Client]


def a_note(patient: Patient, author: Staff, text: str = "Slept well.", ago: int = 0, signed: bool = True) -> ChartNote:
    form = NoteFormat.objects.get_or_create(
        code="T", defaults={"name": "T", "sections": [{"key": "plan"}, {"key": "data"}]}
    )[0]
    state = {"state": NoteState.SIGNED, "signed_at": timezone.now()} if signed else {}
    return ChartNote.objects.create(
        patient=patient, author=author, format=form, on=today() - timedelta(days=ago), sections={"data": text}, **state
    )


def a_result(patient: Patient, value: int, ago: int = 0) -> Result:
    return Result.objects.create(
        patient=patient,
        category=ResultCategory.SURVEY,
        code="70274-6",
        title="Anxiety, GAD-7",
        unit="{score}",
        number=value,
        taken_at=timezone.now() - timedelta(days=ago),
    )


def test_the_chart_is_one_line_of_time_newest_first(hale: Staff, lindqvist: Patient) -> None:
    a_note(lindqvist, hale, ago=2)
    Diagnosis.objects.create(patient=lindqvist, title="Generalized anxiety disorder", onset_on=today())
    a_result(lindqvist, 9, ago=1)
    assert [entry.kind for entry in entries(timeline(lindqvist, hale))] == ["diagnosis", "result", "note"]
    assert [entry.kind for entry in entries(timeline(lindqvist, hale, Span("result")))] == ["result"]


def test_a_draft_is_in_the_line_of_its_author_alone(hale: Staff, osei: Staff, lindqvist: Patient) -> None:
    a_note(lindqvist, hale, signed=False)
    assert len(entries(timeline(lindqvist, hale))) == 1
    assert entries(timeline(lindqvist, osei)) == []


def search(patient: Patient, staff: Staff, words: str, span: Span = Span()) -> list[str]:  # noqa: B008
    """The kinds of what is found, newest first."""
    return [entry.kind.value for entry in search_chart(patient, staff, words, span)]


def test_words_are_found_in_notes_and_addenda(hale: Staff, lindqvist: Patient) -> None:
    a_note(lindqvist, hale, "Argued with his manager.")
    note = a_note(lindqvist, hale, "Slept badly.")
    ChartAddendum.objects.create(note=note, author=hale, text="The manager called.")
    assert search(lindqvist, hale, "MANAGER") == ["note", "note"]
    assert search(lindqvist, hale, "manager slept") == ["note"]
    assert search(lindqvist, hale, "dragon") == []


def test_words_are_found_in_every_kind_of_entry(hale: Staff, lindqvist: Patient) -> None:
    assert set(WORDS) | {EntryKind.NOTE} == set(EntryKind), "a kind of entry that no search finds"
    Diagnosis.objects.create(patient=lindqvist, title="Generalized anxiety disorder", code="F41.1", onset_on=today())
    Medication.objects.create(patient=lindqvist, title="Sertraline", dosage="every morning", started_on=today())
    assert search(lindqvist, hale, "f41.1") == ["diagnosis"]
    assert search(lindqvist, hale, "sertraline morning") == ["medication"]


def test_a_search_keeps_to_the_kind_and_the_days_asked_for(hale: Staff, lindqvist: Patient) -> None:
    for ago in (0, 10, 20):
        a_note(lindqvist, hale, "Argued with his manager.", ago=ago)
    span = Span("note", today() - timedelta(days=15), today() - timedelta(days=5))
    assert search(lindqvist, hale, "manager", span) == ["note"]
    assert len(entries(timeline(lindqvist, hale, span))) == 1
    assert search(lindqvist, hale, "manager", Span("result")) == []


def test_another_persons_draft_is_found_by_nobody_else(hale: Staff, osei: Staff, lindqvist: Patient) -> None:
    a_note(lindqvist, hale, "Argued with his manager.", signed=False)
    assert search(lindqvist, hale, "manager") == ["note"]
    assert search(lindqvist, osei, "manager") == []


def test_a_day_that_cannot_be_read_is_said_and_the_words_come_back(
    hale: Staff, lindqvist: Patient, signed_in: SignedIn
) -> None:
    sent = {"words": "manager", "first": "last week"}
    page = signed_in(hale).post(reverse("patient-page", args=[lindqvist.pk]), sent).content.decode()
    assert "Write the first day as year-month-day." in page
    assert 'value="manager"' in page


def test_a_search_leaves_no_word_in_the_address(hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
    a_note(lindqvist, hale, "Argued with his manager.")
    page = signed_in(hale).post(reverse("patient-page", args=[lindqvist.pk]), {"words": "manager"})
    assert page.status_code == 200
    assert "Argued with his manager." in page.content.decode()


@pytest.mark.parametrize("url_name", ["patient-page", "patient-diagnoses", "patient-results"])
def test_a_clinician_without_the_relationship_is_told_who_can_give_it(
    osei: Staff, lindqvist: Patient, signed_in: SignedIn, url_name: str
) -> None:
    page = signed_in(osei).get(reverse(url_name, args=[lindqvist.pk]))
    assert page.status_code == 403
    assert "You are not among the people who care for this patient" in page.content.decode()
    assert "Lindqvist" not in page.content.decode()


@pytest.mark.parametrize("url_name", ["patient-diagnoses", "patient-results"])
def test_front_desk_and_administrator_find_no_chart(
    dana: Staff, brook: Staff, castellanos: Staff, lindqvist: Patient, signed_in: SignedIn, url_name: str
) -> None:
    for person in (dana, brook, castellanos):
        assert signed_in(person).get(reverse(url_name, args=[lindqvist.pk])).status_code == 404


def test_the_number_of_queries_is_the_same_for_few_notes_and_for_many(
    hale: Staff, lindqvist: Patient, abernathy: Patient, signed_in: SignedIn
) -> None:
    client, address = signed_in(hale), reverse("patient-page", args=[lindqvist.pk])

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    for n in range(10):
        a_note(lindqvist, hale, ago=n)
        a_result(lindqvist, n, ago=n)
    queries()
    few = queries()
    for n in range(150):
        a_note(lindqvist, hale, ago=n)
        a_result(lindqvist, n, ago=n)
    assert queries() == few


def test_measures_are_drawn_with_their_table(hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
    for n in range(3):
        a_result(lindqvist, 9 + n, ago=n)
    page = signed_in(hale).get(reverse("patient-results", args=[lindqvist.pk])).content.decode()
    assert "<polyline" in page
    assert page.count("<tr>") == 4


def test_what_is_not_dated_is_shown_all_the_same(hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
    Diagnosis.objects.create(patient=lindqvist, title="Generalized anxiety disorder")
    Medication.objects.create(patient=lindqvist, title="Sertraline 50 mg")
    client = signed_in(hale)
    page = client.get(reverse("patient-diagnoses", args=[lindqvist.pk]))
    assert page.status_code == 200
    assert page.content.decode().count("not known") == 2
    assert "No date" in client.get(reverse("patient-page", args=[lindqvist.pk])).content.decode()
