"""Whether a text names somebody: the check on the shared part of a group's notes. Pure.

A name counts in every form it is known by: legal, preferred, sort and earlier names, each word of it alone, with or
without accents, hyphens and possessive. It rather finds too much: a sentence can be worded anew, a name that stands
in another patient's chart cannot be taken back.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

# Parts of a name that name nobody: titles in any case, particles where the name has them in small letters.
TITLES = frozenset("dr mr mrs ms prof jr sr st ii iii iv".split())  # noqa: SIM905 - for people to read
PARTICLES = frozenset(
    """
    al bin da de del della den der di dos du el ibn la las le los mc of the van von y zu
    """.split()  # noqa: SIM905 - for people to read
)
# Names that are everyday words too: they count when they are written with a capital letter.
WORDS = frozenset(
    """
    an angel art ash bell berry bill black blue bob bond book brook brown bush butler carol chance chase chip
    church cole cook crystal dale dawn day dean drew dusty earl early east faith field fields fox frank gay gene
    glad glen gold good grace grant gray green guy hall harmony hill hope house hunt hunter iris ivy jack joy
    joyce june king lake lane law lily long love major mark may mercy miles mine moss north page park parks pat
    patience peace pearl penny pool price ray read red reed reeves rich rob robin rock rod rose ruby rush rusty
    sage sandy savage short sky smart so sonny south spring star stone strange strong sue summer sun sunny swift
    van wade ward way weeks west white will win winter wise wood woods yes you young
    """.split()  # noqa: SIM905 - for people to read
)
TOKEN = re.compile(r"[^\W\d_]+(?:['\-][^\W\d_]+)*")
APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "´": "'", "‐": "-", "‑": "-", "–": " ", "—": " "})
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


def names_found(text: str, names: Iterable[str]) -> list[str]:
    """The words of a text by which it names any of these people, as they stand there, in order, each once."""
    sought = {word for name in names for word in _words_of_name(name)}
    found: dict[str, None] = {}
    for token in TOKEN.findall(_plain(text)):
        if any(_is_named(part, sought) for part in _forms(token)):
            found.setdefault(token)
    return list(found)


def _words_of_name(name: str) -> Iterator[str]:
    """The words of a name that name somebody alone. Single letters never do."""
    for token in TOKEN.findall(_plain(name)):
        for form in _forms(token):
            key = _key(form)
            joined = key in PARTICLES and (form.islower() or form != token)
            if len(key) > 1 and key not in TITLES and not joined:
                yield key


def _forms(token: str) -> Iterator[str]:
    """A token whole, without its possessive, in one word, and in the parts that hyphen or apostrophe join."""
    bare = re.sub(r"'(?:s|S)?$", "", token)
    yield bare
    parts = re.split(r"['\-]", bare)
    if len(parts) > 1:
        yield "".join(parts)
        yield from (part for part in parts if len(part) > 1)


def _is_named(part: str, sought: set[str]) -> bool:
    key = _key(part)
    forms = {key, key[:-1]} if key.endswith("s") and len(key) > 4 else {key}  # "the Haddads"
    hits = forms & sought
    if not hits:
        return False
    everyday = all(len(hit) < 3 or hit in WORDS or hit in PARTICLES for hit in hits)
    return not everyday or part[:1].isupper()


def _plain(text: str) -> str:
    """One kind of apostrophe and hyphen, composed letters, nothing invisible between them."""
    text = unicodedata.normalize("NFKC", text).translate(APOSTROPHES)
    return "".join(char for char in text if unicodedata.category(char) != "Cf")


def _key(word: str) -> str:
    """A word for comparing: no case, no accents, no hyphen."""
    spread = unicodedata.normalize("NFKD", word.casefold().translate(LETTERS))
    return "".join(char for char in spread if char.isalnum())
