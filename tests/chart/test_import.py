"""Importing: everything kept, nothing twice, what is bad named with its place, what is no bundle refused whole."""

import copy
import gzip
import json
import os
import random
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Sum
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.audit.models import AuditEntry
from practice.audit.rules import AuditEvent
from practice.people.models import CareRelationship, Patient, PatientIdentifier, PatientName, PatientPermission
from practice.people.policies import may_open_chart
from records.chart.fhir import NotABundle, parse, read_json
from records.chart.models import CarePlan, Diagnosis, Encounter, Medication, Result
from tests.samples import samples

OWN = Path(__file__).parents[1] / "data" / "invented_patient.json"
# Larger example bundles, where a folder of them lies beside the checkout or is named; our own one is always there.
BESIDE = Path(__file__).parents[3] / "shared" / "data" / "fhir-r4"
OTHERS = sorted(Path(os.environ.get("PRACTICE_FHIR_EXAMPLES", BESIDE)).glob("*.json.gz"))
FILES = [OWN, *OTHERS]
ZONE, TODAY = ZoneInfo("America/Chicago"), date(2026, 11, 21)
MODELS = (Patient, PatientName, PatientIdentifier, Encounter, Diagnosis, Medication, CarePlan, Result)


def own() -> dict:
    return json.loads(OWN.read_text())


def parsed(content: object):
    return parse(json.loads(json.dumps(content), parse_float=Decimal), zone=ZONE, today=TODAY)


def counts() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in MODELS}


def bring_in(*files: Path, by: str = "dana", **options: str) -> None:
    call_command("import_fhir", *map(str, files), by=by, **options)


def written(folder: Path, content: object, name: str = "bundle.json") -> Path:
    file = folder / name
    file.write_text(content if isinstance(content, str) else json.dumps(content))
    return file


def test_every_name_address_number_and_contact_is_kept_as_given(dana):
    bring_in(OWN)
    patient = Patient.objects.get()
    assert (patient.legal_name, patient.sort_name) == ("Anna Maria Żółkiewska", "Żółkiewska, Anna Maria")
    assert (patient.preferred_name, patient.language) == ("Ania", "Polish")
    assert patient.birth_date == date(1988, 2, 29)
    assert set(patient.names.values_list("use", "text")) == {
        ("legal", "Ms. Anna Maria Żółkiewska"),
        ("preferred", "Ania"),
        ("former", "Anna Wójcik"),
        ("preferred", "אנה 🙂"),
    }
    assert set(patient.identifiers.values_list("system", "value")) == {
        ("https://records.example.org/clinic", "C-7731"),
        ("http://hl7.org/fhir/sid/us-ssn", "900-00-0000"),
        ("", "old card 12"),
    }
    assert set(patient.telecoms.values_list("kind", "value")) == {
        ("phone", "(217) 555-0101"),
        ("email", "anna@example.org"),
        ("other", "5550102"),
    }
    assert set(patient.addresses.values_list("use", "lines", "city", "from_on")) == {
        ("home", "12 Main Street\nApt 4", "Springfield", date(2022, 6, 1)),
        ("former", "Ulica Długa 3, Gdańsk", "", None),
    }
    assert patient.contacts.values_list("name", "relationship", "phone").get() == (
        "Ewa Wójcik",
        "Sister",
        "(217) 555-0103",
    )


def test_sessions_diagnoses_medication_and_plans_are_kept_with_their_dates(dana):
    bring_in(OWN)
    session = Encounter.objects.get(source_id="e-1")
    assert session.started_at == datetime(2024, 3, 5, 21, 0, tzinfo=UTC)
    assert session.stopped_at == datetime(2024, 3, 5, 21, 50, tzinfo=UTC)
    assert (session.title, session.modality, session.outside_clinician) == (
        "Psychotherapy session",
        "in_person",
        "Dr. Iris Nolan",
    )
    assert Encounter.objects.get(source_id="e-2").stopped_at is None
    anxiety = Diagnosis.objects.get(code="21897009")
    assert (anxiety.onset_on, anxiety.as_given, anxiety.encounter) == (None, {"onset_on": "2023-11"}, session)
    assert Diagnosis.objects.get(title="Insomnia").ended_on == date(2020, 1, 15)
    sertraline = Medication.objects.get(code="312941")
    assert sertraline.title == "Sertraline 50 MG Oral Tablet"
    assert sertraline.dosage == "50 mg, 1 × a day"
    assert sertraline.prescriber == "Dr. Iris Nolan"
    assert Medication.objects.get(title="Hydroxyzine 25 mg").dosage == "One tablet at night, as needed"
    magnesium = Medication.objects.get(title="Magnesium")
    assert (magnesium.ended_on, magnesium.as_given) == (date(2024, 2, 10), {"started_on": "2024-01"})
    plan = CarePlan.objects.get()
    assert plan.title == "Anxiety management"
    assert [part["what"] for part in plan.activities] == ["Cognitive behavioral therapy", "Sleep diary"]


@pytest.mark.parametrize(
    ("ident", "category", "shown"),
    [
        ("o-phq", "survey", "14"),
        ("o-bp", "vital-signs", "Systolic 118.23 mmHg, Diastolic 74 mmHg"),
        ("o-tsh", "laboratory", "< 0.012 mIU/L"),
        ("o-smoke", "social-history", "Never smoker"),
        ("o-free", "survey", "Walking, in the morning. 🙂"),
    ],
)
def test_results_of_four_categories_are_dated_and_read_as_written(dana, ident, category, shown):
    bring_in(OWN)
    result = Result.objects.get(source_id=ident)
    assert (result.category, result.shown) == (category, shown)
    assert result.taken_at.year == 2024


def test_numbers_are_kept_exactly(dana):
    bring_in(OWN)
    assert Result.objects.get(source_id="o-tsh").number == Decimal("0.0123456789012")


def test_what_is_bad_is_named_with_its_place_and_the_rest_is_kept(dana, capsys):
    bring_in(OWN)
    said = capsys.readouterr().out
    for place, why in [
        ("entry 5, Encounter/e-cancelled", "did not take place (cancelled)"),
        ("entry 6, Encounter/e-backwards", "ends before it starts"),
        ("entry 9, Condition/c-stranger", "its patient is not in this file"),
        ("entry 20, Observation/o-nodate", "has no date"),
        ("entry 21, Observation/o-nan", "“value” is not a number"),
        ("entry 22, Observation/o-wrong", "was entered in error"),
        ("entry 24", "holds no resource"),
    ]:
        assert f"Skipped: {place}: {why}" in said
    assert "1 Observation of another category, 1 Immunization" in said
    assert counts() | {"Patient": 1} == {
        "Patient": 1,
        "PatientName": 4,
        "PatientIdentifier": 3,
        "Encounter": 2,
        "Diagnosis": 2,
        "Medication": 3,
        "CarePlan": 1,
        "Result": 5,
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name.split(".")[0])
def test_importing_again_changes_nothing_and_says_so(dana, capsys, file):
    bring_in(file)
    before = counts()
    assert before["Patient"] == 1 and before["Encounter"] > 0 and before["Result"] > 0
    ids = set(Result.objects.values_list("pk", flat=True))
    capsys.readouterr()
    bring_in(file)
    said = capsys.readouterr().out
    assert counts() == before
    assert set(Result.objects.values_list("pk", flat=True)) == ids
    assert "New: nothing. Already here, unchanged:" in said


@pytest.mark.parametrize("file", OTHERS or [OWN], ids=lambda file: file.name.split(".")[0])
def test_everything_in_a_bundle_is_written_or_named(dana, file, capsys):
    content = read_json(file.read_bytes())
    bring_in(file)
    rows = sum(model.objects.count() for model in (Patient, Encounter, Diagnosis, Medication, CarePlan, Result))
    bundle = parse(content, zone=ZONE, today=TODAY)
    named = {"Practitioner", "Organization", "Medication"}
    kinds = [e["resource"]["resourceType"] for e in content["entry"] if "resource" in e]
    left = sum(bundle.not_imported.values()) + sum(kind in named for kind in kinds)
    assert rows + left + sum(problem.skipped for problem in bundle.problems) == len(content["entry"])


def test_a_later_bundle_of_the_same_patient_adds_only_what_is_new(dana, tmp_path, capsys):
    bring_in(OWN)
    later = own()
    score = copy.deepcopy(later["entry"][0])
    score["resource"] |= {"id": "o-phq-2", "effectiveDateTime": "2024-06-05T15:10:00-05:00"}
    score["fullUrl"] = "urn:uuid:o-phq-2"
    later["entry"].append(score)
    later["entry"][1]["resource"]["address"].append({"use": "work", "line": ["1 Office Park"], "city": "Peoria"})
    before = counts()
    bring_in(written(tmp_path, later))
    assert counts() == before | {"Result": before["Result"] + 1}
    assert Patient.objects.get().addresses.count() == 3


def test_the_same_ids_from_another_place_are_another_patient(dana, tmp_path):
    bring_in(OWN)
    other = own()
    other["entry"][1]["resource"]["identifier"][0]["value"] = "C-9999"
    bring_in(written(tmp_path, other))
    assert Patient.objects.count() == 2
    assert Encounter.objects.count() == 4


def test_the_same_number_with_another_birth_date_is_not_mixed_into_the_chart(dana, tmp_path, capsys):
    bring_in(OWN)
    other = own()
    other["entry"][1]["resource"]["birthDate"] = "1970-01-01"
    before = counts()
    bring_in(written(tmp_path, other))
    assert counts() == before
    assert "another birth date" in capsys.readouterr().out


def test_a_clinician_gets_the_chart_by_a_care_relationship(dana, hale, osei):
    bring_in(OWN, clinician="hale")
    patient = Patient.objects.get()
    assert may_open_chart(hale, patient) and not may_open_chart(osei, patient)
    bring_in(OWN, clinician="hale")
    assert CareRelationship.objects.count() == PatientPermission.objects.count() == 1


def test_a_clinician_does_not_import_their_way_into_somebody_elses_chart(dana, hale, osei, capsys):
    bring_in(OWN, clinician="hale")
    with pytest.raises(SystemExit) as stopped:
        bring_in(OWN, by="osei", clinician="osei")
    assert stopped.value.code == 1
    assert "refused whole" in capsys.readouterr().err
    assert not may_open_chart(osei, Patient.objects.get())


def test_one_line_per_patient_stands_in_the_audit_trail_without_a_name(dana):
    bring_in(OWN)
    entry = AuditEntry.objects.get(event=AuditEvent.IMPORTED)
    assert (entry.actor, entry.patient_id) == (dana, Patient.objects.get().pk)
    everything = str(list(AuditEntry.objects.values()))
    for word in ("Anna", "Żółkiewska", "Sertraline", "anxiety", "Springfield", "C-7731"):
        assert word not in everything


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "the file is empty (0 bytes)"),
        (b"hello", "the file is not JSON"),
        (b"\xff\xfe\x00", "the file is not JSON"),
        (b'{"resourceType": "Bundle", "entry": [NaN]}', "the file is not JSON"),
        (b"[" * 100_000, "the file is not JSON"),
        (b"[]", "not a FHIR bundle but something else"),
        (b'{"resourceType": "Patient"}', "not a FHIR bundle but a FHIR Patient"),
        (b'{"resourceType": "Bundle"}', "the bundle is empty"),
        (b'{"resourceType": "Bundle", "entry": {}}', "the bundle is empty"),
        (b"\x1f\x8bnot really", "cannot be unpacked"),
        (gzip.compress(b'{"resourceType": "Bundle"', mtime=0)[:20], "cannot be unpacked"),
        (gzip.compress(b"hello", mtime=0), "the file is not JSON"),
    ],
)
def test_a_file_that_is_not_a_bundle_is_refused_whole_with_a_sentence(dana, tmp_path, capsys, content, sentence):
    file = tmp_path / "file.json"
    file.write_bytes(content)
    with pytest.raises(SystemExit) as stopped:
        bring_in(file)
    assert stopped.value.code == 1
    said = capsys.readouterr().err
    assert "file.json: refused whole, nothing of it was kept: " in said
    assert sentence in said
    assert not Patient.objects.exists()


def test_of_two_files_the_good_one_is_kept_and_the_exit_code_says_that_one_was_not(dana, tmp_path, capsys):
    with pytest.raises(SystemExit):
        bring_in(tmp_path / "not there.json", OWN)
    told = capsys.readouterr()
    assert "cannot be opened (No such file or directory)" in told.err
    assert "1 of 2 files" in told.out
    assert Patient.objects.count() == 1


def test_a_compressed_file_is_the_same_as_a_plain_one(dana, tmp_path):
    packed = tmp_path / "bundle.json.gz"
    packed.write_bytes(gzip.compress(OWN.read_bytes(), mtime=0))
    bring_in(packed)
    bring_in(OWN)
    assert Patient.objects.count() == 1


@pytest.mark.parametrize("who", ["nobody", "Dana"])
def test_whoever_acts_must_be_somebody(dana, who):
    with pytest.raises(CommandError, match="no active member of staff"):
        bring_in(OWN, by=who)


def test_a_compliance_officer_does_not_import(castellanos, capsys):
    with pytest.raises(SystemExit):
        bring_in(OWN, by="castellanos")
    assert "administrator, a clinician or front desk" in capsys.readouterr().err
    assert not Patient.objects.exists()


def test_a_birth_in_the_future_is_refused_and_part_of_a_birth_date_is_said():
    future, part = own(), own()
    future["entry"][1]["resource"]["birthDate"] = "2030-01-01"
    part["entry"][1]["resource"]["birthDate"] = "1988"
    assert any("lies in the future" in problem.words for problem in parsed(future).problems)
    assert not parsed(future).patients
    (person,) = parsed(part).patients.values()
    assert person.birth_date is None
    assert any("not a full date" in problem.words and not problem.skipped for problem in parsed(part).problems)


def test_what_lies_in_the_future_is_a_problem_with_a_place():
    ahead = own()
    ahead["entry"][0]["resource"]["effectiveDateTime"] = "2031-01-01"
    ahead["entry"][3]["resource"]["period"] = {"start": "2031-01-01T10:00:00Z", "end": "2031-01-01T11:00:00Z"}
    found = [problem.place for problem in parsed(ahead).problems if problem.words == "lies in the future"]
    assert sorted(found) == ["entry 0, Observation/o-phq", "entry 3, Encounter/e-1"]


def test_resources_without_an_id_of_their_own_are_known_by_the_address_they_have_in_the_file(dana, tmp_path):
    posted = own()
    for entry in posted["entry"]:
        entry.get("resource", {}).pop("id", None)
    posted["entry"][3]["resource"]["subject"]["reference"] += "/_history/3"
    for entry in posted["entry"]:
        if "encounter" in entry.get("resource", {}):
            entry["resource"]["encounter"] = {"reference": "urn:uuid:e-1"}
    bring_in(written(tmp_path, posted))
    before = counts()
    assert before["Encounter"] == 2 and before["Result"] == 5
    bring_in(written(tmp_path, posted))
    assert counts() == before


@pytest.mark.parametrize("poison", ["a\x00b", "\ud800", "x" * 5000, 7, ["a"], {"a": 1}, True])
def test_a_value_the_database_could_not_keep_is_a_problem_with_a_place_and_never_a_crash(poison):
    bad = own()
    bad["entry"][7]["resource"]["code"] = {"text": poison}
    bundle = parsed(bad)
    assert [p.place for p in bundle.problems if "Condition/c-1" in p.place] == ["entry 7, Condition/c-1"]
    assert len(bundle.conditions) == 1


def places(item: object, path: tuple = ()) -> list[tuple]:
    keys = item.items() if isinstance(item, dict) else enumerate(item) if isinstance(item, list) else ()
    return [path, *(inner for key, value in keys for inner in places(value, (*path, key)))]


JUNK = st.sampled_from([None, "", "x", -1, 1.5, True, [], {}, [None], ["x"], [[]], [{}], {"coding": 3}, "9999-99-99"])


@settings(max_examples=samples(200), deadline=None)
@given(seed=st.integers(0, 2**32), junk=JUNK)
def test_whatever_stands_anywhere_in_a_bundle_reading_it_never_crashes(seed, junk):
    bundle = own()
    *way, last = random.Random(seed).choice(places(bundle["entry"], ("entry",))[1:])
    target = bundle
    for key in way:
        target = target[key]
    target[last] = junk
    try:
        result = parsed(bundle)
    except NotABundle:
        return
    assert all(problem.place.startswith("entry ") for problem in result.problems)


def test_a_number_beyond_the_database_is_refused_in_words():
    big = own()
    big["entry"][0]["resource"]["valueQuantity"]["value"] = 10**30
    assert any("too large" in problem.words for problem in parsed(big).problems)


def test_totals_are_what_the_files_say(dana):
    bring_in(OWN)
    assert Result.objects.filter(number__isnull=False).aggregate(total=Sum("number"))["total"] == Decimal(
        "14.0123456789012"
    )
