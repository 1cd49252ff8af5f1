"""The validity checklist of 164.508, row by row, and W-15 to W-21 with exactly their dates."""

from datetime import date
from typing import Any

import pytest

from authorizations.rules import (
    AUTH_DEFECT_COMPOUND,
    AUTH_DEFECT_CONDITIONED,
    AUTH_DEFECT_EXPIRED,
    AUTH_DEFECT_FALSE,
    AUTH_DEFECT_INCOMPLETE,
    AUTH_DEFECT_REVOKED,
    AUTH_RECORDED_IN_ERROR,
    AuthorizationFacts,
    AuthorizationStatus,
    CombinedWith,
    ConditionedOn,
    ConditioningGround,
    ConditioningStatement,
    MinorRule,
    PnScope,
    RecordClass,
    SignatureMethod,
    SignerRole,
    defects,
    rule_defects,
    status,
)
from authorizations.rules.defect import AUTH_NO_DOCUMENT
from tests.authorizations.papers import CHART_PAPER, PN_PAPER, at, paper

DAY = date(2026, 3, 2)
CLASSES = {"pn": PN_PAPER, "chart": CHART_PAPER}


def codes(facts: AuthorizationFacts, on: date = DAY, **more: Any) -> set[str]:
    return {defect.code for defect in defects(facts, on=on, **more)}


def elements(facts: AuthorizationFacts, on: date = DAY) -> list[str]:
    return [defect.element for defect in defects(facts, on=on)]


@pytest.mark.parametrize("base", CLASSES.values(), ids=CLASSES)
def test_a_complete_authorization_has_no_defect_and_is_active(base: AuthorizationFacts) -> None:
    assert defects(base, on=DAY) == []
    assert status(base, DAY) == AuthorizationStatus.ACTIVE


# element, what is wrong on the paper
MISSING = [
    ("A1", {"info_description": ""}),
    ("A1", {"info_description": " — "}),  # dashes are not a description
    ("A1", {"record_classes": frozenset()}),
    ("A1", {"info_description": "All records"}),  # does not name psychotherapy notes
    ("A1", {"info_description": "My entire file, everything"}),
    ("A1", {"pn_scope": PnScope.NOT_NAMED}),
    ("A1", {"pn_originator_id": ""}),
    ("A1", {"pn_scope": PnScope.DATE_RANGE, "covers_from": date(2026, 1, 1)}),
    ("A1", {"pn_scope": PnScope.SESSION_DATES, "pn_session_dates": frozenset()}),
    ("A1", {"covers_from": date(2026, 2, 1), "covers_to": date(2026, 1, 1)}),
    ("A2", {"discloser": "  "}),
    ("A3", {"recipient_name": "", "recipient_class": ""}),
    ("A4", {"purpose": ""}),
    ("A4", {"purpose": "At the request of the individual", "individual_initiated": False}),
    ("A4", {"purpose": "at the patient’s request", "individual_initiated": False}),
    ("A5", {"expires_on": None, "expires_event": ""}),
    ("A5", {"expires_on": None, "expires_event": "none", "expires_event_relates": True}),
    ("A5", {"expires_on": None, "expires_event": "End of the research study", "expires_event_relates": True}),
    *(
        ("A5", {"expires_on": None, "expires_event": words, "expires_event_relates": True})
        for words in (
            "never expires",
            "It does not expire.",
            "until revoked",
            "Until I revoke it in writing",
            "no end date",
            "when I cancel this authorization",
            "Valid unless I take it back",
            "permanent",
            "ongoing",
            "for my lifetime",
            "Until further notice",
            "N/A",
            "indefinitely",
            "upon revocation by the patient",
        )
    ),
    ("A5", {"expires_on": None, "expires_event": "the next solar eclipse", "expires_event_relates": False}),
    ("A5", {"expires_on": date(2026, 1, 11)}),  # ended before it was signed
    ("A6", {"signature_method": SignatureMethod.NONE}),
    ("A6", {"signed_on": None}),
    ("A6", {"signed_on": date(2026, 3, 3)}),  # signed tomorrow
    ("A7", {"signer_role": SignerRole.GUARDIAN, "authority_description": ""}),
    ("A7", {"signer_role": SignerRole.HEALTH_CARE_AGENT, "authority_description": " "}),
    ("A7", {"signer_role": SignerRole.EXECUTOR_ADMINISTRATOR, "authority_description": "-"}),
    ("RS1", {"stmt_revocation": False}),
    ("RS2", {"stmt_conditioning": ConditioningStatement.MISSING}),
    ("RS2", {"stmt_conditioning": ConditioningStatement.CONSEQUENCES}),  # the wrong one: nothing is conditioned
    ("RS3", {"stmt_redisclosure": False}),
    ("RS4", {"remuneration_applies": True, "stmt_remuneration": False}),
]


@pytest.mark.parametrize(("element", "broken"), MISSING)
def test_each_missing_or_wrong_element_makes_it_incomplete_and_names_the_element(
    element: str, broken: dict[str, Any]
) -> None:
    found = defects(paper(**broken), on=DAY)
    assert element in {defect.element for defect in found if defect.code == AUTH_DEFECT_INCOMPLETE}
    assert all(defect.words and defect.remedy and defect.cite.startswith("45 CFR") for defect in found)
    assert status(paper(**broken), DAY) != AuthorizationStatus.ACTIVE


def test_a_signed_form_of_which_nothing_is_on_file_permits_nothing() -> None:
    typed = paper(document_on_file=False)
    (defect,) = defects(typed, on=DAY)
    remedy = "Add the scan of the signed form, and compare it with what was entered."
    assert (defect.code, defect.remedy) == (AUTH_NO_DOCUMENT, remedy)
    assert status(typed, DAY) == AuthorizationStatus.SIGNED_INCOMPLETE
    draft = paper(document_on_file=False, signature_method=SignatureMethod.NONE)
    assert AUTH_NO_DOCUMENT not in {defect.code for defect in defects(draft, on=DAY)}, "nobody scans what is unsigned"


SUFFICIENT = [
    ("a class of recipients without a name", {"recipient_name": "", "recipient_class": "My future therapists"}),
    ("the patient started it", {"purpose": "At the request of the individual", "individual_initiated": True}),
    ("an event alone", {"expires_on": None, "expires_event": "end of my treatment", "expires_event_relates": True}),
    *(
        (f"an event: {words}", {"expires_on": None, "expires_event": words, "expires_event_relates": True})
        for words in (
            "when I withdraw from treatment",
            "my death",
            "end of my case or when I revoke it",
            "12 months after I sign",
            "12/31/2027",
            "cuando termine mi caso",
            "治療結束時",
            "when my permanent housing is granted",
        )
    ),
    ("no expiration, for research", {"expires_on": None, "expires_event": "None", "research": True}),
    ("authority described", {"signer_role": SignerRole.GUARDIAN, "authority_description": "Guardian by court order"}),
    ("paid, and it says so", {"remuneration_applies": True, "stmt_remuneration": True}),
    ("named sessions", {"pn_scope": PnScope.SESSION_DATES, "pn_session_dates": frozenset({date(2026, 1, 6)})}),
    ("named in Spanish", {"info_description": "Todas las notas de psicoterapia de la Dra. Hale"}),
    ("named in capitals", {"info_description": "PSYCHOTHERAPY NOTES, all of 2025"}),
    ("signed today", {"signed_on": DAY}),
    ("good for the day it was signed", {"signed_on": DAY, "expires_on": DAY}),
    ("one single day of records", {"covers_from": DAY, "covers_to": DAY}),
    ("a period without an end", {"covers_from": date(2026, 1, 1)}),
    ("a period without a beginning", {"covers_to": date(2026, 1, 1)}),
    ("no birth date known", {"patient_born_on": None}),
]


@pytest.mark.parametrize(("why", "changes"), SUFFICIENT)
def test_what_the_rule_accepts_is_accepted(why: str, changes: dict[str, Any]) -> None:
    assert defects(paper(**changes), on=DAY) == [], why


def test_every_defect_is_returned_at_once_not_the_first() -> None:
    worst = AuthorizationFacts(
        record_classes=frozenset({RecordClass.PN, RecordClass.CHART}),
        expires_on=date(2026, 1, 1),
        conditioned_on=ConditionedOn.TREATMENT,
        revocation_received_at=at(2026, 2, 1, 9),
        known_false_on=DAY,
    )
    assert codes(worst) == {
        AUTH_DEFECT_EXPIRED,
        AUTH_DEFECT_INCOMPLETE,
        AUTH_DEFECT_REVOKED,
        AUTH_DEFECT_COMPOUND,
        AUTH_DEFECT_CONDITIONED,
        AUTH_DEFECT_FALSE,
    }
    assert {"A1", "A2", "A3", "A4", "A6", "RS1", "RS2", "RS3"} <= set(elements(worst))


def test_w15_an_authorization_is_good_through_its_last_day() -> None:
    facts = paper(expires_on=date(2026, 6, 30))
    assert defects(facts, on=date(2026, 6, 30), at=at(2026, 6, 30, 16)) == []
    assert codes(facts, date(2026, 7, 1)) == {AUTH_DEFECT_EXPIRED}
    assert status(facts, date(2026, 7, 1)) == AuthorizationStatus.EXPIRED_DATE


def test_w16_an_event_ends_it_only_once_the_practice_knows() -> None:
    facts = paper(
        expires_on=None,
        expires_event="conclusion of custody case 24-D-118",
        expires_event_relates=True,
        event_known_on=date(2026, 5, 20),  # judgment was entered on 2026-05-02
    )
    assert defects(facts, on=date(2026, 5, 10)) == []
    assert codes(facts, date(2026, 5, 20)) == {AUTH_DEFECT_EXPIRED}
    assert codes(facts, date(2026, 6, 1)) == {AUTH_DEFECT_EXPIRED}
    assert status(facts, date(2026, 5, 20)) == AuthorizationStatus.EXPIRED_EVENT


def test_w17_a_revocation_works_from_the_minute_it_is_received() -> None:
    facts = paper(revocation_received_at=at(2026, 4, 3, 14, 30))
    day = date(2026, 4, 3)
    assert codes(facts, day, at=at(2026, 4, 3, 10)) == set()  # the five already released stand
    assert codes(facts, day, at=at(2026, 4, 3, 17)) == {AUTH_DEFECT_REVOKED}
    assert codes(facts, day, at=at(2026, 4, 3, 14, 30)) == {AUTH_DEFECT_REVOKED}  # the same minute: the patient wins
    assert codes(facts, day) == {AUTH_DEFECT_REVOKED}  # without an instant the whole day counts
    assert status(facts, day, at=at(2026, 4, 3, 10)) == AuthorizationStatus.ACTIVE
    assert status(facts, day, at=at(2026, 4, 3, 17)) == AuthorizationStatus.REVOKED


def test_w18_an_oral_revocation_holds_it_and_a_written_one_ends_it() -> None:
    held = paper(held_since=at(2026, 4, 3, 11))
    assert defects(held, on=date(2026, 4, 3)) == []  # by the rule alone it is not a revocation
    assert status(held, date(2026, 4, 2)) == AuthorizationStatus.ACTIVE
    assert status(held, date(2026, 4, 3)) == AuthorizationStatus.ON_HOLD
    assert status(held, date(2026, 4, 3), at=at(2026, 4, 3, 10, 59)) == AuthorizationStatus.ACTIVE
    written = paper(held_since=at(2026, 4, 3, 11), revocation_received_at=at(2026, 4, 10, 9))
    assert status(written, date(2026, 4, 9)) == AuthorizationStatus.ON_HOLD
    assert status(written, date(2026, 4, 10)) == AuthorizationStatus.REVOKED


def test_w19_one_form_for_chart_and_psychotherapy_notes_releases_neither() -> None:
    facts = paper(
        record_classes=frozenset({RecordClass.CHART, RecordClass.PN}),
        info_description="My medical chart and my psychotherapy notes",
    )
    assert codes(facts) == {AUTH_DEFECT_COMPOUND}
    assert status(facts, DAY) == AuthorizationStatus.DEFECTIVE
    assert "separate forms" in defects(facts, on=DAY)[0].remedy


def test_w19_psychotherapy_notes_to_a_lawyer_and_to_a_new_therapist_may_share_a_form() -> None:
    facts = paper(
        recipient_name="Fenner & Osgood, attorneys; Dr. Lena Ortiz",
        combined_with=frozenset({CombinedWith.PN_AUTHORIZATION}),
    )
    assert defects(facts, on=DAY) == []


def test_w20_no_expiration_and_no_redisclosure_statement_are_both_named() -> None:
    facts = paper(expires_on=None, stmt_redisclosure=False)
    assert codes(facts) == {AUTH_DEFECT_INCOMPLETE}
    assert elements(facts) == ["A5", "RS3"]
    with_none = paper(expires_on=None, expires_event="none", stmt_redisclosure=False)
    assert elements(with_none) == ["A5", "RS3"]
    assert status(facts, DAY) == AuthorizationStatus.SIGNED_INCOMPLETE


FIFTEEN = {"patient_born_on": date(2010, 8, 1), "signer_role": SignerRole.PARENT}


def test_w21_a_parent_without_authority_text_is_incomplete() -> None:
    assert elements(paper(**FIFTEEN, authority_description="")) == ["A7"]
    assert defects(paper(**FIFTEEN, authority_description="Mother, legal custody"), on=DAY) == []


@pytest.mark.parametrize("rule", [MinorRule.M1, MinorRule.M2])
def test_w21_where_the_minor_lawfully_consents_alone_nobody_signs_for_them(rule: MinorRule) -> None:
    for role in ("PARENT", "GUARDIAN", "OTHER_PR", "HEALTH_CARE_AGENT"):
        signed = paper(**FIFTEEN | {"signer_role": SignerRole(role)}, authority_description="On file", minor_rule=rule)
        assert elements(signed) == ["A6"], role
    by_minor = paper(patient_born_on=date(2010, 8, 1), signer_role=SignerRole.MINOR_AS_INDIVIDUAL, minor_rule=rule)
    assert defects(by_minor, on=DAY) == []


# who signs, born on, why the minor acts alone, elements found wrong
SIGNERS = [
    (SignerRole.INDIVIDUAL, date(2010, 8, 1), MinorRule.NONE, ["A6"]),
    (SignerRole.MINOR_AS_INDIVIDUAL, date(2010, 8, 1), MinorRule.NONE, ["A6"]),
    (SignerRole.INDIVIDUAL, date(2010, 8, 1), MinorRule.EMANCIPATED, []),
    (SignerRole.INDIVIDUAL, date(2008, 1, 12), MinorRule.NONE, []),  # eighteen on the day of signing
    (SignerRole.INDIVIDUAL, date(2008, 1, 13), MinorRule.NONE, ["A6"]),  # one day short
    (SignerRole.PARENT, date(1984, 3, 9), MinorRule.NONE, ["A6"]),  # no parent signs for an adult as parent
    (SignerRole.MINOR_AS_INDIVIDUAL, date(1984, 3, 9), MinorRule.M1, ["A6"]),
    (SignerRole.GUARDIAN, date(1984, 3, 9), MinorRule.NONE, []),
    (SignerRole.OTHER_PR, date(2010, 8, 1), MinorRule.NONE, []),  # an aunt in loco parentis
    (SignerRole.PARENT, None, MinorRule.NONE, ["A6"]),  # nobody knows that the patient is a minor
    (SignerRole.GUARDIAN, None, MinorRule.NONE, []),
]


@pytest.mark.parametrize(("role", "born", "rule", "wrong"), SIGNERS)
def test_the_right_person_signs(role: SignerRole, born: date | None, rule: MinorRule, wrong: list[str]) -> None:
    facts = paper(signer_role=role, patient_born_on=born, minor_rule=rule, authority_description="as described")
    assert elements(facts) == wrong


DIED = [
    (SignerRole.INDIVIDUAL, date(2026, 1, 11), ["A6"]),
    (SignerRole.INDIVIDUAL, date(2026, 1, 12), []),  # in the morning of that day
    (SignerRole.EXECUTOR_ADMINISTRATOR, date(2026, 1, 11), []),
]


@pytest.mark.parametrize(("role", "died", "wrong"), DIED)
def test_the_dead_sign_nothing(role: SignerRole, died: date, wrong: list[str]) -> None:
    facts = paper(signer_role=role, patient_died_on=died, authority_description="Letters testamentary")
    assert elements(facts) == wrong


C = CombinedWith
R = RecordClass
# section 3.2: what is on one document, is it refused
COMBINATIONS = [
    ("pn + pn", {R.PN}, {C.PN_AUTHORIZATION}, {}, False),
    ("pn + chart on one form", {R.PN, R.CHART}, set(), {}, True),
    ("pn + billing on one form", {R.PN, R.BILLING}, set(), {}, True),
    ("pn joined with a chart authorization", {R.PN}, {C.OTHER_AUTHORIZATION}, {}, True),
    ("chart joined with a pn authorization", {R.CHART}, {C.PN_AUTHORIZATION}, {}, True),
    ("pn + consent to treatment", {R.PN}, {C.CONSENT_TO_TREATMENT}, {}, True),
    ("pn + intake packet", {R.PN}, {C.INTAKE_PACKET}, {}, True),
    ("pn + notice acknowledgement", {R.PN}, {C.NOTICE_ACKNOWLEDGEMENT}, {}, True),
    ("pn + financial agreement", {R.PN}, {C.FINANCIAL_AGREEMENT}, {}, True),
    ("pn + permission for the same study", {R.PN}, {C.SAME_STUDY_PERMISSION}, {"research": True}, True),
    ("chart + billing", {R.CHART, R.BILLING}, set(), {}, False),
    ("chart + another chart authorization", {R.CHART}, {C.OTHER_AUTHORIZATION}, {}, False),
    ("chart + consent to treatment", {R.CHART}, {C.CONSENT_TO_TREATMENT}, {}, True),
    ("research + same study", {R.CHART}, {C.SAME_STUDY_PERMISSION}, {"research": True}, False),
    ("not research + same study", {R.CHART}, {C.SAME_STUDY_PERMISSION}, {"research": False}, True),
]


@pytest.mark.parametrize(("what", "classes", "joined", "more", "refused"), COMBINATIONS)
def test_forms_are_combined_only_as_the_rule_allows(
    what: str, classes: set[RecordClass], joined: set[CombinedWith], more: dict[str, Any], refused: bool
) -> None:
    facts = paper(record_classes=frozenset(classes), combined_with=frozenset(joined), **more)
    assert (AUTH_DEFECT_COMPOUND in codes(facts)) is refused, what


def test_an_unconditioned_and_a_conditioned_chart_authorization_may_not_share_a_form() -> None:
    exam = {
        "conditioned_on": ConditionedOn.TREATMENT,
        "conditioning_ground": ConditioningGround.CARE_FOR_THIRD_PARTY,
        "stmt_conditioning": ConditioningStatement.CONSEQUENCES,
    }
    assert codes(paper(CHART_PAPER, **exam)) == set()
    joined = frozenset({CombinedWith.OTHER_AUTHORIZATION})
    assert codes(paper(CHART_PAPER, **exam, combined_with=joined)) == {AUTH_DEFECT_COMPOUND}


G = ConditioningGround
# record class, what depends on signing, ground, research, by the rule, with practice policy P-23
CONDITIONS = [
    ("chart", ConditionedOn.TREATMENT, G.NONE, False, True, True),
    ("chart", ConditionedOn.PAYMENT, G.CARE_FOR_THIRD_PARTY, False, True, True),
    ("chart", ConditionedOn.TREATMENT, G.CARE_FOR_THIRD_PARTY, False, False, False),
    ("chart", ConditionedOn.TREATMENT, G.RESEARCH_TREATMENT, True, False, False),
    ("chart", ConditionedOn.TREATMENT, G.RESEARCH_TREATMENT, False, True, True),  # says research, is none
    ("chart", ConditionedOn.ENROLLMENT, G.PLAN_ENROLLMENT, False, False, False),
    ("pn", ConditionedOn.TREATMENT, G.NONE, False, True, True),
    ("pn", ConditionedOn.ENROLLMENT, G.PLAN_ENROLLMENT, False, True, True),  # never for psychotherapy notes
    ("pn", ConditionedOn.TREATMENT, G.RESEARCH_TREATMENT, True, False, True),
    ("pn", ConditionedOn.TREATMENT, G.CARE_FOR_THIRD_PARTY, False, False, True),
]


@pytest.mark.parametrize(("record_class", "on_what", "ground", "research", "by_rule", "by_policy"), CONDITIONS)
def test_nothing_depends_on_signing_but_what_the_rule_lists_and_never_for_psychotherapy_notes(
    record_class: str,
    on_what: ConditionedOn,
    ground: ConditioningGround,
    research: bool,
    by_rule: bool,
    by_policy: bool,
) -> None:
    facts = paper(
        CLASSES[record_class],
        conditioned_on=on_what,
        conditioning_ground=ground,
        research=research,
        stmt_conditioning=ConditioningStatement.CONSEQUENCES,
    )
    found = defects(facts, on=DAY)
    assert (AUTH_DEFECT_CONDITIONED in {d.code for d in found}) is by_policy
    assert (AUTH_DEFECT_CONDITIONED in {d.code for d in rule_defects(found)}) is by_rule
    without_policy = defects(facts, on=DAY, pn_conditioning_forbidden=False)
    assert (AUTH_DEFECT_CONDITIONED in {d.code for d in without_policy}) is by_rule


def test_known_false_information_ends_it_from_the_day_it_is_known() -> None:
    facts = paper(known_false_on=DAY)
    assert codes(facts, date(2026, 3, 1)) == set()
    assert codes(facts, DAY) == {AUTH_DEFECT_FALSE}
    assert status(facts, DAY) == AuthorizationStatus.DEFECTIVE


def test_an_unsigned_form_is_a_draft_and_a_handed_over_one_is_done() -> None:
    assert status(paper(signature_method=SignatureMethod.NONE, signed_on=None), DAY) == AuthorizationStatus.DRAFT
    assert status(paper(fulfilled_on=DAY), DAY) == AuthorizationStatus.FULFILLED
    assert status(paper(fulfilled_on=DAY), date(2026, 3, 1)) == AuthorizationStatus.ACTIVE


def test_a_record_entered_wrongly_is_never_used_again() -> None:
    assert status(paper(recorded_in_error_on=DAY), DAY) == AuthorizationStatus.DEFECTIVE
    assert codes(paper(recorded_in_error_on=DAY)) == {AUTH_RECORDED_IN_ERROR}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"prepared_here": True, "signature_method": SignatureMethod.NONE}, "It was changed before anybody signed it."),
        ({"prepared_here": True}, "It was entered wrongly"),
        ({"signature_method": SignatureMethod.NONE}, "It was entered wrongly"),
    ],
    ids=["our form, unsigned", "our form, signed on paper", "a paper from elsewhere"],
)
def test_only_a_form_of_ours_that_nobody_signed_was_changed_and_not_entered_wrongly(
    changes: dict[str, Any], said: str
) -> None:
    (defect,) = [one for one in defects(paper(recorded_in_error_on=DAY, **changes), on=DAY) if not one.element]
    assert defect.words.startswith(said) and defect.code == AUTH_RECORDED_IN_ERROR
