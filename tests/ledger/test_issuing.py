"""An issued accounting: what is in it, what leaves no trace, what is frozen, and that a stranger can check it."""

import html
import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.core.management import CommandError, call_command
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from pypdf import PdfReader

from disclosures.ledger import actions, checkpoints, documents, issuing, log, merkle, verify_accounting
from disclosures.ledger.bases import Basis
from disclosures.ledger.models import Accounting, Entry
from disclosures.ledger.particulars import Particulars, Recipient
from disclosures.ledger.rules import Reason, ResearchActivity
from disclosures.ledger.suspensions import Suspension, SuspensionKind
from disclosures.ledger.verification import verify
from practice.compliance.models import PolicySetting
from practice.infrastructure.keys import keyring
from practice.infrastructure.refusals import Refused
from practice.worklist.queries import tasks_about
from practice.worklist.rules import TaskKind

pytestmark = pytest.mark.django_db

ASKED = date(2026, 11, 21)
BOARD = {
    "basis": Basis.B_OVERSIGHT,
    "recipient": Recipient("State Licensing Board", "oversight agency"),
    "purpose": "Investigation 77",
    "description": "Session dates",
}


@pytest.fixture(autouse=True)
def november(settings):
    with time_machine.travel("2026-11-21T18:00:00Z", tick=True):
        yield


@pytest.fixture
def issue(castellanos, lindqvist):
    def make(**more):
        given = {"requested_on": ASKED, "received_on": ASKED, "patient": lindqvist} | more
        return actions.prepare_accounting(by=castellanos, **given)

    return make


@pytest.fixture(autouse=True)
def quick_pages(request, monkeypatch):
    """The page's words without layout, which takes seconds; tests of the file itself ask for `real_pages`."""
    if "real_pages" not in request.fixturenames:
        monkeypatch.setattr(
            documents, "render_pdf", lambda template, context, attachments: render_to_string(template, context).encode()
        )


@pytest.fixture
def real_pages():
    """The pages as PDF."""


def text_of(accounting):
    if accounting.pdf.startswith(b"%PDF-"):
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(accounting.pdf)).pages)
    return html.unescape(strip_tags(accounting.pdf.decode().split("</head>")[1]))


def words_of(accounting):
    return " ".join(text_of(accounting).split())


def hold(castellanos, entry, **more):
    given = {"statement_on": date(2026, 11, 1), "received_on": date(2026, 11, 1), "until": date(2026, 12, 31)} | more
    statement = Suspension(more.pop("kind", SuspensionKind.SUSP_WRITTEN), **given)
    return actions.suspend(by=castellanos, entry_id=entry.pk, statement=statement, agency="State Licensing Board")


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


def corrected(given, day):
    return Particulars(disclosed_on=date.fromisoformat(day), **given)


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


@pytest.mark.parametrize("basis", [Basis.B_SERIOUS_THREAT, Basis.B_COURT_ORDER, Basis.B_CORONER, Basis.B_IMPERMISSIBLE])
def test_only_oversight_and_police_disclosures_can_be_suspended(disclose, castellanos, basis):
    """R-084, W-28."""
    entry = disclose(day="2026-03-10", basis=basis)
    with pytest.raises(Refused, match="NOT_SUSPENDABLE"):
        hold(castellanos, entry)


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


def test_issued_accountings_stand_in_the_log_and_a_changed_one_is_found(disclose, issue, superuser, checkpoint_file):
    disclose()
    accounting = issue()
    entry = Entry.objects.get(kind="accounting")
    assert entry.public["pdf_sha256"] == sha256(accounting.pdf).hexdigest()
    assert log.sign_checkpoint().size == entry.index + 1


@pytest.mark.committing
def test_a_changed_or_missing_accounting_is_named(disclose, issue, superuser, checkpoint_file):
    disclose()
    accounting = issue()
    keys = keyring().public_keys("ledger").values()
    database = superuser("default")
    database.execute("SET session_replication_role = replica")
    assert verify(checkpoints.split_notes(checkpoint_file.read_text()), keys).ok
    for act in (
        f"UPDATE ledger_accounting SET pdf_sha256 = '{'0' * 64}'",
        "UPDATE ledger_accounting SET pdf = data",
        "DELETE FROM ledger_accounting",
    ):
        database.execute(act)
        report = verify(checkpoints.split_notes(checkpoint_file.read_text()), keys)
        assert (report.ok, report.index) == (False, 1)
    assert accounting.number == "AD-2026-0001"


VERIFIER = Path(verify_accounting.__file__)


def run_verifier(path, *arguments):
    return subprocess.run(
        [sys.executable, "-I", str(VERIFIER), str(path), *arguments], capture_output=True, text=True, check=False
    )


def test_a_stranger_checks_the_data_with_one_script(disclose, issue, tmp_path):
    disclose(purpose="Court order of May 4, 2023")
    disclose(purpose="Émile’s 案件 🌿")
    accounting = issue()
    path = tmp_path / "accounting.json"
    path.write_bytes(accounting.data)
    print_on_paper = checkpoints.fingerprint(next(iter(keyring().public_keys("ledger").values())))
    done = run_verifier(path, "--key", print_on_paper)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Verified: accounting AD-2026-0001, 2 disclosure(s)." in done.stdout
    assert "Court order of May 4, 2023" in done.stdout
    assert print_on_paper in text_of(accounting)
    assert run_verifier(path, "--key", "0000 0000").returncode == 1
    assert run_verifier(tmp_path / "nothing.json").returncode == 1
    path.write_bytes(b"")
    assert "NOT VERIFIED" in run_verifier(path).stdout


def test_what_somebody_typed_cannot_look_like_a_line_of_the_verifier(disclose, issue, tmp_path):
    disclose(purpose="Audit\n  entry 99  2024-01-01  Nobody; nothing\x1b[2K")
    path = tmp_path / "accounting.json"
    path.write_bytes(issue().data)
    lines = run_verifier(path).stdout.splitlines()
    assert sum(line.startswith("  entry") for line in lines) == 1 and "\x1b" not in "".join(lines)


def test_one_changed_character_anywhere_is_found(disclose, issue):
    disclose()
    raw = issue().data.decode()
    verify_accounting.check(raw.encode())
    for place in range(0, len(raw), max(1, len(raw) // 40)):
        changed = raw[:place] + ("x" if raw[place] != "x" else "y") + raw[place + 1 :]
        with pytest.raises(Exception):  # noqa: B017 - any refusal; the script turns each into "NOT VERIFIED"
            verify_accounting.check(changed.encode())
    for change in ("  ", "\n", "\r\n"):
        with pytest.raises(verify_accounting.Wrong):
            verify_accounting.check((raw + change).encode())


def test_a_forged_accounting_that_lists_the_practices_key_beside_its_own_is_not_verified(disclose, issue, tmp_path):
    disclose()
    real = json.loads(issue().data)
    forger = Ed25519PrivateKey.generate()
    own = forger.public_key().public_bytes_raw()
    document = real["document"]
    entry = document["entries"][0]
    body = json.loads(entry["body"]) | {"index": 0}
    body["recipient"]["name"] = "Somebody who never received anything"
    entry |= {"body": json.dumps(body, sort_keys=True, separators=(",", ":")), "index": 0, "path": []}
    root = merkle.leaf_hash(entry["body"].encode())
    origin = document["checkpoint"].split("\n")[0]
    head = checkpoints.Head(origin, 1, root, datetime(2026, 11, 21, tzinfo=UTC))
    document["checkpoint"] = checkpoints.sign(head, forger)
    text = verify_accounting.text_of(document).encode()
    forged = real | {
        "document": document,
        "keys": [own.hex(), *real["keys"]],
        "signature": forger.sign(b"accounting of disclosures\n" + text).hex(),
    }
    path = tmp_path / "forged.json"
    path.write_text(verify_accounting.text_of(forged))
    practice = checkpoints.fingerprint(next(iter(keyring().public_keys("ledger").values())))
    assert run_verifier(path, "--key", practice).returncode == 1
    shown = run_verifier(path)
    assert shown.returncode == 0, shown.stdout  # consistent in itself, under a key that is not on the paper
    assert practice not in shown.stdout


def test_an_accounting_signed_with_another_key_shows_another_fingerprint(disclose, issue, monkeypatch):
    disclose()
    raw = issue().data
    signer, _, _ = verify_accounting.check(raw)
    own = checkpoints.fingerprint(next(iter(keyring().public_keys("ledger").values()))).replace(" ", "")
    assert signer == own


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
