"""The definition guard on a long note, against finding its sentences only; and how often it is right."""

from dataclasses import dataclass
from pathlib import Path

from records.psychotherapy.guard import belongs_in_chart, sentences

from .measure import Row, by_turns

CORPORA = Path(__file__).resolve().parent.parent / "psychotherapy"
PARTS = {"ours": "guard_corpus.tsv", "written by somebody else": "guard_corpus_outside.tsv"}
LONG_NOTE_WORDS = 20_000


@dataclass(frozen=True, slots=True)
class Score:
    """Shares from 0 to 1: marks that are right, chart sentences that are marked, right marks with the right reason."""

    precision: float
    recall: float
    right_category: float


def score(corpus: Path) -> Score:
    """Run the guard over lines of a label, a tab and one sentence. CONTENT is what belongs in the sealed note."""
    right = wrong = missed = same = 0
    for line in corpus.read_text(encoding="utf-8").splitlines():
        label, _tab, sentence = line.partition("\t")
        marks = belongs_in_chart(sentence)
        if label == "CONTENT":
            wrong += bool(marks)
        elif marks:
            right += 1
            same += marks[0].category.name == label
        else:
            missed += 1
    return Score(right / (right + wrong), right / (right + missed), same / right)


def long_note() -> str:
    """20,000 words of the corpus' own sentences, in paragraphs."""
    found = [
        line.partition("\t")[2] for name in PARTS.values() for line in (CORPORA / name).read_text("utf-8").splitlines()
    ]
    words: list[str] = []
    turn = 0
    while len(words) < LONG_NOTE_WORDS:
        words += found[turn % len(found)].split()
        turn += 1
    return " ".join(words[:LONG_NOTE_WORDS])


def guard() -> list[Row]:
    """The guard on a note of 20,000 words, of which a third of the sentences or more is chart content."""
    text = long_note()
    mine, theirs = by_turns(lambda: belongs_in_chart(text), lambda: list(sentences(text)), turns=10)
    parts = []
    for words, name in PARTS.items():
        found = score(CORPORA / name)
        parts.append(f"{words}: precision {found.precision:.2f}, recall {found.recall:.2f}")
    return [Row("definition guard on a note of 20,000 words", mine, "its sentences only", theirs, "; ".join(parts))]
