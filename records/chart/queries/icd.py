"""Finding a code of ICD-10-CM by words, by an abbreviation, or by the code itself."""

from dataclasses import dataclass
from datetime import date

from django.db import connection

from ..models import IcdCode, IcdRelease
from ..rules.icd import ABBREVIATIONS, Sought, plain_words, read_search

LIMIT = 20
# The expression of the two GIN indexes (migration 0005), word for word.
VECTOR = "(to_tsvector('simple'::regconfig, words) || to_tsvector('english'::regconfig, words))"


@dataclass(frozen=True, slots=True)
class Hit:
    """A code that was found, and the term it was found by where that is not its title."""

    code: str
    title: str
    billable: bool
    by: str = ""


def release_in_force(on: date) -> IcdRelease | None:
    """The newest release that holds on a day; before the first one holds, the first; None where none is loaded."""
    releases = IcdRelease.objects.order_by("-in_force_from", "-pk")
    return releases.filter(in_force_from__lte=on).first() or releases.last()


def code_in_force(code: str, on: date) -> IcdCode | None:
    """A code by itself, with or without its dot, in the release that holds on a day."""
    compact = "".join(plain_words(code)).upper()
    return IcdCode.objects.select_related("release").filter(release=release_in_force(on), compact=compact).first()


def search_codes(text: str, on: date, limit: int = LIMIT) -> list[Hit]:
    """The codes that fit what was typed, the likeliest first: mental health, then codes before headings.

    Every word must occur in the title or in one term of the code, or begin a word there. Nothing typed finds nothing.
    """
    sought, release = read_search(text), release_in_force(on)
    if not sought or release is None:
        return []
    if sought.code and (hits := _by_code(sought.code, release, limit)):
        return hits
    hits = _by_words(sought, release, limit, mental=True)
    if len(hits) < limit:
        hits += _by_words(sought, release, limit - len(hits), mental=False)
    return sorted(hits, key=lambda hit: not hit.billable)


def _by_code(begun: str, release: IcdRelease, limit: int) -> list[Hit]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT code, title, billable, '' FROM chart_icdcode WHERE release_id = %s AND compact LIKE %s"
            " ORDER BY compact <> %s, NOT billable, compact LIMIT %s",
            [release.pk, f"{begun}%", begun, limit],
        )
        return [Hit(*row) for row in cursor.fetchall()]


def _by_words(sought: Sought, release: IcdRelease, limit: int, *, mental: bool) -> list[Hit]:
    """Of the terms that fit, each code's shortest; the shorter the term, the more of it was meant."""
    query, parameters = _ts_query(sought.words)
    chapter = "mental" if mental else "NOT mental"
    statement = f"""
        WITH best AS (
            SELECT DISTINCT ON (code_id) code_id, text, own, length(words) AS long FROM chart_icdterm
            WHERE release_id = %s AND {chapter} AND {VECTOR} @@ ({query}) ORDER BY code_id, own DESC, length(words)
        )
        SELECT code, title, billable, CASE WHEN best.text = title THEN '' ELSE best.text END
        FROM best JOIN chart_icdcode ON chart_icdcode.id = best.code_id
        ORDER BY array_position(%s::text[], code::text) NULLS LAST, NOT billable, NOT best.own, best.long, compact
        LIMIT %s
    """  # noqa: S608 - made of constants; what was typed goes as parameters
    with connection.cursor() as cursor:
        cursor.execute(statement, [release.pk, *parameters, list(sought.codes), limit])
        hits = [Hit(*row) for row in cursor.fetchall()]
    return hits


def _ts_query(words: tuple[str, ...]) -> tuple[str, list[str]]:
    """Every word as the beginning of a word, as typed and by its stem; letters that stand for words as either."""
    parts, parameters = [], []
    for word in words:
        either = [[word]]
        if word in ABBREVIATIONS:
            either.append(ABBREVIATIONS[word].words.split())
        choices = []
        for choice in either:
            choices.append("(" + " && ".join([_EITHER_FORM] * len(choice)) + ")")
            parameters += [f"{part}:*" for part in choice for _form in range(2)]
        parts.append("(" + " || ".join(choices) + ")")
    return " && ".join(parts), parameters


_EITHER_FORM = "(to_tsquery('simple'::regconfig, %s) || to_tsquery('english'::regconfig, %s))"
