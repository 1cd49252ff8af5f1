"""Finding patients: what people type, and what they may find."""

from datetime import date

import pytest

from practice.desk.search import Sought, find_patients, read_query
from practice.people.models import Patient, PatientName, Staff
from practice.people.rules import NameUse


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("lindqvist", Sought(words=("lindqvist",))),
        ("  Tobias   Lindqvist ", Sought(words=("tobias", "lindqvist"))),
        ("Lucía", Sought(words=("lucia",))),
        ("Nguyễn Thị", Sought(words=("nguyen", "thi"))),
        ("20388", Sought(number=20388)),
        ("#20388", Sought(number=20388)),
        ("7/14/1991", Sought(born_on=date(1991, 7, 14))),
        ("7/14/91", Sought(born_on=date(1991, 7, 14))),
        ("7/14/31", Sought(born_on=date(1931, 7, 14))),
        ("Jul 14, 1991", Sought(born_on=date(1991, 7, 14))),
        ("1991-07-14", Sought(born_on=date(1991, 7, 14))),
        ("toby July 14 1991", Sought(words=("toby",), born_on=date(1991, 7, 14))),
        ("2/30/1991", Sought(words=("2/30/1991",))),
        ("2/29/68", Sought(born_on=date(1968, 2, 29))),
        ("a", Sought()),
        ("", Sought()),
        ("\x00", Sought()),
        ("李", Sought()),
        ("李明", Sought(words=("李明",))),
        ("100%", Sought(words=("100%",))),
    ],
)
def test_what_is_typed_is_read_as_people_mean_it(typed: str, meant: Sought) -> None:
    assert read_query(typed) == meant


@pytest.fixture
def ana(db: None) -> Patient:
    patient = Patient.objects.create(
        number=20431,
        legal_name="Ana Lucía Ferreira",
        sort_name="Ferreira, Ana Lucía",
        preferred_name="Nita",
        birth_date=date(2009, 12, 30),
        opened_on=date(2024, 1, 5),
    )
    PatientName.objects.create(patient=patient, use=NameUse.FORMER, text="Ana Lucía Brandão")
    return patient


@pytest.mark.parametrize(
    "typed", ["lucia", "FERREIRA", "nita", "brandao", "ana ferr", "20431", "12/30/2009", "ana 12/30/2009"]
)
def test_a_patient_is_found_by_any_name_birth_date_or_number(dana: Staff, ana: Patient, typed: str) -> None:
    assert find_patients(dana, read_query(typed)).patients == [ana]


@pytest.mark.parametrize("typed", ["ana brook", "20432", "12/29/2009", "%", "_na", "ferreira 1/1/2000"])
def test_somebody_else_is_not_found(dana: Staff, ana: Patient, typed: str) -> None:
    assert find_patients(dana, read_query(typed)).patients == []


def test_a_clinician_finds_only_patients_in_their_care(osei: Staff, ana: Patient) -> None:
    assert find_patients(osei, read_query("ferreira")).patients == []


def test_an_administrator_finds_nobody(brook: Staff, ana: Patient) -> None:
    assert find_patients(brook, read_query("ferreira")).patients == []


def test_a_long_list_says_that_there_are_more(dana: Staff) -> None:
    Patient.objects.bulk_create(
        Patient(
            number=30000 + n, legal_name=f"Sam Okafor {n}", sort_name=f"Okafor, Sam {n:03}", opened_on=date(2024, 1, 5)
        )
        for n in range(5)
    )
    found = find_patients(dana, read_query("okafor"), limit=3)
    assert len(found.patients) == 3 and found.more
    assert not find_patients(dana, read_query("okafor"), limit=5).more
