"""The outline of a plan, its cadence, and two versions side by side: values in, values out."""

from copy import deepcopy
from datetime import date

import pytest

from records.chart.rules.plan_compare import Change, changes_only, compare, summary
from records.chart.rules.plan_tree import (
    empty_content,
    items_of,
    plain_goals,
    read_outline,
    with_row,
    with_row_moved,
    without_empty_rows,
    without_row,
)
from records.chart.rules.treatment import (
    PLAN_LIMIT,
    dated_refusal,
    gaps_in,
    next_review_on,
    plan_refusal,
    refusal_to_sign_plan,
)
from tests.chart.plans import DOING, GOAL, OBJECTIVE, OTHER_GOAL, PROBLEM, content, posted

NEW = "90000000-0000-4000-8000-000000000009"


@pytest.mark.parametrize(
    ("signed", "every", "reviewed", "due"),
    [
        (date(2026, 1, 31), 30, [], date(2026, 3, 2)),  # across a short February
        (date(2028, 1, 31), 30, [], date(2028, 3, 1)),  # and a long one
        (date(2028, 2, 29), 90, [], date(2028, 5, 29)),  # signed on a leap day
        (date(2027, 12, 31), 60, [], date(2028, 2, 29)),  # due on a leap day
        (date(2026, 11, 21), 180, [], date(2027, 5, 20)),  # across a year
        (date(2026, 1, 31), 90, [], date(2026, 5, 1)),
        (date(2026, 1, 31), 30, [date(2026, 2, 10)], date(2026, 3, 12)),  # reviewed early: counted from then
        (date(2026, 1, 31), 30, [date(2026, 6, 30)], date(2026, 7, 30)),  # reviewed late
        (date(2026, 1, 31), 30, [date(2026, 3, 1), date(2026, 2, 1)], date(2026, 3, 31)),  # the latest counts
        (date(2026, 1, 31), 30, [date(2025, 12, 1)], date(2026, 3, 2)),  # one before signing moves nothing
    ],
)
def test_a_review_is_due_the_chosen_days_after_the_latest_look(signed, every, reviewed, due):
    assert next_review_on(signed, every, reviewed) == due


def changed(**what):
    """A second version: of a goal or objective by its id, other values; or facts of the plan."""
    said = content()
    goal, other = said["problems"][0]["goals"]
    rows = {PROBLEM: said["problems"][0], GOAL: goal, OTHER_GOAL: other, OBJECTIVE: goal["objectives"][0]}
    rows[DOING] = said["interventions"][0]
    for ident, values in what.pop("rows", {}).items():
        rows[ident].update(values)
    return said | what


def with_goal_first():
    said = content()
    said["problems"][0]["goals"].insert(
        0, {"id": NEW, "text": "Call brother", "term": "short", "target_on": "", "objectives": []}
    )
    return said


def with_objective_moved():
    said = content()
    goal, other = said["problems"][0]["goals"]
    other["objectives"].append(goal["objectives"].pop())
    return said


@pytest.mark.parametrize(
    ("after", "found"),
    [
        (content(), []),
        (changed(rows={GOAL: {"text": "Speak up at work daily"}}), [("goal", "Changed: text")]),
        (changed(rows={GOAL: {"target_on": "2027-06-01"}}), [("goal", "Changed: target date")]),
        (changed(rows={GOAL: {"target_on": ""}}), [("goal", "Changed: target date")]),
        (changed(rows={GOAL: {"text": "Other", "term": "long"}}), [("goal", "Changed: text, term")]),
        (changed(rows={OBJECTIVE: {"measure": "Her report"}}), [("objective", "Changed: measured by")]),
        (changed(rows={DOING: {"text": "Role play"}}), [("intervention", "Changed: text")]),
        (changed(rows={PROBLEM: {"diagnosis_words": "F40.10 Social phobia"}}), [("problem", "Changed: diagnosis")]),
        (with_goal_first(), [("goal", "Added")]),  # the goals below it only have other numbers
        (without_row(content(), OTHER_GOAL), [("goal", "Removed")]),
        (without_row(content(), GOAL), [("goal", "Removed"), ("objective", "Removed")]),
        (with_row_moved(content(), GOAL, 1), []),  # another order says nothing new
        (with_objective_moved(), [("objective", "Changed: moved")]),
        (changed(frequency="every two weeks"), [("fact", "Changed")]),
        (changed(length=""), [("fact", "Removed")]),
        (changed(review_every=30), [("fact", "Changed")]),
        (changed(interventions=[]), [("intervention", "Removed")]),
    ],
)
def test_what_differs_between_two_versions_is_named(after, found):
    rows = changes_only(compare(content(), after))
    assert [(row.kind, row.words) for row in rows] == found


def test_compared_the_other_way_round_what_was_added_was_removed():
    forth, back = compare(content(), with_goal_first()), compare(with_goal_first(), content())
    opposite = {Change.ADDED: Change.REMOVED, Change.REMOVED: Change.ADDED}
    assert sorted(opposite.get(row.change, row.change) for row in forth) == sorted(row.change for row in back)


def test_what_was_taken_out_stands_where_it_stood():
    names = [(row.after or row.before).name for row in compare(content(), without_row(content(), GOAL))]
    assert names[:4] == ["Problem 1", "Goal 1.1", "Objective 1.1.1", "Goal 1.1"]


def test_the_words_that_differ_are_marked_on_both_sides():
    row = changes_only(compare(content(), content("Speak up at work every day")))[0]
    assert [part.text for part in row.before.says[0][1] if part.marked] == ["weekly"]
    assert [part.text for part in row.after.says[0][1] if part.marked] == ["every day"]


def test_every_line_of_both_versions_stands_in_the_comparison_once():
    rows = compare(content(), with_goal_first())
    assert len([row for row in rows if row.kind != "fact"]) == len(items_of(with_goal_first()))
    assert summary(rows) == "1 added."
    assert summary(compare(content(), content())) == "Nothing is different."


def test_the_form_gives_the_same_plan_back():
    fields = posted(content(), version=1)
    read = read_outline(fields["row"], lambda name, ident: fields.get(f"{name}_{ident}", ""))
    assert read["problems"] == content()["problems"]
    assert read["interventions"] == content()["interventions"]


def test_an_orphan_of_the_outline_is_kept_below_a_row_made_for_it():
    read = read_outline([f"objective:{NEW}"], lambda name, ident: "typed" if name == "text" else "")
    assert read["problems"][0]["goals"][0]["objectives"][0]["text"] == "typed"


@pytest.mark.parametrize("row", ["goal:not-an-id", "spell:" + NEW, NEW, "goal:" + NEW.upper().replace("9", "A"), ""])
def test_what_is_no_row_is_left_out(row):
    assert items_of(read_outline([row], lambda name, ident: "x")) == []


def test_the_same_id_twice_is_one_row():
    read = read_outline([f"goal:{NEW}", f"problem:{NEW}"], lambda name, ident: "x")
    assert [item.kind for item in items_of(read)] == ["problem", "goal"]
    assert read["problems"][0]["id"] != NEW


def test_rows_are_added_moved_and_taken_out_in_a_copy():
    before = content()
    same = deepcopy(before)
    added, ident = with_row(before, "objective", OTHER_GOAL)
    assert [item.number for item in items_of(added) if item.id == ident] == ["1.2.1"]
    assert with_row(before, "goal", NEW)[1] == with_row(before, "spell", PROBLEM)[1] == ""
    moved = with_row_moved(before, OTHER_GOAL, -1)
    assert [item.id for item in items_of(moved)][:3] == [PROBLEM, OTHER_GOAL, GOAL]
    assert with_row_moved(before, GOAL, -1) == before
    assert [item.id for item in items_of(without_row(before, GOAL))] == [PROBLEM, OTHER_GOAL, DOING]
    assert before == same


def test_empty_rows_are_left_out_of_what_is_signed_and_words_are_kept():
    assert items_of(without_empty_rows(empty_content(90))) == []
    blank, _ = with_row(content(), "goal", PROBLEM)
    blank, _ = with_row(blank, "problem")
    assert without_empty_rows(blank) == content()


@pytest.mark.parametrize(
    ("said", "more", "code"),
    [
        (content(), {}, None),
        (content(problems=[]), {}, "PLAN_NO_GOAL"),
        (content(""), {}, "PLAN_UNNAMED"),
        (content(), {"other_texts": 1}, "PLAN_HAS_TWO_TEXTS"),
        (content(), {"seen_version": 4}, "PLAN_CHANGED_SINCE"),
        (content(), {"before": content()}, "PLAN_UNCHANGED"),
        (content("Another goal"), {"before": content()}, None),
    ],
)
def test_a_plan_is_signed_when_it_says_something_new_that_was_seen(said, more, code):
    given = {"before": None, "other_texts": 0, "version": 5, "seen_version": 5} | more
    refusal = refusal_to_sign_plan(said, **given)
    assert (refusal and refusal.code) == code


def test_what_a_plan_does_not_say_is_named_and_nobody_is_stopped():
    assert gaps_in(content()) == ["Goal 1.2 has no objective."]
    bare = gaps_in(content(frequency="", discharge=" ", interventions=[]))
    assert len(bare) == 4 and all(sentence.endswith(".") for sentence in bare)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (content("x" * PLAN_LIMIT), "PLAN_TOO_LONG"),
        (content("nul\x00"), "PLAN_UNREADABLE_CHARACTER"),
        (content(interventions=[{"id": str(n), "text": ""} for n in range(301)]), "PLAN_TOO_MANY_ROWS"),
        (content("x" * 10_000), None),
    ],
)
def test_what_cannot_be_kept_is_refused_in_words(said, code):
    refusal = plan_refusal(said)
    assert (refusal and refusal.code) == code
    assert refusal is None or "still here" in refusal.remedy


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (date(2026, 11, 21), None),
        (date(2026, 11, 22), "PLAN_DAY_IN_FUTURE"),
        (date(2025, 11, 20), None),
        (date(2025, 11, 19), "PLAN_DAY_TOO_OLD"),
    ],
)
def test_an_answer_or_review_is_of_a_day_of_the_past_year(on, code):
    refusal = dated_refusal(on, today=date(2026, 11, 21), what="A review")
    assert (refusal and refusal.code) == code


def test_goals_are_inserted_as_plain_lines():
    assert plain_goals(content()) == (
        "Goal 1.1: Speak up at work weekly, by Mar 1, 2027\n"
        "  Objective 1.1.1: Says one thing in each meeting (Diary), by Jan 29, 2027\n"
        "Goal 1.2: Sleep 6.5 hours"
    )
