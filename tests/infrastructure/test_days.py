"""Dates the law counts: leap days, edges, windows (D-1 to D-9)."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from practice.infrastructure import days

DATES = st.dates(min_value=date(1950, 1, 1), max_value=date(2150, 12, 31))


@pytest.mark.parametrize(
    ("start", "years", "expected"),
    [
        (date(2026, 11, 21), 6, date(2020, 11, 21)),
        (date(2028, 2, 29), 6, date(2022, 2, 28)),  # W-03: one more day for the individual
        (date(2028, 2, 29), 4, date(2024, 2, 29)),
        (date(2030, 2, 28), 6, date(2024, 2, 28)),  # W-04
        (date(2030, 3, 1), 6, date(2024, 3, 1)),
    ],
)
def test_years_before_keeps_the_day_and_gives_the_person_a_missing_leap_day(
    start: date, years: int, expected: date
) -> None:
    assert days.years_before(start, years) == expected


@pytest.mark.parametrize(
    ("start", "years", "expected"),
    [
        (date(2024, 2, 29), 6, date(2030, 3, 1)),  # W-33: records live one more day
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2026, 5, 20), 6, date(2032, 5, 20)),
    ],
)
def test_years_after_never_ends_a_record_early(start: date, years: int, expected: date) -> None:
    assert days.years_after(start, years) == expected


@pytest.mark.parametrize(
    ("received", "n", "due"),
    [
        (date(2026, 11, 21), 60, date(2027, 1, 20)),  # W-06
        (date(2026, 1, 31), 30, date(2026, 3, 2)),  # W-26 at a month's end
        (date(2027, 1, 30), 30, date(2027, 3, 1)),
        (date(2028, 1, 30), 30, date(2028, 2, 29)),
        (date(2026, 7, 6), 30, date(2026, 8, 5)),  # W-23
    ],
)
def test_a_deadline_counts_calendar_days_from_the_day_after_receipt(received: date, n: int, due: date) -> None:
    assert days.deadline(received, n) == due
    assert days.on_time(due, due)
    assert not days.on_time(due + timedelta(days=1), due)


def test_one_extension_reaches_thirty_days_past_the_deadline() -> None:
    assert days.latest_extension(date(2027, 1, 20)) == date(2027, 2, 19)  # W-06
    assert days.latest_extension(date(2026, 8, 5)) == date(2026, 9, 4)  # W-23


def test_the_working_due_date_steps_back_to_an_open_day_and_the_legal_date_stays() -> None:
    saturday = date(2026, 11, 28)
    thanksgiving_friday = date(2026, 11, 27)
    assert days.working_due_date(saturday) == thanksgiving_friday
    assert days.working_due_date(saturday, closed={thanksgiving_friday, date(2026, 11, 26)}) == date(2026, 11, 25)
    assert days.working_due_date(saturday, closed_weekdays=()) == saturday
    assert days.working_due_date(saturday, closed_weekdays=range(7)) == saturday


def test_the_accounting_window_starts_at_the_request_and_ends_at_the_later_of_request_and_receipt() -> None:
    assert days.accounting_window(date(2026, 11, 21), date(2026, 11, 21)) == (date(2020, 11, 21), date(2026, 11, 21))
    assert days.accounting_window(date(2026, 11, 18), date(2026, 11, 21)) == (date(2020, 11, 18), date(2026, 11, 21))


def test_a_period_asked_for_narrows_the_window_and_never_widens_it() -> None:
    day = date(2026, 11, 21)
    assert days.accounting_window(day, day, date(2025, 1, 1), date(2025, 12, 31)) == (
        date(2025, 1, 1),
        date(2025, 12, 31),
    )
    assert days.accounting_window(day, day, date(2018, 1, 1), date(2030, 1, 1)) == (date(2020, 11, 21), day)  # W-02


def test_an_expiration_date_is_good_through_its_own_day() -> None:
    assert not days.expiry_passed(date(2026, 6, 30), date(2026, 6, 30))
    assert days.expiry_passed(date(2026, 6, 30), date(2026, 7, 1))


def test_an_oral_statement_holds_for_thirty_days_and_no_longer() -> None:
    assert days.oral_statement_ends(date(2026, 3, 1)) == date(2026, 3, 31)  # W-12


def test_today_is_the_practice_day_not_the_day_in_london(settings: Settings) -> None:
    settings.TIME_ZONE = "America/Chicago"
    with time_machine.travel(datetime(2026, 11, 22, 4, 30, tzinfo=UTC), tick=False):
        assert days.today() == date(2026, 11, 21)
        assert days.local_date(datetime(2026, 11, 22, 4, 30, tzinfo=UTC)) == date(2026, 11, 21)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        days.local_date(datetime(2026, 11, 21, 9, 0))  # noqa: DTZ001 the point of the test


@given(DATES, st.integers(0, 12))
def test_going_back_and_forth_never_shortens_what_the_person_gets(d: date, n: int) -> None:
    assert days.years_before(days.years_after(d, n), n) >= d
    assert days.years_after(days.years_before(d, n), n) <= d
    assert days.years_before(d, n).year == d.year - n


@given(DATES, DATES, st.one_of(st.none(), DATES), st.one_of(st.none(), DATES))
def test_no_window_reaches_past_six_years_or_past_the_request(
    requested: date, received: date, asked_from: date | None, asked_to: date | None
) -> None:
    start, end = days.accounting_window(requested, received, asked_from, asked_to)
    assert start >= days.years_before(requested, 6)
    assert end <= max(requested, received)
