"""What an authority asked to keep back: it leaves no trace in an accounting, and is told once that ends."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse

from disclosures.ledger import actions, issuing
from disclosures.ledger.bases import Basis
from disclosures.ledger.entries import EntryKind
from disclosures.ledger.models import Entry
from disclosures.ledger.particulars import Recipient
from practice.infrastructure.refusals import Refused
from practice.worklist.queries import tasks_about
from practice.worklist.rules import TaskKind, TaskState

from .accountings import BOARD, corrected, hold, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november", "quick_pages")]


def test_a_suspended_entry_leaves_no_trace_in_pages_or_data(disclose, issue, castellanos):
    """Same pages and same data as for a patient to whom it never happened, but for salts, places and hashes."""
    shown = disclose(day="2026-03-09")
    without = issue()
    board = disclose(day="2026-03-10", **BOARD)
    hold(castellanos, board)
    accounting = issue()
    for trace in ("Licensing", "Investigation", "suspen", "withheld", "omitted", board.body[:60], str(board.pk)):
        assert trace not in words_of(accounting)
        assert trace not in accounting.data.decode()
    assert reading(without) == reading(accounting)
    assert [one["reason"] for one in accounting.decisions] == ["RULE", "SUSPENDED"]
    assert accounting.entries_listed == 1
    assert str(shown.index) in accounting.data.decode()


def reading(accounting):
    """The pages up to the technical part, without the numbers that differ between any two accountings."""
    words = words_of(accounting).split("How to check this document")[0]
    return words.split("Who received your records", 1)[1]


def test_a_suspension_is_judged_on_the_day_the_accounting_is_given(disclose, issue, castellanos):
    board = disclose(day="2026-03-10", **BOARD)
    hold(castellanos, board)
    assert issue().entries_listed == 0
    with time_machine.travel("2027-01-01T18:00:00Z"):
        assert issue().entries_listed == 1


def test_a_correction_of_a_suspended_entry_stays_suspended(disclose, issue, castellanos):
    board = disclose(day="2026-03-10", **BOARD)
    hold(castellanos, board)
    actions.supersede(by=castellanos, entry_id=board.pk, reason="Wrong day", replacement=corrected(BOARD, "2026-03-11"))
    accounting = issue()
    assert [one["reason"] for one in accounting.decisions] == ["SUPERSEDED", "SUSPENDED"]


def test_a_suspension_reaches_every_disclosure_to_that_agency_and_none_to_another(disclose, issue, castellanos):
    """R-080: a later disclosure to the same agency must not give the investigation away either."""
    hold(castellanos, disclose(day="2026-03-10", **BOARD))
    disclose(
        day="2026-11-20", **(BOARD | {"purpose": "A second letter", "recipient": Recipient("state licensing  Board")})
    )
    disclose(day="2026-11-20", **(BOARD | {"recipient": Recipient("Office of the Inspector General")}))
    disclose(day="2026-11-20", **(BOARD | {"basis": Basis.B_COURT_ORDER}))
    reasons = [one["reason"] for one in issue().decisions if one["reason"] != "SUPERSEDED"]
    assert reasons == ["SUSPENDED", "SUSPENDED", "RULE", "RULE"]


def test_an_ended_suspension_hides_nothing_more(disclose, issue, castellanos):
    board = disclose(day="2026-03-10", **BOARD)
    suspension = hold(castellanos, board)
    actions.end_suspension(
        by=castellanos, entry_id=board.pk, suspension_id=suspension.pk, last_day=date(2026, 11, 20), reason="Letter"
    )
    assert issue().entries_listed == 1


@pytest.mark.parametrize("basis", [Basis.B_SERIOUS_THREAT, Basis.B_COURT_ORDER, Basis.B_CORONER, Basis.B_IMPERMISSIBLE])
def test_only_oversight_and_police_disclosures_can_be_suspended(disclose, castellanos, basis):
    """R-084, W-28."""
    entry = disclose(day="2026-03-10", basis=basis)
    with pytest.raises(Refused, match="NOT_SUSPENDABLE"):
        hold(castellanos, entry)


def test_a_suspension_that_arrives_while_the_pages_are_made_is_honoured(disclose, issue, castellanos, monkeypatch):
    board = disclose(day="2026-03-10", **BOARD)
    render, calls = issuing.documents.accounting_pdf, []

    def slow(*arguments):
        if not calls:
            hold(castellanos, board)
        calls.append(1)
        return render(*arguments)

    monkeypatch.setattr(issuing.documents, "accounting_pdf", slow)
    accounting = issue()
    assert len(calls) == 2
    assert accounting.entries_listed == 0


def test_a_supplement_is_offered_once_when_a_suspension_has_ended(disclose, issue, castellanos):
    """R-082."""
    hold(castellanos, disclose(day="2026-03-10", **BOARD))
    accounting = issue()
    assert actions.offer_supplements(on=date(2026, 12, 31)) == 0
    assert actions.offer_supplements(on=date(2027, 1, 1)) == 1
    assert actions.offer_supplements(on=date(2027, 1, 2)) == 0
    task = tasks_about(TaskKind.ACCOUNTING_SUPPLEMENT, accounting).get()
    assert (task.role, task.state) == ("compliance_officer", "open")
    actions.record_supplement_offered(by=castellanos, accounting=accounting)
    assert actions.offer_supplements(on=date(2027, 1, 3)) == 0


def test_no_supplement_where_a_later_accounting_listed_it(disclose, issue, castellanos):
    hold(castellanos, disclose(day="2026-03-10", **BOARD))
    issue()
    with time_machine.travel("2027-01-05T18:00:00Z"):
        assert issue().entries_listed == 1
    assert actions.offer_supplements(on=date(2027, 1, 6)) == 0


def asked_for(entry):
    """The officer's open task to record a statement about this entry."""
    return tasks_about(TaskKind.SUSPENSION_STATEMENT, entry).filter(state=TaskState.OPEN).exists()


def test_a_statement_that_was_documented_waits_for_the_compliance_officer_until_it_is_recorded_or_denied(
    disclose, castellanos, signed_in
):
    recorded, denied = disclose(day="2026-03-10", **BOARD), disclose(day="2026-03-12", **BOARD)
    for entry in (recorded, denied):
        actions.ask_for_suspension(entry)
    client, path = signed_in(castellanos), reverse("disclosure-suspend", args=[denied.pk])
    assert path in client.get("/").content.decode()
    assert "There is no such statement" in client.get(path).content.decode()
    client.post(path, {"none": "1"})
    hold(castellanos, recorded)
    assert not asked_for(recorded) and not asked_for(denied)
    assert "There is no such statement" not in client.get(path).content.decode()


def test_a_correction_takes_the_question_of_a_statement_with_it(disclose, castellanos):
    board = disclose(day="2026-03-10", **BOARD)
    actions.ask_for_suspension(board)
    actions.supersede(by=castellanos, entry_id=board.pk, reason="Wrong day", replacement=corrected(BOARD, "2026-03-11"))
    assert not asked_for(board) and asked_for(Entry.objects.filter(kind=EntryKind.DISCLOSURE).latest("index"))
