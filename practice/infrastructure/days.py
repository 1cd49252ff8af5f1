"""Date arithmetic, once for the whole product. All deadlines are calendar days; weekends and holidays never move them.

Conventions D-1 to D-9. Days are `date` values in the practice's own time zone; instants are aware `datetime` values.
Nothing here reads the clock but `today()`.
"""

from collections.abc import Container
from datetime import date, datetime, timedelta

from django.utils import timezone

EXTENSION_DAYS = 30
ORAL_STATEMENT_DAYS = 30
ACCOUNTING_YEARS = 6
SATURDAY, SUNDAY = 5, 6


def today() -> date:
    """The practice's local date now (Django's TIME_ZONE is the practice's zone)."""
    return timezone.localdate()


def local_date(instant: datetime) -> date:
    """The practice's local date at an aware instant. A naive instant raises ValueError: it has no place in a record."""
    return timezone.localtime(instant).date()


def years_before(d: date, n: int) -> date:
    """Same month and day `n` years earlier; 29 Feb is 28 Feb in a common year, one more day for the person (D-4)."""
    try:
        return d.replace(year=d.year - n)
    except ValueError:
        return d.replace(year=d.year - n, day=28)


def years_after(d: date, n: int) -> date:
    """Same month and day `n` years later; 29 Feb is 1 Mar in a common year, records live one more day (D-5)."""
    try:
        return d.replace(year=d.year + n)
    except ValueError:
        return date(d.year + n, 3, 1)


def add_days(d: date, n: int) -> date:
    """`n` calendar days after `d` (before it, if `n` is negative)."""
    return d + timedelta(days=n)


def deadline(day_zero: date, n: int) -> date:
    """Last day on which an act due `n` days after receipt or discovery is on time; day 0 is the receipt (D-1)."""
    return add_days(day_zero, n)


def on_time(done_on: date, due_on: date) -> bool:
    """An act on the deadline itself is on time (D-1)."""
    return done_on <= due_on


def working_due_date(
    due_on: date, closed: Container[date] = (), closed_weekdays: Container[int] = (SATURDAY, SUNDAY)
) -> date:
    """The last open day on or before a legal due date, to be shown beside it; the legal date does not move (D-2).

    `closed` are the practice's own closed dates, `closed_weekdays` are 0 (Monday) to 6. If the office has been closed
    for a whole year the legal date is returned.
    """
    for back in range(366):
        day = add_days(due_on, -back)
        if day not in closed and day.weekday() not in closed_weekdays:
            return day
    return due_on


def latest_extension(due_on: date) -> date:
    """The latest date one extension can name: the original deadline and 30 days (D-3). There is no second extension."""
    return add_days(due_on, EXTENSION_DAYS)


def accounting_window(
    requested_on: date, received_on: date, asked_from: date | None = None, asked_to: date | None = None
) -> tuple[date, date]:
    """First and last day an accounting covers, both inclusive (D-6, D-7; 164.528(a)(1), (a)(3)).

    Six years back from the request, whatever the person asked; up to the later of request and receipt. A period asked
    for narrows it; a period that lies wholly outside gives a start after its end, which lists nothing.
    """
    floor = years_before(requested_on, ACCOUNTING_YEARS)
    end = max(requested_on, received_on)
    start = max(floor, asked_from) if asked_from else floor
    return start, min(end, asked_to) if asked_to else end


def expiry_passed(expires_on: date, on: date) -> bool:
    """Whether an expiration date has passed on a day; it is good through the end of its own day (D-8)."""
    return on > expires_on


def oral_statement_ends(stated_on: date) -> date:
    """Last day an oral suspension or oral law-enforcement delay holds (D-9); the next day normal rules resume."""
    return add_days(stated_on, ORAL_STATEMENT_DAYS)
