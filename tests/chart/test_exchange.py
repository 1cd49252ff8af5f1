"""The whole chart as FHIR R4: everything a release may give out, nothing else, and the same chart again elsewhere."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.actions.care import begin_care
from practice.people.models import Patient, Staff
from practice.people.rules import CareRole, Role
from records.chart.actions.endings import cancel_note
from records.chart.actions.group_notes import save_shared_part
from records.chart.actions.notes import add_addendum
from records.chart.actions.sessions import start_session
from records.chart.documents import release_items, render_context
from records.chart.exchange.bundle import ROWS, chart_bundle
from records.chart.exchange.restore import is_whole_chart
from records.chart.exchange.rows import TABLES
from records.chart.exchange.seal import seal_of
from records.chart.fhir import NotABundle, parse, read_json
from records.chart.fhir_import import Report, write_whole_chart
from records.chart.index import ITEM_KINDS
from records.chart.models import ChartNote
from records.chart.rules.notes import CancelKind
from tests import databases
from tests.access_world import SEALED, build
from tests.everybody import make_patient, make_staff

pytestmark = pytest.mark.django_db
SignedIn = Callable[[Staff], Client]
# What the file itself does not tell apart: the original of a picture stays where it came in.
OTHER_THERE = {"Filed"}


def shown(patient: Patient) -> list[dict[str, Any]]:
    """The whole chart as a release would give it out."""
    blocks = render_context([item.id for item in release_items(patient)], patient=patient)
    found = [asdict(block) for block in blocks]
    found = json.loads(json.dumps(found, default=str).replace(" (outside)", ""))
    for block in found:
        block["facts"] = [fact for fact in block["facts"] if fact[0] not in OTHER_THERE]
    return found


def bundle_of(patient: Patient) -> Any:
    return read_json(chart_bundle(patient, at=timezone.now()))


def take_over(content: Any, by: Staff, clinician: Staff | None = None) -> Report:
    return write_whole_chart(content, by=by, clinician=clinician, zone=timezone.get_current_timezone())


@pytest.mark.committing
def test_in_another_practice_it_is_the_same_chart_and_a_second_time_changes_nothing(signed_in: SignedIn) -> None:
    world = build(signed_in)
    patient = Patient.objects.get(pk=world.ids["patient_id"])
    before, content = shown(patient), bundle_of(patient)
    kinds = {item.kind for item in release_items(patient)}
    assert kinds <= set(ITEM_KINDS), "a kind of item that no page of choices has a word for"
    assert {"note", "session", "plan", "handover"} <= kinds

    databases.clone(databases.build_templates(), os.environ.get("PYTEST_XDIST_WORKER", "main"))
    importer = make_staff("lane2", "Kim Lane", Role.CLINICIAN, licensed=True)
    report = take_over(content, importer, importer)
    again = Patient.objects.get(pk=patient.pk)
    assert again.number == report.numbers[0]
    assert shown(again) == before
    author = ChartNote.objects.filter(patient=again).latest("signed_at").author
    assert (author.full_name, author.is_active, author.roles) == ("Miriam Hale", False, [])
    second = take_over(content, importer)
    assert second.new.total() == 0
    assert shown(again) == before


def test_it_is_plain_fhir_to_everybody_else_without_drafts_or_sealed_words(signed_in: SignedIn) -> None:
    world = build(signed_in)
    content = bundle_of(Patient.objects.get(pk=world.ids["patient_id"]))
    kinds = {entry["resource"]["resourceType"] for entry in content["entry"]}
    assert {"Patient", "Practitioner", "Encounter", "DocumentReference", "CarePlan"} <= kinds
    addresses = {entry["fullUrl"] for entry in content["entry"]}
    for entry in content["entry"]:
        resource = entry["resource"]
        assert entry["fullUrl"] == f"urn:uuid:{resource['id']}"
        for reference in _references(resource):
            assert reference in addresses, (resource["resourceType"], reference)
    stranger = parse(content, zone=timezone.get_current_timezone(), today=timezone.localdate())
    assert len(stranger.patients) == 1
    text = json.dumps(content, default=str)
    assert SEALED not in text
    for note in ChartNote.objects.exclude(state__in=["signed", "cancelled"]):
        assert str(note.pk) not in text, "a draft, or a note that awaits a co-signature"


def _references(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["reference"]] if isinstance(value.get("reference"), str) else []
        return own + [found for part in value.values() for found in _references(part)]
    return [found for part in value for found in _references(part)] if isinstance(value, list) else []


@pytest.fixture
def content(lindqvist: Patient, signed: ChartNote) -> Any:
    """The file of a chart with one signed note."""
    return bundle_of(lindqvist)


def _edit(content: Any, table: str, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the first row of a table in the file."""
    for entry in content["entry"]:
        for extension in entry["resource"].get("extension", []):
            row = json.loads(extension["valueString"]) if extension["url"] == ROWS else {}
            if row.get("table") == table:
                change(row)
                extension["valueString"] = json.dumps(row)
                return
    raise AssertionError(f"no row of {table}")


@pytest.mark.parametrize(
    ("table", "change", "words"),
    [
        ("chartnote", lambda row: row.update(table="authorkey"), "does not know"),
        ("chartnote", lambda row: row["fields"].pop("on"), "not those of this version"),
        ("chartnote", lambda row: row["fields"].update(on="soon"), "cannot be read"),
        ("chartnote", lambda row: row["fields"].update(state="forged"), "does not fit"),
        ("chartnote", lambda row: row["fields"].update(author_id=str(uuid4())), "not in this file"),
        ("chartnote", lambda row: row["fields"].update(patient_id=str(uuid4())), "not in this file"),
        ("encounter", lambda row: row["fields"].update(started_at="2026-01-01T00:00:00"), "cannot be read"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_whole(
    content: Any, table: str, change: Callable[[dict[str, Any]], None], words: str
) -> None:
    _edit(content, table, change)
    content["identifier"]["value"] = seal_of(content)
    here = Patient.objects.count(), ChartNote.objects.count()
    importer = make_staff("lane2", "Kim Lane", Role.CLINICIAN, licensed=True)
    with pytest.raises(NotABundle, match=words):
        take_over(content, importer)
    assert (Patient.objects.count(), ChartNote.objects.count()) == here


def test_a_row_that_is_here_with_another_patient_is_refused(content: Any, abernathy: Patient) -> None:
    importer = make_staff("lane2", "Kim Lane", Role.CLINICIAN, licensed=True)
    text = json.dumps(content)
    patient = next(entry["resource"] for entry in content["entry"] if entry["resource"]["resourceType"] == "Patient")
    stolen: Any = json.loads(text.replace(patient["id"], str(abernathy.pk)))
    stolen["identifier"]["value"] = seal_of(stolen)
    care = {"patient": abernathy, "role": CareRole.TREATING, "from_on": today()}
    begin_care(by=importer, staff=importer, **care)
    with pytest.raises(NotABundle, match="another patient"):
        take_over(stolen, importer)


def test_what_was_changed_outside_is_not_believed(content: Any, hale: Staff) -> None:
    """Otherwise a forged note would stand here as signed by somebody of this practice."""
    assert is_whole_chart(content)
    _edit(content, "chartnote", lambda row: row["fields"].update(on="2026-01-01"))
    assert not is_whole_chart(content)
    with pytest.raises(NotABundle, match="changed since"):
        take_over(content, hale)


@pytest.mark.parametrize("value", ["another practice's seal", "", None, 5, "x.y", {"a": 1}])
def test_a_seal_that_is_not_ours_is_no_seal(content: Any, value: Any) -> None:
    content["identifier"]["value"] = value
    assert not is_whole_chart(content)
    content["identifier"] = value
    assert not is_whole_chart(content)


def test_a_chart_that_is_here_is_written_only_by_who_may_open_it(content: Any, hale: Staff, dana: Staff) -> None:
    with pytest.raises(Refused, match="IMPORT_CHART_CLOSED"):
        take_over(content, dana)
    report = take_over(content, hale)
    assert report.new.total() == 0


def test_words_about_somebody_else_stay_here(hale: Staff, lindqvist: Patient, signed: ChartNote) -> None:
    add_addendum(by=hale, note_id=signed.pk, text="Mrs Zebulon told me of her affair.")
    cancel_note(by=hale, note_id=signed.pk, kind=CancelKind.WRONG_CHART, reason="Zebulon's session")
    text = chart_bundle(lindqvist, at=timezone.now()).decode()
    assert "Zebulon" not in text
    assert "Sleeping five hours" not in text


def test_what_a_group_shares_goes_along_only_with_a_note_that_is_given_out(hale: Staff, lindqvist: Patient) -> None:
    other = make_patient(20500, "Samir", "Quist", lindqvist.birth_date, treated_by=hale)
    begun, hour = timezone.now() - timedelta(hours=2), timedelta(hours=1)
    session = start_session(
        by=hale,
        patient=lindqvist,
        others=[other],
        kind="group",
        started_at=begun,
        stopped_at=begun + hour,
    )
    save_shared_part(by=hale, encounter=session, text="Samir Quist cried.", base_version=0)
    assert "Quist" not in chart_bundle(lindqvist, at=timezone.now()).decode()


def test_who_may_not_import_takes_nothing_over(content: Any) -> None:
    stranger = make_staff("nobody", "No Body", Role.COMPLIANCE_OFFICER)
    with pytest.raises(Refused):
        take_over(content, stranger)


def test_every_table_of_the_chart_is_given_out_or_left_out_on_purpose() -> None:
    from django.apps import apps

    out = {
        "AttendanceChange", "ChartDraftBranch", "DocumentCancellation", "DocumentReading", "IcdCode", "IcdRelease",
        "IcdTerm", "MeasureAlarm", "MeasureRepeat", "NoteFormat", "NoteVersion", "PlanDraft", "PlanDraftBranch",
        "SafetyPlanDraft", "SessionChange",
    }  # fmt: skip
    given = {table.model.__name__ for table in TABLES}
    assert given | out == {model.__name__ for model in apps.get_app_config("chart").get_models()}
    assert not given & out
