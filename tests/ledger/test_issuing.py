"""An issued accounting: what is in it and in which order, what is frozen, and who may issue it."""

from datetime import date, timedelta
from hashlib import sha256
from io import BytesIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from pypdf import PdfReader

from disclosures.ledger import actions, issuing
from disclosures.ledger.bases import Basis
from disclosures.ledger.models import Accounting, Entry
from disclosures.ledger.particulars import Recipient
from disclosures.ledger.rules import Reason, ResearchActivity
from practice.compliance.models import PolicySetting
from practice.infrastructure.refusals import Refused

from .accountings import ASKED, BOARD, corrected, run_verifier, words_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("november", "quick_pages")]


def test_the_pages_say_what_the_rule_asks_in_its_order(disclose, issue, real_pages):
    disclose(day="2023-05-12")
    disclose(day="2021-03-09", recipient=Recipient("Department of Public Health"), purpose="Report 21-118")
    words = words_of(issue(received_on=ASKED))
    order = [
        "Cedar Street Counseling", "Privacy officer", "(217) 555-0148", "Tobias Lindqvist", "Who received your records",
        "You asked on", "November 21, 2026", "Period covered", "November 21, 2020 to November 21, 2026", "Prepared on",
        "Mar 9, 2021", "Department of Public Health, address not known", "Report 21-118", "May 12, 2023",
        "Circuit Court of Sangamon County, 200 S. Ninth St.", "Court order of May 4, 2023",
        "How to check this document",
    ]  # fmt: skip
    places = [words.find(piece) for piece in order]
    assert -1 not in places
    assert places == sorted(places)
    assert "Page 1 of 2" in words


def test_the_file_is_tagged_for_accessibility_and_carries_its_data(disclose, issue, real_pages):
    disclose()
    accounting = issue()
    reader = PdfReader(BytesIO(accounting.pdf))
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert b"pdfuaid" in reader.trailer["/Root"]["/Metadata"].get_data()
    assert reader.attachments["accounting.json"][0] == accounting.data
    assert sha256(accounting.data).hexdigest() in words_of(accounting).replace(" ", "")
    assert accounting.number == "AD-2026-0001"


def test_an_accounting_without_entries_says_so(issue, profile, real_pages):
    accounting = issue()
    assert "we made no disclosure of your health information" in words_of(accounting)
    assert accounting.entries_listed == 0


def test_psychotherapy_notes_under_authorization_are_listed_with_a_dagger(disclose, issue, hale):
    disclose(
        day="2025-05-10", basis=Basis.B_AUTHORIZATION, includes_pn=True, pn_authors=[hale.pk],
        description="Psychotherapy notes, sessions of March to May 2025", purpose="Your authorization of May 2, 2025",
    )  # fmt: skip
    accounting = issue()
    assert "May 10, 2025 †" in words_of(accounting)
    assert "Entries marked † need not be listed either" in words_of(accounting)
    assert (accounting.lists_pn, Accounting.objects.get().pn_authors) == (True, [hale.pk])
    assert "†" not in words_of(issue(asked_from=date(2026, 1, 1)))


def test_the_rule_alone_when_the_policy_says_so(disclose, issue, castellanos):
    disclose(day="2025-05-10", basis=Basis.B_AUTHORIZATION, includes_pn=True)
    PolicySetting.objects.create(code="P-02", value="RULE_ONLY", from_on=date(2026, 11, 1), reason="Counsel's advice")
    accounting = issue()
    assert accounting.entries_listed == 0
    assert accounting.policies["P-02"]["value"] == "RULE_ONLY"


def test_only_the_current_one_of_a_chain_is_listed(disclose, issue, castellanos):
    first = disclose(day="2026-03-10", **BOARD)
    actions.supersede(by=castellanos, entry_id=first.pk, reason="Wrong day", replacement=corrected(BOARD, "2026-03-11"))
    second = Entry.objects.get(kind="disclosure", disclosed_on=date(2026, 3, 11))
    third_given = BOARD | {"purpose": "Investigation 78"}
    actions.supersede(
        by=castellanos, entry_id=second.pk, reason="Number", replacement=corrected(third_given, "2026-03-11")
    )
    words = words_of(issue())
    assert "Mar 11, 2026" in words
    assert "Investigation 78" in words
    assert "Investigation 77" not in words
    assert "Mar 10, 2026" not in words


def test_an_entry_is_corrected_once_and_only_with_a_reason(disclose, castellanos, hale):
    first = disclose(day="2026-03-10", **BOARD)
    with pytest.raises(Refused, match="NO_REASON"):
        actions.supersede(by=castellanos, entry_id=first.pk, reason=" ", replacement=None)
    with pytest.raises(Refused, match="ROLE_NEEDED"):
        actions.supersede(by=hale, entry_id=first.pk, reason="Mine", replacement=None)
    actions.supersede(by=castellanos, entry_id=first.pk, reason="Never happened", replacement=None)
    with pytest.raises(Refused, match="NOT_CURRENT"):
        actions.supersede(by=castellanos, entry_id=first.pk, reason="Again", replacement=None)


def test_a_withdrawn_entry_is_not_listed(disclose, issue, castellanos):
    first = disclose(day="2026-03-10", **BOARD)
    actions.supersede(by=castellanos, entry_id=first.pk, reason="Entered for the wrong patient", replacement=None)
    assert issue().entries_listed == 0


def test_what_came_back_undelivered_is_not_listed(disclose, issue, castellanos):
    entry = disclose(day="2026-11-20")
    with transaction.atomic():
        actions.append_delivery(
            by=castellanos, entry=entry, delivered=False, on=ASKED, how="post", reason="Returned unopened"
        )
    assert issue().decisions[0]["reason"] == Reason.NOT_DELIVERED


def test_repeated_disclosures_are_summarised_after_the_single_ones(disclose, issue):
    for month in range(1, 7):
        disclose(day=f"2026-{month:02}-05", **BOARD)
    disclose(day="2026-10-01")
    words = words_of(issue())
    assert words.index("Oct 1, 2026") < words.index("Repeated disclosures")
    assert "Given 6 times, monthly; first Jan 5, 2026, last Jun 5, 2026." in words
    assert words_of(issue(summaries=False)).count("Investigation 77") == 6


def test_research_comes_last_and_says_may_or_may_not(disclose, issue):
    activity = ResearchActivity(
        "Sleep and grief", "A study of sleep after loss", "Dates of sessions", 120, date(2025, 1, 1), date(2025, 6, 30),
        "State University, 1 College Rd., (217) 555-0100", "Dr. Park, same address",
    )  # fmt: skip
    disclose(day="2025-02-01", basis=Basis.B_RESEARCH_WAIVER, research=activity)
    disclose(day="2025-03-01")
    words = words_of(issue())
    assert words.index("Mar 1, 2025") < words.index("Sleep and grief") < words.index("How to check")
    assert "may or may not have been disclosed" in words


def test_other_patients_are_not_in_it(disclose, issue, abernathy):
    disclose(patient=abernathy, purpose="A matter of Ruth Abernathy")
    disclose()
    accounting = issue()
    assert "Abernathy" not in accounting.data.decode() + words_of(accounting)


def test_it_is_frozen_whatever_is_entered_later(disclose, issue, castellanos):
    entry = disclose(day="2026-03-10", **BOARD)
    accounting = issue()
    kept = (accounting.pdf, accounting.data)
    actions.supersede(by=castellanos, entry_id=entry.pk, reason="Never happened", replacement=None)
    again = Accounting.objects.get()
    assert (again.pdf, again.data) == kept
    assert again.decisions[0]["listed"]


def test_nothing_is_issued_when_the_pages_cannot_be_made(disclose, issue, monkeypatch):
    disclose()

    def fail(*arguments):
        raise RuntimeError

    monkeypatch.setattr(issuing.documents, "accounting_pdf", fail)
    with pytest.raises(RuntimeError):
        issue()
    assert not Accounting.objects.exists()
    assert not Entry.objects.filter(kind="accounting").exists()


def test_nothing_is_issued_before_the_practice_has_a_telephone_for_questions(issue, profile):
    profile.privacy_contact_phone = " "
    profile.save()
    with pytest.raises(Refused, match="NO_PRIVACY_CONTACT"):
        issue()


def test_only_the_compliance_officer_issues(lindqvist, hale, dana, profile):
    for staff in (hale, dana):
        with pytest.raises(Refused, match="ROLE_NEEDED"):
            actions.prepare_accounting(by=staff, patient=lindqvist, requested_on=ASKED, received_on=ASKED)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"requested_on": ASKED + timedelta(1), "received_on": ASKED + timedelta(1)}, "requested_on"),
        ({"received_on": ASKED - timedelta(1)}, "received_on"),
        ({"asked_from": date(2025, 2, 1), "asked_to": date(2025, 1, 1)}, "asked_to"),
        ({"asked_to": date(2019, 1, 1)}, "asked_from"),
    ],
)
def test_a_request_that_cannot_be_is_answered_in_words(given, field):
    request = issuing.Request(**({"requested_on": ASKED, "received_on": ASKED} | given))
    assert next(iter(issuing.request_defects(request, today=ASKED))) == field


def test_the_first_is_free_and_the_second_in_a_year_may_not_be(issue, profile):
    assert issue().free
    assert not issue().free


def test_the_command_issues_and_says_what_is_wrong(disclose, castellanos, lindqvist, tmp_path, capsys, real_pages):
    disclose()
    pdf, data = tmp_path / "a.pdf", tmp_path / "a.json"
    given = ["--by", "castellanos", "--requested-on", "2026-11-18", "--received-on", "2026-11-21"]
    call_command("accounting", str(lindqvist.number), *given, "--output", str(pdf), "--json", str(data))
    assert "Issued AD-2026-0001: 1 disclosures from 2020-11-18 to 2026-11-21" in capsys.readouterr().out
    assert pdf.read_bytes().startswith(b"%PDF-")
    assert run_verifier(data).returncode == 0
    assert pdf.stat().st_mode & 0o077 == 0
    wrong = [
        ([str(lindqvist.number), *given, "--output", str(pdf)], "is already there"),
        (["99", *given, "--output", str(tmp_path / "b.pdf")], "no patient with the number"),
        (["x", *given, "--output", str(tmp_path / "b.pdf")], "no patient with the number"),
        ([str(lindqvist.number), *given, "--output", str(tmp_path / "no" / "b.pdf")], "cannot be written"),
        ([str(lindqvist.number), "--by", "nobody", *given[2:], "--output", str(tmp_path / "b.pdf")], "Nobody active"),
        ([str(lindqvist.number), *given, "--to", "2001-01-01", "--output", str(tmp_path / "b.pdf")], "covers no day"),
        ([str(lindqvist.number), *given, "--from", "21 Nov", "--output", str(tmp_path / "b.pdf")], "is not a day"),
    ]
    for arguments, words in wrong:
        with pytest.raises(CommandError, match=words):
            call_command("accounting", *arguments)
    assert Accounting.objects.count() == 1
    assert not (tmp_path / "b.pdf").exists()
