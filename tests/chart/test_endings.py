"""A signed note is cancelled, never deleted; a late entry says so with both times."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from practice.audit.models import AuditEntry
from practice.desk.worklist import home_groups
from practice.infrastructure.days import today
from practice.infrastructure.templatetags.look import day, time_of_day
from practice.people.actions.care import begin_care
from practice.people.rules import CareRole
from practice.worklist.models import Task
from practice.worklist.rules import TaskState
from records.chart.actions.cosigning import return_note
from records.chart.actions.endings import cancel_note
from records.chart.actions.notes import add_addendum, save_draft, sign_note, start_note
from records.chart.actions.sessions import start_session
from records.chart.documents import release_items, render_context
from records.chart.models import ChartNote, NoteCancellation
from records.chart.rules.notes import CancelKind, is_late_entry, overdue_on
from tests.refusals import refusal_of

from .trainees import TEXT, asked_of, make_trainee, sign_as, supervise

pytestmark = pytest.mark.django_db
REASON = "Written under the wrong name."


def cancel(by, note, kind=CancelKind.IN_ERROR, reason=REASON) -> ChartNote:
    return cancel_note(by=by, note_id=note.pk, kind=kind, reason=reason)


@pytest.fixture
def park(lindqvist, hale):
    supervise(lindqvist, hale)
    return make_trainee(lindqvist)


def test_a_cancelled_note_stays_readable_says_so_and_takes_nothing_more(hale, signed, signed_in):
    cancel(hale, signed)
    page = signed_in(hale).get(reverse("note-open", args=[signed.pk])).text
    assert "Sleeping five hours." in page and "is-cancelled" in page
    assert "Cancelled</strong> by Dr. Miriam Hale" in page and REASON in page
    assert "Sign the addendum" not in page and "Cancel the note" not in page
    for act, code in (
        (lambda: add_addendum(by=hale, note_id=signed.pk, text="x"), "NOTE_CANCELLED"),
        (lambda: cancel(hale, signed), "NOTE_CANCELLED"),
        (lambda: save_draft(by=hale, note_id=signed.pk, sections={}, base_version=2), "NOTE_SIGNED"),
    ):
        assert refusal_of(act) == code


def test_the_database_refuses_to_bring_a_cancelled_note_back_or_cancel_without_a_reason(hale, signed):
    with pytest.raises(IntegrityError), transaction.atomic():
        ChartNote.objects.filter(pk=signed.pk).update(state="cancelled")
    cancel(hale, signed)
    for changed in ({"state": "signed"}, {"state": "draft", "signed_at": None}, {"on": "2020-01-01"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ChartNote.objects.filter(pk=signed.pk).update(**changed)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChartNote.objects.filter(pk=signed.pk)._raw_delete("default")
    with pytest.raises(IntegrityError), transaction.atomic():
        signed.addenda.create(author=hale, text="x")


def test_only_the_author_cancels_and_for_a_trainee_a_supervisor_too(hale, osei, lindqvist, signed, park, signed_in):
    begin_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=timezone.localdate())
    note = sign_as(park, lindqvist)
    for one in (signed, note):
        assert refusal_of(lambda one=one: cancel(osei, one)) == "NOTE_NOT_YOURS_TO_CANCEL"
    assert signed_in(osei).get(reverse("note-cancel", args=[signed.pk])).status_code == 403
    assert refusal_of(lambda: cancel(park, signed)) == "NOTE_NOT_YOURS_TO_CANCEL"
    assert cancel(hale, note).state == "cancelled"
    assert not Task.objects.filter(state=TaskState.OPEN).exists()  # nobody is asked to co-sign it any more


def test_a_draft_is_discarded_not_cancelled_and_a_reason_is_needed(hale, draft, signed_in):
    assert refusal_of(lambda: cancel(hale, draft)) == "NOTE_NOT_SIGNED"
    with pytest.raises(IntegrityError), transaction.atomic():
        NoteCancellation.objects.create(note=draft, by=hale, kind="in_error", reason="x")
    sign_note(by=hale, note_id=draft.pk, seen_version=2)
    assert refusal_of(lambda: cancel(hale, draft, reason="  ")) == "REASON_MISSING"
    page = signed_in(hale).post(reverse("note-cancel", args=[draft.pk]), {"kind": "", "reason": "kept words"}).text
    assert "Say which of the two it is." in page and "kept words" in page


def test_a_returned_note_is_cancelled_as_it_was_signed(hale, lindqvist, park):
    note = sign_as(park, lindqvist)
    return_note(by=hale, request_id=asked_of(note, hale).pk, comment="Wrong chart?")
    save_draft(by=park, note_id=note.pk, sections={"data": "half rewritten"}, base_version=3)
    save_draft(by=park, note_id=note.pk, sections={"data": "second window"}, base_version=3)
    done = ChartNote.objects.get(pk=cancel(park, note, CancelKind.WRONG_CHART).pk)
    assert (done.state, done.sections["data"], done.signed_at) == ("cancelled", TEXT, note.signed_at)
    assert not Task.objects.filter(state=TaskState.OPEN).exists()


def test_releases_show_a_cancelled_note_and_never_the_text_of_one_from_the_wrong_chart(hale, lindqvist, signed, dap):
    add_addendum(by=hale, note_id=signed.pk, text="Beside him his mother.")
    cancel(hale, signed)
    (item,) = [one for one in release_items(lindqvist) if one.kind == "note"]
    assert item.title == "Progress note (DAP) by Dr. Miriam Hale, cancelled"
    (block,) = render_context([signed.pk], patient=lindqvist)
    assert "(cancelled)" in block.title and block.cancelled.startswith("Cancelled by Dr. Miriam Hale")
    assert block.written[0]["text"] == "Sleeping five hours."
    wrong = start_note(by=hale, patient=lindqvist, format=dap)
    save_draft(by=hale, note_id=wrong.pk, sections={"data": "About somebody else."}, base_version=1)
    sign_note(by=hale, note_id=wrong.pk, seen_version=2)
    add_addendum(by=hale, note_id=wrong.pk, text="Somebody else again.")
    cancel(hale, wrong, CancelKind.WRONG_CHART, reason="It is Ruth's.")
    (block,) = render_context([wrong.pk], patient=lindqvist)
    assert (block.written, block.addenda) == ([], [])
    assert "its text is not given out" in block.cancelled and "Ruth" not in str(block)


def test_an_internal_print_says_cancelled_and_late(hale, lindqvist, dap, signed_in):
    note = start_note(by=hale, patient=lindqvist, format=dap, on=today() - timedelta(days=18))
    save_draft(by=hale, note_id=note.pk, sections={"data": "He called."}, base_version=1)
    sign_note(by=hale, note_id=note.pk, seen_version=2, late_reason="Was ill.")
    cancel(hale, note)
    answer = signed_in(hale).get(reverse("note-print", args=[note.pk]))
    words = " ".join(" ".join(page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages).split())
    assert "(cancelled)" in words and REASON in words and "Late entry" in words and "Was ill." in words


def test_reasons_are_encrypted_and_in_no_trail(hale, signed):
    cancel(hale, signed)
    with connection.cursor() as cursor:
        cursor.execute("SELECT reason FROM chart_notecancellation")
        assert b"wrong" not in bytes(cursor.fetchone()[0])
    assert REASON not in str(list(AuditEntry.objects.values()))
    assert AuditEntry.objects.filter(event="cancelled", object_pk=str(signed.pk), detail="in_error").count() == 1


def test_a_session_whose_note_was_cancelled_waits_for_a_note_again(hale, lindqvist, signed, signed_in):
    assert home_groups(hale) == []
    cancel(hale, signed)
    assert [group.words for group in home_groups(hale)] == ["Sessions without a note"]
    assert "Write the note" in signed_in(hale).get(reverse("session-open", args=[signed.encounter_id])).text


ENDED = datetime(2026, 11, 3, 14, 53, tzinfo=UTC)


@pytest.mark.parametrize(
    ("happened", "written", "late"),
    [
        (ENDED, ENDED + timedelta(hours=24), False),
        (ENDED, ENDED + timedelta(hours=24, seconds=1), True),
        (ENDED, ENDED - timedelta(minutes=5), False),  # begun during the session
        (ENDED, None, False),  # nothing written yet
        (date(2026, 11, 3), datetime(2026, 11, 4, 23, 59, tzinfo=UTC), False),
        (date(2026, 11, 3), datetime(2026, 11, 5, 0, 0, tzinfo=UTC), True),
    ],
)
def test_a_note_first_written_more_than_a_day_after_is_a_late_entry(happened, written, late):
    assert is_late_entry(happened, written) is late


def test_a_late_entry_says_both_times_by_itself_and_keeps_its_reason(hale, lindqvist, dap, signed_in):
    began = timezone.now() - timedelta(days=18)
    session = start_session(by=hale, patient=lindqvist, started_at=began, stopped_at=began + timedelta(minutes=50))
    note = start_note(by=hale, patient=lindqvist, format=dap, encounter=session)
    assert not note.is_late  # an empty draft is not an entry
    save_draft(by=hale, note_id=note.pk, sections={"data": "He slept."}, base_version=1)
    browser, page = signed_in(hale), reverse("note-sign", args=[note.pk])
    assert "It will say so." in browser.get(page).text
    browser.post(page, {"seen_version": 2, "late_reason": "The practice was closed."})
    kept = ChartNote.objects.get(pk=note.pk)
    words = f"Late entry: session {day(began)}, written {day(kept.written_at)}, {time_of_day(kept.written_at)}"
    shown = browser.get(reverse("note-open", args=[note.pk])).text
    assert words in shown and "The practice was closed." in shown
    facts = dict(render_context([note.pk], patient=lindqvist)[0].facts)
    assert facts["Reason for lateness"] == "The practice was closed."


def test_a_note_in_time_keeps_no_reason_and_says_nothing(hale, draft, signed_in):
    ChartNote.objects.filter(pk=draft.pk).update(written_at=draft.encounter.stopped_at)
    done = sign_note(by=hale, note_id=draft.pk, seen_version=2, late_reason="none needed")
    assert not done.is_late and done.late_reason == ""
    assert "Late entry" not in signed_in(hale).get(reverse("note-open", args=[draft.pk])).text


def test_a_note_for_a_past_day_without_a_session_is_begun_on_its_day_and_none_for_a_day_to_come(
    hale, lindqvist, dap, signed_in
):
    browser, begin = signed_in(hale), reverse("note-new", args=[lindqvist.pk])
    past, coming = today() - timedelta(days=9), today() + timedelta(days=1)
    browser.post(begin, {"on": past.isoformat(), "format": dap.pk})
    assert ChartNote.objects.get().on == past
    assert "A note is not about a day to come." in browser.post(begin, {"on": coming.isoformat()}, follow=True).text
    assert ChartNote.objects.count() == 1
    assert refusal_of(lambda: start_note(by=hale, patient=lindqvist, format=dap, on=coming)) == "NOTE_IN_FUTURE"


def test_home_lists_drafts_and_unwritten_sessions_with_their_days_and_what_is_overdue(hale, lindqvist, dap):
    for ago in (9, 2):
        start_note(by=hale, patient=lindqvist, format=dap, on=today() - timedelta(days=ago))
    began = timezone.now() - timedelta(days=6)
    start_session(by=hale, patient=lindqvist, started_at=began, stopped_at=began + timedelta(minutes=50))
    drafts, sessions = home_groups(hale)
    assert [line.words.rpartition(", ")[2] for line in drafts.lines] == ["9 days ago", "2 days ago"]
    assert [line.due_on for line in drafts.lines] == [overdue_on(today() - timedelta(days=ago)) for ago in (9, 2)]
    assert sessions.lines[0].words.endswith("6 days ago")
    assert [line.due_on < today() for line in (*drafts.lines, *sessions.lines)] == [True, False, True]


def test_the_home_page_asks_the_database_no_more_for_many_notes_than_for_one(hale, lindqvist, park, dap):
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            home_groups(hale)
            home_groups(park)
        return len(queries)

    def one_more_of_each() -> None:
        start_note(by=hale, patient=lindqvist, format=dap, on=today() - timedelta(days=4))
        sign_as(park, lindqvist)
        returned = sign_as(park, lindqvist)
        return_note(by=hale, request_id=asked_of(returned, hale).pk, comment="Mend.")

    one_more_of_each()
    before = asked()
    for _ in range(4):
        one_more_of_each()
    assert asked() == before
