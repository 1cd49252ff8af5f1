"""The definition guard: chart content is marked, what was said in the room is left alone (R-002, R-009c)."""

import time
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.compliance.models import PolicySetting
from practice.infrastructure.days import today
from practice.people.models import Patient, Staff
from records.psychotherapy import vault
from records.psychotherapy.guard import CITE, LONGEST_SENTENCE, REASONS, belongs_in_chart, sentences
from records.psychotherapy.ids import new_id
from records.psychotherapy.rules import Exclusion
from records.psychotherapy.sheets import marks_of
from tests.bench.guard import CORPORA, score
from tests.psychotherapy.conftest import write_draft
from tests.psychotherapy.test_pages import SignedIn, page, save

NOTE = "🕊 He watched my face. Sertraline went up to 75 mg last week.\n\nI held back. GAD-7 today 9 (was 13).\n"


def test_a_mark_says_where_what_and_why() -> None:
    marks = belongs_in_chart(NOTE)
    assert [NOTE[mark.start : mark.end] for mark in marks] == [
        "Sertraline went up to 75 mg last week.",
        "GAD-7 today 9 (was 13).",
    ]
    assert [(mark.category, mark.reason) for mark in marks] == [
        (Exclusion.MEDICATION, "medication"),
        (Exclusion.TEST_RESULTS, "test result"),
    ]
    assert {mark.cite for mark in marks} == {CITE} and set(REASONS) == set(Exclusion)


@pytest.mark.parametrize(
    "sentence",
    [
        "We talked about her fear of medication.",
        "He said that insomnia is the only time that belongs to him.",
        "Is the sertraline 50 mg a wall between us?",
        "“I take 50 mg of sertraline and feel nothing,” she said.",
        "I wonder whether the diagnosis of PTSD protects him.",
        "Her brother was diagnosed with schizophrenia.",
    ],
)
def test_conversation_questions_quotations_and_hunches_are_left_alone(sentence: str) -> None:
    assert belongs_in_chart(sentence) == []


@pytest.mark.parametrize(("name", "recall_floor"), [("guard_corpus.tsv", 0.95), ("guard_corpus_outside.tsv", 0.7)])
def test_nine_of_ten_marks_are_right_on_each_part_of_the_corpus(name: str, recall_floor: float) -> None:
    found = score(CORPORA / name)
    assert found.precision >= 0.9 and found.recall >= recall_floor and found.right_category >= 0.9


def test_the_corpus_is_large_enough_and_a_third_of_it_written_by_somebody_else() -> None:
    ours, outside = (lines(CORPORA / name) for name in ("guard_corpus.tsv", "guard_corpus_outside.tsv"))
    assert len(ours) + len(outside) >= 300 and len(outside) >= (len(ours) + len(outside)) / 3
    assert {label for label, _words in ours + outside} == {"CONTENT", *Exclusion.__members__}
    assert min(Counter(label for label, _words in ours + outside).values()) >= 10
    assert not {words for _label, words in ours} & {words for _label, words in outside}


def lines(corpus: Path) -> list[tuple[str, str]]:
    rows = (line.split("\t", 1) for line in corpus.read_text(encoding="utf-8").splitlines() if line)
    return [(label, words) for label, words in rows]


@pytest.mark.parametrize(
    "made_of",
    [
        NOTE,
        "sertraline ",
        "sertraline mg 5 daily increased dose reviewed medication score phq-9 ",
        "“",
        "dr. ",
        "1:00 to ",
        "no si hi mood anxiety, depression and ",
        "a",
        "\n ",
    ],
)
def test_twice_the_text_takes_about_twice_the_time(made_of: str) -> None:
    once = (made_of * 60_000)[:60_000]
    belongs_in_chart(once)
    shortest = [min(_seconds(text) for _turn in range(3)) for text in (once, once * 2)]
    assert shortest[1] < 3.5 * shortest[0] + 0.02


def _seconds(text: str) -> float:
    start = time.process_time()
    belongs_in_chart(text)
    return time.process_time() - start


WORDS = st.sampled_from(
    ["sertraline", "50 mg", "daily", "PHQ-9", "14", ".", "?", "“", "”", "\n", "🕊", "Plan:", "2:00", "–", "si"]
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(), st.lists(WORDS, max_size=60).map(" ".join)))
def test_no_text_stops_it_and_every_mark_lies_in_the_text(text: str) -> None:
    spans = [(mark.start, mark.end) for mark in belongs_in_chart(text)]
    read = list(sentences(text))
    assert set(spans) <= set(read)
    assert all(0 <= start < end <= len(text) and end - start <= LONGEST_SENTENCE for start, end in read)
    assert all(before[1] <= after[0] for before, after in pairwise(read))
    outside = [text[end:start] for (_, end), (start, _) in zip([(0, 0), *read], [*read, (len(text), 0)], strict=True)]
    assert not any(part.strip() for part in outside)  # nothing between the sentences but white space


@pytest.mark.django_db
def test_each_save_answers_its_author_with_the_marks_and_keeps_none(
    hale: Staff, lindqvist: Patient, signed_in: SignedIn, caplog: pytest.LogCaptureFixture
) -> None:
    client, draft_id = signed_in(hale), new_id(hale.pk)
    answer = save(client, draft_id, lindqvist, background=True, text=NOTE.replace("\n", "\r\n"))
    marks = answer.json()["marks"]  # type: ignore[attr-defined]
    as_in_a_browser = NOTE.encode("utf-16-le")
    told = [
        (as_in_a_browser[2 * mark["start"] : 2 * mark["end"]].decode("utf-16-le"), mark["reason"]) for mark in marks
    ]
    assert told == [
        ("Sertraline went up to 75 mg last week.", "medication"),
        ("GAD-7 today 9 (was 13).", "test result"),
    ]
    assert [set(mark) for mark in marks] == [{"start", "end", "kind", "reason"}] * 2
    assert "ertraline" not in caplog.text
    by_button = client.get(reverse("psychotherapy-draft-edit", args=[draft_id])).content.decode()
    assert by_button.count("This belongs in the chart:") == 3  # two, and the row for those to come
    assert "2 sentences here belong in the chart." in by_button


@pytest.mark.django_db
def test_marks_ask_the_practice_database_for_the_policy_and_write_nothing() -> None:
    with (
        CaptureQueriesContext(connections["default"]) as everyday,
        CaptureQueriesContext(connections["psychotherapy"]) as sealed,
    ):
        assert marks_of(NOTE)
    assert len(sealed) == 0
    assert [query["sql"].split(None, 1)[0] for query in everyday] == ["SELECT"] and "ertraline" not in str(
        list(everyday)
    )


@pytest.mark.django_db
def test_a_marked_note_is_saved_and_signed_like_any_other(hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
    client, draft_id = signed_in(hale), new_id(hale.pk)
    save(client, draft_id, lindqvist, text="Sertraline 50 mg daily.", then="sign")
    client.post(reverse("psychotherapy-draft-sign", args=[draft_id]), {"version": "1"})
    assert "Sertraline 50 mg daily." in page(client, "psychotherapy-note-open", draft_id)


@pytest.mark.django_db
def test_a_practice_can_switch_the_reminder_off(hale: Staff, lindqvist: Patient, signed_in: SignedIn) -> None:
    PolicySetting.objects.create(code="P-20", value=False, from_on=today(), reason="Asked for by the clinicians.")
    client = signed_in(hale)
    draft = write_draft(hale, lindqvist, text=NOTE)
    assert "This belongs in the chart" not in page(client, "psychotherapy-draft-edit", draft.id)
    answer = save(client, draft.id, lindqvist, background=True, text=NOTE + "More.", version=1)
    assert answer.json()["marks"] == []  # type: ignore[attr-defined]
    shown = vault.open_draft(hale, draft.id)
    assert shown is not None and shown.text == NOTE + "More."
