"""Diagnoses: one primary among those in force, a history that only grows, and what imports brought."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from practice.infrastructure.days import today
from practice.infrastructure.refusals import Refused
from practice.people.models import Patient, Staff
from records.chart.actions.diagnoses import add_diagnosis, add_observation, change_diagnosis
from records.chart.models import Diagnosis, DiagnosisStatus, IcdCode, IcdRelease
from records.chart.queries.diagnoses import active_diagnoses, history_of, observations, standings
from records.chart.rules.diagnoses import (
    ClinicalStatus as S,
)
from records.chart.rules.diagnoses import (
    Verification as V,
)
from records.chart.rules.diagnoses import (
    becomes_primary,
    imported_status,
    onset_refusal,
    status_refusals,
)
from records.chart.rules.partial_days import NotADay, first_day, partial_words, read_partial

CODES = {
    "F41.1": ("Generalized anxiety disorder", True),
    "F33.1": ("Major depressive disorder, recurrent, moderate", True),
    "F43.10": ("Post-traumatic stress disorder, unspecified", True),
    "F33": ("Major depressive disorder, recurrent", False),
}


@pytest.fixture
def codes(db: None) -> dict[str, IcdCode]:
    release = IcdRelease.objects.create(
        label="2026-04", in_force_from=date(2026, 4, 1), source="a few", sha256="", codes_count=4
    )
    return {
        code: IcdCode.objects.create(
            release=release, code=code, compact=code.replace(".", ""), title=title, billable=billable, chapter=5
        )
        for code, (title, billable) in CODES.items()
    }


def held() -> None:
    """Let the database judge now what it judges when a transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


# --- rules -----------------------------------------------------------------------------------------------------------
DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("", "", ""),
        ("2023", "2023", "2023"),
        ("feb 2023", "2023-02", "Feb 2023"),
        ("February 2023", "2023-02", "Feb 2023"),
        ("2/2023", "2023-02", "Feb 2023"),
        ("2023-02", "2023-02", "Feb 2023"),
        ("Feb 3, 2023", "2023-02-03", "Feb 3, 2023"),
        ("2/3/2023", "2023-02-03", "Feb 3, 2023"),
        (" 3 Feb 2023 ", "2023-02-03", "Feb 3, 2023"),
        ("2023-02-28", "2023-02-28", "Feb 28, 2023"),
    ],
)
def test_an_onset_is_a_day_a_month_or_a_year(typed: str, kept: str, shown: str) -> None:
    assert read_partial(typed) == kept
    assert partial_words(kept) == shown


@pytest.mark.parametrize("typed", ["soon", "2/30/2023", "13/2023", "0023", "23", "1879", "20233", "2023-02-30", "٢٠٢٣"])
def test_what_is_no_day_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(NotADay, match="Write a day, a month or a year"):
        read_partial(typed)


def test_words_of_an_import_are_shown_and_never_compared() -> None:
    assert partial_words("in childhood") == "in childhood"
    assert first_day("in childhood") is None
    assert first_day("2023-02") == date(2023, 2, 1)


@pytest.mark.parametrize(
    ("clinical", "verification", "ended", "status"),
    [
        ("active", "confirmed", False, S.ACTIVE),
        ("", "", False, S.ACTIVE),
        ("active", "", True, S.RESOLVED),
        ("relapse", "confirmed", False, S.ACTIVE),
        ("remission", "confirmed", False, S.FULL_REMISSION),
        ("resolved", "confirmed", False, S.RESOLVED),
        ("inactive", "", False, S.RESOLVED),
        ("active", "refuted", False, S.RULED_OUT),
        ("active", "entered-in-error", False, S.IN_ERROR),
    ],
)
def test_an_imported_diagnosis_stands_where_it_came_from(
    clinical: str, verification: str, ended: bool, status: S
) -> None:
    assert imported_status(clinical, verification, ended=ended) == status


@pytest.mark.parametrize(
    ("asked", "status", "others", "elsewhere", "primary"),
    [
        (False, S.ACTIVE, False, False, True),  # the only one
        (False, S.ACTIVE, True, True, False),
        (True, S.ACTIVE, True, True, True),
        (False, S.ACTIVE, True, False, True),  # others were imported; none is primary
        (True, S.FULL_REMISSION, False, False, True),
        (True, S.RESOLVED, False, False, False),
        (True, S.RULED_OUT, True, False, False),
    ],
)
def test_who_is_primary(asked: bool, status: S, others: bool, elsewhere: bool, primary: bool) -> None:
    assert becomes_primary(asked=asked, status=status, others_in_force=others, primary_elsewhere=elsewhere) == primary


@pytest.mark.parametrize(
    ("given", "refused"),
    [
        ({}, {}),
        ({"on": DAY + timedelta(days=1)}, {"on": "STATUS_IN_FUTURE"}),
        ({"onset": DAY + timedelta(days=1)}, {"on": "STATUS_BEFORE_ONSET"}),
        ({"onset": DAY}, {}),
        ({"last_on": DAY}, {}),
        ({"last_on": DAY + timedelta(days=1)}, {"on": "STATUS_BEFORE_LAST"}),
        ({"last_on": DAY + timedelta(days=1), "status": S.IN_ERROR}, {}),
        ({"was": S.IN_ERROR}, {"status": "DIAGNOSIS_IN_ERROR"}),
        ({"status": S.RESOLVED, "was_primary": True}, {}),
        (
            {"status": S.RESOLVED, "was_primary": True, "others_in_force": True},
            {"successor": "PRIMARY_NEEDS_SUCCESSOR"},
        ),
        ({"status": S.RESOLVED, "was_primary": True, "others_in_force": True, "successor_named": True}, {}),
        ({"status": S.FULL_REMISSION, "was_primary": True, "others_in_force": True}, {}),
    ],
)
def test_why_a_status_cannot_be_written(given: dict[str, object], refused: dict[str, str]) -> None:
    whole = {"status": S.ACTIVE, "was": S.ACTIVE, "on": DAY, "today": DAY, "onset": None, "last_on": None} | given
    assert {field: refusal.code for field, refusal in status_refusals(**whole).items()} == refused  # type: ignore[arg-type]


def test_nothing_begins_in_the_future_or_before_birth() -> None:
    assert onset_refusal(DAY + timedelta(days=1), today=DAY, born=None)
    assert onset_refusal(date(1990, 1, 1), today=DAY, born=date(1991, 7, 14))
    assert onset_refusal(date(1991, 1, 1), today=DAY, born=date(1991, 7, 14)) is None  # "1991": the year of birth
    assert onset_refusal(None, today=DAY, born=None) is None


# --- one primary among those in force --------------------------------------------------------------------------------
def test_the_first_diagnosis_is_primary_and_the_next_is_not(
    hale: Staff, lindqvist: Patient, codes: dict[str, IcdCode]
) -> None:
    add_diagnosis(by=hale, patient=lindqvist, code=codes["F41.1"], onset="2023-02")
    add_diagnosis(by=hale, patient=lindqvist, code=codes["F33.1"])
    held()
    assert [(one.diagnosis.code, one.primary) for one in active_diagnoses(lindqvist)] == [
        ("F41.1", True),
        ("F33.1", False),
    ]
    assert active_diagnoses(lindqvist)[0].diagnosis.onset_words == "Feb 2023"


def test_another_becomes_primary_and_both_lines_stay_in_the_history(
    hale: Staff, lindqvist: Patient, codes: dict[str, IcdCode]
) -> None:
    first = add_diagnosis(by=hale, patient=lindqvist, code=codes["F41.1"])
    second = add_diagnosis(by=hale, patient=lindqvist, code=codes["F33.1"], primary=True)
    held()
    assert [(one.diagnosis, one.primary) for one in active_diagnoses(lindqvist)] == [(second, True), (first, False)]
    assert [line.primary for line in history_of(first)] == [False, True]


def test_a_primary_diagnosis_that_ends_names_the_next_one(
    hale: Staff, lindqvist: Patient, codes: dict[str, IcdCode]
) -> None:
    first = add_diagnosis(by=hale, patient=lindqvist, code=codes["F41.1"])
    second = add_diagnosis(by=hale, patient=lindqvist, code=codes["F33.1"])
    ending = {"status": S.RESOLVED, "verification": V.CONFIRMED, "on": today()}
    with pytest.raises(Refused, match="PRIMARY_NEEDS_SUCCESSOR"):
        change_diagnosis(by=hale, diagnosis=first, **ending)  # type: ignore[arg-type]
    change_diagnosis(by=hale, diagnosis=first, successor=second, comment="Scores below five.", **ending)  # type: ignore[arg-type]
    held()
    assert [(one.diagnosis, one.primary) for one in active_diagnoses(lindqvist)] == [(second, True)]
    assert history_of(first)[0].comment == "Scores below five."


def test_the_last_diagnosis_ends_and_none_is_primary(
    hale: Staff, lindqvist: Patient, codes: dict[str, IcdCode]
) -> None:
    only = add_diagnosis(by=hale, patient=lindqvist, code=codes["F41.1"])
    change_diagnosis(by=hale, diagnosis=only, status=S.RULED_OUT, verification=V.CONFIRMED, on=today())
    held()
    assert active_diagnoses(lindqvist) == []


def test_two_primaries_are_refused_by_the_database(hale: Staff, lindqvist: Patient, codes: dict[str, IcdCode]) -> None:
    add_diagnosis(by=hale, patient=lindqvist, code=codes["F41.1"])
    second = add_diagnosis(by=hale, patient=lindqvist, code=codes["F33.1"])
    DiagnosisStatus.objects.filter(diagnosis=second).update(current=False)
    with pytest.raises(IntegrityError, match="one_primary"), transaction.atomic():
        _line(hale, second, primary=True)
    with pytest.raises(IntegrityError, match="primary_in_force"), transaction.atomic():
        _line(hale, second, primary=True, status=S.RESOLVED)


def test_a_second_current_line_is_refused_by_the_database(
    hale: Staff, lindqvist: Patient, codes: dict[str, IcdCode]
) -> None:
    only = add_diagnosis(by=hale, patient=lindqvist, code=codes["F41.1"])
    with pytest.raises(IntegrityError, match="one_current"), transaction.atomic():
        _line(hale, only)


def test_no_primary_among_those_in_force_is_refused_when_the_transaction_ends(
    hale: Staff, lindqvist: Patient, codes: dict[str, IcdCode]
) -> None:
    only = add_diagnosis(by=hale, patient=lindqvist, code=codes["F41.1"])
    held()
    with pytest.raises(DatabaseError, match="need a primary one"), transaction.atomic():
        DiagnosisStatus.objects.filter(diagnosis=only).update(current=False)
        _line(hale, only)
        held()


def test_a_line_about_another_patients_diagnosis_is_refused_by_the_database(
    hale: Staff, lindqvist: Patient, abernathy: Patient, codes: dict[str, IcdCode]
) -> None:
    only = add_diagnosis(by=hale, patient=lindqvist, code=codes["F41.1"])
    DiagnosisStatus.objects.filter(diagnosis=only).update(current=False)
    with pytest.raises(DatabaseError, match="of one patient"), transaction.atomic():
        _line(hale, only, patient=abernathy, primary=True)


def test_history_is_not_rewritten(hale: Staff, lindqvist: Patient, codes: dict[str, IcdCode]) -> None:
    only = add_diagnosis(by=hale, patient=lindqvist, code=codes["F41.1"])
    change_diagnosis(by=hale, diagnosis=only, status=S.FULL_REMISSION, verification=V.CONFIRMED, on=today())
    old = DiagnosisStatus.objects.get(diagnosis=only, current=False)
    with pytest.raises(DatabaseError, match="only grows"), transaction.atomic():
        DiagnosisStatus.objects.filter(pk=old.pk).update(current=True)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        DiagnosisStatus.objects.filter(pk=old.pk).update(status=S.RESOLVED)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        old.delete()


# --- what can be added -----------------------------------------------------------------------------------------------
def test_a_heading_a_code_in_force_and_another_persons_chart_are_refused(
    hale: Staff, osei: Staff, lindqvist: Patient, codes: dict[str, IcdCode]
) -> None:
    with pytest.raises(Refused, match="CODE_IS_HEADING"):
        add_diagnosis(by=hale, patient=lindqvist, code=codes["F33"])
    with pytest.raises(Refused, match="CHART_NO_CARE"):
        add_diagnosis(by=osei, patient=lindqvist, code=codes["F41.1"])
    only = add_diagnosis(by=hale, patient=lindqvist, code=codes["F41.1"])
    with pytest.raises(Refused, match="DIAGNOSIS_IN_FORCE"):
        add_diagnosis(by=hale, patient=lindqvist, code=codes["F41.1"])
    with pytest.raises(Refused, match="CHART_NO_CARE"):
        change_diagnosis(by=osei, diagnosis=only, status=S.RESOLVED, verification=V.CONFIRMED, on=today())
    change_diagnosis(by=hale, diagnosis=only, status=S.RESOLVED, verification=V.CONFIRMED, on=today())
    again = add_diagnosis(by=hale, patient=lindqvist, code=codes["F41.1"])  # it came back
    assert [one.diagnosis for one in active_diagnoses(lindqvist)] == [again]


def test_an_imported_diagnosis_is_given_a_code_once_and_shown_by_it(
    hale: Staff, lindqvist: Patient, codes: dict[str, IcdCode]
) -> None:
    imported = Diagnosis.objects.create(
        patient=lindqvist,
        code_system="http://snomed.info/sct",
        code="21897009",
        title="Generalized anxiety disorder",
        clinical_status="active",
        onset_on=date(2020, 1, 5),
    )
    assert [(one.diagnosis, one.coded) for one in active_diagnoses(lindqvist)] == [(imported, False)]
    coded = add_diagnosis(by=hale, patient=lindqvist, code=codes["F41.1"], onset="2020", stands_for=imported)
    held()
    assert [(one.diagnosis, one.coded, one.primary) for one in standings(lindqvist)] == [(coded, True, True)]
    with pytest.raises(Refused, match="CODED_ALREADY"):
        add_diagnosis(by=hale, patient=lindqvist, code=codes["F33.1"], stands_for=imported)
    with pytest.raises(Refused, match="NOT_IMPORTED"):
        add_diagnosis(by=hale, patient=lindqvist, code=codes["F33.1"], stands_for=coded)


def test_an_imported_diagnosis_can_be_resolved_here(hale: Staff, lindqvist: Patient) -> None:
    imported = Diagnosis.objects.create(patient=lindqvist, title="Stress", clinical_status="active")
    change_diagnosis(by=hale, diagnosis=imported, status=S.RESOLVED, verification=V.CONFIRMED, on=today())
    held()
    assert active_diagnoses(lindqvist) == []
    assert [one.diagnosis for one in standings(lindqvist)] == [imported]


# --- observations ----------------------------------------------------------------------------------------------------
def test_an_observation_is_corrected_by_one_in_its_place_and_only_once(hale: Staff, lindqvist: Patient) -> None:
    first = add_observation(by=hale, patient=lindqvist, kind="symptoms", on=today(), text="Sleeps five hours.")
    right = add_observation(
        by=hale, patient=lindqvist, kind="symptoms", on=today(), text="Sleeps six hours.", supersedes=first
    )
    assert list(observations(lindqvist)) == [right]
    with pytest.raises(Refused, match="OBSERVATION_CORRECTED_SINCE"):
        add_observation(by=hale, patient=lindqvist, kind="symptoms", on=today(), text="Seven.", supersedes=first)


def test_an_observation_says_something_and_is_not_of_the_future(hale: Staff, osei: Staff, lindqvist: Patient) -> None:
    with pytest.raises(Refused, match="OBSERVATION_EMPTY"):
        add_observation(by=hale, patient=lindqvist, kind="symptoms", on=today(), text="  ")
    with pytest.raises(Refused, match="OBSERVATION_IN_FUTURE"):
        add_observation(by=hale, patient=lindqvist, kind="symptoms", on=today() + timedelta(days=1), text="Later.")
    with pytest.raises(Refused, match="CHART_NO_CARE"):
        add_observation(by=osei, patient=lindqvist, kind="prognosis", on=today(), text="Good.")


def _line(by: Staff, diagnosis: Diagnosis, **given: object) -> DiagnosisStatus:
    values = {"status": S.ACTIVE, "verification": V.CONFIRMED, "on": today(), "patient": diagnosis.patient} | given
    return DiagnosisStatus.objects.create(diagnosis=diagnosis, recorded_by=by, **values)
