"""The notes of a group: the part they share, who is on the list, and what of it stands in nobody else’s note."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from practice.audit.models import AuditEntry
from practice.infrastructure.refusals import Refused
from records.chart.actions.group_notes import add_participant, save_shared_part, take_off_list
from records.chart.actions.notes import sign_note
from records.chart.actions.series import cancel_session
from records.chart.actions.sessions import EXPECTED, start_session
from records.chart.documents import release_items, render_context
from records.chart.models import ChartNote, SharedPart
from records.chart.searching import search_chart
from records.chart.timeline import Span, timeline
from tests.everybody import make_patient
from tests.refusals import refusal_of

from .conftest import recently, url
from .sessions import own_note, seat, signed_note

pytestmark = pytest.mark.django_db


def test_the_shared_part_stands_in_each_participants_note_paper_and_release_and_names_nobody_else(
    signed_in, hale, group, haddads, dap
):
    save_shared_part(by=hale, encounter=group, text="Topic: anger at work. Role play in pairs.", base_version=0)
    notes = [signed_note(hale, group, one, dap, f"Own words {number}.") for number, one in enumerate(haddads)]
    browser = signed_in(hale)
    assert [entry.id for entry in search_chart(haddads[1], hale, "anger pairs", Span())] == [notes[1].pk]
    for number, (patient, note) in enumerate(zip(haddads, notes, strict=True)):
        (block,) = render_context([note.pk], patient=patient)
        paper = f"{block}"
        page = browser.get(url("note-open", note.pk)).text
        chart = browser.get(url("patient-page", patient.pk)).text
        for text in (paper, page):
            assert "Topic: anger at work." in text and f"Own words {number}." in text
        for other in haddads:
            if other != patient:
                assert other.legal_name not in paper + page + chart
                assert other.legal_name.split()[0] not in paper


def test_a_session_of_several_stands_under_nobodys_name(signed_in, hale, group, haddads):
    page = signed_in(hale).get(url("session-open", group.pk)).text
    assert all(one.legal_name in page for one in haddads)
    assert "patient-header" not in page
    record = render_context([group.pk], patient=haddads[0])
    assert "Samir" not in f"{record}" and "Grace" not in f"{record}"


def test_words_about_a_cancelled_group_stay_out_of_each_release(hale, haddads):
    ahead = timezone.now() + timedelta(days=1)
    session = start_session(
        by=hale, patient=haddads[0], others=haddads[1:], kind="group", started_at=ahead, presence=EXPECTED
    )
    cancel_session(by=hale, encounter=session, reason="practice", words="Samir is in hospital.")
    (block,) = render_context([session.pk], patient=haddads[0])
    assert ("Cancelled", "We cancelled") in block.facts and "Samir" not in f"{block}"


def test_no_note_is_signed_while_the_shared_part_names_a_participant(hale, group, haddads, dap):
    note = own_note(hale, group, haddads[0], dap)
    part = save_shared_part(by=hale, encounter=group, text="Samir's turn came last.", base_version=0)
    with pytest.raises(Refused) as refused:
        sign_note(by=hale, note_id=note.pk, seen_version=note.version)
    assert refused.value.refusal.code == "SHARED_NAMES"
    assert "“Samir's”" in refused.value.refusal.words
    save_shared_part(by=hale, encounter=group, text="One turn came last.", base_version=part.version)
    assert sign_note(by=hale, note_id=note.pk, seen_version=note.version).state != "draft"


def test_the_shared_part_is_fixed_by_the_first_signed_note_in_the_database_too(hale, group, haddads, dap):
    part = save_shared_part(by=hale, encounter=group, text="Topic: anger.", base_version=0)
    own_note(hale, group, haddads[1], dap)
    signed_note(hale, group, haddads[0], dap)
    assert save_shared_part(by=hale, encounter=group, text="Topic: anger.", base_version=0).pk == part.pk
    assert (
        refusal_of(lambda: save_shared_part(by=hale, encounter=group, text="Else.", base_version=1)) == "SHARED_STANDS"
    )
    part.text = "Forged."
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        part.save()


def test_a_shared_part_is_not_put_under_a_note_that_is_signed_already(hale, group, haddads, dap):
    signed_note(hale, group, haddads[0], dap)
    assert (
        refusal_of(lambda: save_shared_part(by=hale, encounter=group, text="Late.", base_version=0)) == "SHARED_STANDS"
    )
    with pytest.raises(IntegrityError, match="does not change"), transaction.atomic():
        SharedPart.objects.create(encounter=group, text="Late.")


def test_the_shared_part_is_encrypted_and_a_second_window_overwrites_nothing(hale, group):
    save_shared_part(by=hale, encounter=group, text="first", base_version=0)
    save_shared_part(by=hale, encounter=group, text="second", base_version=1)
    act = lambda: save_shared_part(by=hale, encounter=group, text="other window", base_version=1)  # noqa: E731
    assert refusal_of(act) == "SHARED_CHANGED_SINCE"
    assert SharedPart.objects.get().text == "second"
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM chart_sharedpart")
        assert b"second" not in bytes(cursor.fetchone()[0])


def test_the_page_says_while_one_types_that_the_shared_part_names_somebody(signed_in, hale, group):
    browser = signed_in(hale)
    where, headers = url("session-shared-save", group.pk), {"x-requested-with": "autosave"}
    told = browser.post(where, {"version": 0, "text": "Grace and Leila agreed."}, headers=headers).json()
    assert told["named"] == ["Grace", "Leila"]
    told = browser.post(where, {"version": told["version"], "text": "Both agreed."}, headers=headers).json()
    assert told["named"] == []
    late = browser.post(where, {"version": 1, "text": "An older window."}, headers=headers)
    assert late.status_code == 422 and "saved in another window" in late.json()["problem"]
    page = browser.post(where, {"version": 1, "text": "An older window."}).text
    assert "An older window." in page and "Both agreed." in page


def test_a_participant_comes_later_and_goes_until_a_note_is_signed(hale, lindqvist, group, haddads, dap):
    add_participant(by=hale, encounter=group, patient=lindqvist)
    take_off_list(by=hale, encounter=group, patient=lindqvist)
    assert release_items(lindqvist) == [] and not timeline(lindqvist, hale).exists()
    add_participant(by=hale, encounter=group, patient=lindqvist)
    own_note(hale, group, lindqvist, dap)
    assert refusal_of(lambda: take_off_list(by=hale, encounter=group, patient=lindqvist)) == "SESSION_HAS_DRAFT"
    signed_note(hale, group, haddads[0], dap)
    new = make_patient(30009, "New", "Comer", timezone.localdate().replace(year=1990, day=1), treated_by=hale)
    assert refusal_of(lambda: add_participant(by=hale, encounter=group, patient=new)) == "SESSION_SIGNED"


def test_a_stranger_to_the_clinician_is_not_put_on_the_list(hale, abernathy, group, signed_in):
    assert refusal_of(lambda: add_participant(by=hale, encounter=group, patient=abernathy)) == "CHART_NO_CARE"
    page = signed_in(hale).post(url("session-participant-add", group.pk), {"patient": abernathy.pk})
    assert "Choose a patient in your care" in page.text and "Abernathy" not in page.text


def test_the_page_of_a_group_takes_attendance_and_codes_and_gives_back_what_does_not_fit(
    signed_in, hale, group, haddads
):
    browser = signed_in(hale)
    parts = [seat(group, one).pk for one in haddads]
    typed = {
        f"{parts[0]}-attendance": "attended",
        f"{parts[0]}-code": "90834",
        f"{parts[1]}-attendance": "no_show",
        f"{parts[2]}-attendance": "attended",
        f"{parts[2]}-code": "90853",
    }
    page = browser.post(url("session-attendance", group.pk), typed).text
    assert "90834 stands for 38 to 52 minutes" in page and 'value="90853"' in page
    assert seat(group, haddads[1]).attendance == "attended"
    browser.post(url("session-attendance", group.pk), typed | {f"{parts[0]}-code": "90853"})
    assert [seat(group, one).attendance for one in haddads] == ["attended", "no_show", "attended"]


def test_a_sealed_note_beside_a_couples_session_is_taken_to_speak_of_both(signed_in, hale, haddads, dap):
    began = recently()
    couple = start_session(
        by=hale,
        patient=haddads[0],
        others=[haddads[1]],
        kind="couple",
        started_at=began,
        stopped_at=began + timedelta(minutes=50),
    )
    page = signed_in(hale).post(url("session-note", couple.pk, haddads[0].pk), follow=True).text
    for one in haddads[:2]:
        at = page.index(f'value="{one.pk}"')
        assert "checked" in page[at - 200 : at + 200]


def test_a_note_for_somebody_who_is_not_on_the_list_is_not_begun(signed_in, hale, lindqvist, group):
    browser = signed_in(hale)
    for patient in (lindqvist.pk, uuid4()):
        assert browser.post(url("session-note", group.pk, patient)).status_code == 404
    assert not ChartNote.objects.exists()


def test_nothing_of_a_session_stands_in_the_audit_trail_in_words(hale, group, haddads):
    save_shared_part(by=hale, encounter=group, text="Topic: anger.", base_version=0)
    for entry in AuditEntry.objects.all():
        assert "anger" not in f"{entry.changes}{entry.detail}{entry.object_repr}"
