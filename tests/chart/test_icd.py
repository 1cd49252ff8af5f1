"""ICD-10-CM: what is found first, how a release is loaded, and what a bad file is told."""

from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from practice.people.models import Staff
from records.chart.actions.icd import load_release
from records.chart.management.commands.load_icd10 import packaged
from records.chart.models import IcdCode, IcdRelease, IcdTerm
from records.chart.queries.icd import Hit, code_in_force, release_in_force, search_codes
from records.chart.rules.icd import (
    BadOrderFile,
    IcdEntry,
    chapter_of,
    dotted,
    in_force_from,
    label_in,
    plain_words,
    read_order_file,
    read_search,
)

DAY = date(2026, 11, 21)

# What a therapist types -> the code that is meant.
MEANT = [
    ("ptsd", "F43.10"),
    ("PTSD chronic", "F43.12"),
    ("post-traumatic stress acute", "F43.11"),
    ("posttraumatic stress disorder chronic", "F43.12"),
    ("gad", "F41.1"),
    ("generalised anxiety", "F41.1"),
    ("F33.1", "F33.1"),
    ("f331", "F33.1"),
    ("f33.1 ", "F33.1"),
    ("major depr rec", "F33.0"),
    ("rec major mod", "F33.1"),
    ("MDD rec mod", "F33.1"),
    ("mdd", "F32.9"),
    ("depression", "F32.A"),
    ("Dépression", "F32.A"),
    ("depression postpartum", "F53.0"),
    ("adjustment anxiety", "F43.22"),
    ("adjustment mixed anxiety depressed", "F43.23"),
    ("alcohol use severe", "F10.20"),
    ("alcohol use disorder, mild", "F10.10"),
    ("aud", "F10.20"),
    ("cannabis use moderate", "F12.20"),
    ("opioid use severe", "F11.20"),
    ("tobacco", "F17.200"),
    ("sud", "F19.20"),
    ("ocd", "F42.2"),
    ("hoarding", "F42.3"),
    ("adhd", "F90.2"),
    ("adhd inattentive", "F90.0"),
    ("bpd", "F60.3"),
    ("borderline", "F60.3"),
    ("narcissistic", "F60.81"),
    ("panic attack", "F41.0"),
    ("social anxiety", "F40.10"),
    ("bipolar", "F31.9"),
    ("bipolar ii", "F31.81"),
    ("dysthymia", "F34.1"),
    ("grief", "F43.81"),
    ("insomnia disorder", "F51.01"),
    ("autism", "F84.0"),
    ("gender dysphoria", "F64.0"),
    ("anorexia", "F50.00"),
    ("acute stress disorder", "F43.0"),
    ("suicidal", "R45.851"),
    ("self-harm", "R45.88"),
    ("partner relationship", "Z63.0"),
    ("z63.0", "Z63.0"),
    ("burnout", "Z73.0"),
    ("vitamin b12 deficiency", "E53.8"),
]


# --- rules -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("label", "day"),
    [
        ("2027", date(2026, 10, 1)),
        ("2026-04", date(2026, 4, 1)),
        ("2026-13", None),
        ("1999", None),
        ("fiscal 2027", None),
        ("", None),
    ],
)
def test_a_fiscal_year_begins_in_october_before_it(label: str, day: date | None) -> None:
    assert in_force_from(label) == day


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("icd10cm_order_2027.txt", "2027"),
        ("icd10cm-order-April-2026.txt", "2026-04"),
        ("code-list-April-2026.txt", "2026-04"),
        ("icd10c-tabular-April-1-2026.xml", "2026-04"),
        ("codes.txt", ""),
    ],
)
def test_the_name_of_a_file_says_its_release(name: str, label: str) -> None:
    assert label_in(name) == label


def test_words_have_one_spelling() -> None:
    assert plain_words("Post-traumatic Alzheimer's Dépression") == ["post", "traumatic", "alzheimer", "depression"]
    assert plain_words("Posttraumatic behaviour") == ["post", "traumatic", "behavior"]


@pytest.mark.parametrize("typed", ["", " ", "a", "F", "of the", "—", "%", "\x00"])
def test_too_little_is_nothing_to_look_for(typed: str) -> None:
    assert not read_search(typed)


def test_the_chapter_follows_from_the_code() -> None:
    chapters = {"A00": 1, "D49.9": 2, "D50": 3, "F01.50": 5, "F99": 5, "H59.89": 7, "H60": 8, "Z63.0": 21, "U07.1": 22}
    assert {code: chapter_of(code) for code in chapters} == chapters


# --- the file of CMS -------------------------------------------------------------------------------------------------
def line(order: int, code: str, flag: int, title: str) -> str:
    """A line as CMS sets it: order 1-5, code 7-13, flag 15, short title 17-76, long title from 78."""
    return f"{order:05} {code:<7} {flag} {title[:60]:<60} {title}"


GOOD = [
    line(1, "F33", 0, "Major depressive disorder, recurrent"),
    line(2, "F330", 1, "Major depressive disorder, recurrent, mild"),
    line(3, "F331", 1, "Major depressive disorder, recurrent, moderate"),
    line(4, "S01", 0, "Open wound of head"),
    line(5, "S010", 0, "Open wound of scalp"),
    line(6, "S0100XA", 1, "Unspecified open wound of scalp, initial encounter"),
]


def order_file(lines: list[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode()


def test_an_order_file_is_read_by_its_columns() -> None:
    entries = {one.code: one for one in read_order_file(order_file(GOOD))}
    assert entries["F33"] == IcdEntry("F33", "Major depressive disorder, recurrent", False)
    assert entries["F33.1"] == IcdEntry("F33.1", "Major depressive disorder, recurrent, moderate", True, "F33")
    assert entries["S01.00XA"].parent == "S01.0"
    assert dotted("F99") == "F99"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "the file holds no code"),
        (
            [*GOOD[:2], "F331 Major depressive disorder"],
            "line 3: has 30 characters; the long title begins in column 78",
        ),
        ([GOOD[0].replace("00001", "order")], "line 1: columns 1-5 hold no order number but 'order'"),
        ([GOOD[0], line(2, "33F", 1, "Wrong")], "line 2: columns 7-13 hold no code but '33F    '"),
        ([GOOD[0], line(2, "F330", 7, "Wrong")], "line 2: column 15 is neither 0 (heading) nor 1 (billable) but '7'"),
        ([GOOD[0], line(2, "F330", 1, "") + "  "], "line 2: the long title is empty"),
        ([GOOD[1], GOOD[0]], "line 2: the order number 00001 does not follow 00002"),
        ([GOOD[0], line(2, "F33", 0, "Again")], "line 2: the code F33 stood in an earlier line already"),
        ([line(1, "F33", 1, "Depressive"), GOOD[1]], "line 2: F33.0 stands below F33, which is marked as billable"),
        ([GOOD[0].replace("F33 ", "F33\t", 1)], "line 1: holds a tab"),
        ([GOOD[0] + "x" * 500], "line 1: the long title has"),
    ],
)
def test_a_bad_order_file_is_told_its_lines(lines: list[str], said: str) -> None:
    with pytest.raises(BadOrderFile) as bad:
        read_order_file(order_file(lines) if lines else b"\n\n")
    assert any(said in problem for problem in bad.value.problems), bad.value.problems


def test_something_else_than_text_is_named() -> None:
    with pytest.raises(BadOrderFile, match="line 2: a byte that is no text"):
        read_order_file(GOOD[0].encode() + b"\nPK\x03\x04\xff\xfe")


def test_a_thousand_bad_lines_are_summed_up() -> None:
    with pytest.raises(BadOrderFile) as bad:
        read_order_file(b"nonsense\n" * 1000)
    assert (len(bad.value.problems), bad.value.more) == (10, 990)


# --- loading ---------------------------------------------------------------------------------------------------------
def load(*arguments: str) -> str:
    out = StringIO()
    call_command("load_icd10", *arguments, stdout=out)
    return out.getvalue()


def test_a_file_of_cms_is_loaded_once_and_searched_from_its_day(db: None, tmp_path: Path) -> None:
    path = tmp_path / "icd10cm_order_2027.txt"
    path.write_bytes(order_file(GOOD))
    assert load("--file", str(path)).startswith("Loaded ICD-10-CM 2027, 6 codes and headings, in force from 2026-10-01")
    assert load("--file", str(path)).startswith("Stands already, unchanged: ICD-10-CM 2027")
    assert IcdRelease.objects.count() == 1
    assert [hit.code for hit in search_codes("depr rec", DAY)] == ["F33.0", "F33.1", "F33"]
    assert search_codes("f33", DAY)[0] == Hit("F33", "Major depressive disorder, recurrent", False)
    assert load("--if-none") == ""


@pytest.mark.parametrize(
    ("lines", "name", "said"),
    [
        ([*GOOD[:2], "nonsense"], "icd10cm_order_2027.txt", "Nothing was changed.\n  line 3: has 8 characters"),
        (GOOD, "codes.txt", "names no year"),
    ],
)
def test_a_bad_file_changes_nothing_and_says_why(
    db: None, tmp_path: Path, lines: list[str], name: str, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(order_file(lines))
    with pytest.raises(CommandError) as refused:
        load("--file", str(path))
    assert said in str(refused.value)
    assert (IcdRelease.objects.count(), IcdCode.objects.count(), IcdTerm.objects.count()) == (0, 0, 0)


def test_a_file_that_is_not_there_is_named(db: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"missing\.txt cannot be opened"):
        load("--file", str(tmp_path / "missing.txt"))


def test_a_release_is_never_overwritten(db: None, tmp_path: Path) -> None:
    path = tmp_path / "icd10cm_order_2027.txt"
    path.write_bytes(order_file(GOOD))
    load("--file", str(path))
    path.write_bytes(order_file(GOOD[:3]))
    with pytest.raises(CommandError, match=r"stands already, from icd10cm_order_2027\.txt, with other codes"):
        load("--file", str(path))
    with pytest.raises(CommandError, match="“soon” names no release"):
        load("--file", str(path), "--release", "soon")
    assert IcdCode.objects.count() == len(GOOD)


def test_the_newest_release_in_force_is_searched_and_words_of_the_book_are_taken_over(db: None) -> None:
    old = [IcdEntry("F10.20", "Alcohol dependence, uncomplicated", True, terms=("Alcohol use disorder, severe",))]
    new = [IcdEntry("F10.20", "Alcohol dependence, new words", True)]
    load_release(label="2026-04", source="book", entries=old)
    load_release(label="2027", source="file", entries=new)
    assert release_in_force(date(2026, 9, 30)).label == "2026-04"  # type: ignore[union-attr]
    assert release_in_force(date(2026, 10, 1)).label == "2027"  # type: ignore[union-attr]
    found = search_codes("alcohol use severe", DAY)
    assert [(hit.title, hit.by) for hit in found] == [("Alcohol dependence, new words", "Alcohol use disorder, severe")]


def test_without_a_release_nothing_is_found(db: None) -> None:
    assert search_codes("ptsd", DAY) == []
    assert code_in_force("F43.10", DAY) is None


def test_the_book_that_comes_with_the_product_finds_what_is_meant(db: None) -> None:
    """One load for all of it: the mental chapter, and what therapists need of the rest."""
    entries, label = packaged()
    assert label == "2026-04"
    assert len(entries) == 98_186
    assert {one.chapter for one in entries} == set(range(1, 23))
    part = [one for one in entries if one.code[0] in "FZR" or one.code.startswith(("E53", "D51"))]
    load_release(label=label, source="simple-icd-10-cm", entries=part)
    wrong = [
        f"{typed!r} finds {hits[0].code if hits else 'nothing'}, meant is {code}"
        for typed, code in MEANT
        if not (hits := search_codes(typed, DAY)) or hits[0].code != code
    ]
    assert not wrong, "\n".join(wrong)
    headings = [hit.billable for hit in search_codes("depressive", DAY)]
    assert headings == sorted(headings, reverse=True), "codes stand before headings"
    assert code_in_force("f33.1", DAY).title == "Major depressive disorder, recurrent, moderate"  # type: ignore[union-attr]
    assert [hit.code for hit in search_codes("xyzzy", DAY)] == []


# --- the page's list -------------------------------------------------------------------------------------------------
def test_the_list_marks_headings_and_escapes_what_it_shows(hale: Staff, signed_in: Callable[[Staff], Client]) -> None:
    entries = [
        IcdEntry("F33", "Depressive <b>heading</b>", False),
        IcdEntry("F33.1", "Depressive, moderate", True, "F33", ("Sadness & worry",)),
    ]
    load_release(label="2026-04", source="test", entries=entries)
    client = signed_in(hale)
    page = client.post(reverse("icd-search"), {"sought": "depressive"}).content.decode()
    assert page.index("F33.1") < page.index("&lt;b&gt;heading")
    assert 'aria-disabled="true"' in page
    found = client.post(reverse("icd-search"), {"sought": "sadness"})
    assert "Sadness &amp; worry" in found.content.decode()
    assert "no-store" in found["Cache-Control"]
    assert client.get(reverse("icd-search"), {"sought": "depressive"}).status_code == 405
