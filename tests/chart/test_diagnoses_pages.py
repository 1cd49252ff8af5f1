"""The pages of diagnoses and medication: what is typed is kept, what is wrong is said, and no word goes astray."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from practice.audit.models import AuditEntry
from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from practice.worklist.models import Task
from records.chart.actions.diagnoses import add_observation
from records.chart.actions.icd import load_release
from records.chart.actions.medication import Prescription, add_medication
from records.chart.documents import release_items, render_context
from records.chart.models import Diagnosis, Medication, MonitoringPlan, Observation
from records.chart.queries.diagnoses import active_diagnoses, observations
from records.chart.queries.medication import courses, current_medication
from records.chart.rules.icd import IcdEntry
from records.chart.timeline import entries, timeline

HERON = "the heron on the fourth step"


@pytest.fixture
def client(hale: Staff, signed_in: Callable[[Staff], Client]) -> Client:
    codes = [
        IcdEntry("F33", "Major depressive disorder, recurrent", False),
        IcdEntry("F33.1", "Major depressive disorder, recurrent, moderate", True, "F33"),
        IcdEntry("F41.1", "Generalized anxiety disorder", True),
    ]
    load_release(label="2026-04", source="test", entries=codes)
    return signed_in(hale)


DIAGNOSIS = {"sought": "", "code": "", "onset": "Feb 2023", "status": "active", "verification": "confirmed"}


def add(client: Client, patient: Patient, **given: str) -> str:
    return client.post(reverse("diagnosis-new", args=[patient.pk]), DIAGNOSIS | given, follow=True).content.decode()


@pytest.mark.parametrize(
    "given",
    [
        {"code": "F33.1", "sought": "F33.1 Major depressive disorder, recurrent, moderate"},
        {"sought": "f331"},
        {"sought": "major depr", "choice": "F33.1"},
    ],
)
def test_a_diagnosis_is_chosen_typed_or_ticked(client: Client, lindqvist: Patient, given: dict[str, str]) -> None:
    page = add(client, lindqvist, comment=HERON, **given)
    assert "F33.1 is on record." in page
    (one,) = active_diagnoses(lindqvist)
    assert (one.diagnosis.code, one.diagnosis.onset_words, one.primary) == ("F33.1", "Feb 2023", True)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "Say which diagnosis it is."),
        ({"sought": "depr"}, "Choose one of these."),
        ({"sought": "F33"}, "F33 is a heading; more exact codes stand below it."),
        ({"code": "F33"}, "F33 is a heading"),
        ({"sought": "xyzzy"}, "No diagnosis has these words."),
        ({"code": "F41.1", "onset": "soon"}, "Write a day, a month or a year"),
        ({"code": "F41.1", "onset": "1950"}, "This is before the patient was born."),
        ({"code": "F41.1", "status": "in_error"}, "Select a valid choice"),
        ({"code": "F41.1\x00"}, "Say which diagnosis it is."),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_comes_back(
    client: Client, lindqvist: Patient, given: dict[str, str], said: str
) -> None:
    page = add(client, lindqvist, comment=HERON, **given)
    assert said in page
    assert HERON in page
    assert not Diagnosis.objects.exists()


def test_without_script_a_button_finds_codes_to_tick(client: Client, lindqvist: Patient) -> None:
    page = add(client, lindqvist, sought="depr", comment=HERON, find="1")
    assert 'type="radio" name="choice" value="F33.1"' in page
    assert HERON in page
    assert not Diagnosis.objects.exists()


def test_an_imported_diagnosis_is_given_its_code(client: Client, lindqvist: Patient, abernathy: Patient) -> None:
    imported = Diagnosis.objects.create(
        patient=lindqvist, title="Anxiety (finding)", code="1", clinical_status="active"
    )
    url = f"{reverse('diagnosis-new', args=[lindqvist.pk])}?for={imported.pk}"
    page = client.get(url).content.decode()
    assert "“Anxiety (finding)” was imported." in page
    assert 'value="Anxiety"' in page
    client.post(url, DIAGNOSIS | {"code": "F41.1"})
    assert [one.diagnosis.code for one in active_diagnoses(lindqvist)] == ["F41.1"]
    other = Diagnosis.objects.create(patient=abernathy, title="Not hers to see")
    assert client.get(f"{reverse('diagnosis-new', args=[lindqvist.pk])}?for={other.pk}").status_code == 404
    assert client.get(f"{reverse('diagnosis-new', args=[lindqvist.pk])}?for=nonsense").status_code == 404


def test_a_primary_diagnosis_ends_on_its_page_with_a_successor(client: Client, lindqvist: Patient) -> None:
    add(client, lindqvist, code="F33.1")
    add(client, lindqvist, code="F41.1")
    first, second = active_diagnoses(lindqvist)
    url = reverse("diagnosis-open", args=[first.diagnosis.pk])
    ending = {"status": "resolved", "verification": "confirmed", "on": today().isoformat(), "comment": HERON}
    page = client.post(url, ending).content.decode()
    assert "Say which of them is the primary one from now on." in page
    assert HERON in page
    client.post(url, ending | {"successor": str(second.diagnosis.pk)})
    assert [(one.diagnosis.code, one.primary) for one in active_diagnoses(lindqvist)] == [("F41.1", True)]
    assert HERON in client.get(url).content.decode()
    shown = client.get(reverse("patient-diagnoses", args=[lindqvist.pk])).content.decode()
    assert "Resolved, ruled out or entered in error (1)" in shown


def test_an_entry_is_written_and_corrected(client: Client, lindqvist: Patient) -> None:
    typed = {"kind": "function", "on": today().isoformat(), "text": HERON}
    client.post(reverse("observation-new", args=[lindqvist.pk]), typed)
    (entry,) = observations(lindqvist)
    later = {"on": (today() + timedelta(days=1)).isoformat(), "text": f"{HERON} again"}
    url = reverse("observation-correct", args=[entry.pk])
    assert f"{HERON} again" in client.post(url, later).content.decode()
    client.post(url, later | {"on": today().isoformat()})
    assert [one.text for one in observations(lindqvist)] == [f"{HERON} again"]
    assert "Somebody corrected this entry" in client.post(url, typed).content.decode()


def test_what_we_prescribed_ourselves_asks_who_did(client: Client, hale: Staff, lindqvist: Patient) -> None:
    typed = {"title": "Sertraline", "where": "here", "started": "Jan 2026"}
    page = client.post(reverse("medication-new", args=[lindqvist.pk]), typed).content.decode()
    assert "Who of us prescribed it?" in page and "Sertraline" in page and not courses(lindqvist)
    with pytest.raises(Refused, match="MEDICATION_NO_PRESCRIBER"):
        add_medication(by=hale, patient=lindqvist, prescription=Prescription("Sertraline", where="here"))
    client.post(reverse("medication-new", args=[lindqvist.pk]), typed | {"prescribed_by": hale.pk})
    assert len(courses(lindqvist)) == 1


def test_medication_is_added_changed_and_stopped_on_its_pages(client: Client, hale: Staff, lindqvist: Patient) -> None:
    new = {"title": "Sertraline", "dosage": "50 mg", "where": "here", "prescribed_by": hale.pk, "started": "Jan 2026"}
    client.post(reverse("medication-new", args=[lindqvist.pk]), new)
    (course,) = courses(lindqvist)
    assert course.now.shown_prescriber == hale.display_name
    correct = client.get(reverse("medication-correct", args=[course.now.pk])).content.decode()
    assert 'value="Jan 2026"' in correct
    url = reverse("medication-change", args=[course.now.pk])
    wrong = {"dosage": HERON, "on": (today() + timedelta(days=1)).isoformat()}
    page = client.post(url, wrong).content.decode()
    assert "This day is in the future." in page
    assert HERON in page
    client.post(url, wrong | {"on": today().isoformat()})
    (course,) = current_medication(lindqvist)
    assert (course.now.shown_dosage, course.now.start_words) == (HERON, "Jan 2026")
    stale = client.post(
        reverse("medication-stop", args=[course.first.pk]), {"on": today().isoformat(), "reason": HERON}
    )
    assert "Somebody changed this medication in the meantime." in stale.content.decode()
    client.post(reverse("medication-stop", args=[course.now.pk]), {"on": today().isoformat(), "reason": HERON})
    assert current_medication(lindqvist) == []
    (course,) = courses(lindqvist)
    assert HERON in client.get(reverse("medication-open", args=[course.now.pk])).content.decode()


def test_monitoring_stands_on_the_home_page_until_the_result_is_entered(client: Client, lindqvist: Patient) -> None:
    row = Medication.objects.create(patient=lindqvist, title="Lithium", status="active", started_on=date(2025, 1, 1))
    typed = {"what": HERON, "every": "3", "unit": "months", "first_due_on": today().isoformat()}
    client.post(reverse("monitoring-new", args=[row.pk]), typed)
    plan = MonitoringPlan.objects.get()
    url = reverse("monitoring-open", args=[plan.pk])
    home = client.get(reverse("home")).content.decode()
    assert url in home
    assert HERON not in home
    assert "<p>Lithium</p>" in home
    assert "Write what came out." in client.post(url, {"done_on": today().isoformat()}).content.decode()
    client.post(url, {"done_on": today().isoformat(), "result": HERON})
    assert Task.objects.filter(state="open").get().due_on == MonitoringPlan.objects.get().due_on
    client.post(reverse("monitoring-end", args=[plan.pk]))
    assert not Task.objects.filter(state="open").exists()
    assert "Save the result" not in client.get(url).content.decode()


def test_empty_and_long_charts_have_a_page(client: Client, lindqvist: Patient, hale: Staff) -> None:
    url = reverse("patient-diagnoses", args=[lindqvist.pk])
    page = client.get(url).content.decode()
    assert "No diagnosis recorded" in page
    assert "No medication recorded" in page
    assert "No entry yet" in page
    Diagnosis.objects.bulk_create(Diagnosis(patient=lindqvist, title=f"Finding {n}") for n in range(200))
    Medication.objects.bulk_create(
        Medication(patient=lindqvist, title=f"Tablet {n}", status="completed") for n in range(200)
    )
    for n in range(25):
        add_observation(by=hale, patient=lindqvist, kind="symptoms", on=today(), text=f"Entry {n}")
    page = client.get(url).content.decode()
    assert "Finding 199" in page
    assert "Not taken any more (200)" in page
    assert "Earlier entries (5)" in page


def test_queries_do_not_grow_with_the_chart(
    client: Client, lindqvist: Patient, django_assert_max_num_queries: Callable[..., object]
) -> None:
    url = reverse("patient-diagnoses", args=[lindqvist.pk])
    client.get(url)
    Diagnosis.objects.bulk_create(Diagnosis(patient=lindqvist, title=f"Finding {n}") for n in range(30))
    Medication.objects.bulk_create(Medication(patient=lindqvist, title=f"Tablet {n}") for n in range(30))
    with django_assert_max_num_queries(26):  # type: ignore[attr-defined]
        client.get(url)


def test_what_cannot_be_opened_says_so_and_the_page_stands(client: Client, lindqvist: Patient, hale: Staff) -> None:
    first = add_observation(by=hale, patient=lindqvist, kind="symptoms", on=today(), text=HERON)
    from django.db import connection  # the bytes of one row under the id of another do not open

    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM chart_observation WHERE id = %s", [first.pk])
        cursor.execute(
            'INSERT INTO chart_observation (id, patient_id, kind, "on", text, author_id, recorded_at)'
            ' SELECT gen_random_uuid(), patient_id, kind, "on", text, author_id, recorded_at FROM chart_observation'
        )
    assert Observation.objects.count() == 2
    assert "Cannot be opened." in client.get(reverse("patient-diagnoses", args=[lindqvist.pk])).content.decode()


def test_all_of_it_is_in_the_line_of_time_and_can_be_released(client: Client, hale: Staff, lindqvist: Patient) -> None:
    add(client, lindqvist, code="F33.1", comment=HERON)
    one = active_diagnoses(lindqvist)[0].diagnosis
    change = {"status": "full_remission", "verification": "confirmed", "on": today().isoformat(), "comment": "Well."}
    client.post(reverse("diagnosis-open", args=[one.pk]), change)
    add_observation(by=hale, patient=lindqvist, kind="prognosis", on=today(), text=HERON)
    new = {"title": "Sertraline", "dosage": "50 mg", "where": "elsewhere", "started": "2026-01-05"}
    client.post(reverse("medication-new", args=[lindqvist.pk]), new)
    row = Medication.objects.get()
    typed = {"what": "Weight", "every": "3", "unit": "weeks", "first_due_on": today().isoformat()}
    client.post(reverse("monitoring-new", args=[row.pk]), typed)
    client.post(
        reverse("monitoring-open", args=[MonitoringPlan.objects.get().pk]),
        {"done_on": today().isoformat(), "result": "As before."},
    )
    kinds = {entry.kind for entry in entries(timeline(lindqvist, hale))}
    assert kinds == {"diagnosis", "course", "observation", "medication", "monitoring"}
    assert client.get(reverse("patient-page", args=[lindqvist.pk])).status_code == 200
    items = release_items(lindqvist)
    assert {item.kind for item in items} == {"diagnosis", "observation", "medication"}
    assert HERON not in str(items)
    blocks = {block.kind: block for block in render_context([item.id for item in items], patient=lindqvist)}
    assert HERON in str(blocks["diagnosis"].rows)
    assert "Well." in str(blocks["diagnosis"].rows)
    assert blocks["observation"].written[0]["text"] == HERON
    assert blocks["medication"].rows == [["Weight", blocks["medication"].rows[0][1], "As before."]]


def test_no_typed_word_is_in_the_audit_trail_or_in_a_task(client: Client, lindqvist: Patient) -> None:
    add(client, lindqvist, code="F33.1", comment=HERON)
    client.post(reverse("icd-search"), {"sought": HERON})
    typed = {"kind": "function", "on": today().isoformat(), "text": HERON}
    client.post(reverse("observation-new", args=[lindqvist.pk]), typed)
    trail = str(list(AuditEntry.objects.values())) + str(list(Task.objects.values()))
    assert "heron" not in trail
    assert "depressive" not in trail
