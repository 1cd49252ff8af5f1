"""Sessions on record: entered once, corrected or struck out with what was said before, and with whom they were held."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from practice.desk.worklist import home_groups
from practice.people.actions.care import begin_care
from practice.people.rules import CareRole
from records.chart.actions.endings import cancel_note
from records.chart.actions.notes import start_note
from records.chart.actions.sessions import Presence, correct_session, strike_session
from records.chart.documents import render_context
from records.chart.models import Encounter, NoteFormat, SessionChange
from records.chart.queries.notes import usual_format
from records.chart.queries.sessions import sessions_of, sessions_to_write
from records.chart.rules.notes import CancelKind
from tests.refusals import refusal_of

from .conftest import recently, url
from .sessions import own_note, signed_note

pytestmark = pytest.mark.django_db


def test_a_session_that_is_planned_or_on_record_is_not_entered_a_second_time(hale, lindqvist, session, signed_in):
    at = timezone.localtime(session.started_at)
    sent = {"day": at.date(), "start": at.time(), "kind": "individual", "modality": "video", "then": "session"}
    format = usual_format(hale)
    answer = signed_in(hale).post(
        reverse("session-new", args=[lindqvist.pk]), sent | {"format": format.pk, "attendance": "attended"}
    )
    assert "on record already. Write its note, or choose another time." in answer.content.decode()
    assert Encounter.objects.count() == 1


def corrected(by, session, **other):
    given = {"kind": "individual", "modality": "video", "others_present": ""}
    return correct_session(
        by=by, encounter=session, started_at=session.started_at, stopped_at=session.stopped_at, **given | other
    )


def test_a_session_whose_signed_notes_are_all_cancelled_is_corrected_and_what_it_said_is_kept(
    signed_in, hale, lindqvist, session, dap
):
    note = signed_note(hale, session, lindqvist, dap)
    assert refusal_of(lambda: corrected(hale, session, modality="phone")) == "SESSION_SIGNED"
    cancel_note(by=hale, note_id=note.pk, kind=CancelKind.IN_ERROR, reason="Twice.")
    corrected(hale, session, modality="phone", presence=Presence(cpt="90834", code_reason="Counted."))
    corrected(hale, session, modality="phone", presence=Presence(cpt="90834", code_reason="Counted."))
    (kept,) = SessionChange.objects.all()
    assert "Video, Attended" in kept.was and kept.changed_by == hale
    shown = signed_in(hale).get(url("session-open", session.pk)).text
    assert kept.was in shown and url("session-correct", session.pk) in shown
    with pytest.raises(DatabaseError), transaction.atomic():
        SessionChange.objects.all().delete()


def test_a_session_entered_in_error_stays_visible_as_cancelled_and_asks_for_no_note(
    signed_in, hale, lindqvist, session, dap
):
    browser, page = signed_in(hale), url("session-open", session.pk)
    note = signed_note(hale, session, lindqvist, dap)
    assert url("session-strike", session.pk) not in browser.get(page).text
    assert refusal_of(lambda: strike_session(by=hale, encounter=session, reason="Twice.")) == "SESSION_SIGNED"
    cancel_note(by=hale, note_id=note.pk, kind=CancelKind.IN_ERROR, reason="Twice.")
    assert list(sessions_to_write(hale, lindqvist)) == [session]
    assert url("session-strike", session.pk) in browser.get(page).text
    assert "Say what was wrong." in browser.post(url("session-strike", session.pk), {"reason": " "}).text
    assert browser.post(url("session-strike", session.pk), {"reason": "Recorded twice."}).status_code == 302
    shown = browser.get(page).text
    assert "Entered in error" in shown and "Recorded twice." in shown and "Write the note" not in shown
    assert not sessions_to_write(hale, lindqvist).exists() and home_groups(hale) == []
    assert list(sessions_of(lindqvist)) == [session]
    (block,) = [one for one in render_context([session.pk], patient=lindqvist) if one.kind == "session"]
    assert ("Cancelled", "Entered in error") in block.facts and "Attendance" not in dict(block.facts)
    chart = browser.get(url("patient-page", lindqvist.pk)).text
    assert page in chart and "cancelled" in chart
    session.refresh_from_db()
    assert refusal_of(lambda: strike_session(by=hale, encounter=session, reason="Again.")) == "SESSION_NOT_ON_RECORD"
    assert refusal_of(lambda: own_note(hale, session, lindqvist, dap)) == "SESSION_CANCELLED"


def test_a_session_is_not_struck_out_under_a_draft_nor_by_somebody_else(hale, osei, lindqvist, session, dap):
    begin_care(by=hale, patient=lindqvist, staff=osei, role=CareRole.TREATING, from_on=timezone.localdate())
    assert refusal_of(lambda: strike_session(by=osei, encounter=session, reason="Twice.")) == "SESSION_NOT_YOURS"
    own_note(hale, session, lindqvist, dap)
    assert refusal_of(lambda: strike_session(by=hale, encounter=session, reason="Twice.")) == "SESSION_HAS_DRAFT"


@pytest.mark.parametrize("kind", ["couple", "family", "group"])
def test_a_session_of_several_with_one_patient_asks_who_else_was_there(signed_in, hale, lindqvist, haddads, kind):
    browser, at = signed_in(hale), timezone.localtime(recently())
    given = {"day": at.date(), "start": at.time(), "kind": kind, "modality": "video", "attendance": "attended"}
    given |= {"format": usual_format(hale).pk, "then": "session"}
    page = browser.post(url("session-new", lindqvist.pk), given)
    assert f"A {kind} session has at least two patients on its list." in page.text
    assert not Encounter.objects.exists()
    assert browser.post(url("session-new", lindqvist.pk), given | {"others_present": "Wife"}).status_code == 302
    given |= {"day": at.date() - timedelta(days=1), "others": [haddads[0].pk]}
    assert browser.post(url("session-new", lindqvist.pk), given).status_code == 302
    assert Encounter.objects.count() == 2


def test_a_note_of_a_day_without_a_session_is_headed_by_what_it_is(signed_in, hale, lindqvist, session, dap):
    browser = signed_in(hale)
    contact = start_note(by=hale, patient=lindqvist, format=NoteFormat.objects.get(code="contact"), on=date(2026, 1, 8))
    page = browser.get(url("note-edit", contact.pk)).text
    assert "Contact, Jan 8, 2026" in page and "on the session" not in page
    about = own_note(hale, session, lindqvist, dap)
    assert "Note on the session of" in browser.get(url("note-edit", about.pk)).text
