"""Loading a release of ICD-10-CM: whole or not at all."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db import connection, transaction

from practice.infrastructure.locks import advisory_lock
from practice.infrastructure.refusals import Refusal, Refused

from ..models import IcdCode, IcdRelease, IcdTerm
from ..rules.icd import MENTAL, IcdEntry, content_sha256, in_force_from, plain_words, searched_terms

TERM_COLUMNS = ["release_id", "code_id", "text", "words", "own", "mental"]


@transaction.atomic
def load_release(*, label: str, source: str, entries: Sequence[IcdEntry]) -> tuple[IcdRelease, bool]:
    """Write a release with its codes and terms. Out: the release, and whether it was written now or stood already.

    Where the entries bring no inclusion terms (a file of CMS has none), those of the newest release are taken over.
    Raises Refused for a label that says no date, and for a release that stands with another content.
    """
    from_day = in_force_from(label)
    if from_day is None:
        raise Refused(
            Refusal("ICD_LABEL", f"“{label}” names no release.", "Name a fiscal year (2027) or a month (2026-04).")
        )
    advisory_lock("icd10 releases")
    sha256 = content_sha256(entries)
    if standing := IcdRelease.objects.filter(label=label).first():
        if standing.sha256 != sha256:
            raise Refused(
                Refusal(
                    "ICD_OTHER_CONTENT",
                    f"Release {label} stands already, from {standing.source}, with other codes or titles.",
                    "A release is never overwritten; give this one a label of its own.",
                )
            )
        return standing, False
    terms = _terms_by_code(entries)
    release = IcdRelease.objects.create(
        label=label, in_force_from=from_day, source=source, sha256=sha256, codes_count=len(entries)
    )
    _copy(
        IcdCode, ["release_id", "code", "compact", "title", "billable", "parent", "chapter"], _codes(release, entries)
    )
    ids = dict(IcdCode.objects.filter(release=release).values_list("code", "pk"))
    rows = (
        (release.pk, ids[one.code], text, _words(one, text), own, one.chapter == MENTAL)
        for one in entries
        for text, own in terms[one.code].items()
    )
    _copy(IcdTerm, TERM_COLUMNS, rows)
    return release, True


def _codes(release: IcdRelease, entries: Iterable[IcdEntry]) -> Iterator[tuple[Any, ...]]:
    for one in entries:
        yield release.pk, one.code, one.compact, one.title, one.billable, one.parent, one.chapter


def _words(entry: IcdEntry, text: str) -> str:
    return " ".join([entry.compact.lower(), *plain_words(text)])


def _terms_by_code(entries: Sequence[IcdEntry]) -> dict[str, dict[str, bool]]:
    """The texts by which each code is found, and whether they are its own."""
    own = {one.code: one.terms for one in entries}
    if not any(own.values()):
        newest = IcdRelease.objects.order_by("-in_force_from").first()
        kept = IcdTerm.objects.filter(release=newest, own=True).values_list("code__code", "text") if newest else ()
        for code, text in kept:
            if code in own:
                own[code] = (*own[code], text)
    of_heading = {one.code: own[one.code] if one.chapter == MENTAL and not one.billable else () for one in entries}
    found = {}
    for one in entries:
        found[one.code] = searched_terms(
            IcdEntry(one.code, one.title, one.billable, one.parent, own[one.code]), of_heading.get(one.parent, ())
        )
    return found


def _copy(model: Any, columns: list[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """COPY: a hundred thousand rows in seconds."""
    quote = connection.ops.quote_name
    statement = f"COPY {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
