"""Sessions copied forward: on which days, and at the same time of the practice's clock. Pure."""

from datetime import date, datetime, timedelta, tzinfo

from practice.infrastructure.refusals import Refusal

MOST_COPIES = 53
INTERVALS = ((1, "Every week"), (2, "Every two weeks"), (4, "Every four weeks"))


def series_refusal(*, times: int | None, until: date | None, first: date) -> Refusal | None:
    """Why a series cannot be planned so, or None. `first` is the day of the first copy."""
    if times is None and until is None:
        return Refusal("SERIES_ENDLESS", "Say how often, or until which day.", "A series has an end.")
    if times is not None and not 1 <= times <= MOST_COPIES:
        return Refusal("SERIES_TOO_LONG", f"Between 1 and {MOST_COPIES} sessions can be planned at once.")
    if until is not None and until < first:
        return Refusal("SERIES_ENDS_EARLY", "The last day is before the first session would be.", "Choose a later day.")
    return None


def days_of_series(first: date, *, weeks: int, times: int | None = None, until: date | None = None) -> list[date]:
    """The days, `weeks` apart: as often as `times` says, up to `until`, and never more than MOST_COPIES."""
    most = min(times or MOST_COPIES, MOST_COPIES)
    days = [first + timedelta(weeks=weeks * number) for number in range(most)]
    return [day for day in days if until is None or day <= until]


def at_same_clock(day: date, moment: datetime, zone: tzinfo) -> datetime:
    """The moment on another day when the practice's clock shows the same time, summer time or not.

    A time that the change to summer time skips on that day is the moment an hour later on the clock, as a calendar
    has it.
    """
    shown = moment.astimezone(zone).time().replace(fold=0)
    return datetime.combine(day, shown, tzinfo=zone)
