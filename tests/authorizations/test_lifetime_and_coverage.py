"""How long the paper is kept (W-33), what a release may rest on, and what no combination can make valid."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authorizations.rules import (
    AuthorizationFacts,
    AuthorizationStatus,
    CombinedWith,
    ConditioningStatement,
    ItemAsked,
    PnScope,
    RecordClass,
    SignatureMethod,
    SignerRole,
    copy_due,
    covers,
    defects,
    retain_until,
    status,
)
from tests.authorizations.papers import CHART_PAPER, HALE, LAWYER, PN_PAPER, at, paper

DAY = date(2026, 3, 2)
OSEI = "7d1c0f5e-0000-4000-8000-0000000005e1"
NOTE = ItemAsked("n1", date(2026, 2, 3), HALE)


def test_w33_the_paper_is_kept_six_years_after_it_was_last_in_effect() -> None:
    facts = paper(signed_on=date(2020, 1, 10), expires_on=date(2024, 2, 29))
    assert retain_until(facts) == date(2030, 3, 1)


def test_w16_a_form_ended_by_an_event_is_kept_from_the_day_it_was_known() -> None:
    facts = paper(expires_on=None, expires_event="end of case 24-D-118", event_known_on=date(2026, 5, 20))
    assert retain_until(facts) == date(2032, 5, 20)


# what ended it, kept until
ENDINGS = [
    ({"revocation_received_at": at(2026, 4, 3, 23, 30)}, date(2032, 4, 3)),  # the practice's own day
    ({"known_false_on": date(2026, 5, 1)}, date(2032, 5, 1)),
    ({"expires_on": None, "expires_event": "end of treatment"}, None),  # still running: kept
    ({"expires_on": date(2025, 12, 1)}, date(2032, 1, 12)),  # ended before it was signed: from the signature
    ({"expires_on": date(2026, 6, 30), "event_known_on": date(2026, 2, 1)}, date(2032, 2, 1)),  # the first ends it
    ({"signed_on": None, "recorded_on": date(2026, 8, 1)}, date(2032, 8, 1)),
]


@pytest.mark.parametrize(("ending", "until"), ENDINGS)
def test_retention_runs_from_whichever_ended_it(ending: dict[str, Any], until: date | None) -> None:
    assert retain_until(paper(**ending)) == until


def test_a_copy_is_owed_when_the_practice_asked_for_the_signature() -> None:
    assert copy_due(paper(copy_given_on=None))
    assert not copy_due(paper(copy_given_on=None, individual_initiated=True))
    assert not copy_due(PN_PAPER)


def codes(facts: AuthorizationFacts = PN_PAPER, **release: Any) -> set[str]:
    asked = {
        "record_class": RecordClass.PN,
        "recipient_name": LAWYER,
        "purpose": "Custody case 24-D-118",
        "items": [NOTE],
        "on": DAY,
    } | release
    return {refusal.code for refusal in covers(facts, **asked)}


def test_a_release_within_the_paper_is_covered() -> None:
    assert codes() == set()
    assert codes(recipient_name="  FENNER & Osgood attorneys ", purpose="custody case 24-D-118.") == set()


OUTSIDE = [
    ("another kind of record", {"record_class": RecordClass.CHART}, {"AUTH_NOT_THESE_RECORDS"}),
    ("another recipient", {"recipient_name": "Fenner & Partner"}, {"AUTH_NOT_THIS_RECIPIENT"}),
    ("nobody", {"recipient_name": ""}, {"AUTH_NOT_THIS_RECIPIENT"}),
    ("another purpose", {"purpose": "Life insurance"}, {"AUTH_NOT_THIS_PURPOSE"}),
    ("no purpose", {"purpose": ""}, {"AUTH_NOT_THIS_PURPOSE"}),
    ("no items", {"items": []}, {"AUTH_NO_ITEMS"}),
    ("a colleague's note", {"items": [ItemAsked("n2", DAY, OSEI)]}, {"AUTH_NOT_THESE_ITEMS"}),
    ("one of two outside", {"items": [NOTE, ItemAsked("n2", DAY, OSEI)]}, {"AUTH_NOT_THESE_ITEMS"}),
    ("a session still to come", {"items": [ItemAsked("n3", date(2026, 3, 3), HALE)]}, {"AUTH_NOT_THESE_ITEMS"}),
    ("another discloser", {"ours": ["Cedar Street", "Dr. Hale"]}, {"AUTH_NOT_THIS_DISCLOSER"}),
    ("us, and somebody said so", {"ours": ["Cedar Street"], "us_in_other_words": True}, set()),
    ("us, by one of our names", {"ours": ["Dr. Hale", "lakeside therapy practice"]}, set()),
    (
        "everything at once",
        {"recipient_name": "x", "purpose": "y", "items": []},
        {"AUTH_NOT_THIS_RECIPIENT", "AUTH_NOT_THIS_PURPOSE", "AUTH_NO_ITEMS"},
    ),
]


@pytest.mark.parametrize(("what", "release", "refused"), OUTSIDE)
def test_a_release_outside_the_paper_is_refused_with_every_reason(
    what: str, release: dict[str, Any], refused: set[str]
) -> None:
    assert codes(**release) == refused, what


def test_the_patients_own_request_covers_any_purpose() -> None:
    facts = paper(purpose="At the request of the individual", individual_initiated=True)
    assert codes(facts, purpose="Second opinion") == set()


def test_a_form_that_names_two_recipients_covers_each_and_no_third() -> None:
    facts = paper(recipient_name=f"{LAWYER}; Dr. Lena Ortiz")
    assert codes(facts) == set()
    assert codes(facts, recipient_name="Dr Lena Ortiz") == set()
    assert codes(facts, recipient_name="Dr. Ortiz senior") == {"AUTH_NOT_THIS_RECIPIENT"}


def test_a_form_that_names_only_a_class_covers_that_class() -> None:
    facts = paper(recipient_name="", recipient_class="Treating physicians")
    assert codes(facts, recipient_class="treating physicians") == set()
    assert codes(facts, recipient_class="attorneys") == {"AUTH_NOT_THIS_RECIPIENT"}
    assert codes(facts) == {"AUTH_NOT_THIS_RECIPIENT"}


# scope on the paper, item, covered
SCOPES = [
    ({"pn_scope": PnScope.SESSION_DATES, "pn_session_dates": frozenset({date(2026, 2, 3)})}, NOTE, True),
    ({"pn_scope": PnScope.SESSION_DATES, "pn_session_dates": frozenset({date(2026, 2, 4)})}, NOTE, False),
    ({"pn_scope": PnScope.DATE_RANGE, "covers_from": date(2026, 2, 3), "covers_to": date(2026, 2, 3)}, NOTE, True),
    ({"pn_scope": PnScope.DATE_RANGE, "covers_from": date(2026, 2, 4), "covers_to": date(2026, 2, 9)}, NOTE, False),
    ({"pn_scope": PnScope.DATE_RANGE, "covers_from": date(2026, 1, 1), "covers_to": DAY}, ItemAsked("n"), False),
    ({"pn_scope": PnScope.NOT_NAMED}, NOTE, False),
    ({"pn_originator_id": ""}, NOTE, False),
]


@pytest.mark.parametrize(("scope", "item", "covered"), SCOPES)
def test_only_the_psychotherapy_notes_that_the_paper_names_are_covered(
    scope: dict[str, Any], item: ItemAsked, covered: bool
) -> None:
    assert codes(paper(**scope), items=[item]) == (set() if covered else {"AUTH_NOT_THESE_ITEMS"})


def test_a_chart_period_covers_its_own_days_only() -> None:
    facts = paper(CHART_PAPER, covers_from=date(2025, 1, 1), covers_to=date(2025, 12, 31))
    chart = {"record_class": RecordClass.CHART}
    assert codes(facts, **chart, items=[ItemAsked("c", date(2025, 12, 31))]) == set()
    assert codes(facts, **chart, items=[ItemAsked("c", date(2026, 1, 1))]) == {"AUTH_NOT_THESE_ITEMS"}
    assert codes(facts, **chart, items=[ItemAsked("c")]) == {"AUTH_NOT_THESE_ITEMS"}  # undated: not provably inside


# the period on the paper, the day of the item, covered
OPEN_PERIODS = [
    ({"covers_from": date(2025, 6, 1)}, date(2025, 5, 31), False),
    ({"covers_from": date(2025, 6, 1)}, date(2025, 6, 1), True),
    ({"covers_from": date(2025, 6, 1)}, None, False),
    ({"covers_to": date(2025, 6, 1)}, date(2025, 6, 2), False),
    ({"covers_to": date(2025, 6, 1)}, date(2025, 6, 1), True),
    ({"covers_to": date(2025, 6, 1)}, None, False),
    ({}, None, True),
    ({}, DAY, True),  # a session of the day of the release itself
]


@pytest.mark.parametrize(("period", "on", "covered"), OPEN_PERIODS)
def test_a_period_open_at_one_end_still_has_the_other(period: dict[str, Any], on: date | None, covered: bool) -> None:
    facts = paper(CHART_PAPER, **period)
    found = codes(facts, record_class=RecordClass.CHART, items=[ItemAsked("c", on)])
    assert found == (set() if covered else {"AUTH_NOT_THESE_ITEMS"})


BREAKAGES: list[dict[str, Any]] = [
    {"info_description": ""},
    {"record_classes": frozenset()},
    {"discloser": ""},
    {"recipient_name": "", "recipient_class": ""},
    {"purpose": ""},
    {"expires_on": None, "expires_event": ""},
    {"signature_method": SignatureMethod.NONE},
    {"signed_on": None},
    {"signer_role": SignerRole.OTHER_PR, "authority_description": ""},
    {"stmt_revocation": False},
    {"stmt_conditioning": ConditioningStatement.MISSING},
    {"stmt_redisclosure": False},
    {"remuneration_applies": True, "stmt_remuneration": False},
    {"known_false_on": date(2026, 1, 1)},
    {"revocation_received_at": at(2026, 1, 20, 9)},
    {"record_classes": frozenset({RecordClass.PN, RecordClass.CHART})},
    {"combined_with": frozenset({CombinedWith.CONSENT_TO_TREATMENT})},
    {"held_since": at(2026, 1, 20, 9)},
    {"recorded_in_error_on": date(2026, 1, 20)},
]


@given(
    base=st.sampled_from([PN_PAPER, CHART_PAPER]),
    broken=st.lists(st.sampled_from(BREAKAGES), min_size=1, max_size=6),
    on=st.dates(min_value=date(2026, 2, 1), max_value=date(2027, 12, 31)),
)
def test_an_authorization_with_anything_missing_is_never_active(
    base: AuthorizationFacts, broken: list[dict[str, Any]], on: date
) -> None:
    facts = base
    for changes in broken:
        facts = paper(facts, **changes)
    assert status(facts, on) != AuthorizationStatus.ACTIVE


@given(
    base=st.sampled_from([PN_PAPER, CHART_PAPER]),
    changes=st.fixed_dictionaries(
        {},
        optional={
            "purpose": st.text(max_size=30),
            "expires_event": st.text(max_size=30),
            "recipient_name": st.text(max_size=30),
            "expires_on": st.one_of(st.none(), st.dates()),
            "signed_on": st.one_of(st.none(), st.dates()),
            "patient_born_on": st.one_of(st.none(), st.dates()),
            "signer_role": st.sampled_from(SignerRole),
        },
    ),
    on=st.dates(),
)
def test_active_means_signed_without_a_single_defect(
    base: AuthorizationFacts, changes: dict[str, Any], on: date
) -> None:
    facts = paper(base, **changes)
    is_active = status(facts, on) == AuthorizationStatus.ACTIVE
    assert is_active == (defects(facts, on=on) == [])


@given(st.text(max_size=40), st.text(max_size=40))
def test_a_blank_recipient_never_matches_anything(named: str, asked: str) -> None:
    facts = paper(recipient_name=named, recipient_class="")
    if "AUTH_NOT_THIS_RECIPIENT" not in codes(facts, recipient_name=asked):
        assert asked.strip() and named.strip()
