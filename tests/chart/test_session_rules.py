"""The rules of a session: attendance, codes and their times, series over clock changes, names in a shared part."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from records.chart.rules.codes import mismatches, shape_refusal, suggestion
from records.chart.rules.names import names_found
from records.chart.rules.series import at_same_clock, days_of_series, series_refusal
from records.chart.rules.sessions import attendance_refusal, session_refusals

NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("code", "add_ons", "minutes", "said"),
    [
        ("90832", [], 15, "16 to 37 minutes; this session lasted 15"),
        ("90832", [], 16, ""),
        ("90832", [], 37, ""),
        ("90832", [], 38, "For 38 minutes the code is 90834."),
        ("90834", [], 37, "For 37 minutes the code is 90832."),
        ("90834", [], 38, ""),
        ("90834", [], 52, ""),
        ("90834", [], 53, "For 53 minutes the code is 90837."),
        ("90837", [], 52, "53 minutes or more; this session lasted 52"),
        ("90837", [], 53, ""),
        ("90837", [], 180, ""),
        ("90791", [], 5, ""),
        ("90792", [], 240, ""),
        ("90846", [], 25, "26 minutes or more"),
        ("90846", [], 26, ""),
        ("90847", [], 25, "26 minutes or more"),
        ("90847", [], 26, ""),
        ("90849", [], 10, ""),
        ("90853", [], 90, ""),
        ("90839", [], 29, "30 to 74 minutes"),
        ("90839", [], 30, ""),
        ("90839", [], 74, ""),
        ("90839", [], 75, "From 75 minutes on add 90840."),
        ("90839", ["90840"], 75, ""),
        ("90839", ["90840"], 74, "90840 stands for 75 minutes or more"),
        ("90834", ["90840"], 50, "90840 does not go with 90834. It goes with 90839."),
        ("90834", ["90785"], 45, ""),
        ("90847", ["90785"], 45, "90785 does not go with 90847"),
        ("99213", ["90833"], 15, "16 to 37 minutes"),
        ("99213", ["90833"], 55, ""),  # the visit itself takes time too
        ("90834", ["90836"], 45, "90836 does not go with 90834"),
        ("99214", ["90838", "90838"], 60, "twice"),
        ("90834", [], None, ""),
        ("H0004", [], 5, "not among the codes known here"),
    ],
)
def test_codes_are_checked_against_the_minutes_of_the_session(code, add_ons, minutes, said):
    found = " ".join(f"{one.words} {one.remedy}" for one in mismatches(code, add_ons, minutes, "individual"))
    assert said in found
    assert bool(found) == bool(said)


@pytest.mark.parametrize(
    ("code", "add_ons", "refused"),
    [
        ("90834", [], None),
        ("", [], None),
        ("9083", [], "CODE_SHAPE"),
        ("talk", [], "CODE_SHAPE"),
        ("", ["90785"], "CODE_ADD_ON_ALONE"),
        ("90785", [], "CODE_IS_ADD_ON"),
        ("90834", ["x"], "CODE_SHAPE"),
    ],
)
def test_what_cannot_be_a_code_is_refused(code, add_ons, refused):
    found = shape_refusal(code, add_ons)
    assert (found.code if found else None) == refused


@pytest.mark.parametrize(
    ("kind", "minutes", "code"),
    [
        ("individual", 15, ""),
        ("individual", 30, "90832"),
        ("individual", 45, "90834"),
        ("individual", 60, "90837"),
        ("couple", 50, "90847"),
        ("family", 25, ""),
        ("group", 90, "90853"),
        ("group", None, "90853"),
        ("individual", None, ""),
        ("other", 50, ""),
    ],
)
def test_the_usual_code_is_suggested_by_kind_and_length(kind, minutes, code):
    assert suggestion(kind, minutes) == code


def test_no_code_stands_for_somebody_who_was_not_there():
    for attendance in ("no_show", "late_cancel", "expected"):
        assert attendance_refusal(attendance=attendance, code="90834").code == "CODE_WITHOUT_SESSION"
        assert attendance_refusal(attendance=attendance, code="") is None
    assert attendance_refusal(attendance="attended", code="90834") is None


@pytest.mark.parametrize(
    ("days", "planned", "refused"),
    [
        (7, True, None),
        (7, False, "SESSION_IN_FUTURE"),
        (-2, True, "SESSION_PLANNED_IN_PAST"),
        (-2, False, None),
        (800, True, "SESSION_PLANNED_TOO_FAR"),
    ],
)
def test_what_is_planned_lies_ahead_and_what_is_on_record_has_begun(days, planned, refused):
    now = datetime(2026, 11, 21, 15, tzinfo=NEW_YORK)
    found = session_refusals(
        started_at=now + timedelta(days=days),
        stopped_at=None,
        now=now,
        kind="individual",
        patients=1,
        planned=planned,
    )
    assert [one.code for one in found.values()] == ([refused] if refused else [])


def test_a_series_has_an_end_by_number_or_by_day_whichever_comes_first():
    first = date(2026, 1, 5)
    assert days_of_series(first, weeks=2, times=3) == [date(2026, 1, 5), date(2026, 1, 19), date(2026, 2, 2)]
    assert days_of_series(first, weeks=1, times=9, until=date(2026, 1, 12)) == [first, date(2026, 1, 12)]
    assert len(days_of_series(first, weeks=1, until=date(2036, 1, 1))) == 53
    assert series_refusal(times=None, until=None, first=first).code == "SERIES_ENDLESS"
    assert series_refusal(times=54, until=None, first=first).code == "SERIES_TOO_LONG"
    assert series_refusal(times=None, until=date(2026, 1, 4), first=first).code == "SERIES_ENDS_EARLY"
    assert series_refusal(times=None, until=first, first=first) is None


@pytest.mark.parametrize(
    "day", [date(2026, 3, 1), date(2026, 3, 8), date(2026, 3, 15), date(2026, 11, 1), date(2026, 11, 8)]
)
def test_a_copied_session_stands_at_the_same_time_of_the_clock_over_summer_time(day):
    held = datetime(2026, 2, 22, 14, 0, tzinfo=NEW_YORK)
    copied = at_same_clock(day, held.astimezone(ZoneInfo("UTC")), NEW_YORK)
    assert (copied.astimezone(NEW_YORK).date(), copied.astimezone(NEW_YORK).hour) == (day, 14)


def test_a_series_over_the_change_of_the_clock_is_not_a_fixed_number_of_hours_apart():
    held = datetime(2026, 3, 1, 14, 0, tzinfo=NEW_YORK)
    after = at_same_clock(date(2026, 3, 8), held, NEW_YORK).astimezone(ZoneInfo("UTC"))
    assert after - held.astimezone(ZoneInfo("UTC")) == timedelta(days=7) - timedelta(hours=1)


LEILA = ["Leila Haddad", "Haddad, Leila"]


@pytest.mark.parametrize(
    ("text", "names", "found"),
    [
        ("Leila spoke first.", LEILA, ["Leila"]),
        ("We heard leila's view.", LEILA, ["leila's"]),
        ("LEILA’S turn", LEILA, ["LEILA'S"]),
        ("The Haddads argued; the Haddad family left.", LEILA, ["Haddads", "Haddad"]),
        ("Delilah and Haddadin are other words.", LEILA, []),
        ("The topic was anger; role play in pairs.", LEILA, []),
        ("Toby was late", ["Tobias Lindqvist", "Toby"], ["Toby"]),
        ("Immy; imogen", ["Imogen Featherstonehaugh-Cholmondeley", "Immy"], ["Immy", "imogen"]),
        ("Mr. Cholmondeley", ["Imogen Featherstonehaugh-Cholmondeley"], ["Cholmondeley"]),
        ("Mei Hua, or MeiHua, or Mei-Hua", ["Mei-Hua Chen"], ["Mei", "Hua", "MeiHua", "Mei-Hua"]),
        ("Tran and Trần", ["Linh Trần"], ["Tran", "Trần"]),
        ("Bjorn, bjørn, Aas’", ["Bjørn Aas"], ["Bjorn", "bjørn", "Aas"]),
        ("O'Shaughnessy and OShaughnessy", ["Patrick O’Shaughnessy"], ["O'Shaughnessy", "OShaughnessy"]),
        ("Szymanski", ["Walter Szymański"], ["Szymanski"]),
        ("Le\u200bila", LEILA, ["Leila"]),  # a space of no width hides nothing
        # short names, and names that are everyday words: with a capital letter only
        ("Al agreed, et al. did not", ["Al Park", "Park, Al"], ["Al"]),
        ("Jo said so. jo is nothing", ["Jo Reed"], ["Jo"]),
        ("Grace came; by the grace of the group", ["Grace Tallchief"], ["Grace"]),
        ("They will read. Will did not.", ["Will Reed"], ["Will"]),
        ("Stone by stone", ["Caleb Stone"], ["Stone"]),
        ("De La Cruz; de la", ["Maria De La Cruz"], ["De", "La", "Cruz"]),
        # parts that name nobody alone
        ("the de facto leader of the group", ["Maria de la Cruz"], []),
        ("Dr. Hale led; part III", ["Theodore Blackwood III"], []),
        ("a b c", ["A. B. Carver"], []),
        ("", LEILA, []),
        ("Leila", [], []),
    ],
)
def test_a_name_in_the_shared_part_is_found_in_every_form(text, names, found):
    assert names_found(text, names) == found
