"""What stands against packing psychotherapy notes under a legal paper, one sentence a row (section 8, P-07, P-08)."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from disclosures.legal.rules import (
    NOTES_BASIS,
    CounselAnswer,
    EntryKind,
    Names,
    NoticeAnswer,
    PaperFacts,
    PaperKind,
    reasons_not_to_compel,
    refusal_to_name,
    refusal_to_note,
)
from records.psychotherapy.compelled_rules import Scope, refusal_of_two, spoken_of

ORDER = PaperFacts(PaperKind.COURT_ORDER, Names.EXPRESSLY, CounselAnswer.COMPELS, NoticeAnswer.TOLD, whole=True)
ROWS = [
    ("a judge's order that names them, seen by counsel, the patient told", {}, set()),
    ("a warrant", {"kind": PaperKind.COURT_WARRANT}, set()),
    ("a subpoena signed by a judge", {"kind": PaperKind.JUDGE_SUBPOENA}, set()),
    ("a grand jury subpoena", {"kind": PaperKind.GRAND_JURY_SUBPOENA}, set()),
    ("HHS in a compliance review", {"kind": PaperKind.HHS}, set()),
    ("a statute", {"kind": PaperKind.STATUTE}, set()),
    ("an attorney's subpoena", {"kind": PaperKind.ATTORNEY_OR_CLERK_SUBPOENA}, {"PN_PROCESS_NOT_COMPULSION"}),
    ("a discovery request", {"kind": PaperKind.DISCOVERY_REQUEST}, {"PN_PROCESS_NOT_COMPULSION"}),
    ("a letter", {"kind": PaperKind.INFORMAL_REQUEST}, {"PN_PROCESS_NOT_COMPULSION"}),
    ("an order that does not name them", {"names": Names.NOT}, {"PN_NOT_NAMED"}),
    ("an order that is unclear about them", {"names": Names.UNCLEAR}, {"PN_NOT_NAMED"}),
    ("counsel has not looked", {"counsel": ""}, {"COUNSEL_REVIEW"}),
    ("counsel has not looked, and the practice does not ask it to", {"counsel": "", "counsel_gate": False}, set()),
    ("counsel says object", {"counsel": CounselAnswer.OBJECT}, {"COUNSEL_AGAINST"}),
    ("counsel says narrow it first", {"counsel": CounselAnswer.NARROW}, {"COUNSEL_AGAINST"}),
    ("counsel says it does not bind", {"counsel": CounselAnswer.NOT_BINDING}, {"COUNSEL_AGAINST"}),
    ("the patient was not told", {"notice": ""}, {"PATIENT_NOT_TOLD"}),
    ("the patient was not told, and the practice does not ask it", {"notice": "", "notify_patient": False}, set()),
    ("telling the patient is forbidden", {"notice": NoticeAnswer.PROHIBITED}, set()),
    (
        "R-202: the patient was sought at the last known address, in vain",
        {"notice": NoticeAnswer.ATTEMPTED},
        set(),
    ),
    ("HHS waits for no notice", {"kind": PaperKind.HHS, "notice": ""}, set()),
    ("nor where its letter names several patients", {"kind": PaperKind.HHS, "several": True, "not_told": 2}, set()),
    ("HHS asks without naming them expressly", {"kind": PaperKind.HHS, "names": Names.UNCLEAR}, set()),
    ("HHS does not ask for them", {"kind": PaperKind.HHS, "names": Names.NOT}, {"PN_NOT_NAMED"}),
    ("it was withdrawn or quashed", {"over": True}, {"PAPER_OVER"}),
    ("it was quashed while it was fought", {"over": True, "fought": True}, {"PAPER_OVER"}),
    ("it is fought since counsel answered", {"fought": True}, {"PAPER_FOUGHT"}),
    (
        "it is fought, and the practice does not ask counsel",
        {"fought": True, "counsel": "", "counsel_gate": False},
        {"PAPER_FOUGHT"},
    ),
    ("it names several patients, counsel saw the list, and each was told", {"several": True}, set()),
    (
        "it names several patients, and counsel has not looked although the practice does not ask it to",
        {"several": True, "counsel": "", "counsel_gate": False},
        {"COUNSEL_REVIEW"},
    ),
    (
        "whom it names was changed after counsel answered",
        {"several": True, "named_since": True},
        {"NAMED_SINCE_COUNSEL"},
    ),
    ("the others it named were taken off after counsel answered", {"named_since": True}, {"NAMED_SINCE_COUNSEL"}),
    ("one of several patients was not told", {"several": True, "not_told": 1}, {"PATIENT_NOT_TOLD"}),
    ("nobody checked that it is genuine", {"whole": False}, {"PAPER_NOT_VERIFIED"}),
    (
        "everything at once",
        {"names": Names.NOT, "counsel": "", "notice": "", "whole": False},
        {"PN_NOT_NAMED", "COUNSEL_REVIEW", "PATIENT_NOT_TOLD", "PAPER_NOT_VERIFIED"},
    ),
]


@pytest.mark.parametrize(("sentence", "changes", "codes"), ROWS, ids=[row[0] for row in ROWS])
def test_what_stands_against_it(sentence: str, changes: dict, codes: set[str]) -> None:
    reasons = list(reasons_not_to_compel(replace(ORDER, **changes), alone=False))
    assert {reason.code for reason in reasons} == codes
    assert all(reason.remedy and reason.cite for reason in reasons)


def test_a_solo_practice_needs_counsel_whatever_the_policy_says() -> None:
    facts = replace(ORDER, counsel="", counsel_gate=False)
    assert [reason.code for reason in reasons_not_to_compel(facts, alone=True)] == ["COUNSEL_REVIEW"]


def test_every_kind_of_paper_either_opens_notes_or_is_refused_with_words() -> None:
    for kind in PaperKind:
        found = {one.code for one in reasons_not_to_compel(replace(ORDER, kind=kind), alone=False)}
        refused = "PN_PROCESS_NOT_COMPULSION" in found
        assert refused == (kind not in NOTES_BASIS)


NAMING = [
    ("an order that names them expressly", PaperKind.COURT_ORDER, Names.EXPRESSLY, False, ""),
    ("somebody who is on the list", PaperKind.COURT_ORDER, Names.EXPRESSLY, True, "NAMING_AGAIN"),
    ("an order that does not name such notes", PaperKind.COURT_ORDER, Names.NOT, False, "NAMING_NO_USE"),
    ("an order that is unclear", PaperKind.COURT_ORDER, Names.UNCLEAR, False, "NAMING_NO_USE"),
    ("an attorney's subpoena", PaperKind.ATTORNEY_OR_CLERK_SUBPOENA, Names.EXPRESSLY, False, "NAMING_NO_USE"),
]


@pytest.mark.parametrize(("sentence", "kind", "names", "again", "code"), NAMING, ids=[row[0] for row in NAMING])
def test_who_is_put_down_as_named(sentence: str, kind: PaperKind, names: Names, again: bool, code: str) -> None:
    refusal = refusal_to_name(kind, names, again=again)
    assert (refusal.code if refusal else "") == code


def test_a_file_is_about_those_it_speaks_of_in_the_papers_order_and_about_nobody_the_paper_does_not_name() -> None:
    assert spoken_of([X, A, S], [(A,), (A, X)]) == [X, A] and spoken_of([X, A], [(A,)]) == [A]
    with pytest.raises(ValueError):
        spoken_of([X, A], [(A, S)])


A, F, S, X = (UUID(int=n) for n in range(1, 5))  # author, first, second, somebody else
TWO = [
    ("two people", (A, F, S, {S}), ""),
    ("the author is the first of two", (A, A, S, {S}), ""),
    ("the author is the second of two", (A, F, A, {A, S}), ""),
    ("the same person twice", (A, F, F, {F, S}), "COMPELLED_SAME_PERSON"),
    ("somebody who cannot be the second", (A, F, X, {S}), "COMPELLED_NO_SECOND"),
    ("alone although there is a second", (A, A, None, {S}), "COMPELLED_TWO_PEOPLE"),
    ("alone, for what another wrote", (A, F, None, set()), "COMPELLED_ALONE_OWN_ONLY"),
    ("alone, for one's own", (A, A, None, set()), ""),
]


@pytest.mark.parametrize(("sentence", "people", "code"), TWO, ids=[row[0] for row in TWO])
def test_who_may_begin_it(sentence: str, people: tuple, code: str) -> None:
    author, first, second, possible = people
    refusal = refusal_of_two(author=author, first=first, second=second, possible=possible)
    assert (refusal.code if refusal else "") == code


D1, D2, D3 = date(2026, 3, 1), date(2026, 3, 5), date(2026, 3, 9)
SCOPES = [
    (Scope((D2,)), Scope((), D1, D3), True),
    (Scope((), D1, D2), Scope((), D1, D3), True),
    (Scope((D1, D2)), Scope((D1, D2, D3)), True),
    (Scope((), D1, D3), Scope((), D1, D2), False),
    (Scope((D1, D3)), Scope((), D1, D2), False),
    (Scope((), D1, D2), Scope((D1, D2)), False),
]


@pytest.mark.parametrize(("asked", "named", "within"), SCOPES)
def test_what_is_asked_for_lies_within_what_is_named(asked: Scope, named: Scope, within: bool) -> None:
    assert asked.within(named) == within


@pytest.mark.parametrize(
    "scope", [Scope(), Scope((), D1, None), Scope((), D3, D1), Scope(tuple(D1 for _ in range(101)))]
)
def test_a_scope_names_sessions(scope: Scope) -> None:
    assert scope.refusal()


def test_an_entry_has_an_answer_and_a_day_and_says_what_forbids_telling() -> None:
    def refused(kind: EntryKind, code: str, on: date, words: str = "") -> bool:
        return refusal_to_note(kind, code, on, words, received_on=D1, today=D2) is not None

    assert not refused(EntryKind.COUNSEL, "COMPELS", D2)
    assert refused(EntryKind.COUNSEL, "TOLD", D2)
    assert refused(EntryKind.COUNSEL, "COMPELS", D3) and refused(EntryKind.COUNSEL, "COMPELS", date(2026, 2, 28))
    assert refused(EntryKind.NOTICE, "ATTEMPTED", D2, " ")
    assert not refused(EntryKind.NOTICE, "ATTEMPTED", D2, "Letter to Elm Street came back; no answer by telephone")
    assert refused(EntryKind.NOTICE, "PROHIBITED", D2, " ") and not refused(EntryKind.NOTICE, "PROHIBITED", D2, "§ 3")
