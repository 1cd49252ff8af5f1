"""What was approved is what leaves: a package that reads otherwise than the chart stays, and is read anew."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from disclosures.ledger.models import Entry
from disclosures.ledger.rules import Basis
from disclosures.releases import actions
from disclosures.releases.actions.anew import read_anew
from disclosures.releases.actions.download import offer_download
from disclosures.releases.actions.redact import Passage, black_out
from disclosures.releases.models import ChartPackage, Redaction, Release
from disclosures.releases.queries import item_key
from disclosures.releases.queries.frozen import changed_among, changes_since_approval
from disclosures.releases.rules import Method, RecipientKind, ReleaseState
from disclosures.releases.rules.redaction import RedactionReason
from practice.infrastructure.blackout import Span
from practice.infrastructure.refusals import Refused
from practice.infrastructure.templatetags.look import day
from practice.outside.models import Link
from practice.outside.rules import CodeGiven
from practice.people.models import Patient, Staff
from practice.worklist.models import Task
from practice.worklist.rules import TaskKind, TaskState
from records.chart.actions.documents import FilingFacts, correct_filing, file_document, take_out
from records.chart.actions.endings import cancel_note
from records.chart.actions.measures import record_measure, replace_measure
from records.chart.actions.notes import add_addendum
from records.chart.actions.sessions import start_session, strike_session
from records.chart.documents import blocks_found, release_items
from records.chart.models import ChartNote, DocumentFiling, Encounter, Measure
from records.chart.rules.measures import current_of
from records.chart.rules.notes import CancelKind
from tests.chart.test_filing import facts, taken

from .conftest import draft_of, signed_note

pytestmark = pytest.mark.django_db
Frozen = Callable[..., Release]
PHQ_9 = current_of("phq-9")
CALM = {str(item): 1 for item in range(1, 9)} | {"9": 0}


def measured(by: Staff, patient: Patient, days_ago: int = 3) -> Measure:
    assert PHQ_9 is not None
    at = timezone.now() - timedelta(days=days_ago)
    return record_measure(by=by, patient=patient, definition=PHQ_9, answers=CALM, taken_at=at)


@pytest.fixture
def rich(hale: Staff, dana: Staff, chart: Patient) -> Patient:
    """Two notes with their sessions, a session without a note, a measure, a filed document."""
    began = timezone.now() - timedelta(days=5)
    start_session(by=hale, patient=chart, started_at=began, stopped_at=began + timedelta(minutes=50))
    measured(hale, chart)
    file_document(by=dana, patient=chart, taken=taken(), facts=facts())
    return chart


@pytest.fixture
def frozen(dana: Staff, hale: Staff, rich: Patient, paper: Callable[..., Any], pdf: bytes) -> Frozen:
    """`frozen(...)`: the whole of that chart, approved by Dr. Hale."""

    def make(*, leave_out: bool = False, **changes: Any) -> Release:
        draft = draft_of(rich, paper(info_description="The chart"), facts={"within_words": "yes"}, **changes)
        keys = [item_key(info) for info in release_items(rich)]
        release = actions.prepare_release(by=dana, release=draft, keys=keys, approver=hale)
        if leave_out:
            item = release.items.filter(kind="note").first()
            assert item is not None
            passages = [Passage("written.0", Span(0, 9))]
            black_out(
                by=hale,
                release_id=release.pk,
                item_id=item.pk,
                passages=passages,
                reason=RedactionReason.OTHER,
                words="his brother",
            )
        keep = [str(item.pk) for item in release.items.all()]
        return actions.approve_release(by=hale, release_id=release.pk, keep=keep)

    return make


def item_of(release: Release, kind: str) -> Any:
    return release.items.filter(kind=kind).first()


def correct_by_addendum(hale: Staff, release: Release) -> None:
    add_addendum(by=hale, note_id=item_of(release, "note").object_id, text="It was his sister who called.")


def cancel(hale: Staff, release: Release) -> None:
    note = release.items.filter(kind="note").last().object_id
    cancel_note(by=hale, note_id=note, kind=CancelKind.WRONG_CHART, reason="About somebody else")


def enter_in_error(hale: Staff, release: Release) -> None:
    measure = Measure.objects.get(pk=item_of(release, "measure").object_id)
    replace_measure(by=hale, measure=measure, answers=None, taken_at=None, reason="Another patient's questionnaire")


def strike(hale: Staff, release: Release) -> None:
    noted = ChartNote.objects.values("encounter")
    session = Encounter.objects.exclude(pk__in=noted).get()
    strike_session(by=hale, encounter=session, reason="Never took place")


def file_anew(hale: Staff, release: Release) -> None:
    document = item_of(release, "document").object_id
    seen = DocumentFiling.objects.get(document=document, replaced_by__isnull=True).pk
    told = FilingFacts(dated_on=facts().dated_on, kind="report", source="Somebody else", from_outside=True)
    correct_filing(by=hale, document_id=document, seen=seen, facts=told)


def take_out_of_chart(hale: Staff, release: Release) -> None:
    take_out(by=hale, document_id=item_of(release, "document").object_id, reason="It is another patient's")


# each touches a document of its own
WRITTEN: list[tuple[Callable[[Staff, Release], None], str]] = [
    (correct_by_addendum, "an addendum was added"),
    (cancel, "cancelled"),
    (enter_in_error, "entered in error"),
    (strike, "cancelled"),
    (file_anew, "it was filed anew"),
    (take_out_of_chart, "it is not in the chart any more"),
]


def test_what_the_chart_says_otherwise_since_does_not_leave_and_the_refusal_names_it(
    frozen: Frozen, hale: Staff, dana: Staff, rich: Patient
) -> None:
    release = frozen()
    assert changes_since_approval(release) == [] and changed_among([release]) == {}
    signed_note(hale, rich, 1, "What comes to the chart since is not in the package.")
    assert changed_among([release]) == {}
    for write, words in WRITTEN:
        before = hows(release)
        write(hale, release)
        assert (hows(release) - before) == {words: 1}, "lists say so before anybody tries"
    with pytest.raises(Refused) as refused:
        actions.commit_release(by=dana, release_id=release.pk)
    refusal = refused.value.refusal
    assert refusal.code == "CHANGED_SINCE_APPROVED"
    measure = next(row for row in release.items.all() if row.kind == "measure")
    assert f"{day(measure.on)}, Measure: PHQ-9: changed since it was approved: entered in error." in refusal.words
    assert refusal.words.count("changed since it was approved") == 5  # the document was filed anew, then taken out
    assert Release.objects.get(pk=release.pk).state == ReleaseState.APPROVED


def hows(release: Release) -> Counter[str]:
    return Counter(how for one in changed_among([release]).get(release.pk, []) for how in one.how)


def test_what_is_corrected_after_it_was_given_out_is_not_given_out_again(
    approved: Frozen, hale: Staff, dana: Staff
) -> None:
    release = approved()
    actions.commit_release(by=dana, release_id=release.pk)
    actions.deliver(by=dana, release_id=release.pk)
    correct_by_addendum(hale, release)
    with pytest.raises(Refused, match="CHANGED_SINCE_APPROVED"):
        actions.deliver(by=dana, release_id=release.pk)
    with pytest.raises(Refused, match="GIVEN_OUT_ALREADY"):
        read_anew(by=dana, release_id=release.pk)


def test_one_click_asks_the_clinician_anew_and_keeps_the_choice_and_what_was_left_out(
    frozen: Frozen, hale: Staff, dana: Staff, signed_in: Callable[[Staff], Client]
) -> None:
    release = frozen(leave_out=True, method=Method.LOCKED_FILE)
    actions.lock_package(by=dana, release_id=release.pk)
    take_out_of_chart(hale, release)
    correct_by_addendum(hale, release)
    desk = signed_in(dana)
    page = desk.get(reverse("release-open", args=[release.pk])).content.decode()
    assert "an addendum was added" in page and "Ask Dr. Miriam Hale to read it anew" in page
    assert "Hand over and enter" not in desk.get(reverse("release-hand-over", args=[release.pk])).content.decode()
    assert "2 documents changed since it was approved" in desk.get(reverse("release-list-all")).content.decode()
    assert "Blocked: changed since it was approved" in desk.get("/").content.decode()
    assert "The gate says yes" not in page, "one answer: it may not leave"
    assert release.number not in desk.get(f"{reverse('release-list-all')}?show=ready").content.decode()

    answer = desk.post(reverse("release-read-anew", args=[release.pk]))
    assert answer.url == reverse("release-open", args=[release.pk])
    release.refresh_from_db()
    assert (release.state, release.approved_by) == (ReleaseState.AWAITING_APPROVAL, None)
    assert {task.kind for task in Task.objects.filter(subject_id=release.pk, state=TaskState.OPEN)} == {
        TaskKind.RELEASE_APPROVAL
    }
    clinician, path = signed_in(hale), reverse("release-approve", args=[release.pk])
    shown = clinician.get(path)
    page = shown.content.decode()
    assert "It was his sister who called." in page and "1 passage left out" in page
    keep = [str(row.pk) for row in release.items.filter(removed=False)]
    assert len(keep) == release.items.count() - 1, "what is not in the chart any more cannot be read"
    clinician.post(path, {"keep": keep, "approve": "1"})
    release.refresh_from_db()
    assert release.state == ReleaseState.AWAITING_APPROVAL, "an approval that does not say what was read is none"
    clinician.post(path, {"keep": keep, "approve": "1", "read": shown.context["read"]})
    release.refresh_from_db()
    assert release.state == ReleaseState.APPROVED and changes_since_approval(release) == []
    with pytest.raises(Refused, match="NO_PACKAGE"):  # the locked file of the earlier approval is not what leaves
        actions.commit_release(by=dana, release_id=release.pk)
    actions.lock_package(by=dana, release_id=release.pk)
    actions.commit_release(by=dana, release_id=release.pk)
    assert ChartPackage.objects.filter(release=release).count() == 4


@pytest.mark.parametrize("permission", ["", "Form of May 3"])
def test_after_the_hand_over_was_entered_the_same_choice_waits_under_a_new_number(
    frozen: Frozen, hale: Staff, osei: Staff, dana: Staff, permission: str
) -> None:
    release = frozen(leave_out=True)
    actions.commit_release(by=dana, release_id=release.pk)
    went_on = {"override_code": "referred", "override_by": osei, "override_at": release.approved_at}
    to_provider = {"basis": Basis.B_TREATMENT, "authorization": None, "recipient_kind": RecipientKind.PROVIDER}
    given = to_provider | went_on | {"treatment_permission": permission}
    release.refresh_from_db()
    for name, value in given.items():
        setattr(release, name, value)
    release.save(update_fields=list(given))
    correct_by_addendum(hale, release)
    again = read_anew(by=dana, release_id=release.pk)
    release.refresh_from_db()
    assert (release.state, again.state) == (ReleaseState.NOT_DELIVERED, ReleaseState.AWAITING_APPROVAL)
    assert again.number != release.number and again.recipient_name == release.recipient_name
    went_on = {"override_code": "", "override_by": None, "override_at": None} if permission else went_on
    assert {name: getattr(again, name) for name in went_on} == went_on, "not who asks now, and only where it is needed"
    assert set(again.items.values_list("object_id")) == set(release.items.values_list("object_id"))
    [cut] = Redaction.objects.filter(item__release=again)
    assert (cut.words, cut.made_by) == ("his brother", hale)
    assert [entry.kind for entry in Entry.objects.order_by("index")] == ["disclosure", "delivery"]


def test_a_link_to_what_changed_is_not_made_and_one_that_was_made_opens_nothing(
    approved: Frozen, hale: Staff, dana: Staff
) -> None:
    release = approved(method=Method.DOWNLOAD)
    offer_download(by=dana, release_id=release.pk, days=1, code_given=CodeGiven.IN_PERSON)
    with pytest.raises(Refused, match="NOTHING_CHANGED"):
        read_anew(by=dana, release_id=release.pk)
    correct_by_addendum(hale, release)
    with pytest.raises(Refused, match="CHANGED_SINCE_APPROVED"):
        offer_download(by=dana, release_id=release.pk, days=1, code_given=CodeGiven.IN_PERSON)
    read_anew(by=hale, release_id=release.pk)
    assert Link.objects.get().closed_why == "stopped"


def test_what_is_written_while_the_package_is_made_is_not_approved_unread(
    prepared: Frozen, hale: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer between the reading and the freezing: it is read again under the lock, in the same transaction."""
    release = prepared()

    def overtaken(*_args: Any, **_more: Any) -> tuple[bytes, int]:
        correct_by_addendum(hale, release)
        return b"%PDF-", 1

    monkeypatch.setattr("disclosures.releases.actions.prepare.chart_package", overtaken)
    with pytest.raises(Refused, match="CHANGED_SINCE_READ"):
        actions.approve_release(by=hale, release_id=release.pk, keep=[str(row.pk) for row in release.items.all()])
    release.refresh_from_db()
    assert release.state == ReleaseState.AWAITING_APPROVAL and not ChartPackage.objects.exists()


def test_what_is_kept_of_a_reading_is_encrypted(approved: Frozen) -> None:
    """Some documents have few possible answers: their hash alone would give them away."""
    release = approved()
    with connection.cursor() as cursor:
        cursor.execute("SELECT as_approved FROM releases_releaseitem WHERE release_id = %s", [release.pk])
        stored = b"".join(bytes(row[0]) for row in cursor.fetchall())
    kept = item_of(release, "note").as_approved
    assert len(kept["text"]) == 64 and kept["text"].encode() not in stored


def test_asking_whether_a_package_still_reads_the_same_takes_no_more_queries_for_more_documents(
    hale: Staff, dana: Staff, rich: Patient
) -> None:
    few = queries_for(rich)
    for days_ago in (9, 8, 7):
        note = signed_note(hale, rich, days_ago)
        add_addendum(by=hale, note_id=note.pk, text="Added.")
        measured(hale, rich, days_ago)
        data = f"%PDF-1.7 {days_ago}".encode()
        file_document(by=dana, patient=rich, taken=taken(data), facts=facts())
    assert queries_for(rich) == few


def queries_for(patient: Patient) -> int:
    ids = [info.id for info in release_items(patient)]
    with CaptureQueriesContext(
        connection,
    ) as found:
        blocks_found(ids, patient=patient)
    return len(found)
