"""Scoring: every edge of every band, what is missing, what alarms, and when a measure is due again."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.chart.rules.measures import DEFINITIONS, Definition, current_of, definition, due_on, of_loinc_total, score
from records.chart.rules.measures.scale import refusal_to_keep

PHQ_9, GAD_7, PCL_5, AUDIT_C = (definition(code, 1) for code in ("phq-9", "gad-7", "pcl-5", "audit-c"))
EVERY = pytest.mark.parametrize("measure", DEFINITIONS.values(), ids=lambda one: f"{one.code}.{one.version}")


def answers_worth(measure: Definition, total: int) -> dict[str, int]:
    """Answers to every scored item that add up to `total`, the first items first."""
    chosen = {}
    for item in measure.items:
        if item.scored:
            points = min(total, max(option.points for option in item.options))
            chosen[item.key] = next(n for n, option in enumerate(item.options) if option.points == points)
            total -= points
    assert total == 0
    return chosen


# fmt: off
BANDS = [
    (PHQ_9, 0, "minimal"), (PHQ_9, 4, "minimal"), (PHQ_9, 5, "mild"), (PHQ_9, 9, "mild"), (PHQ_9, 10, "moderate"),
    (PHQ_9, 14, "moderate"), (PHQ_9, 15, "moderately severe"), (PHQ_9, 19, "moderately severe"),
    (PHQ_9, 20, "severe"), (PHQ_9, 27, "severe"),
    (GAD_7, 0, "minimal"), (GAD_7, 4, "minimal"), (GAD_7, 5, "mild"), (GAD_7, 9, "mild"), (GAD_7, 10, "moderate"),
    (GAD_7, 14, "moderate"), (GAD_7, 15, "severe"), (GAD_7, 21, "severe"),
    (PCL_5, 0, "below the provisional cut of 31 to 33"), (PCL_5, 30, "below the provisional cut of 31 to 33"),
    (PCL_5, 31, "at the provisional cut of 31 to 33"), (PCL_5, 33, "at the provisional cut of 31 to 33"),
    (PCL_5, 34, "above the provisional cut of 31 to 33"), (PCL_5, 80, "above the provisional cut of 31 to 33"),
    (AUDIT_C, 0, "below both thresholds"), (AUDIT_C, 2, "below both thresholds"),
    (AUDIT_C, 3, "at the threshold for women, below the one for men"),
    (AUDIT_C, 4, "at or above both thresholds"), (AUDIT_C, 12, "at or above both thresholds"),
]
# fmt: on


@pytest.mark.parametrize("measure, total, band", BANDS, ids=lambda value: getattr(value, "code", value))
def test_a_total_is_called_what_its_authors_call_it(measure: Definition, total: int, band: str) -> None:
    found = score(measure, answers_worth(measure, total))
    assert (found.total, found.band, found.missing) == (total, band, ())


@EVERY
def test_the_bands_cover_every_total_once(measure: Definition) -> None:
    covered = [total for band in measure.bands for total in range(band.low, band.high + 1)]
    assert covered == list(range(measure.highest + 1))


@pytest.mark.parametrize(
    "code, items, highest", [("phq-9", 9, 27), ("gad-7", 7, 21), ("pcl-5", 20, 80), ("audit-c", 3, 12)]
)
def test_each_measure_has_its_items_and_its_range(code: str, items: int, highest: int) -> None:
    measure = definition(code, 1)
    assert (sum(item.scored for item in measure.items), measure.highest) == (items, highest)
    assert measure.source
    assert measure.permission


@EVERY
@given(data=st.data())
def test_a_total_is_the_sum_of_its_points_or_there_is_none(measure: Definition, data: st.DataObject) -> None:
    answers = {}
    for item in measure.items:
        place = data.draw(st.none() | st.integers(0, len(item.options) - 1))
        if place is not None:
            answers[item.key] = place
    found = score(measure, answers)
    scored = [item for item in measure.items if item.scored]
    assert found.missing == tuple(item.key for item in scored if item.key not in answers)
    if found.missing:
        assert (found.total, found.band, found.findings) == (None, "", ())
    else:
        assert found.total == sum(item.options[answers[item.key]].points for item in scored)
        assert found.band
    marked = [item.key for item in measure.items if item.alarm and answers.get(item.key, 0) > 0]
    assert list(found.alarms) == marked  # an alarm does not wait for the other answers


@pytest.mark.parametrize("place, alarms", [(0, ()), (1, ("9",)), (2, ("9",)), (3, ("9",))])
def test_any_answer_to_item_nine_above_not_at_all_alarms(place: int, alarms: tuple[str, ...]) -> None:
    assert score(PHQ_9, answers_worth(PHQ_9, 0) | {"9": place}).alarms == alarms
    assert score(PHQ_9, {"9": place}).alarms == alarms


def test_no_other_measure_has_an_alarm() -> None:
    assert [(one.code, item.key) for one in DEFINITIONS.values() for item in one.items if item.alarm] == [
        ("phq-9", "9")
    ]


def test_the_functional_question_adds_nothing_and_may_stay_empty() -> None:
    complete = answers_worth(PHQ_9, 12)
    assert score(PHQ_9, complete).total == score(PHQ_9, complete | {"10": 3}).total == 12


def test_one_missing_item_leaves_no_total_and_nothing_is_prorated() -> None:
    answers = answers_worth(PHQ_9, 20)
    del answers["8"]
    found = score(PHQ_9, answers)
    assert (found.total, found.band, found.missing) == (None, "", ("8",))


def clusters(*moderately: int) -> str:
    return score(PCL_5, {str(n): 2 if n in moderately else 0 for n in range(1, 21)}).findings[-1]


@pytest.mark.parametrize(
    "items, met",
    [
        ((1, 6, 8, 9, 15, 16), True),
        ((5, 7, 13, 14, 19, 20), True),
        ((6, 8, 9, 15, 16), False),  # no B
        ((1, 8, 9, 15, 16), False),  # no C
        ((1, 6, 8, 15, 16), False),  # one D of two
        ((1, 6, 8, 9, 15), False),  # one E of two
    ],
)
def test_the_dsm_5_clusters_ask_for_one_b_one_c_two_d_and_two_e(items: tuple[int, ...], met: bool) -> None:
    assert (": met (" in clusters(*items)) is met


def test_a_little_bit_does_not_count_toward_a_cluster() -> None:
    assert ": not met (" in score(PCL_5, {str(n): 1 for n in range(1, 21)}).findings[-1]


@pytest.mark.parametrize("total, women, men", [(2, "not", "not"), (3, "reached", "not"), (4, "reached", "reached")])
def test_both_thresholds_of_audit_c_are_said(total: int, women: str, men: str) -> None:
    found = score(AUDIT_C, answers_worth(AUDIT_C, total)).findings
    assert f"({women}" in found[0]
    assert f"({men}" in found[1]


def test_not_drinking_and_one_or_two_drinks_are_worth_nothing_but_stay_apart() -> None:
    assert score(AUDIT_C, {"1": 0, "2": 0, "3": 0}).total == score(AUDIT_C, {"1": 0, "2": 1, "3": 0}).total == 0


@pytest.mark.parametrize("answers", [{"11": 0}, {"1": 4}, {"1": -1}])
def test_answers_of_something_else_are_refused(answers: dict[str, int]) -> None:
    with pytest.raises(LookupError):
        score(PHQ_9, answers)
    assert refusal_to_keep(PHQ_9, answers).code == "MEASURE_OTHER_ANSWERS"


def test_no_answers_at_all_are_not_kept() -> None:
    assert refusal_to_keep(PHQ_9, {}).code == "MEASURE_EMPTY"
    assert refusal_to_keep(PHQ_9, {"1": 0}) is None


def test_imported_totals_are_known_by_their_code_and_an_empty_code_is_none() -> None:
    assert of_loinc_total("44261-6") is current_of("phq-9")
    assert of_loinc_total("") is None


DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    "last_on, weeks, due",
    [
        (None, 2, DAY),  # never taken: at once
        (date(2026, 11, 20), 2, date(2026, 12, 4)),
        (date(2026, 11, 7), 2, DAY),
        (date(2026, 1, 1), 2, DAY),  # long ago: at once, not in the past
        (date(2026, 12, 24), 1, date(2026, 12, 31)),
        (DAY, 52, date(2027, 11, 20)),
        (DAY, 0, None),
    ],
)
def test_a_measure_is_due_weeks_after_it_was_taken_last(last_on: date | None, weeks: int, due: date | None) -> None:
    assert due_on(last_on=last_on, set_on=DAY, every_weeks=weeks) == due
