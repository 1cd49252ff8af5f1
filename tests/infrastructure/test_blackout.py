"""Passages left out of a text: replaced, never covered."""

import pytest

from practice.infrastructure.blackout import BAR, Span, burn, in_words, plain, sentences
from practice.infrastructure.templatetags.look import bars


def words(text: str) -> list[str]:
    return [text[one.start : one.end] for one in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two!  Three?", ["One.", "Two!", "Three?"]),
        ("A line\nand another.", ["A line", "and another."]),
        ("She said “no.” Then left", ["She said “no.”", "Then left"]),
        ("  indented … so. \n\n last ", ["indented …", "so.", "last"]),
        ("At 2.30 pm", ["At 2.30 pm"]),
        ("🕊 שלום. ok", ["🕊 שלום.", "ok"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_a_text_is_counted_in_sentences_as_a_reader_would(text: str, expected: list[str]) -> None:
    assert words(text) == expected


def test_every_word_of_a_text_stands_in_exactly_one_sentence() -> None:
    text = plain("First, his brother Karl drinks.\r\nSecond... maybe!\r\n- a list (of sorts.)\n\n\nEnd")
    assert "".join("".join(words(text)).split()) == "".join(text.split())


def test_a_bar_stands_for_what_was_left_out_and_says_nothing_of_its_length() -> None:
    assert burn("Karl drinks.", [Span(0, 4)]) == f"{BAR} drinks."
    assert burn("Karl-Friedrich drinks.", [Span(0, 14)]) == f"{BAR} drinks."


def test_passages_that_meet_or_have_only_a_blank_between_are_one_bar() -> None:
    assert burn("his brother Karl drinks", [Span(4, 11), Span(12, 16), Span(6, 13)]) == f"his {BAR} drinks"


@pytest.mark.parametrize("span", [Span(-1, 2), Span(2, 2), Span(3, 2), Span(0, 99)])
def test_a_position_outside_the_text_is_refused(span: Span) -> None:
    with pytest.raises(ValueError, match="outside"):
        burn("short", [span])


def test_nobody_can_type_a_bar() -> None:
    assert BAR not in plain(f"I typed {BAR}")


def test_a_bar_is_drawn_on_pages_and_said_in_data() -> None:
    assert bars(f"<b> {BAR}") == '&lt;b&gt; <span class="left-out">left out</span>'
    assert in_words(f"with {BAR}.") == "with [left out]."
