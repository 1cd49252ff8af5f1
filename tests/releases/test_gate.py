"""The gate as one table: a sentence per row, what is proposed, and exactly the reasons it must give."""

from dataclasses import fields, replace

import pytest

from disclosures.ledger.rules import Basis
from disclosures.releases.rules import (
    MinimumNecessary,
    PNException,
    Policies,
    decide,
    note_facts,
)
from disclosures.releases.rules.documentation import CHART_FACTS

from . import gate_rows_bases, gate_rows_chart, gate_rows_notes
from .proposals import (
    CHART_AUTHORIZATION,
    COMPARED,
    YESTERDAY,
    as_documented,
    chart,
    documented,
    exceptional,
    notes,
    on_basis,
    ordered,
)

ROWS = [*gate_rows_bases.ROWS, *gate_rows_chart.ROWS, *gate_rows_notes.ROWS]


@pytest.mark.parametrize(("sentence", "proposal", "codes"), ROWS, ids=[row[0] for row in ROWS])
def test_the_gate_gives_exactly_these_reasons(sentence, proposal, codes):
    decision = decide(proposal)
    assert decision.codes() == codes, sentence
    assert decision.allowed is not bool(codes)


@pytest.mark.parametrize("basis", [basis for basis in Basis if basis not in (
    Basis.B_AUTHORIZATION, Basis.B_TO_INDIVIDUAL, Basis.B_IMPERMISSIBLE, Basis.B_INCIDENTAL)])  # fmt: skip
def test_every_basis_carries_the_chart_when_all_it_asks_for_is_there(basis):
    assert decide(on_basis(basis)).codes() == set()


@pytest.mark.parametrize("basis", [basis for basis in Basis if CHART_FACTS.get(basis)])
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
    by_rule = {fact.key: as_documented(fact) for fact in note_facts(exception) if fact.by_rule}
    minimal = Policies(exception_assessment=False)
    assert decide(exceptional(basis, exception, facts=by_rule | COMPARED, policies=minimal)).allowed
    assert not decide(exceptional(basis, exception, facts={}, policies=minimal)).allowed


def test_rule_and_policy_results_are_kept_apart():
    decision = decide(notes(originator_approved=False, policies=Policies(versions={"P-09": "v3"})))
    record = decision.as_record()
    assert (record["rule_result"], record["policy_result"]) == ("allow", "refuse")
    assert record["policy_flag"] == ["P-09"]
    assert record["policy_version"] == {"P-09": "v3"}


def test_the_table_has_every_basis_for_chart_and_psychotherapy_notes():
    bases = [row[0] for row in gate_rows_bases.TABLE]
    assert sorted(bases) == sorted(Basis)


POLICY_NAMES = [setting.name for setting in fields(Policies) if setting.name != "versions"]


def test_no_policy_setting_lets_out_what_the_rule_keeps_in():
    loose = Policies(**{name: False for name in POLICY_NAMES})
    for _sentence, proposal, _codes in ROWS:
        strict = decide(proposal)
        assert decide(replace(proposal, policies=loose)).rule_reasons == strict.rule_reasons or strict.rule_result


def test_all_reasons_come_at_once():
    broken = chart(
        recipient_name="", purpose="", identity_verified="",
        authorization=replace(CHART_AUTHORIZATION, expires_on=YESTERDAY, stmt_redisclosure=False),
    )  # fmt: skip
    assert {
        "RECIPIENT_MISSING", "PURPOSE_MISSING", "IDENTITY_UNVERIFIED", "AUTH_DEFECT_EXPIRED", "AUTH_DEFECT_INCOMPLETE",
    } <= decide(broken).codes()  # fmt: skip


def test_every_reason_has_words_a_remedy_and_a_cite():
    for _sentence, proposal, _codes in ROWS:
        for reason in decide(proposal).reasons:
            assert reason.words.endswith("."), reason.code
            assert reason.remedy, reason.code
            assert reason.cite, reason.code


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
