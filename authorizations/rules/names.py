"""Whether a name that somebody wrote is the name of a person on record: as people write their own names."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum

# words beside a name that name nobody else
TITLES = frozenset({"mr", "mrs", "ms", "mx", "miss", "dr", "prof", "jr", "sr", "ii", "iii", "iv"})
# letters that are no base letter with a mark, as they are written without a keyboard that has them
PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})


class NameMatch(StrEnum):
    """How well a written name fits."""

    SAME = "SAME"  # nobody would ask
    LIKE = "LIKE"  # a word of it in common: a short form, a married name
    OTHER = "OTHER"  # nothing in common


def match_of_name(written: str, names: Iterable[str]) -> NameMatch:
    """The best fit of a written name to the names a person is on record under.

    Case, accents, punctuation and order do not matter; a first or middle name may be an initial, a middle name may be
    left out or added. First and last name must both be there, and one of them in full.
    """
    found = {_match(_words(written), _words(name)) for name in names}
    return next((match for match in NameMatch if match in found), NameMatch.OTHER)


def same_name(left: str, right: str) -> bool:
    """Whether two names may be taken for one person's, whichever of them is the fuller one."""
    return NameMatch.SAME in (match_of_name(left, [right]), match_of_name(right, [left]))


def is_named(written: str, names: Iterable[str]) -> bool:
    """Whether a written name is one of these and says nothing besides but initials and titles.

    Where somebody is given what is theirs: "Ana Ferreira, c/o Carla Ferreira" is not Ana Ferreira.
    """
    return any(_says_only(_words(written), _words(name)) for name in names)


def _says_only(written: list[str], name: list[str]) -> bool:
    more = [word for word in written if word not in name and len(word) > 1 and word not in TITLES]
    if len(name) == 1:  # a name alone, such as a preferred one: any word beside it could make it somebody else's
        return [word for word in written if word not in TITLES] == name
    return _match(written, name) == NameMatch.SAME and (not more or "".join(written) == "".join(name))


def _match(written: list[str], name: list[str]) -> NameMatch:
    if not written or not name:
        return NameMatch.OTHER
    if "".join(written) == "".join(name):  # "Jean-Luc" and "Jeanluc"
        return NameMatch.SAME
    rest = list(written)
    found = {word: _take(word, rest) for word in sorted(set(name), key=len, reverse=True)}
    ends = {name[0], name[-1]}
    in_full = {word for word in found if len(word) > 1 and found[word] == word}
    if all(found[word] for word in ends) and in_full & ends and (not rest or all(found.values())):
        return NameMatch.SAME
    return NameMatch.LIKE if in_full else NameMatch.OTHER


def _take(word: str, rest: list[str]) -> str:
    """The written word that stands for this one, taken from the rest: the word itself, else an initial; or nothing."""
    found = word if word in rest else next((other for other in rest if _is_initial(other, word)), "")
    if found:
        rest.remove(found)
    return found


def _is_initial(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) == 1 and long.startswith(short)


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKD", text).casefold().translate(PLAIN)
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    return re.findall(r"[^\W_]+", re.sub(r"['’`ʼ]", "", plain))
