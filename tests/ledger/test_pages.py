"""Who may open which page of the ledger, and that every page says what happened and keeps what was typed."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from disclosures.ledger import actions, log
from disclosures.ledger.bases import Basis
from disclosures.ledger.models import Accounting, Entry
from disclosures.ledger.suspensions import Suspension, SuspensionKind
from practice.audit.models import AuditEntry
from practice.infrastructure.days import today

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_pages")]


@pytest.fixture
def records(disclose, lindqvist, castellanos, hale):
    """A chart entry, one that can be suspended, one about Dr. Hale's psychotherapy notes, and an accounting of them."""
    made = {
        "chart": disclose(day="2024-05-12", purpose="Matter of the chart"),
        "board": disclose(day="2025-03-10", basis=Basis.B_OVERSIGHT, purpose="Investigation 77"),
        "notes": disclose(
            day="2025-05-10",
            basis=Basis.B_AUTHORIZATION,
            includes_pn=True,
            pn_authors=[hale.pk],
            purpose="Sealed matter",
        ),
    }
    made["suspension"] = actions.suspend(
        by=castellanos,
        entry_id=made["board"].pk,
        statement=Suspension(SuspensionKind.SUSP_WRITTEN, today(), today(), today() + timedelta(days=90)),
        agency="State Licensing Board",
    )
    made["accounting"] = actions.prepare_accounting(
        by=castellanos, patient=lindqvist, requested_on=today(), received_on=today()
    )
    log.sign_checkpoint()
    return made


# name of the page: (its arguments, answer for officer, author and clinician of the patient, other clinician,
# front desk, administrator). A clinician without care is an insider and gets an explained 403 at a patient's door;
# what belongs to somebody else or is not there is 404, the same for both.
def paths(records, patient):
    entry, notes, board = records["chart"].pk, records["notes"].pk, records["board"].pk
    accounting, suspension = records["accounting"].pk, records["suspension"].pk
    return {
        "disclosure-list": ([patient.pk], 200, 200, 403, 200, 404),
        "disclosure-open chart": ([entry], 200, 200, 403, 200, 404),
        "disclosure-open notes": ([notes], 200, 200, 404, 404, 404),
        "disclosure-open absent": ([uuid4()], 404, 404, 404, 404, 404),
        "disclosure-correct": ([entry], 200, 403, 403, 403, 403),
        "disclosure-suspend": ([board], 200, 403, 403, 403, 403),
        "suspension-end": ([board, suspension], 200, 403, 403, 403, 403),
        "suspension-end absent": ([board, uuid4()], 404, 403, 403, 403, 403),
        "accounting-new": ([patient.pk], 200, 403, 403, 403, 403),
        "accounting-list": ([], 200, 403, 403, 403, 403),
        "accounting-open": ([accounting], 200, 200, 404, 404, 404),
        "accounting-pdf": ([accounting], 200, 200, 404, 404, 404),
        "accounting-data": ([accounting], 200, 200, 404, 404, 404),
        "accounting-open absent": ([uuid4()], 404, 404, 404, 404, 404),
        "accounting-verifier": ([], 200, 200, 200, 200, 200),
        "ledger-state": ([], 200, 403, 403, 403, 403),
    }


def test_each_page_opens_for_those_it_is_for_and_nobody_else(
    records, lindqvist, signed_in, castellanos, hale, osei, dana, brook
):
    people = [castellanos, hale, osei, dana, brook]
    for name, (arguments, *expected) in paths(records, lindqvist).items():
        for staff, code in zip(people, expected, strict=True):
            answer = signed_in(staff).get(reverse(name.split()[0], args=arguments))
            assert answer.status_code == code, (name, staff.username)
            if code != 200:
                for secret in (b"Sealed matter", b"Investigation 77", b"Licensing Board", b"Circuit Court"):
                    assert secret not in answer.content, (name, staff.username)


def test_front_desk_sees_no_entry_about_psychotherapy_notes(records, lindqvist, signed_in, dana):
    page = signed_in(dana).get(reverse("disclosure-list", args=[lindqvist.pk])).content.decode()
    assert "Matter of the chart" in page
    assert "Sealed matter" not in page
    assert "Psychotherapy notes" not in page.split("<main")[1]
    assert records["accounting"].number not in page


def test_a_list_is_the_same_for_front_desk_whether_or_not_such_notes_exist(disclose, lindqvist, signed_in, dana, hale):
    disclose(purpose="Matter of the chart")
    client, path = signed_in(dana), reverse("disclosure-list", args=[lindqvist.pk])
    before = client.get(path).content.decode().split("<main")[1]
    disclose(basis=Basis.B_AUTHORIZATION, includes_pn=True, pn_authors=[hale.pk])
    assert client.get(path).content.decode().split("<main")[1] == before


def test_staff_are_told_not_to_mention_a_suspended_disclosure(records, lindqvist, signed_in, dana, castellanos):
    for staff in (dana, castellanos):
        page = signed_in(staff).get(reverse("disclosure-list", args=[lindqvist.pk])).content.decode()
        assert page.count("Do not mention to the patient") == 1


def test_the_preview_decides_every_entry_and_issues_nothing(records, lindqvist, signed_in, castellanos):
    days = {"requested_on": today().isoformat(), "received_on": today().isoformat(), "summaries": "on"}
    before = Accounting.objects.count()
    page = signed_in(castellanos).post(reverse("accounting-new", args=[lindqvist.pk]), days).content.decode()
    for words in (
        "Listed: the rule asks for it",
        "Not listed, no trace: suspended at an agency&#x27;s request",
        "Listed under practice policy: psychotherapy notes",
        "Not the first in twelve months",
        "Issue the accounting",
    ):
        assert words in page
    assert Accounting.objects.count() == before


def test_issuing_from_the_page_leads_to_the_frozen_accounting(records, lindqvist, signed_in, castellanos):
    days = {"requested_on": "2026-01-05", "received_on": "2026-01-07", "issue": "1"}
    client = signed_in(castellanos)
    answer = client.post(reverse("accounting-new", args=[lindqvist.pk]), days)
    accounting = Accounting.objects.order_by("prepared_at").last()
    assert answer["Location"] == reverse("accounting-open", args=[accounting.pk])
    assert (accounting.requested_on, accounting.window_to) == (date(2026, 1, 5), date(2026, 1, 7))
    pdf = client.get(reverse("accounting-pdf", args=[accounting.pk]))
    assert pdf.content == bytes(accounting.pdf)
    assert pdf["Content-Disposition"] == f'attachment; filename="{accounting.number}.pdf"'
    data = client.get(reverse("accounting-data", args=[accounting.pk]))
    assert data.content == bytes(accounting.data)
    assert AuditEntry.objects.filter(event="downloaded", object_pk=str(accounting.pk)).count() == 2


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"requested_on": "2093-01-01", "received_on": "2093-01-01"}, "dated in the future"),
        ({"requested_on": "2026-02-01", "received_on": "2026-01-01"}, "before the day it is dated"),
        ({"requested_on": "", "received_on": "2026-01-01"}, "Choose a day."),
        ({"requested_on": "0001-01-01", "received_on": "2026-01-01"}, "too long ago"),
        ({"requested_on": "the day before", "received_on": "2026-01-01"}, "This is not a day"),
        ({"requested_on": "2026-01-01", "received_on": "2026-01-01", "asked_from": "2026-03-01",
          "asked_to": "2026-02-01"}, "before the first"),
        ({"requested_on": "2026-01-01", "received_on": "2026-01-01", "asked_to": "2001-02-01"}, "covers no day"),
    ],
)  # fmt: skip
def test_days_that_cannot_be_come_back_with_a_sentence(records, lindqvist, signed_in, castellanos, typed, words):
    page = signed_in(castellanos).post(reverse("accounting-new", args=[lindqvist.pk]), {**typed, "issue": "1"})
    assert page.status_code == 200
    assert words in page.content.decode()
    assert Accounting.objects.count() == 1
    assert f'value="{typed["received_on"]}"' in page.content.decode()


def correction(entry, **changed):
    public = entry.public
    return {
        "disclosed_on": public["disclosed_on"],
        "recipient_name": public["recipient"]["name"],
        "recipient_address": public["recipient"]["address"],
        "description": public["what"],
        "purpose": public["purpose"],
        "basis": public["basis"],
        "reason": "Typed wrongly",
    } | changed


def test_a_correction_replaces_the_entry_and_keeps_the_old_one_with_the_reason(records, signed_in, castellanos):
    client, old = signed_in(castellanos), records["notes"]
    answer = client.post(
        reverse("disclosure-correct", args=[old.pk]), correction(old, purpose="The right matter"), follow=True
    )
    page = answer.content.decode()
    assert "The right matter" in page
    assert "Typed wrongly" in page
    assert "Sealed matter" in page
    new = Entry.objects.filter(kind="disclosure").latest("index")
    assert (new.includes_pn, new.private["pn_authors"]) == (True, old.private["pn_authors"])
    assert client.get(reverse("disclosure-open", args=[old.pk])).status_code == 404


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"reason": ""}, "Say why the entry is corrected."),
        ({"recipient_name": "", "purpose": "x"}, "Say who received it"),
        ({"disclosed_on": "2093-01-01"}, "in the future"),
        ({"disclosed_on": ""}, "Choose a day."),
        ({"basis": "B_NONSENSE"}, "B_NONSENSE is not one of the available choices"),
        ({}, "Nothing was changed"),
    ],
)
def test_a_correction_that_says_nothing_comes_back(records, signed_in, castellanos, changed, words):
    entry, before = records["chart"], Entry.objects.count()
    page = signed_in(castellanos).post(reverse("disclosure-correct", args=[entry.pk]), correction(entry, **changed))
    assert words in page.content.decode()
    assert Entry.objects.count() == before


def test_an_entry_made_for_the_wrong_patient_is_withdrawn(records, lindqvist, signed_in, castellanos):
    entry = records["chart"]
    answer = signed_in(castellanos).post(
        reverse("disclosure-correct", args=[entry.pk]), {"withdraw": "on", "reason": "Wrong patient"}, follow=True
    )
    assert "Matter of the chart" not in answer.content.decode()


STATEMENT = {
    "kind": "SUSP_WRITTEN", "agency": "State Licensing Board", "statement_on": "2026-01-05",
    "received_on": "2026-01-06", "until": "2026-06-30", "states_impediment": "on", "reference": "Letter 9",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"states_impediment": ""}, "reasonably likely to impede"),
        ({"agency": ""}, "Name the agency"),
        ({"kind": ""}, "Choose one."),
        ({"kind": "SUSP_ORAL"}, "identity of who made an oral statement"),
        ({"received_on": "2026-01-01"}, "cannot be received before it was made"),
        ({"until": "2025-12-31"}, "before the day of the statement"),
        ({"statement_on": "2093-01-01", "received_on": "2093-01-01"}, "in the future"),
    ],
)
def test_a_statement_that_cannot_suspend_comes_back_with_the_reason(records, signed_in, castellanos, changed, words):
    before = Entry.objects.count()
    path = reverse("disclosure-suspend", args=[records["board"].pk])
    page = signed_in(castellanos).post(path, STATEMENT | changed)
    assert page.status_code == 200
    assert words in str(page.context["form"].errors)
    assert 'value="2026-01-06"' in page.content.decode() or "received_on" in changed
    assert Entry.objects.count() == before


def test_a_disclosure_on_another_ground_cannot_be_suspended_and_the_page_says_why(records, signed_in, castellanos):
    client, path = signed_in(castellanos), reverse("disclosure-suspend", args=[records["chart"].pk])
    before = Entry.objects.count()
    for page in (client.get(path), client.post(path, STATEMENT)):
        assert "cannot be suspended" in page.content.decode()
    assert Entry.objects.count() == before


def test_a_suspension_is_recorded_and_given_up(records, signed_in, castellanos):
    client, board = signed_in(castellanos), records["board"]
    path = reverse("suspension-end", args=[board.pk, records["suspension"].pk])
    assert "within the suspension" in client.post(path, {"last_day": "2001-01-01", "reason": "x"}).content.decode()
    answer = client.post(path, {"last_day": today().isoformat(), "reason": "Letter of the board"}, follow=True)
    assert "given up early" in answer.content.decode()
    assert client.get(path).status_code == 404
    page = client.post(reverse("disclosure-suspend", args=[board.pk]), STATEMENT, follow=True).content.decode()
    assert "Letter 9" in page


def test_the_officer_verifies_from_the_page_and_sees_the_result(records, signed_in, castellanos, dana):
    assert signed_in(dana).post(reverse("ledger-verify")).status_code == 403
    client = signed_in(castellanos)
    page = client.post(reverse("ledger-verify"), follow=True).content.decode()
    assert "Verified: 5 entries, 5 under a checkpoint." in page
    assert "signed 20" in page


def test_no_words_of_the_ledger_stand_in_the_audit_trail(records, lindqvist, signed_in, castellanos):
    client = signed_in(castellanos)
    for name, (arguments, *_) in paths(records, lindqvist).items():
        client.get(reverse(name.split()[0], args=arguments))
    for entry in AuditEntry.objects.all():
        text = f"{entry.object_repr} {entry.changes} {entry.detail}"
        for word in ("Lindqvist", "Court", "Board", "matter"):
            assert word not in text


def test_the_officer_notes_that_a_supplement_was_offered(records, signed_in, castellanos, hale):
    accounting = records["accounting"]
    assert actions.offer_supplements(on=today() + timedelta(days=91)) == 1
    client, path = signed_in(castellanos), reverse("accounting-open", args=[accounting.pk])
    assert "Offer a supplement" in client.get(path).content.decode()
    assert "Offer a supplement" not in signed_in(hale).get(path).content.decode()
    page = client.post(reverse("supplement-offered", args=[accounting.pk]), follow=True).content.decode()
    assert "Noted." in page
    assert "It was offered" not in page


def test_a_ledger_that_cannot_sign_is_said_in_words(records, lindqvist, signed_in, castellanos, checkpoint_file):
    """The checkpoint file is gone: nothing is issued, a correction stands, and the person is told what to do."""
    checkpoint_file.unlink()
    client, issued = signed_in(castellanos), Accounting.objects.count()
    days = {"requested_on": "2026-01-05", "received_on": "2026-01-07", "issue": "1"}
    page = client.post(reverse("accounting-new", args=[lindqvist.pk]), days, follow=True)
    assert "Not issued. The disclosure ledger is not what was signed." in page.content.decode()
    assert Accounting.objects.count() == issued
    entry = records["chart"]
    path = reverse("disclosure-correct", args=[entry.pk])
    page = client.post(path, correction(entry, purpose="The right matter"), follow=True).content.decode()
    assert "could not sign a checkpoint" in page
    assert "The right matter" in page


def test_the_ledger_page_lists_its_entries_newest_first_and_each_link_opens(records, signed_in, castellanos, lindqvist):
    actions.supersede(by=castellanos, entry_id=records["chart"].pk, reason="Entered twice", replacement=None)
    officer = signed_in(castellanos)
    answer = officer.get(reverse("ledger-state"))
    words = answer.content.decode()
    entries = list(Entry.objects.order_by("-index"))
    places = [words.find(f"entry {entry.index}</span></div>") for entry in entries]
    assert places == sorted(places) and -1 not in places
    for expected in ("Disclosure to Circuit Court", "Accounting issued", "counted from 0"):
        assert expected in words
    assert reverse("disclosure-list", args=[lindqvist.pk]) in words
    links = {str(line.entry.pk): line.current for line in answer.context["lines"]}
    assert links[str(records["chart"].pk)] is False
    assert "Corrected since" in words
    for pk, opens in links.items():
        assert (reverse("disclosure-open", args=[pk]) in words) is opens
        if opens:
            assert officer.get(reverse("disclosure-open", args=[pk])).status_code == 200


def test_the_ledger_page_pages_and_asks_as_often_for_many_entries_as_for_few(
    disclose, signed_in, castellanos, django_assert_num_queries
):
    officer, address = signed_in(castellanos), reverse("ledger-state")
    assert "Nothing was entered yet" in officer.get(address).content.decode()
    disclose()
    with CaptureQueriesContext(connection) as few:
        officer.get(address)
    for number in range(24):
        disclose(purpose=f"Case {number}")
    with django_assert_num_queries(len(few)):
        first = officer.get(address)
    assert [line.entry.index for line in first.context["lines"]] == list(range(24, 4, -1))
    second = officer.get(address, {"page": 2})
    assert [line.entry.index for line in second.context["lines"]] == [4, 3, 2, 1, 0]


def test_what_was_verified_is_counted_against_what_the_ledger_has_now(disclose, signed_in, castellanos):
    disclose()
    log.sign_checkpoint()
    actions.verify_ledger(by=castellanos)
    officer = signed_in(castellanos)
    pages = [reverse("ledger-state"), "/"]
    for page, words in zip(pages, ("all 1 verified", ">all 1<"), strict=True):
        assert words in officer.get(page).content.decode()
    disclose(purpose="Another")
    for page in pages:
        assert "1 of 2 entries" in officer.get(page).content.decode()
