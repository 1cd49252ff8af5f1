"""How hard a text is to read: the Flesch-Kincaid grade, the school year somebody needs to follow it.

Grade = 0.39 x words per sentence + 11.8 x syllables per word - 15.59. Syllables are counted by the usual rules of thumb
for English; the tests hold them against words with a known count, and the grade against texts counted by hand.
"""

import re
from dataclasses import dataclass

TARGET_GRADE = 8.0
WORD = re.compile(r"[a-z]+(?:['’-][a-z]+)*|[0-9]+", re.IGNORECASE)
# A period that ends no sentence: "Dr. Falk", "e.g. a bill", "J. Park". Taking one for an end would flatter the text.
ABBREVIATION = re.compile(r"\b(Dr|Mrs?|Ms|St|Mt|Jr|Sr|No|vs|etc|Inc|Ave|[ap]\.m|[A-Za-z]\.[a-z]|[A-Z])\.(?=\s)")
# A new line ends a sentence where a list goes on or a new paragraph begins; not where pasted text was broken to fit.
NEW_LINE = re.compile(r"[ \t]*\n(?=[ \t]*(?:\n|[-–•*]|[0-9]+[.)]|[A-Z“\"]))|(?<=[:;])[ \t]*\n|\n[ \t]*\n")
SENTENCE_END = re.compile(r"[.!?]+[”\"')]*(?:\s+|$)|\f")
VOWELS = re.compile(r"[aeiouy]+")
# two vowels side by side that are spoken apart: "me-di-a", "cre-ate", "li-on" (but "na-tion", "spe-cial")
APART = re.compile(
    r"(?<![tscgx])i[ao](?!u)|(?<![tcgx])iou|[cgt]iate|(?<=r)ea(?=te)|ea$|(?<=vid)eo|ua(?=[lt])|iu|ie(?=t)"
    r"|(?:(?<=l)|(?<=sc))ie(?=n)|uou|io(?=l)|[^aeiouy]yi|ying|[aeou]ing|(?<=[a-z])yo"
)
SILENT_END = re.compile(r"(?:[^laeiouy]|[aeiouy]l|rl)e$|[^aeiouytd]ed$|[aeiou]ed$|[^aeioucgsxz]es$|[aeiou]es$")
SILENT_INSIDE = re.compile(r"[aeiouy][^aeiouy]+e(?=(?:ments?|ly|less|ful|some|thing|where|fore|body|ty)$)")


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text was counted to hold, and its grade."""

    words: int
    sentences: int
    syllables: int

    @property
    def grade(self) -> float:
        """One decimal; 0.0 for a text without words."""
        if not self.words:
            return 0.0
        grade = 0.39 * self.words / self.sentences + 11.8 * self.syllables / self.words - 15.59
        return round(max(0.0, grade), 1)


def syllables(word: str) -> int:
    """The syllables of one English word, at least one; of a number, one for each figure, which comes close."""
    if word.isdigit():
        return len(word)
    return sum(map(_syllables, word.split("-")))


def _syllables(word: str) -> int:
    plain = re.sub(r"['’](?:s|t|re|ve|ll|d|m)?$", "", word.lower())
    plain = re.sub(r"[^a-z]", "", plain)
    count = len(VOWELS.findall(plain)) + len(APART.findall(plain))
    if len(plain) > 2 and SILENT_END.search(plain):
        count -= 1
    count -= len(SILENT_INSIDE.findall(plain))
    return max(1, count)


def reading_of(text: str) -> Reading:
    """Words, sentences and syllables of a text."""
    found = WORD.findall(text)
    whole = NEW_LINE.sub("\f", ABBREVIATION.sub(r"\1", text))
    sentences = [part for part in SENTENCE_END.split(whole) if part and WORD.search(part)]
    return Reading(len(found), len(sentences), sum(map(syllables, found)))
