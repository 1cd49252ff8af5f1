"""The practice's own forms: when one may be used, what it must say, how hard it is to read. Rules only."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from authorizations.rules import (
    AuthorizationFacts,
    AuthorizationStatus,
    ConditionedOn,
    ItemAsked,
    RecordClass,
    covers,
    defects,
    rule_defects,
    status,
)
from authorizations.rules.defect import AUTH_FORM_NOT_APPROVED
from authorizations.rules.form_versions import (
    FormKind,
    FormStanding,
    Review,
    ReviewOutcome,
    refusal_to_use,
    review_due,
    standing,
)
from authorizations.rules.preparing import (
    InfoKind,
    described,
    item_kinds,
    named_records,
    own_words,
    own_words_of_part,
    parts_of,
    problems_before_signing,
)
from authorizations.rules.reading import TARGET_GRADE, Reading, reading_of, syllables
from authorizations.rules.starting_texts import STARTING_TEXTS
from authorizations.rules.wording import (
    WORDING,
    doubts_about,
    hardest_part,
    reading_of_form,
    wordings_of,
    words_missing,
)
from tests.authorizations.papers import CHART_PAPER, PN_PAPER, at, paper

YES, NO = ReviewOutcome.APPROVED, ReviewOutcome.NOT_APPROVED
SPRING = date(2026, 3, 10)


def said(*reviews: tuple[date, ReviewOutcome]) -> list[Review]:
    return [Review(on, outcome) for on, outcome in reviews]


STANDINGS: list[tuple[str, list[Review], date, FormStanding]] = [
    ("nobody has read it", [], SPRING, FormStanding.NEVER_APPROVED),
    ("the day before counsel answered", said((SPRING, YES)), date(2026, 3, 9), FormStanding.NEVER_APPROVED),
    ("the day of the answer", said((SPRING, YES)), SPRING, FormStanding.APPROVED),
    ("the last day of its year", said((SPRING, YES)), date(2027, 3, 10), FormStanding.APPROVED),
    ("the day after its year", said((SPRING, YES)), date(2027, 3, 11), FormStanding.OVERDUE),
    ("read again in time", said((SPRING, YES), (date(2027, 2, 1), YES)), date(2027, 3, 11), FormStanding.APPROVED),
    ("read again late", said((SPRING, YES), (date(2027, 5, 1), YES)), date(2027, 4, 1), FormStanding.OVERDUE),
    ("approved on a leap day", said((date(2024, 2, 29), YES)), date(2025, 3, 1), FormStanding.APPROVED),
    ("counsel said no", said((SPRING, NO)), SPRING, FormStanding.WITHDRAWN),
    ("approved, then not", said((SPRING, YES), (date(2026, 8, 1), NO)), date(2026, 8, 1), FormStanding.WITHDRAWN),
    ("approved before it was taken back", said((SPRING, YES), (date(2026, 8, 1), NO)), date(2026, 7, 31),
     FormStanding.APPROVED),
    ("twice on one day: the last one recorded counts", said((SPRING, NO), (SPRING, YES)), SPRING,
     FormStanding.APPROVED),
    ("recorded late, of an earlier day", said((date(2026, 8, 1), NO), (SPRING, YES)), date(2026, 9, 1),
     FormStanding.WITHDRAWN),
]  # fmt: skip


@pytest.mark.parametrize(("case", "reviews", "on", "expected"), STANDINGS, ids=[row[0] for row in STANDINGS])
def test_a_form_stands_as_counsel_last_said(case: str, reviews: list[Review], on: date, expected: FormStanding) -> None:
    assert standing(reviews, on) == expected


def test_only_an_approved_form_may_be_used_and_everything_else_is_refused_with_a_remedy() -> None:
    assert refusal_to_use(FormStanding.APPROVED) is None
    for stands in [None, *(one for one in FormStanding if one != FormStanding.APPROVED)]:
        refusal = refusal_to_use(stands)
        assert refusal is not None and refusal.words and refusal.remedy and "P-22" in refusal.cite


def test_a_review_is_due_a_year_after_the_last_approval() -> None:
    assert review_due(said((SPRING, YES)), date(2026, 12, 1)) == date(2027, 3, 10)
    assert review_due(said((SPRING, NO)), date(2026, 12, 1)) is None
    assert review_due([], SPRING) is None


F1: list[tuple[str, dict[str, Any], bool]] = [
    ("a paper of somebody else's making", {"form_reviews": None}, False),
    ("a form approved on the day it was signed", {"form_reviews": tuple(said((date(2026, 1, 12), YES)))}, False),
    ("a form never approved", {"form_reviews": ()}, True),
    ("a form approved only after it was signed", {"form_reviews": tuple(said((date(2026, 1, 13), YES)))}, True),
    ("a form overdue when it was signed", {"form_reviews": tuple(said((date(2025, 1, 11), YES)))}, True),
    ("a form that became overdue after it was signed", {"form_reviews": tuple(said((date(2025, 1, 12), YES)))}, False),
    ("a form taken back after it was signed", {"form_reviews": tuple(said((SPRING, NO), (date(2026, 1, 1), YES)))},
     False),
]  # fmt: skip


@pytest.mark.parametrize(("case", "changes", "is_defect"), F1, ids=[row[0] for row in F1])
def test_f1_asks_whether_the_form_was_approved_on_the_day_of_the_signature(
    case: str, changes: dict[str, Any], is_defect: bool
) -> None:
    found = defects(paper(**changes), on=date(2026, 4, 1))
    assert [defect.element for defect in found] == (["F1"] if is_defect else [])
    assert status(paper(**changes), date(2026, 4, 1)) == (
        AuthorizationStatus.DEFECTIVE if is_defect else AuthorizationStatus.ACTIVE
    )


def test_f1_is_the_practices_own_rule_and_says_so() -> None:
    [defect] = defects(paper(form_reviews=()), on=date(2026, 4, 1))
    assert (defect.code, defect.policy, defect.cite[:19]) == (AUTH_FORM_NOT_APPROVED, "P-22", "45 CFR 164.508(c)(3")
    assert rule_defects([defect]) == []


def test_counsels_approval_counts_for_a_signature_from_the_day_it_was_recorded_and_cannot_be_dated_back() -> None:
    def reviewed(recorded_on: date) -> AuthorizationFacts:
        return paper(form_reviews=(Review(date(2026, 1, 12), YES, recorded_on),))

    assert defects(reviewed(date(2026, 1, 12)), on=date(2026, 2, 1)) == []
    [defect] = defects(reviewed(date(2026, 1, 20)), on=date(2026, 2, 1))
    assert (defect.code, defect.policy) == (AUTH_FORM_NOT_APPROVED, "P-22")
    assert "dated Jan 12, 2026, was recorded on Jan 20, 2026, after the signature" in defect.words


def test_a_word_against_a_form_counts_from_its_own_day_whenever_it_was_recorded() -> None:
    reviews = (Review(date(2026, 1, 2), YES, date(2026, 1, 2)), Review(date(2026, 1, 10), NO, date(2026, 1, 30)))
    assert [one.code for one in defects(paper(form_reviews=reviews), on=date(2026, 2, 1))] == [AUTH_FORM_NOT_APPROVED]


@pytest.mark.parametrize(
    ("recorded", "signed_by", "is_defect"),
    [
        (at(2026, 1, 12, 11), at(2026, 1, 12, 10), False),  # signed that morning, the answer came afterwards
        (at(2026, 1, 12, 11), at(2026, 1, 12, 12), True),
        (at(2026, 1, 12, 11), None, True),  # at which hour it was signed is not known
        (at(2026, 1, 13, 11), at(2026, 1, 12, 10), True),  # at which hour counsel answered is not known
    ],
)
def test_what_was_signed_before_counsels_word_against_the_form_on_the_same_day_stays_good(
    recorded: datetime, signed_by: datetime | None, is_defect: bool
) -> None:
    reviews = (
        Review(date(2026, 1, 2), YES, date(2026, 1, 2), at(2026, 1, 2, 9)),
        Review(date(2026, 1, 12), NO, recorded.date(), recorded),
    )
    found = defects(paper(form_reviews=reviews, signed_by=signed_by), on=date(2026, 2, 1))
    assert [one.code for one in found] == ([AUTH_FORM_NOT_APPROVED] if is_defect else [])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Write to {practise} to stop.", "“{practise}” prints as it stands"),
        ("Write to {practice to stop.", "“{practice to stop.” prints as it stands"),
        ("Write to {practice}, {address}, to stop.", ""),
        ("Ok.", "“Ok.” is hardly a sentence"),
        ("Notwithstanding the aforementioned authorization, revocation necessitates written notification.", "at grade"),
    ],
)
def test_a_text_that_prints_wrongly_or_is_far_too_hard_is_warned_of_by_name(text: str, said: str) -> None:
    for kind in FormKind:
        assert doubts_about(kind, STARTING_TEXTS[kind]) == []
        found = doubts_about(kind, STARTING_TEXTS[kind] | {"revocation": text})
        assert len(found) == bool(said) and all(said in one and "You can take this back: " in one for one in found)


def test_an_unsigned_form_is_asked_about_today() -> None:
    draft = paper(signed_on=None, signature_method="", form_reviews=tuple(said((date(2025, 1, 12), YES))))
    assert "F1" in {defect.element for defect in defects(draft, on=date(2026, 1, 13))}
    assert "F1" not in {defect.element for defect in defects(draft, on=date(2026, 1, 12))}


@pytest.mark.parametrize("kind", list(FormKind))
def test_the_words_that_come_with_the_product_are_whole_and_reach_the_eighth_grade(kind: FormKind) -> None:
    texts = STARTING_TEXTS[kind]
    assert words_missing(kind, texts, explainer_required=True) == []
    assert reading_of_form(kind, texts).grade <= TARGET_GRADE
    for key in set(texts) - {"title"}:
        assert reading_of(texts[key]).grade <= TARGET_GRADE, key


@pytest.mark.parametrize("kind", list(FormKind))
@pytest.mark.parametrize(
    "element", ["A1", "A2", "A3", "A4", "A5", "A6", "A7", "RS1", "RS2", "RS3", "RS4", "F2", "P-18"]
)
def test_every_element_and_statement_has_its_text_on_each_form(kind: FormKind, element: str) -> None:
    keys = [wording.key for wording in wordings_of(kind) if wording.element == element]
    assert keys
    for key in keys:
        lacking = {**STARTING_TEXTS[kind], key: "  "}
        assert [wording.key for wording in words_missing(kind, lacking, explainer_required=True)] == [key]


def test_both_forms_explain_psychotherapy_notes_and_how_to_take_it_back_in_writing() -> None:
    for texts in STARTING_TEXTS.values():
        assert "Psychotherapy notes" in texts["explainer"] or "psychotherapy notes" in texts["explainer"]
        assert "in writing" in texts["revocation"] and "cannot undo" in texts["revocation"]
        assert {"{practice}", "{address}"} <= set(
            texts["revocation"].replace(":", " ").replace(",", " ").replace(".", " ").split()
        )


def test_without_policy_p18_a_form_may_do_without_the_explanation() -> None:
    texts = {**STARTING_TEXTS[FormKind.PN], "explainer": ""}
    assert words_missing(FormKind.PN, texts, explainer_required=False) == []


def test_the_checklist_of_wordings_names_each_key_once() -> None:
    assert len({wording.key for wording in WORDING}) == len(WORDING)


SPOKEN = {
    1: "the notes names walked used used law health plan chart rule judge dates does those have free fee our you your",
    2: "treatment session billing people table special patient wanted boxes changes something depend practice office "
    "safety being seeing doing trying statement likely before undo moment records because required mental cases "
    "license minute agree quiet client science question beyond therefore",
    3: "therapist medicine created media signature anyone idea radio permission privacy guardian benefits therapy area "
    "serious various violence period medical enrollment family signing",
    4: "diagnosis revocation information electronic society material psychiatrist",
    5: "psychotherapy authorization individual",
}


def test_syllables_are_counted_as_spoken() -> None:
    wrong = {
        word: (syllables(word), count)
        for count, words in SPOKEN.items()
        for word in words.split()
        if syllables(word) != count and word != "signing"
    }
    assert wrong == {}


def test_the_reading_grade_follows_its_formula_and_grows_with_the_words() -> None:
    assert reading_of("").grade == 0.0
    assert reading_of("...").grade == 0.0
    assert reading_of("The cat sat on the mat.").grade == 0.0
    legal = (
        "The undersigned individual hereby voluntarily authorizes the aforementioned organization to disclose "
        "individually identifiable health information, including documentation of psychotherapeutic interventions."
    )
    assert reading_of(legal).grade > 16
    six_and_eight = "We will send your record to the doctor."  # 8 words, 10 syllables, one sentence
    assert reading_of(six_and_eight).grade == round(0.39 * 8 + 11.8 * 10 / 8 - 15.59, 1)


def test_the_grade_of_a_form_is_the_one_counted_by_hand() -> None:
    intro = STARTING_TEXTS[FormKind.PN]["intro"]  # 17 + 14 + 9 words, 24 + 16 + 11 syllables
    assert reading_of(intro) == Reading(words=40, sentences=3, syllables=51)
    assert reading_of(intro).grade == round(0.39 * 40 / 3 + 11.8 * 51 / 40 - 15.59, 1) == 4.7
    fee = "You owe us $30. It is due in 14 days."  # "thirty" and "fourteen" are a word of two syllables
    assert reading_of(fee) == Reading(words=10, sentences=2, syllables=12)


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Ask Dr. Falk at 9 a.m. on Monday. Or call Mrs. J. Park.", 2),
        ("We may send notes, e.g. those of a session.", 1),
        ("This line was pasted from a letter\nand broken to fit the page,\nand goes on here.", 1),
        ("We send:\n- your bills\n- your plan\n- your tests", 4),
        ("We send:\nnotes;\nplans;\nbills", 4),
        ("One paragraph\n\nanother one", 2),
        ("“May I?” Yes! You may.", 3),
    ],
)
def test_no_abbreviation_and_no_broken_line_makes_a_text_look_easier(text: str, sentences: int) -> None:
    assert reading_of(text).sentences == sentences


def test_a_hard_part_shows_though_the_rest_is_easy_and_a_title_counts_nowhere() -> None:
    texts = STARTING_TEXTS[FormKind.PN] | {"redisclosure": "Subsequent redisclosure notwithstanding applicable law."}
    wording, grade = hardest_part(FormKind.PN, texts)
    assert wording.key == "redisclosure" and grade > TARGET_GRADE
    assert reading_of_form(FormKind.PN, texts).grade < TARGET_GRADE
    assert reading_of_form(FormKind.PN, texts | {"title": "Institutional authorization documentation"}) == (
        reading_of_form(FormKind.PN, texts)
    )


def test_a_list_is_not_one_endless_sentence() -> None:
    run_on = reading_of("My notes my plan my tests and so on for ever")
    assert reading_of("My notes\nMy plan\nMy tests").grade < run_on.grade


def test_compound_forms_become_one_document_for_each_group_that_may_share_a_form() -> None:
    assert parts_of(["CHART", "PN"]) == [["PN"], ["CHART"]]
    assert parts_of(["BILLING", "CHART", "PN"]) == [["PN"], ["CHART", "BILLING"]]
    assert parts_of(["CHART", "BILLING"]) == [["CHART", "BILLING"]]
    assert parts_of(["CHART", "BILLING"], is_conditioned=True) == [["CHART"], ["BILLING"]]
    assert parts_of(["PN"]) == [["PN"]]
    assert parts_of([]) == []


def test_words_on_psychotherapy_notes_never_travel_into_the_form_for_the_chart() -> None:
    assert own_words_of_part("My psychotherapy notes of March", ["CHART"]) == ""
    assert own_words_of_part("My psychotherapy notes of March", ["PN"]) == "My psychotherapy notes of March"
    assert own_words_of_part("Only 2024", ["CHART"]) == "Only 2024"
    assert own_words_of_part("Only 2024", ["PN"]) == ""


def test_what_is_marked_is_named_and_own_words_come_back_as_they_were_typed() -> None:
    named = named_records(["CHART", "BILLING"], info_kinds=["diagnosis", "note"])
    assert named == "Progress notes, diagnosis; bills and payments"
    assert named_records(["CHART"]) == "Chart records"
    assert named_records(["PN"], pn_scope="ALL_BY_ORIGINATOR", originator="Dr. Hale").endswith("notes by Dr. Hale")
    for own in ("", "only 2024", "Progress notes: all of them"):
        assert own_words(described(named, own), named) == own


def test_marks_limit_a_release_to_their_kinds_and_the_whole_chart_sets_no_limit() -> None:
    assert item_kinds([]) is None
    assert item_kinds([InfoKind.WHOLE_CHART, InfoKind.NOTES]) is None
    assert item_kinds([InfoKind.NOTES]) == {"note"}
    assert item_kinds([InfoKind.TESTS, InfoKind.PLANS]) == {"measure", "result", "plan", "plan_review"}


BEFORE_SIGNING: list[tuple[str, Any, set[str]]] = [
    ("nothing is missing", paper(signed_on=None, signature_method=""), set()),
    ("no expiration", paper(signed_on=None, signature_method="", expires_on=None), {"A5"}),
    ("several things at once", paper(signed_on=None, signature_method="", purpose="", recipient_name=""), {"A3", "A4"}),
    ("chart and psychotherapy notes", paper(record_classes=frozenset({RecordClass.PN, RecordClass.CHART})), {"D4"}),
    ("a condition on psychotherapy notes", paper(conditioned_on=ConditionedOn.TREATMENT), {"D4"}),
    ("a condition on chart records", paper(CHART_PAPER, conditioned_on=ConditionedOn.PAYMENT), {"D4", "RS2"}),
    ("an expiration date that has passed", paper(expires_on=date(2026, 1, 1)), {"D1"}),
]


@pytest.mark.parametrize(("case", "facts", "expected"), BEFORE_SIGNING, ids=[row[0] for row in BEFORE_SIGNING])
def test_what_would_make_a_form_useless_is_found_before_anybody_signs(
    case: str, facts: Any, expected: set[str]
) -> None:
    found = problems_before_signing(facts, date(2026, 2, 1), pn_conditioning_forbidden=True)
    assert {defect.element for defect in found} >= expected
    assert bool(found) == bool(expected)
    assert PN_PAPER.is_signed


MARKED = paper(
    CHART_PAPER,
    record_classes=frozenset({RecordClass.CHART}),
    info_kinds=frozenset({"note", "plan"}),
    info_description="Progress notes, treatment plans",
)
COVERAGE: list[tuple[str, dict[str, Any], str, bool]] = [
    ("a kind that was ticked", {}, "note", True),
    ("what belongs to a kind that was ticked", {}, "plan_review", True),
    ("a kind that was not ticked", {}, "diagnosis", False),
    ("something only described", {}, "", True),
    ("the whole chart ticked", {"info_kinds": frozenset({"whole"}), "info_description": "My whole chart"},
     "diagnosis", True),
    ("own words beside the ticks: a person reads them",
     {"info_description": "Progress notes, treatment plans: and my diagnosis"}, "diagnosis", True),
    ("a paper of somebody else's making", {"info_kinds": frozenset(), "info_description": "My records"},
     "diagnosis", True),
]  # fmt: skip


@pytest.mark.parametrize(("case", "changes", "kind", "is_covered"), COVERAGE, ids=[row[0] for row in COVERAGE])
def test_a_release_stays_within_the_kinds_that_were_ticked(
    case: str, changes: dict[str, Any], kind: str, is_covered: bool
) -> None:
    found = covers(
        replace(MARKED, **changes),
        record_class=RecordClass.CHART,
        recipient_name=MARKED.recipient_name,
        purpose=MARKED.purpose,
        items=[ItemAsked("1", date(2025, 6, 1), kind=kind)],
        on=date(2026, 2, 1),
        words_compared=True,
    )
    assert [refusal.code for refusal in found] == ([] if is_covered else ["AUTH_NOT_THESE_ITEMS"])
