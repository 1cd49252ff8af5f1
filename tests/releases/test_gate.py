"""The gate as one table: a sentence per row, what is proposed, and exactly the reasons it must give."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from authorizations.rules import PnScope, RecordClass
from disclosures.ledger.rules import Basis
from disclosures.releases.rules import (
    Act,
    Item,
    LegalProcess,
    MinimumNecessary,
    PNException,
    Policies,
    Proposal,
    RecipientKind,
    chart_facts,
    decide,
    note_facts,
)

from .proposals import (
    CHART_AUTHORIZATION,
    ITEM_DAY,
    KIND_OF_BASIS,
    NOTES_AUTHORIZATION,
    TODAY,
    chart,
    documented,
    exceptional,
    notes,
    ordered,
)

YESTERDAY = TODAY - timedelta(days=1)
NOON = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)


def authorized(form, **changes):
    return replace(form, **changes)


def on_basis(basis: Basis, *without: str, **changes) -> Proposal:
    """The chart on a basis with everything that basis asks for, except the named facts."""
    facts = {fact.key: "as documented" for fact in chart_facts(basis) if fact.key not in without}
    kind = KIND_OF_BASIS.get(basis, RecipientKind.OTHER)
    process = LegalProcess.COURT_ORDER if basis == Basis.B_COURT_ORDER else ""
    if basis == Basis.B_SUBPOENA_ASSURANCE:
        process = LegalProcess.ATTORNEY_OR_CLERK_SUBPOENA
    base = chart(basis=basis, authorization=None, facts=facts, recipient_kind=kind, process=process)
    return replace(base, **{"treatment_permission": "form of May 2"} | changes)


CHART_ROWS = [
    ("A valid authorization carries the chart records it names", chart(), set()),
    ("Without an authorization that basis carries nothing", chart(authorization=None), {"AUTHORIZATION_MISSING"}),
    ("A release to nobody is refused", chart(recipient_name=" "), {"RECIPIENT_MISSING", "AUTH_NOT_THIS_RECIPIENT"}),
    ("A release of nothing is refused", chart(items=()), {"ITEMS_MISSING", "AUTH_NO_ITEMS"}),
    ("A release without a purpose is refused", on_basis(Basis.B_PUBLIC_HEALTH, purpose=""), {"PURPOSE_MISSING"}),
    ("A release without a basis is refused", chart(basis=""), {"BASIS_MISSING"}),
    ("Two kinds of record in one release are no kind", chart(record_class="CHART,PN"), {"RECORD_CLASS"}),
    ("A day that has not come is refused", chart(on=TODAY + timedelta(days=1)), {"DAY_IN_FUTURE"}),
    ("Whoever receives it was identified first", chart(identity_verified=""), {"IDENTITY_UNVERIFIED"}),
    ("Another recipient than the paper names", chart(recipient_name="Somebody else"), {"AUTH_NOT_THIS_RECIPIENT"}),
    ("Another purpose than the paper gives", chart(purpose="Curiosity"), {"AUTH_NOT_THIS_PURPOSE"}),
    (
        "An item outside the period the paper names",
        chart(items=(Item("old", date(2025, 12, 31)),)),
        {"AUTH_NOT_THESE_ITEMS"},
    ),
    (
        "A form for psychotherapy notes does not cover the chart",
        chart(authorization=NOTES_AUTHORIZATION),
        {"AUTH_NOT_THESE_RECORDS"},
    ),
    (
        "W-15: on its last day the authorization still carries",
        chart(authorization=authorized(CHART_AUTHORIZATION, expires_on=TODAY)),
        set(),
    ),
    (
        "W-15: the day after, it does not",
        chart(authorization=authorized(CHART_AUTHORIZATION, expires_on=YESTERDAY)),
        {"AUTH_DEFECT_EXPIRED"},
    ),
    (
        "W-16: an event nobody here knew of on that day ends nothing",
        chart(authorization=authorized(CHART_AUTHORIZATION, event_known_on=TODAY), on=YESTERDAY),
        set(),
    ),
    (
        "W-16: from the day it is known, it does",
        chart(authorization=authorized(CHART_AUTHORIZATION, event_known_on=TODAY)),
        {"AUTH_DEFECT_EXPIRED"},
    ),
    (
        "W-17: a revocation received a minute before blocks what is not yet out",
        chart(
            authorization=authorized(CHART_AUTHORIZATION, revocation_received_at=NOON - timedelta(minutes=1)), at=NOON
        ),
        {"AUTH_DEFECT_REVOKED"},
    ),
    (
        "W-17: what left a minute before the revocation stands",
        chart(
            authorization=authorized(CHART_AUTHORIZATION, revocation_received_at=NOON + timedelta(minutes=1)), at=NOON
        ),
        set(),
    ),
    (
        "W-18: a call to stop holds it at once, by policy",
        chart(authorization=authorized(CHART_AUTHORIZATION, held_since=NOON), at=NOON),
        {"AUTH_ON_HOLD"},
    ),
    (
        "W-19: chart and psychotherapy notes on one form carry neither",
        chart(
            authorization=authorized(
                CHART_AUTHORIZATION,
                record_classes=frozenset({RecordClass.CHART, RecordClass.PN}),
                info_description="My chart and my psychotherapy notes",
                pn_scope=PnScope.DATE_RANGE,
            )
        ),
        {"AUTH_DEFECT_COMPOUND"},
    ),
    (
        "W-20: a form without an expiration or a redisclosure statement is incomplete",
        chart(authorization=authorized(CHART_AUTHORIZATION, expires_on=None, stmt_redisclosure=False)),
        {"AUTH_DEFECT_INCOMPLETE"},
    ),
    (
        "A form whose work is done carries nothing more",
        chart(authorization=authorized(CHART_AUTHORIZATION, fulfilled_on=YESTERDAY)),
        {"AUTH_FULFILLED"},
    ),
    (
        "The whole chart on an authorization needs no further reason",
        chart(whole_chart=True),
        set(),
    ),
    ("Treatment by an outside provider with the patient's permission", on_basis(Basis.B_TREATMENT), set()),
    (
        "P-14: without the permission the practice asks for it",
        on_basis(Basis.B_TREATMENT, treatment_permission=""),
        {"TREATMENT_PERMISSION"},
    ),
    (
        "P-14: a written override is enough",
        on_basis(Basis.B_TREATMENT, treatment_permission="", override_reason="admitted unconscious"),
        set(),
    ),
    (
        "P-14: an emergency is never held up",
        on_basis(Basis.B_TREATMENT, treatment_permission="", emergency=True),
        set(),
    ),
    (
        "Treatment reaches providers only",
        on_basis(Basis.B_TREATMENT, recipient_kind=RecipientKind.ATTORNEY),
        {"RECIPIENT_NOT_OF_BASIS"},
    ),
    ("A payer gets what payment needs", on_basis(Basis.B_PAYMENT), set()),
    (
        "A payer gets no whole chart unexplained",
        on_basis(Basis.B_PAYMENT, whole_chart=True),
        {"WHOLE_CHART_UNJUSTIFIED"},
    ),
    (
        "R-185: the whole chart with a written reason",
        on_basis(Basis.B_PAYMENT, whole_chart=True, justification="appeal asks for the entire episode"),
        set(),
    ),
    ("To a provider for treatment the whole chart is exempt", on_basis(Basis.B_TREATMENT, whole_chart=True), set()),
    ("To the patient, the whole chart", on_basis(Basis.B_TO_INDIVIDUAL, whole_chart=True), set()),
    (
        "What is the patient's goes to the patient, not to a neighbor",
        on_basis(Basis.B_TO_INDIVIDUAL, recipient_kind=RecipientKind.FAMILY),
        {"RECIPIENT_NOT_INDIVIDUAL"},
    ),
    (
        "A representative shows the authority",
        on_basis(Basis.B_TO_INDIVIDUAL, recipient_kind=RecipientKind.REPRESENTATIVE),
        {"AUTHORITY_MISSING"},
    ),
    (
        "A representative with authority stands in for the patient",
        on_basis(Basis.B_TO_INDIVIDUAL, recipient_kind=RecipientKind.REPRESENTATIVE, authority="letters of May 1"),
        set(),
    ),
    (
        "Family is told what bears on its part, never the whole chart",
        on_basis(Basis.B_INVOLVED_IN_CARE, whole_chart=True, justification="they asked"),
        {"FAMILY_WHOLE_CHART"},
    ),
    (
        "W-22: the chart on an attorney's subpoena with proof of notice",
        on_basis(Basis.B_SUBPOENA_ASSURANCE, "order_agreed", "order_requested"),
        set(),
    ),
    (
        "R-203: a protective order asked for is assurance too",
        on_basis(
            Basis.B_SUBPOENA_ASSURANCE, "notice_attempted", "notice_sufficient", "objection_time_over", "order_agreed"
        ),
        set(),
    ),
    (
        "R-202: two thirds of a notice is no notice",
        on_basis(Basis.B_SUBPOENA_ASSURANCE, "objection_time_over", "order_agreed", "order_requested"),
        {"NO_SATISFACTORY_ASSURANCE", "MISSING_OBJECTION_TIME_OVER"},
    ),
    (
        "A letter is no subpoena",
        on_basis(Basis.B_SUBPOENA_ASSURANCE, process=LegalProcess.INFORMAL_REQUEST),
        {"NO_PROCESS"},
    ),
    ("A judge's order carries what it names", on_basis(Basis.B_COURT_ORDER), set()),
    (
        "R-201: a clerk's signature makes no order",
        on_basis(Basis.B_COURT_ORDER, process=LegalProcess.ATTORNEY_OR_CLERK_SUBPOENA),
        {"NOT_AN_ORDER"},
    ),
    (
        "R-212: an item outside the order's words stays here",
        on_basis(Basis.B_COURT_ORDER, items=(Item("a", ITEM_DAY), Item("b", ITEM_DAY, outside_scope=True))),
        {"OUTSIDE_SCOPE"},
    ),
    (
        "R-206: an agency's demand meets three conditions",
        on_basis(Basis.B_LAW_ENFORCEMENT, "specific_and_limited", process=LegalProcess.ADMIN_SUBPOENA),
        {"MISSING_SPECIFIC_AND_LIMITED"},
    ),
    (
        "R-206: an officer at the desk with no paper and no ground",
        on_basis(Basis.B_LAW_ENFORCEMENT, "narrow_ground", whole_chart=True, justification="asked"),
        {"MISSING_NARROW_GROUND", "INFORMAL_WHOLE_CHART"},
    ),
    (
        "Only the federal department is HHS",
        on_basis(Basis.B_HHS, recipient_kind=RecipientKind.AGENCY),
        {"RECIPIENT_NOT_OF_BASIS"},
    ),
    (
        "A threat is not held up by paperwork about identity",
        on_basis(Basis.B_SERIOUS_THREAT, identity_verified=""),
        set(),
    ),
    ("Nobody plans an incidental disclosure", on_basis(Basis.B_INCIDENTAL), {"NOT_PLANNABLE"}),
    ("One that happened is recorded as such", on_basis(Basis.B_INCIDENTAL, planned=False), set()),
    ("What is impermissible is never allowed", on_basis(Basis.B_IMPERMISSIBLE), {"NEVER_ALLOWED"}),
]

NOTE_ROWS = [
    ("A note-specific authorization the author approved", notes(), set()),
    ("P-09: without the author's approval it stays", notes(originator_approved=False), {"PN_ORIGINATOR_APPROVAL"}),
    ("P-16: somebody confirms the smallest set", notes(smallest_set_confirmed=False), {"PN_SMALLEST_SET"}),
    (
        "An authorization for the chart does not open the notes",
        notes(authorization=CHART_AUTHORIZATION),
        {"AUTH_NOT_THESE_RECORDS"},
    ),
    (
        "R-008: a joint note needs the others' authorizations",
        notes(items=(Item("pn-1", ITEM_DAY, names_others=True),)),
        {"PN_NAMES_OTHERS"},
    ),
    (
        "P-10: copies to the patient on an authorization only",
        notes(basis=Basis.B_TO_INDIVIDUAL, authorization=None, recipient_kind=RecipientKind.PATIENT),
        {"PN_TO_INDIVIDUAL_NEEDS_AUTHORIZATION"},
    ),
    (
        "R-031: with that policy off it is the author's discretion",
        notes(
            basis=Basis.B_TO_INDIVIDUAL,
            authorization=None,
            recipient_kind=RecipientKind.PATIENT,
            policies=Policies(to_individual_authorization=False),
        ),
        set(),
    ),
    (
        "R-022, W-29: a colleague covering for the author reads nothing",
        notes(act=Act.USE, basis=Basis.B_TREATMENT, authorization=None),
        {"PN_NO_EXCEPTION"},
    ),
    (
        "W-29: with an authorization that names the colleague, they do",
        notes(
            act=Act.USE,
            recipient_name="Dr. Kofi Osei",
            authorization=authorized(NOTES_AUTHORIZATION, recipient_name="Dr. Kofi Osei"),
        ),
        set(),
    ),
    (
        "W-29: a training grant carries through its last day",
        exceptional(
            Basis.B_OPERATIONS, PNException.OWN_TRAINING, act=Act.USE, grant_until=TODAY, originator_approved=False
        ),
        set(),
    ),
    (
        "W-29: and not a day longer",
        exceptional(Basis.B_OPERATIONS, PNException.OWN_TRAINING, act=Act.USE, grant_until=YESTERDAY),
        {"TRAINING_GRANT_NOT_LIVE"},
    ),
    (
        "The author reads their own notes for treatment",
        notes(
            act=Act.USE,
            basis=Basis.B_TREATMENT,
            authorization=None,
            actor_is_originator=True,
            smallest_set_confirmed=False,
        ),
        set(),
    ),
    (
        "The author's own reading does not let them disclose for treatment",
        notes(basis=Basis.B_TREATMENT, authorization=None, actor_is_originator=True),
        {"PN_NO_EXCEPTION"},
    ),
    (
        "W-22: an attorney's subpoena with every assurance opens no notes",
        exceptional(
            Basis.B_SUBPOENA_ASSURANCE,
            PNException.REQUIRED_BY_LAW,
            process=LegalProcess.ATTORNEY_OR_CLERK_SUBPOENA,
            counsel_reviewed=True,
        ),
        {"PN_SUBPOENA_NOT_ENOUGH"},
    ),
    ("W-22: the judge's order does, for the notes it names, author asked or not", ordered(), set()),
    ("W-22, P-07: not before counsel has looked", ordered(counsel_reviewed=False), {"COUNSEL_REVIEW"}),
    (
        "W-22, R-212: a note the order does not name stays sealed",
        ordered(items=(Item("pn-9", ITEM_DAY, outside_scope=True),)),
        {"OUTSIDE_SCOPE"},
    ),
    (
        "An order that nobody signed as judge",
        ordered(process=LegalProcess.DISCOVERY_REQUEST),
        {"NOT_AN_ORDER", "PN_PROCESS_NOT_COMPULSION"},
    ),
    (
        "R-028: a report that is only permitted opens no notes",
        exceptional(Basis.B_CHILD_ABUSE, PNException.REQUIRED_BY_LAW, "law", originator_approved=False),
        {"MISSING_LAW"},
    ),
    (
        "R-028: a report the statute compels does",
        exceptional(Basis.B_CHILD_ABUSE, PNException.REQUIRED_BY_LAW, originator_approved=False),
        set(),
    ),
    (
        "R-024: a suit by somebody else is no defense against the patient",
        exceptional(Basis.B_OPERATIONS, PNException.DEFENSE, "brought_by_individual"),
        {"MISSING_BROUGHT_BY_INDIVIDUAL"},
    ),
    (
        "Quality review is an operation outside the list",
        notes(basis=Basis.B_OPERATIONS, authorization=None, facts=documented(PNException.DEFENSE)),
        {"PN_OPERATIONS_NOT_LISTED"},
    ),
    (
        "R-025: an audit of bills is not oversight of the author",
        exceptional(Basis.B_OVERSIGHT, PNException.OVERSIGHT_ORIGINATOR, "originator_under_review"),
        {"MISSING_ORIGINATOR_UNDER_REVIEW"},
    ),
    (
        "HHS asks, the author need not approve",
        exceptional(Basis.B_HHS, PNException.HHS, originator_approved=False),
        set(),
    ),
    ("A coroner asks about the dead", exceptional(Basis.B_CORONER, PNException.CORONER), set()),
    (
        "W-28: a serious and imminent threat, all documented",
        exceptional(Basis.B_SERIOUS_THREAT, PNException.SERIOUS_THREAT, identity_verified=""),
        set(),
    ),
    (
        "W-28, P-15: what was weighed is written down",
        exceptional(Basis.B_SERIOUS_THREAT, PNException.SERIOUS_THREAT, "alternatives"),
        {"MISSING_ALTERNATIVES"},
    ),
    (
        "R-030: an emergency is no threat",
        exceptional(Basis.B_TREATMENT, PNException.SERIOUS_THREAT, emergency=True),
        {"PN_NO_EXCEPTION"},
    ),
    (
        "Claiming a threat under another basis opens nothing",
        exceptional(Basis.B_PAYMENT, PNException.SERIOUS_THREAT),
        {"PN_NO_EXCEPTION"},
    ),
]


ROWS = CHART_ROWS + NOTE_ROWS


@pytest.mark.parametrize(("sentence", "proposal", "codes"), ROWS, ids=[row[0] for row in ROWS])
def test_the_gate_gives_exactly_these_reasons(sentence, proposal, codes):
    decision = decide(proposal)
    assert decision.codes() == codes, sentence
    assert decision.allowed is not bool(codes)


@pytest.mark.parametrize("basis", [basis for basis in Basis if basis not in (
    Basis.B_AUTHORIZATION, Basis.B_TO_INDIVIDUAL, Basis.B_IMPERMISSIBLE, Basis.B_INCIDENTAL)])  # fmt: skip
def test_every_basis_carries_the_chart_when_all_it_asks_for_is_there(basis):
    assert decide(on_basis(basis)).codes() == set()


@pytest.mark.parametrize("basis", [basis for basis in Basis if chart_facts(basis)])
def test_no_basis_carries_the_chart_when_nothing_of_what_it_asks_for_is_there(basis):
    assert not decide(on_basis(basis, facts={})).rule_result


EXCEPTIONS = [
    (Basis.B_OPERATIONS, PNException.OWN_TRAINING),
    (Basis.B_OPERATIONS, PNException.DEFENSE),
    (Basis.B_HHS, PNException.HHS),
    (Basis.B_REQUIRED_BY_LAW, PNException.REQUIRED_BY_LAW),
    (Basis.B_OVERSIGHT, PNException.OVERSIGHT_ORIGINATOR),
    (Basis.B_CORONER, PNException.CORONER),
    (Basis.B_SERIOUS_THREAT, PNException.SERIOUS_THREAT),
]


@pytest.mark.parametrize(
    ("basis", "exception", "fact"),
    [(basis, exception, fact) for basis, exception in EXCEPTIONS for fact in note_facts(exception)],
    ids=lambda value: getattr(value, "key", str(value)),
)
def test_every_field_of_the_documentation_table_is_asked_for(basis, exception, fact):
    decision = decide(exceptional(basis, exception, fact.key))
    assert decision.codes() == {f"MISSING_{fact.key.upper()}"}
    assert decision.rule_result is not fact.by_rule


@pytest.mark.parametrize(("basis", "exception"), EXCEPTIONS)
def test_the_minimal_documentation_policy_leaves_what_the_rule_itself_asks_for(basis, exception):
    by_rule = {fact.key: "documented" for fact in note_facts(exception) if fact.by_rule}
    minimal = Policies(exception_assessment=False)
    assert decide(exceptional(basis, exception, facts=by_rule, policies=minimal)).allowed
    assert not decide(exceptional(basis, exception, facts={}, policies=minimal)).allowed


def test_rule_and_policy_results_are_kept_apart():
    decision = decide(notes(originator_approved=False, policies=Policies(versions={"P-09": "v3"})))
    record = decision.as_record()
    assert (record["rule_result"], record["policy_result"]) == ("allow", "refuse")
    assert record["policy_flag"] == ["P-09"]
    assert record["policy_version"] == {"P-09": "v3"}


POLICY_NAMES = [setting.name for setting in fields(Policies) if setting.name != "versions"]


def test_no_policy_setting_lets_out_what_the_rule_keeps_in():
    loose = Policies(**{name: False for name in POLICY_NAMES})
    for _sentence, proposal, _codes in ROWS:
        strict = decide(proposal)
        assert decide(replace(proposal, policies=loose)).rule_reasons == strict.rule_reasons or strict.rule_result


def test_all_reasons_come_at_once():
    broken = chart(
        recipient_name="", purpose="", identity_verified="",
        authorization=authorized(CHART_AUTHORIZATION, expires_on=YESTERDAY, stmt_redisclosure=False),
    )  # fmt: skip
    assert {
        "RECIPIENT_MISSING", "PURPOSE_MISSING", "IDENTITY_UNVERIFIED", "AUTH_DEFECT_EXPIRED", "AUTH_DEFECT_INCOMPLETE",
    } <= decide(broken).codes()  # fmt: skip


def test_every_reason_has_words_and_a_remedy():
    for _sentence, proposal, _codes in ROWS:
        for reason in decide(proposal).reasons:
            assert reason.words.endswith("."), reason.code
            assert reason.remedy, reason.code


def test_what_is_stored_of_a_decision_holds_codes_and_no_words():
    record = decide(notes(authorization=None, purpose="secret purpose", facts=documented(PNException.HHS))).as_record()
    assert "secret" not in str(record)
    assert "There is no" not in str(record)


MINIMUM_NECESSARY = [
    ("under an authorization", chart(), MinimumNecessary.AUTHORIZATION),
    ("to the patient", on_basis(Basis.B_TO_INDIVIDUAL), MinimumNecessary.INDIVIDUAL),
    ("to a provider for treatment", on_basis(Basis.B_TREATMENT), MinimumNecessary.TREATMENT),
    ("to HHS", on_basis(Basis.B_HHS), MinimumNecessary.HHS),
    ("required by law", on_basis(Basis.B_REQUIRED_BY_LAW), MinimumNecessary.REQUIRED_BY_LAW),
    ("to a payer it applies", on_basis(Basis.B_PAYMENT), MinimumNecessary.APPLIES),
    ("to an oversight agency it applies", on_basis(Basis.B_OVERSIGHT), MinimumNecessary.APPLIES),
    (
        "notes under a threat: it applies",
        exceptional(Basis.B_SERIOUS_THREAT, PNException.SERIOUS_THREAT),
        MinimumNecessary.APPLIES,
    ),
    ("notes under an order", ordered(), MinimumNecessary.REQUIRED_BY_LAW),
]


@pytest.mark.parametrize(
    ("sentence", "proposal", "expected"), MINIMUM_NECESSARY, ids=[row[0] for row in MINIMUM_NECESSARY]
)
def test_minimum_necessary_applies_unless_the_rule_exempts_it(sentence, proposal, expected):
    assert decide(proposal).minimum_necessary == expected, sentence
