"""Taking a sentence out of a text and putting it back leaves no hole and loses no character."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.psychotherapy.passages import code_points, put_in, taken_out, units
from records.psychotherapy.words import around, holds, words_of

OUT = [
    # text, sentence, what is left
    ("He paused. PHQ-9 14. He left.", "PHQ-9 14.", "He paused. He left."),
    ("PHQ-9 14. He left.", "PHQ-9 14.", "He left."),
    ("He paused. PHQ-9 14.", "PHQ-9 14.", "He paused."),
    ("He paused.\nPHQ-9 14.\nHe left.", "PHQ-9 14.", "He paused.\nHe left."),
    ("He paused.\nPHQ-9 14.", "PHQ-9 14.", "He paused."),
    ("PHQ-9 14.", "PHQ-9 14.", ""),
    ("He paused. PHQ-9 14.\nHe left.", "PHQ-9 14.", "He paused.\nHe left."),
    ("🕊 Dove. Dx F33.1.\n\nEnd.", "Dx F33.1.", "🕊 Dove.\n\nEnd."),
]


@pytest.mark.parametrize(("text", "sentence", "left"), OUT)
def test_a_sentence_leaves_with_the_space_that_only_kept_it_apart(text: str, sentence: str, left: str) -> None:
    edit = taken_out(text, sentence, text.index(sentence))
    assert edit is not None and edit.applied(text) == left


@given(st.lists(st.sampled_from(["He paused.", "PHQ-9 14.", " ", "\n", "🕊", "  "]), max_size=12).map("".join))
def test_what_was_taken_out_goes_back_exactly_where_it_stood(text: str) -> None:
    edit = taken_out(text, "PHQ-9 14.", len(text) // 2)
    assert (edit is None) == ("PHQ-9 14." not in text)
    if edit is not None:
        removed, left = text[edit.start : edit.end], edit.applied(text)
        assert "PHQ-9 14." in removed and put_in(left, removed, edit.start).applied(left) == text


def test_of_two_equal_sentences_the_one_that_was_marked_goes() -> None:
    text = "No SI. He paused. No SI."
    first, second = taken_out(text, "No SI.", 0), taken_out(text, "No SI.", 18)
    assert (
        first and second and (first.applied(text), second.applied(text)) == ("He paused. No SI.", "No SI. He paused.")
    )


def test_a_sentence_comes_in_on_a_line_of_its_own() -> None:
    assert put_in("", " Dx F33.1. ").applied("") == "Dx F33.1."
    assert put_in("He paused.\n\n", "Dx F33.1.").applied("He paused.\n\n") == "He paused.\nDx F33.1."


@given(st.text(), st.integers(min_value=0, max_value=40))
def test_places_count_as_browsers_count(text: str, place: int) -> None:
    at = min(place, len(text))
    assert code_points(text, units(text[:at])) == at
    assert code_points(text, 10**6) == len(text)


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("meeting father", True),
        ("FATHER Meeting", True),
        ("fath", True),
        ('"the meeting"', True),
        ("“meeting the”", False),
        ("father mother", False),
        ("שלום", True),
        ('"room שלום"', True),
        ("", True),
    ],
)
def test_every_word_must_be_there_in_any_order(sought: str, found: bool) -> None:
    assert holds("In the meeting he spoke to his father.\nStay in the room\nשלום", words_of(sought)) is found


def test_an_excerpt_shows_what_stands_around_and_which_words_were_found() -> None:
    parts = around("Silence. " * 40 + "In the meeting he saw his Father." + " More." * 60, words_of("father meeting"))
    assert [part for part, hit in parts if hit] == ["meeting", "Father"]
    assert parts[0] == ("… ", False) and parts[-1][0].endswith(" …")
    assert len("".join(part for part, _hit in parts)) < 300
