"""The order of a release: prepare, approve, commit, deliver, close; nothing leaves out of it."""

from datetime import timedelta
from hashlib import sha256
from io import BytesIO

import pikepdf
import pytest
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone

from authorizations.actions import add_paper, correct_authorization, record_compared, record_revocation
from disclosures.ledger.actions import LedgerBroken
from disclosures.ledger.models import Checkpoint, Entry
from disclosures.ledger.rules import Basis
from disclosures.legal.actions import record_paper
from disclosures.legal.rules import ResponseKind
from disclosures.releases import actions
from disclosures.releases.actions import GateRefused
from disclosures.releases.documents import DATA_FILE, chart_package
from disclosures.releases.models import ChartPackage, Release
from disclosures.releases.queries import chart_index, entry_of, proposal_of
from disclosures.releases.queries.remedies import explained
from disclosures.releases.rules import Method, RecipientKind, ReleaseState
from practice.audit.models import AuditEntry
from practice.audit.rules import AuditEvent
from practice.infrastructure.days import today
from practice.infrastructure.pdf import lock_pdf
from practice.infrastructure.refusals import Refused
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from records.chart.exchange.restore import is_whole_chart
from records.chart.fhir import read_json
from tests.authorizations.papers import SCAN
from tests.legal.conftest import paper_of, respond

from .conftest import CANARY, draft_of, note_keys, signed_note

pytestmark = pytest.mark.django_db


def open_tasks(release):
    return {task.kind for task in Task.objects.filter(subject_id=release.pk, state=TaskState.OPEN)}


def test_preparing_discloses_nothing_and_asks_the_clinician(prepared, hale):
    release = prepared()
    assert release.state == ReleaseState.AWAITING_APPROVAL
    assert not Entry.objects.exists()
    assert not ChartPackage.objects.exists()
    task = Task.objects.get(kind=TaskKind.RELEASE_APPROVAL)
    assert (task.subject_id, task.person) == (release.pk, hale)


def test_a_release_the_gate_refuses_is_not_saved_and_the_attempt_is_recorded(dana, hale, chart, paper):
    draft = draft_of(chart, paper(expires_on=today() - timedelta(days=1), signed_on=today() - timedelta(days=30)))
    with pytest.raises(GateRefused) as refused:
        actions.prepare_release(by=dana, release=draft, keys=note_keys(chart), approver=hale)
    assert "AUTH_DEFECT_EXPIRED" in refused.value.decision.codes()
    assert not Release.objects.exists()
    kept = AuditEntry.objects.get(event=AuditEvent.REFUSED, actor=dana, detail="gate_auth_defect_expired")
    assert (kept.additional_data["rule_result"], kept.additional_data["policy_result"]) == ("refuse", "refuse")
    assert "AUTH_DEFECT_EXPIRED" in kept.additional_data["rule_codes"]


def test_a_signed_form_that_nobody_scanned_opens_no_records_until_its_scan_is_there(dana, hale, chart, paper):
    authorization = paper(paper=None)
    with pytest.raises(GateRefused) as refused:
        actions.prepare_release(by=dana, release=draft_of(chart, authorization), keys=note_keys(chart), approver=hale)
    assert refused.value.decision.codes() == {"AUTH_NO_DOCUMENT"}
    (reason,) = explained(refused.value.decision, authorization_id=authorization.pk).reasons
    assert reason.link == f"/authorizations/{authorization.pk}/#scan"
    scan = add_paper(by=dana, authorization=authorization, paper=SCAN)
    unseen = draft_of(chart, authorization)
    with pytest.raises(GateRefused):  # nobody has looked at it yet
        actions.prepare_release(by=dana, release=unseen, keys=note_keys(chart), approver=hale)
    record_compared(by=dana, authorization=authorization, paper_id=scan.pk)
    again = draft_of(chart, authorization)
    assert actions.prepare_release(by=dana, release=again, keys=note_keys(chart), approver=hale).pk


def test_another_patients_authorization_carries_nothing(dana, hale, osei, chart, abernathy, paper):
    draft = draft_of(chart, paper(patient=abernathy))
    with pytest.raises(Refused, match="AUTHORIZATION_OF_ANOTHER"):
        actions.prepare_release(by=dana, release=draft, keys=note_keys(chart), approver=hale)


def test_a_document_of_another_chart_cannot_be_chosen(dana, hale, osei, chart, abernathy, paper):
    signed_note(osei, abernathy, 5)
    with pytest.raises(Refused, match="ITEMS_GONE"):
        actions.prepare_release(by=dana, release=draft_of(chart, paper()), keys=note_keys(abernathy), approver=hale)


def test_only_a_clinician_of_the_patient_can_be_asked_and_can_approve(dana, osei, chart, paper, prepared, castellanos):
    with pytest.raises(Refused, match="APPROVAL_BY_CLINICIAN"):
        actions.prepare_release(by=dana, release=draft_of(chart, paper()), keys=note_keys(chart), approver=osei)
    release = prepared()
    for person in (dana, castellanos):
        with pytest.raises(Refused, match="APPROVAL_BY_CLINICIAN"):
            actions.approve_release(by=person, release_id=release.pk, keep=[])
    with pytest.raises(Release.DoesNotExist):
        actions.approve_release(by=osei, release_id=release.pk, keep=[])


def test_a_stranger_to_the_chart_prepares_nothing(osei, hale, chart, paper):
    with pytest.raises(Http404):
        actions.prepare_release(by=osei, release=draft_of(chart, paper()), keys=note_keys(chart), approver=hale)


def test_the_approved_package_holds_what_was_kept_and_is_encrypted_at_rest(prepared, hale, superuser):
    release = prepared()
    first, second = release.items.all()
    actions.approve_release(by=hale, release_id=release.pk, keep=[str(first.pk)])
    package = ChartPackage.objects.get()
    assert package.sha256 == sha256(package.content).hexdigest()
    with pikepdf.open(BytesIO(package.content)) as document:
        assert len(document.pages) == package.pages
    text = pdf_text(package.content)
    assert CANARY in text
    assert "Enclosed 1 document of the chart, dated" in text  # what leaves, not what was prepared
    assert text.count("Progress note, ") == 2  # in the index, and over the document: the other was left out
    with transaction.atomic():
        raw = bytes_in_table(package)
    assert b"%PDF" not in raw
    second.refresh_from_db()
    assert second.removed
    assert open_tasks(release) == {TaskKind.RELEASE_HAND_OVER}


def bytes_in_table(package):
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM releases_chartpackage WHERE id = %s", [package.pk])
        return bytes(cursor.fetchone()[0])


def pdf_text(pdf):
    from pypdf import PdfReader

    return " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages).split())


def test_leaving_everything_out_is_no_release(prepared, hale, pdf):
    with pytest.raises(GateRefused) as refused:
        actions.approve_release(by=hale, release_id=prepared().pk, keep=[])
    assert "ITEMS_MISSING" in refused.value.decision.codes()


def test_nothing_is_committed_before_a_clinician_approved(prepared, dana):
    with pytest.raises(Refused, match="RELEASE_MOVED_ON"):
        actions.commit_release(by=dana, release_id=prepared().pk)
    assert not Entry.objects.exists()


def test_committing_enters_the_exact_bytes_in_the_ledger_and_signs_it(approved, dana):
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    release.refresh_from_db()
    entry = entry_of(release)
    assert entry.artefact_sha256 == release.sha256 == ChartPackage.objects.get().sha256
    assert entry.basis == Basis.B_AUTHORIZATION
    assert release.disclosed_on == entry.disclosed_on == today()
    assert release.verdict["rule_result"] == "allow"
    assert Checkpoint.objects.filter(size__gt=entry.index).exists()
    assert open_tasks(release) == set()


def test_a_committed_release_is_not_committed_again(approved, dana):
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    with pytest.raises(Refused, match="RELEASE_MOVED_ON"):
        actions.commit_release(by=dana, release_id=release.pk)
    assert Entry.objects.filter(release_id=release.pk).count() == 1


def test_a_revocation_after_approval_blocks_the_hand_over(approved, dana):
    release = approved()
    record_revocation(by=dana, authorization=release.authorization, written=True, received_at=timezone.now())
    with pytest.raises(GateRefused) as refused:
        actions.commit_release(by=dana, release_id=release.pk)
    assert refused.value.decision.codes() == {"AUTH_DEFECT_REVOKED"}
    assert not Entry.objects.exists()
    release.refresh_from_db()
    assert release.state == ReleaseState.APPROVED
    assert AuditEntry.objects.filter(event=AuditEvent.REFUSED, detail="gate_auth_defect_revoked").exists()


def test_a_call_to_stop_holds_the_hand_over_by_policy_alone(approved, dana):
    release = approved()
    record_revocation(by=dana, authorization=release.authorization, written=False, received_at=timezone.now())
    with pytest.raises(GateRefused) as refused:
        actions.commit_release(by=dana, release_id=release.pk)
    assert refused.value.decision.rule_result
    assert refused.value.decision.codes() == {"AUTH_ON_HOLD"}


def test_bytes_are_given_only_after_commit(approved, dana):
    with pytest.raises(Refused, match="NOT_OPEN"):
        actions.deliver(by=dana, release_id=approved().pk)


def test_the_bytes_given_are_the_bytes_in_the_ledger(approved, dana, pdf):
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    given = actions.deliver(by=dana, release_id=release.pk)
    assert given.content == pdf
    assert sha256(given.content).hexdigest() == entry_of(release).artefact_sha256
    release.refresh_from_db()
    assert release.served_at is not None
    assert str(release.patient.legal_name) not in given.filename


def test_a_revocation_between_commit_and_the_first_byte_still_stops_it(approved, dana):
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    record_revocation(by=dana, authorization=release.authorization, written=True, received_at=timezone.now())
    with pytest.raises(GateRefused):
        actions.deliver(by=dana, release_id=release.pk)
    release.refresh_from_db()
    assert release.served_at is None
    actions.close_release(by=dana, release_id=release.pk, delivered=False, on=today(), reason="revoked before it left")


def test_a_revocation_after_the_first_byte_stops_every_further_one(approved, dana):
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    actions.deliver(by=dana, release_id=release.pk)
    record_revocation(by=dana, authorization=release.authorization, written=True, received_at=timezone.now())
    with pytest.raises(GateRefused) as refused:
        actions.deliver(by=dana, release_id=release.pk)
    assert "AUTH_DEFECT_REVOKED" in refused.value.decision.codes()


@pytest.mark.parametrize("given_out_before", [False, True])
def test_what_was_entered_wrongly_does_not_leave_once_that_is_found(approved, paper, dana, given_out_before):
    """The paper names another recipient: nothing was ever allowed, so a first byte before it changes nothing."""
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    if given_out_before:
        actions.deliver(by=dana, release_id=release.pk)
    elements = {"record_classes": ["CHART"], "info_description": "Progress notes", "recipient_name": "Somebody else"}
    correct_authorization(why="Mistyped", by=dana, authorization=release.authorization, **elements)
    with pytest.raises(GateRefused) as refused:
        actions.deliver(by=dana, release_id=release.pk)
    assert "AUTH_RECORDED_IN_ERROR" in refused.value.decision.codes()


def test_bytes_that_are_not_those_in_the_ledger_never_leave(approved, dana, superuser, monkeypatch):
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    monkeypatch.setattr("disclosures.releases.actions.hand_over._bytes_of", lambda *_: b"%PDF something else")
    with pytest.raises(Refused, match="NOT_UNDER_SIGNED_ENTRY"):
        actions.deliver(by=dana, release_id=release.pk)
    release.refresh_from_db()
    assert release.served_at is None


def test_without_a_signed_checkpoint_no_byte_leaves(approved, dana, monkeypatch):
    release = approved()
    monkeypatch.setattr("disclosures.releases.actions.hand_over.sign", lambda: False)
    actions.commit_release(by=dana, release_id=release.pk)
    with pytest.raises(Refused, match="NOT_UNDER_SIGNED_ENTRY"):
        actions.deliver(by=dana, release_id=release.pk)


def test_a_log_that_cannot_be_signed_keeps_the_hand_over_and_gives_out_nothing(approved, dana, monkeypatch):
    release = approved()

    def broken():
        raise LedgerBroken("the checkpoint file is empty or gone")

    monkeypatch.setattr("disclosures.releases.actions.ledger.sign_checkpoint", broken)
    actions.commit_release(by=dana, release_id=release.pk)
    assert entry_of(release) is not None
    with pytest.raises(Refused, match="NOT_UNDER_SIGNED_ENTRY"):
        actions.deliver(by=dana, release_id=release.pk)


def test_getting_the_package_signs_what_an_earlier_failure_left_unsigned(approved, dana, monkeypatch, pdf):
    release = approved()
    with monkeypatch.context() as patch:
        patch.setattr("disclosures.releases.actions.hand_over.sign", lambda: False)
        actions.commit_release(by=dana, release_id=release.pk)
    assert actions.deliver(by=dana, release_id=release.pk).content == pdf


def test_closing_adds_a_further_leaf(approved, dana):
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    actions.deliver(by=dana, release_id=release.pk)
    actions.close_release(by=dana, release_id=release.pk, delivered=True, on=today(), receipt="signed for")
    release.refresh_from_db()
    assert release.state == ReleaseState.DELIVERED
    assert list(Entry.objects.order_by("index").values_list("kind", flat=True)) == ["disclosure", "delivery"]
    with pytest.raises(Refused, match="NOT_OPEN"):
        actions.deliver(by=dana, release_id=release.pk)


@pytest.mark.parametrize(
    ("code", "given"),
    [
        ("WRONG_DAY", {"delivered": True, "on": 1}),
        ("WRONG_DAY", {"delivered": True, "on": -1}),
        ("NO_REASON", {"delivered": False, "on": 0, "reason": " "}),
    ],
)
def test_an_end_that_cannot_be_is_refused(approved, dana, code, given):
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    actions.deliver(by=dana, release_id=release.pk)
    given = {**given, "on": today() + timedelta(days=given["on"])}
    with pytest.raises(Refused, match=code):
        actions.close_release(by=dana, release_id=release.pk, **given)


def test_nothing_that_was_never_given_out_is_called_delivered(approved, dana):
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    with pytest.raises(Refused, match="NOTHING_SERVED"):
        actions.close_release(by=dana, release_id=release.pk, delivered=True, on=today())


def test_a_locked_file_opens_with_its_passphrase_only_and_its_hash_is_the_one_entered(approved, dana):
    release = approved(method=Method.LOCKED_FILE)
    with pytest.raises(Refused, match="NO_PACKAGE"):
        actions.commit_release(by=dana, release_id=release.pk)
    first = actions.lock_package(by=dana, release_id=release.pk)
    passphrase = actions.lock_package(by=dana, release_id=release.pk)
    assert passphrase != first
    actions.commit_release(by=dana, release_id=release.pk)
    given = actions.deliver(by=dana, release_id=release.pk).content
    assert sha256(given).hexdigest() == entry_of(release).artefact_sha256
    for wrong in ("", first):
        with pytest.raises(pikepdf.PasswordError):
            pikepdf.open(BytesIO(given), password=wrong)
    with pikepdf.open(BytesIO(given), password=passphrase) as document:
        assert document.encryption.R == 6
    with pytest.raises(Refused, match="RELEASE_MOVED_ON"):
        actions.lock_package(by=dana, release_id=release.pk)


def test_a_withdrawn_release_goes_nowhere(approved, dana):
    release = approved()
    actions.withdraw_release(by=dana, release_id=release.pk, reason="not needed any more")
    with pytest.raises(Refused, match="RELEASE_MOVED_ON"):
        actions.commit_release(by=dana, release_id=release.pk)
    assert open_tasks(release) == set()


def test_what_nobody_confirmed_for_a_day_goes_to_the_compliance_officer_once(approved, dana):
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    assert actions.reconcile(now=timezone.now() + timedelta(hours=23)) == 0
    later = timezone.now() + timedelta(hours=25)
    assert actions.reconcile(now=later) == actions.reconcile(now=later) == 1
    assert open_tasks(release) == {TaskKind.RELEASE_UNCONFIRMED}
    actions.close_release(by=dana, release_id=release.pk, delivered=False, on=today(), reason="came back")
    assert open_tasks(release) == set()
    assert actions.reconcile(now=later) == 0


def test_the_whole_chart_to_a_payer_needs_its_reason(dana, hale, chart):
    from disclosures.releases.queries import item_key
    from records.chart.documents import release_items

    everything = [item_key(info) for info in release_items(chart)]
    draft = draft_of(
        chart, None, basis=Basis.B_PAYMENT, recipient_kind=RecipientKind.PAYER, recipient_name="Prairie Health Plan"
    )
    with pytest.raises(GateRefused) as refused:
        actions.prepare_release(by=dana, release=draft, keys=everything, approver=hale)
    assert refused.value.decision.codes() == {"WHOLE_CHART_UNJUSTIFIED", "PAYER_DOCUMENTS"}
    draft.justification = "appeal of the whole episode"
    with pytest.raises(GateRefused) as refused:
        actions.prepare_release(by=dana, release=draft, keys=everything, approver=hale)
    assert refused.value.decision.codes() == {"PAYER_DOCUMENTS"}, "one free sentence does not open everything"
    draft.facts = draft.facts | {"required_documents": "all of it, by contract section 4"}
    assert actions.prepare_release(by=dana, release=draft, keys=everything, approver=hale).whole_chart


def test_what_lies_outside_the_days_of_an_order_stays_here_and_all_of_it_once_it_is_quashed(dana, hale, chart):
    first = today() - timedelta(days=25)
    order = paper_of(chart, recipient_name="Circuit Court of Sangamon County")
    order = record_paper(by=dana, paper=order, document=SCAN)
    draft = draft_of(
        chart,
        None,
        basis=Basis.B_COURT_ORDER,
        process="LP_COURT_ORDER",
        recipient_name="Circuit Court of Sangamon County",
        recipient_kind=RecipientKind.COURT,
        facts={
            "issuer": "Circuit Court",
            "scope": "notes since",
            "scope_from": first.isoformat(),
            "within_scope": "yes",
            "paper": str(order.pk),
        },
    )
    lines = chart_index(chart, proposal_of(draft, [], on=today()))
    outside = [line.key for line in lines if line.refusal and line.refusal.code == "OUTSIDE_SCOPE"]
    assert note_keys(chart)[1] in outside and note_keys(chart)[0] not in outside, "shown before anybody chooses"
    with pytest.raises(GateRefused) as refused:
        actions.prepare_release(by=dana, release=draft, keys=note_keys(chart), approver=hale)
    assert refused.value.decision.codes() == {"OUTSIDE_SCOPE"}
    release = actions.prepare_release(by=dana, release=draft, keys=note_keys(chart)[:1], approver=hale)
    respond(dana, order, ResponseKind.CLOSED)
    with pytest.raises(GateRefused, match="PAPER_OVER"):
        actions.approve_release(by=hale, release_id=release.pk, keep=[row.pk for row in release.items.all()])


@pytest.mark.parametrize("state", [ReleaseState.COMMITTED, ReleaseState.DELIVERED])
def test_the_database_keeps_no_committed_release_without_hand_over_and_hash(prepared, state):
    release = prepared()
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.filter(pk=release.pk).update(state=state)


def test_the_database_keeps_no_psychotherapy_release_before_its_commit(prepared):
    release = prepared()
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.filter(pk=release.pk).update(record_class="PN")


def test_a_package_cannot_be_changed_afterwards(approved):
    from django.db import DatabaseError

    release = approved()
    with pytest.raises(DatabaseError), transaction.atomic():
        ChartPackage.objects.filter(release=release).update(sha256="0" * 64)


def test_the_whole_chart_leaves_as_data_inside_the_locked_file_and_nowhere_else(prepared, hale):
    with pytest.raises(Refused, match="DATA_ON_PAPER"):
        prepared(with_data=True, method=Method.MAIL)
    release = prepared(method=Method.LOCKED_FILE, with_data=True)
    release.every_item, release.recipient_kind = True, RecipientKind.PROVIDER  # who takes over the treatment
    pdf, _pages = chart_package(release, list(release.items.all()), approved_by=hale)
    with pikepdf.open(BytesIO(lock_pdf(pdf, "k7qm-2xwd")), password="k7qm-2xwd") as document:
        data = document.attachments[DATA_FILE].get_file().read_bytes()
    assert is_whole_chart(read_json(data))
    with pytest.raises(pikepdf.PasswordError):
        pikepdf.open(BytesIO(lock_pdf(pdf, "k7qm-2xwd")))


def test_as_data_leaves_only_what_was_chosen_and_read(prepared, dana, hale, chart, pdf):
    release = prepared(method=Method.LOCKED_FILE)
    Release.objects.filter(pk=release.pk).update(with_data=True, every_item=True)
    keep = [str(row.pk) for row in release.items.all()]
    with pytest.raises(Refused, match="CHART_HAS_GROWN"):
        actions.approve_release(by=hale, release_id=release.pk, keep=keep)
    assert not ChartPackage.objects.exists()
