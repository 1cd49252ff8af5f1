"""Restrictions and confidential ways in the gate: the rows, the duty after an emergency, the remedies."""

from dataclasses import replace
from datetime import date

import pytest

from authorizations.rules.restrictions import ANY_KIND, RestrictedKind
from disclosures.ledger.rules import Basis
from disclosures.releases.rules import Item, Method, Policies, RecipientKind, decide
from disclosures.releases.rules.restrictions import partly_held, wishes_against
from disclosures.releases.rules.ways import WAY_OF, refusal_of_way
from practice.people.confidential import ANSWERS, Means, Way, goes

from .gate_rows_restrictions import (
    ITEM,
    NO_PROVIDERS,
    OTHER_ITEM,
    PAID_DAY,
    SISTER,
    W34,
    claim,
    on,
    to_family,
    to_provider,
)
from .gate_rows_restrictions import ROWS as RESTRICTION_ROWS
from .gate_rows_ways import BY_EMAIL, BY_FAX, BY_PHONE, EVERY_WAY, NAME, PO_BOX, agreed, to_patient
from .gate_rows_ways import ROWS as WAY_ROWS
from .proposals import CHART_AUTHORIZATION, chart

ROWS = RESTRICTION_ROWS + WAY_ROWS
NOTES = frozenset({RestrictedKind.NOTE})
NO_NOTES = replace(NO_PROVIDERS, kinds=NOTES)
UNSURE = replace(SISTER, recipient_name="R. Pike")
NOT_CHOSEN = Item("as asked")
PLAN_ITEM = Item("plan:1", PAID_DAY, kind="plan")
LATER = replace(NO_NOTES, received_on=date(2026, 11, 20), agreed_on=date(2026, 11, 20), recipient_name="Prairie Clinic")
TO_CLINIC = {
    "recipient_name": "Prairie Clinic",
    "recipient_kind": RecipientKind.PROVIDER,
    "items": (ITEM, OTHER_ITEM),
    "authorization": replace(CHART_AUTHORIZATION, recipient_name="Prairie Clinic"),
}
OLDER = replace(LATER, received_on=date(2026, 9, 1), agreed_on=date(2026, 9, 1))


@pytest.mark.parametrize(("sentence", "proposal", "codes"), ROWS, ids=[row[0] for row in ROWS])
def test_restrictions_and_confidential_ways_give_exactly_these_reasons(sentence, proposal, codes):
    decision = decide(proposal)
    assert decision.codes() == codes, sentence
    assert decision.rule_result is not bool(codes), "no policy of the practice can switch this off"


def test_every_reason_says_what_would_make_it_right_and_where_the_law_says_so():
    reasons = [reason for _, proposal, codes in ROWS if codes for reason in decide(proposal).reasons]
    assert all(reason.remedy and "164.522" in reason.cite for reason in reasons)


def test_emergency_treatment_passes_with_the_duty_to_ask_the_recipient():
    decision = decide(to_provider(NO_PROVIDERS, emergency=True))
    assert decision.allowed and decision.emergency_restriction
    assert decision.as_record()["restriction"] == "emergency"


@pytest.mark.parametrize(
    "proposal",
    [
        to_provider(emergency=True),
        to_provider(SISTER, emergency=True),
        to_provider(NO_PROVIDERS),
        to_provider(replace(NO_PROVIDERS, agreed_on=None), emergency=True),
        on(Basis.B_COURT_ORDER, NO_PROVIDERS, emergency=True),
    ],
    ids=["no restriction", "of another kind", "no emergency", "not agreed to", "not treatment"],
)
def test_without_a_restriction_that_gave_way_nothing_is_owed(proposal):
    decision = decide(proposal)
    assert not decision.emergency_restriction
    assert "restriction" not in decision.as_record()


def test_no_policy_lets_out_what_was_paid_in_full():
    for proposal in (claim(W34), to_family(SISTER)):
        assert not decide(replace(proposal, policies=Policies(treatment_permission=False))).allowed


def test_the_refusal_leads_to_the_restriction_itself():
    (reason,) = decide(claim(replace(W34, link="/authorizations/restrictions/1/"))).reasons
    assert reason.link == "/authorizations/restrictions/1/"
    assert "paid in full" in reason.words and "Only the patient can end this" in reason.remedy


def test_no_way_and_no_wish_is_without_an_answer():
    assert set(WAY_OF) == set(Method) == set(EVERY_WAY)
    assert set(ANSWERS) == set(Way) and all(set(row) == set(Means) for row in ANSWERS.values())


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ((), None),
        ((BY_PHONE,), None),
        ((BY_EMAIL, BY_PHONE), None),
        ((BY_EMAIL,), "CONFIDENTIAL_MEANS"),
        ((BY_FAX,), "CONFIDENTIAL_MEANS"),
        ((BY_EMAIL, PO_BOX), "CONFIDENTIAL_MEANS"),
        ((PO_BOX,), "CONFIDENTIAL_ASK"),
    ],
)
def test_a_code_or_passphrase_is_told_by_telephone_only_where_the_patient_wants_calls(asked, code):
    refusal = refusal_of_way(Way.PHONE, to_patient(*asked))
    assert (refusal.code if refusal else None) == code
    assert goes(Way.IN_PERSON, [one.means for one in asked]).value == "yes"


def test_an_agreement_to_the_way_holds_for_the_code_too():
    assert refusal_of_way(Way.PHONE, to_patient(PO_BOX, facts=agreed(PO_BOX))) is None
    assert NAME not in refusal_of_way(Way.PHONE, to_patient(PO_BOX)).words


def test_several_restrictions_that_say_the_same_are_said_once():
    again, unsure = replace(SISTER, id="2", link="/second/"), replace(SISTER, id="3", recipient_name="R. Pike")
    twice = [replace(proposal, restrictions=(*proposal.restrictions, again)) for proposal in (to_family(SISTER),)]
    (said,) = decide(twice[0]).reasons
    assert said == decide(to_family(SISTER)).reasons[0]
    asked = replace(to_family(unsure), restrictions=(unsure, replace(unsure, id="4", link="/fourth/")))
    (question,) = decide(asked).reasons
    assert "R. Pike" in question.words and decide(asked).codes() == {"RESTRICTED_RECIPIENT_UNSURE"}


@pytest.mark.parametrize(
    ("sentence", "proposal", "held"),
    [
        (
            "nothing is chosen yet: the session paid in full is held back",
            claim(W34, items=(NOT_CHOSEN,)),
            True,
        ),
        ("its very day is asked about: all of it is held back", claim(W34, items=(Item("x", PAID_DAY),)), False),
        ("other days are asked about: nothing is", claim(W34, items=(OTHER_ITEM,)), False),
        ("a period around it: one day is", claim(W34, items=(OTHER_ITEM, Item("x", PAID_DAY))), True),
        ("it covers every record: all is held back", to_provider(NO_PROVIDERS, items=(NOT_CHOSEN,)), False),
        ("it covers notes alone: they are", to_provider(NO_NOTES, items=(NOT_CHOSEN,)), True),
        ("the whole chart, of which notes are a part", to_provider(NO_NOTES, items=(Item("x", kind=ANY_KIND),)), True),
        ("it is not said who receives it", to_family(replace(UNSURE, kinds=NOTES), items=(NOT_CHOSEN,)), False),
        ("an emergency lifts it", to_provider(NO_NOTES, items=(NOT_CHOSEN,), emergency=True), False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_asked_about_may_go_without_the_part_that_is_held_back(sentence, proposal, held):
    assert partly_held(proposal) == (proposal.restrictions if held else ()), sentence


def test_the_question_whether_somebody_is_meant_says_which_records_it_is_about():
    one = replace(UNSURE, kinds=NOTES, session_dates=frozenset({PAID_DAY}))
    (reason,) = decide(to_family(one)).reasons
    assert "is not told of this: notes of sessions of Mar 3, 2026." in reason.words


@pytest.mark.parametrize(
    ("sentence", "proposal", "warned"),
    [
        ("a newer wish against the recipient of an older form", chart(restrictions=(LATER,), **TO_CLINIC), True),
        ("of a kind that is not among it", chart(restrictions=(LATER,), **TO_CLINIC | {"items": (PLAN_ITEM,)}), False),
        ("another recipient", chart(restrictions=(replace(LATER, recipient_name="Dr. Pike"),), **TO_CLINIC), False),
        ("not agreed to", chart(restrictions=(replace(LATER, agreed_on=None),), **TO_CLINIC), False),
        ("the form is the newer word", chart(restrictions=(OLDER,), **TO_CLINIC), False),
        ("what an emergency lifts", to_provider(NO_NOTES, emergency=True), True),
        ("what the gate keeps in is no warning", to_provider(NO_NOTES), False),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_whoever_reads_a_release_is_warned_of_a_wish_against_its_recipient(sentence, proposal, warned):
    assert bool(wishes_against(proposal)) is warned, sentence
    assert decide(proposal).allowed or proposal.restrictions == (NO_NOTES,), "an authorization still permits (R-222)"
