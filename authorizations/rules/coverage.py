"""Whether a release stays within an authorization: records, discloser, recipient, purpose, time (R-041)."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from authorizations.rules.choices import PnScope, RecordClass
from authorizations.rules.elements import is_blank, is_patients_request
from authorizations.rules.facts import AuthorizationFacts
from authorizations.rules.preparing import item_kinds, named_records
from practice.infrastructure.refusals import Refusal

AUTH_NOT_THESE_RECORDS = "AUTH_NOT_THESE_RECORDS"
AUTH_NOT_THIS_RECIPIENT = "AUTH_NOT_THIS_RECIPIENT"
AUTH_NOT_THIS_PURPOSE = "AUTH_NOT_THIS_PURPOSE"
AUTH_NOT_THESE_ITEMS = "AUTH_NOT_THESE_ITEMS"
AUTH_NOT_THIS_DISCLOSER = "AUTH_NOT_THIS_DISCLOSER"
AUTH_NO_ITEMS = "AUTH_NO_ITEMS"
WORDS_NOT_COMPARED = "WORDS_NOT_COMPARED"
CITE = "45 CFR 164.508(a)(1)"


@dataclass(frozen=True, slots=True)
class ItemAsked:
    """One thing somebody wants to release: its id, the day it is about, for psychotherapy notes their author, and what
    kind of item of the chart it is (empty where it is only described).
    """

    id: str
    on: date | None = None
    originator_id: str = ""
    kind: str = ""


def same_words(left: str, right: str) -> bool:
    """Whether two names are the same for a reader: letter case, spacing and punctuation aside; never two blanks."""
    folded = _folded(left)
    return bool(folded) and folded == _folded(right)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("’", "'")
    return " ".join(re.findall(r"\w+", plain))


def covers(
    facts: AuthorizationFacts,
    *,
    record_class: RecordClass | str,
    recipient_name: str,
    purpose: str,
    items: Sequence[ItemAsked] = (),
    on: date,
    recipient_class: str = "",
    ours: Collection[str] = (),
    us_in_other_words: bool = False,
    words_compared: bool = False,
) -> list[Refusal]:
    """Why an authorization does not cover a release; empty when it does. Validity is asked of `defects` separately.

    `on` is the practice-local day of the release: what is dated after it cannot be part of it. `recipient_class` is the
    kind of recipient, for forms that name only a class. `ours`: the names the practice and its people go by; without
    any, nobody is asked who may release. A release of nothing is covered by nothing. What a form for the chart names in
    words of its own no program decides: `words_compared` says that a person did, and `us_in_other_words` that a person
    knows the one who may release for this practice.
    """
    return [
        *_records(facts, RecordClass(record_class), items, on),
        *_compared(facts, RecordClass(record_class), words_compared),
        *_recipient(facts, recipient_name, recipient_class),
        *_purpose(facts, purpose),
        *_discloser(facts, ours, us_in_other_words),
    ]


def _records(
    facts: AuthorizationFacts, record_class: RecordClass, items: Sequence[ItemAsked], on: date
) -> Iterator[Refusal]:
    if record_class not in facts.record_classes:
        words = f"This authorization does not cover {record_class.label.lower()}."
        yield Refusal(AUTH_NOT_THESE_RECORDS, words, "Record an authorization that names them.", CITE)
        return
    if not items:
        yield Refusal(AUTH_NO_ITEMS, "Nothing was chosen for release.", "Choose at least one item.", CITE)
    outside = [item for item in items if not _covers_item(facts, record_class, item, on)]
    if outside:
        words = f"{len(outside)} of {len(items)} chosen items lie outside what the authorization describes."
        yield Refusal(AUTH_NOT_THESE_ITEMS, words, "Leave them out, or record an authorization that names them.", CITE)


class Described(Protocol):
    """What says which records an authorization is about: its facts, or its row."""

    @property
    def record_classes(self) -> Collection[str]: ...
    @property
    def info_kinds(self) -> Collection[str]: ...
    @property
    def info_description(self) -> str: ...


def words_to_compare(form: Described) -> str:
    """What a form for chart or billing records names in words of its own; "" where its marks say all (A1)."""
    if RecordClass.PN in form.record_classes:
        return ""
    marks = named_records(sorted(form.record_classes), info_kinds=sorted(form.info_kinds))
    return "" if form.info_description == marks else form.info_description


def _compared(facts: AuthorizationFacts, record_class: RecordClass, compared: bool) -> Iterator[Refusal]:
    if record_class != RecordClass.PN and words_to_compare(facts) and not compared:
        words = "It is not said that what was chosen is what the form’s own words name."
        remedy = "Read the words of the form beside the documents, leave out what they do not name, and tick it."
        yield Refusal(WORDS_NOT_COMPARED, words, remedy, CITE)


def _covers_item(facts: AuthorizationFacts, record_class: RecordClass, item: ItemAsked, on: date) -> bool:
    if item.on is not None and item.on > on:
        return False
    if record_class == RecordClass.PN:
        return _covers_note(facts, item)
    return _is_marked(facts, item) and _within_dates(facts, item.on)


def _is_marked(facts: AuthorizationFacts, item: ItemAsked) -> bool:
    """Whether the kind of item was ticked on our own form. Words written beside the ticks are for a person to read."""
    return bool(words_to_compare(facts)) or is_marked(facts, item.kind)


def is_marked(facts: AuthorizationFacts, kind: str) -> bool:
    """Whether the marks of a form name this kind of chart item, or name all of them."""
    kinds = item_kinds(facts.info_kinds)
    return kinds is None or not kind or kind in kinds


def _covers_note(facts: AuthorizationFacts, item: ItemAsked) -> bool:
    by_named_therapist = not facts.pn_originator_id or item.originator_id == facts.pn_originator_id
    if facts.pn_scope == PnScope.SESSION_DATES:
        return item.on in facts.pn_session_dates and by_named_therapist
    if facts.pn_scope == PnScope.ALL_BY_ORIGINATOR:
        return bool(facts.pn_originator_id) and by_named_therapist and _within_dates(facts, item.on)
    if facts.pn_scope == PnScope.DATE_RANGE:
        return item.on is not None and by_named_therapist and _within_dates(facts, item.on)
    return False


def _within_dates(facts: AuthorizationFacts, on: date | None) -> bool:
    if facts.covers_from is None and facts.covers_to is None:
        return True
    if on is None:
        return False
    after_start = facts.covers_from is None or facts.covers_from <= on
    return after_start and (facts.covers_to is None or on <= facts.covers_to)


def _recipient(facts: AuthorizationFacts, recipient_name: str, recipient_class: str) -> Iterator[Refusal]:
    if is_blank(facts.recipient_name):
        within = same_words(facts.recipient_class, recipient_class)
    else:
        # one form may name several recipients, separated by semicolons (W-19: a lawyer and a new therapist)
        within = any(same_words(name, recipient_name) for name in facts.recipient_name.split(";"))
    if not within:
        words = "This authorization does not name this recipient."
        yield Refusal(AUTH_NOT_THIS_RECIPIENT, words, "Release to the recipient it names, or record another one.", CITE)


def _purpose(facts: AuthorizationFacts, purpose: str) -> Iterator[Refusal]:
    if is_patients_request(facts.purpose) or same_words(facts.purpose, purpose):
        return
    words = "This authorization was given for another purpose."
    yield Refusal(AUTH_NOT_THIS_PURPOSE, words, "Release for the purpose it gives, or record another one.", CITE)


def names_us(discloser: str, ours: Collection[str]) -> bool:
    """Whether a form that says who may release (A2) names this practice or somebody of it; it may name several,
    separated by semicolons.
    """
    return any(same_words(part, name) for part in (discloser, *discloser.split(";")) for name in ours)


def discloser_refusal(discloser: str) -> Refusal:
    """Said where a form names somebody else as the one who may release, and nobody said that it means us."""
    return Refusal(
        AUTH_NOT_THIS_DISCLOSER,
        f"This authorization lets “{discloser.strip()}” release, which is no name of this practice.",
        "If the form means this practice in other words, tick that. If not, it permits nothing here: have one signed "
        "that names the practice.",
        CITE,
    )


def _discloser(facts: AuthorizationFacts, ours: Collection[str], us_in_other_words: bool) -> Iterator[Refusal]:
    if is_blank(facts.discloser):  # a defect of the form itself
        return
    if ours and not us_in_other_words and not names_us(facts.discloser, ours):
        yield discloser_refusal(facts.discloser)
