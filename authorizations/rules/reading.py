"""How hard a text is to read: the Flesch-Kincaid grade, the school year somebody needs to follow it.

Grade = 0.39 x words per sentence + 11.8 x syllables per word - 15.59. Syllables are counted by the usual rules of thumb
for English; the tests hold them against words with a known count.
"""

import re

TARGET_GRADE = 8.0
WORD = re.compile(r"[a-z]+(?:['’][a-z]+)?", re.IGNORECASE)
SENTENCE_END = re.compile(r"[.!?]+[”\"')]*(?:\s+|$)|\n+")
VOWELS = re.compile(r"[aeiouy]+")
# two vowels side by side that are spoken apart: "me-di-a", "cre-ate", "li-on" (but "na-tion", "spe-cial")
APART = re.compile(
    r"(?<![tscgx])i[ao](?!u)|(?<![tcgx])iou|[cgt]iate|(?<=r)ea(?=te)|ea$|(?<=vid)eo|ua(?=[lt])|iu|ie(?=t)"
    r"|(?:(?<=l)|(?<=sc))ie(?=n)|uou|io(?=l)|[^aeiouy]yi|ying|[aeou]ing|(?<=[a-z])yo"
)
SILENT_END = re.compile(r"(?:[^laeiouy]|[aeiouy]l|rl)e$|[^aeiouytd]ed$|[aeiou]ed$|[^aeioucgsxz]es$|[aeiou]es$")
SILENT_INSIDE = re.compile(r"[aeiouy][^aeiouy]+e(?=(?:ments?|ly|less|ful|some|thing|where|fore|body|ty)$)")


def syllables(word: str) -> int:
    """The syllables of one English word; at least one."""
    plain = re.sub(r"['’](?:s|t|re|ve|ll|d|m)?$", "", word.lower())
    plain = re.sub(r"[^a-z]", "", plain)
    count = len(VOWELS.findall(plain)) + len(APART.findall(plain))
    if len(plain) > 2 and SILENT_END.search(plain):
        count -= 1
    count -= len(SILENT_INSIDE.findall(plain))
    return max(1, count)


def reading_grade(text: str) -> float:
    """The grade of a text, one decimal; 0.0 for a text without words. A line break ends a sentence."""
    words = WORD.findall(text)
    sentences = [part for part in SENTENCE_END.split(text) if part and WORD.search(part)]
    if not words:
        return 0.0
    spoken = sum(map(syllables, words))
    grade = 0.39 * len(words) / max(1, len(sentences)) + 11.8 * spoken / len(words) - 15.59
    return round(max(0.0, grade), 1)
